"""The event log: as the standard says, whole, once each; and read by a process-mining library, where there is one.

SAYSO_PM4PY names a Python that has pm4py (2.7 or newer); it is asked in a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import pytest_asyncio

from sayso.canon.times import parse_moment
from sayso.errors import BadField
from sayso.insight import ocel
from sayso.store import database as store_database
from told import Told, as_message, event

SCHEMA = Path(__file__).parent / "ocel_schema.json"
AT = "2026-03-02T09:{:02}:00Z"
LINES = [
    {"line": 1, "item": "lamp", "quantity": "4", "unit_price": "20", "tax": "16"},
    {"line": 2, "item": "cup", "quantity": "10", "unit_price": "2.5", "tax": "5"},
]
GOODS = [{"line": 1, "item": "lamp", "quantity": "4"}]
BILLED = [{"line": 1, "item": "lamp", "quantity": "4", "amount": "80", "tax": "16", "shipment": "SH-1"}]


def story(order: str, minute: int = 0) -> list[dict[str, Any]]:
    """One order to cash: shipped twice, the first shipment corrected, invoiced and paid."""
    n = order[-1]
    told = [
        ("order.placed", "shop", {"document": order, "customer": "ada", "currency": "GBP", "lines": LINES}),
        ("shipment.dispatched", "wms", {"document": f"SH-{n}", "site": "LON", "lines": GOODS}),
        ("shipment.dispatched", "wms", {
            "document": f"SH-{n}", "revision": 1, "site": "LON", "carrier": "DPD", "lines": GOODS}),
        ("shipment.delivered", "wms", {"document": f"POD-{n}", "shipment": f"SH-{n}"}),
        ("invoice.issued", "ar", {
            "document": f"INV-{n}", "customer": "ada", "currency": "GBP", "issued": "2026-03-02", "total": "96",
            "lines": [{**line, "shipment": f"SH-{n}"} for line in BILLED]}),
        ("credit_memo.issued", "ar", {
            "document": f"CM-{n}", "customer": "ada", "currency": "GBP", "issued": "2026-03-02", "invoice": f"INV-{n}",
            "total": "6", "reason": "freight"}),
        ("payment.received", "bank", {
            "document": f"B-{n}", "amount": "90", "currency": "GBP", "received": "2026-03-02", "customer": "ada",
            "references": [f"INV-{n}"]}),
    ]  # fmt: skip
    return [
        event(
            f"{order}-{place}", family, "" if family.startswith("payment") else order, AT.format(minute + place),
            source=source, **data,
        )
        for place, (family, source, data) in enumerate(told)
    ]  # fmt: skip


def pairs(one: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["objectId"], each["qualifier"]) for each in one["relationships"]}


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[Any]:
    found = await store_database.pool(database, "sayso", 3)
    told, stories = Told(found), [story("W-1"), story("W-2", 20)]
    await told(*(as_message(one) for some in stories for one in some[:-1]))
    await told(*(as_message(some[-1]) for some in stories))
    yield found
    await found.close()


@pytest.fixture
async def log(pool: Any, tmp_path: Path) -> dict[str, Any]:
    await ocel.export(pool, tmp_path / "log.json")
    return json.loads((tmp_path / "log.json").read_bytes())


async def test_it_has_the_shape_of_the_standard(log):
    jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_bytes())).validate(log)
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_bytes())).validate({**log, "events": [{}]})


async def test_types_and_references_hold(log):
    kinds = {one["name"]: {each["name"] for each in one["attributes"]} for one in log["objectTypes"]}
    objects = {one["id"]: one for one in log["objects"]}
    assert len(objects) == len(log["objects"]), "each once"
    for one in log["objects"]:
        assert {each["name"] for each in one["attributes"]} <= kinds[one["type"]]
        assert {each["objectId"] for each in one["relationships"]} <= objects.keys()
    happened = {one["name"]: {each["name"] for each in one["attributes"]} for one in log["eventTypes"]}
    assert len({one["id"] for one in log["events"]}) == len(log["events"])
    for one in log["events"]:
        assert {each["name"] for each in one["attributes"]} <= happened[one["type"]]
        assert one["relationships"], one
        assert {each["objectId"] for each in one["relationships"]} <= objects.keys()


async def test_it_says_what_happened_once(log):
    events = Counter(one["type"] for one in log["events"])
    assert events["order placed"] == events["invoice issued"] == events["payment received"] == 2
    assert events["shipment dispatched"] == 2, "a corrected shipment left once"
    objects = Counter(one["type"] for one in log["objects"])
    assert (objects["order"], objects["line"], objects["customer"]) == (2, 4, 1)
    assert (objects["shipment"], objects["invoice"], objects["credit_memo"], objects["payment"]) == (
        2,
        2,
        2,
        2,
    )
    left = [pairs(one) for one in log["events"] if one["type"] == "shipment dispatched"]
    (about,) = (one for one in left if ("shipment:SH-1", "shipment") in one)
    assert about == {("order:W-1", "order"), ("shipment:SH-1", "shipment"), ("line:W-1/1", "line")}
    related = {one["id"]: pairs(one) for one in log["objects"]}
    assert ("shipment:SH-1", "bills") in related["invoice:INV-1"]
    assert ("invoice:INV-1", "pays") in related["payment:B-1"], "Sayso applied it"
    assert ("invoice:INV-1", "credits") in related["credit_memo:CM-1"]
    assert related["line:W-1/2"] == {("order:W-1", "part of")}
    order = next(one for one in log["objects"] if one["id"] == "order:W-1")
    values = {each["name"]: each["value"] for each in order["attributes"]}
    assert (values["currency"], type(values["operational"])) == ("GBP", bool)
    assert values["amount"] > 0


async def test_both_forms_say_the_same(pool, log, tmp_path: Path):
    counts = await ocel.export(pool, tmp_path / "log.sqlite")
    assert counts == {"events": len(log["events"]), "objects": len(log["objects"])}
    db = sqlite3.connect(tmp_path / "log.sqlite")
    found = set(db.execute("SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object"))
    told = {
        (one["id"], each["objectId"], each["qualifier"])
        for one in log["events"]
        for each in one["relationships"]
    }
    assert found == told
    for kind, table in db.execute("SELECT ocel_type, ocel_type_map FROM object_map_type").fetchall():
        ids = {row[0] for row in db.execute(f"SELECT ocel_id FROM object_{table}")}  # noqa: S608
        assert ids == {one["id"] for one in log["objects"] if one["type"] == kind}
    db.close()


async def test_only_what_happened_since(pool, tmp_path: Path):
    await ocel.export(pool, tmp_path / "late.json", parse_moment(AT.format(20)))
    log = json.loads((tmp_path / "late.json").read_bytes())
    assert {one["id"] for one in log["objects"] if one["type"] == "shipment"} == {"shipment:SH-2"}


async def test_another_form_or_a_file_that_is_there_is_refused(pool, tmp_path: Path):
    with pytest.raises(BadField, match="sqlite"):
        await ocel.export(pool, tmp_path / "log.xes")
    (tmp_path / "log.json").write_text("mine")
    with pytest.raises(BadField, match="there already"):
        await ocel.export(pool, tmp_path / "log.json")
    assert (tmp_path / "log.json").read_text() == "mine"


_READ = """
import json, sys, pm4py
ocel = (pm4py.read_ocel2_sqlite if sys.argv[1].endswith("sqlite") else pm4py.read_ocel2_json)(sys.argv[1])
graph = pm4py.discover_ocdfg(ocel)
flat = pm4py.ocel_flattening(ocel, "order")
print(json.dumps({
    "events": len(ocel.events), "objects": len(ocel.objects), "related": len(ocel.relations), "o2o": len(ocel.o2o),
    "changes": len(ocel.object_changes), "types": sorted(pm4py.ocel_get_object_types(ocel)),
    "activities": sorted(graph["activities"]), "orders": int(flat["case:concept:name"].nunique()),
}))
"""


@pytest.mark.parametrize("form", ["json", "sqlite"])
async def test_a_process_mining_library_reads_it(pool, log, tmp_path: Path, form: str):
    python = os.environ.get("SAYSO_PM4PY")
    if not python:
        pytest.skip("SAYSO_PM4PY names no Python with pm4py")
    file = tmp_path / f"mined.{form}"
    await ocel.export(pool, file)
    command = [python, "-W", "ignore", "-c", _READ, str(file)]
    said = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    found = json.loads(said.stdout.splitlines()[-1])
    assert (found["events"], found["objects"]) == (len(log["events"]), len(log["objects"]))
    assert found["related"] == sum(len(one["relationships"]) for one in log["events"])
    assert found["o2o"] == sum(len(one["relationships"]) for one in log["objects"])
    assert {"order", "line", "shipment", "invoice", "credit_memo", "payment", "customer"} <= set(
        found["types"]
    )
    assert {"order placed", "shipment dispatched", "invoice issued", "payment applied"} <= set(
        found["activities"]
    )
    assert found["orders"] == 2
