"""What follows orders, for a door in front of nothing: remembers with the fake desk what it was asked, and answers with
the examples."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from sayso.api import examples_follow as examples
from sayso.api.call import Follow
from sayso.desk.calling import Reply
from sayso.desk.messages.taking import Taking, check_system
from sayso.errors import NotFound

NUMBER = 18


def follow_of(desk: Any) -> Follow:
    """All of it, in front of a fake desk."""

    async def work(now: datetime) -> int:
        desk._use("work", now)
        return 12

    return Follow(FakeTaking(desk), FakeQuarantine(desk), FakeTransactions(desk), work)


def _reply(answer: Any, status: int = 200) -> Reply:
    return Reply(status, msgspec.json.encode(answer))


class FakeTaking:
    """Keeps nothing."""

    check = staticmethod(Taking.check)

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    async def events(self, events, body, caller, key, now):
        self.check(caller, "events")
        self._desk._use("events", events, body, caller, key, now)
        return self._desk._once(caller, key, body, _reply(examples.TAKEN, 202))

    async def message(self, given, caller, key, now):
        check_system(given.system)
        self.check(caller, "messages", given.system)
        self._desk._use("message", given, caller, key, now)
        return self._desk._once(caller, key, (given.system, given.body), _reply(examples.TAKEN, 202))


class FakeTransactions:
    """Knows one order."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    async def listed(self, query, customers):
        self._desk._use("transactions", query, customers)
        return msgspec.json.encode(examples.TRANSACTIONS)

    async def one(self, order, customers, known_at=None):
        self._desk._use("transaction", order, customers, known_at)
        if order != examples.ORDER or (customers is not None and "13047" not in customers):
            raise NotFound(f"there is no transaction {order}", remedy="check the number")
        return msgspec.json.encode(examples.TRANSACTION)


class FakeQuarantine:
    """Holds one message."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    def _use(self, name: str, number: int, *asked: Any) -> None:
        self._desk._use(name, number, *asked)
        if number != NUMBER:
            raise NotFound(f"there is no message {number}", remedy="see sayso quarantine list")

    async def listed(self, which, caller, limit, after=0):
        self._desk._use("quarantine", which, caller, limit, after)
        return _reply(examples.HELD)

    async def shown(self, number, caller):
        self._use("held", number, caller)
        return _reply(examples.WHOLE)

    async def edit(self, number, edited, body, caller, key, now):
        self._use("edit", number, edited, caller, key, now)
        return self._desk._once(caller, key, (number, body), _reply(examples.WHOLE))

    async def dry_run(self, numbers, caller, now):
        self._use("dry_run", numbers[0], caller, now)
        return _reply({**examples.REPLAYED, "kept": False})

    async def replay(self, numbers, caller, key, now):
        self._use("replay", numbers[0], caller, key, now)
        return self._desk._once(caller, key, tuple(numbers), _reply(examples.REPLAYED))

    async def drop(self, number, by, why, caller, key, now):
        self._use("drop", number, by, why, caller, key, now)
        return self._desk._once(
            caller, key, (number, by, why), _reply({**examples.WHOLE, "state": "dropped"})
        )

    async def replay_many(self, which, caller, key, now, *, keep=True):
        self._desk._use("replay_many", which, caller, key, now, keep)
        return self._desk._once(caller, key, (which, keep), _reply({**examples.REPLAYED, "kept": keep}))
