"""Which price wins, and why: each rule of the price list in a case of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from promise.making import (
    TODAY,
    account,
    answer,
    ask,
    customer,
    day,
    decided,
    facts,
    iso,
    item,
    policy,
    price,
    world,
)
from sayso.canon.decimals import arithmetic
from sayso.promise.answer import price_shown
from sayso.promise.cards import ItemCard
from sayso.promise.price import Priced, Wanted, priced, ranked, rule_of

BUYER = {"price_group": "P", "discount_group": "D", "campaigns": ("M",), "bill_to": "B"}
GROUP, CAMPAIGN = {"source_type": "price_group"}, {"source_type": "campaign"}


def found(
    *lines: Any, quantity: Any = 1, uom: str = "EA", own: tuple[Any, ...] = (), billed: tuple[Any, ...] = (),
    everywhere: tuple[Any, ...] = (), settings: dict[str, Any] | None = None, places: dict[str, Any] | None = None,
    **more: Any,
) -> str:  # fmt: skip
    """The unit price, the discount if any, the amount, and the rule, as text."""
    columns = {"list_price": None, **{key: more.pop(key) for key in _CARD if key in more}}
    card = item(prices=lines, units={"CS": "12", "TR": "3"}, **columns)
    buyer = customer(**BUYER)
    owes = account(buyer, prices={name: some for name, some in (("C", own), ("B", billed)) if some}).card
    here = world(policy(**(settings or {})), prices=everywhere, **(places or {}))
    factor = card.units.get(uom, Decimal(1))
    asked = {"variant": "", "currency": "GBP", "country": "GB", "day": TODAY, **more}
    with arithmetic():
        won = priced(card, buyer, owes, here, Wanted(Decimal(quantity), uom, factor, **asked))
    return "none" if won is None else _told(won, here.places(won.currency))


_CARD = ("list_price", "discount_group")


def _told(won: Priced, places: int) -> str:
    shown = price_shown(won, places)
    discount = f" less {shown.discount_percent}%" if shown.discount_percent else ""
    return f"{shown.unit}{discount} = {shown.amount} {shown.currency}: {shown.rule}"


CASES: dict[str, tuple[list[Any], dict[str, Any], str]] = {
    "without any price there is none": ([], {}, "none"),
    "the item's own price is the last resort": ([], {"list_price": "2.5"}, "2.50 = 2.50 GBP: item A list price"),
    "a line for everybody stands before it, even dearer": ([price(3)], {"list_price": 2}, "3.00 = 3.00 GBP: list"),
    "the buyer's own price stands before all": (
        [price(1), price(2, "P", **GROUP)], {"own": (price(9, "C"),)}, "9.00 = 9.00 GBP: customer C",
    ),
    "so does that of who pays": ([price(1)], {"billed": (price(9, "B"),)}, "9.00 = 9.00 GBP: customer B"),
    "then the group's": (
        [price(1), price(2, "M", **CAMPAIGN), price(9, "P", **GROUP)], {}, "9.00 = 9.00 GBP: price_group P",
    ),
    "then the campaign's": ([price(1), price(9, "M", **CAMPAIGN)], {}, "9.00 = 9.00 GBP: campaign M"),
    "the policy may turn the order round": (
        [price(1), price(2, "P", **GROUP)], {"settings": {"price__order": ["all", "price_group"]}}, "1.00 = 1.00 GBP: list",
    ),
    "a source that it does not name comes last": (
        [price(1), price(2, "P", **GROUP)], {"settings": {"price__order": ["price_group"]}},
        "2.00 = 2.00 GBP: price_group P",
    ),
    "another group's price is no price": ([price(1, "Q", **GROUP)], {}, "none"),
    "nor is another campaign's": ([price(1, "N", **CAMPAIGN)], {}, "none"),
    "among equals the lowest wins": ([price(3), price(2, uom="EA"), price(4)], {}, "2.00 = 2.00 GBP: list"),
    "after the discount": (
        [price(3, discount_percent=50), price(2)], {}, "3.00 less 50% = 1.50 GBP: list",
    ),
    "or the largest break, where the policy says so": (
        [price(3, min_quantity=5), price(2)], {"quantity": 5, "settings": {"price__among_equals": "largest_break"}},
        "3.00 = 15.00 GBP: list, from 5",
    ),
    "a break is reached at its quantity": (
        [price(3), price(2, min_quantity=12)], {"quantity": 12}, "2.00 = 24.00 GBP: list, from 12",
    ),
    "and not before": ([price(3), price(2, min_quantity=12)], {"quantity": "11.999"}, "3.00 = 36.00 GBP: list"),
    "a break without a unit counts base units": (
        [price(3), price(2, min_quantity=24)], {"quantity": 2, "uom": "CS"}, "24.00 = 48.00 GBP: list, from 24",
    ),
    "also where the unit does not divide it": (
        [price(3), price(2, min_quantity=100)], {"quantity": 34, "uom": "TR"}, "6.00 = 204.00 GBP: list, from 100",
    ),
    "a break in a stated unit counts that unit": (
        [price(30, uom="CS"), price(24, uom="CS", min_quantity=2)], {"quantity": 2, "uom": "CS"},
        "24.00 = 48.00 GBP: list, from 2 CS",
    ),
    "and is not reached by its pieces": (
        [price(3), price(24, uom="CS", min_quantity=2)], {"quantity": 24}, "3.00 = 72.00 GBP: list",
    ),
    "a price per case is no price of a piece": ([price(24, uom="CS")], {}, "none"),
    "a price per piece is a price of a case": ([price(2)], {"uom": "CS"}, "24.00 = 24.00 GBP: list"),
    "a price holds from its first day": ([price(3), price(2, starts=iso(0))], {}, "2.00 = 2.00 GBP: list, 2026-03-02 to"),
    "not the day before": ([price(3), price(2, starts=iso(1))], {}, "3.00 = 3.00 GBP: list"),
    "to its last": ([price(3), price(2, ends=iso(0))], {}, "2.00 = 2.00 GBP: list, to 2026-03-02"),
    "not the day after": ([price(3), price(2, ends=iso(-1))], {}, "3.00 = 3.00 GBP: list"),
    "of two that are equal the later began": (
        [price(2, starts=iso(-9)), price(2, starts=iso(-1))], {}, "2.00 = 2.00 GBP: list, 2026-03-01 to",
    ),
    "a price in the asked currency stands before one that has to be changed": (
        [price(3, currency="GBP"), price(1)], {}, "3.00 = 3.00 GBP: list",
    ),
    "a price in no currency is in the company's": (
        [price(3)], {"currency": "EUR", "places": {"rates": [{"currency": "GBP", "to": "EUR", "rate": "1.25"}]}},
        "3.75 = 3.75 EUR: list",
    ),
    "a rate may be told the other way round": (
        [price(3)], {"currency": "EUR", "places": {"rates": [{"currency": "EUR", "to": "GBP", "rate": "0.8"}]}},
        "3.75 = 3.75 EUR: list",
    ),
    "the rate is that of the day": (
        [price(3)],
        {"currency": "EUR", "places": {"rates": [
            {"currency": "GBP", "to": "EUR", "rate": "2"},
            {"currency": "GBP", "to": "EUR", "rate": "1.25", "starts": iso(0)},
            {"currency": "GBP", "to": "EUR", "rate": "9", "starts": iso(1)},
        ]}},
        "3.75 = 3.75 EUR: list",
    ),
    "without a rate there is no price": ([price(3)], {"currency": "EUR"}, "none"),
    "a price of another currency is never changed from it": ([price(3, currency="USD")], {}, "none"),
    "a price of the variant stands before the general one": (
        [price(3, variant="R"), price(1)], {"variant": "R"}, "3.00 = 3.00 GBP: list",
    ),
    "and is no price of another": ([price(1, variant="R"), price(3)], {"variant": "B"}, "3.00 = 3.00 GBP: list"),
    "a price for the country stands before the general one": (
        [price(3, country="GB"), price(1)], {}, "3.00 = 3.00 GBP: list",
    ),
    "and is no price elsewhere": ([price(1, country="DE"), price(3)], {}, "3.00 = 3.00 GBP: list"),
    "a priority decides between equals": ([price(3, priority=1), price(2)], {}, "3.00 = 3.00 GBP: list"),
    "a price may be aimed at a discount group": (
        [], {"discount_group": "X", "everywhere": (price(2, target_type="discount_group", target="X"),)},
        "2.00 = 2.00 GBP: list, discount_group X",
    ),
    "which the item has to be in": ([], {"everywhere": (price(2, target_type="discount_group", target="X"),)}, "none"),
    "or at everything": ([], {"everywhere": (price(2, target_type="all", target=""),)}, "2.00 = 2.00 GBP: list, all"),
    "a discount line is taken off": ([price(2), price(discount_percent=10)], {}, "2.00 less 10% = 1.80 GBP: list"),
    "once": (
        [price(2), price(discount_percent=10), price(discount_percent=5)], {}, "2.00 less 10% = 1.80 GBP: list",
    ),
    "from its quantity on": (
        [price(2), price(discount_percent=10, min_quantity=5)], {"quantity": 4}, "2.00 = 8.00 GBP: list",
    ),
    "also off the item's own price": (
        [price(discount_percent=10)], {"list_price": 2}, "2.00 less 10% = 1.80 GBP: item A list price",
    ),
    "also off the price of the buyer": (
        [price(discount_percent=10)], {"own": (price(2, "C"),)}, "2.00 less 10% = 1.80 GBP: customer C",
    ),
    "for the buyer's discount group": (
        [price(2), price(None, "D", source_type="discount_group", discount_percent=10)], {},
        "2.00 less 10% = 1.80 GBP: list",
    ),
    "not where the price allows none": (
        [price(2, allow_discount=False), price(discount_percent=10)], {}, "2.00 = 2.00 GBP: list",
    ),
    "the price line's own discount stands instead": (
        [price(2, discount_percent=5), price(discount_percent=10)], {}, "2.00 less 5% = 1.90 GBP: list",
    ),
    "a margin is put on before the discount": (
        [price(2, margin_percent=50, discount_percent=10)], {}, "3.00 less 10% = 2.70 GBP: list",
    ),
    "an amount is rounded to the minor unit, halves up": ([price("0.005")], {}, "0.005 = 0.01 GBP: list"),
    "the unit price keeps its own places": ([price("1.2345")], {"quantity": 3}, "1.2345 = 3.70 GBP: list"),
    "yen have no minor unit": ([price("2.5", currency="JPY")], {"currency": "JPY"}, "2.5 = 3 JPY: list"),
    "dinars have three places": (
        [price("2.5", currency="BHD")], {"currency": "BHD", "quantity": "0.9999"}, "2.500 = 2.500 BHD: list",
    ),
    "the facts may say otherwise": (
        [price("2.5")], {"places": {"currencies": [{"currency": "GBP", "decimals": 0}]}}, "2.5 = 3 GBP: list",
    ),
    "unit prices are rounded to their own step": (
        [price("2.53")], {"quantity": 3, "places": {"currencies": [{"currency": "GBP", "price_precision": "0.05"}]}},
        "2.55 = 7.65 GBP: list",
    ),
    "what was changed is kept to two places more than the currency has": (
        [price(1)], {"currency": "EUR", "places": {"rates": [{"currency": "GBP", "to": "EUR", "rate": "1.123456"}]}},
        "1.1235 = 1.12 EUR: list",
    ),
    "nothing costs nothing": ([price(0)], {}, "0.00 = 0.00 GBP: list"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_price(case: str) -> None:
    lines, more, expected = CASES[case]
    assert found(*lines, **more) == expected


def test_the_losers_can_be_shown_in_their_order() -> None:
    card = item(
        prices=[
            price(3),
            price(2, "P", **GROUP),
            price(4, "P", min_quantity=5, **GROUP),
            price(1, "Q", **GROUP),
        ]
    )
    wanted = Wanted(Decimal(6), "EA", Decimal(1), "", "GBP", "GB", TODAY)
    with arithmetic():
        shown = ranked(card, customer(**BUYER), account().card, world(), wanted)
    assert [(rule_of(one, card), str(one.net)) for one in shown] == [
        ("price_group P", "2"), ("price_group P, from 5", "4"), ("list", "3"), ("item A list price", "1"),
    ]  # fmt: skip


def test_prices_that_were_asked_in_another_currency_are_not_mixed_up() -> None:
    """The ladder of a card is kept by unit, currency, country, variant and day, and by whom it is for."""
    rates = [{"currency": "GBP", "to": "EUR", "rate": "2"}]
    card: ItemCard = item(
        units={"CS": "12"},
        prices=[price(3, starts=iso(1)), price(5, "P", **GROUP), price(7, country="DE")],
        list_price=1,
    )
    asked = Wanted(Decimal(1), "EA", Decimal(1), "", "GBP", "GB", TODAY)
    dearer = customer(price_group="P")
    expected = [
        (customer(), {}, "1"), (customer(), {"currency": "EUR"}, "2"), (customer(), {"day": day(1)}, "3"),
        (dearer, {}, "5"), (customer(), {"country": "DE"}, "7"),
        (customer(), {"uom": "CS", "factor": Decimal(12)}, "12"), (customer(), {}, "1"),
    ]  # fmt: skip
    here = world(rates=rates)
    for buyer, more, unit in expected:
        with arithmetic():
            won = priced(card, buyer, account(buyer).card, here, asked._replace(**more))
        assert won is not None
        assert won.unit == Decimal(unit)


def test_what_includes_tax_says_so() -> None:
    told = answer(decided(ask(("A", 2)), facts(item(on_hand=9, prices=[price(12, includes_tax=True)]))))
    assert told["lines"][0]["price"] == {
        "unit": "12.00", "amount": "24.00", "currency": "GBP", "rule": "list", "includes_tax": True,
    }  # fmt: skip
