"""What has its place: SQL in the store, environment and clock in the wiring, floats not in judgement."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from house.source import Finding, Source
from house.table import ENVIRONMENT_ROOMS, EXACT_ROOMS, SQL_ROOMS, WALL_CLOCK_ROOMS

_SQL = re.compile(
    r"""\s*(?:--[^\n]*\n\s*)*
    (?: (?:SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|TRUNCATE|COPY|LOCK|MERGE|VALUES|VACUUM)\s
      | SET\s+(?:LOCAL|SESSION|search_path)
      | (?i: select\s.+\sfrom\s | insert\s+into\s | delete\s+from\s | update\s+\S+\s+set\s
           | (?:create|alter|drop|truncate)\s+(?:temporary\s+|unique\s+)?
             (?:table|index|schema|sequence|view|database)\s ) )
    """,
    re.VERBOSE | re.DOTALL,
)


def sql(source: Source) -> Iterator[Finding]:
    """SQL is text with a name, and stands in the store: in .sql files or in constants of its modules."""
    if source.path.endswith(".sql") and not source.path.startswith(
        tuple(f"src/sayso/{room}/" for room in SQL_ROOMS)
    ):
        yield Finding("sql", source.path, 1, "a .sql file", "move it to src/sayso/store")
    if not source.module or source.room in SQL_ROOMS:
        return
    for node in ast.walk(source.tree):
        text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and _SQL.match(text) and node not in source.docstrings:
            what = " ".join(text.split())[:40]
            yield Finding(
                "sql", source.path, getattr(node, "lineno", 1), what, "it belongs to src/sayso/store"
            )


def environment(source: Source) -> Iterator[Finding]:
    """The environment is read in the wiring, and handed on as settings; also not behind click's back."""
    if not source.module or source.room in ENVIRONMENT_ROOMS:
        return
    for node in ast.walk(source.tree):
        names: list[str | None] = []
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "os":
            names = [node.attr]
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            names = [name.name for name in node.names]
        elif isinstance(node, ast.Call):
            names = [keyword.arg for keyword in node.keywords]
        for name in filter(_ENVIRONMENT.__contains__, names):
            line = getattr(node, "lineno", 1)
            yield Finding(
                "environment", source.path, line, str(name), "read it in src/sayso/wiring.py, hand it on"
            )


_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "envvar", "auto_envvar_prefix"}


def clock(source: Source) -> Iterator[Finding]:
    """There is one clock, in the wiring; everybody else is told `now`. (A stopwatch is no clock.)"""
    if not source.module or source.room in WALL_CLOCK_ROOMS:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            receiver = getattr(node.value, "id", getattr(node.value, "attr", ""))
            if (receiver, node.attr) in _CLOCKS:
                what = f"{receiver}.{node.attr}"
                yield Finding("clock", source.path, node.lineno, what, "take `now` as a parameter")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            for name in node.names:
                if ("time", name.name) in _CLOCKS:
                    yield Finding(
                        "clock", source.path, node.lineno, f"time.{name.name}", "take `now` as a parameter"
                    )


_CLOCKS = {
    *((kind, call) for kind in ("datetime", "date") for call in ("now", "utcnow", "today")),
    *(("time", call) for call in ("time", "time_ns", "localtime", "gmtime", "ctime")),
}


def exact(source: Source) -> Iterator[Finding]:
    """Judgement counts in Decimal and int. A float may be looked for, so that it can be refused."""
    if source.room not in EXACT_ROOMS:
        return
    for node in ast.walk(source.tree):
        what = None
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            what = repr(node.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float":
            what = "float()"
        elif isinstance(node, ast.arg | ast.AnnAssign) and _mentions_float(node.annotation):
            what = "a value annotated float"
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _mentions_float(node.returns):
            what = "a result annotated float"
        if what is not None:
            yield Finding("exact", source.path, getattr(node, "lineno", 1), what, "count in Decimal")


def _mentions_float(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(getattr(node, "id", "") == "float" for node in ast.walk(annotation))


def printing(source: Source) -> Iterator[Finding]:
    """Nothing prints but the doors, and those by click or rich; logs are structured."""
    if not source.module:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
            yield Finding(
                "printing", source.path, node.lineno, "print()", "click.echo at a door, a log line elsewhere"
            )
