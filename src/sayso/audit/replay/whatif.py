"""What if another policy had been in force: each decision is made again on its own evidence, under that policy.

What live promises had taken is what it was: that a changed answer would have left more or less for those after it is
not simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct

from sayso.promise.answer import Answer, Line, Part
from sayso.promise.decision import Decision, decide
from sayso.promise.policy import Policy, profiled, thaw
from sayso.promise.reasons import SEVERITY
from sayso.promise.rebuilding import Cards, Evidence
from sayso.promise.settings.common import ProfileName
from sayso.store import journal
from sayso.store.journal import Outcome
from sayso.store.promises import Recorded

Effect = Literal["break_avoided", "kept_lost", "would_keep", "would_break", "nothing", "unknown"]

#: What a flip would have meant, as far as the recorded facts can say. The bad ones stand first.
EFFECTS: Mapping[Effect, str] = {
    "kept_lost": "a promise that was kept, or still can be, would not have been made so",
    "would_break": "a promise would have been made that others' promises on the same stock show could not be kept",
    "unknown": "nobody can tell: it was a quote, or it turns on more than stock",
    "nothing": "what was promised was given back, expired or was cancelled anyway",
    "would_keep": "a promise would have been made that nothing known speaks against",
    "break_avoided": "a promise that was not kept, or cannot be, would not have been made so",
}

_STOCK = frozenset({"stock_short", "late", "no_date"})
_BROKEN = frozenset({"late", "short", "refused_by_erp"})
_NOTHING = frozenset({"released", "expired", "cancelled"})
_NONE = "nothing"


class LineChange(Struct, frozen=True):
    """A line whose answer changes: verdict, reasons that came and went, day, sites, amount."""

    line: int
    item: str
    quantity: str
    uom: str
    was: str
    now: str
    came: tuple[str, ...]
    went: tuple[str, ...]
    ships_was: str
    ships_now: str
    sites_was: str
    sites_now: str
    amount_was: str
    amount_now: str
    changed: tuple[str, ...]

    @property
    def money(self) -> Decimal:
        """What the line is worth: its amount as it was, else as it would be."""
        return Decimal(self.amount_was or self.amount_now or 0)


class Change(Struct, frozen=True):
    """A decision that another policy would have made otherwise. `money` is the net amount of its lines."""

    promise: str
    made: str
    customer: str
    channel: str
    order: str
    state: str
    was: str
    now: str
    held: bool
    came: tuple[str, ...]
    went: tuple[str, ...]
    changed: tuple[str, ...]
    money: Decimal
    difference: Decimal
    currency: str
    effect: Effect
    because: str
    lines: tuple[LineChange, ...]

    @property
    def flips(self) -> bool:
        """Whether the verdict is another."""
        return self.was != self.now


class Alternative(Struct, frozen=True):
    """The policy to try: as it stands, or (with `profile`) the groups that a profile sets, the rest as it was."""

    policy: bytes = b""
    profile: ProfileName | None = None

    def under(self, own: Policy) -> Policy:
        """The policy that takes the place of a decision's own."""
        if not self.profile:
            return thaw(self.policy)
        named = profiled(self.profile)
        return msgspec.structs.replace(
            own, profile=named.profile, availability=named.availability, dates=named.dates, price=named.price,
            credit=named.credit,
        )  # fmt: skip

    async def changes(
        self, connection: Any, made: Sequence[tuple[Recorded, Evidence, Decision]], cards: Cards
    ) -> list[Change]:
        """The decisions that come out otherwise, of those that were proved equal to the record."""
        found: list[tuple[Recorded, Answer, Answer]] = []
        policies: dict[str, Policy] = {}
        for row, evidence, again in made:
            own = cards.policy(evidence.policy)
            if own.hash not in policies:
                policies[own.hash] = self.under(own)
            other = decide(evidence.question, cards.facts(evidence, policies[own.hash]))
            if _differs(again.answer, other.answer):
                found.append((row, again.answer, other.answer))
        became = await journal.outcomes(connection, [row.id for row, _, _ in found])
        troubled = await _troubled(connection, found)
        return [
            _change(row, was, now, became.get((row.id, row.made)), place in troubled)
            for place, (row, was, now) in enumerate(found)
        ]


def _differs(was: Answer, now: Answer) -> bool:
    """Whether anything differs that a buyer would see: not the arithmetic, the evidence, or how long it stands."""
    if (was.verdict, was.held, was.totals, was.reasons) != (now.verdict, now.held, now.totals, now.reasons):
        return True
    if _credit_codes(was) != _credit_codes(now):
        return True
    return any(_shown(one) != _shown(other) for one, other in zip(was.lines, now.lines, strict=True))


def _shown(line: Line) -> tuple[object, ...]:
    return (line.verdict, line.parts, line.price, line.tax_percent, line.duty_percent, _codes(line))


def _codes(line: Line) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason.code for reason in line.reasons))


def _credit_codes(answer: Answer) -> tuple[str, ...]:
    credit = answer.credit
    return () if credit is None else (credit.verdict, *(reason.code for reason in credit.reasons))


