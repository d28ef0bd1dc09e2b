"""sayso facts load, as a person and as a program meets it."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from sayso.cli.facts import facts
from sayso.errors import BadField, BadRequest

AS_OF = ["--as-of", "2011-02-01T06:00:00Z"]


@pytest.fixture
def run(database, tmp_path, monkeypatch):
    """Run the command beside the test's own loop; what it raises is raised, as for the program's own main."""
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "home"))

    async def command(*arguments):
        words = ["load", *map(str, arguments), "--database-url", database]
        result = await asyncio.to_thread(CliRunner().invoke, facts, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "exports"
    path.mkdir()
    (path / "stock.csv").write_text("item,site,on_hand\nA,L,5\nB,L,x\nC,L,7\n")
    (path / "items.jsonl").write_text('{"item": "A", "name": "Café"}\n')
    return path


async def test_a_folder_with_a_refused_row(run, folder, conn):
    result = await run(folder, *AS_OF)
    assert result.exit_code == 1
    assert f"{folder}/stock.csv:3: on_hand: 'x': not a decimal number; write digits" in result.stderr
    assert "items.jsonl" in result.stdout
    assert "Inserted" in result.stdout
    assert "Stale" not in result.stdout
    assert await conn.fetchval("SELECT count(*) FROM stock") == 2
    assert await conn.fetchval("SELECT DISTINCT as_of FROM stock") == datetime(2011, 2, 1, 6, tzinfo=UTC)


async def test_json_is_one_document(run, folder):
    result = await run(folder, *AS_OF, "--json", "--source", "erp")
    items, stock = json.loads(result.stdout)["loads"]
    assert (items["kind"], items["inserted"], items["source"]) == ("items", 1, "erp")
    assert (stock["rows"], stock["refused"], stock["as_of"]) == (3, 1, "2011-02-01T06:00:00Z")
    assert stock["refusals"][0]["line"] == 3
    assert stock["refusals"][0]["file"] == str(folder / "stock.csv")
    assert result.stderr == ""


async def test_all_rows_in(run, folder):
    assert (await run(folder / "items.jsonl")).exit_code == 0


async def test_strict_loads_nothing_of_a_file_with_a_refused_row(run, folder, conn):
    result = await run(folder / "stock.csv", "--strict")
    assert result.exit_code == 2
    assert "stock.csv:3" in result.stderr
    assert "nothing of it was loaded" in result.stderr
    assert await conn.fetchval("SELECT count(*) FROM stock") == 0


async def test_the_files_own_time_is_its_as_of(run, folder, conn):
    os.utime(folder / "stock.csv", (1_300_000_000, 1_300_000_000))
    await run(folder / "stock.csv")
    assert await conn.fetchval("SELECT DISTINCT as_of FROM stock") == datetime.fromtimestamp(
        1_300_000_000, UTC
    )


async def test_a_day_is_its_beginning(run, folder, conn):
    await run(folder / "stock.csv", "--as-of", "2011-02-01")
    assert await conn.fetchval("SELECT DISTINCT as_of FROM stock") == datetime(2011, 2, 1, tzinfo=UTC)


async def test_a_snapshot(run, folder, conn):
    path = folder / "stock-2.csv"
    path.write_text("item,site,on_hand\nD,L,5\n")
    await run(folder / "stock.csv", "--as-of", "2011-02-01")
    result = await run(path, "--as-of", "2011-02-02", "--snapshot")
    assert "Removed" in result.stdout
    assert await conn.fetchval("SELECT array_agg(item) FROM stock WHERE NOT deleted") == ["D"]
    with pytest.raises(BadRequest, match="several files of stock"):
        await run(folder, "--snapshot")


async def test_nothing_is_loaded_of_a_wrong_request(run, folder, conn):
    (folder / "customers.csv").write_text("name\nx\n")
    with pytest.raises(BadRequest, match="needs the key column customer") as refused:
        await run(folder)
    assert refused.value.exit_status == 2
    with pytest.raises(BadRequest, match="no such file"):
        await run(folder / "nothing.csv")
    with pytest.raises(BadField, match="no such kind"):
        await run(folder / "stock.csv", "--kind", "stok")
    with pytest.raises(BadField, match="offset"):
        await run(folder / "stock.csv", "--as-of", "yesterday at noon")
    assert await conn.fetchval("SELECT count(*) FROM items") == 0


async def test_a_second_time_changes_nothing(run, folder, conn):
    await run(folder, *AS_OF)
    before = await conn.fetch("SELECT xmin, * FROM stock ORDER BY item")
    assert "Unchanged" in (await run(folder, *AS_OF)).stdout
    assert "Unchanged" in (await run(folder, *AS_OF, "--no-resume")).stdout
    assert await conn.fetch("SELECT xmin, * FROM stock ORDER BY item") == before
