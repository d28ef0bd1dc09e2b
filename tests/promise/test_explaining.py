"""Which price won, and which ones lost: every price that fits, in the order in which they would have won."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sayso.promise.asking import Line, Question, Request, ShipTo
from sayso.promise.cards import AccountCard, Customer, ItemCard, PriceLine, Taken, WorldCard
from sayso.promise.explaining import offers
from sayso.promise.facts import AccountFacts, Facts, ItemFacts
from sayso.promise.policy import Policy
from sayso.promise.world import World

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _facts() -> Facts:
    policy = Policy()
    lamp = ItemCard(
        "lamp", known=True, uom="EA", list_price=Decimal("3.00"), currency="GBP",
        prices=(
            PriceLine("price", "all", target="lamp", price=Decimal("2.50"), min_quantity=Decimal(12)),
            PriceLine("price", "all", target="lamp", price=Decimal("2.00"), min_quantity=Decimal(100)),
            PriceLine("price", "price_group", source="trade", target="lamp", price=Decimal("2.75")),
        ),
    )  # fmt: skip
    own = PriceLine("price", "customer", source="ada", target="lamp", price=Decimal("2.80"))
    ada = AccountCard("ada", {"ada": Customer("ada", price_group="trade")}, prices={"ada": (own,)})
    items = {"lamp": ItemFacts(lamp, "l", Taken(), policy)}
    return Facts(World(WorldCard(), "w", policy), AccountFacts(ada, "a", Decimal(0)), items)


def _asked(item: str, uom: str = "") -> Question:
    line = Line(item, Decimal(12), 1, uom)
    return Question("prm_1", Request("ada", ShipTo("GB"), (line,)), _NOW)


def test_the_contract_wins_and_the_losers_follow_in_order() -> None:
    found = offers(_asked("lamp"), _facts())
    assert [(one.rule, one.net, one.wins) for one in found] == [
        ("customer ada", "2.80", True),
        ("price_group trade", "2.75", False),
        ("list, from 12", "2.50", False),
        ("item lamp list price", "3.00", False),
    ]


def test_what_is_not_known_has_no_prices() -> None:
    assert offers(_asked("nothing"), _facts()) == []
    assert offers(_asked("lamp", "CS"), _facts()) == []
