"""When the inbound lines of books arrive, learned from the receipts in the same books."""

from __future__ import annotations

from datetime import date

from sayso.canon.kinds import KINDS
from sayso.promise.calendars import Calendar
from sayso.promise.eta import Receipt
from sayso.promise.eta_learning import learned
from sayso.promise.gather import Books
from sayso.promise.policy import Policy

_KEY = tuple(column.name for column in KINDS["inbound"].key)


def learn_arrivals(books: Books, today: date, policy: Policy) -> None:
    """Tell of every open inbound line by which day it has arrived at even odds and nine times in ten (p50, p90).

    As a desk does it for the tables: by all receipts that are told of until `today`. Where they teach nothing, nothing is
    told. Lines that are put in later are told of by calling it again.
    """
    receipts = [
        Receipt(
            row["document"], row["line"], row["receipt"], row.get("item") or "", row.get("site") or "",
            row.get("vendor") or "", row.get("ordered"), row.get("promised"), row.get("received"), row.get("quantity"),
        )
        for row in books.rows("receipts")
    ]  # fmt: skip
    lateness = learned(receipts, today)
    world = books.world_card()
    sites = {site.site: site.calendar for site in world.sites}
    for row in list(books.rows("inbound")):
        due, quantity = row.get("due"), row.get("quantity")
        if due is None or not quantity or quantity < 0:
            continue
        name = sites.get(row.get("site") or "", "")
        calendar = Calendar(
            world.calendars.get(name, {}) if name else {}, policy.dates.weekend if name else ()
        )
        found = lateness.arrivals(row.get("item") or "", row.get("vendor") or "", due, today, calendar)
        if found.p50 is not None and found.p90 is not None:
            key = {column: row[column] for column in _KEY}
            books.put("inbound", {**key, "p50": found.p50, "p90": found.p90})
