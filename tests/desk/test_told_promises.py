"""What is told outside of promises: that they were made, have another day, or expired; and nothing where nobody listens."""

from __future__ import annotations

from typing import Any

import msgspec

from sayso.canon.events_out import TYPES_OUT, PromiseExpired, PromiseMade, PromiseRedated
from sayso.desk.calling import Caller
from sayso.desk.messages.subscribing import Subscribing, Subscription
from sayso.store import outgoing
from world import Shop, day

ADMIN = Caller("admin", frozenset({"admin"}))


async def listens(shop: Shop) -> None:
    asked = Subscription("shop", "https://shop.example.com/hooks")
    await Subscribing(shop.pool).add(asked, b"", ADMIN, None, shop.now)


async def told(shop: Shop) -> list[tuple[outgoing.Numbered, Any]]:
    """Everything that was told of promises, each read as its type says; fails where it is not so."""
    await outgoing.give_numbers(shop.pool)
    found = []
    for row in await outgoing.after(shop.pool, 0, 100):
        if row.type.startswith("sayso.promise."):
            event = msgspec.json.decode(row.body)
            assert (event["source"], event["specversion"], event["id"]) == ("sayso", "1.0", row.id)
            data = msgspec.convert(event["data"], TYPES_OUT[row.type], strict=False)
            assert set(event["data"]) <= set(TYPES_OUT[row.type].__struct_fields__)
            found.append((row, data))
    return found


async def test_while_nobody_listens_nothing_is_written(shop: Shop) -> None:
    await shop.hold("ada", ("lamp", 2))
    assert await shop.pool.fetchval("SELECT count(*) FROM outgoing") == 0


async def test_a_promise_is_told_once_with_what_leaves_when(shop: Shop) -> None:
    await listens(shop)
    await shop.told("taxes", {"country": "", "region": "", "category": "", "rate": "20"})
    held = await shop.hold("ada", ("lamp", 2), ("cup", 3), reference="cart-7", channel="web")
    [(row, made)] = await told(shop)
    assert isinstance(made, PromiseMade)
    assert (row.subject, row.customer, row.id) == ("cart-7", "ada", f"{held['promise']}/made")
    assert (made.promise, made.verdict, made.channel, made.reference) == (
        held["promise"], "firm", "web", "cart-7"
    )  # fmt: skip
    assert str(made.amount) == held["totals"]["gross"]
    assert made.currency == held["totals"]["currency"]
    assert made.expires is not None
    parts = [
        (line["line"], line["item"], part["quantity"], part["site"], part["ship_on"], part["deliver_by"])
        for line in held["lines"] for part in line["parts"]
    ]  # fmt: skip
    assert [
        (one.line, one.item, str(one.quantity), one.site, str(one.ship_on), str(one.deliver_by)) for one in made.lines
    ] == parts  # fmt: skip
    await shop.renew(held["promise"])
    await shop.order("WEB-1", held["promise"])
    assert len(await told(shop)) == 1


async def test_a_quote_and_a_refusal_are_no_promise(shop: Shop) -> None:
    await listens(shop)
    await shop.ask("ada", ("lamp", 2))
    await shop.ask("ada", ("lamp", 2000), hold="PT15M")
    assert await told(shop) == []


async def test_a_hold_that_nobody_orders_is_told_to_have_expired(shop: Shop) -> None:
    await listens(shop)
    held = await shop.hold("ada", ("lamp", 2), reference="cart-8")
    kept = await shop.hold("ada", ("lamp", 1))
    await shop.release(kept["promise"])
    shop.later(minutes=20)
    await shop.hold("bob", ("cup", 1))  # who comes next ends what is over
    gone = [(row, data) for row, data in await told(shop) if isinstance(data, PromiseExpired)]
    [(row, data)] = gone
    assert (data.promise, data.reference, row.subject, row.customer) == (
        held["promise"], "cart-8", "cart-8", "ada"
    )  # fmt: skip


async def test_a_slip_is_told_with_the_new_day_and_back(shop: Shop) -> None:
    await listens(shop)
    inbound = {"document": "PO-1", "line": "1", "item": "lamp", "site": "LON", "quantity": "20"}
    await shop.told("inbound", {**inbound, "due": day(3)})
    held = await shop.hold("bob", ("lamp", 25))
    await shop.told("inbound", {**inbound, "due": day(6)})
    await shop.told("inbound", {**inbound, "due": day(2)})
    said = [data for _, data in await told(shop) if isinstance(data, PromiseRedated)]
    assert [[(str(one.quantity), str(one.promised), str(one.ship_on)) for one in told.lines] for told in said] == [
        [("15", day(3), day(6))], [("0", day(3), day(3))]
    ]  # fmt: skip
    assert {one.promise for one in said} == {held["promise"]}
    assert {one.customer for one in said} == {"bob"}
