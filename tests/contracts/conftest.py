"""A message of the warehouse to break, and what is looked up for it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sayso.contracts.shapes import Lookups


@pytest.fixture(scope="session")
def lookups() -> Lookups:
    return Lookups(
        identities={("wms", "item", "OLD-1"): "85123A", ("wms", "order", "4711"): "WEB-1"},
        factors={("85123A", "CS"): Decimal(12), ("85123A", "PK"): Decimal("0.5")},
        bases={"85123A": "EA", "22423": "EA"},
        currencies={"GBP": 2, "JPY": 0, "EUR": 2},
    )
