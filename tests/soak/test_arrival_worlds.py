"""Arrival dates hold as well in worlds that were drawn from other seeds than those that everybody looks at."""

from __future__ import annotations

import sys

import pytest

from sayso.audit.eta.backtest import LEARNED, tried
from sayso.audit.eta.report import judged
from sayso.audit.eta.worlds import SEED, WORLDS


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1111, 2222, 3333])
@pytest.mark.parametrize("name", WORLDS)
def test_another_draw_of_a_world(name: str, seed: int) -> None:
    assert seed != SEED
    found = tried(list(WORLDS[name](seed)))
    assert found is not None
    verdict = judged(found)
    sys.stdout.write(f"{name} {seed}: {found.by_method[LEARNED].figures()}\n")
    assert verdict.holds, verdict.sentences
