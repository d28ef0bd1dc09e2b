"""sayso replay, decisions and promises ended, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ASK = ("promise", "--customer", "13047", "--ship-to", "GB", "--json")


@pytest.fixture
async def traded(loaded):
    """A quote, a hold, and a refusal for credit."""
    await loaded(*ASK, "--line", "HEART:12")
    held = await loaded(*ASK, "--line", "HEART:12", "--hold", "15m")
    refused = await loaded(*ASK, "--line", "HEART:100000")
    return [json.loads(one.stdout)["promise"] for one in (held, refused)]


async def test_all_are_equal(loaded, traded):
    said = await loaded("replay")
    assert said.exit_code == 0, said.output
    assert "3 decisions" in said.stdout
    assert "3 equal byte for byte" in said.stdout
    found = json.loads((await loaded("replay", "--json", "--customer", "13047", "--workers", "2")).stdout)
    assert (found["decisions"], found["equal"], found["all_equal"], found["problems"]) == (3, 3, True, {})
    assert found["what_if"] is None
    one = json.loads((await loaded("replay", "--json", "--promise", traded[0])).stdout)
    assert one["decisions"] == 1


async def test_a_difference_is_named_and_has_its_status(loaded, traded, conn):
    await conn.execute("UPDATE decisions SET answer = answer || ' ' WHERE id = $1", traded[0])
    said = await loaded("replay")
    assert said.exit_code == 1
    for word in (traded[0], "1 different", "2 equal"):
        assert word in said.stdout, word
    assert json.loads((await loaded("replay", "--json")).stdout)["problems"] == {"different": 1}


async def test_another_policy_is_shown_with_its_flips(loaded, traded, tmp_path: Path):
    (tmp_path / "p.toml").write_text('[availability]\nbackorder = false\n[credit]\nover_limit = "refer"\n')
    said = await loaded("replay", "--policy", "p.toml")
    assert said.exit_code == 0, said.output
    for word in ("Under p.toml, 2 of 3 decisions would come out the same", "on its own evidence", traded[1]):
        assert word in said.stdout, word
    found = json.loads((await loaded("replay", "--policy", "p.toml", "--json")).stdout)["what_if"]
    assert found["tried"] == 3
    assert found["worst"][0]["promise"] == traded[1]
    same = json.loads((await loaded("replay", "--profile", "plain", "--json")).stdout)["what_if"]
    assert (same["policy"], same["same"], same["worst"]) == ("profile plain", 3, [])


async def test_a_note_of_what_is_done(loaded, traded, tmp_path: Path):
    first = json.loads((await loaded("replay", "--resume", "note", "--json")).stdout)
    again = json.loads((await loaded("replay", "--resume", "note", "--json")).stdout)
    assert again.pop("measured")["resumed_slices"] > 0
    assert first.pop("measured")["resumed_slices"] == 0
    assert again == first
    other = await loaded("replay", "--resume", "note", "--customer", "13047")
    assert other.exit_code == 2
    assert "begun with other options" in other.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--since", "yesterday"), "--since"),
        (("--since", "2026-02-01", "--until", "2026-01-01"), "nothing lies between"),
        (("--reason", "because"), "there is no such reason"),
        (("--verdict", "maybe"), "one of firm, conditional, refused"),
        (("--order", "WEB-404"), "there is no order WEB-404"),
        (("--policy", "none.toml"), "none.toml"),
        (("--policy", "p.toml", "--profile", "odoo"), "two policies"),
        (("--profile", "sap"), "sap"),
        (("--resume", "p.toml"), "no checkpoint"),
    ],
)
async def test_a_wrong_request(command, tmp_path: Path, words, says):
    (tmp_path / "p.toml").write_text("[credit]\n")
    said = await command("replay", *words)
    assert said.exit_code == 2, said.output
    assert says in said.stderr


async def test_a_database_that_is_away(command, monkeypatch):
    monkeypatch.setenv("SAYSO_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    assert (await command("replay")).exit_code == 3


async def test_decisions_are_found(loaded, traded):
    found = json.loads((await loaded("decisions", "--verdict", "refused", "--json")).stdout)["decisions"]
    shown = await loaded("decisions", "--item", "HEART", "--limit", "2")
    assert shown.exit_code == 0, shown.output
    assert traded[1] in shown.stdout
    assert traded[0] in shown.stdout
    assert all(one["verdict"] == "refused" for one in found)
    assert (await loaded("decisions", "--item", "nothing")).stdout == "There is no such decision on record.\n"
    assert (await loaded("decisions", "--reason", "because")).exit_code == 2


async def test_how_promises_ended(loaded, traded, conn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "140")
    assert (await loaded("promises", "ended")).stdout == "No promise has ended.\n"
    await conn.execute(
        "INSERT INTO promise_ends (promise, ended, how, cause, by, facts) VALUES ($1, now(), 'refused_by_erp', "
        "'demand_gone', 'erp', $2)",
        traded[0],
        '{"why": "by erp", "presumed": true, "gone": "2011-01-05"}',
    )
    said = await loaded("promises", "ended")
    assert said.exit_code == 0, said.output
    for word in ("By cause", "By item", "HEART", "demand_gone", "100.0%", "refused by erp", traded[0]):
        assert word in said.stdout, word
    assert all(word in said.stdout for word in ("by erp", "gone 2011-01-05", "presumed"))
    assert "why" not in said.stdout
    found = json.loads((await loaded("promises", "ended", "--json", "--since", "2020-01-01")).stdout)
    assert [one["promise"] for one in found["ends"]] == [traded[0]]
    assert found["rates"]["item"][0]["key"] == "HEART"
    assert json.loads((await loaded("promises", "ended", "--json", "--how", "kept")).stdout)["ends"] == []
