"""Loads: reports that add up, snapshots, strictness, resumption, what is told to those whom it concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from sayso.canon.kinds import KINDS
from sayso.desk import facts_load
from sayso.desk.facts import Load, kind_named, load, load_batch, rows_of
from sayso.errors import BadField, BadRequest, Conflict
from sayso.store import database as store_database
from sayso.store import facts as store_facts

T = datetime(2011, 2, 1, 6, tzinfo=UTC)
STOCK = Load(KINDS["stock"], "erp", T)


@pytest_asyncio.fixture
async def pool(database):
    pool = await store_database.pool(database, "sayso", 4)
    yield pool
    await pool.close()


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(facts_load, "CHUNK", 10)


@pytest.fixture
def settled(monkeypatch):
    """What loads told to be settled."""
    told = []

    async def settle(conn, touched, now, policy=None):
        assert conn.is_in_transaction()
        told.append(touched)

    monkeypatch.setattr(facts_load, "settle_load", settle)
    return told


def stock(*items, on_hand=5):
    return [{"item": item, "site": "L", "on_hand": on_hand} for item in items]


def at(hours, **more):
    return replace(STOCK, as_of=T + timedelta(hours=hours), **more)


async def put(pool, rows, what=STOCK):
    report = await load(pool, what, rows_of(what.kind, rows), T + timedelta(days=1))
    counted = (
        report.inserted + report.updated + report.unchanged + report.stale + report.deleted + report.refused
    )
    assert report.rejected or counted == report.read
    return report


async def alive(pool, column="item"):
    rows = await pool.fetch(f"SELECT {column} FROM stock WHERE NOT deleted ORDER BY item")  # noqa: S608
    return [row[0] for row in rows]


async def test_a_load_twice_changes_nothing(pool, settled):
    assert (await put(pool, stock("A", "B"))).inserted == 2
    before = await pool.fetch("SELECT xmin, xmax, ctid, * FROM stock ORDER BY item")
    settled.clear()
    assert (await put(pool, stock("A", "B"))).unchanged == 2
    assert await pool.fetch("SELECT xmin, xmax, ctid, * FROM stock ORDER BY item") == before
    assert settled == []


async def test_many_chunks(pool, small_chunks, settled):
    told = []
    names = [f"I{number:03}" for number in range(35)]
    report = await put(pool, stock(*names), replace(STOCK, progress=told.append))
    assert (report.read, report.inserted, told) == (35, 35, [10, 20, 30, 35])
    assert [len(touched.items) for touched in settled] == [10, 10, 10, 5]


async def test_a_load_of_nothing(pool):
    report = await put(pool, [])
    assert (report.read, report.refused) == (0, 0)
    assert await pool.fetchval("SELECT as_of FROM feeds WHERE kind = 'stock' AND source = 'erp'") == T


async def test_refused_rows_stop_no_other_and_never_change_the_table(pool):
    await put(pool, stock("A"))
    told = []
    rows = [*stock("A", on_hand="x"), *stock("B"), {"item": "C"}, *stock("D", on_hand="1,5")]
    report = await put(pool, rows, at(1, refused=told.append))
    assert (report.inserted, report.refused) == (1, 3)
    assert [refusal.line for refusal in report.refusals] == [1, 3, 4]
    assert told == list(report.refusals)
    assert [*map(tuple, await pool.fetch("SELECT item, on_hand, as_of FROM stock ORDER BY 1"))] == [
        ("A", 5, T), ("B", 5, T + timedelta(hours=1))
    ]  # fmt: skip


@pytest.mark.parametrize("between", [0, 30])
async def test_two_rows_of_a_key_keep_the_first(pool, small_chunks, between):
    rows = [
        *stock("A"),
        *stock(*(f"I{number}" for number in range(between))),
        *stock("A", on_hand=9),
        *stock("A"),
    ]
    for load_again in range(3):
        report = await put(pool, rows)
        assert report.refused == 1
        (refusal,) = report.refusals
        assert (refusal.line, refusal.field) == (between + 2, "item, site, variant")
        assert "line 1 has the same key" in refusal.detail
        assert report.unchanged == (between + 2 if load_again else 1)
        assert (await alive(pool, "on_hand"))[0] == 5


async def test_a_correction_at_the_same_as_of_is_taken(pool):
    await put(pool, stock("A"))
    assert (await put(pool, stock("A", on_hand=6))).updated == 1


async def test_a_strict_load_is_all_or_nothing(pool, small_chunks):
    names = [f"I{number}" for number in range(30)]
    report = await put(
        pool, [*stock(*names), *stock("I3", on_hand=9), {"item": 5}], replace(STOCK, strict=True)
    )
    assert (report.rejected, report.refused, report.read, report.inserted) == (True, 2, 32, 0)
    assert await alive(pool) == []
    assert (await put(pool, [*stock(*names), *stock("I3")], replace(STOCK, strict=True))).inserted == 30


async def test_a_snapshot_removes_what_it_has_not(pool, small_chunks, settled):
    names = [f"I{number:03}" for number in range(45)]
    await put(pool, stock(*names))
    await put(pool, stock("W"), replace(STOCK, source="wms"))
    await put(pool, stock("N"), at(2))
    settled.clear()
    report = await put(pool, stock(*names[:15]), at(1, snapshot=True))
    assert (report.unchanged, report.removed, report.withheld) == (15, 30, False)
    assert await alive(pool) == [*names[:15], "N", "W"]
    assert frozenset().union(*(touched.items for touched in settled)) == frozenset(names)
    assert (await put(pool, stock(*names))).stale == 45
    assert (await put(pool, stock("LATE"))).stale == 1
    assert "LATE" not in await alive(pool)


async def test_a_snapshot_with_a_refused_row_removes_nothing(pool):
    await put(pool, stock("A", "B"))
    report = await put(pool, [*stock("A"), {"item": "?"}], at(1, snapshot=True))
    assert (report.removed, report.withheld) == (0, True)
    assert await alive(pool) == ["A", "B"]
    assert (await put(pool, stock("C"))).inserted == 1


async def test_an_empty_snapshot_removes_all(pool):
    await put(pool, stock("A", "B"))
    assert (await put(pool, [], at(1, snapshot=True))).removed == 2
    assert await alive(pool) == []


async def test_a_resumed_load_goes_on_and_reports_the_whole(pool, small_chunks):
    rows = [*stock(*(f"I{number:03}" for number in range(25))), {"item": "?"}]
    rows.insert(5, {"item": "??"})
    what = replace(STOCK, resume_key="file 1")

    def broken(skipped):
        yield from list(rows_of(what.kind, rows)(skipped))[:17]
        raise BadRequest("the file broke")

    with pytest.raises(BadRequest):
        await load(pool, what, broken, T)
    assert len(await alive(pool)) == 9
    asked = []

    def whole(skipped):
        asked.append(skipped)
        return rows_of(what.kind, rows)(skipped)

    report = await load(pool, what, whole, T)
    assert asked == [10]
    assert (report.read, report.inserted, report.refused, report.resumed_at) == (27, 25, 2, 10)
    assert [refusal.line for refusal in report.refusals] == [6, 6, 27, 27] or len(report.refusals) == 2
    again = await load(pool, what, whole, T)
    assert asked == [10, 0]
    assert (again.unchanged, again.inserted, again.resumed_at) == (25, 0, 0)


async def test_a_restart_begins_anew(pool, small_chunks):
    rows = stock(*(f"I{number:03}" for number in range(25)))
    what = replace(STOCK, resume_key="file 1")

    def broken(skipped):
        yield from list(rows_of(what.kind, rows)(skipped))[:17]
        raise BadRequest("the file broke")

    with pytest.raises(BadRequest):
        await load(pool, what, broken, T)
    report = await load(pool, replace(what, restart=True), rows_of(what.kind, rows), T)
    assert (report.read, report.unchanged, report.inserted) == (25, 10, 15)


async def test_two_processes_at_the_same_file_do_not_both_go_on(pool, small_chunks, monkeypatch):
    advance, calls = store_facts.advance_load, []

    async def overtaken(conn, *arguments):
        calls.append(arguments)
        if len(calls) == 2:
            await pool.execute("UPDATE loads SET rows_read = 20")
        return await advance(conn, *arguments)

    monkeypatch.setattr(store_facts, "advance_load", overtaken)
    rows = stock(*(f"I{number:03}" for number in range(35)))
    with pytest.raises(Conflict, match="another process"):
        await put(pool, rows, replace(STOCK, resume_key="file 1"))
    assert len(await alive(pool)) == 10


async def test_what_cannot_be_is_refused(pool):
    with pytest.raises(BadField, match="in the future"):
        await load(pool, at(49), rows_of(STOCK.kind, []), T)
    with pytest.raises(BadField, match="no time zone"):
        await load(pool, replace(STOCK, as_of=datetime(2011, 2, 1)), rows_of(STOCK.kind, []), T)  # noqa: DTZ001
    with pytest.raises(BadField, match="short name"):
        await load(pool, replace(STOCK, source=" "), rows_of(STOCK.kind, []), T)
    with pytest.raises(BadField) as refused:
        kind_named("stocks")
    assert refused.value.remedy == "did you mean stock?"


async def test_a_batch(pool):
    body = b"""{"source": "wms", "as_of": "2011-02-01T06:00:00Z", "rows": [
        {"item": "A", "site": "L", "on_hand": 2.50}, {"item": "B", "site": "L", "on_hand": "x"},
        {"item": 7, "site": "L", "deleted": true}, 5]}"""
    report = await load_batch(pool, "stock", body, T)
    assert report == {
        "kind": "stock", "source": "wms", "as_of": "2011-02-01T06:00:00Z", "rows": 4, "inserted": 1, "updated": 0,
        "unchanged": 1, "stale": 0, "deleted": 0, "removed": 0, "refused": 2, "withheld": False, "rejected": False,
        "resumed_at": 0, "refusals": [
            {"row": 2, "field": "on_hand", "value": "x", "detail": "not a decimal number",
             "remedy": "write digits and a point before the decimals, e.g. 12.5"},
            {"row": 4, "field": "", "value": "5", "detail": "a row is a JSON object",
             "remedy": 'send e.g. {"item": "85123A"}'},
        ],
    }  # fmt: skip
    assert str(await pool.fetchval("SELECT on_hand FROM stock WHERE item = 'A'")) == "2.5"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"), (b"{", "not JSON"), (b"[]", "not a JSON object"), (b'{"rows": [NaN]}', "NaN and Infinity"),
        (b'{"a": "\xff"}', "not JSON"), (b"[" * 5000 + b"]" * 5000, "not JSON"),
        (b'{"source": "e", "as_of": "2011-02-01T06:00:00Z"}', "rows is a list"),
        (b'{"source": "e", "as_of": "2011-02-01T06:00:00Z", "rows": {}}', "rows is a list"),
        (b'{"source": "e", "as_of": "2011-02-01", "rows": []}', "RFC 3339"),
        (b'{"source": "e", "rows": []}', "as_of is missing"), (b'{"as_of": "x", "rows": []}', "source is missing"),
        (b'{"source": 5, "as_of": "x", "rows": []}', "source is a text"),
        (b'{"source": "e", "as_of": "2011-02-01T06:00:00Z", "rows": [], "snapshot": 1}', "snapshot is true or false"),
        (b'{"source": "e", "as_of": "2011-02-01T06:00:00Z", "row": []}', "no such field"),
    ],
)  # fmt: skip
async def test_a_batch_that_cannot_be_understood(pool, body, said):
    with pytest.raises(BadRequest, match=said) as refused:
        await load_batch(pool, "stock", body, T)
    assert refused.value.remedy


async def test_a_snapshot_batch(pool):
    await put(pool, stock("A", "B"))
    body = b'{"source": "erp", "as_of": "2011-02-01T07:00:00Z", "snapshot": true, "rows": [{"item": "A", "site": "L"}]}'
    assert (await load_batch(pool, "stock", body, T))["removed"] == 1
    assert await alive(pool) == ["A"]
