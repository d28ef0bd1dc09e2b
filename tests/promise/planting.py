"""Planting one fault: a rule of the judgement is made to read otherwise for a while, and everything that used it uses that.

Knows functions and methods by their source; where the right reading is not found, the rule was rewritten and so has
to be its fault.
"""

from __future__ import annotations

import functools
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import product
from types import ModuleType
from typing import Any, NamedTuple

import pytest

Test = Callable[..., Any]


class Fault(NamedTuple):
    """A rule that reads wrong: what follows from it, where it stands, how it reads, and the tests that it fails."""

    what: str
    where: str
    right: str
    wrong: str
    bites: tuple[Test, ...]


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """The judgement with this fault in it."""
    module, owner, name = _place(fault.where)
    true = inspect.getattr_static(owner, name)
    faulty = _rewritten(module, _function(true), fault)
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(true, functools.cached_property):
            faulty.__set_name__(owner, name)
        if owner is not module:
            patch.setattr(owner, name, faulty)
        else:
            for user in _users():
                for known, value in list(vars(user).items()):
                    if value is true:
                        patch.setattr(user, known, faulty)
        _forget()
        yield
    _forget()


def bitten(tests: tuple[Test, ...]) -> bool:
    """Whether one of these tests fails."""
    return any(_fails(test) for test in tests)


def _fails(test: Test) -> bool:
    try:
        for arguments in _arguments(test):
            getattr(test, "quick", test)(**arguments)
    except (Exception, pytest.fail.Exception):
        return True
    return False


def _arguments(test: Test) -> Iterator[dict[str, Any]]:
    """The arguments of a test that is run over a table; none for one that is not."""
    tables = [mark.args for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    for row in product(*(values for _, values in tables)):
        found: dict[str, Any] = {}
        for (names, _), values in zip(tables, row, strict=True):
            listed = [one.strip() for one in names.split(",")] if isinstance(names, str) else list(names)
            found.update(zip(listed, values if len(listed) > 1 else (values,), strict=True))
        yield found


def _place(where: str) -> tuple[ModuleType, Any, str]:
    room, *path, name = where.split(".")
    module = import_module(f"sayso.{room.replace('/', '.')}" if "/" in room else f"sayso.promise.{room}")
    owner: Any = module
    for step in path:
        owner = getattr(owner, step)
    return module, owner, name


def _function(true: Any) -> Any:
    if isinstance(true, functools.cached_property):
        return true.func
    return true.fget if isinstance(true, property) else inspect.unwrap(true)


def _rewritten(module: ModuleType, function: Any, fault: Fault) -> Any:
    source = textwrap.dedent(inspect.getsource(function))
    found = source.count(fault.right)
    assert found == 1, f"{fault.where} reads {fault.right!r} {found} times: write this fault anew"
    made: dict[str, Any] = {}
    code = "from __future__ import annotations\n" + source.replace(fault.right, fault.wrong)
    exec(compile(code, f"<fault in {fault.where}>", "exec"), vars(module), made)
    return made[function.__name__]


def _users() -> list[ModuleType]:
    """The judgement, the audit, order to cash and their tests: everything that may have imported a rule by name."""
    rooms = ("sayso.promise.", "promise.", "sayso.audit.", "audit.", "sayso.cash.", "cash.")
    return [module for name, module in list(sys.modules.items()) if module and name.startswith(rooms)]


def _forget() -> None:
    """What was worked out under other rules is not remembered."""
    for module in _users():
        for value in list(vars(module).values()):
            clear = getattr(value, "cache_clear", None)
            if clear is not None:
                clear()
