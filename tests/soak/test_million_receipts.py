"""A million receipts are learned from in half a minute, without holding much."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from sayso.canon.canonical import canonical
from sayso.promise.eta import Receipt
from sayso.promise.eta_learning import learned

_RECEIPTS = 1_000_000


def receipts() -> Iterator[Receipt]:
    """Documents of up to 19 lines, of some 1,100 vendors, a few of whom have most of them."""
    chance, made, document = Random(1), 0, 0
    quantities = [Decimal(number) for number in range(1, 200)]
    days = [date(2022, 1, 1) + timedelta(days=number) for number in range(1300)]
    while made < _RECEIPTS:
        document += 1
        vendor, ordered = int(chance.paretovariate(0.7)) % 1500, chance.randrange(1000)
        promised = ordered + 7 + (vendor * 13) % 40
        late = 0 if chance.random() < 0.5 else int(chance.expovariate(1 / (1 + vendor % 7)))
        came = days[min(promised + late, len(days) - 1)]
        for line in range(min(chance.randrange(1, 20), _RECEIPTS - made)):
            yield Receipt(
                f"PO{document}", str(line), f"R{made}", f"I{vendor}-{chance.randrange(60)}", "LON", f"V{vendor}",
                days[ordered], days[promised], came, chance.choice(quantities),
            )  # fmt: skip
            made += 1


@pytest.mark.soak
def test_a_million_receipts() -> None:
    began = time.process_time()
    known = learned(receipts(), date(2025, 1, 1))
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(
        f"{known.receipts:,} receipts, {len(known.vendors):,} vendors, {len(known.items):,} items at vendors:"
        f" {seconds:.1f} s, peak {peak} MB, {len(canonical(known)):,} bytes\n"
    )
    assert known.receipts == _RECEIPTS
    assert seconds < 60
    assert peak < 600
