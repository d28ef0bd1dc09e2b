"""What would be charged, told as arithmetic that a person can follow: the winner, why others lost, why some do not fit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from promise.making import TODAY, account, customer, item, policy, price, world
from sayso.promise.cards import Customer
from sayso.promise.charging import Charge, charged
from sayso.promise.policy import profiled
from sayso.promise.price import Wanted


def told(
    *lines: Any, profile: Any = "plain", buyer: Customer | None = None, card: Any = None, **more: Any
) -> Charge:
    """The charge for 5 EA unless told otherwise."""
    who = buyer or customer("C", price_group="P")
    goods = item(prices=lines, units={"CS": "12"}, **(card or {"list_price": "9"}))
    asked = {
        "quantity": Decimal(5),
        "uom": "EA",
        "factor": Decimal(1),
        "variant": "",
        "currency": "GBP",
        **more,
    }
    wanted = Wanted(**{"country": "GB", "day": TODAY, **asked})
    return charged(goods, who, account(who).card, world(profiled(profile)), wanted)


GROUP = {"source_type": "price_group"}


def test_the_winner_the_losers_and_what_does_not_fit() -> None:
    found = told(
        price(3), price(2, min_quantity=12), price(4, "P", **GROUP), price(1, "Q", **GROUP), price(discount_percent=10),
        price(1, ends="2026-03-01"), price(1, uom="CS"), price(1, currency="EUR"), price(1, variant="R"),
        price(1, country="DE"), price(1, starts="2026-03-09"), price(1, max_quantity="4"),
    )  # fmt: skip
    assert found.arithmetic == (
        "asked: 5 EA of A, in GBP, on 2026-03-02, for C",
        "discount: 10 %, of list 10 %",
        "wins: price_group P: 4 less 10 % = 3.6 GBP per EA",
        "loses: list: 3 less 10 % = 2.7 GBP per EA; whom it is for decides",
        "loses: item A list price: 9 less 10 % = 8.1 GBP per EA; it is the base price",
        "does not fit: list, 2026-03-09 to; it holds from 2026-03-09 on",
        "does not fit: list, from 12; it holds from 12 EA on",
        "does not fit: list, to 2026-03-01; it held until 2026-03-01",
        "does not fit: list, up to 4; it holds up to 4 EA",
        "does not fit: list; it is for DE",
        "does not fit: list; it is for variant R",
        "does not fit: list; it is in EUR",
        "does not fit: list; it is per CS",
        "is not for C: price_group Q",
        "amount: 5 x 4 less 10 % = 18.00 GBP",
    )
    assert found.priced is not None
    assert (found.priced.unit, found.priced.discount_percent, found.conflict) == (4, 10, ())


def test_the_lower_net_price_and_the_larger_break_are_said_to_decide() -> None:
    lower = told(price(3), price(2, min_quantity=2))
    assert "loses: list: 3 GBP per EA; the lower net price decides" in lower.arithmetic
    larger = told(price(3), price(4, min_quantity=2), profile="odoo", buyer=customer())
    assert "loses: list: 3 GBP per EA; the larger break decides" in larger.arithmetic


def test_a_conflict_names_its_rules_and_has_no_amount() -> None:
    found = told(
        price(discount_percent=10), price(None, "M", source_type="campaign", discount_percent=5),
        profile="erpnext", buyer=customer(campaigns=("M",)),
    )  # fmt: skip
    assert found.priced is None
    assert found.conflict == ("campaign M", "list")
    assert found.arithmetic[1] == "in conflict: campaign M | list; give one of them a priority"
    assert not any(line.startswith("amount") for line in found.arithmetic)


def test_the_more_particular_rule_is_said_to_decide() -> None:
    found = told(price(discount_percent=10), price(None, "P", discount_percent=5, **GROUP), profile="erpnext")
    assert found.arithmetic[1:3] == (
        "wins: price_group P: 9 less 5 % = 8.55 GBP per EA",
        "loses: list: 9 less 10 % = 8.1 GBP per EA; the other is the more particular",
    )


def test_a_priority_is_said_to_decide() -> None:
    lines = price(discount_percent=10, priority=2), price(None, "P", discount_percent=5, **GROUP)
    assert told(*lines, profile="erpnext").arithmetic[2].endswith("; its priority decides")


def test_whose_prices_they_are_and_how_the_amount_is_rounded_is_said() -> None:
    buyer = customer("C", bill_to="B")
    found = told(price(discount_percent=10), profile="business_central", buyer=buyer)
    assert found.arithmetic[0].endswith("for C, at the prices of B")
    assert found.arithmetic[-1] == "amount: 5 x 9 less 10 %, the discount rounded by itself = 40.50 GBP"


def test_a_return_is_a_sale_with_the_sign_turned() -> None:
    found = told(price(2, min_quantity=5), quantity=Decimal(-5))
    assert found.priced is not None
    assert (found.priced.unit, found.priced.amount) == (2, -10)
    assert found.arithmetic[-1] == "amount: -5 x 2 = -10.00 GBP"


def test_without_a_price_that_is_said() -> None:
    assert told(card={"list_price": None}).arithmetic[1] == "no price fits"


def test_a_unit_says_how_many_base_units_it_is() -> None:
    found = told(price(2), uom="CS", factor=Decimal(12), quantity=Decimal(2))
    assert found.arithmetic[0] == "asked: 2 CS of A, which is 24 EA, in GBP, on 2026-03-02, for C"


def test_a_policy_may_change_one_rule_of_a_profile() -> None:
    settings = policy(price__particular=["target", "source"])
    assert settings.price.particular == ("target", "source")
    assert settings.price.among_equals == "lowest"
