"""The doors through which systems tell what happened: events as CloudEvents, and messages in a system's own format.

A message is kept byte for byte before it is acknowledged. What it means is found out later, by a worker; so wrong data
is taken and held back there, and only what cannot be told apart from other messages is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw, Struct
from prometheus_client import Counter

from sayso.canon.canonical import digest
from sayso.canon.events import TYPES, family_of
from sayso.desk.calling import Caller, Reply
from sayso.desk.messages.glance import Glance
from sayso.desk.once import once
from sayso.errors import BadField, BadRequest, NotAllowed, TooLarge
from sayso.store import inbox
from sayso.store.database import mapped
from sayso.store.inbox import Came, Message

_taken = Counter(
    "sayso_messages_taken", "Messages that came in over HTTP, by what was known of them.", ["came"]
)

MOST_EVENTS = 500
CLOUDEVENT = "application/cloudevents+json"
OURS = "sayso"

_MOST_TEXT = 200
_STATES = {"new": "taken", "repeated": "repeated", "conflicting": "conflicting"}
_SYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
#: Attributes of a CloudEvent hold none (CloudEvents 1.0.2, 3.1): they would speak to the terminal of who reads a list.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: What is told of goods or money and not of an order: its subject is no order's number.
_OF_NO_ORDER = frozenset({"stock.counted", "receipt.posted", "payment.received"})
_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])


class Given(Struct, frozen=True):
    """A message as a system sent it. `id` and `kind` are what its headers say, "" where they say nothing."""

    system: str
    content_type: str
    body: bytes
    id: str = ""
    kind: str = ""


class Taking:
    """Keeps what comes in."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._glance = Glance(pool)

    @staticmethod
    def check(caller: Caller, what: str, *systems: str) -> None:
        """NotAllowed for a key that is bound to customers, or to other systems than these."""
        if caller.customers is not None:
            raise NotAllowed(
                f"a key bound to customers cannot send {what}", remedy="use a key that is bound to none"
            )
        for system in systems:
            if not caller.speaks_for(system):
                raise NotAllowed(
                    f"the key may not send in the name of {system[:_MOST_TEXT]}",
                    remedy="use the key of that system: each key names the systems it may speak for",
                    system=system,
                )

    async def events(
        self, events: Sequence[Message], body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """Keep events. 202 with what was known of each; raises NotAllowed for a key that is bound to customers."""
        self.check(caller, "events", *dict.fromkeys(one.source for one in events))

        async def work() -> Reply:
            came = await inbox.keep(self._pool, events, now)
            return _acknowledged(events, came)

        with mapped():
            return await once(self._pool, "events", body, caller, key, now, work)

    async def message(self, given: Given, caller: Caller, key: str | None, now: datetime) -> Reply:
        """Keep a message of a system in its own format. 202 with its number.

        Where its sender names no id it is the one that its contract finds in it, else the address of its content.
        """
        check_system(given.system)
        self.check(caller, "messages", given.system)
        with mapped():
            looked = await self._glance.look(given.system, given.content_type, given.body)
        id_ = given.id or looked.id or digest(given.body)

        async def work() -> Reply:
            kind = given.kind or looked.kind
            message = Message(given.system, id_, kind, given.content_type, given.body, looked.order)
            return _acknowledged([message], await inbox.keep(self._pool, [message], now))

        with mapped():
            return await once(self._pool, f"message {given.system} {id_}", given.body, caller, key, now, work)


def batch(body: bytes) -> list[Message]:
    """A JSON batch of CloudEvents (CloudEvents 1.0.2, JSON format 4), each with its own bytes.

    Raises BadRequest, BadField naming the event and the field, TooLarge.
    """
    events = _decoded(_LIST, body, "a JSON list of events")
    if len(events) > MOST_EVENTS:
        raise TooLarge(
            f"a batch holds at most {MOST_EVENTS} events, and this one {len(events)}",
            remedy="send them in several batches",
            limit=MOST_EVENTS,
        )
    return [event(bytes(one), f"[{place}].") for place, one in enumerate(events)]


def event(body: bytes, where: str = "") -> Message:
    """A CloudEvent in structured mode, to be kept as it is. Raises BadRequest, and BadField naming the attribute."""
    given = _decoded(_OBJECT, body, "a JSON object, a CloudEvent")
    id_, source, type_ = (_text(given, name, where) for name in ("id", "source", "type"))
    version = _text(given, "specversion", where) if "specversion" in given else "1.0"
    if version != "1.0":
        raise BadField(
            f"{where}specversion", version, "only CloudEvents 1.0 is read", remedy='send "specversion": "1.0"'
        )
    if source.strip().casefold() == OURS:
        raise BadField(
            f"{where}source", source, "this is Sayso's own name", remedy="name the system that tells of it"
        )
    return Message(source, id_, type_, CLOUDEVENT, body, _order_of(given, type_))


def structured(attributes: Mapping[str, str], data: bytes) -> bytes:
    """A CloudEvent of binary mode (attributes in headers, data in the body) as structured mode has it.

    The data's bytes go in as they are. Raises BadRequest where they are not JSON.
    """
    if data.strip():
        _decoded(msgspec.json.Decoder(Raw), data, "JSON")
    told = {"specversion": "1.0", **attributes, "datacontenttype": "application/json"}
    return msgspec.json.encode({**told, "data": Raw(data if data.strip() else b"null")})


def _decoded(decoder: Any, body: bytes, what: str) -> Any:
    try:
        found = decoder.decode(body)
        msgspec.json.decode(
            body
        )  # Raw does not look into what it skips: a text there may still be no Unicode
    except msgspec.ValidationError:
        raise BadRequest(f"the body is not {what}", remedy=f"send {what}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON: {error}", remedy="send valid JSON in UTF-8") from None
    return found


def _text(given: Mapping[str, Raw], name: str, where: str) -> str:
    field = where + name
    if name not in given:
        raise BadField(field, "", f"{name} is missing", remedy=f"send {name}")
    try:
        text = msgspec.json.decode(given[name], type=str)
    except msgspec.ValidationError:
        raise BadField(
            field, bytes(given[name])[:80].decode(errors="replace"), f"{name} is a text", remedy="send a text"
        ) from None
    return _usable(field, text)


def _usable(field: str, text: str) -> str:
    if not text.strip():
        raise BadField(field, text, "it is blank", remedy="send what tells it from others")
    if len(text) > _MOST_TEXT:
        raise BadField(field, text, f"it is longer than {_MOST_TEXT} characters", remedy="shorten it")
    if _CONTROLS.search(text):
        told = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
        raise BadField(field, told, "it holds a control character", remedy="take it out")
    return text


def _order_of(given: Mapping[str, Raw], type_: str) -> str:
    """The order that an event names; "" where it names none, or nothing that could be one."""
    if "subject" not in given or (type_ in TYPES and family_of(type_) in _OF_NO_ORDER):
        return ""
    try:
        subject = msgspec.json.decode(given["subject"], type=str)
    except msgspec.DecodeError:
        return ""
    return subject if len(subject) <= _MOST_TEXT and "\x00" not in subject else ""


def check_system(system: str) -> None:
    """BadField for what no system can be called."""
    if not _SYSTEM.fullmatch(system):
        raise BadField(
            "system", system, "no name of a system",
            remedy="letters, digits and . _ - , at most 60, as in the follow file",
        )  # fmt: skip
    if system.casefold() == OURS:
        raise BadField(
            "system", system, "this is Sayso's own name", remedy="name the system that tells of it"
        )


def _acknowledged(messages: Sequence[Message], came: Sequence[Came]) -> Reply:
    shown = [
        {"id": message.id, "state": _STATES[one.how], "number": one.number}
        for message, one in zip(messages, came, strict=True)
    ]
    for one in shown:
        _taken.labels(str(one["state"])).inc()
    counts = {state: sum(one["state"] == state for one in shown) for state in _STATES.values()}
    return Reply(202, msgspec.json.encode({**counts, "messages": shown}))
