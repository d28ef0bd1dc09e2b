"""sayso eta evaluate, as it is typed."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from sayso.audit.eta.worlds import WORLDS
from sayso.promise.eta import Receipt


@pytest.fixture
def receipts(tmp_path: Path) -> Path:
    """A file of the receipts of a made-up world."""
    path = tmp_path / "receipts.csv"
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(Receipt._fields)
        table.writerows(WORLDS["sparse"]())
    return path


async def test_a_file_the_database_and_the_world_itself_give_the_same_figures(command, receipts):
    loaded = await command("facts", "load", str(receipts))
    assert loaded.exit_code == 0, loaded.output
    said = [
        await command("eta", "evaluate", "--since", "2024-06-01", "--json", *source)
        for source in (("--receipts", str(receipts)), (), ("--demo", "sparse"))
    ]
    assert [one.exit_code for one in said] == [0, 0, 0], said[0].output
    documents = [json.loads(one.stdout) for one in said]
    trials = [one["trials"][0] for one in documents]
    assert [one.pop("receipts") for one in trials] == [str(receipts), "the database", "demo sparse"]
    assert trials[0] == trials[1] == trials[2]
    assert trials[0]["since"] == "2024-06-01"
    assert trials[0]["calibrated"]
    assert documents[0]["refused"] == 0


async def test_figures_are_shown_beside_simpler_ways_with_what_to_make_of_them(command, receipts):
    said = await command("eta", "evaluate", "--receipts", str(receipts), "--since", "2024-10-01")
    for words in (
        "Sayso's P50 and P90",
        "the promised date",
        "order date plus the mean lead time",
        "held-back lines had come",
        "days a line (pinball loss)",
        "with fewer lines; --json has all",
    ):
        assert words in said.stdout, words


async def test_rows_that_cannot_be_read_are_named_and_change_the_exit_status(command, receipts):
    with receipts.open("a") as file:
        file.write("PO9,1,1,A,LON,V,2024-01-01,soon,2024-01-09,1\n")
    said = await command("eta", "evaluate", "--receipts", str(receipts), "--since", "2024-10-01")
    assert said.exit_code == 1
    assert "promised: 'soon'" in said.stderr
    assert "1 cells or rows could not be read" in said.stderr


async def test_dates_that_do_not_hold_change_the_exit_status(command, tmp_path):
    """A vendor who was always on time, until he was a month late, is promised too early."""
    rows = [f"PO{n},1,1,A,LON,V,2024-01-{n:02d},2024-02-{n:02d},2024-02-{n:02d},1" for n in range(1, 25)]
    rows += [f"QO{n},1,1,A,LON,V,2024-04-{n:02d},2024-05-{n:02d},2024-06-{n:02d},1" for n in range(1, 25)]
    (tmp_path / "receipts.csv").write_text(",".join(Receipt._fields) + "\n" + "\n".join(rows) + "\n")
    said = await command("eta", "evaluate", "--receipts", str(tmp_path))
    assert said.exit_code == 1, said.output
    assert "too early, and should not be promised" in " ".join(said.stdout.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--receipts", "nowhere.csv"), "no such file or folder"),
        (("--receipts", ".", "--demo", "sparse"), "two sources"),
        (("--since", "May"), "--since: not a date"),
        (("--demo", "paradise"), "Invalid value for '--demo'"),
        ((), "no receipts to hold back"),
    ],
)
async def test_what_cannot_be_tried_says_what_to_do(command, words, told):
    said = await command("eta", "evaluate", *words)
    assert said.exit_code == 2, said.output
    assert told in said.stderr
