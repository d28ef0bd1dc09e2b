"""What a broker brought, told apart: CloudEvents of either mode, or a system's raw message; who sent it, under which id.

Pure reading: knows the names that each kind of broker gives the same header, makes no connection and keeps nothing.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from sayso.canon.events import family_of
from sayso.store.inbox import Message

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
_LONGEST = 200  # of an id; a longer one is not used
# The attributes' prefix in each protocol binding of CloudEvents: NATS and HTTP, Kafka, AMQP.
_PREFIXES = ("ce-", "ce_", "cloudevents:", "cloudevents_")
_OWN = "sayso"
_SYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
# What is told of goods or money and not of an order: its subject is no order's number.
_OF_NO_ORDER = frozenset({"stock.counted", "receipt.posted", "payment.received"})


class Arrived(Struct, frozen=True):
    """A message as the broker gave it. `topic` is its subject, topic or routing key; `place` names it in the broker for
    good (stream and sequence, or topic, partition and offset): what is delivered again has the same."""

    topic: str
    place: str
    headers: Mapping[str, str]
    body: bytes


class Brought(Struct, frozen=True):
    """A message that was told apart. `event`: it is a CloudEvent; `named`: its id is its sender's, not its place."""

    message: Message
    event: bool = False
    named: bool = False


class _Head(Struct, frozen=True):
    """As much of a CloudEvent as tells it from others."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str = ""


_HEAD = msgspec.json.Decoder(_Head)
_MANY = msgspec.json.Decoder(list[msgspec.Raw])


def messages(arrived: Arrived, prefix: str) -> list[Brought]:
    """What is to be kept of it, in its order: one, or each of a batch.

    `prefix` is the subject's beginning (`sayso.in`); the word after it names the system, whose message it is if it is no
    CloudEvent. What cannot be told apart is kept as it came: nothing that a broker brings is refused or lost.
    """
    headers = {name.lower(): value for name, value in arrived.headers.items()}
    system = _system(arrived.topic, prefix)
    content_type = headers.get("content-type", "") or "application/json"
    if content_type.startswith(BATCHED) and (many := _several(arrived.body)):
        return [
            _brought(each, {}, system, f"{arrived.place}/{count}", STRUCTURED)
            for count, each in enumerate(many)
        ]
    return [_brought(arrived.body, headers, system, arrived.place, content_type)]


def _brought(body: bytes, headers: Mapping[str, str], system: str, place: str, content_type: str) -> Brought:
    attributes = _attributes(headers)
    if {"id", "source", "type", "specversion"} <= attributes.keys():
        body, content_type = _structured(attributes, body, content_type), STRUCTURED
    head = _head(body)
    if head is not None and _usable(head.id) and _usable(head.source) and head.source != _OWN:
        about = "" if family_of(head.type) in _OF_NO_ORDER else _text(head.subject)
        return Brought(Message(head.source, head.id, _text(head.type), STRUCTURED, body, about), event=True)
    given = headers.get("nats-msg-id") or headers.get("message-id") or ""
    named = _usable(given)
    return Brought(Message(system, given if named else place, "", _text(content_type), body), named=named)


def _system(topic: str, prefix: str) -> str:
    found = topic.removeprefix(prefix).lstrip(".").partition(".")[0]
    return found if _SYSTEM.fullmatch(found) and found != _OWN else "broker"


def _attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """The attributes of a CloudEvent in binary mode."""
    found = {}
    for name, value in headers.items():
        for prefix in _PREFIXES:
            if name.startswith(prefix):
                found[name.removeprefix(prefix)] = value
    return found


def _structured(attributes: Mapping[str, str], body: bytes, content_type: str) -> bytes:
    """A CloudEvent of binary mode as one JSON document (CloudEvents JSON format 1.0.2, 3)."""
    whole: dict[str, Any] = {**attributes, "datacontenttype": content_type}
    try:
        if "json" not in content_type:
            raise msgspec.DecodeError
        msgspec.json.decode(body)
        whole["data"] = msgspec.Raw(body)
    except msgspec.DecodeError:
        whole["data_base64"] = base64.b64encode(body).decode()
    return msgspec.json.encode(whole)


def _head(body: bytes) -> _Head | None:
    try:
        return _HEAD.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _several(body: bytes) -> list[bytes]:
    try:
        return [bytes(each) for each in _MANY.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def _usable(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isprintable()


def _text(text: str) -> str:
    return text if _usable(text) else ""
