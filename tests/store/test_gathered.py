"""Cards that are gathered from rows in memory are those that SQL makes from the tables, byte for byte."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.canon.canonical import canonical
from sayso.canon.kinds import KINDS
from sayso.canon.rows import Fact, RowReader, as_mapping
from sayso.promise.cards import AccountCard, ItemCard, WorldCard
from sayso.promise.gather import Books
from sayso.store import cards
from sayso.store import facts as store
from sayso.store.facts import Stamp

T = datetime(2011, 2, 1, 6, tzinfo=UTC)
ITEMS, CUSTOMERS = ("A", "B", "Ä", "b"), ("ada", "bob", "cid", "Dee", "eve")
# What a column may hold beside what its type says, so that rows meet.
POOLS = {
    "item": ITEMS, "target": (*ITEMS, "toys", ""), "component": ITEMS, "substitute": ITEMS, "site": ("LON", "YRK"),
    "customer": CUSTOMERS, "bill_to": (*CUSTOMERS, "", ""), "parent": (*CUSTOMERS, "", ""),
    "source": (*CUSTOMERS, "trade", ""), "document": ("1", "2", "10", "b"), "line": ("1", "2"), "variant": ("", "", "R"),
    "calendar": ("week", "Week"), "rule": ("R1", "R2"), "order": ("", "WEB-1"),
}  # fmt: skip
BY_TYPE = {
    "text": ("", "x", "Y", "ä"), "list": ("", "a", "b|a", "a|B|c"),
    "decimal": ("0", "1", "2", "10", "0.5", "1.25", "9.000000001", "0.000000001", "-1", "-0.5"), "integer": ("0", "1", "3"),
    "boolean": ("true", "false"), "date": ("2011-02-01", "2011-02-03", "2011-01-20"), "time": ("16:30",),
    "timezone": ("Europe/London", "UTC"), "country": ("", "GB", "FR"), "currency": ("", "GBP", "EUR"), "uom": ("EA", "CS"),
}  # fmt: skip

_SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def drawn(chance, kind):
    """A row of a kind as a file has it: some columns left out, some blank."""
    row = {}
    for column in kind.all:
        pool = POOLS.get(column.name) or column.choices or BY_TYPE[column.type]
        if column in kind.key or column.needed or chance.random() < 0.7:
            row[column.name] = chance.choice(pool)
            if column not in kind.key and not column.needed and chance.random() < 0.2:
                row[column.name] = ""
    if chance.random() < 0.1:
        row["deleted"] = "true"
    return row


def facts(chance, kind):
    """Rows that can be loaded together: no two of one key."""
    reader = RowReader(kind)
    found = {}
    for _ in range(chance.randrange(1, 9)):
        read = reader.mapping(1, drawn(chance, kind))
        if isinstance(read, Fact):
            found.setdefault(read.values[: len(kind.key)], read)
    return list(found.values())


def told(kind, fact, as_of):
    """The columns that a row gives, as Books takes them."""
    typed = as_mapping(kind, fact)
    given = [column.name for place, column in enumerate(kind.columns) if fact.given >> place & 1]
    row = {name: typed[name] for name in [column.name for column in kind.key] + given}
    return {**row, "deleted": fact.deleted, "as_of": as_of}


def shown(value):
    """Every field, those at their default too."""
    if isinstance(value, msgspec.Struct):
        return {name: shown(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {str(name): shown(one) for name, one in value.items()}
    return [shown(one) for one in value] if isinstance(value, tuple) else value


def same(kind, gathered, body):
    made = msgspec.json.decode(body, type=kind)
    assert gathered == made
    assert canonical(shown(gathered)) == canonical(shown(made))


async def compared(conn, books):
    for item, body in (await cards.items(conn, [*ITEMS, "nobody's"])).items():
        same(ItemCard, books.item(item), body)
    names = [*CUSTOMERS, "nobody"]
    tops = {name: await conn.fetchval("SELECT credit_top($1)", name) for name in names}
    assert {name: books.top(name) for name in names} == tops
    bodies = await cards.accounts(conn, sorted(set(tops.values())))
    for customer, account in tops.items():
        same(AccountCard, books.account(customer), bodies[account])
    same(WorldCard, books.world_card(), await cards.world(conn))


@_SLOW
@given(seed=st.integers(0, 2**32))
async def test_the_same_cards_as_sql_makes_after_each_of_several_loads(conn, seed):
    chance = random.Random(seed)
    await conn.execute(f"TRUNCATE {', '.join(KINDS)}")
    books = Books()
    for number in range(3):
        as_of = T + timedelta(hours=number, microseconds=number)
        for kind in KINDS.values():
            if chance.random() < (1.0 if number == 0 else 0.4):
                rows = facts(chance, kind)
                if not rows:
                    continue
                await store.merge(conn, kind, rows, Stamp(as_of, "erp", number), None)
                for row in rows:
                    books.put(kind.name, told(kind, row, as_of))
        await compared(conn, books)


def stock(site, on_hand):
    return {"item": "A", "site": site, "on_hand": Decimal(on_hand)}


def test_a_row_is_an_upsert_by_its_key_and_can_be_replaced_and_deleted():
    books = Books({"stock": [{**stock("LON", 5), "reserved": Decimal(2)}, stock("YRK", 1)]})
    books.put("stock", stock("LON", 7))
    assert [(one.site, one.on_hand, one.reserved) for one in books.item("A").stock] == [
        ("LON", 7, 2),
        ("YRK", 1, 0),
    ]
    books.replace("stock", stock("LON", 8))
    assert [(one.on_hand, one.reserved) for one in books.item("A").stock] == [(8, 0), (1, 0)]
    books.delete("stock", {"item": "A", "site": "YRK"})
    books.put("stock", {**stock("LON", 8), "deleted": True})
    books.delete("stock", {"item": "A", "site": "nowhere"})
    assert books.item("A").stock == ()
    assert not books.rows("stock")


def test_a_card_is_made_anew_only_where_a_row_of_it_changed():
    books = Books(
        {
            "stock": [stock("LON", 5), {**stock("LON", 5), "item": "B"}],
            "customers": [{"customer": "ada"}, {"customer": "bob"}],
            "sites": [{"site": "LON"}],
        }
    )
    a, b = books.item("A"), books.item("B")
    ada, bob, world = books.account("ada"), books.account("bob"), books.world_card()
    books.put("stock", stock("LON", 6))
    books.put("receivables", {"document": "1", "customer": "ada", "open": Decimal(5)})
    assert books.item("B") is b
    assert books.item("A") is not a
    assert books.account("bob") is bob
    assert books.account("ada") is not ada
    assert books.world_card() is world
    books.put("sites", {"site": "YRK"})
    assert books.world_card() is not world


def test_a_demand_that_moves_to_another_item_leaves_the_one_it_stood_on():
    row = {"document": "1", "line": "1", "item": "A", "quantity": Decimal(3), "due": date(2011, 2, 1)}
    books = Books({"demand": [row]})
    assert len(books.item("A").demand) == 1
    books.put("demand", {**row, "item": "B"})
    assert books.item("A").demand == ()
    assert len(books.item("B").demand) == 1


def test_a_customer_that_moves_to_another_parent_takes_its_debts_along():
    owed = {"document": "1", "customer": "cid", "open": Decimal(5)}
    books = Books(
        {"customers": [{"customer": name} for name in ("ada", "bob", "cid")], "receivables": [owed]}
    )
    books.put("customers", {"customer": "cid", "parent": "ada"})
    assert books.top("cid") == "ada"
    assert [due.open for due in books.account("ada").receivables] == [5]
    books.put("customers", {"customer": "cid", "parent": "bob"})
    assert books.account("ada").receivables == ()
    assert [due.open for due in books.account("bob").receivables] == [5]
