"""Mutants tried one after the other, each in a process of its own that ends with it; what became of each is kept.

A mutant is killed by cases, killed by tests, killed by time (it does not come to an end), or it survives.
"""

from __future__ import annotations

import ast
import gc
import hashlib
import os
import random
import resource
import signal
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from mutation import checks
from mutation.checks import ROOT, Check, Gone
from mutation.mutants import Mutant, mutants
from mutation.planted import Functions, forget

ROOM = ROOT / "src" / "sayso" / "promise"

End = Literal["cases", "tests", "time", "survived"]

_MEMORY = 2 << 30
_FAILED, _PASSED, _BROKEN = 1, 0, 3


class Tried(NamedTuple):
    """What became of a mutant, of the text of a module, under the checks that there were."""

    module: str
    name: str
    text: str
    checks: str
    end: End


def sample(module: str, wanted: int, seed: int) -> tuple[list[int], int]:
    """The places of the mutants of a module that are tried, in order, all where `wanted` is 0; and how many there are."""
    count = len(mutants(ast.parse(_file(module).read_text())))
    if not wanted or count <= wanted:
        return list(range(count)), count
    return sorted(random.Random(f"{seed} {module}").sample(range(count), wanted)), count


def _file(module: str) -> Path:
    return ROOM / f"{module}.py"


def _digest(files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


class Trial:
    """The checks, what each goes through, and the record of what became of which mutant."""

    def __init__(self, state: Path, budget: float, say: Callable[[str], None]) -> None:
        self._state = state
        self._budget = budget
        self._say = say
        state.mkdir(parents=True, exist_ok=True)
        self.cases, self.tests = checks.cases(), checks.tests()
        self._functions = Functions(str(ROOM))
        made = _digest([*(ROOT / "parity").glob("*.yaml"), *checks.TESTS.glob("*.py")])
        self._checks = f"{made} {budget:g}"
        self._sources = _digest(ROOM.rglob("*.py"))
        self._lines = self._gone("cases", self.cases, lines=True)
        self._known: dict[tuple[str, str, str], Tried] = {}
        self.read()

    @cached_property
    def entered(self) -> list[Gone]:
        """The functions that each test enters."""
        return self._gone("tests", self.tests, lines=False)

    def _gone(self, name: str, found: Sequence[Check], lines: bool) -> list[Gone]:
        """What each check goes through, remembered while neither the judgement nor the check's file changes."""
        kept_in = self._state / f"through-{name}.json"
        kept: dict[str, Gone] = {}
        if kept_in.exists():
            kept = msgspec.json.decode(kept_in.read_bytes(), type=dict[str, Gone])
        texts = {file: _digest([file]) for file in {one.file for one in found}}
        keys = [f"{self._sources} {texts[one.file]} {one.name}" for one in found]
        left = sum(key not in kept for key in keys)
        if left:
            self._say(f"what {left} {name} go through")
        gone = {}
        for one, key in zip(found, keys, strict=True):
            forget()
            through = kept[key] if key in kept else checks.gone_through(one, str(ROOM), lines)
            if through is None:
                self._say(f"{one.name} fails without a mutant: it is left out")
            gone[key] = through or Gone(0, frozenset())
        if left:
            kept_in.write_bytes(msgspec.json.encode(gone))
        return list(gone.values())

    def read(self) -> None:
        """What was tried earlier, and by other processes."""
        file = self._state / "tried.jsonl"
        if file.exists():
            every = [msgspec.json.decode(line, type=Tried) for line in file.read_bytes().splitlines()]
            self._known = {(one.module, one.name, one.text): one for one in every}

    def of(self, module: str, places: Sequence[int]) -> list[Tried]:
        """Try these mutants of a module. What is known of the same text stands; survivors meet changed checks anew."""
        file = _file(module)
        text = _digest([file])
        tree = ast.parse(file.read_text(), str(file))  # only ever changed in the process of a mutant
        every, found = mutants(tree), []
        with (self._state / "tried.jsonl").open("ab", buffering=0) as record:
            for place in places:
                mutant = every[place]
                known = self._known.get((module, mutant.name, text))
                if known is None or (known.end == "survived" and known.checks != self._checks):
                    known = Tried(module, mutant.name, text, self._checks, self._end(module, tree, mutant))
                    record.write(msgspec.json.encode(known) + b"\n")
                found.append(known)
        return found

    def _end(self, module: str, tree: ast.Module, mutant: Mutant) -> End:
        file = str(_file(module))
        lines = {(file, line) for line in mutant.lines}
        cases = [
            (gone.seconds, one)
            for one, gone in zip(self.cases, self._lines, strict=True)
            if lines & gone.through
        ]
        killed = self._alone(file, tree, mutant, sorted(cases, key=lambda pair: pair[0]))
        if killed:
            return "cases" if killed == "failed" else "time"
        killed = self._alone(file, tree, mutant, self._tests_of(module, mutant))
        if killed:
            return "tests" if killed == "failed" else "time"
        return "survived"

    def _tests_of(self, module: str, mutant: Mutant) -> list[tuple[float, Check]]:
        """The tests that go through a function, the quickest first, within the budget; as many more of its module's own."""
        first = self._functions.first_line(str(_file(module)), mutant.where)
        through = [
            (gone.seconds, one)
            for one, gone in zip(self.tests, self.entered, strict=True)
            if (str(_file(module)), first) in gone.through
        ]
        through.sort(key=lambda pair: pair[0])
        own = f"test_{module.split('_')[0]}"
        quick = _within_budget(through, self._budget)
        its_own = [pair for pair in through[len(quick) :] if pair[1].name.startswith(own)]
        return quick + _within_budget(its_own, self._budget)

    def _alone(
        self, file: str, tree: ast.Module, mutant: Mutant, found: Sequence[tuple[float, Check]]
    ) -> Literal["", "failed", "time"]:
        """Plant it in another process and run these checks there until one fails."""
        if not found:
            return ""
        child = os.fork()
        if child == 0:
            os._exit(self._within(file, tree, mutant, found))
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return "time"
        code = os.WEXITSTATUS(status)
        assert code in (_FAILED, _PASSED), f"{mutant.name} cannot be planted"
        return "failed" if code == _FAILED else ""

    def _within(
        self, file: str, tree: ast.Module, mutant: Mutant, found: Sequence[tuple[float, Check]]
    ) -> int:
        signal.setitimer(signal.ITIMER_VIRTUAL, 5 + 3 * sum(seconds for seconds, _ in found))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        try:
            self._functions.plant(file, tree, mutant)
        except (SyntaxError, KeyError, StopIteration, ValueError):
            return _BROKEN
        for _, one in found:
            if checks.failed(one):
                return _FAILED
        return _PASSED


def _within_budget(found: Sequence[tuple[float, Check]], budget: float) -> list[tuple[float, Check]]:
    """As many of these, in their order, as take so many seconds; the first whatever it takes."""
    spent = list(accumulate(seconds for seconds, _ in found))
    return list(found[: max(bisect_right(spent, budget), 1)])


def settle() -> None:
    """Before the first fork: what is in memory stays where it is."""
    gc.collect()
    gc.freeze()
