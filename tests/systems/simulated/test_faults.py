"""Each fault: seen in what leaves the systems, and in the log of what was played."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sayso.canon.times import moment, parse_moment
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.outlet import Delivery
from systems.simulated.clerk import (
    DAY,
    HOUR,
    START,
    cancel,
    company,
    invoice,
    messages,
    played,
    release,
    submit,
)
from systems.simulated.test_course import conserved


async def shipped(rule: dict[str, Any], *lines: tuple[int, str, int], **more: Any) -> Company:
    """A warehouse with one fault, asked for lines (or ten of A), two weeks later."""
    world = company([{"system": "wms", **rule}], alternatives={"A": ("S", Decimal(2))})
    await world.wms.ask(release("WEB-1", *(lines or ((1, "A", 10),)), **more))
    await world.until(START + 14 * DAY)
    return world


def leaving(world: Company, kind: str = "SHIPCONF") -> list[Delivery]:
    """What left, of a kind."""
    found: list[Delivery] = world.outlet.deliveries  # type: ignore[attr-defined]
    return [one for one in found if one.kind == kind]


async def paid(*rules: dict[str, Any], count: int = 1, freight: str = "") -> Company:
    """A bank with faults, and so many invoices of one customer, long after they were due."""
    world = company([{"system": "bank", **rule} for rule in rules], days_late=((0, 1),))
    for place in range(count):
        await world.ar.ask(invoice("WEB-1", (1, "A", 5), (2, "B", 1), freight=freight, cause=f"SH-{place}"))
    await world.until(START + 90 * DAY)
    return world


# The way of messages.


async def test_late() -> None:
    usual = (await shipped({"fault": "late", "of": "POD"})).outlet.deliveries  # type: ignore[attr-defined]
    world = await shipped({"fault": "late", "of": "SHIPCONF", "by": "PT7H"})
    before = next(one for one in usual if one.kind == "SHIPCONF")
    assert leaving(world)[0].at == before.at + 7 * HOUR
    assert leaving(world)[0].body == before.body
    assert played(world, "late") == [("wms", "SHIPCONF", "WEB-1")]


async def test_repeated_is_the_same_bytes_later() -> None:
    world = await shipped({"fault": "repeated", "of": "SHIPCONF", "times": 2, "every": "PT1H"})
    first, second, third = leaving(world)
    assert first.body == second.body == third.body
    assert third.at - first.at == 2 * HOUR
    assert played(world, "repeated") == [("wms", "SHIPCONF", "WEB-1")]


async def test_reordered_is_overtaken() -> None:
    world = await shipped({"fault": "reordered", "of": "PICKCONF"})
    assert [one["message"] for one in messages(world, "PICKCONF", "SHIPCONF")] == ["SHIPCONF", "PICKCONF"]
    assert played(world, "reordered") == [("wms", "PICKCONF", "WEB-1")]


async def test_lost_comes_when_it_is_asked_for_or_after_a_time_or_never() -> None:
    world = await shipped({"fault": "lost", "of": "SHIPCONF"})
    assert leaving(world) == []
    assert played(world, "lost") == [("wms", "SHIPCONF", "WEB-1")]
    assert world.resend("WEB-2") == 0
    assert world.resend("WEB-1") == 1
    await world.until(world.now + HOUR)
    assert len(leaving(world)) == 1
    assert world.resend() == 0
    again = await shipped({"fault": "lost", "of": "SHIPCONF", "resend": "P2D"})
    assert leaving(again)[0].body == leaving(world)[0].body
    assert leaving(again)[0].at > parse_moment(messages(again, "SHIPCONF")[0]["sentAt"]) + 2 * DAY


async def test_truncated_is_the_beginning_of_the_message_and_the_whole_follows() -> None:
    world = await shipped({"fault": "truncated", "of": "SHIPCONF", "resend": "PT1H"})
    cut, whole = leaving(world)
    assert whole.body.startswith(cut.body)
    assert len(cut.body) < len(whole.body)
    assert played(world, "truncated") == [("wms", "SHIPCONF", "WEB-1")]


async def test_a_schema_changes_at_a_moment() -> None:
    begins = START + 2 * DAY
    rule = {
        "fault": "schema_changed", "of": "SHIPCONF", "rename": {"qty": "quantity"}, "from": moment(begins),
    }  # fmt: skip
    world = company([{"system": "wms", **rule}])
    await world.wms.ask(release("WEB-1", (1, "A", 2)))
    await world.until(begins)
    await world.wms.ask(release("WEB-2", (1, "A", 2)))
    await world.until(START + 10 * DAY)
    before, after = (one["lines"][0] for one in messages(world, "SHIPCONF"))
    assert "qty" in before
    assert "qty" not in after
    assert after["quantity"] == "2"
    assert played(world, "schema_changed") == [("wms", "SHIPCONF", "WEB-2")]


@pytest.mark.parametrize("behind", [False, True])
async def test_a_clock_that_is_wrong(behind: bool) -> None:
    usual = messages(await shipped({"fault": "late", "of": "POD"}), "SHIPCONF")[0]
    world = await shipped({"fault": "clock_skew", "of": "SHIPCONF", "by": "PT90M", "behind": behind})
    told = messages(world, "SHIPCONF")[0]
    shift = timedelta(minutes=-90 if behind else 90)
    for name in ("sentAt", "shippedAt"):
        assert parse_moment(told[name]) == parse_moment(usual[name]) + shift
    assert played(world, "clock_skew") == [("wms", "SHIPCONF", "WEB-1")]


async def test_one_id_with_two_bodies() -> None:
    world = await shipped({"fault": "another_body", "of": "SHIPCONF"})
    first, second = messages(world, "SHIPCONF")
    assert first["messageId"] == second["messageId"]
    assert (first["lines"][0]["qty"], second["lines"][0]["qty"]) == ("10", "11")
    assert world.wms.shipped == {("WEB-1", 1): 10}
    assert played(world, "another_body") == [("wms", "SHIPCONF", "WEB-1")]


# Being asked.


async def test_refusing_is_for_good() -> None:
    world = company([{"system": "wms", "fault": "refusing", "what": "no such site"}])
    ask = release("WEB-1", (1, "A", 1))
    for reply in (await world.wms.ask(ask), await world.wms.ask(ask), await world.wms.find(ask.effect)):
        assert (reply.status, reply.body["detail"]) == (409, "no such site")
    assert world.wms.releases == {}
    assert played(world, "refusing") == [("wms", "release_order", "WEB-1")]


async def test_refusing_may_pass() -> None:
    world = company([{"system": "wms", "fault": "refusing", "lasting": "PT1H"}])
    ask = release("WEB-1", (1, "A", 1))
    assert [(await world.wms.ask(ask)).status for _ in range(2)] == [409, 409]
    await world.until(START + 2 * HOUR)
    assert [(await world.wms.ask(ask)).status for _ in range(2)] == [200, 200]
    assert len(world.wms.releases["WEB-1"].wants) == 1


async def test_rate_limiting_passes() -> None:
    world = company([{"system": "wms", "fault": "rate_limiting", "times": 2, "retry_after": 7}])
    ask = release("WEB-1", (1, "A", 1))
    replies = [await world.wms.ask(ask) for _ in range(3)]
    assert [(one.status, one.retry_after) for one in replies] == [(429, 7), (429, 7), (200, None)]
    assert len(played(world, "rate_limiting")) == 2


@pytest.mark.parametrize("does", [True, False])
async def test_unclear_may_have_been_done(does: bool) -> None:
    world = company([{"system": "wms", "fault": "unclear", "does": does}])
    ask = release("WEB-1", (1, "A", 1))
    assert not (await world.wms.ask(ask)).answered
    assert (await world.wms.find(ask.effect)).status == (200 if does else 404)
    assert ("WEB-1" in world.wms.releases) == does
    assert (await world.wms.ask(ask)).status == 200
    assert len(world.wms.releases["WEB-1"].wants) == 1
    assert played(world, "unclear") == [("wms", "release_order", "WEB-1")]


async def test_down_for_an_hour_answers_nothing_and_sends_afterwards() -> None:
    begins = START + 20 * HOUR
    rule = {"system": "wms", "fault": "down", "from": moment(begins), "lasting": "PT10H"}
    world = company([rule])
    await world.wms.ask(release("WEB-1", (1, "A", 1)))
    await world.until(begins)
    ask = release("WEB-2", (1, "A", 1))
    assert (await world.wms.ask(ask)).status == 503
    assert (await world.wms.find(ask.effect)).status == 503
    await world.until(begins + 10 * HOUR)
    assert (await world.wms.ask(ask)).status == 200
    await world.until(START + 10 * DAY)
    assert not [one for one in world.outlet.deliveries if begins <= one.at < begins + 10 * HOUR]  # type: ignore[attr-defined]
    assert len(messages(world, "SHIPCONF")) == 2
    assert len(played(world, "down")) == 2


async def test_down_now_and_then() -> None:
    world = company([{"system": "wms", "fault": "down", "every": "P2D", "lasting": "PT2H"}])
    away = [
        hour for hour in range(20 * 24) if world.faults.down_until("wms", START + hour * HOUR) is not None
    ]
    assert 15 <= len(away) <= 25
    assert world.faults.down_until("erp", START + away[0] * HOUR) is None


# Goods.


async def test_more_is_sent_than_was_asked_for() -> None:
    world = await shipped({"fault": "wrong_quantity", "units": 3})
    assert messages(world, "SHIPCONF")[0]["lines"][0]["qty"] == "13"
    assert world.wms.shipped == {("WEB-1", 1): 13}
    assert world.wms.stock.on_hand["A", "LON"] == 987
    assert played(world, "wrong_quantity") == [("wms", "SHIPCONF", "WEB-1")]
    assert conserved(world)


async def test_less_is_sent_and_the_rest_after_it() -> None:
    world = await shipped({"fault": "wrong_quantity", "units": -3, "ordinals": [1]})
    assert [one["lines"][0]["qty"] for one in messages(world, "SHIPCONF")] == ["7", "3"]
    assert world.wms.shipped == {("WEB-1", 1): 10}
    assert conserved(world)


async def test_a_wrong_quantity_is_told_and_corrected() -> None:
    world = await shipped({"fault": "wrong_quantity", "units": 3, "corrected": "PT6H"})
    told = [(one["revision"], one["lines"][0]["qty"]) for one in messages(world, "SHIPCONF")]
    assert told == [(1, "13"), (2, "10")]
    assert messages(world, "POD")[0]["lines"][0]["qty"] == "10"
    assert world.wms.shipped == {("WEB-1", 1): 10}


async def test_a_substitute_that_was_agreed() -> None:
    substitutes = [{"item": "S", "factor": "2"}]
    world = await shipped({"fault": "substitution"}, substitutes=substitutes)
    line = messages(world, "SHIPCONF")[0]["lines"][0]
    assert (line["sku"], line["qty"], line["standsFor"]) == ("S", "5", "10")
    assert world.wms.shipped == {("WEB-1", 1): 10}
    assert world.wms.stock.on_hand["S", "LON"] == 995
    assert "not agreed" not in world.faults.played[-1].detail


async def test_a_substitute_that_nobody_agreed_to() -> None:
    world = await shipped({"fault": "substitution", "agreed": False})
    assert messages(world, "SHIPCONF")[0]["lines"][0]["sku"] == "S"
    assert "not agreed" in world.faults.played[-1].detail


async def test_a_split_into_loads() -> None:
    world = await shipped({"fault": "split", "times": 3}, (1, "A", 10), (2, "B", 4))
    told = messages(world, "SHIPCONF")
    assert [(one["loadNo"], one["loadsTotal"]) for one in told] == [(1, 3), (2, 3), (3, 3)]
    assert {one["series"] for one in told} == {"WO-WEB-1-LON-1"}
    assert len({one["documentNo"] for one in told}) == 3
    assert world.wms.shipped == {("WEB-1", 1): 10, ("WEB-1", 2): 4}
    assert played(world, "split") == [("wms", "SHIPCONF", "WEB-1")]


async def test_a_short_pick_is_counted_and_closed() -> None:
    world = await shipped({"fault": "short_pick", "share": 40})
    line = messages(world, "PICKCONF")[0]["lines"][0]
    assert (line["qty"], line["qtyShort"]) == ("6", "4")
    assert messages(world, "STOCKADJ")[0]["qtyOnHand"] == "996"
    assert world.books()["wms"]["short"] == {("WEB-1", 1): 4}
    assert world.wms.shipped == {("WEB-1", 1): 6}
    assert (await world.wms.ask(cancel("WEB-1", "wms", (1, 4)))).status == 200
    assert (await world.wms.ask(cancel("WEB-1", "wms", (1, 1), cause="more"))).status == 409
    assert played(world, "short_pick") == [("wms", "PICKCONF", "WEB-1")]
    assert conserved(world)


async def test_goods_come_back() -> None:
    world = await shipped({"fault": "returned", "share": 30, "by": "P1D"})
    told = messages(world, "RETURN")[0]
    assert (told["shipmentNo"], told["lines"][0]["qty"]) == ("SH-WEB-1-LON-1", "3")
    assert world.wms.returned == {("WEB-1", 1): 3}
    assert world.wms.stock.on_hand["A", "LON"] == (993 if told["lines"][0]["restock"] else 990)
    assert played(world, "returned") == [("wms", "RETURN", "WEB-1")]
    assert conserved(world)


# The ERP.


async def accepted(**rule: Any) -> Company:
    """An ERP with a fault and an order, three days later."""
    world = company([{"system": "erp", **rule}])
    await world.erp.ask(submit("WEB-1", ("A", 10), ("B", 1)))
    await world.until(START + 3 * DAY)
    return world


async def test_the_erp_has_another_price() -> None:
    world = await accepted(fault="price_changed", share=10, of="ORDERACK")
    told = messages(world, "ORDERACK")[0]
    assert (told["lines"][0]["unitPrice"], told["lines"][0]["lineAmount"]) == ("2.20", "22.00")
    assert told["totalInclTax"] == "29.04"
    assert played(world, "price_changed") == [("erp", "ORDERACK", "WEB-1")] * 2


async def test_the_erp_rejects() -> None:
    world = await accepted(fault="rejected")
    assert [one["message"] for one in messages(world)] == ["ORDERREJ"]
    assert world.erp.facts() == {}
    assert played(world, "rejected") == [("erp", "ORDERREJ", "WEB-1")]


async def test_the_erp_holds_and_releases_before_it_accepts() -> None:
    world = await accepted(fault="held", by="PT30H", what="review")
    kinds = [one["message"] for one in messages(world)]
    assert kinds == ["ORDERHOLD", "ORDERRELEASE", "ORDERACK", "ALLOC"]
    hold, over = messages(world, "ORDERHOLD", "ORDERRELEASE")
    assert hold["holdNo"] == over["holdNo"]
    assert hold["holdKind"] == "review"


async def test_the_erp_changes_the_date() -> None:
    world = await accepted(fault="date_changed", by="P4D")
    told = messages(world, "ORDERCHANGE")[0]
    assert (told["revision"], told["lines"][0]["shipmentDate"]) == (2, "2011-02-05")
    assert world.facts(world.now)["demand"][0]["due"] == "2011-02-05"


async def test_the_erp_cancels_a_line_by_itself() -> None:
    world = await accepted(fault="cancelled")
    line = messages(world, "ORDERCANCEL")[0]["lines"][0]
    assert world.erp.orders["WEB-1"].lines[line["lineNo"]].open == 0
    assert played(world, "cancelled") == [("erp", "ORDERCANCEL", "WEB-1")]


# Money.


async def test_kept_back_for_freight() -> None:
    world = await paid({"fault": "short_payment", "what": "freight"}, freight="5.00")
    told = messages(world, "CREDIT")[0]
    number = next(iter(world.ar.invoices))
    assert (told["amount"], told["remittance"]) == ("14.40", [f"{number} less freight"])
    assert played(world, "short_payment") == [("bank", "CREDIT", "WEB-1")]


async def test_kept_back_for_a_line_that_is_disputed() -> None:
    world = await paid({"fault": "short_payment", "what": "line"})
    dispute = messages(world, "DISPUTE")[0]
    amounts = [Decimal(one["amount"]) for one in messages(world, "CREDIT")]
    closed = messages(world, "DISPUTECLOSED")[0]
    assert amounts[0] + Decimal(dispute["amount"]) == Decimal("14.40")
    assert len(amounts) == (2 if closed["outcome"] == "withdrawn" else 1)
    assert len(messages(world, "CREDITED")) == (1 if closed["outcome"] == "credited" else 0)


async def test_paid_twice() -> None:
    world = await paid({"fault": "duplicate_payment"})
    first, second = messages(world, "CREDIT")
    assert first["bankRef"] != second["bankRef"]
    assert (first["amount"], first["remittance"]) == (second["amount"], second["remittance"])
    assert world.books()["bank"]["balance"] == Decimal("28.80")
    assert played(world, "duplicate_payment") == [("bank", "CREDIT", "WEB-1")]


async def test_two_invoices_in_one_payment() -> None:
    world = await paid({"fault": "combined_payment"}, count=2)
    told = messages(world, "CREDIT")
    assert [one["amount"] for one in told] == ["28.80"]
    assert set(told[0]["remittance"]) == set(world.ar.invoices)


async def test_a_poor_reference() -> None:
    world = await paid({"fault": "sloppy_reference", "what": "your invoice"})
    assert messages(world, "CREDIT")[0]["remittance"] == ["your invoice"]


async def test_taken_back_and_paid_once_more() -> None:
    world = await paid({"fault": "reversed_payment", "resend": "P5D"})
    told = messages(world, "CREDIT", "REVERSAL")
    assert [one["message"] for one in told] == ["CREDIT", "REVERSAL", "CREDIT"]
    assert told[1]["reversesRef"] == told[0]["bankRef"]
    assert world.books()["bank"]["balance"] == Decimal("14.40")


async def test_never_paid() -> None:
    world = await paid({"fault": "unpaid"})
    assert messages(world, "CREDIT") == []
    assert played(world, "unpaid") == [("bank", "CREDIT", "WEB-1")]
