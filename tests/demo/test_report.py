"""The summary that people read, and the one that programs read."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from rich.console import Console

from sayso.demo.naive import Answer
from sayso.demo.orders import OrderLine
from sayso.demo.replay import replay
from sayso.demo.report import printed
from sayso.demo.run import run_demo, run_side_by_side
from sayso.demo.summary import Kept, Latency, Naive, Tally, count_kept, count_latency, count_naive, started
from sayso.demo.world import Agreed, World
from sayso.errors import SaysoError

NINE = datetime(2011, 1, 10, 9, tzinfo=UTC)
FIRST, SECOND = OrderLine("A", 1, Decimal(10)), OrderLine("B", 2, Decimal(5))

CHARGED = {FIRST.item: FIRST.paid, SECOND.item: SECOND.paid}


def text_of(summaries) -> str:
    out = io.StringIO()
    printed(summaries, Console(file=out, width=140))
    return out.getvalue()


async def test_the_summary_says_what_is_real_and_what_is_generated(sayso, distributor):
    async with sayso.client() as client:
        summary = await replay(client, distributor, days=1, run="test")
    text = text_of([summary])
    for words in (
        "Generated (seed 20101201)",
        "stock, purchase orders",
        "Chen, D. (2015)",
        "CC BY 4.0",
        "oversold by Sayso",
    ):
        assert words in text
    assert (
        f"{summary.naive.broken_beyond_safety.orders:,} / {summary.naive.broken_beyond_safety.lines:,}"
        in text
    )


def test_settings_stand_side_by_side(distributor):
    summaries = [started(distributor, setting) for setting in ("tight", "usual", "loose")]
    summaries[0].naive.broken["committed"].add([FIRST])
    summaries[2].sayso.kept.parts_broken = {"late_inbound": 3}
    text = text_of(summaries)
    assert [words in text for words in ("tight stock", "usual stock", "loose stock")] == [True] * 3
    assert "1 / 1 / 10" in text
    assert "a purchase order came late" in text


def test_the_document_is_plain_json_and_its_money_is_text(distributor):
    summary = started(distributor, "usual")
    summary.naive.broken["committed"].add([FIRST, SECOND])
    document = json.loads(json.dumps(summary.document()))
    assert document["naive"]["broken"]["committed"] == {"orders": 1, "lines": 2, "money": "15"}
    assert document["data"]["orders"] == 4681
    assert document["data"]["order_lines_priced_exactly"] == 89390
    assert document["buffer_percent"] == 100


def test_the_naive_side_counts_orders_lines_and_money_by_cause(an_order):
    order = an_order("1", NINE, ("A", 1), ("B", 2))
    found = Naive()
    count_naive(found, Answer(order, (FIRST, SECOND), ((SECOND, "committed"),), (), (), CHARGED))
    count_naive(
        found,
        Answer(
            order,
            (FIRST,),
            ((FIRST, "overdue"),),
            ((SECOND, "on_hand"),),
            ((SECOND, "dated_supply"),),
            CHARGED,
        ),
    )
    count_naive(found, Answer(order, (), (), ((FIRST, "credit_flag"), (SECOND, "credit_flag")), (), CHARGED))
    assert found.in_full == Tally(1, 2, Decimal(15))
    assert found.in_part == Tally(1, 1, Decimal(10))
    assert found.broken_orders == Tally(2, 3, Decimal(25))
    assert dict(found.broken) == {"committed": Tally(1, 1, Decimal(5)), "overdue": Tally(1, 1, Decimal(10))}
    assert found.refused["credit_flag"] == Tally(1, 2, Decimal(15))
    count_naive(found, Answer(order, (FIRST,), ((FIRST, "safety_stock"),), (), (), CHARGED))
    assert found.broken_orders.orders == 3
    assert found.broken_beyond_safety == Tally(2, 3, Decimal(25))
    assert found.missed["dated_supply"] == Tally(1, 1, Decimal(5))


def test_latency_is_told_in_milliseconds():
    found = Latency()
    count_latency(found, [n / 1000 for n in range(100, 0, -1)])
    assert (found.calls, found.p50, found.p99, found.most) == (100, 51.0, 100.0, 100.0)
    count_latency(empty := Latency(), [])
    assert empty == Latency()


def test_nothing_is_kept_before_anything_is_due():
    assert Kept().parts_due == Kept().parts_kept == 0


async def test_run_demo_shows_the_summary_and_returns_the_document(sayso, small, an_order):
    found = small([an_order("7", NINE, ("A", 5))], {"A": 10})
    out = io.StringIO()
    shown = await run_demo(
        "http://sayso",
        "sk_test",
        distributor=found,
        transport=httpx.ASGITransport(sayso.app),
        out=Console(file=out, width=140),
    )
    assert shown["sayso"]["in_full"]["orders"] == 1
    assert "Usual stock: of 1 orders" in out.getvalue()
    assert {headers["authorization"] for _, _, headers, _ in sayso.seen} == {"Bearer sk_test"}


async def test_each_setting_has_a_sayso_of_its_own(new_sayso, small, an_order):
    found = small([an_order("7", NINE, ("A", 5))], {"A": 10})
    found._plans["loose"] = found.plan("usual")
    fakes = {"usual": new_sayso(), "loose": new_sayso()}
    out = io.StringIO()
    document = await run_side_by_side(
        dict.fromkeys(fakes, ("http://sayso", "sk_test")), distributor=found, out=Console(file=out, width=140),
        transports={setting: httpx.ASGITransport(fake.app) for setting, fake in fakes.items()},
    )  # fmt: skip
    assert [one["setting"] for one in document["settings"]] == ["usual", "loose"]
    assert "Loose stock: of 1 orders" in out.getvalue()


async def test_run_demo_writes_nothing_when_a_program_reads(sayso, small, an_order, capsys):
    found = small([an_order("7", NINE, ("A", 5))], {"A": 10})
    await run_demo(
        "http://sayso", "sk_test", distributor=found, json=True, transport=httpx.ASGITransport(sayso.app)
    )
    assert capsys.readouterr().out == ""


async def test_a_sayso_that_is_not_there_is_said_to_be_away(small, an_order, monkeypatch, unused_tcp_port):
    monkeypatch.setattr("sayso.demo.talk._MOST_TRIES", 1)
    found = small([an_order("7", NINE, ("A", 5))], {"A": 10})
    with pytest.raises(SaysoError, match="cannot be reached"):
        await run_demo(f"http://127.0.0.1:{unused_tcp_port}", "sk", distributor=found, json=True)


def test_dates_of_the_data_are_told(distributor):
    assert (distributor.first, distributor.last) == (date(2010, 12, 1), date(2011, 3, 31))


def test_a_part_is_due_on_its_own_day(small, an_order):
    order = an_order("7", NINE, ("A", 5))
    world = World(small([order], {"A": 10}), "usual")
    day = NINE.date()
    world.accept(order, "WEB-7", [Agreed("A", "LON", 5, day, Decimal(10), Decimal(10), ())])
    world.books.parts[0].broken = "stock_count"
    count_kept(due := Kept(), world, day)
    assert (due.parts_due, due.parts_broken, due.orders_broken, due.money_broken) == (
        1,
        {"stock_count": 1},
        1,
        10,
    )
    count_kept(early := Kept(), world, day - timedelta(days=1))
    assert (early.parts_due, early.parts_not_yet_due) == (0, 1)
