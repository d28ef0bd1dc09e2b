"""Something that does not agree, in the trade's words: what a judgement found, before anybody's work is made of it."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct


class Finding(Struct, frozen=True, kw_only=True):
    """What is wrong with an order, an account, a feed.

    `kind` is one of `cases.kinds`; `key` tells two findings of a kind apart and stays the same as long as it is the same
    trouble (the order, and the line, shipment or invoice). `amount` is the money at stake, in `currency`, with tax.
    `facts` are plain values by name, all text: they fill the kind's sentence.
    """

    kind: str
    key: str
    order: str = ""
    customer: str = ""
    document: str = ""
    item: str = ""
    site: str = ""
    line: int = 0
    amount: Decimal | None = None
    currency: str = ""
    facts: dict[str, str] = {}
