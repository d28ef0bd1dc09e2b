"""What can leave, when: each rule of available-to-promise in a case of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from promise.making import START, TODAY, allocation, demand, drawn, inbound, item, policy, stock, take
from sayso.canon.decimals import plain
from sayso.promise.availability import NOBODY, Owner, explained
from sayso.promise.cards import ItemCard, Taken

C, D = Owner("C"), Owner("D")


def card(*parts: Any) -> ItemCard:
    """An item with these parts, each put where it belongs."""
    return item(**{kind: [one for one in parts if type(one).__name__.lower() in kind] for kind in _KINDS})


_KINDS = ("stock", "inbound", "demand", "allocations")


def steps(
    *parts: Any, takes: tuple[Any, ...] = (), owner: Owner = NOBODY, **settings: Any
) -> list[tuple[int, str]]:
    """On which days the sellable quantity rises, and to what."""
    found = drawn(card(*parts), takes, policy(**settings) if settings else None, owner)
    return [(day - START, plain(quantity)) for day, quantity in found.steps()]


CASES = {
    "what is on hand can leave today": (steps, [stock(7)], {}, [(0, "7")]),
    "a site that counts nothing has nothing": (steps, [], {}, [(0, "0")]),
    "what the ERP reserved of it cannot": (steps, [stock(7, reserved=2)], {}, [(0, "5")]),
    "the safety stock stays": (steps, [stock(7, safety_stock=3)], {}, [(0, "4")]),
    "unless the policy sells it": (
        steps, [stock(7, safety_stock=3)], {"availability__safety_stock": False}, [(0, "7")],
    ),
    "less than the safety stock is nothing, not a debt": (steps, [stock(2, safety_stock=3)], {}, [(0, "0")]),
    "inbound can leave from the day it is due": (steps, [stock(7), inbound("PO", 5, 3)], {}, [(0, "7"), (3, "12")]),
    "but for what is reserved of it": (steps, [inbound("PO", 5, 3, reserved=2)], {}, [(0, "0"), (3, "3")]),
    "and after the days it takes to receive it": (
        steps, [inbound("PO", 5, 3)], {"availability__receiving_days": 2}, [(0, "0"), (5, "5")],
    ),
    "inbound due today counts today": (steps, [inbound("PO", 5, 0)], {}, [(0, "5")]),
    "inbound that is past due is not on hand": (steps, [inbound("PO", 5, -1)], {}, [(0, "0")]),
    "unless the policy expects it tomorrow": (
        steps, [inbound("PO", 5, -4)], {"availability__past_due_inbound": "next_day"}, [(0, "0"), (1, "5")],
    ),
    "inbound without a date is no supply": (steps, [inbound("PO", 5, None)], {}, [(0, "0")]),
    "inbound on the horizon counts": (
        steps, [inbound("PO", 5, 9)], {"availability__horizon_days": 9}, [(0, "0"), (9, "5")],
    ),
    "inbound after it does not": (steps, [inbound("PO", 5, 10)], {"availability__horizon_days": 9}, [(0, "0")]),
    "nor what is received only after it": (
        steps, [inbound("PO", 5, 9)], {"availability__horizon_days": 9, "availability__receiving_days": 1}, [(0, "0")],
    ),
    "a draft is no supply": (steps, [inbound("PO", 5, 3, status="draft")], {}, [(0, "0")]),
    "unless the policy counts drafts": (
        steps, [inbound("PO", 5, 3, status="draft")], {"availability__inbound_status": ["draft"]}, [(0, "0"), (3, "5")],
    ),
    "what is only planned is no supply": (steps, [inbound("PL", 5, 3, kind="planned")], {}, [(0, "0")]),
    "a transfer is": (steps, [inbound("TR", 5, 3, kind="transfer")], {}, [(0, "0"), (3, "5")]),
    "what comes to another site is theirs": (steps, [stock(7, "YRK"), inbound("PO", 5, 3, "YRK")], {}, [(0, "0")]),
    "and so is what is owed and kept there": (
        steps, [stock(7), demand(3, 1, "YRK"), allocation("AL", 2, None, "YRK", customer="D")], {}, [(0, "7")],
    ),
    "so is what comes of another variant": (
        steps, [stock(7, variant="R"), inbound("PO", 5, 3, variant="R")], {}, [(0, "0")],
    ),
    "demand takes, from today on, whenever it is due": (steps, [stock(7), demand(3, 5)], {}, [(0, "4")]),
    "but for what is reserved for it already": (steps, [stock(7), demand(3, 5, reserved=2)], {}, [(0, "6")]),
    "demand that is past due counts now": (steps, [stock(7), inbound("PO", 5, 3), demand(3, -9)], {}, [(0, "4"), (3, "9")]),
    "so does demand without a date": (steps, [stock(7), inbound("PO", 5, 3), demand(3)], {}, [(0, "4"), (3, "9")]),
    "demand after supply takes of the supply": (
        steps, [stock(7), inbound("PO", 5, 3), demand(3, 3)], {}, [(0, "7"), (3, "9")],
    ),
    "demand before supply takes of the stock": (
        steps, [stock(7), inbound("PO", 5, 3), demand(3, 2)], {}, [(0, "4"), (3, "9")],
    ),
    "what comes for a later commitment cannot leave before it": (
        steps, [inbound("PO", 5, 3), demand(4, 8)], {}, [(0, "0"), (3, "1")],
    ),
    "demand after the horizon is not looked at": (
        steps, [stock(7), demand(3, 10)], {"availability__horizon_days": 9}, [(0, "7")],
    ),
    "a quote is no demand": (steps, [stock(7), demand(3, 5, status="quote")], {}, [(0, "7")]),
    "unless the policy counts quotes": (
        steps, [stock(7), demand(3, 5, status="quote")], {"availability__demand_status": ["confirmed", "quote"]},
        [(0, "4")],
    ),
    "what the vendor ships straight is not ours": (steps, [stock(7), demand(3, 5, fulfilment="drop_ship")], {}, [(0, "7")]),
    "nor what is bought for the order": (steps, [stock(7), demand(3, 5, fulfilment="special_order")], {}, [(0, "7")]),
    "what is protected for others is demand": (steps, [stock(7), allocation("AL", 3, customer="D")], {}, [(0, "4")]),
    "also for nobody in particular": (steps, [stock(7), allocation("AL", 3)], {}, [(0, "4")]),
    "it is no demand for its owner": (
        steps, [stock(7), allocation("AL", 3, customer="C")], {"owner": C}, [(0, "7")],
    ),
    "nor for a member of the group": (
        steps, [stock(7), allocation("AL", 3, group="G")], {"owner": Owner("E", "G")}, [(0, "7")],
    ),
    "nor under the contract": (
        steps, [stock(7), allocation("AL", 3, contract="K")], {"owner": Owner("E", "", "K")}, [(0, "7")],
    ),
    "but where two owners are named, one is not enough": (
        steps, [stock(7), allocation("AL", 3, customer="C", contract="K")], {"owner": C}, [(0, "4")],
    ),
    "protection begins on its day": (
        steps, [stock(3), inbound("PO", 5, 4), allocation("AL", 3, 4, customer="D")], {}, [(0, "3"), (4, "5")],
    ),
    "a live reservation takes from its day on": (
        steps, [stock(7), inbound("PO", 5, 3)], {"takes": (take(4, 3),)}, [(0, "7"), (3, "8")],
    ),
    "one that should have left takes now": (
        steps, [stock(7), inbound("PO", 5, 3)], {"takes": (take(4, -2),)}, [(0, "3"), (3, "8")],
    ),
    "one that leaves only after the horizon takes as well": (
        steps, [stock(7)], {"takes": (take(4, 30),), "availability__horizon_days": 9}, [(0, "3")],
    ),
    "what an owner drew of an allocation is not protected twice": (
        steps, [stock(7), allocation("AL", 3, customer="C")], {"takes": (take(2, allocation="AL/1"),)}, [(0, "4")],
    ),
    "what is drawn beyond it gives nothing back": (
        steps, [stock(9), allocation("AL", 3, customer="C")], {"takes": (take(5, allocation="AL/1"),)}, [(0, "4")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_can_leave(case: str) -> None:
    reckon, parts, more, expected = CASES[case]
    assert reckon(*parts, **more) == expected


def test_an_allocation_of_a_variant_is_not_drawn_by_the_others() -> None:
    of_both = [allocation("AL", 3, variant=one, customer="C") for one in ("", "R")]
    held = (take(3, allocation=of_both[0].key),)
    counted = (stock(9), stock(9, variant="R"))
    here = item(stock=counted, allocations=of_both)
    assert drawn(here, held).at(START) == 6
    assert drawn(here, held, variant="R").at(START) == 6


def test_before_today_nothing_can_leave() -> None:
    assert drawn(card(stock(7))).at(START - 1) == 0


@pytest.mark.parametrize(
    ("quantity", "earliest", "first"), [(7, 0, 0), (7, 2, 2), (8, 0, 3), (8, 5, 5), (13, 0, None)]
)
def test_the_first_day_for_a_quantity(quantity: int, earliest: int, first: int | None) -> None:
    found = drawn(card(stock(7), inbound("PO", 5, 3))).first_day_for(Decimal(quantity), START + earliest)
    assert found == (None if first is None else START + first)


def test_the_arithmetic_is_told_for_the_day_that_binds() -> None:
    here = card(
        stock(20, reserved=1, safety_stock=2), inbound("PO", 5, 3), inbound("P2", 9, 8), demand(4, 1), demand(6, 4),
        allocation("AL", 3, 4, customer="D"),
    )  # fmt: skip
    found = explained(here, Taken(), "LON", "", C, TODAY, policy(), START + 4)
    assert found.shown() == {
        "on_hand": "20", "reserved": "1", "safety_stock": "2", "inbound": "5", "demand": "10", "allocated": "3",
        "until": "2026-03-06",
    }  # fmt: skip
    assert found.unpromised == 9
    assert drawn(here, owner=C).low(START) == (START + 4, Decimal(9))


def test_what_is_nothing_is_left_out_of_the_arithmetic() -> None:
    found = explained(card(), Taken(), "LON", "", C, TODAY, policy(), START)
    assert found.shown() == {"on_hand": "0", "until": "2026-03-02"}
