"""What became of the mutants, counted by module: kept in score.json, and told on docs/reference/mutation.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from mutation.equivalent import EQUIVALENT
from mutation.trying import ROOT, Tried

KEPT = Path(__file__).with_name("score.json")
PAGE = ROOT / "docs" / "reference" / "mutation.md"

#: The rules of an ERP's own logic first, then what is made of them, then what carries facts to them.
ERP_RULES = (
    "availability", "counted", "look_ahead", "order_promising", "sellable", "credit", "exposure", "credit_asked",
    "price", "price_figures", "price_lines", "price_ranking", "price_weighing", "charging", "calendars",
)  # fmt: skip
THE_REST = (
    "lines", "region", "substitution", "sourcing", "waiting", "shelves", "decision", "answering", "eta", "eta_learning",
    "eta_evidence", "eta_spread", "eta_weeks", "eta_memory", "redating", "risk",
)  # fmt: skip


class Module(Struct, frozen=True):
    """What became of the mutants of a module. `every` counts all, of which a sample may have been tried."""

    every: int
    cases: int
    tests: int
    time: int
    equivalent: int
    survivors: list[str]

    @property
    def tried(self) -> int:
        """How many were tried."""
        return self.killed + self.equivalent + len(self.survivors)

    @property
    def killed(self) -> int:
        """How many were noticed."""
        return self.cases + self.tests + self.time

    def __str__(self) -> str:
        return (
            f"{self.tried} of {self.every} tried: {self.cases} killed by cases, {self.tests} by tests, "
            f"{self.time} by time, {self.equivalent} equivalent, {len(self.survivors)} survived"
        )


class Score(Struct, frozen=True):
    """The modules in the order of the page, when each was tried and by which command."""

    day: str
    command: str
    modules: dict[str, Module]


def modules() -> list[str]:
    """The modules of the judgement that are tried unless others are named."""
    return [*ERP_RULES, *THE_REST]


def scored(tried: Iterable[Tried], every: int) -> Module:
    """The mutants of one module, counted."""
    ends: Counter[str] = Counter()
    survivors = []
    for one in tried:
        if one.end != "survived":
            ends[one.end] += 1
        elif f"{one.module}.{one.name}" in EQUIVALENT:
            ends["equivalent"] += 1
        else:
            survivors.append(one.name)
    return Module(every, ends["cases"], ends["tests"], ends["time"], ends["equivalent"], survivors)


def keep(found: Mapping[str, Module], wanted: int, seed: int) -> None:
    """Write these modules' score beside what is kept of others, and the page."""
    known = kept().modules if KEPT.exists() else {}
    every = {one: both for one in modules() if (both := found.get(one) or known.get(one))}
    options = f' MUTATE_ARGS="--sample {wanted} --seed {seed}"' if wanted else ""
    score = Score(datetime.now(UTC).date().isoformat(), f"make mutate{options}", every)
    KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(score), indent=1) + b"\n")
    PAGE.write_text(page(score))


def kept() -> Score:
    """The score as it was written last."""
    return msgspec.json.decode(KEPT.read_bytes(), type=Score)


def page(score: Score) -> str:
    """The page that tells the score."""
    rules = {name: one for name, one in score.modules.items() if name in ERP_RULES}
    rest = {name: one for name, one in score.modules.items() if name not in ERP_RULES}
    parts = [_HEAD.format(day=score.day, command=score.command)]
    for title, some in (("ERP rules", rules), ("What is made of them", rest)):
        if some:
            parts.append(_table(title, some))
    parts.append(_TAIL)
    unnoticed = [f"- `{module}.{name}`" for module, one in score.modules.items() for name in one.survivors]
    parts.append("\n".join(["## Survivors", _SURVIVORS if unnoticed else "None.", "", *unnoticed]).rstrip())
    told = [f"- `{name}`: {EQUIVALENT[name]}" for name in sorted(EQUIVALENT)]
    parts.append(
        "\n".join(["## Equivalent mutants", "They change nothing that anybody could notice.", "", *told])
    )
    return "\n\n".join(parts) + "\n"


def _table(title: str, some: Mapping[str, Module]) -> str:
    rows = [
        f"## {title}",
        "| module | mutants | tried | equivalent | killed by cases | by tests | by time | survived | killed |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows += [_row(f"`{name}`", one) for name, one in some.items()]
    every = list(some.values())
    both = Module(
        *(
            sum(getattr(one, name) for one in every)
            for name in ("every", "cases", "tests", "time", "equivalent")
        ),
        [name for one in every for name in one.survivors],
    )
    return "\n".join([*rows, _row("together", both)])


def _row(name: str, one: Module) -> str:
    counts = (one.every, one.tried, one.equivalent, one.cases, one.tests, one.time, len(one.survivors))
    living = one.tried - one.equivalent
    share = f"{one.killed / living:.1%}" if living else ""
    return f"| {name} | {' | '.join(f'{count:,}' for count in counts)} | {share} |"


_HEAD = """\
# Mutation testing of the judgement

`make mutate` changes the judgement (`src/sayso/promise`) in one small place, and looks whether anybody notices: first
the [parity cases](parity.md) that come with Sayso, then the tests of the judgement. A change that nobody notices is a
rule that nobody checks. The page is made from `tests/mutation/score.json`, which the command writes with `--write`.

- A *mutant* is one change: a comparison with its limit in or out, or the other way round; a sum, a product; `and` and
  `or`, or a condition less; a branch that is always or never taken; a number one larger, another word; least and most;
  an order that is not sorted; a result that is none; a statement left out. What runs when a module is loaded (settings'
  defaults, tables of constants) is not changed here: `tests/audit` puts each setting of each profile back to plain.
- *Killed by cases*: a shipped case fails, or cannot be answered. *By tests*: no case fails, but a test does. *By time*:
  it does not come to an end. *Survived*: nobody notices; each is named below.
- A mutant meets only the cases that go through its lines, and the tests that enter its function: the quickest first, for
  some seconds, then as many more of its module's own (`--budget`). Laws are tried on the same examples each time, so
  that a score comes out again. Beside these a rule is held by the planted faults, which are not asked here.
- *Killed*, the last column, is the share of all that are not *equivalent* ([below](#equivalent-mutants)).

Of {day}, by `{command}`."""

_SURVIVORS = "Nobody noticed these. Each is a case to write, or belongs among the equivalent ones."

_TAIL = """\
A sample is drawn for each module by its name and the seed, so that the same command tries the same mutants while a
module stays as it is. Cases were written for survivors of this very sample, so that its score flatters: before them
86 % of the ERP rules' mutants were noticed, and of a fresh sample (`--sample 8 --seed 2`, survivors not looked at, 120
mutants) 89 %, 105 of the 118 that are not known to be equivalent. One that tests killed is not tried again when a case is
added, so that cases may hold more than is counted here. Modules that are not in the tables were not tried."""
