"""How long files and functions may be, and what has to say what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from house.source import Finding, Source
from house.table import (
    DOCUMENTED_ROOMS,
    MOST_LINES_OF_A_FILE,
    MOST_LINES_OF_A_FUNCTION,
    MOST_UNUSUAL_FUNCTIONS,
    USUAL_LINES_OF_A_FUNCTION,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def lengths(source: Source) -> Iterator[Finding]:
    """Files and functions that a reader can hold in the head. Docstrings do not count against a function."""
    if not source.is_python:
        return
    lines = len(source.text.splitlines())
    if lines > MOST_LINES_OF_A_FILE:
        yield Finding(
            "lengths", source.path, lines, f"{lines} lines", f"at most {MOST_LINES_OF_A_FILE}: divide it"
        )
    for function in functions(source):
        if length_of(function) > MOST_LINES_OF_A_FUNCTION:
            yield Finding(
                "lengths", source.path, function.lineno, f"{function.name} has {length_of(function)} lines",
                f"at most {MOST_LINES_OF_A_FUNCTION}, as a rule {USUAL_LINES_OF_A_FUNCTION}",
            )  # fmt: skip


def usual_lengths(sources: Iterable[Source]) -> tuple[float, list[str]]:
    """The share of functions over the usual length, and which they are, longest first."""
    measured = [
        (length_of(function), f"{source.path}:{function.lineno} {function.name}")
        for source in sources
        if source.is_python
        for function in functions(source)
    ]
    unusual = sorted((pair for pair in measured if pair[0] > USUAL_LINES_OF_A_FUNCTION), reverse=True)
    return len(unusual) / max(len(measured), 1), [f"{lines} lines: {name}" for lines, name in unusual]


def are_usual(share: float) -> bool:
    """Whether "as a rule" still holds."""
    return share <= MOST_UNUSUAL_FUNCTIONS


def functions(source: Source) -> Iterator[Function]:
    return (node for node in ast.walk(source.tree) if isinstance(node, Function))


def length_of(function: Function) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None and len(function.body) > 1:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def documented(source: Source) -> Iterator[Finding]:
    """A module says what it knows; what judgement offers to others says its shapes, units and errors.

    An `__init__.py` with nothing in it has nothing to say.
    """
    if not source.is_python or not source.text.strip():
        return
    if ast.get_docstring(source.tree) is None:
        yield Finding("documented", source.path, 1, "the module", "say in one to four lines what it knows")
    if source.room not in DOCUMENTED_ROOMS:
        return
    for node in source.tree.body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield Finding("documented", source.path, node.lineno, node.name, "say shapes, units and errors")
