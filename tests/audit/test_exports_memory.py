"""A million lines take no more memory than a hundred thousand, in time or not: measured small, by what is allocated."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from audit.exported import Written, line, orders
from sayso.audit.exports import timeline as reading_time


def allocated(root, count, *, mixed):
    """The most that reading so many orders of one line had allocated at once, in bytes."""
    written = Written(root)
    rows = [line(f"W{n:07}", placed=f"2011-02-{1 + n * 27 // count:02}T10:00:00Z") for n in range(count)]
    if mixed:
        random.Random(1).shuffle(rows)
    written.write("shop/orders.csv", orders(*rows))
    del rows
    exports = written.open()
    tracemalloc.start()
    read = sum(1 for _ in exports.orders())
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == count
    return used


@pytest.mark.parametrize("mixed", [False, True])
def test_memory_is_steady(tmp_path, monkeypatch, mixed):
    monkeypatch.setattr(reading_time, "_IN_MEMORY", 0)
    monkeypatch.setattr(reading_time, "_A_BUCKET", 256 << 10)
    monkeypatch.setattr("sayso.audit.exports.columns._MOST_REMEMBERED", 1 << 12)
    monkeypatch.setattr("sayso.systems.files_text.BLOCK", 64 << 10)
    allocated(tmp_path, 10, mixed=mixed)  # what is imported once
    small, large = (allocated(tmp_path, count, mixed=mixed) for count in (15_000, 45_000))
    assert large < small * 1.35 + 200_000, (small, large)
