"""Another policy on recorded decisions: what flips, why, what it is worth, and what it would have meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from audit.journals import EVER, every, replay, trade
from sayso.audit.replay.figures import Figures, Sum
from sayso.audit.replay.whatif import Alternative, Change
from sayso.desk.replay import rebuilt
from sayso.promise.decision import decide
from sayso.promise.facts import Facts, ItemFacts
from sayso.promise.policy import Policy, profiled, read
from sayso.promise.world import World
from sayso.store.promises import Recorded
from world import Shop, day, shop_on

FREE = {"availability": {"safety_stock": False}}
STRICT: dict[str, Any] = {}


async def tried(dsn: str, settings: dict[str, Any], **more: Any) -> Figures:
    """What a policy would have changed."""
    found = await replay(dsn, alternative=Alternative(read(settings).body), **more)
    assert found.figures is not None
    assert found.equal == found.decisions == found.figures.tried
    return found.figures


async def only(dsn: str, settings: dict[str, Any]) -> Change:
    """The one decision that a policy would have made otherwise."""
    (one,) = (await tried(dsn, settings)).worst
    return one


async def test_the_same_policy_changes_nothing(shop: Shop, database: str) -> None:
    await trade(shop, 40)
    found = await tried(database, {})
    assert found == Figures(tried=found.tried, same=found.tried)


async def told(shop: Shop, policy: Policy) -> dict[str, Sum]:
    """The flips, counted by hand: each decision made again under the policy, one by one."""
    sql = "SELECT id, made, customer, account, verdict, answer, evidence FROM decisions"
    sums: dict[str, Sum] = {}
    for row in await shop.pool.fetch(sql):
        question, facts = await rebuilt(shop.pool, Recorded(*row))
        world = World(facts.world.card, facts.world.digest, policy)
        items = {
            name: ItemFacts(one.card, one.digest, one.taken, policy) for name, one in facts.items.items()
        }
        now = msgspec.json.decode(decide(question, Facts(world, facts.account, items)).body)
        was = msgspec.json.decode(row["answer"])
        if was["verdict"] == now["verdict"]:
            continue
        worth = sum(
            Decimal((one["price"] or other["price"] or {"amount": 0})["amount"])
            for one, other in zip(was["lines"], now["lines"], strict=True)
        )
        one = sums.setdefault(f"{was['verdict']} > {now['verdict']}", Sum())
        one.add(1, {was["totals"]["currency"]: Decimal(worth)})
    return sums


@pytest.mark.parametrize(
    "settings",
    [
        FREE,
        {"credit": {"over_limit": "refer"}},
        {"availability": {"backorder": False}},
        {"sourcing": {"most_sites": 1}},
    ],
)
async def test_flips_are_those_counted_by_hand(shop: Shop, database: str, settings: dict[str, Any]) -> None:
    await trade(shop, 60)
    expected = await told(shop, read(settings))
    found = await tried(database, settings)
    assert found.flips == expected
    assert sum(one.count for one in found.effects.values()) == sum(one.count for one in expected.values())
    assert found.tried == found.same + len((await tried(database, settings, most=999)).worst)
    assert await tried(database, settings, workers=2, size=11) == found


async def test_a_profile_takes_the_groups_that_it_sets(shop: Shop, database: str) -> None:
    own = read({"holds": {"quote_seconds": 60}, "company": {"currency": "EUR"}})
    under = Alternative(profile="odoo").under(own)
    assert (under.holds, under.company) == (own.holds, own.company)
    assert (under.price, under.credit, under.profile) == (
        profiled("odoo").price,
        profiled("odoo").credit,
        "odoo",
    )
    assert under.hash not in (own.hash, profiled("odoo").hash)
    await shop.ask("ada", ("lamp", 60))
    found = await replay(database, alternative=Alternative(profile="odoo"))
    assert found.figures is not None
    assert found.figures.went == {"over_limit": 1} or found.figures.flips


async def test_a_no_that_would_have_been_kept(shop: Shop, database: str) -> None:
    await shop.ask("bob", {"item": "cup", "quantity": "55", "need_by": day(1)})
    one = await only(database, FREE)
    assert (one.was, one.now, one.effect) == ("conditional", "firm", "would_keep")
    assert (one.went, one.came, one.money, one.currency) == (one.went, (), Decimal("137.50"), "GBP")
    assert {"stock_short", "late", "no_date"} >= set(one.went) > set()
    (line,) = one.lines
    assert (line.was, line.now, line.item, line.money) == ("conditional", "firm", "cup", Decimal("137.50"))


async def test_a_no_that_would_have_been_broken(shop: Shop, database: str) -> None:
    held = await shop.hold("bob", ("cup", 40))
    await shop.ask("bob", {"item": "cup", "quantity": "15", "need_by": day(1)})
    await shop.order("WEB-1", held["promise"])
    shop.later(hours=1)
    await shop.count("cup", 60, safety_stock="20")
    assert await shop.cases()
    one = await only(database, FREE)
    assert (one.now, one.effect) == ("firm", "would_break")


async def test_a_no_of_credit_is_not_known(shop: Shop, database: str) -> None:
    await shop.ask("ada", ("cup", 40), ("lamp", 9))
    await shop.customer("ada", 10)
    await shop.ask("ada", ("cup", 4))
    one = await only(database, {"credit": {"over_limit": "refer"}})
    assert (one.was, one.now, one.effect) == ("refused", "conditional", "unknown")
    assert "turns on" in one.because


@pytest.fixture
async def lavish(database: str, shop: Shop) -> Any:
    """The same shop while its policy sold the safety stock; 50 cups are held, which the plain policy would not give."""
    async with shop_on(database, read(FREE)) as found:
        yield found, (await found.hold("bob", ("cup", 70), accept_conditional=True))["promise"]


async def test_a_yes_that_was_not_kept(lavish: Any, database: str) -> None:
    shop, promise = lavish
    await shop.order("WEB-1", promise)
    await shop.count("cup", 60, safety_stock="20")
    one = await only(database, STRICT)
    assert (one.promise, one.was, one.now) == (promise, "firm", "conditional")
    assert (one.effect, one.because, one.order) == ("break_avoided", "it is at risk now", "WEB-1")


async def test_a_yes_that_was_kept(lavish: Any, database: str) -> None:
    shop, promise = lavish
    await shop.order("WEB-1", promise)
    assert (await only(database, STRICT)).effect == "kept_lost"
    row = {"document": "SO-1", "line": "1"}
    await shop.told(
        "demand", {**row, "order": "WEB-1", "item": "cup", "site": "LON", "quantity": "70", "customer": "bob"}
    )
    await shop.told("demand", {**row, "deleted": True})
    one = await only(database, STRICT)
    assert (one.effect, one.because) == ("kept_lost", "it ended kept (demand_gone)")


async def test_a_yes_that_came_to_nothing(lavish: Any, database: str) -> None:
    shop, promise = lavish
    await shop.release(promise)
    one = await only(database, STRICT)
    assert (one.effect, one.because) == ("nothing", "it ended released (given_back)")


async def test_another_price_is_no_flip(shop: Shop, database: str) -> None:
    await shop.told("prices", {"line_type": "price", "source_type": "all", "target_type": "item", "target": "lamp",
                               "min_quantity": "1", "price": "19.333", "currency": "GBP"})  # fmt: skip
    await shop.ask("bob", ("lamp", 6))
    one = await only(database, {"price": {"unit_step": "0.01"}})
    assert not one.flips
    assert (one.changed, one.difference) == (("price",), Decimal("-0.02"))
    found = await tried(database, {"price": {"unit_step": "0.01"}})
    assert found.price_difference == {"GBP": Decimal("-0.02")}
    assert (found.flips, found.effects, found.changes["price"].count) == ({}, {}, 1)


async def test_the_worst_stands_first(shop: Shop, database: str) -> None:
    await trade(shop, 60)
    whole = (await tried(database, FREE, most=999)).worst
    assert (await tried(database, FREE, most=3)).worst == whole[:3]
    flips = [one for one in whole if one.flips]
    assert whole[: len(flips)] == flips
    for effect in {one.effect for one in flips}:
        money = [one.money for one in flips if one.effect == effect]
        assert money == sorted(money, reverse=True)


async def test_what_cannot_be_proved_is_not_tried(shop: Shop, database: str) -> None:
    await shop.ask("bob", ("cup", 90))
    await shop.pool.execute("UPDATE decisions SET answer = answer || ' '")
    found = await replay(database, EVER, Alternative(read(FREE).body))
    assert found.figures == Figures()
    assert found.problems == {"different": 1}
    assert len(await every(shop)) == 1
