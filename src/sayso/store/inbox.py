"""Messages as rows: kept as they came, shared out by lanes, held back, edited, let go. Knows no format and no meaning.

Messages of one key are taken in the order of their numbers, by one transaction at a time: whoever works on a lane
holds its row. A number is given when a message is written; of two written at the same moment by two connections the
later may be seen first. What an order's state is does not depend on it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from zlib import crc32

import asyncpg

from sayso.canon.canonical import digest
from sayso.errors import Conflict, NotFound
from sayso.store.database import queries

SQL = queries("inbox")

#: Lanes that workers share out; more of them than workers, so that each always finds one.
LANES = 64
_LONG = 600.0
_TRIES = 5


class Message(NamedTuple):
    """A message to keep. `key` is the order it is about ("" where that cannot be told of the raw message); `kind` and
    `content_type` as its sender says. `received` is set where it was received before (a replay), else it is now."""

    source: str
    id: str
    kind: str
    content_type: str
    body: bytes
    key: str = ""
    received: datetime | None = None


class Came(NamedTuple):
    """What was known of a message that came: `new`, `repeated` (the same content under its id), or `conflicting`
    (another content; it is kept beside the first, which stays what counts)."""

    how: Literal["new", "repeated", "conflicting"]
    number: int


class Kept(NamedTuple):
    """A message as it was kept. `body` is the last edit's where somebody `edited` it."""

    number: int
    source: str
    id: str
    received: datetime
    kind: str
    content_type: str
    body: bytes
    key: str
    edited: bool


class Verdict(NamedTuple):
    """What became of a message: `applied`, or `quarantined` with the sentence why. `key` is set where the order it is
    about was learned only now (else what was known stays)."""

    number: int
    state: Literal["applied", "quarantined", "dropped"] = "applied"
    problem: str | None = None
    key: str | None = None


class Held(NamedTuple):
    """A message in quarantine. `behind` counts the later messages of its key that wait for it."""

    number: int
    source: str
    id: str
    received: datetime
    kind: str
    key: str
    problem: str
    behind: int


class Whole(NamedTuple):
    """A message with all that is known of it. `first` is the body as it came, `repeats` how often it came again,
    `conflicts` how many other contents came under its id."""

    kept: Kept
    first: bytes
    state: str
    applied: datetime | None
    problem: str
    repeats: int
    conflicts: int


class Edit(NamedTuple):
    """A body that somebody put in the place of a message's."""

    edited: datetime
    by: str
    why: str
    body: bytes


class Standing(NamedTuple):
    """How many messages wait, are in quarantine and stand behind those; and since when the oldest of them waits."""

    waiting: int
    quarantined: int
    behind: int
    oldest: datetime | None


def lane_of(key: str, source: str, id_: str) -> int:
    """The lane of a message: that of its key, so that an order's messages are in one."""
    return crc32((key or f"{source}\0{id_}").encode()) % LANES


async def keep(connection: Any, messages: Sequence[Message], now: datetime) -> list[Came]:
    """Keep messages before they are acknowledged, in their order; what was known of each, in the same order.

    One statement, unless a source and id is given twice. May be called within a transaction or without; without, two that
    keep the same messages in another order wait for each other no longer than PostgreSQL needs to see it.
    """
    for left in reversed(range(_TRIES)):
        try:
            return await _keep_all(connection, messages, now)
        except asyncpg.DeadlockDetectedError:
            if connection.is_in_transaction() or not left:
                raise
    return []


async def _keep_all(connection: Any, messages: Sequence[Message], now: datetime) -> list[Came]:
    found: list[Came | None] = [None] * len(messages)
    rest = list(range(len(messages)))
    while rest:
        places: dict[tuple[str, str], int] = {}
        for place in rest:
            places.setdefault((messages[place].source, messages[place].id), place)
        taken = set(places.values())
        for row, how in await _keep([messages[place] for place in places.values()], connection, now):
            found[places[row["source"], row["id"]]] = Came(how, row["number"])
        rest = [place for place in rest if place not in taken]
    return [came for came in found if came is not None]