def _all_codes(answer: Answer) -> tuple[str, ...]:
    """Every reason code of an answer, once, by its place of standing."""
    own = [reason.code for reason in answer.reasons]
    lines = [code for line in answer.lines for code in _codes(line)]
    credit = [reason.code for reason in answer.credit.reasons] if answer.credit else []
    return tuple(dict.fromkeys((*own, *lines, *credit)))


def _change(row: Recorded, was: Answer, now: Answer, became: Outcome | None, troubled: bool) -> Change:
    lines = tuple(
        _line(one, other) for one, other in zip(was.lines, now.lines, strict=True) if _shown(one) != _shown(other)
    )  # fmt: skip
    came, went = _came(_all_codes(was), _all_codes(now))
    changed = tuple(dict.fromkeys(what for line in lines for what in line.changed))
    if was.verdict == now.verdict:  # else it says of the whole decision what its lines say of themselves
        changed = tuple("line verdict" if what == "verdict" else what for what in changed)
    if was.totals != now.totals and "price" not in changed and was.verdict == now.verdict and not lines:
        changed = (*changed, "price")
    effect, because = _effect(was, now, came, went, became, troubled)
    return Change(
        row.id, was.made, row.customer, became.channel if became else "", became.order or "" if became else "",
        became.state if became else "quote", was.verdict, now.verdict, was.held, came, went, changed or ("credit",),
        _worth(was, now), Decimal(now.totals.net) - Decimal(was.totals.net), was.totals.currency, effect, because,
        lines,
    )  # fmt: skip


def _line(was: Line, now: Line) -> LineChange:
    came, went = _came(_codes(was), _codes(now))
    ships_was, ships_now = _ships(was.parts), _ships(now.parts)
    sites_was, sites_now = _sites(was.parts), _sites(now.parts)
    amount_was, amount_now = (one.price.amount if one.price else "" for one in (was, now))
    tests = (
        ("verdict", was.verdict != now.verdict), ("date", ships_was != ships_now), ("site", sites_was != sites_now),
        ("price", amount_was != amount_now or was.tax_percent != now.tax_percent),
    )  # fmt: skip
    changed = tuple(name for name, differs in tests if differs) or ("other",)
    return LineChange(
        was.line, was.item, was.quantity, was.uom, was.verdict, now.verdict, came, went, ships_was, ships_now, sites_was,
        sites_now, amount_was, amount_now, changed,
    )  # fmt: skip


def _came(was: tuple[str, ...], now: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(code for code in now if code not in was), tuple(code for code in was if code not in now)


def _ships(parts: Sequence[Part]) -> str:
    """The day on which the last part leaves."""
    if not parts:
        return _NONE
    return (
        "no date"
        if any(part.ship_on is None for part in parts)
        else max(part.ship_on or "" for part in parts)
    )


def _sites(parts: Sequence[Part]) -> str:
    return " ".join(sorted({part.site for part in parts})) or _NONE


def _worth(was: Answer, now: Answer) -> Decimal:
    """The net amount of all lines, refused ones too."""
    prices = [one.price or other.price for one, other in zip(was.lines, now.lines, strict=True)]
    return sum((Decimal(price.amount) for price in prices if price), Decimal(0))


async def _troubled(connection: Any, found: Sequence[tuple[Recorded, Answer, Answer]]) -> set[int]:
    """Of those that turn to the better: whose items, at their sites, had somebody's promise at risk afterwards."""
    places: list[tuple[str, str, datetime]] = []
    whose: list[int] = []
    for place, (row, was, now) in enumerate(found):
        if SEVERITY[now.verdict] < SEVERITY[was.verdict]:
            for line in now.lines:
                for part in line.parts:
                    places.append((part.item or line.item, part.site, row.made))
                    whose.append(place)
    return {whose[place] for place in await journal.troubled(connection, places)}


def _effect(
    was: Answer, now: Answer, came: Sequence[str], went: Sequence[str], became: Outcome | None, troubled: bool
) -> tuple[Effect, str]:
    """What a flip would have meant, and what says so."""
    if was.verdict == now.verdict:
        return "unknown", "the verdict is the same"
    if SEVERITY[now.verdict] < SEVERITY[was.verdict]:
        if troubled:
            return "would_break", "promises on the same item and site came at risk afterwards"
        credit = _credit_codes(was) != _credit_codes(now)
        if went and set(went) <= _STOCK and not credit:
            return "would_keep", "no promise on the same items and sites came at risk afterwards"
        turns_on = "credit" if credit else ", ".join(went) or "what is done with what is missing"
        return "unknown", f"it turns on {turns_on}, of which no later fact tells"
    if became is None:
        return "unknown", "it was a quote, or it was refused"
    if became.how in _BROKEN:
        return "break_avoided", f"it ended {became.how} ({became.cause})"
    if became.how in _NOTHING:
        return "nothing", f"it ended {became.how} ({became.cause})"
    if became.at_risk:
        return "break_avoided", "it is at risk now"
    return (
        "kept_lost",
        f"it ended kept ({became.cause})" if became.how else f"it is {became.state}, and nothing is missing",
    )
