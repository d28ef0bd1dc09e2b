"""The ledger audits itself: drift is named with its documents, and mended by a recorded command."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sayso.desk import ledger
from world import Shop, shop_on

PROTECTED = {"document": "BL", "line": "1", "kind": "allocation", "item": "lamp", "site": "LON", "quantity": "5",
             "customer": "ada"}  # fmt: skip


async def given(shop: Shop) -> dict[str, str]:
    """Two holds and an order, one of them on a protected allocation."""
    await shop.told("demand", PROTECTED)
    one = await shop.hold("ada", ("lamp", 4), ("cup", 10))
    two = await shop.hold("bob", ("lamp", 2))
    await shop.order("WEB-1", two["promise"])
    await shop.audit()
    return {"ada": one["promise"], "bob": two["promise"]}


#: What went wrong: the statement, and (kind, key, at, stood, says, whose documents) of each drift that it makes.
DRIFTS: dict[str, tuple[str, list[tuple[str, ...]]]] = {
    "too much is taken": (
        'UPDATE ledger SET taken = replace(taken, \'"2026-03-02":"6"\', \'"2026-03-02":"9"\') WHERE item = \'lamp\'',
        [("item", "lamp", "LON 2026-03-02", "9", "6", "ada bob")],
    ),
    "nothing is taken": (
        "UPDATE ledger SET taken = '{}' WHERE item = 'lamp'",
        [
            ("item", "lamp", "LON 2026-03-02", "0", "6", "ada bob"),
            ("item", "lamp", "allocation BL/1", "0", "4", "ada"),
        ],
    ),
    "taken where nobody took": (
        'UPDATE ledger SET taken = \'{"by_place":{"YRK":{"2026-03-09":"3"}}}\' WHERE item = \'idle\'',
        [("item", "idle", "YRK 2026-03-09", "3", "0", "")],
    ),
    "an allocation was drawn on by nobody": (
        'UPDATE ledger SET taken = replace(taken, \'"BL/1":"4"\', \'"BL/1":"1"\') WHERE item = \'lamp\'',
        [("item", "lamp", "allocation BL/1", "1", "4", "ada")],
    ),
    "money is missing": (
        "UPDATE accounts SET promised = 1 WHERE account = 'ada'",
        [("account", "ada", "promised", "1", "105", "ada")],
    ),
    "money is left over": (
        "UPDATE accounts SET promised = 7.5 WHERE account = 'idle'",
        [("account", "idle", "promised", "7.5", "0", "")],
    ),
    "a reservation is gone": (
        "DELETE FROM reservations WHERE item = 'cup'",
        [
            ("account", "ada", "promised", "105", "80", "ada"),
            ("item", "cup", "LON 2026-03-02", "10", "0", ""),
        ],
    ),
    "a reservation is another": (
        "UPDATE reservations SET day = day + 1 WHERE item = 'cup'",
        [
            ("item", "cup", "LON 2026-03-02", "10", "0", ""),
            ("item", "cup", "LON 2026-03-03", "0", "10", "ada"),
        ],
    ),
}


@pytest.mark.parametrize("drift", DRIFTS)
async def test_drift_is_named_with_its_documents_and_mended(shop: Shop, drift: str) -> None:
    await shop.item("idle", 3)
    await shop.customer("idle", 5)
    promises = await given(shop)
    sql, expected = DRIFTS[drift]
    await shop.pool.execute(sql)
    found = await ledger.audit(shop.pool)
    assert not found.clean
    assert [_plain(one, promises) for one in found.drift] == expected
    assert _plain_all(await ledger.mend(shop.pool, "Ann Lee", shop.now), promises) == expected
    await shop.audit()
    rows = await shop.pool.fetch(
        "SELECT mended, by, kind, key, stood, mended_to FROM ledger_mends ORDER BY kind, key"
    )
    assert [(row["kind"], row["key"].split(" ", 1)[0]) for row in rows] == [one[:2] for one in expected]
    assert {(row["mended"], row["by"]) for row in rows} == {(shop.now, "Ann Lee")}


def _plain(one: dict[str, str], promises: dict[str, str]) -> tuple[str, ...]:
    """A drift in the words of this test: figures without idle zeros, customers instead of promises."""
    names = {number: customer for customer, number in promises.items()}
    documents = " ".join(sorted(names[number] for number in one["documents"].split(", ") if number))
    figures = (f"{float(one[name]):g}" for name in ("stood", "says"))
    return (one["kind"], one["key"], one["at"], *figures, documents)


def _plain_all(found: ledger.Audit, promises: dict[str, str]) -> list[tuple[str, ...]]:
    return [_plain(one, promises) for one in found.drift]


async def test_what_is_mended_is_what_is_decided_on(shop: Shop, database: str) -> None:
    """Every process sees the mended figures, whatever it has in memory."""
    await given(shop)
    async with shop_on(database) as other:
        assert not (await other.hold("bob", ("cup", 91)))["held"]
        await shop.pool.execute(
            'UPDATE ledger SET taken = \'{"by_place":{"LON":{"2026-03-02":"100"}}}\' WHERE item = \'cup\''
        )
        assert not (await other.hold("bob", ("cup", 1)))["held"]
        await ledger.mend(shop.pool, "Ann Lee", shop.now)
        assert (await other.hold("bob", ("cup", 90)))["held"]
        assert not (await shop.hold("bob", ("cup", 1)))["held"]
    await shop.audit()


async def test_strays_are_named_and_ended(shop: Shop) -> None:
    promises = await given(shop)
    await shop.pool.execute("UPDATE promises SET state = 'released' WHERE id = $1", promises["ada"])
    await shop.pool.execute("DELETE FROM promises WHERE id = $1", promises["bob"])
    found = await ledger.audit(shop.pool)
    assert not found.clean
    assert not found.drift
    whose = {(one["promise"], one["item"], one["state"]) for one in found.strays}
    assert whose == {
        (promises["ada"], "lamp", "released"), (promises["ada"], "cup", "released"), (promises["bob"], "lamp", "unknown"),
    }  # fmt: skip
    await ledger.mend(shop.pool, "Ann Lee", shop.now)
    await shop.audit()
    assert (await shop.sellable("cup"), await shop.exposure("ada")) == (100, 0)
    documents = await shop.pool.fetch("SELECT documents FROM ledger_mends WHERE kind = 'stray'")
    assert {row["documents"].split(" ")[0] for row in documents} == set(promises.values())


async def test_mending_a_clean_ledger_records_nothing(shop: Shop) -> None:
    await given(shop)
    assert (await ledger.mend(shop.pool, "Ann Lee", shop.now)).clean
    assert await shop.pool.fetchval("SELECT count(*) FROM ledger_mends") == 0


async def test_mending_beside_traffic_breaks_nothing(shop: Shop) -> None:
    await given(shop)
    await shop.pool.execute("UPDATE ledger SET taken = '{}' WHERE item = 'lamp'")

    async def traffic() -> None:
        for _ in range(25):
            held = await shop.hold("bob", ("cup", 1))
            if held["held"]:
                await shop.release(held["promise"])

    async def mending() -> None:
        for _ in range(6):
            await ledger.mend(shop.pool, "Ann Lee", shop.now)

    await asyncio.gather(*(traffic() for _ in range(4)), mending(), mending())
    await shop.audit()
    assert await shop.sellable("lamp", customer="bob") == 3


async def test_an_audit_counts_what_it_looked_at(shop: Shop) -> None:
    await given(shop)
    found: Any = await ledger.audit(shop.pool)
    assert (found.reservations, found.promises, found.items, found.accounts) == (3, 2, 2, 2)
