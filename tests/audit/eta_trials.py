"""Arrival dates tried on the demo's vendors and on made-up worlds, once for all tests that look at them."""

from __future__ import annotations

from functools import cache

from sayso.audit.eta import reading as eta_reading
from sayso.audit.eta.backtest import Trial, tried
from sayso.audit.eta.worlds import WORLDS
from sayso.demo import distributor, moving
from sayso.promise.eta import Receipt

NAMES = ("vendors", *WORLDS)


@cache
def world(name: str) -> list[Receipt]:
    """The receipts of the demo's vendors, or of a made-up world."""
    if name != "vendors":
        return list(WORLDS[name]())
    purchases = distributor.load().plan("usual").purchases
    return eta_reading.of_rows(row for purchase in purchases for row in moving.receipts(purchase))


@cache
def trial(name: str) -> Trial:
    """As `sayso eta evaluate --demo NAME` tries it."""
    found = tried(world(name))
    assert found is not None
    return found
