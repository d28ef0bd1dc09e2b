"""The benchmark of the audit measures what it says: every line, real processes, and nothing that failed."""

from __future__ import annotations

import csv
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from sayso.audit.engine.audited import audited
from sayso.audit.exports.folders import Folders
from sayso.bench.audits import _NO_DUCKDB, _ran, measured
from sayso.bench.audits_world import Extent, sampled, written
from sayso.bench.processes import watched
from sayso.errors import SaysoError
from sayso.promise.policy import profiled

_SMALL = Extent(1_000, items=200, customers=20)


def test_about_three_of_a_hundred_lines_are_wrong_and_each_way_is_seen(tmp_path: Path) -> None:
    shop, erp = written(Extent(4_000, items=400, customers=40), tmp_path)
    plain = profiled("plain")
    found = audited(Folders(shop, erp), plain, plain)
    assert found.intake.whole
    assert found.lines == 4_000
    assert 60 < sum(figure.lines for figure in found.directions.values()) < 200
    causes = {bar.cause for bar in found.causes}
    assert causes == {
        "stale_price",
        "lost_quantity_break",
        "phantom_stock",
        "reserved_stock",
        "units",
        "region",
        "dates",
    }


def test_the_sample_is_the_first_lines(tmp_path: Path) -> None:
    shop, _ = written(_SMALL, tmp_path)
    sample = sampled(_SMALL, 100, tmp_path / "sample")
    with (shop / "orders.csv").open() as whole, (sample / "orders.csv").open() as part:
        first = list(csv.reader(part))
        assert len(first) == 101
        assert first == list(csv.reader(whole))[:101]


def test_all_is_measured_in_one_run() -> None:
    found = measured(_SMALL, 2, True, lambda text: None)
    assert found.lines == 1_000
    assert found.same is True
    there = find_spec("duckdb") is not None
    assert found.skipped == (() if there else (_NO_DUCKDB,))
    assert len(found.passes) == 4 + there
    assert all(one.seconds > 0 and one.per_second > 0 for one in found.passes)
    assert set(found.ratios) == {one.what for one in found.passes[1:]}


def test_what_a_command_and_its_children_use_is_seen() -> None:
    child = "import time; x = bytearray(60 << 20); time.sleep(0.5); sum(range(2_000_000)); print('done')"
    used = watched(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"]
    )
    assert used.status == 0
    assert used.out == b"done\n"
    assert used.seconds > 0.5
    assert used.processor_seconds > 0.01
    assert used.peak_mib is None or used.peak_mib > 60


def test_what_failed_is_no_measure() -> None:
    with pytest.raises(SaysoError, match="ended with status 3"):
        _ran([sys.executable, "-c", "raise SystemExit(3)"], "it", (0,))
