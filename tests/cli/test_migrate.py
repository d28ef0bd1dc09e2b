"""sayso migrate, as it is typed."""

from __future__ import annotations

import json

from sayso.store.migrate import known

NAMES = [str(one) for one in known()]


async def test_a_plan_changes_nothing_and_an_application_does(command, conn):
    fresh = ("--schema", "fresh", "--json")
    for _ in range(2):
        planned = await command("migrate", "plan", *fresh)
        assert (planned.exit_code, json.loads(planned.stdout)) == (
            1,
            {"schema": "fresh", "to_be_applied": NAMES},
        )
    assert not await conn.fetchval("SELECT to_regclass('fresh.promises')")

    applied = await command("migrate", "apply", *fresh)
    assert (applied.exit_code, json.loads(applied.stdout)) == (0, {"schema": "fresh", "applied": NAMES})
    assert await conn.fetchval("SELECT to_regclass('fresh.promises')")
    assert (await command("migrate", "plan", "--schema", "fresh")).exit_code == 0
    assert (
        await command("migrate", "apply", "--schema", "fresh")
    ).stdout == "There was nothing to be done.\n"


async def test_a_newer_schema_is_refused_and_left_alone(command, conn):
    await conn.execute("INSERT INTO migrations (number, name, checksum) VALUES (9999, 'tomorrow', '')")
    for words in (("migrate", "plan"), ("migrate", "apply"), ("cases",), ("ledger", "audit")):
        said = await command(*words)
        assert said.exit_code == 2, words
        assert "9999_tomorrow" in said.stderr
        assert "a newer one" in said.stderr


async def test_a_database_that_is_away_is_named(command):
    said = await command("migrate", "plan", "--database-url", "postgresql://sayso@127.0.0.1:9/sayso")
    assert said.exit_code == 3
    assert "PostgreSQL cannot be reached" in said.stderr
    assert said.stdout == ""
