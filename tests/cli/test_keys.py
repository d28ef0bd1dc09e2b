"""sayso keys, as it is typed."""

from __future__ import annotations

import asyncio
import json

import pytest
from click.testing import CliRunner

from sayso.cli.root import sayso
from sayso.desk.keys import digest


@pytest.fixture
def run(database, tmp_path, monkeypatch):
    """Runs a command on the test's database, in a thread: the commands have a loop of their own."""
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path))
    monkeypatch.setenv("SAYSO_DATABASE_URL", database)

    async def command(*words: str):
        return await asyncio.to_thread(CliRunner().invoke, sayso, ["keys", *words])

    return command


async def test_a_key_is_made_shown_once_and_revoked(run, conn):
    made = await run(
        "create", "shop", "--scope", "availability,promises", "--scope", "orders", "--customer", "13047"
    )
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    row = await conn.fetchrow("SELECT * FROM api_keys")
    assert row["hash"] == digest(secret)
    assert row["scopes"] == ["availability", "orders", "promises"]
    assert row["customers"] == ["13047"]
    assert "only now" in made.stderr

    listed = await run("list")
    assert listed.exit_code == 0, listed.output
    for word in ("shop", "13047", "live", "never"):
        assert word in listed.stdout
    assert secret not in listed.output

    revoked = await run("revoke", "shop")
    assert revoked.exit_code == 0, revoked.output
    assert "revoked" in (await run("list")).stdout


async def test_json_and_nothing_else(run):
    empty = json.loads((await run("list", "--json")).stdout)
    assert empty == {"keys": []}
    made = json.loads((await run("create", "erp", "--scope", "facts", "--json")).stdout)
    assert made["key"].startswith("sk_")
    assert (made["name"], made["scopes"], made["customers"]) == ("erp", ["facts"], None)
    (key,) = json.loads((await run("list", "--json")).stdout)["keys"]
    assert key["name"] == "erp"
    assert made["key"] not in json.dumps(key)
    assert json.loads((await run("revoke", "erp", "--json")).stdout)["name"] == "erp"


async def test_no_key_yet_says_how_to_make_one(run):
    assert "sayso keys create" in (await run("list")).stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["create", "shop"], "--scope"),
        (["create", "shop", "--scope", "all"], "there is no such scope"),
        (["create", "a b", "--scope", "cases"], "name"),
        (["create", "shop", "--scope", "cases", "--expires", "tomorrow"], "expires"),
        (["create", "shop", "--scope", "cases", "--expires", "2001-01-01T00:00:00Z"], "past"),
        (["revoke", "nobody"], "no key named nobody"),
    ],
)
async def test_a_wrong_request_is_status_2_and_says_what_to_do(run, words, says):
    result = await run(*words)
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output


async def test_a_name_is_given_once(run):
    await run("create", "shop", "--scope", "cases")
    again = await run("create", "shop", "--scope", "cases")
    assert again.exit_code == 2
    assert "choose another name" in again.output
