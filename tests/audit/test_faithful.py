"""Who promises what the ERP would keep is accused of nothing, in whatever world, under whatever profile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.faithful import World, faithful, grown
from audit.worlds import NOW, all_spots, audit, line
from sayso.promise.policy import PROFILE_NAMES, profiled


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(seed=st.integers(0, 10**9), profile=st.sampled_from(PROFILE_NAMES))
def test_nothing_is_found_where_nothing_is_wrong(seed: int, profile: str) -> None:
    policy = profiled(profile)  # type: ignore[arg-type]
    told = faithful(seed, policy)
    assert [(spot.order, spot.line, spot.cause, spot.sentence) for spot in all_spots(told, erp=policy)] == []


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_the_worlds_have_something_of_everything(profile: str) -> None:
    policy = profiled(profile)  # type: ignore[arg-type]
    found = [audit(faithful(seed, policy), erp=policy) for seed in range(25)]
    assert sum(one.taken.lines for one in found) > 60
    assert sum(one.turned_away.lines for one in found) > 10


Plant = Callable[[World, datetime, int], tuple[str, dict[str, object]]]


def _item(world: World, number: int, on_hand: int, **stock: object) -> None:
    """An item of its own, at one price, that nobody else touches."""
    world.fact("items", item=f"Z{number}", uom="EA", list_price=7, currency="GBP")
    for site in ("LON", "YRK"):
        held = {"on_hand": on_hand, **stock} if site == "LON" else {"on_hand": 0}
        world.fact("stock", item=f"Z{number}", site=site, **held)


def _phantom(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 3)
    return "phantom_stock", {"shown_available": 3 + number % 40 + 6}


def _reserved(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 20, reserved=17)
    return "reserved_stock", {"shown_available": 20}


def _ordered(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 20)
    world.fact(
        "demand",
        at,
        document=f"Z{number}",
        line="1",
        item=f"Z{number}",
        site="LON",
        quantity=17,
        customer="Q",
    )
    return "reserved_stock", {"shown_available": 20}


def _safety(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 20, safety_stock=17)
    return "safety_stock", {"shown_available": 20}


def _inbound(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 2)
    due = at.date() + timedelta(days=15)
    world.fact(
        "inbound", at, document=f"Z{number}", line="1", item=f"Z{number}", site="LON", quantity=30, due=due
    )
    shown = (
        {"shown_available": 32}
        if number % 2
        else {"shown_available": 2, "shown_date": due - timedelta(days=9)}
    )
    return "late_inbound", shown


def _stale(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 90)
    world.price(target=f"Z{number}", price=6, ends=at.date() - timedelta(days=1))
    return "stale_price", {"unit_price": 6}


def _break(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 90)
    world.price(target=f"Z{number}", price=5, min_quantity=4)
    return "lost_quantity_break", {"unit_price": 7}


def _flag(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 90)
    world.fact("customers", customer="Q", credit_limit=20)
    return "credit_flag", {}


def _overdue(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 90)
    world.fact("customers", customer="Q2", parent="Q")
    due = at.date() - timedelta(days=3)
    world.fact("receivables", at, document=f"Z{number}", customer="Q2", open=5, due=due, currency="GBP")
    return "overdue_elsewhere", {}


def _region(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 90)
    world.fact("rules", rule=f"Z{number}", effect="forbid", item=f"Z{number}")
    return "region", {}


def _units(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 20)
    world.fact("units", item=f"Z{number}", uom="CS", factor=12)
    return "units", {"uom": "CS", "shown_available": 20}


def _dates(world: World, at: datetime, number: int) -> tuple[str, dict[str, object]]:
    _item(world, number, 90)
    return "dates", {"shown_date": at.date() - timedelta(days=1), "shown_available": 90}


PLANTS: list[Plant] = [
    _phantom, _reserved, _ordered, _safety, _inbound, _stale, _break, _flag, _overdue, _region, _units, _dates,
]  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(seed=st.integers(0, 10**9), plant=st.sampled_from(PLANTS))
def test_what_is_planted_is_found_and_nothing_else(seed: int, plant: Plant) -> None:
    world = grown(seed, profiled("plain"))
    at = NOW + timedelta(days=40, minutes=seed % 1440)
    world.fact("customers", customer="Q", country="GB", currency="GBP")
    cause, shown = plant(world, at, seed % 100)
    world.told.order(line(5, f"Z{seed % 100}", **shown), order="planted", customer="Q", at=at)
    assert [(spot.order, spot.cause) for spot in all_spots(world.told)] == [("planted", cause)]
