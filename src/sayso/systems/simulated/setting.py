"""What a simulated company is like when nothing goes wrong: its seed, stock, units, paces, how its customers pay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec import Struct

Span = tuple[timedelta, timedelta]
Place = tuple[str, str]
"""An item and a site."""


def _minutes(least: int, most: int) -> Span:
    return timedelta(minutes=least), timedelta(minutes=most)


def _days(least: int, most: int) -> Span:
    return timedelta(days=least), timedelta(days=most)


class Pace(Struct, frozen=True, kw_only=True):
    """How long things take; each is drawn between two lengths. `day_begins`: nothing is picked earlier on its ship date."""

    accept: Span = _minutes(2, 20)
    allocate: Span = _minutes(1, 5)
    pick: Span = _minutes(45, 240)
    ship: Span = _minutes(30, 180)
    load: Span = _minutes(40, 90)
    transit: Span = _days(1, 4)
    invoice_received: Span = _minutes(5, 60)
    return_after: Span = _days(2, 12)
    dispute: Span = _days(3, 10)
    replenish: Span = _minutes(20, 90)
    send: Span = (timedelta(seconds=1), timedelta(seconds=40))
    day_begins: timedelta = timedelta(hours=6)


class Setting(Struct, frozen=True, kw_only=True):
    """A company. `stock` is what is there at `start`; `units` the pack units of items, in base units; `alternatives` what a
    site may send in an item's place without being told so, with how many of the item one stands for.

    `invoices_from_erp`: the ERP invoices each shipment by itself, and nobody asks for invoices. `accepts_at_once`: the
    ERP's answer to an order is its acceptance, and no message follows. `allocates`: the ERP tells allocations.

    `days_late` are (days, weight) pairs: by how much later than due a customer pays, `payers` the same for single ones;
    `names_customer` how often, in percent, the bank can tell whose money it is; `in_packs` how often, in percent, the
    warehouse tells whole packs as such.
    """

    seed: int
    start: datetime = datetime(2011, 2, 1, tzinfo=UTC)
    stock: Mapping[Place, Decimal] = {}
    units: Mapping[str, Mapping[str, Decimal]] = {}
    alternatives: Mapping[str, tuple[str, Decimal]] = {}
    pace: Pace = Pace()
    invoices_from_erp: bool = False
    accepts_at_once: bool = False
    terms_days: int = 30
    days_late: tuple[tuple[int, int], ...] = ((-2, 15), (0, 50), (3, 20), (12, 15))
    payers: Mapping[str, tuple[tuple[int, int], ...]] = {}
    names_customer: Decimal = Decimal(80)
    in_packs: Decimal = Decimal(30)
    allocates: bool = True
