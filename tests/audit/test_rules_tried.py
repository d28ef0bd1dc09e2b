"""Rules are tried on every line: what each would have avoided, won and lost, and the few that save nearly all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from audit.worlds import NOW, Told, audit, line, on, stocked
from sayso.audit.engine.findings import RuleTried
from sayso.audit.engine.rules_tried import RULES, Tried, Verdict, refreshed_at

D = Decimal
HOUR = timedelta(hours=1)


def tried(told: Told, name: str) -> RuleTried:
    """What a rule would have made of it."""
    return next(one for one in audit(told).rules if one.rule == name)


def avoiding(told: Told) -> set[str]:
    """The rules that would have avoided something."""
    return {one.rule for one in audit(told).rules if one.avoided.lines}


def test_every_rule_is_told_of_and_means_something() -> None:
    assert {one.rule: one.meaning for one in audit(stocked(4)).rules} == RULES


def test_rules_that_take_something_off() -> None:
    dates = {"date_inbound_0d", "date_inbound_3d", "date_inbound_7d"}
    assert avoiding(stocked(10, reserved=6).order(line(5, shown_available=10))) - dates == {
        "show_sellable", "keep_claims_out", "keep_both_out",
    }  # fmt: skip
    assert avoiding(stocked(10, safety_stock=6).order(line(5, shown_available=10))) - dates == {
        "show_sellable", "keep_safety_stock_out", "keep_both_out",
    }  # fmt: skip
    assert avoiding(stocked(10, safety_stock=3, reserved=4).order(line(5, shown_available=10))) - dates == {
        "show_sellable", "keep_both_out",
    }  # fmt: skip


def test_a_rule_may_lose_good_orders() -> None:
    told = stocked(10, safety_stock=6).order(line(5, shown_available=10)).order(line(4, shown_available=4))
    rule = tried(told, "keep_safety_stock_out")
    assert (rule.avoided.lines, rule.avoided.money) == (1, D(50))
    assert (rule.lost.orders, rule.lost.lines, rule.lost.money) == (1, 1, D(40))
    assert rule.worth == D(10)
    assert tried(told, "show_sellable").lost.lines == 0


def test_a_date_keeps_what_a_smaller_figure_turns_away() -> None:
    coming = {"document": "P1", "line": "1", "item": "A", "site": "LON", "quantity": 20, "due": on(10)}
    told = stocked(2).fact("inbound", **coming).order(line(5, shown_available=22))
    assert (tried(told, "date_inbound_0d").avoided.lines, tried(told, "date_inbound_0d").turned_away) == (
        1,
        0,
    )
    assert tried(told, "show_sellable").turned_away == 1
    found = audit(told).sells
    assert (found.at_once, found.later, found.never) == (D(20), D(30), D(0))


def test_a_date_that_did_not_hold_needs_some_days_more() -> None:
    coming = {"document": "P1", "line": "1", "item": "A", "site": "LON", "quantity": 20, "due": on(10)}
    told = stocked(2).fact("inbound", **coming).order(line(5, shown_available=22))
    told.outcome("W1", "late", on=on(12))
    rules = avoiding(told)
    assert "date_inbound_0d" not in rules
    assert {"date_inbound_3d", "date_inbound_7d"} <= rules


def test_a_feed_that_is_refreshed_more_often() -> None:
    told = stocked(9).fact("stock", NOW - HOUR, item="A", site="LON", on_hand=3)
    told.order(line(5, shown_available=9), at=NOW + HOUR / 2)
    rules = avoiding(told)
    assert "refresh_1h" in rules
    assert "refresh_24h" not in rules


def test_a_feed_that_is_refreshed_seldom_loses_what_has_come_in() -> None:
    told = stocked(3).fact("stock", NOW - HOUR, item="A", site="LON", on_hand=9)
    told.order(line(5, shown_available=9))
    assert tried(told, "refresh_24h").lost.lines == 1
    assert tried(told, "refresh_1h").lost.lines == 0


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        (stocked(90).fact("customers", customer="C", credit_limit=40).order(line(5)), "check_exposure"),
        (
            stocked(90).fact("receivables", document="R", customer="C", open=9, due=on(-9), currency="GBP").order(line(5)),
            "check_overdue",
        ),
        (stocked(90).fact("rules", rule="R", effect="forbid").order(line(5)), "check_destination"),
        (stocked(90).fact("items", item="A", pack=7).order(line(5)), "check_units"),
        (stocked(90).order(line(5, unit_price=3)), "price_at_order"),
    ],
)  # fmt: skip
def test_checks_at_the_moment_of_the_order(told: Told, rule: str) -> None:
    found = audit(told)
    assert [one.rule for one in found.rules if one.avoided.lines] == [rule]
    assert [(step.rule, step.share) for step in found.smallest] == [(rule, D(1))]


def test_what_a_rule_wins() -> None:
    told = stocked(9).order(line(5, answer="no"), credit_ok=False)
    rule = tried(told, "check_exposure")
    assert (rule.won.orders, rule.won.money, rule.avoided.money) == (1, D(50), D(0))


def _verdict(*names: str) -> Verdict:
    return Verdict(frozenset(names), frozenset())


def test_the_smallest_set_counts_nothing_twice() -> None:
    count = Tried()
    count.of_an_order([(_verdict("show_sellable", "keep_claims_out"), D(60))], [], [])
    count.of_an_order([(_verdict("show_sellable"), D(10)), (_verdict("check_exposure"), D(30))], [], [])
    count.of_an_order([], [(frozenset({"check_exposure"}), D(5))], [])
    steps = count.smallest()
    assert [(step.rule, step.together) for step in steps] == [
        ("show_sellable", D(70)),
        ("check_exposure", D(105)),
    ]
    assert [str(step.share) for step in steps] == ["0.6667", "1.0000"]


def test_a_rule_that_costs_more_than_it_saves_is_left_out() -> None:
    count = Tried()
    count.of_an_order([(_verdict("keep_both_out"), D(60))], [], [(frozenset({"keep_both_out"}), D(61))])
    assert count.smallest() == ()


@pytest.mark.parametrize(("hours", "last"), [(1, 13), (4, 12), (24, 0)])
def test_when_a_feed_was_sent(hours: int, last: int) -> None:
    placed = datetime(2026, 3, 2, 13, 59, 7, tzinfo=UTC)
    assert refreshed_at(placed, hours) == datetime(2026, 3, 2, last, tzinfo=UTC)
