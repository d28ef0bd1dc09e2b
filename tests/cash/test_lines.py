"""What is ordered, changed, cancelled and refused of each line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cash.some import (
    FOUR,
    ORDER,
    TEN,
    OrderAccepted,
    OrderChanged,
    OrderHeld,
    OrderRejected,
    OrderReleased,
    Substitute,
    accepted,
    cancelled,
    d,
    fact,
    folded,
    goods,
    line,
    lines_of,
    placed,
    shipped,
)  # fmt: skip
from sayso.cash.fold import fold


def changed(revision: int, *lines: object, hours: float = 2) -> object:
    return fact(OrderChanged(document=ORDER, revision=revision, lines=lines), hours)  # type: ignore[arg-type]


def figures(number: int, *facts: object) -> str:
    """What is ordered, cancelled, shipped, over and open of a line."""
    one = lines_of(*facts)[number]  # type: ignore[arg-type]
    return f"{one.ordered} {one.cancelled} {one.shipped} {one.shipped_over} {one.open}"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), "10 0 0 0 10"),
        ((changed(1, line(1, "A", "12")),), "12 0 0 0 12"),
        ((changed(2, line(1, "A", "12")), changed(1, line(1, "A", "8"))), "12 0 0 0 12"),
        ((changed(2, line(2, "C", "1")), changed(1, line(1, "A", "8"))), "8 0 0 0 8"),
        ((cancelled("C-1", (1, "3")),), "10 3 0 0 7"),
        ((cancelled("C-1", (1, "3")), cancelled("C-2", (1, "2"))), "10 5 0 0 5"),
        ((cancelled("C-1", (1, "3")), cancelled("C-1", (1, "3"))), "10 3 0 0 7"),
        ((cancelled("C-1", (1, "30")),), "10 10 0 0 0"),
        ((cancelled("C-1"),), "10 10 0 0 0"),
        ((cancelled("C-1"), shipped("S-1", goods(1, "A", "4"))), "10 6 4 0 0"),
        ((cancelled("C-1", (1, "8")), shipped("S-1", goods(1, "A", "4"))), "10 8 4 2 0"),
        ((shipped("S-1", goods(1, "A", "12")),), "10 0 12 2 0"),
        ((shipped("S-1", goods(1, "A", "6")), shipped("S-2", goods(1, "A", "3"), site="BHM")), "10 0 9 0 1"),
        ((shipped("S-1", goods(1, "A", "6")), shipped("S-1", goods(1, "A", "5"), revision=1)), "10 0 5 0 5"),
        ((fact(OrderRejected(document="R", reason="blocked")),), "10 10 0 0 0"),
        ((fact(OrderRejected(document="R", reason="blocked", lines=(2,))),), "10 0 0 0 10"),
    ],
)
def test_where_the_ordered_quantity_is(facts: tuple[object, ...], expected: str) -> None:
    assert figures(1, placed(), *facts) == expected
    assert figures(1, *reversed(facts), placed()) == expected


def test_a_refused_line_is_not_open_and_says_why() -> None:
    lines = lines_of(placed(), fact(OrderRejected(document="R", reason="discontinued", lines=(2,))))
    assert (lines[2].rejected, lines[2].refused, lines[2].open) == ("discontinued", 4, 0)
    assert (lines[1].rejected, lines[1].refused) == ("", 0)


def test_a_later_acceptance_lifts_a_refusal_of_the_lines_it_has() -> None:
    refused = fact(OrderRejected(document="R", reason="credit"), hours=1)
    state = folded(placed(), refused, accepted(TEN, hours=2))
    assert [one.open for one in state.lines] == [10, 0]
    assert (state.rejected, state.stage) == ("", "accepted")
    assert (
        folded(placed(), fact(OrderRejected(document="R", reason="credit"), hours=3), accepted()).stage
        == "rejected"
    )


def test_a_price_that_the_order_does_not_name_is_the_acceptances() -> None:
    bare = line(1, "A", "10", None)
    priced = fact(OrderAccepted(document="SO", lines=(line(1, "A", "5", None, amount=d("11.00")),)), 1)
    one = lines_of(placed(bare), priced)[1]
    assert (one.unit_price, one.ordered_amount) == (d("2.2"), d("22"))
    assert lines_of(placed(bare))[1].unit_price is None


def test_an_amount_counts_before_the_unit_price() -> None:
    one = lines_of(placed(line(1, "A", "3", "3.50", amount=d("10.00"))))[1]
    assert (one.ordered_amount, one.unit_price) == (10, d("3.5"))


def test_a_hold_is_over_once_it_is_released_whichever_is_heard_first() -> None:
    held = fact(OrderHeld(document="H-1", kind="credit", reason="over the limit"), 1)
    other = fact(OrderHeld(document="H-2", kind="stock"), 1)
    over = fact(OrderReleased(document="H-1", by="Ann Lee"), 0.5)
    state = folded(over, placed(), held, other)
    assert state.holds == ("H-2",)
    assert (state.held[0].kind, state.held[0].since) == ("stock", datetime(2011, 2, 1, 10, tzinfo=UTC))
    assert state.stage == "held"
    assert folded(placed(), held, over).stage == "placed"


def test_facts_that_come_before_their_order_wait_for_it_and_are_kept() -> None:
    ship = shipped("S-1", goods(1, "A", "4"), goods(2, "C", "4"))
    waiting = folded(ship)
    assert (waiting.stage, waiting.missing) == ("unknown", ("order",))
    assert [(one.line, one.item, one.shipped, one.listed) for one in waiting.lines] == [
        (1, "A", 4, False), (2, "C", 4, False),
    ]  # fmt: skip
    assert folded(ship, placed()) == folded(placed(), ship)
    assert folded(placed(), ship).missing == ()


def test_a_line_that_the_order_does_not_have_is_kept_and_marked() -> None:
    one = lines_of(placed(), shipped("S-1", goods(9, "Z", "1")))[9]
    assert (one.item, one.ordered, one.shipped, one.shipped_over, one.listed) == ("Z", 0, 1, 1, False)


def test_a_change_that_names_no_substitute_leaves_those_that_were_agreed() -> None:
    agreed = line(1, "A", "10", "2.00", substitutes=(Substitute(item="B"),))
    facts = (
        placed(),
        changed(1, agreed),
        changed(2, line(1, "A", "10", "2.00"), hours=4),
        shipped("S-1", goods(1, "B", "2")),
    )
    assert lines_of(*facts[1:])[1].unagreed == ()  # type: ignore[arg-type]
    other = changed(2, line(1, "C", "10", "2.00"), hours=4)
    assert lines_of(facts[1], other, facts[3])[1].unagreed == ("B",)  # type: ignore[arg-type]


def test_changes_of_several_documents_count_by_their_time() -> None:
    """The ERP counts its revisions, and what is agreed here is counted here: the later word counts."""
    ours = [changed(revision, line(1, "A", "8"), hours=revision) for revision in (1, 2, 3)]
    theirs = fact(OrderChanged(document="SO-1", revision=1, lines=(line(1, "A", "6"),)), 5)  # type: ignore[arg-type]
    assert figures(1, *ours, theirs).startswith("6 ")
    early = fact(OrderChanged(document="SO-1", revision=9, lines=(line(1, "A", "6"),)), 1)  # type: ignore[arg-type]
    assert figures(1, *ours, early).startswith("8 ")


def test_a_substitute_agreed_afterwards_is_a_change_of_the_line() -> None:
    ship = shipped("S-1", goods(2, "X", "4"))
    agreed = line(2, "C", "4", "5.00", substitutes=(Substitute(item="X", unit_price=d("4.00")),))
    before, after = folded(placed(), ship), folded(placed(), ship, changed(1, agreed))  # type: ignore[arg-type]
    assert before.lines[1].unagreed == ("X",)
    assert after.lines[1].unagreed == ()
    assert after.shipments[0].lines[0].amount == 16


def test_two_contents_of_one_revision_are_a_conflict_until_a_later_revision() -> None:
    one, other = shipped("S-1", goods(1, "A", "4")), shipped("S-1", goods(1, "A", "5"))
    assert folded(placed(), one, other).conflicts == ("shipment.dispatched S-1 0",)
    assert folded(placed(), one, other) == folded(other, placed(), one, one)
    mended = shipped("S-1", goods(1, "A", "5"), revision=1)
    assert folded(placed(), one, other, mended).conflicts == ()
    assert folded(placed(), one, one).conflicts == ()


def test_the_same_moment_in_another_zone_is_the_same_state() -> None:
    here = placed()
    there = here._replace(occurred=here.occurred.astimezone(__import__("zoneinfo").ZoneInfo("Asia/Tokyo")))
    assert fold(ORDER, [here]) == fold(ORDER, [there])
    assert str(fold(ORDER, [there]).placed) == "2011-02-01 09:00:00+00:00"


def test_whatever_precision_the_caller_counts_in() -> None:
    from decimal import localcontext

    facts = [placed(), shipped("S-1", goods(1, "B", "3", "7"))]
    expected = folded(*facts)
    with localcontext() as context:
        context.prec = 2
        assert folded(*facts) == expected
    assert (FOUR.quantity, Decimal(4)) == (4, 4)
