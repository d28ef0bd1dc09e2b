"""Law 7: a recorded decision, replayed on its evidence, gives the same bytes, whatever has happened since."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import msgspec
import pytest

from sayso.desk.replay import replayed
from sayso.errors import Conflict, NotFound, SaysoError
from sayso.promise.policy import read as policy_of
from sayso.store.promises import Recorded
from world import Shop, asking, day, shop_on


async def recorded(shop: Shop) -> list[Recorded]:
    """Every decision on record, in the order in which they were made."""
    sql = "SELECT id, made, customer, account, verdict, answer, evidence FROM decisions ORDER BY made, id"
    return [Recorded(*row) for row in await shop.pool.fetch(sql)]


async def differing(shop: Shop) -> list[str]:
    """The decisions that come out otherwise when they are made again."""
    found = []
    for one in await recorded(shop):
        try:
            again = await replayed(shop.pool, one)
        except SaysoError:  # a card is not what it was
            found.append(one.id)
            continue
        if (again.body, again.evidence, again.verdict) != (one.answer, one.evidence, one.verdict):
            found.append(one.id)
    return found


async def changed(shop: Shop) -> None:
    """Every fact that a decision may have looked at is another now."""
    await shop.told(
        "stock",
        {"item": "lamp", "site": "LON", "on_hand": "1"},
        {"item": "cup", "site": "YRK", "on_hand": "3"},
    )
    await shop.told("items", {"item": "lamp", "list_price": "99.00"}, {"item": "cup", "status": "blocked"})
    await shop.told("sites", {"site": "LON", "cutoff": "01:00", "handling_days": "4"})
    await shop.told("receivables", {"document": "X", "customer": "ada", "open": "5000", "due": day(-99)})
    await shop.customer("ada", 5, hold="all")
    await shop.told("taxes", {"country": "GB", "rate": "20"})


async def rich(shop: Shop) -> None:
    """A kit, a substitute, an allocation, inbound, a quantity break, taxes, a cut-off, a rule, a second site."""
    await shop.told(
        "sites", {"site": "LON", "cutoff": "12:00", "calendar": "week"}, {"site": "YRK", "handling_days": "1"}
    )
    await shop.told("taxes", {"country": "GB", "rate": "17.5"})
    await shop.item("set", list_price="30.00")
    await shop.told("kits", {"item": "set", "component": "lamp", "quantity": "1"},
                    {"item": "set", "component": "cup", "quantity": "6"})  # fmt: skip
    await shop.item("mug", 5, list_price="2.00")
    await shop.item("jug", 50, site="YRK")
    await shop.told("substitutes", {"item": "mug", "substitute": "jug", "factor": "2"})
    await shop.told("demand", {"document": "BL", "line": "1", "kind": "allocation", "item": "cup", "site": "LON",
                               "quantity": "60", "customer": "ada"})  # fmt: skip
    await shop.told(
        "inbound",
        {"document": "PO", "line": "1", "item": "lamp", "site": "LON", "quantity": "7", "due": day(5)},
    )
    await shop.told("prices", {"line_type": "price", "source_type": "customer", "source": "ada", "target_type": "item",
                               "target": "lamp", "min_quantity": "3", "price": "19.333", "currency": "GBP"})  # fmt: skip
    await shop.told(
        "rules", {"rule": "R1", "effect": "forbid", "item": "jug", "country": "FR", "reason": "no"}
    )


async def test_decisions_of_every_kind(shop: Shop) -> None:
    await rich(shop)
    verdicts = [
        await shop.ask("ada", ("lamp", 3)),
        await shop.hold("ada", ("lamp", 3), ("cup", 70), reference="cart-1"),
        await shop.ask("ada", ("lamp", 10), reference="cart-1"),
        await shop.hold("ada", ("lamp", 9), reference="cart-1"),
        await shop.hold("bob", ("set", 1), {"item": "mug", "quantity": "9", "substitute": True}),
        await shop.hold("bob", ("lamp", 30), accept_conditional=True),
        await shop.ask("bob", {"item": "cup", "quantity": "30", "need_by": day(3), "ship": "complete"}),
        await shop.ask("nobody", ("lamp", 1), ("no such item", 1)),
        await shop.hold("ada", ("cup", 100), ("cup", 500)),
        await shop.ask("ada", ("jug", 1), ship_to={"country": "FR"}),
        await shop.ask("bob", ("lamp", 1), currency="EUR"),
    ]
    await shop.override(verdicts[8]["promise"])
    await shop.order("WEB-1", verdicts[3]["promise"])
    await shop.order("WEB-2", **asking("bob", ("mug", 2)))
    shop.later(hours=5)
    await shop.order("WEB-3", verdicts[4]["promise"])
    assert {one["verdict"] for one in verdicts} == {"firm", "conditional", "refused"}
    assert len(await recorded(shop)) == 14
    await changed(shop)
    await shop.ask("ada", ("lamp", 3))
    assert await differing(shop) == []


async def test_decisions_made_side_by_side_in_one_batch(shop: Shop, database: str) -> None:
    """Each saw what those before it took; two processes took turns."""
    await rich(shop)
    chance = random.Random(11)
    async with shop_on(database) as other:

        async def one(place: int) -> None:
            items = chance.sample(["lamp", "cup", "mug", "set", "jug"], chance.randint(1, 4))
            lines: list[Any] = [
                {"item": item, "quantity": str(chance.randint(1, 4)), "substitute": chance.random() < 0.5}
                for item in items
            ]
            cart = {"reference": f"cart-{chance.randint(1, 9)}"} if chance.random() < 0.5 else {}
            hold = chance.choice(["", "PT1M", "PT9M"])
            door = (shop, other)[place % 2]
            now = shop.now.replace(minute=place // 12)
            await door.ask(
                chance.choice(["ada", "bob"]), *lines, hold=hold, now=now, accept_conditional=True, **cart
            )

        await asyncio.gather(*map(one, range(150)), shop.count("lamp", 6), other.count("cup", 40))
    assert len(await recorded(shop)) > 100
    assert await differing(shop) == []
    await shop.audit()


async def test_the_policy_that_was_in_force_is_in_the_evidence(database: str) -> None:
    strict = policy_of({"credit": {"over_limit": "refer"}, "company": {"currency": "EUR"}})
    async with shop_on(database, strict) as shop:
        await shop.opens()
        await shop.item("lamp", 10, list_price="20.00", currency="EUR")
        await shop.customer("ada", 100, currency="EUR")
        assert (await shop.hold("ada", ("lamp", 6)))["verdict"] == "conditional"
    async with shop_on(database) as plain:
        assert (await plain.hold("ada", ("lamp", 6)))["verdict"] == "refused"
        assert await differing(plain) == []
        assert len({msgspec.json.decode(one.evidence)["policy"] for one in await recorded(plain)}) == 2


async def test_another_judgement_says_so(shop: Shop) -> None:
    await shop.ask("ada", ("lamp", 1))
    (one,) = await recorded(shop)
    evidence = msgspec.json.decode(one.evidence)
    older = one._replace(evidence=msgspec.json.encode({**evidence, "judgement": "0"}))
    with pytest.raises(Conflict, match="judgement 0"):
        await replayed(shop.pool, older)


async def test_a_card_that_is_gone_is_named(shop: Shop) -> None:
    await shop.ask("ada", ("lamp", 1))
    (one,) = await recorded(shop)
    address = msgspec.json.decode(one.evidence)["items"]["lamp"][0]
    await shop.pool.execute("DELETE FROM cards WHERE address = $1", address)
    with pytest.raises(NotFound, match=address):
        await replayed(shop.pool, one)


FAULTS = {
    "the answer was changed": ("decisions", "answer", '"60.00"', '"61.00"'),
    "what was taken was changed": ("decisions", "evidence", ':"3"', ':"2"'),
    "the policy was changed": ("cards", "body", '"quote_seconds":900', '"quote_seconds":901'),
    "a card was changed": ("cards", "body", '"list_price": "20', '"list_price": "21'),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_seen(shop: Shop, fault: str) -> None:
    """What was recorded is not what was decided, or not what it was decided from."""
    await shop.hold("ada", ("lamp", 3))
    await shop.hold("ada", ("lamp", 2))
    await shop.ask("ada", ("lamp", 1))
    assert await differing(shop) == []
    table, column, was, becomes = FAULTS[fault]
    text = (
        f"replace(convert_from({column}, 'UTF8'), $1, $2)"
        if table == "decisions"
        else "replace(body, $1, $2)"
    )
    value = f"convert_to({text}, 'UTF8')" if table == "decisions" else text
    await shop.pool.execute(f"UPDATE {table} SET {column} = {value}", was, becomes)  # noqa: S608
    assert await differing(shop)
