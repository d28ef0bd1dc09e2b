"""Faults to be planted in a process that trades, by name: each breaks a law that a test must see broken."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from sayso.desk import waiting
from sayso.desk.batch import Batch
from sayso.desk.draft import Draft
from sayso.desk.lane import Lane
from sayso.store import promises


def takes_are_lost() -> None:
    """Every tenth promise is not taken off the shelf."""
    true, turn = Batch.take, itertools.count()
    Batch.take = lambda batch, takes: true(batch, takes if next(turn) % 10 else ())  # type: ignore[method-assign]


def locks_are_not_taken() -> None:
    """Rows are read without a lock, and belief is not held against them."""
    true = promises.locked

    async def locked(*what: Any, lock: bool = True) -> Any:
        return await true(*what, lock=False)

    async def settle(*what: Any) -> bool:
        return False

    promises.locked, promises.settle = locked, settle
    Draft.holds = lambda draft, stands: False  # type: ignore[method-assign]


def keys_are_not_kept() -> None:
    """An Idempotency-Key is taken note of by nobody, nor is the number that an answer was recorded under."""
    waiting._answered_before = lambda errand, looked: None  # type: ignore[assignment]
    waiting._answer = lambda errand, said: promises.Answered(  # type: ignore[assignment]
        "", f"{next(_numbers)}", "", said.promise, said.status, said.body, errand.asked.now
    )


_numbers = itertools.count(1)


def answers_come_before_the_commit() -> None:
    """Callers hear before anything is written."""
    true = Lane._transaction

    async def transaction(lane: Lane, draft: Draft) -> Any:
        for one, answer in draft.settled:
            if not isinstance(answer, waiting.Again):
                waiting.give(one, answer)
        return await true(lane, draft)

    Lane._transaction = transaction  # type: ignore[method-assign]


def ends_are_not_told() -> None:
    """A promise ends, and the promise ledger is told by a transaction of its own, which may never come."""
    true = Batch.end

    def end(batch: Batch, *what: Any, **more: Any) -> None:
        true(batch, *what, **more)
        batch.writes.endings.clear()

    Batch.end = end  # type: ignore[method-assign]


_ALL = (
    takes_are_lost, locks_are_not_taken, keys_are_not_kept, answers_come_before_the_commit, ends_are_not_told,
)  # fmt: skip
FAULTS: dict[str, Callable[[], None]] = {fault.__name__: fault for fault in _ALL}
