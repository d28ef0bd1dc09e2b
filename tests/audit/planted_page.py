"""docs/reference/audit-quality.md, made from what the audit finds on the worlds with planted faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from audit import planted, planted_faults, planted_others
from audit.planted import Found, Score
from sayso.audit.shapes import CAUSES, DIRECTIONS

SEEDS = (1,)
SEEDS_TOGETHER = (1, 2)

_HEAD = """# Audit: does it name the right causes?

Made by `cd tests && PYTHONPATH=../src python -m audit.planted`; a test keeps page and figures in step.

Export files are written of which every fault is known, then audited as anybody would audit them, and what is found is held
against what was planted. The generator (`tests/audit/planted*.py`) knows nothing of the audit and asks no judgement: it
keeps books of a distributor itself (items with packs and cases, three sites, counts, purchase orders that slip, other
people's orders, branches with a common limit, receivables, a price list with breaks, rules by country, a tax), lets a
storefront sell from them faithfully, and puts faults on single lines, each from what its cause
[means](../explanation/audit.md). Beside them stand decoys that look wrong and are not.

A fault is *found* where the audit names its line, its direction and its cause. **Precision**: of what it names, how much
was planted. **Recall**: of what was planted, how much it names. A faithful line or a decoy of which anything is said
counts against precision. All figures are of fixed seeds.

They are what is left after mending. The first run of the generator found what the audit's own tests had not: an audit
that stopped where a calendar met a rule of a region; a second cause that was none beside cases counted as pieces; and, of
what a storefront had turned away, all 15 lines under reserved stock, region, units and dates with a wrong cause. Every
one of these was the audit's mistake and was mended there, not in the worlds. Seeds that nobody had looked at then
(`make soak`) say whether that was learned or memorised.
"""

_LIMITS = """## Left out, because the exports cannot tell
- **Phantom stock beside other causes of stock on the same line.** Where a storefront shows 20, and the ERP has 10 of
  which 4 are safety stock, nobody can say whether it counted 20 and left out the safety stock, or counted 24 and did not.
  The audit says phantom stock if that alone explains the number; what it says in words has both figures.
- **Two wrong prices on one line** (stale, and of a smaller quantity): one price was charged, one explanation is enough.
- **A day that leans on an inbound and on a wrong transit time.** Only one day was shown.
- **Safety stock and overdue receivables in what was turned away.** A storefront that holds back a safety stock that the
  ERP does not have, and says nothing of it, just shows another number: phantom stock. One that calls a customer overdue
  who is not has a wrong credit flag, unless it says so in its reason.
- **Price causes in what was turned away, or against the policy.** A price turns no line away, and the storefront is not
  held to the price of the company's own policy here.
- **What an export does not have** (no stock shown, no price, no reason) cannot be a cause.
"""


@cache
def _all() -> dict[str, tuple[Found, ...]]:
    """Every world, audited once."""
    return {
        "alone": tuple(planted.measured(world) for seed in SEEDS for world in planted.alone(seed)),
        "pairs": tuple(planted.measured(world) for seed in SEEDS for world in planted.in_pairs(seed)),
        "decoys": tuple(planted.measured(world) for seed in SEEDS for world in planted.decoys(seed)),
        "together": tuple(
            planted.measured(planted.together(seed, lax=lax, odd=odd))
            for seed in SEEDS_TOGETHER
            for lax, odd in ((False, False), (False, True), (True, False))
        ),
    }


def everything() -> tuple[Found, ...]:
    """What was found in all worlds of the page."""
    return tuple(one for some in _all().values() for one in some)


def of(kind: str) -> tuple[Found, ...]:
    """What was found in the worlds of one kind: alone, pairs, decoys, together."""
    return _all()[kind]


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, _worlds(), *_by_cause(), _confusion(), _planted(), _LIMITS])


def _worlds() -> str:
    said = {
        "alone": "one fault, in a world where nothing else is wrong",
        "pairs": "two faults on one line",
        "decoys": "a decoy, and nothing wrong",
        "together": "everything in one world: some as plain CSV, some with German columns, decimal commas and Windows-1252 "
        "under a map, some under a lax ERP beside the company's own policy",
    }
    rows = []
    for kind, text in said.items():
        found = of(kind)
        score = _summed(planted.scores(found).values())
        lines = sum(one.world.journal.lines for one in found)
        rows.append((text, len(found), f"{lines:,}", score.planted, score.named, *_ratios(score)))
    heads = ("worlds", "how many", "order lines", "causes planted", "causes named", "precision", "recall")
    return "## The worlds\n" + _table(heads, rows)


def _by_cause() -> list[str]:
    scores = planted.scores(everything())
    pages = []
    for direction, meaning in DIRECTIONS.items():
        rows = [
            (cause.replace("_", " "), *score, *_ratios(score))
            for (way, cause), score in scores.items()
            if way == direction
        ]
        rows = [(name, planted_, named, hit, *more) for name, planted_, hit, named, *more in rows]
        heads = ("cause", "planted", "named", "both", "precision", "recall")
        pages.append(f"## {meaning[0].upper()}{meaning[1:]}\n" + _table(heads, rows))
    return pages


def _confusion() -> str:
    """What was taken for what: rows are planted, columns named."""
    counts = planted.confusion(everything())
    causes = [cause for cause in CAUSES if any(cause in pair for pair in counts)]
    columns = [*causes, ""]
    rows = [
        (_named(cause), *(counts[cause, other] or "" for other in columns))
        for cause in columns
        if any(counts[cause, other] for other in columns)
    ]
    text = "## What was taken for what\nRows: planted; columns: named; in lines. *nothing*: not planted, or not named.\n\n"
    return text + _table(("", *map(_named, columns)), rows)


def _planted() -> str:
    """Every fault and every decoy, in the words of its function."""
    ways = (planted_faults.WRONGLY_YES, planted_others.WRONGLY_NO, planted_others.AGAINST_POLICY)
    rows = [
        (DIRECTIONS[way], cause.replace("_", " "), (fault.__doc__ or "").strip())
        for way, causes in zip(DIRECTIONS, ways, strict=True)
        for cause, some in causes.items()
        for fault in some
    ]
    decoys = "\n".join(f"- {(decoy.__doc__ or '').strip()}" for decoy in planted_others.DECOYS)
    return (
        f"## What is planted\n{_table(('direction', 'cause', 'what is wrong'), rows)}\n### Decoys\n{decoys}\n"
    )


def _summed(scores: Iterable[Score]) -> Score:
    some = list(scores)
    return Score(*(sum(one[place] for one in some) for place in range(3)))


def _ratios(score: Score) -> tuple[str, str]:
    return (f"{score.precision:.2f}" if score.named else "", f"{score.recall:.2f}" if score.planted else "")


def _named(cause: str) -> str:
    return cause.replace("_", " ") or "*nothing*"


def _table(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"
