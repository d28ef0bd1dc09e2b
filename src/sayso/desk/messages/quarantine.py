"""Messages held back: listed with what waits behind them, edited, tried, replayed, given up. Each act has a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from sayso.canon.decimals import plain
from sayso.canon.times import moment
from sayso.delivery.inbound import Handler
from sayso.desk.calling import Caller, Reply
from sayso.desk.messages.glance import Glance
from sayso.desk.messages.mending import Came, apply_again, close_cases
from sayso.desk.once import once
from sayso.errors import BadField, BadRequest, NotAllowed
from sayso.store import inbox
from sayso.store import quarantine as rows
from sayso.store.database import mapped
from sayso.store.inbox import Held, Whole

MOST = 500
_ENCODER = msgspec.json.Encoder(decimal_format="number")
#: Numbers keep the digits that they were sent with.
_DECODE = msgspec.json.Decoder(float_hook=Decimal).decode
_RENAME = re.compile(r"([^=\s]{1,100})=([^=\s]{1,100})")


class Which(Struct, frozen=True):
    """Which held messages: by number, else of a system, of a kind, with words in the sentence why. Blank: any."""

    numbers: tuple[int, ...] = ()
    system: str = ""
    kind: str = ""
    problem: str = ""


class Edited(Struct, frozen=True):
    """The body put in the place of a message's. By whom, and why."""

    by: str
    why: str
    body: bytes


