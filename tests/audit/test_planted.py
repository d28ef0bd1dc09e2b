"""Faults planted by a generator that knows nothing of the audit: each is found, named, and nothing else is."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit import planted, planted_page
from audit.planted_files import written
from audit.planted_world import Journal, Label, Trade
from sayso.audit.shapes import CAUSES

_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kind", ["alone", "pairs", "decoys", "together"])
def test_what_is_planted_is_named_and_nothing_else(kind: str) -> None:
    wrong = {
        (one.world.name, one.world.seed): {
            "missed": one.planted - one.named,
            "accused": one.named - one.planted,
        }
        for one in planted_page.of(kind)
        if one.planted != one.named
    }
    assert wrong == {}


def test_every_cause_is_planted_in_each_direction_in_which_it_makes_sense() -> None:
    scores = planted.scores(planted_page.everything())
    causes = {way: {cause for direction, cause in scores if direction == way} for way, _ in scores}
    assert causes["yes_no"] == set(CAUSES) - {"other"}
    assert len(causes["no_yes"]) == 7
    assert len(causes["yes_policy_no"]) == 6
    assert all(score.planted >= 2 for score in scores.values())


def test_faithful_trade_alone_is_accused_of_nothing() -> None:
    journal = Journal(9, 35)
    Trade(journal, items=30, buyers=10, orders=150)
    assert journal.lines > 200
    assert planted.measured(planted.World("faithful", 9, journal)).named == frozenset()


def test_a_miss_and_an_accusation_would_show() -> None:
    world = planted.together(1)
    found = planted.measured(world)
    label = sorted(found.planted)[0]
    false = Label(label.order, label.line, label.direction, "other")
    changed = found._replace(named=(found.named - {label}) | {false})
    score = planted.scores([changed])[label.direction, label.cause]
    assert score.recall < 1
    assert planted.scores([changed])[label.direction, "other"].precision == 0
    assert planted.confusion([changed])[label.cause, "other"] == 1


def test_the_command_finds_the_same(tmp_path: Path) -> None:
    world = planted.together(4, odd=True)
    (tmp_path / "audit.toml").write_text(written(world.journal, tmp_path, odd=True), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sayso", "audit", "--storefront", "shop", "--erp", "erp", "--map", "audit.toml",
         "--csv", "spots.csv", "--json"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(_ROOT / "src")}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["lines"] == world.journal.lines
    with (tmp_path / "spots.csv").open(encoding="utf-8", newline="") as file:
        named = {
            Label(row["order"], int(row["line"]), row["direction"], row["cause"])
            for row in csv.DictReader(file)
        }
    assert named == world.journal.labels


def test_the_page_says_what_is_found() -> None:
    path = _ROOT / "docs/reference/audit-quality.md"
    assert path.read_text(encoding="utf-8") == planted_page.page()
