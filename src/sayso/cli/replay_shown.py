"""What a replay came to, for people and as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rich.text import Text

from sayso.audit.replay.figures import Figures, Sum
from sayso.audit.replay.replaying import KINDS, Tally
from sayso.audit.replay.run import Plan
from sayso.audit.replay.whatif import EFFECTS, Change
from sayso.canon.times import moment
from sayso.cli import options

_ALONE = (
    "Each decision was tried on its own evidence: that a changed answer would have left more or less for those after "
    "it is not simulated."
)
_DAYS = 10
_CHANGED = {
    "date": "another date", "site": "another site", "price": "another price", "credit": "other words of credit",
    "line verdict": "another verdict on a line", "other": "other parts or reasons",
}  # fmt: skip


def document(plan: Plan, tally: Tally, seconds: float, resumed: int, policy: str) -> dict[str, Any]:
    """The JSON document. What `measured` holds differs from run to run; all else does not."""
    return {
        "judgement": plan.judgement,
        "since": moment(plan.asked.since) if plan.asked.since.year > 1 else None,
        "until": moment(plan.asked.until),
        "decisions": tally.decisions,
        "equal": tally.equal,
        "all_equal": tally.clean and tally.equal == tally.decisions,
        "other_judgements": tally.older,
        "problems": tally.problems,
        "examples": tally.examples,
        "what_if": None if tally.figures is None else {"policy": policy, "note": _ALONE, **_figures(tally.figures)},
        "measured": {
            "seconds": round(seconds, 3), "resumed_slices": resumed,
            "decisions_per_second": round(tally.decisions / seconds) if seconds and not resumed else None,
        },
    }  # fmt: skip


def _figures(found: Figures) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__struct_fields__}


def show(plan: Plan, tally: Tally, shown: Mapping[str, Any], console: Any) -> None:
    """The same for people."""
    rate = shown["measured"]["decisions_per_second"]
    speed = f", {rate:,} a second" if rate else ""
    console.print(f"{tally.decisions:,} decisions{speed}; {tally.equal:,} equal byte for byte.", markup=False)
    for version, count in tally.older.items():
        said = f"{count:,} were made by judgement {version}, this is {plan.judgement}: only that version can prove them."
        console.print(said, markup=False)
    if not tally.decisions:
        console.print("There is no such decision on record.")
    for kind, count in tally.problems.items():
        console.print(f"{count:,} {kind.replace('_', ' ')}: {KINDS[kind]}", markup=False, style="bold")  # type: ignore[index]
    if tally.examples:
        table = options.table("Promise", "Made", "What", "Where", whole=("Promise",))
        for one in tally.examples:
            table.add_row(*map(Text, (one.promise, one.made, one.kind.replace("_", " "), one.detail)))
        console.print(table)
    if tally.figures is not None:
        _what_if(tally.figures, shown["what_if"]["policy"], console)


def _what_if(found: Figures, policy: str, console: Any) -> None:
    console.print(
        f"\nUnder {policy}, {found.same:,} of {found.tried:,} decisions would come out the same.",
        markup=False,
    )
    if found.worst:
        console.print()
        console.print(_changes(found.worst))
    flips = [("decisions", key, one) for key, one in sorted(found.flips.items())]
    lines = [("lines", key, one) for key, one in sorted(found.lines.items())]
    others = [("the same verdict", _CHANGED.get(key, key), one) for key, one in sorted(found.changes.items())]
    if flips or lines or others:
        table = options.table("What", "From and to", "How many", "Worth", right=("How many", "Worth"))
        for what, key, one in (*flips, *lines, *others):
            table.add_row(what, key, f"{one.count:,}", _money(one.money))
        console.print()
        console.print(table)
    for currency, amount in found.price_difference.items():
        console.print(f"Where only prices change, they come to {amount:+,} {currency}.", markup=False)
    if found.effects:
        table = options.table("What it would have meant", "How many", "Worth", right=("How many", "Worth"))
        for effect, means in EFFECTS.items():
            one = found.effects.get(effect, Sum())
            if one.count:
                table.add_row(means, f"{one.count:,}", _money(one.money))
        console.print()
        console.print(table)
        console.print()
    for title, codes in (("Reasons that came", found.came), ("Reasons that went", found.went)):
        if codes:
            said = ", ".join(
                f"{code} {count:,}" for code, count in sorted(codes.items(), key=lambda one: -one[1])
            )
            console.print(f"{title}: {said}", markup=False)
    console.print(_ALONE, style="dim")


def _changes(worst: list[Change]) -> Any:
    table = options.table(
        "Promise",
        "Made",
        "Customer",
        "Verdict",
        "Why",
        "Worth",
        "What it would have meant",
        right=("Worth",),
        whole=("Promise", "Made", "Customer", "Worth"),
    )
    for one in worst:
        why = " ".join([*(f"+{code}" for code in one.came), *(f"-{code}" for code in one.went)])
        verdict = (
            f"{one.was} > {one.now}"
            if one.flips
            else f"{one.was}, {' and '.join(_CHANGED.get(what, what) for what in one.changed)}"
        )
        meant = f"{one.effect.replace('_', ' ')}: {one.because}" if one.flips else _lines(one)
        cells = (
            one.promise,
            one.made[:_DAYS],
            one.customer,
            verdict,
            why,
            f"{one.money:,} {one.currency}",
            meant,
        )
        table.add_row(*map(Text, cells))
    return table


def _lines(one: Change) -> str:
    """What changes on the lines of a decision with the same verdict."""
    said = []
    for line in one.lines:
        pairs = (
            ("date", line.ships_was, line.ships_now), ("site", line.sites_was, line.sites_now),
            ("price", line.amount_was, line.amount_now),
        )  # fmt: skip
        said += [
            f"line {line.line} {name} {was} > {now}"
            for name, was, now in pairs
            if name in line.changed and was != now
        ]
    return "; ".join(said[:3])


def _money(money: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{amount:,} {currency}" for currency, amount in money.items())
