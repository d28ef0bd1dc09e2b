"""How the promise of an order ended, by its goods."""

from __future__ import annotations

from datetime import date

import pytest

from cash.some import (
    FOUR,
    TEN,
    OrderChanged,
    OrderRejected,
    Substitute,
    accepted,
    cancelled,
    d,
    delivered,
    fact,
    folded,
    goods,
    line,
    picked,
    placed,
    returned,
    shipped,
)  # fmt: skip
from sayso.cash.kept import ended
from sayso.cash.shapes import Fact

ONLY = placed(
    line(1, "A", "10", ship_on=date(2011, 2, 3), deliver_by=date(2011, 2, 5), site="LON",
         substitutes=(Substitute(item="B", factor=d(2)),))
)  # fmt: skip
REFUSED = fact(OrderRejected(document="R", reason="blocked"), 1)
DAY = 24


def redated(source: str) -> Fact:
    """The order is changed to leave two days later."""
    later = line(1, "A", "10", ship_on=date(2011, 2, 5), deliver_by=date(2011, 2, 7), site="LON")
    return fact(OrderChanged(document="W", revision=1, lines=(later,)), 2, source=source)


def whole(hours: float = DAY, item: str = "A", quantity: str = "10", site: str = "LON") -> Fact:
    return shipped("S-1", goods(1, item, quantity), hours=hours, site=site)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], None),
        ([whole(quantity="9")], None),
        ([whole()], "kept shipped"),
        ([whole(2.5 * DAY)], "kept shipped"),  # on the day itself
        ([whole(3 * DAY)], "late shipped_late"),
        (
            [accepted(TEN), whole(3 * DAY), redated("erp")],
            "late shipped_late",
        ),  # a new day of the ERP's is no promise
        ([whole(3 * DAY), redated("sayso")], "late shipped_late"),  # nor is one that was agreed with it
        ([whole(3 * DAY), redated("shop")], "kept shipped"),  # a buyer may want it later
        ([whole(2 * DAY), delivered("D", "S-1", hours=4 * DAY)], "kept shipped"),
        ([whole(2 * DAY), delivered("D", "S-1", hours=5 * DAY)], "late delivered_late"),
        ([whole(item="B", quantity="5")], "kept substituted"),
        ([whole(item="X")], "short substituted"),
        ([REFUSED], "refused_by_erp erp_rejected"),
        ([cancelled("C")], "cancelled cancelled_by_customer"),
        (
            [picked("P", (1, "A", "8", "2")), whole(quantity="8"), cancelled("C", (1, "2"))],
            "short short_pick",
        ),
        ([picked("P", (1, "A", "0", "10")), cancelled("C")], "short short_pick"),
        ([whole(quantity="8"), cancelled("C", (1, "2"))], "kept shipped"),  # the customer wanted less
        ([whole(quantity="8"), cancelled("C", (1, "2"), source="erp")], "short cancelled_by_erp"),
        ([cancelled("C", source="erp")], "short cancelled_by_erp"),
        ([cancelled("C", source="erp"), cancelled("D")], "cancelled cancelled_by_customer"),
        ([cancelled("C", source="sayso")], "cancelled cancelled_by_customer"),
        ([picked("P", (1, "A", "8", "2")), whole()], "kept shipped"),  # found after all
        ([whole(quantity="5"), shipped("S-2", goods(1, "A", "5"), hours=3 * DAY)], "late shipped_late"),
        (
            [whole(), shipped("S-2", goods(1, "A", "2"), hours=3 * DAY)],
            "kept shipped",
        ),  # the surplus came late
        ([whole(), returned("R", (1, "A", "10"))], "kept shipped"),
    ],
)
def test_how_a_promise_of_one_line_ended(facts: list[Fact], expected: str | None) -> None:
    found = ended(folded(ONLY, *facts))
    assert (f"{found.how} {found.cause}" if found else None) == expected


def test_the_day_is_the_sites() -> None:
    # 22:30 in UTC on the day, half past seven the next morning in Tokyo.
    late = folded(ONLY, whole(2 * DAY + 13.5))
    assert ended(late, {"LON": "Europe/London"}).how == "kept"  # type: ignore[union-attr]
    found = ended(late, {"LON": "Asia/Tokyo"})
    assert found is not None
    assert (found.how, found.facts["promised"], found.facts["day"]) == ("late", "2011-02-03", "2011-02-04")


def test_the_worst_line_says_how_the_whole_ended() -> None:
    two = [goods(1, "A", "10"), goods(2, "C", "4")]
    refused = fact(OrderRejected(document="R", reason="blocked", lines=(2,)), 1)
    one_gone = folded(placed(), cancelled("C", (2, "4")), shipped("S-1", goods(1, "A", "10")))
    assert ended(one_gone).how == "kept"  # type: ignore[union-attr]
    found = ended(folded(placed(), refused, shipped("S-1", goods(1, "A", "10"))))
    assert found is not None
    assert (found.how, found.cause, found.facts["line"]) == ("short", "erp_rejected_line", "2")
    found = ended(folded(placed(), shipped("S-1", *two, hours=3 * DAY)))
    assert found is not None
    assert (found.how, found.facts["line"]) == ("late", "1")


def test_all_lines_refused_one_by_one_is_a_refusal() -> None:
    refused = fact(OrderRejected(document="R", reason="blocked", lines=(1, 2)), 1)
    assert ended(folded(placed(), refused)).how == "refused_by_erp"  # type: ignore[union-attr]


def test_nothing_has_ended_while_a_part_of_a_series_is_missing_or_the_order_is_unknown() -> None:
    part = shipped("S-1", goods(1, "A", "10"), series="W", part=1, of=2)
    assert ended(folded(ONLY, part)) is None
    assert ended(folded(part)) is None
    assert ended(folded(placed(FOUR))) is None
