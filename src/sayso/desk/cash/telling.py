"""An event, made ready to be kept: which document it tells of, which orders that is about, and what it waits for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from sayso.canon.canonical import canonical, digest
from sayso.canon.events import TYPES, Event, family_of
from sayso.canon.events_shared import Told
from sayso.cash.shapes import Fact
from sayso.store.following import Known, Telling

#: What introduces a document that others name: its family, and the word its keys begin with.
INTRODUCES = {"shipment.dispatched": "shipment", "invoice.issued": "invoice", "payment.received": "payment"}
_FAMILY = {word: family for family, word in INTRODUCES.items()}
#: Families that tell of no order: they become facts, or wait for what is decided on them.
OF_STOCK = frozenset({"stock.counted", "receipt.posted"})
_UNEVEN = re.compile(rb'"-?[0-9]*(?:\.[0-9]*0|0[0-9]+(?:\.[0-9]+)?|[0-9.]*[eE][-+0-9]+)"')
_ENCODER = msgspec.json.Encoder()
_DECODERS = {type_: msgspec.json.Decoder(data) for type_, data in TYPES.items()}


class Ready(NamedTuple):
    """A telling whose orders are not looked up yet.

    `orders` it names itself; `names` are the keys of documents that it is about; `introduces` is the key of the document
    that it is the first to tell of ("" for none); `customer` whose receivables it changes; `event` its id at its source.
    """

    telling: Telling
    orders: frozenset[str]
    names: frozenset[str]
    introduces: str
    customer: str
    data: Told
    event: str


def ready(event: Event, message: int | None, received: datetime) -> Ready:
    """The event as it is kept."""
    family, data = family_of(event.type), event.data
    body = _ENCODER.encode(data)
    if _UNEVEN.search(body):
        body = canonical(data)
    telling = Telling(
        family, data.document, data.revision, digest(body), event.type, event.subject, event.time, received,
        event.source, message, body,
    )  # fmt: skip
    orders = _orders(event, family)
    word = INTRODUCES.get(family, "")
    names = frozenset() if orders and not _of_many(family) else frozenset(_names(family, data))
    return Ready(
        telling,
        orders,
        names,
        f"{word} {data.document}" if word else "",
        getattr(data, "customer", ""),
        data,
        event.id,
    )


def document_of(key: str) -> tuple[str, str, str]:
    """(key, family, document) of the key of a document."""
    word, _, number = key.partition(" ")
    return key, _FAMILY[word], number


def fact_of(row: Known) -> Fact:
    """What was kept, as the fold takes it."""
    data = _read(row.type, row.data)
    return Fact(
        row.family, row.document, row.revision, row.digest, row.occurred, row.source, row.subject, data
    )


def fact_from(one: Ready) -> Fact:
    """What was just made ready, as the fold takes it."""
    telling = one.telling
    return Fact(
        telling.family, telling.document, telling.revision, telling.digest, telling.occurred, telling.source,
        telling.subject, one.data,
    )  # fmt: skip


@lru_cache(maxsize=65536)
def _read(type_: str, data: bytes) -> Told:
    """Documents never change, and most are read again with the next message of their order."""
    return _DECODERS[type_].decode(data)


def _orders(event: Event, family: str) -> frozenset[str]:
    if family in OF_STOCK or family == "payment.received":
        return frozenset()
    named = {event.subject} if event.subject else set()
    if _of_many(family):
        named |= {line.order for line in getattr(event.data, "lines", ()) if getattr(line, "order", "")}
    return frozenset(named)


def _of_many(family: str) -> bool:
    """Whether a document of this family may be about several orders."""
    return family in ("invoice.issued", "credit_memo.issued", "payment.applied", "payment.reversed")


def _names(family: str, data: Any) -> Iterable[str]:
    if family in ("shipment.delivered", "shipment.returned"):
        return [f"shipment {data.shipment}"] if data.shipment else []
    if family in ("invoice.delivered", "credit_memo.issued", "dispute.opened", "dispute.closed"):
        return [f"invoice {data.invoice}"] if data.invoice else []
    if family == "payment.applied":
        return [
            *(f"invoice {line.invoice}" for line in data.lines),
            *([f"payment {data.payment}"] if data.payment else []),
        ]
    if family == "payment.reversed":
        return [f"payment {data.payment}"]
    if family == "payment.received":  # what it is used for may be known already
        return [f"payment {data.document}"]
    return []
