"""The simulated books hold whatever is asked in whatever order: nothing leaves that is not there, nothing twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sayso.systems.simulated import truth
from sayso.systems.simulated.books import ZERO
from sayso.systems.simulated.company import Company
from systems.simulated.clerk import (
    DAY,
    HOUR,
    START,
    Clerk,
    asked,
    cancel,
    company,
    invoice,
    release,
    submit,
)
from systems.simulated.test_course import conserved

_KINDS = ("release", "release", "release", "cancel", "receive", "wait")
_STEP = some.tuples(some.sampled_from(_KINDS), some.integers(0, 5), some.integers(1, 9))
_GOODS = ("short_pick", "substitution", "split", "returned")


async def played_out(steps: list[tuple[str, int, int]], percent: int) -> Company:
    """Orders of ten A on too small a stock, released, cancelled, waited for, in any order."""
    rules = [{"system": "wms", "fault": name, "percent": percent} for name in _GOODS]
    rules.append({"system": "wms", "fault": "wrong_quantity", "units": -1, "percent": percent})
    world = company(
        rules,
        stock={("A", "LON"): Decimal(20), ("S", "LON"): Decimal(7)},
        alternatives={"A": ("S", Decimal(2))},
    )
    now = START
    for place, (kind, which, much) in enumerate(steps):
        order = f"WEB-{which}"
        if kind == "release":
            await world.erp.ask(submit(order, ("A", 10)))
            await world.wms.ask(release(order, (1, "A", 10)))
        elif kind == "cancel":
            system = world.systems["erp" if much % 2 else "wms"]
            await system.ask(cancel(order, system.role, (1, much), cause=f"{place}"))
        elif kind == "receive":
            world.wms.receive(("A", "LON"), Decimal(much), f"PO-{place}", 1)
        else:
            now += much * timedelta(hours=3)
            world.reach(now)
        assert all(units >= 0 for units in world.wms.stock.on_hand.values())
    world.reach(now + 60 * DAY)
    return world


@settings(max_examples=60, deadline=None)
@given(steps=some.lists(_STEP, min_size=5, max_size=25), percent=some.sampled_from((0, 30, 100)))
async def test_the_warehouse_never_ships_what_it_has_not(
    steps: list[tuple[str, int, int]], percent: int
) -> None:
    world = await played_out(steps, percent)
    assert conserved(world)
    assert all(units >= 0 for units in world.wms.stock.on_hand.values())
    assert not any(world.wms.stock.packed.values())
    for one in truth.lines(world).values():
        assert one.shipped <= one.ordered
        assert one.returned <= one.shipped
    for order in world.erp.orders.values():
        for line in order.lines.values():
            assert sum(line.left.values(), ZERO) == line.open


async def test_what_an_invoice_came_to() -> None:
    world = company([{"system": "bank", "fault": "short_payment", "what": "freight"}], days_late=((0, 1),))
    clerk = Clerk(world)
    await clerk.submit(submit("WEB-1", ("A", 5)))
    await world.ar.ask(invoice("WEB-1", (1, "A", 5), freight="3.00"))
    number = next(iter(world.ar.invoices))
    await world.until(START + 40 * DAY)
    paid = Decimal("12.00")
    ref = next(iter(truth.payments(world)))
    assert truth.payments(world) == {ref: paid}
    line = {"invoice": number, "amount": "12.00", "deduction": "3.00"}
    post: dict[str, Any] = {"payment": ref, "customer": "C1", "currency": "GBP", "lines": [line]}
    await world.ar.ask(asked("post_application", "C1", post))
    one = truth.invoices(world)[number]
    assert (one.total, one.paid, one.received, one.open) == (15, 12, 12, 3)
    away: dict[str, Any] = {
        "payment": "", "customer": "C1", "currency": "GBP",
        "lines": [{"invoice": number, "amount": "0", "write_off": "1.00"}],
    }  # fmt: skip
    await world.ar.ask(asked("post_application", "C1", away, "small"))
    credit = {"customer": "C1", "currency": "GBP", "invoice": number, "issued": "2011-03-20", "total": "2.00"}
    await world.ar.ask(asked("issue_credit", "WEB-1", credit))
    one = truth.invoices(world)[number]
    assert (one.settled, one.credited, one.open, one.orders) == (1, 2, 0, ("WEB-1",))
    assert [one.fault for one in truth.played(world)["WEB-1"]] == ["short_payment"]


async def test_a_later_application_takes_the_place_of_the_earlier() -> None:
    world = company()
    for cause in ("SH-1", "SH-2"):
        await world.ar.ask(invoice("WEB-1", (1, "A", 5), cause=cause))
    first, second = world.ar.invoices
    for place, number in enumerate((first, second)):
        line = {"invoice": number, "amount": "12.00"}
        body = {"payment": "TRX-1", "customer": "C1", "currency": "GBP", "lines": [line]}
        await world.ar.ask(asked("post_application", "C1", body, f"{place}"))
    assert world.ar.books()["open_items"] == {first: 12}
    assert world.ar.books()["customer_balance"] == {"C1": 12}
    nothing: dict[str, Any] = {"payment": "TRX-1", "customer": "C1", "currency": "GBP", "lines": []}
    await world.ar.ask(asked("post_application", "C1", nothing, "taken back"))
    assert world.ar.books()["customer_balance"] == {"C1": 24}
    unknown = {**nothing, "lines": [{"invoice": "INV-0", "amount": "1"}]}
    assert (await world.ar.ask(asked("post_application", "C1", unknown, "wrong"))).status == 409


@pytest.mark.parametrize("outcome", ["credited", "withdrawn"])
async def test_a_dispute_ends_and_the_rest_is_paid_or_credited(outcome: str) -> None:
    for seed in range(40):
        world = company(
            [{"system": "bank", "fault": "short_payment", "what": "some", "share": 10}], seed=seed
        )
        await world.ar.ask(invoice("WEB-1", (1, "A", 50)))
        number = next(iter(world.ar.invoices))
        await world.until(START + 60 * DAY)
        body = {
            "invoice": number,
            "customer": "C1",
            "amount": "12.00",
            "currency": "GBP",
            "reason": "?",
            "lines": [],
        }
        await world.ar.ask(asked("open_dispute", "WEB-1", body))
        await world.until(START + 120 * DAY + HOUR)
        if next(iter(world.ar.books()["disputes"].values()))["state"] == outcome:
            one = truth.invoices(world)[number]
            expected = (Decimal(12), Decimal(108)) if outcome == "credited" else (ZERO, Decimal(120))
            assert (one.credited, one.received) == expected
            return
    pytest.fail(f"no dispute was {outcome}")
