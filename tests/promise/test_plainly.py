"""The judgement without words says yes exactly where the judgement with words says a plain yes, at the same price."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from hypothesis import event
from hypothesis import strategies as st

from promise.laws import law
from promise.making import NOW, account, ask, customer, decided, facts, item, policy, price, world
from promise.shops import SHOPS, Shop, moments, requests
from sayso.promise.answer import price_shown
from sayso.promise.asking import Question, Request
from sayso.promise.decision import plainly
from sayso.promise.facts import Facts


def agrees(request: Request, here: Facts, now: datetime = NOW) -> bool:
    """Whether it is a plain yes; both ways of asking agree on it and on all that is told of it."""
    said = decided(request, here, now, hold=0).answer
    plain = plainly(Question("prm_1", request, now), here)
    every = [*said.reasons, *(one for line in said.lines for one in line.reasons)]
    credit = said.credit
    approved = credit is not None and credit.verdict == "approved" and not credit.reasons
    assert (plain is not None) == (said.verdict == "firm" and not every and approved)
    if plain is None:
        return False
    places = here.world.places(said.totals.currency)
    assert [price_shown(one.price, places) for one in plain] == [line.price for line in said.lines]
    assert [one.at_once for one in plain] == [
        all(part.state == "in_stock" for part in line.parts) for line in said.lines
    ]
    return True


@law(
    400,
    shop=SHOPS,
    asks=st.lists(st.tuples(requests("C", "C", "S", "N", "H"), moments), min_size=1, max_size=4),
)
def test_a_plain_yes_is_a_yes_without_reasons(shop: Shop, asks: list[tuple[Request, datetime]]) -> None:
    for request, now in asks:
        event(f"plain: {agrees(request, shop.facts, now)}")


def test_both_are_met() -> None:
    """The law above says something: there are plain answers, and answers that are not."""
    here = facts(item("A", 10, prices=[price("2", min_quantity=5)]))
    assert agrees(ask(("A", 6)), here)
    assert not agrees(ask(("A", 11)), here)
    assert not agrees(ask(("A", 6)), facts(item("A", 10), account=account(customer(credit_limit="5"))))
    assert not agrees(ask(("A", 6), customer="Z"), here)
    assert not agrees(ask(("A", 6)), here._replace(account=None))
    assert not agrees(ask({"item": "A", "quantity": "6", "need_by": "2026-03-01"}), here)


def test_facts_that_are_too_old_are_not_plain() -> None:
    here = facts(item("A", 10), world=world(policy(freshness__stock_seconds=60)))
    assert not agrees(ask(("A", 6)), here)


def test_tax_counts_against_the_limit() -> None:
    taxed = world(taxes=[{"country": "GB", "rate": "20"}])
    for limit, fits in (("7.2", True), ("7.1", False)):
        buyer = account(customer(credit_limit=limit))
        assert agrees(ask(("A", 6)), facts(item("A", 10), world=taxed, account=buyer)) is fits


def test_what_is_promised_to_others_counts() -> None:
    for promised, fits in ((4, True), (5, False)):
        buyer = account(customer(credit_limit="10"), promised=Decimal(promised))
        assert agrees(ask(("A", 6)), facts(item("A", 10), account=buyer)) is fits
