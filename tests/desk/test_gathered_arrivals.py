"""Arrivals that books learn from their own receipts are those that a desk learns from the tables."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from sayso.canon.kinds import KINDS
from sayso.canon.rows import Fact, RowReader, as_mapping
from sayso.desk import arrivals
from sayso.promise.cards import ItemCard
from sayso.promise.gather import Books
from sayso.promise.gather_arrivals import learn_arrivals
from sayso.promise.policy import profiled
from sayso.store import cards
from sayso.store import facts as store
from sayso.store.facts import Stamp

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
ITEMS = ["A", "B", "C"]


def day(number: int) -> str:
    return (TODAY + timedelta(days=number)).isoformat()


def history(chance: random.Random) -> dict[str, list[dict[str, str]]]:
    """Two vendors' receipts, one of them late, and what is on its way from both and from one nobody knows."""
    receipts = []
    for number in range(80):
        vendor = chance.choice(["late", "good"])
        due = -chance.randrange(5, 300)
        late = chance.randrange(2, 12) if vendor == "late" else chance.randrange(-1, 2)
        receipts.append(
            {
                "document": f"P{number}", "line": "1", "receipt": "1", "item": chance.choice(ITEMS), "site": "LON",
                "vendor": vendor, "ordered": day(due - 20), "promised": day(due), "received": day(due + late),
                "quantity": "5",
            }
        )  # fmt: skip
    inbound = [
        {
            "document": f"I{number}", "line": "1", "item": item, "site": site, "vendor": vendor, "quantity": quantity,
            "due": due,
        }
        for number, (item, vendor, due, quantity, site) in enumerate(
            [
                ("A", "late", day(3), "5", "LON"), ("B", "good", day(4), "5", "YRK"), ("C", "new", day(9), "5", "LON"),
                ("A", "good", day(-4), "5", "LON"), ("B", "late", "", "5", "LON"), ("C", "late", day(5), "0", "LON"),
            ]
        )
    ]  # fmt: skip
    return {
        "sites": [{"site": "LON", "calendar": "week"}, {"site": "YRK"}],
        "calendars": [{"calendar": "week", "date": day(4), "working": "false"}],
        "receipts": receipts,
        "inbound": inbound,
    }


@pytest.mark.parametrize("seed", range(4))
async def test_books_learn_what_a_desk_learns(conn, seed):
    policy = profiled("plain")
    books = Books()
    for name, rows in history(random.Random(seed)).items():
        reader = RowReader(KINDS[name])
        facts = [read for row in rows if isinstance(read := reader.mapping(1, row), Fact)]
        assert len(facts) == len(rows)
        await store.merge(conn, KINDS[name], facts, Stamp(NOW, "erp", 1), None)
        for fact in facts:
            books.put(name, as_mapping(KINDS[name], fact))
    assert await arrivals.learn(conn, NOW)
    await arrivals.tell(conn, ITEMS, TODAY, policy)
    learn_arrivals(books, TODAY, policy)
    told = 0
    for item, body in (await cards.items(conn, ITEMS)).items():
        made = msgspec.json.decode(body, type=ItemCard)
        assert books.item(item).inbound == made.inbound
        told += sum(one.p90 is not None for one in made.inbound)
    assert told == 4


def test_books_without_receipts_tell_nothing():
    row = {"document": "I", "line": "1", "item": "A", "site": "LON", "quantity": 5, "due": TODAY}
    books = Books({"inbound": [row]})
    learn_arrivals(books, TODAY, profiled("plain"))
    assert books.item("A").inbound[0].p50 is None
