"""Which room may import which, and what judgement may import at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from house.source import Finding, Source
from house.table import PURE_MODULES, PURE_ROOMS, ROOMS


def direction(source: Source) -> Iterator[Finding]:
    """A room imports only what stands beneath it, wherever the import is written, TYPE_CHECKING or not."""
    if not source.module:
        return
    if source.room and source.room not in ROOMS:
        yield Finding("direction", source.path, 1, source.room, "no such room in tests/house/table.py")
        return
    beneath = ROOMS.get(source.room, ())
    remedy = f"{source.room or 'the package'} may import {', '.join(beneath) or 'no room'}"
    for line, module in _imported(source):
        if module[0] != "sayso" or len(module) == 1 or module[1].startswith("__"):
            continue
        if module[1] not in (source.room, *beneath):
            yield Finding("direction", source.path, line, ".".join(module[:2]), remedy)


def purity(source: Source) -> Iterator[Finding]:
    """Judgement imports nothing that reads, waits, tells the time or throws dice, and calls no such thing."""
    if source.room not in PURE_ROOMS:
        return
    for line, module in _imported(source):
        if module[0] != "sayso" and module[0] not in PURE_MODULES:
            yield Finding(
                "purity", source.path, line, module[0], "not in PURE_MODULES of tests/house/table.py"
            )
    hashing = {
        inner
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and node.name == "__hash__"
        for inner in ast.walk(node)
    }
    for node in ast.walk(source.tree):
        called = node.func if isinstance(node, ast.Call) and node not in hashing else None
        if isinstance(called, ast.Name) and called.id in _IMPURE_CALLS:
            yield Finding("purity", source.path, called.lineno, called.id + "()", _IMPURE_CALLS[called.id])


_IMPURE_CALLS = {
    "open": "judgement reads no files; the caller does",
    "input": "judgement asks nobody",
    "hash": "a text's hash differs from process to process; sort, or use a digest",
    "__import__": "import by statement, so that the direction can be seen",
}


def _imported(source: Source) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and dotted name, in parts, of everything imported; relative names made absolute."""
    here = source.module if source.path.endswith("/__init__.py") else source.module[:-1]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, tuple(name.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            start = here[: len(here) - node.level + 1] if node.level else ()
            module = (*start, *(node.module.split(".") if node.module else ()))
            if module == ("sayso",):
                for name in node.names:
                    yield node.lineno, ("sayso", name.name)
            else:
                yield node.lineno, module
