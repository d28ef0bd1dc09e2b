"""Whatever a file of cases says, it is answered or told what is wrong with it; nothing stops the cases after it."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from sayso.audit.parity.files import cases_of
from sayso.audit.parity.run import Answered, Bad, files_of, run

FOLDER = Path(__file__).resolve().parents[2] / "parity"
CASES = [json.dumps(found.value) for file in files_of([FOLDER]) for found in cases_of(file)]
ODD: list[Any] = [
    None, "", "0", "-1", "1e400", "999999999999", "0.000000001", "-0", "NaN", "x" * 300, "2026-02-30", "99999", "-99999",
    "true", [], {}, [[]], [{}], {"": ""}, ["a", "a"], {"a": {"b": [None]}}, "\u0000", "NO", 3, 2.5, True,
]  # fmt: skip
LAST = {"id": "last", "ask": {"sellable": {"item": "A"}}, "expect": {"sellable": 0}}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a case."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] + [place for name, one in below for place in places(one, (*path, name))]


def changed(chance: random.Random, text: str) -> Any:
    """A case with a few things taken away, replaced, doubled or renamed."""
    case = json.loads(text)
    for _ in range(chance.randrange(1, 4)):
        path = chance.choice(places(case))
        if not path:
            continue
        within = case
        for step in path[:-1]:
            within = within[step]
        how, last = chance.randrange(5), path[-1]
        if how == 0:
            del within[last]
        elif how == 1 and isinstance(within, dict):
            within[str(last) + "x"] = within.pop(last)
        elif how == 2 and isinstance(within, list):
            within.append(copy.deepcopy(within[last]))
        else:
            within[last] = copy.deepcopy(chance.choice(ODD))
    return case


@pytest.mark.parametrize("seed", range(6))
def test_odd_cases_stop_nothing(tmp_path, seed):
    chance = random.Random(seed)
    odd = [changed(chance, chance.choice(CASES)) for _ in range(250)]
    file = tmp_path / "odd.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in [*odd, LAST]))
    found = list(run([file]))
    assert all(isinstance(one, Answered | Bad) for one in found)
    faults = [str(one) for one in found if isinstance(one, Bad) and "a fault in Sayso" in one.remedy]
    assert not faults, "\n".join(faults[:5])
    last = found[-1]
    assert isinstance(last, Answered)
    assert last.case == "last"
