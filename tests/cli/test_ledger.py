"""sayso ledger and sayso cases, as they are typed."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
async def drifted(loaded, conn):
    """A ledger that lost what a hold takes, and says that an account owes nothing."""
    held = await loaded(
        "promise", "--customer", "13047", "--ship-to", "GB", "--line", "HEART:12", "--hold", "15m", "--json"
    )
    await conn.execute("UPDATE ledger SET taken = '{}' WHERE item = 'HEART'")
    await conn.execute("UPDATE accounts SET promised = 0 WHERE account = '13047'")
    return json.loads(held.stdout)["promise"]


async def test_a_ledger_that_agrees_is_clean(loaded):
    said = await loaded("ledger", "audit")
    assert said.exit_code == 0, said.output
    assert "The ledger says what its reservations say." in said.stdout
    assert json.loads((await loaded("ledger", "audit", "--json")).stdout)["clean"]


async def test_drift_is_found_with_its_document_mended_and_recorded(loaded, drifted, conn):
    said = await loaded("ledger", "audit")
    assert said.exit_code == 1
    for word in ("HEART", "12", "13047", "36.72", "mend it: sayso ledger mend --by NAME"):
        assert word in said.stdout, word
    found = json.loads((await loaded("ledger", "audit", "--json")).stdout)
    assert {one["documents"] for one in found["drift"]} == {drifted}

    mended = await loaded("ledger", "mend", "--by", "Ada Lovelace", "--json")
    assert mended.exit_code == 0, mended.output
    assert json.loads(mended.stdout)["drift"] == found["drift"]
    assert (await loaded("ledger", "audit")).exit_code == 0
    assert {row["by"] for row in await conn.fetch("SELECT by FROM ledger_mends")} == {"Ada Lovelace"}


async def test_a_mending_needs_a_name(loaded, drifted):
    assert (await loaded("ledger", "mend")).exit_code == 2
    blank = await loaded("ledger", "mend", "--by", " ")
    assert blank.exit_code == 2
    assert "--by: a mending has a person" in blank.stderr
    assert (await loaded("ledger", "audit")).exit_code == 1, "nothing was mended"


async def test_cases_are_listed_a_page_at_a_time(command, conn):
    assert (await command("cases")).stdout == "There is no open case.\n"
    for number in (1, 2):
        await conn.execute(
            "INSERT INTO cases (id, kind, state, owner, opened, promise, item, amount, next_step) VALUES"
            " ($1, 'promise_at_risk', 'open', 'operations', now(), $2, 'HEART', 30.6, 'find 12 of HEART elsewhere')",
            f"cas_{number}", f"prm_{number}",
        )  # fmt: skip
    said = await command("cases", "--limit", "1")
    assert said.exit_code == 0, said.output
    for word in ("cas_2", "Promise at risk", "operations", "30.6", "sayso cases --cursor cas_2"):
        assert word in said.stdout, word
    rest = json.loads((await command("cases", "--cursor", "cas_2", "--json")).stdout)
    assert [one["case"] for one in rest["cases"]] == ["cas_1"]
    assert rest["next"] == ""
