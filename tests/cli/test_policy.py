"""sayso policy show: nothing in the policy is without its meaning, and what was changed can be told."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from sayso.cli.policy import settings_of
from sayso.cli.root import sayso
from sayso.promise.policy import Policy

ROWS = settings_of(Policy())


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["setting"])
def test_every_setting_has_a_meaning_and_where_it_counts_a_unit(row):
    assert row["meaning"].endswith(".")
    assert row["value"] == row["default"]
    if isinstance(row["default"], int) and not isinstance(row["default"], bool):
        assert row["unit"], "a number counts something"


def test_all_settings_are_there():
    names = [row["setting"] for row in ROWS]
    assert {
        "company.currency",
        "availability.horizon_days",
        "credit.over_limit",
        "holds.longest_seconds",
    } <= set(names)
    assert len(names) == len(set(names)) > 25


def test_a_changed_setting_is_shown_beside_its_default(tmp_path):
    (tmp_path / "policy.toml").write_text('[credit]\ngrace_days = 7\nover_limit = "refer"\n')
    shown = json.loads(
        CliRunner().invoke(sayso, ["policy", "show", "--policy", "policy.toml", "--json"]).stdout
    )
    changed = {
        row["setting"]: (row["value"], row["default"])
        for row in shown["settings"]
        if row["value"] != row["default"]
    }
    assert changed == {"credit.grace_days": (7, 0), "credit.over_limit": ("refer", "refuse")}
    assert shown["file"] == "policy.toml"
    assert shown["hash"] != Policy().hash
    said = CliRunner().invoke(sayso, ["policy", "show", "--policy", "policy.toml"])
    assert f"policy.toml; profile plain; hash {shown['hash']}" in said.stdout


@pytest.mark.parametrize(
    ("text", "says"),
    [("[credit]\ngrace = 7\n", "grace"), ("[credit]\ngrace_days = -1\n", "grace_days"), ("[credit\n", "policy.toml"),
     ('[credit]\nover_limit = "shrug"\n', "over_limit")],
)  # fmt: skip
def test_a_policy_that_cannot_be_used_is_refused_by_name(tmp_path, text, says):
    (tmp_path / "policy.toml").write_text(text)
    said = CliRunner().invoke(sayso, ["policy", "show", "--policy", "policy.toml"])
    assert said.exit_code == 2
    assert says in said.stderr
    assert said.stdout == ""
