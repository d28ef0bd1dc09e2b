"""A law is a property that holds for every world that hypothesis can think of. It is run in two ways.

As a test it is run at length. Beside a planted fault (test_faults.py) `quick` runs fewer examples, always the same
ones, and does not look for the smallest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

Check = Callable[..., None]

_CALM = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}


def law(examples: int = 150, **strategies: SearchStrategy[Any]) -> Callable[[Check], Any]:
    """Makes a check of a property a test of so many examples."""

    def marked(check: Check) -> Any:
        test = settings(max_examples=examples, **_CALM)(given(**strategies)(check))
        quick = settings(
            max_examples=examples, phases=[Phase.generate], database=None, derandomize=True,
            report_multiple_bugs=False, **_CALM,
        )  # fmt: skip
        test.quick = quick(given(**strategies)(check))
        return test

    return marked
