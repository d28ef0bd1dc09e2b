"""sayso contracts, as it is typed."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from sayso.cli.root import sayso
from sayso.systems.contracts import shipped


@pytest.fixture
def run(database, tmp_path, monkeypatch):
    """Runs a command on the test's database, in a thread: the commands have a loop of their own."""
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path))
    monkeypatch.setenv("SAYSO_DATABASE_URL", database)

    async def command(*words: str):
        return await asyncio.to_thread(CliRunner().invoke, sayso, ["contracts", *map(str, words)])

    return command


@pytest.fixture
async def own(run, tmp_path):
    """A contract to begin with, as a file: the warehouse's proof of delivery, for the system north."""
    made = json.loads((await run("file", "wms", "POD")).stdout)
    assert made["examples"] == list(shipped("wms")["POD"].examples)
    path = tmp_path / "pod.json"
    path.write_text(json.dumps({**made, "system": "north"}), "utf-8")
    return path


async def test_a_contract_is_put_listed_and_shown(run, own):
    assert "No contract is in force" in (await run("list")).stdout
    put = await run("put", own, "--by", "h.meyer")
    assert put.stdout == "north/POD version 1 (strict) is in force.\n", put.output
    (listed,) = json.loads((await run("list", "--json")).stdout)["contracts"]
    assert (listed["system"], listed["kind"], listed["tells"]) == (
        "north",
        "POD",
        ["sayso.shipment.delivered.v1"],
    )
    assert "north" in (await run("list")).stdout
    shown = json.loads((await run("show", "north", "POD", "--json")).stdout)
    assert shown["contract"]["kind"] == "POD"
    assert [(one["version"], one["by"]) for one in shown["versions"]] == [(1, "h.meyer")]
    assert json.loads((await run("show", "north", "POD")).stdout) == shown["contract"]
    again = json.loads((await run("put", own, "--json")).stdout)
    assert [one["version"] for one in again["contracts"]] == [1]


async def test_a_version_does_not_change(run, own):
    await run("put", own)
    own.write_text(own.read_text("utf-8").replace("warehouse operations", "somebody"), "utf-8")
    refused = await run("put", own)
    assert refused.exit_code == 2
    assert "give the contract version 2" in refused.output


async def test_all_are_put_or_none(run, own, tmp_path):
    await run("put", own)
    other = tmp_path / "other.json"
    text = own.read_text("utf-8")
    other.write_text(text.replace('"kind": "POD"', '"kind": "PODX"'), "utf-8")
    own.write_text(text.replace("warehouse operations", "somebody"), "utf-8")
    assert (await run("put", other, own)).exit_code == 2
    assert [one["kind"] for one in json.loads((await run("list", "--json")).stdout)["contracts"]] == ["POD"]


async def test_a_contract_is_tried_before_it_is_in_force(run, own, tmp_path):
    good = await run("try", own)
    assert good.exit_code == 0, good.output
    assert "example 1: read" in good.stdout
    assert "sayso.shipment.delivered.v1" in good.stdout
    message = tmp_path / "message.json"
    message.write_text(own.read_text("utf-8"), "utf-8")
    bad = await run("try", own, message, "--json")
    assert bad.exit_code == 1
    (found,) = json.loads(bad.stdout)["messages"]
    assert "/messageId is missing" in " ".join(found["breaches"])
    assert (await run("try", own, "--units")).exit_code == 0


async def test_what_is_not_there_is_said(run, tmp_path):
    for words in (("show", "north", "POD"), ("file", "north", "POD"), ("put", tmp_path / "none.yaml")):
        refused = await run(*words)
        assert refused.exit_code == 2, refused.output
        assert "Traceback" not in refused.output
