"""When an invoice is asked for, when it waits and for what, case by case."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from cash.some import (
    CHARGES,
    FOUR,
    ORDER,
    START,
    TEN,
    accepted,
    cancelled,
    credited,
    d,
    fact,
    folded,
    goods,
    invoiced,
    line,
    money,
    placed,
    returned,
    shipped,
)  # fmt: skip
from sayso.canon.events_money import InvoiceIssued
from sayso.canon.events_order import OrderChanged, OrderHeld, OrderRejected, OrderReleased
from sayso.cash.policy import CashPolicy, CustomerInvoicing, Invoicing, SiteInvoicing
from sayso.cash.shapes import Effect, Fact
from sayso.cash.triggering import Triggered, covers, daily, to_invoice

NOW = datetime(2011, 2, 3, 23, 30, tzinfo=UTC)


def look(*facts: Fact, asked: tuple[str, ...] = (), terms: int | None = None, **how: Any) -> Triggered:
    """What follows from these facts."""
    policy = CashPolicy(invoicing=Invoicing(**how))
    return to_invoice(folded(*facts), facts, policy, NOW, terms, frozenset(asked))


def lines_of(effect: Effect) -> list[tuple[int, str, str, str, str]]:
    """Line, item, quantity, net amount and tax of what is asked for."""
    body: Any = effect.body
    return [
        (one["line"], one["item"], one["quantity"], one["amount"], one.get("tax", "0"))
        for one in body["lines"]
    ]


FIRST = shipped("SH-1", goods(1, "A", "4"), goods(2, "C", "4"), site="LON")
REST = shipped("SH-2", goods(1, "A", "6"), hours=6, site="LON")


def test_what_left_is_asked_for_at_the_agreed_price() -> None:
    (effect,) = look(placed(charges=CHARGES), FIRST, terms=14).effects
    assert (effect.key, effect.role, effect.cause) == ("issue_invoice/WEB-1/SH-1", "ar", "SH-1")
    assert lines_of(effect) == [(1, "A", "4", "8.00", "1.60"), (2, "C", "4", "20.00", "4.00")]
    assert effect.body["charges"] == [{"code": "freight", "amount": "10.00", "tax": "2.00"}]
    assert (effect.body["total"], effect.amount) == ("45.60", d("45.60"))
    assert (effect.body["issued"], effect.body["due"]) == ("2011-02-03", "2011-02-17")


def test_the_day_of_issue_is_the_company_s() -> None:
    (effect,) = look(placed(), FIRST, zone="Asia/Tokyo").effects
    assert (effect.body["issued"], effect.body["due"]) == ("2011-02-04", "2011-03-06")


def test_an_invoice_is_asked_for_once() -> None:
    assert look(placed(), FIRST, asked=("SH-1",)).effects == ()
    assert look(placed(), FIRST, asked=("issue_invoice/WEB-1/SH-1",)).effects == ()


def test_what_was_answered_is_not_asked_for_again() -> None:
    lines = (
        money(1, "A", "4", "8.00", "1.60", shipment="SH-1"),
        money(2, "C", "4", "20.00", "4.00", shipment="SH-1"),
    )
    assert look(placed(), FIRST, invoiced("I-1", *lines)) == Triggered()
    (effect,) = look(placed(), FIRST, REST, invoiced("I-1", *lines), asked=("SH-1",)).effects
    assert lines_of(effect) == [(1, "A", "6", "12.00", "2.40")]


def test_a_shipment_corrected_upwards_gives_a_further_invoice() -> None:
    more = shipped("SH-1", goods(1, "A", "5"), goods(2, "C", "4"), site="LON", revision=1)
    lines = (
        money(1, "A", "4", "8.00", "1.60", shipment="SH-1"),
        money(2, "C", "4", "20.00", "4.00", shipment="SH-1"),
    )
    assert look(placed(), FIRST, more, asked=("SH-1",)).effects == ()
    (effect,) = look(placed(), FIRST, more, invoiced("I-1", *lines, cause="SH-1"), asked=("SH-1",)).effects
    assert (effect.cause, lines_of(effect)) == ("SH-1+8", [(1, "A", "1", "2.00", "0.40")])
    assert effect.body["charges"] == []


def test_a_shipment_corrected_downwards_gives_a_credit() -> None:
    less = shipped("SH-1", goods(1, "A", "3"), goods(2, "C", "4"), site="LON", revision=1)
    lines = (
        money(1, "A", "4", "8.00", "1.60", shipment="SH-1"),
        money(2, "C", "4", "20.00", "4.00", shipment="SH-1"),
    )
    facts = (placed(), FIRST, less, invoiced("I-1", *lines, cause="SH-1"))
    found = look(*facts, asked=("SH-1",))
    (effect,) = found.effects
    assert (effect.kind, effect.key) == ("issue_credit", "issue_credit/WEB-1/less/SH-1")
    assert (effect.body["invoice"], lines_of(effect)) == ("I-1", [(1, "A", "1", "2.00", "0.40")])
    assert ("invoiced_over", "WEB-1/1") in found.answered
    assert look(*facts, asked=("SH-1", "less/SH-1")).effects == ()
    assert look(*facts, asked=("SH-1", "less/SH-1")).answered == found.answered
    assert look(*facts, asked=("SH-1",), corrections="hold") == Triggered()


def test_what_came_back_after_its_invoice_is_credited() -> None:
    lines = (
        money(1, "A", "4", "8.00", "1.60", shipment="SH-1"),
        money(2, "C", "4", "20.00", "4.00", shipment="SH-1"),
    )
    facts = (
        placed(),
        FIRST,
        invoiced("I-1", *lines, cause="SH-1"),
        returned("RET-1", (2, "C", "3"), shipment="SH-1"),
    )
    (effect,) = look(*facts, asked=("SH-1",)).effects
    assert effect.key == "issue_credit/WEB-1/RET-1"
    assert (effect.body["reason"], effect.body["total"]) == ("goods returned", "18.00")
    done = credited("CM-1", "I-1", money(2, "C", "3", "15.00", "3.00", shipment="SH-1"), cause="RET-1")
    assert look(*facts, done, asked=("SH-1", "RET-1")) == Triggered()
    assert look(*facts, asked=("SH-1",), returns="hold") == Triggered()


def test_a_return_told_higher_is_credited_for_the_rest() -> None:
    lines = (
        money(1, "A", "4", "8.00", "1.60", shipment="SH-1"),
        money(2, "C", "4", "20.00", "4.00", shipment="SH-1"),
    )
    told = returned("RET-1", (2, "C", "3"), shipment="SH-1")
    more = told._replace(revision=1, data=msgspec.structs.replace(
        told.data, revision=1, lines=(msgspec.structs.replace(told.data.lines[0], quantity=d(4)),)  # type: ignore[attr-defined]
    ))  # fmt: skip
    done = credited("CM-1", "I-1", money(2, "C", "3", "15.00", "3.00", shipment="SH-1"), cause="RET-1")
    facts = (placed(), FIRST, invoiced("I-1", *lines, cause="SH-1"), told, more, done)
    (effect,) = look(*facts, asked=("SH-1", "RET-1")).effects
    assert (effect.cause, lines_of(effect)) == ("RET-1+3", [(2, "C", "1", "5.00", "1.00")])


def test_a_second_return_is_credited_by_itself() -> None:
    lines = (
        money(1, "A", "4", "8.00", "1.60", shipment="SH-1"),
        money(2, "C", "4", "20.00", "4.00", shipment="SH-1"),
    )
    backs = (
        returned("RET-1", (2, "C", "3"), shipment="SH-1"),
        returned("RET-2", (2, "C", "1"), shipment="SH-1", hours=51),
    )
    done = credited("CM-1", "I-1", money(2, "C", "3", "15.00", "3.00", shipment="SH-1"), cause="RET-1")
    facts = (placed(), FIRST, invoiced("I-1", *lines, cause="SH-1"), *backs, done)
    (effect,) = look(*facts, asked=("SH-1", "RET-1")).effects
    assert (effect.cause, lines_of(effect)) == ("RET-2", [(2, "C", "1", "5.00", "1.00")])


def test_what_came_back_is_not_invoiced_with_its_own_shipment() -> None:
    first, rest = look(placed(), FIRST, REST, returned("RET-1", (1, "A", "3"), shipment="SH-1")).effects
    assert lines_of(first)[0] == (1, "A", "1", "2.00", "0.40")
    assert lines_of(rest) == [(1, "A", "6", "12.00", "2.40")]


def test_what_came_back_before_its_invoice_is_not_invoiced() -> None:
    (effect,) = look(placed(), FIRST, returned("RET-1", (2, "C", "3"), shipment="SH-1")).effects
    assert lines_of(effect) == [(1, "A", "4", "8.00", "1.60"), (2, "C", "1", "5.00", "1.00")]


def test_a_substitute_has_its_agreed_price() -> None:
    agreed = line(1, "A", "10", tax=d("4.00"), substitutes=(
        msgspec.convert({"item": "B", "factor": "2", "unit_price": "3.50"}, type(TEN.substitutes[0]), strict=False),
    ))  # fmt: skip
    (effect,) = look(placed(agreed, FOUR), shipped("SH-1", goods(1, "B", "3"))).effects
    assert lines_of(effect) == [(1, "B", "3", "10.50", "2.10")]
    body: Any = effect.body
    assert body["lines"][0]["stands_for"] == "6"
    (other,) = look(placed(), shipped("SH-1", goods(1, "B", "3"))).effects
    assert lines_of(other) == [(1, "B", "3", "12.00", "2.40")]


NO_PRICE = line(1, "A", "10", None)
HOLD = fact(OrderHeld(document="H-1", kind="invoice"), 2)
WAITING: list[tuple[str, tuple[Fact, ...], dict[str, Any]]] = [
    ("part 2 of 2 of WO-1 has not come", (placed(), shipped("SH-1", goods(1, "A", "4"), series="WO-1", part=1, of=2)), {}),
    ("nobody agreed to X in place of A on line 1", (placed(), shipped("SH-1", goods(1, "X", "4"))), {}),
    ("the price of A on line 1 is not known", (placed(NO_PRICE), shipped("SH-1", goods(1, "A", "4"))), {}),
    ("the order has no line 9", (placed(), shipped("SH-1", goods(9, "Z", "1"))), {}),
    ("the order itself is not known", (shipped("SH-1", goods(1, "A", "4")),), {}),
    ("the order is on hold: invoice", (placed(), HOLD, FIRST), {}),
    ("line 1: 2 more of A left than the 10 ordered", (placed(), shipped("SH-1", goods(1, "A", "12"))), {}),
    ("the ERP has not accepted the order", (placed(), FIRST), {"acceptance": "agreed"}),
    (
        "the ERP accepted otherwise than promised: quantity of line 1",
        (placed(), accepted(line(1, "A", "8", tax=d("4.00")), FOUR), FIRST), {},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("why", "facts", "how"), WAITING)
def test_an_invoice_waits_for_evidence(why: str, facts: tuple[Fact, ...], how: dict[str, Any]) -> None:
    found = look(*facts, **how)
    assert found.effects == ()
    (finding,) = found.held
    assert (finding.kind, finding.key) == ("invoice_waits", "WEB-1/SH-1")
    assert why in finding.facts["why"]


FREE: list[tuple[tuple[Fact, ...], dict[str, Any]]] = [
    ((placed(), HOLD, fact(OrderReleased(document="H-1"), 3), FIRST), {}),
    ((placed(), fact(OrderHeld(document="H-2", kind="credit"), 2), FIRST), {}),
    ((placed(), shipped("SH-1", goods(1, "A", "12"))), {"overshipped": "shipped"}),
    ((placed(), accepted(line(1, "A", "8", tax=d("4.00")), FOUR), FIRST), {"acceptance": "any"}),
    ((placed(), accepted(), FIRST), {"acceptance": "agreed"}),
]


@pytest.mark.parametrize(("facts", "how"), FREE)
def test_an_invoice_waits_no_longer(facts: tuple[Fact, ...], how: dict[str, Any]) -> None:
    found = look(*facts, **how)
    assert [effect.cause for effect in found.effects] == ["SH-1"]
    assert not found.held


def test_a_rejected_order_is_not_invoiced() -> None:
    found = look(placed(), fact(OrderRejected(document="R-1", reason="blocked"), 1), FIRST)
    assert not found.effects
    assert "the ERP rejected the order: blocked" in found.held[0].facts["why"]


def test_of_more_than_ordered_only_what_was_ordered() -> None:
    (effect,) = look(placed(), shipped("SH-1", goods(1, "A", "12")), overshipped="ordered").effects
    assert lines_of(effect) == [(1, "A", "10", "20.00", "4.00")]


def test_an_approved_substitution_lets_the_invoice_go() -> None:
    yes = OrderChanged(document=ORDER, revision=1, lines=(
        msgspec.structs.replace(TEN, substitutes=(type(TEN.substitutes[0])(item="X", unit_price=d("1.50")),)),
    ))  # fmt: skip
    (effect,) = look(placed(), fact(yes, 8), shipped("SH-1", goods(1, "X", "4"))).effects
    assert lines_of(effect) == [(1, "X", "4", "6.00", "1.20")]


def test_a_series_that_is_whole_is_invoiced_shipment_by_shipment() -> None:
    loads = (
        shipped("SH-1", goods(1, "A", "4"), series="WO-1", part=1, of=2),
        shipped("SH-2", goods(1, "A", "6"), hours=4, series="WO-1", part=2, of=2),
    )
    assert [effect.cause for effect in look(placed(), *loads).effects] == ["SH-1", "SH-2"]


def test_a_whole_order_is_invoiced_once_nothing_of_it_is_open() -> None:
    assert look(placed(), FIRST, when="order_complete") == Triggered()
    (effect,) = look(placed(charges=CHARGES), FIRST, REST, when="order_complete").effects
    assert (effect.key, len(lines_of(effect))) == ("issue_invoice/WEB-1/complete", 3)
    assert len(look(placed(), FIRST, cancelled("C-1", (1, "6")), when="order_complete").effects) == 1
    assert not look(placed(), FIRST, REST, asked=("complete",), when="order_complete").effects


def test_charges_on_the_last_invoice() -> None:
    (first,) = look(placed(charges=CHARGES), FIRST, charges="last").effects
    assert first.body["charges"] == []
    (_, last) = look(placed(charges=CHARGES), FIRST, REST, charges="last").effects
    assert last.body["total"] == "26.40"
    lines = (
        money(1, "A", "4", "8.00", "1.60", shipment="SH-1"),
        money(2, "C", "4", "20.00", "4.00", shipment="SH-1"),
    )
    ended = (
        placed(charges=CHARGES),
        FIRST,
        invoiced("I-1", *lines, cause="SH-1"),
        cancelled("C-1", (1, "6")),
    )
    (alone,) = look(*ended, charges="last", asked=("SH-1",)).effects
    assert (alone.cause, alone.body["lines"], alone.body["total"]) == ("charges", [], "12.00")
    assert not look(*ended, charges="last", asked=("SH-1", "charges")).effects
    assert not look(*ended, charges="none", asked=("SH-1",)).effects


def test_what_the_erp_invoices_is_not_asked_for() -> None:
    assert look(placed(), FIRST, by="erp") == Triggered()


def test_the_customer_s_way_counts_before_the_site_s() -> None:
    erp, late = Invoicing(by="erp"), Invoicing(when="order_complete")
    sites = (SiteInvoicing(site="LON", invoicing=erp),)
    facts = (placed(), FIRST)
    state = folded(*facts)
    policy = CashPolicy(sites=sites)
    assert to_invoice(state, facts, policy, NOW, None, frozenset()) == Triggered()
    policy = CashPolicy(sites=sites, customers=(CustomerInvoicing(customer="13047", invoicing=Invoicing()),))
    assert len(to_invoice(state, facts, policy, NOW, None, frozenset()).effects) == 1
    policy = CashPolicy(customers=(CustomerInvoicing(customer="13047", invoicing=late),))
    assert to_invoice(state, facts, policy, NOW, None, frozenset()) == Triggered()


def test_a_day_s_shipments_are_one_invoice() -> None:
    policy = CashPolicy(invoicing=Invoicing(when="daily", zone="Europe/London"))
    one = (placed(charges=CHARGES), FIRST)
    late = (placed(), shipped("SH-9", goods(1, "A", "1"), hours=30, site="LON"))
    day = date(2011, 2, 1)
    assert to_invoice(folded(*one), one, policy, NOW, None, frozenset()) == Triggered()
    orders = [(folded(*one), one), (msgspec.structs.replace(folded(*late), order="WEB-2"), late)]
    (effect,) = daily(orders, policy, day, NOW, {"13047": 7}, frozenset()).effects
    assert effect.key == "issue_invoice/13047/2011-02-01/GBP"
    assert (len(lines_of(effect)), effect.body["total"], effect.body["due"]) == (2, "45.60", "2011-02-10")
    asked = covers(effect)
    assert "WEB-1/SH-1" in asked
    assert daily(orders, policy, day, NOW, {}, asked).effects == ()
    (tomorrow,) = daily(orders, policy, date(2011, 2, 2), NOW, {}, asked).effects
    assert [one["order"] for one in tomorrow.body["lines"]] == ["WEB-2"]  # type: ignore[index, attr-defined]
    # By another way of invoicing the order is not asked for again, either.
    plain = CashPolicy()
    assert to_invoice(folded(*one), one, plain, NOW, None, asked) == Triggered()


def test_an_effect_s_body_is_what_an_invoice_is_made_of() -> None:
    (effect,) = look(placed(charges=CHARGES), FIRST).effects
    assert effect.body["covers"] == ["WEB-1/charges"]
    asked = {name: value for name, value in effect.body.items() if name != "covers"}
    told = msgspec.convert({**asked, "document": "I-1"}, InvoiceIssued, strict=False)
    assert told.lines[0].order == ORDER
    assert START.date() <= told.issued
