"""Stock and dates, asked of books: how much of an item is sellable on a day, from when, and is there a shortage?"""

from __future__ import annotations

from datetime import date as day_
from decimal import Decimal

from msgspec import Struct

from sayso.audit.parity.asked import Asks, Told
from sayso.audit.parity.line_dates import Lines
from sayso.canon.decimals import plain
from sayso.errors import BadField
from sayso.promise.gather import Books
from sayso.promise.gathered import Row
from sayso.promise.policy import Policy
from sayso.promise.sellable import Place, Reckoned, Replaced, kits_of
from sayso.promise.sellable import earliest as earliest_of
from sayso.promise.sellable import sellable as sellable_of
from sayso.promise.sellable import warning as warning_of


class Sellable(Struct, frozen=True, forbid_unknown_fields=True):
    """How much of an item can be sold on a day: today, and at all sites together, unless one is said."""

    item: str
    site: str | None = None
    variant: str = ""
    date: day_ | None = None


class Earliest(Struct, frozen=True, forbid_unknown_fields=True):
    """From when so much of an item can leave.

    `document` and `line` are a demand that is given and is being promised; `quantity` and `requested` are then its own
    unless said otherwise, and `requested` is what the policy's dates.requested says it is. Without such a demand it is
    the day on which it is wanted to be shipped.
    """

    item: str
    site: str | None = None
    variant: str = ""
    quantity: Decimal | None = None
    requested: day_ | None = None
    document: str = ""
    line: str = ""


class Earlier(Struct, frozen=True, forbid_unknown_fields=True):
    """A line as it stood before it was changed: so much, to leave on a day (the same as now, where none is said).

    It is the demand of that document and line, where these are said, and as large as that unless said otherwise; else
    the one of that day that is as large.
    """

    quantity: Decimal | None = None
    date: day_ | None = None
    document: str = ""
    line: str = ""


class Warned(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a line of so much, to leave on a day (today, where none is said), makes a shortage.

    `document` and `line` are a demand that is given and is being changed: it is what is replaced, unless said otherwise,
    and it is fulfilled as that demand is. What is replaced may be its quantity alone.
    """

    item: str
    quantity: Decimal
    site: str | None = None
    variant: str = ""
    date: day_ | None = None
    replaces: Earlier | Decimal | None = None
    document: str = ""
    line: str = ""
    fulfilment: str = ""


def sellable(books: Books, asked: Sellable, today: day_, policy: Policy) -> Told:
    """`sellable` in base units, null where it is not stocked; of a kit, as many as its scarcest component makes."""
    kit, day = books.item(asked.item).kit, asked.date or today
    if not kit:
        place = Lines(books, asked.item, today, policy).place(asked.site, asked.variant)
        return _sellable(sellable_of(place, day, today, policy))
    parts = {}
    for part in kit:
        place = Lines(books, part.component, today, policy).place(asked.site, "")
        parts[part] = sellable_of(place, day, today, policy)
    return _sellable(kits_of(parts))


def _sellable(found: Reckoned) -> Told:
    return Told({"sellable": None if found.quantity is None else plain(found.quantity)}, found.arithmetic)


def warning(books: Books, asked: Warned, today: day_, policy: Policy) -> Told:
    """`warning`, and what is `available_after` the line; null where nothing is counted. A drop shipment never warns."""
    day, lines = asked.date or today, Lines(books, asked.item, today, policy)
    own = lines.row(asked.document, asked.line) if asked.document else None
    place = lines.place(asked.site, asked.variant)
    earlier = Earlier(asked.replaces) if isinstance(asked.replaces, Decimal) else asked.replaces
    replaced = _replaced(earlier, own, day, lines, place)
    fulfilment = asked.fulfilment or (own or {}).get("fulfilment") or ""
    found = warning_of(place, asked.quantity, day, replaced, today, policy, fulfilment)
    after = None if found.after is None else plain(found.after)
    return Told({"warning": found.warning, "available_after": after}, found.arithmetic)


def _replaced(
    earlier: Earlier | None, own: Row | None, day: day_, lines: Lines, place: Place
) -> Replaced | None:
    """What a line replaces: as it is said, else its own demand as it stands."""
    if earlier is None:
        return None if own is None else Replaced(own["quantity"], lines.demand(own, place.site))
    named = lines.row(earlier.document, earlier.line) if earlier.document else own
    quantity = earlier.quantity if earlier.quantity is not None else (named or {}).get("quantity")
    if quantity is None:
        raise BadField(
            "replaces.quantity", "", "this is missing", remedy="write quantity: ..., or name a document"
        )
    stood = named or lines.stood(place, quantity, earlier.date or day)
    return Replaced(quantity, None if stood is None else lines.demand(stood, place.site))


def earliest(books: Books, asked: Earliest, today: day_, policy: Policy) -> Told:
    """`earliest` as a date, null where there is none. BadField for a demand that is not given."""
    lines = Lines(books, asked.item, today, policy)
    row = lines.row(asked.document, asked.line) if asked.document else None
    wish = lines.wished(row, asked.requested)
    site, variant = asked.site, asked.variant
    if row is not None:
        site, variant = site if site is not None else row.get("site") or "", variant or row["variant"]
    quantity = asked.quantity if asked.quantity is not None else (row or {}).get("quantity")
    if quantity is None:
        raise BadField("quantity", "", "this is missing", remedy="write quantity: ..., or name a document")
    place = lines.place(site, variant, lines.latest(wish), row)
    own = None if row is None else lines.own(row, place.site)
    found = earliest_of(place, quantity, wish.day, own, today, policy)
    told = [f"wanted to be shipped on {wish.day}", *found.arithmetic]
    day = None if found.day is None else lines.leaves(place.site, found.day, wish, told)
    return Told({"earliest": day.isoformat() if day else None}, told)


ASKS: Asks = {
    "sellable": (Sellable, sellable), "earliest": (Earliest, earliest), "warning": (Warned, warning),
}  # fmt: skip
