"""What the calls that follow orders do with a request that was read and admitted. See calls.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from sayso.api import calls
from sayso.api.call import Ask, Follow, House
from sayso.api.problems import WrongMedia
from sayso.canon.times import parse_moment
from sayso.desk.calling import Reply
from sayso.desk.messages import taking
from sayso.desk.messages.quarantine import Edited, Which
from sayso.desk.messages.taking import Given
from sayso.errors import BadField, NotAllowed, NotFound
from sayso.insight.transactions import Query
from sayso.store.inbox import Message

OPEN = ("operational", "financial")

_SINGLE = b"application/cloudevents+json"
_BATCH = b"application/cloudevents-batch+json"
_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NUMBER = re.compile(r"[0-9]{1,18}")
_VISIBLE = re.compile(rb"[\x21-\x7e]{1,200}")
_ATTRIBUTE = re.compile(r"[a-z0-9]{1,60}")


async def events(house: House, ask: Ask) -> Reply:
    """POST /v1/events"""
    found = _events(ask)
    return await _follow(house).taking.events(found, ask.body, ask.caller, ask.key, ask.now)


def _events(ask: Ask) -> list[Message]:
    """The events of a body in any of the three modes of the HTTP binding (CloudEvents 1.0.2, HTTP 3)."""
    media = ask.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    binary = _attributes(ask.headers)
    if media == _BATCH:
        return taking.batch(ask.body)
    if media == _SINGLE:
        return [taking.event(ask.body)]
    if media != b"application/json":
        raise WrongMedia(
            f"events do not come as {media.decode('latin-1')[:80] or 'a body without Content-Type'}",
            remedy="send application/cloudevents+json, application/cloudevents-batch+json, or application/json with ce- "
            "headers; what is no CloudEvent goes to /v1/systems/{system}/messages",
        )
    if binary:
        return [taking.event(taking.structured(binary, ask.body))]
    if ask.body.lstrip()[:1] == b"[":
        return taking.batch(ask.body)
    return [taking.event(ask.body)]


def _attributes(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """The attributes of binary mode: `ce-` headers, percent-encoded (CloudEvents 1.0.2, HTTP 3.1.3)."""
    found = {}
    for name, value in headers.items():
        if name.startswith(b"ce-"):
            attribute = name[3:].decode("latin-1")
            if not _ATTRIBUTE.fullmatch(attribute):
                raise BadField(
                    name.decode("latin-1")[:80], "", "no name of an attribute", remedy="small letters and digits"
                )  # fmt: skip
            found[attribute] = unquote(value.decode("latin-1"), errors="replace")
    return found


async def message(house: House, ask: Ask) -> Reply:
    """POST /v1/systems/{system}/messages"""
    said = ask.headers
    given = Given(
        ask.path["system"], said.get(b"content-type", b"application/octet-stream").decode("latin-1")[:200], ask.body,
        _said(said, "Sayso-Message-Id"), _said(said, "Sayso-Message-Kind"),
    )  # fmt: skip
    return await _follow(house).taking.message(given, ask.caller, ask.key, ask.now)


def _said(headers: Mapping[bytes, bytes], name: str) -> str:
    """What a header says of a message, "" where it is not there."""
    given = headers.get(name.lower().encode())
    if given is not None and not _VISIBLE.fullmatch(given):
        raise BadField(
            name, given.decode("latin-1"), "it is 1 to 200 visible ASCII characters", remedy="leave it out, or mend it"
        )  # fmt: skip
    return "" if given is None else given.decode("ascii")


async def transactions(house: House, ask: Ask) -> Reply:
    """GET /v1/transactions"""
    values = ask.query
    query = Query(
        calls.one(values, "stage"), calls.one(values, "customer"), calls.one_of(values, "open", OPEN),
        calls.moment(values, "since"), calls.limit(ask), calls.one(values, "cursor"),
    )  # fmt: skip
    if query.customer and not ask.caller.sees(query.customer):
        raise NotAllowed(
            "the key is bound to other customers", remedy="ask for one of the key's own customers", customer=query.customer
        )  # fmt: skip
    return Reply(200, await _follow(house).transactions.listed(query, ask.caller.customers))


async def transaction(house: House, ask: Ask) -> Reply:
    """GET /v1/transactions/{order}"""
    known_at = calls.one(ask.query, "known_at")
    at = parse_moment(known_at, field="known_at") if "known_at" in ask.query else None
    order = calls.order_number(ask)
    return Reply(200, await _follow(house).transactions.one(order, ask.caller.customers, at))


async def held(house: House, ask: Ask) -> Reply:
    """GET /v1/quarantine"""
    values = ask.query
    which = Which((), *(calls.one(values, name) for name in ("system", "kind", "problem")))
    cursor = calls.one(values, "cursor")
    if cursor and not _NUMBER.fullmatch(cursor):
        raise BadField("cursor", cursor, "no such cursor", remedy="send `next` of the page before, as it was")
    return await _follow(house).quarantine.listed(which, ask.caller, calls.limit(ask), int(cursor or 0))


async def held_message(house: House, ask: Ask) -> Reply:
    """GET /v1/quarantine/{number}"""
    return await _follow(house).quarantine.shown(_number(ask), ask.caller)


async def edit(house: House, ask: Ask) -> Reply:
    """POST /v1/quarantine/{number}/edit"""
    given = ask.value
    if (given.text is None) == (given.body is None):
        raise BadField(
            "body", "", "a body is JSON in `body`, or text in `text`", remedy="send one of the two"
        )
    # Out of the bytes as they came: a number keeps its digits.
    body = given.text.encode() if given.text is not None else bytes(_PARTS.decode(ask.body)["body"])
    edited = Edited(given.by, given.why, body)
    return await _follow(house).quarantine.edit(_number(ask), edited, ask.body, ask.caller, ask.key, ask.now)


async def dry_run(house: House, ask: Ask) -> Reply:
    """POST /v1/quarantine/{number}/dry-run"""
    return await _follow(house).quarantine.dry_run([_number(ask)], ask.caller, ask.now)


async def replay(house: House, ask: Ask) -> Reply:
    """POST /v1/quarantine/{number}/replay"""
    return await _follow(house).quarantine.replay([_number(ask)], ask.caller, ask.key, ask.now)


async def drop(house: House, ask: Ask) -> Reply:
    """POST /v1/quarantine/{number}/drop"""
    given = ask.value
    return await _follow(house).quarantine.drop(
        _number(ask), given.by, given.why, ask.caller, ask.key, ask.now
    )


async def replay_many(house: House, ask: Ask) -> Reply:
    """POST /v1/quarantine/replay"""
    given = ask.value
    which = Which((), given.system, given.kind, given.problem)
    return await _follow(house).quarantine.replay_many(
        which, ask.caller, ask.key, ask.now, keep=not given.dry_run
    )


def _follow(house: House) -> Follow:
    if house.follow is None:
        raise NotFound("orders are not followed here", remedy="see whoever runs Sayso")
    return house.follow


def _number(ask: Ask) -> int:
    text = ask.path["number"]
    if not _NUMBER.fullmatch(text):
        raise NotFound("there is no message of this number", remedy="see GET /v1/quarantine")
    return int(text)
