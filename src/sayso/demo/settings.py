"""Every number that the demo's generator uses, fixed before anything was counted; nothing here is tuned to
a result.

What is real (orders, customers, items, countries, prices, returns, write-offs) is not here: it is read from
the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Weighted = tuple[tuple[int, int], ...]
"""A table to draw from: (value, weight) pairs."""

LONDON, AMSTERDAM = "LON", "AMS"

#: Stock settings: percent of the planner's buffer. The one thing that differs between the three.
BUFFERS: Mapping[str, int] = {"tight": 40, "usual": 100, "loose": 250}


@dataclass(frozen=True, slots=True)
class Payer:
    """How customers of one kind pay: days after the due date (negative: before it), with weights."""

    name: str
    weight: int
    days_late: Weighted


@dataclass(frozen=True, slots=True)
class Source:
    """How vendors of one kind deliver. Days are calendar days; a weight of 70 on 0 means 70 % arrive as
    promised."""

    name: str
    vendors: int
    lead_days: Weighted
    review_days: int
    days_late: Weighted


@dataclass(frozen=True, slots=True)
class Generated:
    """The parameters of everything that the data does not have. Quantities in units, money in GBP, times in
    days."""

    seed: int = 20101201

    # Planning: order up to (lead + review + buffer) days of trailing demand, plus one usual line.
    warm_up_days: int = 180
    trailing_days: int = 56
    buffer_days: int = 14
    usual_line_percentile: int = 75
    project_factor: int = 10
    carton: int = 6
    protected_days: int = 2
    continental_least_lines: int = 4

    # Vendors.
    sources: tuple[Source, ...] = (
        Source("near", 8, ((7, 40), (10, 40), (14, 20)), 7, ((-1, 10), (0, 65), (2, 12), (5, 8), (10, 5))),
        Source("far", 6, ((28, 40), (35, 40), (42, 20)), 14, ((-2, 10), (0, 40), (4, 20), (9, 18), (21, 12))),
    )
    far_percent: int = 45
    told_percent: Weighted = ((50, 30), (100, 70))
    """How much of the delay a vendor admits when a due date has passed; the rest comes out at the next
    date."""

    # Credit.
    terms_days: Weighted = ((14, 20), (30, 60), (60, 20))
    payers: tuple[Payer, ...] = (
        Payer("prompt", 65, ((-4, 20), (-1, 30), (0, 30), (3, 20))),
        Payer("slow", 27, ((2, 30), (6, 40), (12, 30))),
        Payer("poor", 8, ((10, 30), (25, 40), (50, 30))),
    )
    limit_percent: Weighted = ((80, 15), (120, 25), (180, 35), (300, 25))
    """Credit limit in percent of the receivables expected at the customer's own pace, terms and a
    fortnight's delay."""
    least_limit: Decimal = Decimal(500)
    limit_step: Decimal = Decimal(100)
    chains: int = 15
    chain_branches: int = 3
    chain_limit_percent: int = 70
    """A chain's one limit in percent of what its members would have had alone."""
    history_days: int = 90
    """How far back invoices are generated that may still be open when the replay begins."""
    grace_days: int = 7
    part_payment_percent: int = 5
    second_payment_days: int = 14

    licence_percent: int = 50
    """How many Australian customers hold the licence that a generated rule asks for."""

    # Warehouses.
    cutoff: str = "14:00"
    handling_days: int = 1

    # The naive storefront's credit flag is set by a person who goes through the accounts once a week.
    flag_weekday: int = 0

    # Buyers.
    need_by_days: int = 10
    patience_days: int = 28


GENERATED = Generated()