class Quarantine:
    """The use cases of held messages. `handler` applies messages as a worker does."""

    def __init__(self, pool: Any, handler: Handler) -> None:
        self._pool = pool
        self._handler = handler
        self._glance = Glance(pool)

    async def listed(self, which: Which, caller: Caller, limit: int, after: int = 0) -> Reply:
        """Messages held back, with the sentence why, what waits behind each, and the order's money."""
        _unbound(caller)
        with mapped():
            found = await rows.held(
                self._pool, after=after, most=limit + 1, source=which.system, kind=which.kind, problem=which.problem
            )  # fmt: skip
            worth = await rows.at_stake(self._pool, [one.key for one in found if one.key])
        page = found[:limit]
        shown = [_short(one, worth) for one in page]
        following = str(page[-1].number) if len(found) > limit else ""
        return Reply(200, msgspec.json.encode({"messages": shown, "next": following}))

    async def shown(self, number: int, caller: Caller) -> Reply:
        """A message whole: as it came, as it was edited, and everything that is wrong with it."""
        _unbound(caller)
        with mapped():
            whole = await inbox.message(self._pool, number)
            edits = await inbox.edits(self._pool, number)
            conflicts = await inbox.conflicts(self._pool, number)
            kept = whole.kept
            breaches = await self._glance.breaches(kept.source, kept.content_type, kept.kind, kept.body)
        answer = {
            **_message(whole),
            "breaches": [
                {"kind": one.kind, "where": one.where, "says": one.sentence, "value": one.value} for one in breaches
            ],
            "edits": [
                {"edited": moment(one.edited), "by": one.by, "why": one.why, "body": _body(one.body)} for one in edits
            ],
            "conflicts": [{"received": moment(at), "body": _body(body)} for at, body in conflicts],
        }  # fmt: skip
        return Reply(200, msgspec.json.encode(answer))

    async def edit(
        self, number: int, edited: Edited, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """Put another body in a message's place; the first stays. It is not released by that: try it, then replay."""
        _unbound(caller)
        _by(edited.by)

        async def work() -> Reply:
            await self._put(number, edited.body, edited.by, edited.why, now)
            return await self.shown(number, caller)

        with mapped():
            return await once(self._pool, f"edit {number}", body, caller, key, now, work)

    async def rename(
        self, which: Which, words: str, by: str, why: str, caller: Caller, now: datetime, *, keep: bool
    ) -> list[int]:
        """Rename a JSON field, `quantity=qty`, in all held messages that are meant; the numbers of those it stands in.

        Nothing is changed unless `keep`. Raises BadField where nothing can be renamed so.
        """
        _unbound(caller)
        _by(by)
        was, becomes = _names(words)
        changed = []
        with mapped():
            for number in await self._numbers(which):
                whole = await inbox.message(self._pool, number)
                renamed = _renamed(whole.kept.body, was, becomes)
                if renamed is None:
                    continue
                changed.append(number)
                if keep:
                    await self._put(number, renamed, by, why or f"{was} renamed {becomes}", now)
        return changed

    async def dry_run(self, numbers: Sequence[int], caller: Caller, now: datetime) -> Reply:
        """What would change if messages were replayed. Nothing is kept."""
        _unbound(caller)
        with mapped():
            came = await apply_again(self._pool, self._handler, numbers, now, keep=False)
        return Reply(200, msgspec.json.encode({"kept": False, **_came(came)}))

    async def replay(self, numbers: Sequence[int], caller: Caller, key: str | None, now: datetime) -> Reply:
        """Apply messages again, and those behind them, in order. What still cannot be applied is held back again."""
        _unbound(caller)

        async def work() -> Reply:
            came = await apply_again(self._pool, self._handler, numbers, now, keep=True)
            return Reply(200, msgspec.json.encode({"kept": True, **_came(came)}))

        with mapped():
            return await once(
                self._pool, f"replay {','.join(map(str, numbers))}", b"", caller, key, now, work
            )

    async def replay_many(
        self, which: Which, caller: Caller, key: str | None, now: datetime, *, keep: bool = True
    ) -> Reply:
        """The same for all that are meant, the first to come first; at most so many at once."""
        _unbound(caller)
        with mapped():
            numbers = await self._numbers(which)
        if not keep:
            return await self.dry_run(numbers, caller, now)
        return await self.replay(numbers, caller, key, now)

    async def drop(
        self, number: int, by: str, why: str, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """Give a message up, for good; what waits behind it goes on. A person, and a reason."""
        _unbound(caller)
        _by(by)
        if not why.strip():
            raise BadField("why", why, "giving a message up has a reason", remedy="write it out: it is kept")

        async def work() -> Reply:
            async with self._pool.acquire() as connection, connection.transaction():
                await inbox.drop(connection, number, by.strip(), why.strip())
                await close_cases(connection, [number], now)
            return await self.shown(number, caller)

        with mapped():
            return await once(self._pool, f"drop {number}", f"{by}\n{why}".encode(), caller, key, now, work)

    async def _numbers(self, which: Which) -> list[int]:
        if which.numbers:
            return sorted(set(which.numbers))[:MOST]
        found = await rows.held(
            self._pool, most=MOST, source=which.system, kind=which.kind, problem=which.problem
        )
        return [one.number for one in found]

    async def _put(self, number: int, body: bytes, by: str, why: str, now: datetime) -> None:
        whole = await inbox.message(self._pool, number)
        kept = whole.kept
        if "json" in kept.content_type:
            _json(body)
        looked = await self._glance.look(kept.source, kept.content_type, body)
        async with self._pool.acquire() as connection:
            await inbox.edit(connection, number, body, by.strip(), why.strip(), now, looked.order or None)


def _unbound(caller: Caller) -> None:
    if caller.customers is not None:
        raise NotAllowed(
            "messages hold what is not of the key's customers alone",
            remedy="use a key that is bound to none",
        )


def _by(by: str) -> None:
    if not by.strip():
        raise BadField("by", by, "an edit has a person", remedy="say who does it: it is recorded")


def _names(words: str) -> tuple[str, str]:
    found = _RENAME.fullmatch(words)
    if found is None:
        raise BadField("rename", words, "not two names of fields", remedy="write e.g. quantity=qty")
    return found[1], found[2]


def _json(body: bytes) -> Any:
    try:
        return _DECODE(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"the new body is not JSON: {error}", remedy="mend it") from None


def _renamed(body: bytes, was: str, becomes: str) -> bytes | None:
    """The body with a field renamed wherever it stands and the new name does not; None where it stands nowhere."""
    try:
        value = _json(body)
    except BadRequest:
        return None
    renamed, any_ = _rename(value, was, becomes)
    return _ENCODER.encode(renamed) if any_ else None


def _rename(value: Any, was: str, becomes: str) -> tuple[Any, bool]:
    if isinstance(value, list):
        pairs = [_rename(one, was, becomes) for one in value]
        return [one for one, _ in pairs], any(changed for _, changed in pairs)
    if not isinstance(value, dict):
        return value, False
    found, any_ = {}, False
    for name, inner in value.items():
        mended, changed = _rename(inner, was, becomes)
        moved = name == was and becomes not in value
        found[becomes if moved else name] = mended
        any_ = any_ or changed or moved
    return found, any_


def _short(one: Held, worth: dict[str, rows.Worth]) -> dict[str, Any]:
    money = worth.get(one.key)
    return {
        "number": one.number, "system": one.source, "id": one.id, "kind": one.kind, "received": moment(one.received),
        "order": one.key, "problem": one.problem, "behind": one.behind,
        "amount": plain(money.amount) if money else None, "currency": money.currency if money else "",
        "customer": money.customer if money else "",
    }  # fmt: skip


def _message(whole: Whole) -> dict[str, Any]:
    kept = whole.kept
    return {
        "number": kept.number, "system": kept.source, "id": kept.id, "kind": kept.kind, "state": whole.state,
        "received": moment(kept.received), "applied": moment(whole.applied) if whole.applied else None,
        "order": kept.key, "content_type": kept.content_type, "problem": whole.problem, "repeats": whole.repeats,
        "body": _body(kept.body), "first": _body(whole.first), "edited": kept.edited,
    }  # fmt: skip


def _body(body: bytes) -> str:
    """As text: most are. Of what is not, the bytes that are no text are shown as such."""
    return body.decode("utf-8", errors="backslashreplace")


def _came(came: Came) -> dict[str, Any]:
    states = [one.state for one in came.verdicts]
    return {
        "applied": states.count("applied"), "held": states.count("quarantined"),
        "messages": [
            {"number": one.number, "state": one.state, "problem": one.problem or ""} for one in came.verdicts
        ],
        "changes": [
            {"order": one.order, "where": one.where, "was": one.was, "becomes": one.becomes} for one in came.changes
        ],
        "effects": came.effects, "cases_opened": came.opened, "cases_closed": came.closed,
    }  # fmt: skip
