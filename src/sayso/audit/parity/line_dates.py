"""What the dates of documents mean under a policy, and whose lines count against a line that is to be promised.

Reads books of facts; what can leave when is the judgement's.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from sayso.errors import BadField
from sayso.promise.calendars import shipment_day
from sayso.promise.cards import ZERO, Customer, Demand, ItemCard, Site, Stock
from sayso.promise.counted import takes
from sayso.promise.gather import Books
from sayso.promise.gathered import Row, item_card
from sayso.promise.policy import Policy
from sayso.promise.sellable import Own, Place

_AS_TYPED = ("due", "planned", "requested")


class Wish(NamedTuple):
    """When a quantity is wanted to be shipped, whether it may not be sooner, and the day of the line, if it is one's."""

    day: date
    floor: bool
    line_day: date | None = None


class Lines:
    """An item's rows, with the dates of its documents as the policy has them."""

    def __init__(self, books: Books, item: str, today: date, policy: Policy) -> None:
        self.item, self.today = item, today
        self._books, self._policy, self._world = books, policy, books.world(policy)
        self._rows = [
            row for row in books.rows("demand")
            if row.get("item") == item and row.get("kind") != "allocation"
        ]  # fmt: skip

    def row(self, document: str, line: str) -> Row:
        """The demand of a document's line; without a line, of its only one for the item. BadField if it is not there."""
        found = [row for row in self._rows if row["document"] == document and line in ("", row["line"])]
        if len(found) == 1 and found[0].get("quantity"):
            return found[0]
        detail = "no demand for the item has this document and line"
        if found:
            detail = "several lines ask for the item" if len(found) > 1 else "nothing of this line is open"
        named = f"{document} {line}".strip()
        raise BadField(
            "document", named, detail, remedy="name the document and line of a demand that is given"
        )

    def place(
        self, site: str | None, variant: str, no_later: date | None = None, own: Row | None = None
    ) -> Place:
        """The item at a site; without one, at the only one that has rows of it, else at all sites together.

        With a day, order lines but its `own` are left out that are requested to be shipped later.
        """
        rows = [
            self._meant(row)
            for row in self._rows
            if no_later is None or row is own or (row.get("kind") or "order") != "order" or self.shipped(row) <= no_later
        ]  # fmt: skip
        demand = item_card(self.item, lambda kind: rows if kind == "demand" else ()).demand
        card = replace(self._books.item(self.item), demand=demand)
        if site is None:
            sites = {s.site for s in card.stock} | {i.site for i in card.inbound} | {d.site for d in demand}
            site = sites.pop() if len(sites) == 1 else None
        return (
            Place(card, site, variant) if site is not None else Place(_together(card, variant), "", variant)
        )

    def own(self, row: Row, site: str) -> Own:
        """A row as the line that is to be promised, with the day on which supply is expected that is bound to it."""
        demand = self.demand(row, site)
        document, line = demand.supply_document, demand.supply_line
        linked = [
            one.get("due")
            for one in self._books.rows("inbound")
            if document and one["document"] == document and line in ("", one["line"])
        ]
        day = self._stands(self._meant(row))
        return Own(demand, day, linked[0] if linked else None)

    def demand(self, row: Row, site: str) -> Demand:
        """A row as the judgement is told of it, at the site that is looked at."""
        found = item_card(self.item, lambda kind: [self._meant(row)] if kind == "demand" else ()).demand[0]
        return replace(found, site=site)

    def stood(self, place: Place, quantity: Decimal, day: date) -> Row | None:
        """A row of a day that asks for so much, or for more; None where none does."""
        found = [
            row for row in self._rows
            if row.get("quantity") and place.site in ("", row.get("site") or "") and row["variant"] == place.variant
            and self._stands(self._meant(row)) == day
            and row["quantity"] >= quantity
            and takes(self.demand(row, place.site), self._policy.availability)
        ]  # fmt: skip
        return min(found, key=lambda row: row["quantity"], default=None)

    def wished(self, own: Row | None, asked: date | None) -> Wish:
        """When it is wanted to be shipped: as asked, else as its line says, else today.

        What is asked for is meant as the line's requested date is, unless it is the line's own shipment date.
        """
        if own is None:
            day = asked or self.today
            return Wish(day, True)
        line_day, shipped = self._stands(self._meant(own)), self.shipped(own)
        requested = own.get("requested")
        if asked is None or asked in (requested, shipped):
            day = shipped
        elif asked == line_day or self._policy.dates.requested == "shipment":
            day = asked
        else:
            day = self._counted_back(asked, own)
        return Wish(day, bool(requested or asked), line_day)

    def shipped(self, row: Row) -> date:
        """The day on which a line is requested to be shipped; its shipment date where no day is requested."""
        requested: date | None = row.get("requested")
        if requested is None:
            return self._stands(row)
        return self._counted_back(requested, row) if self._policy.dates.requested == "delivery" else requested

    def latest(self, wish: Wish) -> date | None:
        """The day after which other order lines are requested that do not count against a line; None: all of them do."""
        return wish.line_day if self._policy.availability.later_requests == "leave_out" else None

    def leaves(self, site: str, found: date, wish: Wish, told: list[str]) -> date:
        """The day on which what is there on a day leaves: not before it is wanted, and on a day on which the site works."""
        day = found
        if wish.floor and day < wish.day:
            told.append(f"{day} is sooner than it is wanted: {wish.day}")
            day = wish.day
        works = date.fromordinal(self._world.calendar(self._site(site).calendar).next(day.toordinal()))
        if works != day:
            told.append(f"{day} is no working day there: {works}")
        return works

    def _counted_back(self, delivery: date, row: Row) -> date:
        site, name = self._site(row.get("site") or ""), row.get("customer") or ""
        buyer = self._books.account(name).customers.get(name) if name else None
        buyer = buyer or Customer(name)
        days = buyer.shipping_days
        if days is None:
            lanes = self._world.lanes(buyer.country, buyer.region) if buyer.country else []
            days = next((lane.transit_days for at, lane in lanes if at.site == site.site), 0)
        working, receiving = self._world.calendar(site.calendar), self._world.calendar(buyer.calendar)
        day = shipment_day(delivery.toordinal(), days, site.handling_days, working, receiving)
        return date.fromordinal(day)

    def _site(self, name: str) -> Site:
        return self._world.sites.get(name) or Site(name)

    def _meant(self, row: Row) -> Row:
        """The row, its shipment date worked out where it only says when it is to be delivered."""
        stated = row.get("due") or row.get("planned")
        if stated or not row.get("requested") or self._policy.dates.requested == "shipment":
            return row
        return {**row, "due": self.shipped(row)}

    def _stands(self, row: Row) -> date:
        """The date on which a line counts as it stands; today where it has none."""
        first = self._policy.availability.demand_date
        dates = (row.get(name) for name in (first, *_AS_TYPED))
        return next((one for one in dates if one is not None), self.today)


def _together(card: ItemCard, variant: str) -> ItemCard:
    """The card with all its sites as one."""
    of = [one for one in card.stock if one.variant == variant]
    stock = Stock(
        "",
        variant,
        sum((one.on_hand for one in of), ZERO),
        sum((one.reserved for one in of), ZERO),
        sum((one.safety_stock for one in of), ZERO),
    )
    return replace(
        card,
        stock=(stock,),
        inbound=tuple(replace(one, site="") for one in card.inbound),
        demand=tuple(replace(one, site="") for one in card.demand),
        allocations=tuple(replace(one, site="") for one in card.allocations),
    )