async def _keep(
    messages: Sequence[Message], connection: Any, now: datetime
) -> list[tuple[Any, Literal["new", "repeated", "conflicting"]]]:
    digests = {(message.source, message.id): digest(message.body) for message in messages}
    rows = await connection.fetch(
        SQL["keep"],
        [message.source for message in messages],
        [message.id for message in messages],
        [message.received or now for message in messages],
        [message.kind for message in messages],
        [message.content_type for message in messages],
        [message.body for message in messages],
        list(digests.values()),
        [message.key for message in messages],
        [lane_of(message.key, message.source, message.id) for message in messages],
    )
    return [
        (
            row,
            "new"
            if not row["repeats"]
            else "repeated"
            if row["digest"] == digests[row["source"], row["id"]]
            else "conflicting",
        )
        for row in rows
    ]


async def claim_lane(connection: Any) -> int | None:
    """Choose a lane that has work; None where there is none, or others have it. It is counted as begun.

    Within a transaction it is held as long as that. Outside of one it is still to be held (`hold_lane`), and the count
    stays, whatever becomes of who chose it.
    """
    lane: int | None = await connection.fetchval(SQL["claim_lane"], not connection.is_in_transaction())
    return lane


async def hold_lane(connection: Any, lane: int) -> int | None:
    """Hold a lane for the length of this transaction; how often it was begun and not ended, this time too. None where
    another has it."""
    tries: int | None = await connection.fetchval(SQL["hold_lane"], lane)
    return tries


async def lane_done(connection: Any, lane: int) -> None:
    """Say that what was begun in a lane came to its end."""
    await connection.execute(SQL["lane_done"], lane)


async def lane_spared(connection: Any, lane: int) -> None:
    """Say that what was begun in a lane came to nothing, and that nobody died of it."""
    await connection.execute(SQL["lane_spared"], lane)


async def suspect(connection: Any, lane: int, number: int) -> int:
    """Note, outside of every transaction, which message is tried alone next; how often it was noted, this time too."""
    times: int = await connection.fetchval(SQL["suspect"], lane, number)
    return times


async def lock_lanes(connection: Any, lanes: Sequence[int]) -> None:
    """Wait for lanes and hold them for the length of this transaction."""
    await connection.execute(SQL["lock_lanes"], sorted(set(lanes)))


async def waiting(connection: Any, lane: int, most: int) -> list[Kept]:
    """The next messages of a lane that one holds, by number; none that stands behind one of its key in quarantine.

    Empty, too, where the next `most` all stand behind one: these were put aside, and there may be more.
    """
    numbers = [row["number"] for row in await connection.fetch(SQL["next"], lane, most)]
    return await read(connection, numbers) if numbers else []


async def read(connection: Any, numbers: Sequence[int]) -> list[Kept]:
    """Messages by number; those that do not exist are left out."""
    return [Kept(*row) for row in await connection.fetch(SQL["read"], list(numbers))]


async def settle(connection: Any, verdicts: Sequence[Verdict], now: datetime) -> None:
    """Say what became of messages of a lane that one holds."""
    plain = [one.number for one in verdicts if one.state == "applied" and one.key is None]
    if plain:
        await connection.execute(SQL["applied"], plain, now)
    other = [one for one in verdicts if one.state != "applied" or one.key is not None]
    if other:
        await connection.execute(
            SQL["judged"],
            [one.number for one in other],
            [one.state for one in other],
            [one.problem for one in other],
            [one.key or None for one in other],
            [lane_of(one.key, "", "") if one.key else None for one in other],
            now,
        )


async def held_back(
    connection: Any, *, after: int = 0, most: int = 100, source: str = "", key: str = ""
) -> list[Held]:
    """Messages in quarantine, by number, of a source or a key where one is named."""
    rows = await connection.fetch(SQL["held_back"], after, source, key, most)
    return [Held(*row) for row in rows]


