"""The tree as the laws see it: files with their text, room and syntax, and what was found in them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_LEFT_OUT = {".git", ".venv", "build", "dist", "__pycache__"}


@dataclass(frozen=True)
class Finding:
    """A law broken: where, and what was found there. `what` is the part that an exception names."""

    law: str
    path: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.law}: {self.what} ({self.remedy})"


@dataclass(frozen=True)
class Source:
    """A file of the project by its path from the root, with forward slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @property
    def module(self) -> tuple[str, ...]:
        """The parts of its dotted name, ("sayso", "promise", "price"); empty outside of the package."""
        if not (self.is_python and self.path.startswith("src/sayso/")):
            return ()
        parts = self.path.removeprefix("src/").removesuffix(".py").split("/")
        return tuple(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        """The room it stands in: "promise", "wiring"; empty for the package itself and outside of it."""
        return self.module[1] if len(self.module) > 1 else ""

    @cached_property
    def docstrings(self) -> set[ast.Constant]:
        """The constants that only document."""
        return {
            node.body[0].value
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
            and isinstance(node.body[0].value, ast.Constant)
        }


def project() -> list[Source]:
    """Every text file of the project: tracked ones, and new ones that are not ignored."""
    return [Source(path, text) for path in sorted(_paths()) if (text := _text(ROOT / path)) is not None]


def _paths() -> Iterator[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        # An unpacked archive, or a machine without git.
        for path in ROOT.rglob("*"):
            parts = path.relative_to(ROOT).parts
            if path.is_file() and not _LEFT_OUT.intersection(parts) and not parts[0].endswith("_cache"):
                yield "/".join(parts)
        return
    yield from filter(None, listed.split("\0"))


def _text(path: Path) -> str | None:
    try:
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return None
    if b"\0" in data[:8192]:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
