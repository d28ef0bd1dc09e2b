"""The replay against a small Sayso: order of time, what is sent, what is counted, and the same figures every time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from sayso.demo.distributor import load, opening_facts
from sayso.demo.replay import Progress, replay
from sayso.errors import BadField

MONDAY = date(2011, 1, 10)
DAY = timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


async def run(sayso, distributor, **more):
    async with sayso.client() as client:
        return await replay(client, distributor, run="test", **more)


async def test_a_week_of_real_orders_is_promised_and_kept(sayso, distributor):
    steps: list[Progress] = []
    summary = await run(sayso, distributor, days=5, progress=steps.append)
    found = summary.sayso
    orders = [order for order in distributor.trade.orders if order.at.date() < distributor.first + 5 * DAY]
    assert found.asked.orders == len(orders) == steps[-1].done == steps[-1].orders
    assert found.asked.money == sum((order.paid for order in orders), Decimal(0))
    lost = sum(tally.orders for tally in found.lost.values())
    assert found.in_full.orders + found.in_part.orders + lost == len(orders)
    struck = sum(tally.lines for tally in found.struck.values())
    lines = found.in_full.lines + found.in_part.lines + struck + sum(one.lines for one in found.lost.values())
    assert lines == found.asked.lines
    assert found.kept.parts_due == found.kept.parts_kept + sum(found.kept.parts_broken.values())
    assert found.kept.parts_due > 1000
    assert "oversold" not in found.kept.parts_broken
    assert found.lines_priced_as_paid / found.lines_priced > 0.9
    assert found.latency.calls == sum(path == "/v1/promises" for _, path, _, _ in sayso.seen)


async def test_a_sayso_that_promises_anything_is_found_out(dishonest, distributor):
    summary = await run(dishonest, distributor, days=3)
    assert summary.sayso.kept.parts_broken["oversold"] > 50


async def test_the_same_run_gives_the_same_figures_and_the_same_bytes(new_sayso, distributor):
    seen, figures = [], []
    for found in (distributor, load()):
        sayso = new_sayso()
        summary = await run(sayso, found, days=2)
        summary.seconds = summary.sayso.latency.p50 = summary.sayso.latency.p99 = (
            summary.sayso.latency.most
        ) = 0.0
        seen.append([(method, path, body) for method, path, _, body in sayso.seen])
        figures.append(summary.document())
    assert seen[0] == seen[1]
    assert figures[0] == figures[1]


async def test_requests_come_in_the_order_of_their_time(sayso, distributor):
    await run(sayso, distributor, days=2)
    times = [headers["sayso-now"] for _, _, headers, _ in sayso.seen]
    assert times == sorted(times)
    keys = [headers["idempotency-key"] for _, _, headers, _ in sayso.seen]
    assert len(set(keys)) == len(keys)
    assert all(headers["authorization"] == "Bearer sk_test" for _, _, headers, _ in sayso.seen)


async def test_a_refused_line_is_asked_again_without_it(sayso, small, an_order):
    order = an_order("7", at(MONDAY, 9), ("A", 5), ("B", 50))
    summary = await run(sayso, small([order], {"A": 10, "B": 10}))
    asked = [body for _, path, _, body in sayso.seen if path == "/v1/promises"]
    assert [[line["item"] for line in body["lines"]] for body in asked] == [["A", "B"], ["A"]]
    assert asked[1]["accept_conditional"] is True
    placed = [body for _, path, _, body in sayso.seen if path == "/v1/orders"]
    assert [body["order"] for body in placed] == ["WEB-7"]
    assert summary.sayso.in_part.lines == 1
    assert summary.sayso.struck["no_date"].money == Decimal(100)
    assert summary.naive.in_part.lines == 1


async def test_an_order_without_a_line_left_is_lost_by_its_commonest_reason(sayso, small, an_order):
    order = an_order("7", at(MONDAY, 9), ("A", 50), ("B", 50))
    summary = await run(sayso, small([order], {"A": 10, "B": 10}))
    assert summary.sayso.lost["no_date"].orders == 1
    assert not [body for _, path, _, body in sayso.seen if path == "/v1/orders"]


async def test_an_order_that_credit_refuses_is_lost_at_once(sayso, small, an_order):
    order = an_order("7", at(MONDAY, 9), ("A", 50))
    summary = await run(sayso, small([order], {"A": 100}, limit=60))
    assert summary.sayso.lost["over_limit"].lines == 1
    assert sum(path == "/v1/promises" for _, path, _, _ in sayso.seen) == 1


async def test_fewer_lines_may_fit_the_limit(sayso, small, an_order):
    order = an_order("7", at(MONDAY, 9), ("A", 25), ("B", 25))
    summary = await run(sayso, small([order], {"A": 100, "B": 1}, limit=60))
    assert summary.sayso.in_part.orders == 1


async def test_a_later_date_is_accepted_within_patience(sayso, small, an_order, a_purchase):
    order = an_order("7", at(MONDAY, 9), ("A", 5))
    supply = a_purchase("PO-1", MONDAY + 15 * DAY, MONDAY + 15 * DAY, ("A", 9))
    summary = await run(sayso, small([order], {"A": 0}, (supply,)))
    assert summary.sayso.in_full.orders == 1
    assert summary.sayso.lines_dated_later == 1
    assert summary.sayso.kept.parts_not_yet_due == 1


async def test_orders_of_one_minute_that_share_nothing_go_together_and_others_do_not(sayso, small, an_order):
    minute = at(MONDAY, 9, 30)
    orders = [
        an_order("1", minute, ("A", 1), customer="10"), an_order("2", minute, ("B", 1), customer="11"),
        an_order("3", minute, ("A", 1), customer="12"), an_order("4", minute, ("C", 1), customer="12"),
    ]  # fmt: skip
    await run(sayso, small(orders, {"A": 10, "B": 10, "C": 10}))
    calls = [
        (path[4:], body.get("reference") or body.get("order"))
        for _, path, _, body in sayso.seen
        if path in ("/v1/promises", "/v1/orders")
    ]
    assert calls[:2] == [("promises", "1"), ("promises", "2")], "together"
    assert calls[-4:] == [("promises", "3"), ("orders", "WEB-3"), ("promises", "4"), ("orders", "WEB-4")]


async def test_no_days_are_refused(sayso, small, an_order):
    with pytest.raises(BadField, match="at least one day"):
        await run(sayso, small([an_order("7", at(MONDAY, 9), ("A", 5))], {"A": 10}), days=0)


def test_opening_facts_say_where_they_come_from(distributor):
    sources = {batch.kind: batch.source for batch in opening_facts(distributor, "usual")}
    assert {kind for kind, source in sources.items() if source == "uci-online-retail"} == {
        "calendars", "taxes", "items", "prices",
    }  # fmt: skip
    assert {
        sources[kind] for kind in ("stock", "inbound", "receipts", "receivables", "customers", "rules")
    } == {"generated-by-sayso-demo"}


def test_the_rules_speak_of_items_that_there_are(distributor):
    rows = {batch.kind: batch.rows for batch in opening_facts(distributor, "usual")}
    for column in ("hazard", "category"):
        spoken = {row[column] for row in rows["rules"] if column in row}
        assert spoken == {row[column] for row in rows["items"] if column in row}
    assert {row["licences"] for row in rows["customers"] if "licences" in row} == {"biosecurity"}