async def message(connection: Any, number: int) -> Whole:
    """A message. Raises NotFound."""
    row = await connection.fetchrow(SQL["message"], number)
    if row is None:
        raise _unknown(number)
    kept = Kept(*(row[name] for name in Kept._fields))
    return Whole(
        kept,
        row["first"],
        row["state"],
        row["applied"],
        row["problem"] or "",
        row["repeats"],
        row["conflicts"],
    )


async def number_of(connection: Any, source: str, id_: str) -> int | None:
    """A message's number by its source and id."""
    number: int | None = await connection.fetchval(SQL["number_of"], source, id_)
    return number


async def edits(connection: Any, number: int) -> list[Edit]:
    """What people put in the place of a message's body, the first edit first."""
    return [Edit(*row) for row in await connection.fetch(SQL["edits"], number)]


async def conflicts(connection: Any, number: int) -> list[tuple[datetime, bytes]]:
    """What else came under a message's id, and when."""
    return [(row["received"], row["body"]) for row in await connection.fetch(SQL["conflicts"], number)]


async def edit(
    connection: Any, number: int, body: bytes, by: str, why: str, now: datetime, key: str | None = None
) -> None:
    """Put another body in the place of a message's that is in quarantine; the first stays. It is not released by it.

    `key` is set where the new body tells which order it is about. Raises NotFound, and Conflict where the message is
    not in quarantine.
    """
    async with connection.transaction():
        keys = await _quarantined(connection, [number])
        await connection.execute(SQL["edit"], number, now, by, why, body)
        if key and keys != [key]:
            await connection.execute(SQL["rekey"], number, key, lane_of(key, "", ""))
            await connection.execute(SQL["let_go"], keys)


async def release(connection: Any, numbers: Sequence[int]) -> None:
    """Let messages out of quarantine, and go on what stands behind them. Raises NotFound and Conflict."""
    async with connection.transaction():
        keys = await _quarantined(connection, numbers)
        await connection.execute(SQL["release"], list(numbers))
        await connection.execute(SQL["let_go"], keys)


async def drop(connection: Any, number: int, by: str, why: str) -> None:
    """Give a message in quarantine up; what stands behind it goes on. Raises NotFound and Conflict."""
    async with connection.transaction():
        keys = await _quarantined(connection, [number])
        await connection.execute(
            SQL["drop"], number, f"Dropped by {by}: {why}" if why else f"Dropped by {by}."
        )
        await connection.execute(SQL["let_go"], keys)


async def _quarantined(connection: Any, numbers: Sequence[int]) -> list[str]:
    """Hold the lanes of messages in quarantine; their keys. Raises NotFound and Conflict."""
    while True:
        rows = await connection.fetch(SQL["places"], list(numbers))
        await lock_lanes(connection, [row["lane"] for row in rows])
        again = await connection.fetch(SQL["places"], list(numbers))
        if [row["lane"] for row in rows] == [row["lane"] for row in again]:
            break
    states = {row["number"]: row["state"] for row in again}
    for number in numbers:
        if number not in states:
            raise _unknown(number)
        if states[number] != "quarantined":
            raise Conflict(
                f"message {number} is not in quarantine; it is {states[number]}",
                remedy="Only a message in quarantine can be edited, released or dropped.",
                number=number,
            )
    return sorted({row["key"] for row in again} - {""})


async def between(
    connection: Any, since: datetime, until: datetime, after: int = 0, most: int = 500
) -> AsyncIterator[list[Kept]]:
    """What came from `since` and before `until`, by number, at most `most` at a time; what was dropped is left out."""
    span = await connection.fetchrow(SQL["span"], since, until, timeout=_LONG)
    if span["first"] is None:
        return
    after = max(after, span["first"] - 1)
    while some := [
        Kept(*row) for row in await connection.fetch(SQL["between"], since, until, after, span["last"], most)
    ]:
        yield some
        after = some[-1].number


async def standing(connection: Any) -> Standing:
    """How much waits and is held back."""
    return Standing(*await connection.fetchrow(SQL["standing"], timeout=_LONG))


def _unknown(number: int) -> NotFound:
    return NotFound(f"there is no message {number}", remedy="See sayso quarantine list.", number=number)
