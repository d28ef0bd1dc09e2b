"""A mutant put in place: its function runs the changed code, for whoever knows it and by whatever name.

Only to be done in a process of its own, which ends with it.
"""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType

from mutation.mutants import Mutant, put


class Functions:
    """The functions of the modules of a room, by file and by where they stand."""

    def __init__(self, folder: str) -> None:
        self._known: dict[tuple[str, str], list[FunctionType]] = {}
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(folder):
                code = one.__code__
                self._known.setdefault((code.co_filename, code.co_qualname), []).append(one)

    def first_line(self, file: str, where: str) -> int:
        """The line on which a function begins, its decorators with it."""
        return self._known[file, where][0].__code__.co_firstlineno

    def plant(self, file: str, tree: ast.Module, mutant: Mutant) -> None:
        """Give the function of a mutant the code that it makes, and forget what was worked out before."""
        put(mutant)
        code = next(one for one in _codes(compile(tree, file, "exec")) if one.co_qualname == mutant.where)
        for function in self._known[file, mutant.where]:
            function.__code__ = code
        forget()


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def forget() -> None:
    """What was worked out earlier is worked out again."""
    for name, module in list(sys.modules.items()):
        if module and name.startswith(("sayso.", "promise.")):
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if clear is not None:
                    clear()
