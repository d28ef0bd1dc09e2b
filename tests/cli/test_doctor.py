"""sayso doctor: what is well says so, and each ill is found, named and given a remedy."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from sayso.canon.kinds import KINDS
from sayso.store import inbox, outbox, vitals
from sayso.store.inbox import Message, Verdict


async def examined(command, *words: str) -> tuple[int, dict[str, dict]]:
    """The exit status, and the findings by what was looked at."""
    said = await command("doctor", "--port", "9", "--json", *words)
    assert said.stdout, said.output
    document = json.loads(said.stdout)
    assert document["status"] == said.exit_code
    return said.exit_code, {one["check"]: one for one in document["findings"]}


async def test_an_empty_place_says_what_is_to_be_done(command, tmp_path):
    status, found = await examined(command, "--database-url", "", "--home", str(tmp_path / "nothing"))
    assert status == 1
    assert {name: one["state"] for name, one in found.items()} == {
        "policy": "ok",
        "home": "warn",
        "database": "warn",
    }
    assert "sayso up makes it" in found["home"]["remedy"]
    assert not (tmp_path / "nothing").exists(), "a doctor makes nothing"


async def test_a_loaded_database_is_well(loaded):
    await loaded("keys", "create", "shop", "--scope", "promises")
    await loaded("keys", "signing", "rotate")
    _, found = await examined(loaded)
    del found["database"]  # the tests' server does not sync
    assert {name for name, one in found.items() if one["state"] != "ok"} <= {"API", "disk"}, found
    assert found["facts: stock"]["facts"]["rows"] == 3
    assert "file as of" in found["facts: stock"]["says"]
    assert found["holds"]["says"] == "0 live"
    assert found["API keys"]["facts"]["live"] == 1


async def test_a_server_that_may_lose_a_commit_is_ill(command, server_dsn):
    _, found = await examined(command)
    durable = await _durable(server_dsn)
    assert found["database"]["state"] == ("ok" if durable else "fail")
    assert durable or "may lose what was acknowledged" in found["database"]["says"]


async def _durable(dsn: str) -> bool:
    import asyncpg

    connection = await asyncpg.connect(dsn)
    try:
        return (await vitals.server(connection)).durable
    finally:
        await connection.close()


async def test_missing_facts_and_keys_are_named(command):
    _, found = await examined(command)
    assert found["facts"]["facts"]["missing"] == ["sites", "items", "customers", "prices", "stock"]
    assert found["API keys"]["state"] == "warn"
    assert "sayso keys create" in found["API keys"]["remedy"]


async def test_stale_facts_are_measured_by_the_policy(loaded, conn, tmp_path):
    (tmp_path / "policy.toml").write_text("[freshness]\nstock_seconds = 3600\n")
    words = ("--policy", "policy.toml")
    assert (await examined(loaded, *words))[1]["facts: stock"]["state"] == "ok"
    await conn.execute("UPDATE feeds SET as_of = $1", datetime.now(UTC) - timedelta(hours=2))
    _, found = await examined(loaded, *words)
    assert found["facts: stock"]["state"] == "warn"
    assert "older than the 3600 s" in found["facts: stock"]["says"]
    assert found["facts: items"]["state"] == "ok", "the policy says nothing of items"
    assert (await examined(loaded))[1]["facts: stock"]["state"] == "ok", "without that policy any age will do"


async def test_holds_that_nobody_ends_are_found(loaded, conn):
    await loaded("promise", "--customer", "13047", "--ship-to", "GB", "--line", "HEART:12", "--hold", "15m")
    _, found = await examined(loaded)
    assert (found["holds"]["state"], found["holds"]["says"]) == ("ok", "1 live")
    await conn.execute("UPDATE promises SET expires = now() - interval '5 minutes'")
    _, found = await examined(loaded)
    assert found["holds"]["state"] == "warn"
    assert "sayso worker" in found["holds"]["remedy"]


async def test_drift_is_told_with_the_document_that_caused_it(loaded, conn):
    held = await loaded(
        "promise", "--customer", "13047", "--ship-to", "GB", "--line", "HEART:12", "--hold", "15m", "--json"
    )
    await conn.execute("UPDATE ledger SET taken = '{}'")
    status, found = await examined(loaded)
    assert status == 3
    assert found["ledger"]["state"] == "fail"
    assert f"0 stands, 12 by {json.loads(held.stdout)['promise']}" in found["ledger"]["says"]
    assert "sayso ledger mend" in found["ledger"]["remedy"]


async def test_a_schema_that_lacks_something_is_not_looked_into(command):
    _, found = await examined(command, "--schema", "fresh")
    assert found["schema"]["state"] == "warn"
    assert "sayso migrate apply" in found["schema"]["remedy"]
    assert "ledger" not in found


async def test_a_newer_schema_is_ill(command, conn):
    await conn.execute("INSERT INTO migrations (number, name, checksum) VALUES (9999, 'tomorrow', '')")
    status, found = await examined(command)
    assert (status, found["schema"]["state"]) == (3, "fail")


async def test_a_database_that_is_away_is_ill(command):
    status, found = await examined(command, "--database-url", "postgresql://sayso:s3cret@127.0.0.1:9/sayso")
    assert (status, found["database"]["state"]) == (3, "fail")


async def test_a_policy_that_cannot_be_read_is_ill(command):
    status, found = await examined(command, "--policy", "nowhere.toml")
    assert (status, found["policy"]["state"]) == (3, "fail")


async def test_keys_that_others_can_read_are_ill(command, tmp_path):
    await command("keys", "signing", "rotate")
    (key,) = (tmp_path / "home" / "keys").glob("*.json")
    assert (await examined(command))[1]["signing keys"]["state"] == "ok"
    key.chmod(0o644)
    _, found = await examined(command)
    assert found["signing keys"]["state"] == "fail"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://sayso:s3cret@127.0.0.1:9/sayso",
        "postgresql://127.0.0.1:9/sayso?user=sayso&password=s3cret",
    ],
)
async def test_a_password_is_not_shown(command, url):
    for words in ((), ("--json",)):
        said = await command("doctor", "--port", "9", "--database-url", url, *words)
        assert "127.0.0.1:9" in said.stdout
        assert "s3cret" not in said.output


async def test_settings_say_where_they_come_from(command, tmp_path, monkeypatch):
    (tmp_path / "sayso.toml").write_text("most_lines = 99\nport = 1\n")
    monkeypatch.setenv("SAYSO_POOL", "7")
    said = json.loads((await command("doctor", "--port", "9", "--json")).stdout)["settings"]
    assert said["most_lines"] == {"value": 99, "from": "sayso.toml"}
    assert said["pool"] == {"value": 7, "from": "SAYSO_POOL"}
    assert said["port"] == {"value": 9, "from": "--port"}
    assert said["host"] == {"value": "127.0.0.1", "from": "default"}


async def test_every_kind_of_facts_is_counted(conn):
    assert set(await vitals.facts(conn)) == set(KINDS)


@pytest.mark.parametrize("url", ["nats://s3cret@127.0.0.1:9", "amqp://ann:s3c@s3cret@127.0.0.1:9/x"])
async def test_what_the_broker_is_told_is_not_shown(command, monkeypatch, url):
    monkeypatch.setenv("SAYSO_BROKER", url)
    for words in ((), ("--json",)):
        said = await command("doctor", "--port", "9", *words)
        assert "127.0.0.1:9" in said.stdout
        assert "s3c" not in said.output


async def test_a_follow_file_that_cannot_be_used_is_named(command, tmp_path, monkeypatch):
    file = tmp_path / "follow.toml"
    file.write_text('[systems.wms]\nrole = "wmz"\n')
    monkeypatch.setenv("SAYSO_FOLLOW", str(file))
    status, found = await examined(command)
    assert status == 3
    assert found["follow file"]["state"] == "fail"
    assert "role" in found["follow file"]["says"]


async def test_what_follows_orders_is_examined(command, conn, tmp_path, monkeypatch):
    """A message that waits for an hour, one held back, effects that nobody carries, a breaker, a feed that is silent."""
    file = tmp_path / "follow.toml"
    file.write_text('[systems.erp]\nrole = "erp"\nurl = "http://127.0.0.1:9"\n[systems.wms]\nrole = "wms"\n')
    monkeypatch.setenv("SAYSO_FOLLOW", str(file))
    await command("migrate", "apply")
    _, found = await examined(command)
    assert found["follow file"]["says"].endswith("erp, wms")
    for name in ("inbox", "quarantine", "system erp", "system wms"):
        assert found[name]["state"] == "ok", found[name]
    hour = datetime.now(UTC) - timedelta(hours=1)
    told = [Message("wms", str(number), "", "application/json", b"{}", "W-1") for number in range(3)]
    came = await inbox.keep(conn, told, hour)
    await inbox.settle(conn, [Verdict(came[0].number, "quarantined", "no such unit")], hour)
    news = [
        outbox.New(f"{system}/W-1", system, "submit_order", "W-1", "W-1", b"{}", None, "", "sync")
        for system in ("erp", "wms")
    ]
    await outbox.put(conn, news, hour)
    await conn.execute("INSERT INTO breakers (system, state, failures) VALUES ('erp', 'open', 5)")
    await conn.execute(
        "INSERT INTO clocks (clock, kind, last, due, breached) VALUES ('feed wms', 'feed', $1, $1, $1)", hour
    )
    _, found = await examined(command)
    assert found["inbox"]["state"] == "warn"
    assert "sayso worker" in found["inbox"]["remedy"]
    assert "1 held back" in found["quarantine"]["says"]
    assert "is left alone" in found["system erp"]["says"]
    assert found["system erp"]["facts"]["breaker"] == "open"
    assert "1 to be done" in found["system erp"]["says"]
    assert (found["system wms"]["state"], found["system wms"]["remedy"]) == (
        "fail", "name its url in the follow file, [systems.wms]"
    )  # fmt: skip
    assert "should have been by" in found["feed wms"]["says"]
