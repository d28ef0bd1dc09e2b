"""The audit of what the naive storefront and its back office export counts what they counted themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.audit.engine.audited import audited
from sayso.audit.engine.findings import Figure, Findings, Terms
from sayso.audit.exports.folders import Folders
from sayso.demo.distributor import load
from sayso.demo.exported import Exports, back_office
from sayso.demo.naive import Storefront
from sayso.demo.orders import by_day
from sayso.demo.summary import Naive, Tally, count_naive
from sayso.promise.policy import read

DAYS = 3


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Naive, Path]:
    """Three days of trade, counted by who traded, and exported."""
    folder, distributor = tmp_path_factory.mktemp("exports"), load(None)
    shop, found = Storefront(distributor, "usual"), Naive()
    orders = by_day(distributor.trade.orders)
    with Exports(shop, "usual", folder) as exports:
        for number in range(DAYS):
            day = distributor.first + timedelta(days=number)
            shop.morning(day)
            exports.morning(day)
            for order in orders.get(day, ()):
                answer = shop.ask(order)
                count_naive(found, answer)
                exports.asked(answer)
            shop.close(day)
            exports.close(day)
    return found, folder


@pytest.fixture(scope="module")
def findings(traded: tuple[Naive, Path]) -> Findings:
    """What the audit finds in the exports alone."""
    settings, patience = back_office(load(None).given)
    policy = read(settings)
    exports = Folders(traded[1] / "storefront", traded[1] / "erp")
    found = audited(exports, policy, policy, Terms(patience_days=patience))
    assert exports.problems == []
    return found


def of_lines(tallies: Iterable[Tally]) -> tuple[int, object]:
    """Lines and money of some tallies."""
    every = list(tallies)
    return sum(one.lines for one in every), sum(one.money for one in every)


def of_figure(figure: Figure) -> tuple[int, object]:
    return figure.lines, figure.money


def test_every_line_that_could_not_be_kept_is_found_with_its_money(
    traded: tuple[Naive, Path], findings: Findings
) -> None:
    naive = traded[0]
    assert sum(one.lines for one in naive.broken.values()) > 100
    assert of_figure(findings.directions["yes_no"]) == of_lines(naive.broken.values())
    assert findings.directions["yes_no"].orders == naive.broken_orders.orders


def test_every_line_that_was_turned_away_wrongly_is_found(
    traded: tuple[Naive, Path], findings: Findings
) -> None:
    naive = traded[0]
    assert naive.missed["dated_supply"].lines > 10
    assert of_figure(findings.directions["no_yes"]) == of_lines(naive.missed.values())


def test_the_judgement_agrees_with_what_the_back_office_did(findings: Findings) -> None:
    agreed = findings.agreement
    assert (agreed.no_yes, agreed.yes_no, agreed.unknown) == (0, 0, 0)
    assert agreed.no_no > 100
    assert agreed.yes_yes > 1000


def test_a_cause_that_was_counted_is_named(traded: tuple[Naive, Path], findings: Findings) -> None:
    """Each cause that the storefront counted is a cause that the audit names, and it names no other."""
    named = {(bar.direction, bar.cause) for bar in findings.causes}
    counted = {
        "committed": ("yes_no", "reserved_stock"),
        "safety_stock": ("yes_no", "safety_stock"),
        "credit_limit": ("yes_no", "credit_flag"),
        "overdue": ("yes_no", "overdue_elsewhere"),
        "dated_supply": ("no_yes", "late_inbound"),
        "flag_outdated": ("no_yes", "credit_flag"),
    }
    told = {counted[cause] for cause in (*traded[0].broken, *traded[0].missed)}
    assert told <= named <= set(counted.values()) | {("yes_no", "late_inbound"), ("yes_no", "other")}
