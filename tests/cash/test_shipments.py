"""Picked, shipped in parts and with substitutes, delivered, returned."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cash.some import (
    GoodsLine,
    ShipmentDelivered,
    Substitute,
    cancelled,
    d,
    delivered,
    fact,
    folded,
    goods,
    invoiced,
    line,
    lines_of,
    money,
    picked,
    placed,
    returned,
    shipped,
)  # fmt: skip
from sayso.canon.events_shared import LineQuantity
from sayso.cash.shapes import Fact, ShippedLine


def one_shipped(goods_line: GoodsLine, *facts: Fact) -> ShippedLine:
    return folded(*facts or (placed(),), shipped("S-1", goods_line)).shipments[0].lines[0]


@pytest.mark.parametrize(
    ("sent", "counts", "agreed", "amount", "tax"),
    [
        (goods(1, "A", "10"), "10", True, "20", "4"),
        (goods(1, "A", "3"), "3", True, "6", "1.2"),
        (goods(1, "A", "3", "9"), "3", True, "6", "1.2"),  # the ordered item stands for itself
        (goods(1, "B", "3"), "6", True, "12", "2.4"),
        (goods(1, "B", "3", "5"), "5", True, "10", "2"),
        (goods(1, "X", "3"), "3", False, "6", "1.2"),
        (goods(1, "X", "3", "4"), "4", False, "8", "1.6"),
    ],
)
def test_what_a_shipped_line_counts_and_costs(
    sent: GoodsLine, counts: str, agreed: bool, amount: str, tax: str
) -> None:
    one = one_shipped(sent)
    assert (one.counts, one.agreed, one.amount, one.tax) == (d(counts), agreed, d(amount), d(tax))


def test_a_substitute_with_a_price_of_its_own() -> None:
    swap = Substitute(item="B", factor=d(2), unit_price=d("3.00"))
    order = placed(line(1, "A", "10", "2.00", tax=d("4.00"), substitutes=(swap,)))
    one = one_shipped(goods(1, "B", "5"), order)
    assert (one.counts, one.unit_price, one.amount, one.tax) == (10, 3, 15, 3)


def test_what_was_shipped_without_a_known_price_has_no_amount() -> None:
    assert one_shipped(goods(1, "A", "5"), placed(line(1, "A", "10", None))).amount is None


def test_a_whole_line_costs_its_amount_whatever_the_unit_price_rounds_to() -> None:
    order = placed(line(1, "A", "3", None, amount=d("10.00"), tax=d("2.00")))
    parts = [shipped(f"S-{n}", goods(1, "A", "1"), hours=n) for n in (1, 2, 3)]
    assert [one.lines[0].amount for one in folded(order, *parts).shipments] == [d("3.33")] * 3
    assert one_shipped(goods(1, "A", "3"), order).amount == 10


def test_rows_of_one_item_are_one_line_of_the_shipment() -> None:
    state = folded(placed(), shipped("S-1", goods(1, "A", "2"), goods(1, "A", "3"), goods(1, "B", "1")))
    assert [(one.item, one.quantity, one.counts) for one in state.shipments[0].lines] == [
        ("A", 5, 5),
        ("B", 1, 2),
    ]
    assert (state.lines[0].shipped, state.lines[0].substituted) == (7, 2)


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ([("S-1", 1, 2), ("S-2", 2, 2)], ()),
        ([("S-1", 1, 3), ("S-2", 3, 3)], (2,)),
        ([("S-2", 2, 2)], (1,)),
        ([("S-1", 1, 2), ("S-2", 2, 3)], (3,)),
    ],
)
def test_a_series_knows_which_of_its_parts_are_missing(
    parts: list[tuple[str, int, int]], missing: tuple[int, ...]
) -> None:
    told = [shipped(name, goods(1, "A", "1"), series="WO-1", part=part, of=of) for name, part, of in parts]
    state = folded(placed(), *told)
    assert {one.missing for one in state.shipments} == {missing}
    assert all(one.whole is not bool(missing) for one in state.shipments)
    assert len(state.missing) == len(missing)


def test_a_series_is_one_sources() -> None:
    ours = shipped("S-1", goods(1, "A", "1"), series="7", part=1, of=2)
    theirs = shipped("S-2", goods(1, "A", "1"), series="7", part=2, of=2)._replace(source="other")
    assert [one.missing for one in folded(placed(), ours, theirs).shipments] == [(2,), (1,)]


def test_a_shipment_told_in_messages_is_one_shipment() -> None:
    first = shipped("S-1", goods(1, "A", "4"), part=1, of=2)
    second = shipped("S-1", goods(2, "C", "4"), part=2, of=2)
    half, both = folded(placed(), second), folded(placed(), second, first)
    assert (half.shipments[0].whole, half.missing) == (False, ("part S-1 1/2",))
    assert (both.shipments[0].whole, [one.line for one in both.shipments[0].lines]) == (True, [1, 2])
    mended = shipped("S-1", goods(1, "A", "3"), goods(2, "C", "3"), revision=1)
    assert [one.shipped for one in folded(placed(), first, second, mended).lines] == [3, 3]


def test_an_absurd_count_of_parts_is_not_counted_out() -> None:
    state = folded(placed(), shipped("S-1", goods(1, "A", "1"), part=1, of=10**9))
    assert len(state.shipments[0].missing) == 999


@pytest.mark.parametrize(
    ("rows", "more", "short", "quantity"),
    [
        ([(1, "A", "8", "2")], {}, "2", "8"),
        ([(1, "B", "3", "4")], {}, "4", "6"),
        ([(2, "C", "4", "0")], {}, "0", "0"),
        ([(2, "C", "4", "0")], {"unmentioned": "none"}, "10", "0"),
        ([(2, "C", "4", "0")], {"unmentioned": "none", "site": "LON"}, "10", "0"),
    ],
)
def test_what_was_picked_and_what_was_short(
    rows: list[tuple[int, str, str, str]], more: dict[str, str], short: str, quantity: str
) -> None:
    one = lines_of(placed(), picked("P-1", *rows, **more))[1]
    assert (one.short, one.picked) == (d(short), d(quantity))


def test_silence_of_another_site_says_nothing_about_a_line() -> None:
    order = placed(line(1, "A", "10", site="LON"), line(2, "C", "4", site="BHM"))
    lines = lines_of(order, picked("P-1", (2, "C", "3", "1"), site="BHM", unmentioned="none"))
    assert (lines[1].short, lines[2].short) == (0, 1)


def test_silence_counts_what_was_picked_or_shipped_otherwise() -> None:
    silent = picked("P-2", (2, "C", "4", "0"), unmentioned="none")
    assert lines_of(placed(), silent, picked("P-1", (1, "A", "7", "0")))[1].short == 3
    assert lines_of(placed(), silent, shipped("S-1", goods(1, "A", "6")))[1].short == 4
    assert lines_of(placed(), silent, cancelled("C-1", (1, "9")))[1].short == 1


SENT = shipped("S-1", goods(1, "A", "6"), goods(2, "C", "4"))


@pytest.mark.parametrize(
    ("proofs", "arrived", "whole"),
    [
        ([delivered("D-1", "S-1")], (6, 4), True),
        ([delivered("D-1", "S-1", (1, "6"))], (6, 0), False),
        ([delivered("D-1", "S-1", (1, "6")), delivered("D-2", "S-1", (2, "4"))], (6, 4), True),
        ([delivered("D-1", "S-1", (1, "99"))], (6, 0), False),
        ([delivered("D-1", "S-9")], (0, 0), False),
    ],
)
def test_what_arrived(proofs: list[Fact], arrived: tuple[int, int], whole: bool) -> None:
    state = folded(placed(), *proofs, SENT)
    assert tuple(one.delivered for one in state.lines) == arrived
    assert (state.shipments[0].delivered is not None) is whole


def test_a_substitute_arrives_in_units_of_what_it_stands_for() -> None:
    proof = ShipmentDelivered(
        document="D", shipment="S-1", lines=(LineQuantity(line=1, item="B", quantity=Decimal(2)),)
    )
    state = folded(placed(), shipped("S-1", goods(1, "B", "3", "9")), fact(proof, 9))
    assert state.lines[0].delivered == 6


def test_a_proof_for_a_shipment_that_nobody_told_is_missed() -> None:
    assert folded(placed(), delivered("D-1", "S-9")).missing == ("shipment S-9",)


INVOICE = invoiced("I-1", money(1, "A", "6", "12.00", shipment="S-1"), hours=6)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([returned("R-1", (1, "A", "2"), shipment="S-1")], "2 2 4 0"),
        ([returned("R-1", (1, "A", "2"))], "2 2 4 0"),
        ([returned("R-1", (1, "A", "2"), shipment="S-1"), INVOICE], "2 0 0 0"),
        (
            [returned("R-1", (1, "A", "2"), shipment="S-1"), invoiced("I-1", money(1, "A", "4", "8"))],
            "2 2 0 0",
        ),
        ([returned("R-1", (1, "A", "99"))], "99 6 0 0"),
        ([returned("R-1", (1, "B", "1"))], "2 2 4 0"),
        ([INVOICE], "0 0 0 0"),
        ([invoiced("I-1", money(1, "A", "8", "16"))], "0 0 0 2"),
    ],
)
def test_what_came_back_and_what_is_to_be_invoiced(facts: list[Fact], expected: str) -> None:
    """Returned, of that before an invoice, to invoice, invoiced over."""
    one = lines_of(placed(), SENT, *facts)[1]
    assert f"{one.returned} {one.returned_before_invoice} {one.to_invoice} {one.invoiced_over}" == expected


def test_an_invoice_takes_of_the_shipment_it_names_and_else_of_the_first() -> None:
    ships = [shipped("S-1", goods(1, "A", "5"), hours=3), shipped("S-2", goods(1, "A", "5"), hours=4)]

    def invoiced_of(*facts: Fact) -> list[Decimal]:
        return [one.lines[0].invoiced for one in folded(placed(), *ships, *facts).shipments]

    assert invoiced_of(invoiced("I-1", money(1, "A", "4", "8", shipment="S-2"))) == [0, 4]
    assert invoiced_of(invoiced("I-1", money(1, "A", "4", "8"))) == [4, 0]
    assert invoiced_of(invoiced("I-1", money(1, "A", "7", "14", shipment="S-2"))) == [2, 5]
    back = returned("R-1", (1, "A", "5"), shipment="S-1")
    assert invoiced_of(invoiced("I-1", money(1, "A", "4", "8")), back) == [0, 4]
