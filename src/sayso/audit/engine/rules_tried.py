"""Changes of the storefront's rule that are tried on every line, and which of them would have made the difference.

A rule says yes or no, a date or a price, from the ERP's figures at the moment of the order; whether that would have
been kept is the judgement's word. Rules that need the storefront's own figure are tried only where it is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sayso.audit.engine.answers import Shown
from sayso.audit.engine.causes_put import Matter
from sayso.audit.engine.findings import ZERO, Figure, RuleTried, Step
from sayso.audit.shapes import Cause, Outcome
from sayso.promise.cards import ItemCard

REFRESHED = (24, 4, 1)
_CUSHIONS = (0, 3, 7)
_SHELF: frozenset[Cause] = frozenset({"phantom_stock", "reserved_stock", "safety_stock", "late_inbound"})
_MOST_STEPS = 6
_ENOUGH = Decimal("0.95")

#: Every rule that is tried, and what it means.
RULES: Mapping[str, str] = {
    "show_sellable": "show available-to-promise at the moment of the order, in place of what is shown now",
    "keep_claims_out": "take off what the ERP has reserved and what others have on order",
    "keep_safety_stock_out": "take the safety stock off",
    "keep_both_out": "take off reserved and ordered quantities, and the safety stock",
    **{
        f"refresh_{hours}h": f"refresh the stock feed {'every hour' if hours == 1 else f'every {hours} hours'}"
        for hours in REFRESHED
    },
    **{
        f"date_inbound_{days}d": f"show the ERP's own date for what is not in stock, {days} days later to be safe"
        for days in _CUSHIONS
    },
    "check_exposure": "check exposure against the credit limit at the moment of the order, in place of a flag",
    "check_overdue": "check what is overdue on the whole credit account at the moment of the order",
    "check_destination": "check the ERP's restrictions and lanes for the destination",
    "check_units": "use the ERP's units, packs and minimum quantities",
    "price_at_order": "ask the ERP's price at the moment of the order",
    "honour_breaks": "honour the ERP's quantity breaks",
    "ask_policy": "ask for the company's own policy as well",
}

_CHECKS: Mapping[Cause, str] = {
    "credit_flag": "check_exposure",
    "overdue_elsewhere": "check_overdue",
    "region": "check_destination",
    "units": "check_units",
}


class Held(NamedTuple):
    """What the sites that ship to a buyer hold of an item, in base units, and what others have a claim to."""

    on_hand: Decimal
    claims: Decimal
    safety: Decimal


class Verdict(NamedTuple):
    """Rules that would have made the difference on a line; those of them that still sell it."""

    mends: frozenset[str]
    sells: frozenset[str]


NOTHING = Verdict(frozenset(), frozenset())


def held(card: ItemCard, variant: str, sites: Collection[str]) -> Held:
    """What some sites hold."""
    stock = [one for one in card.stock if one.site in sites and one.variant == variant]
    claims = sum((one.reserved for one in stock), ZERO)
    for demand in card.demand:
        if demand.site in sites and demand.variant == variant and demand.fulfilment in ("", "stock"):
            claims += demand.quantity - demand.reserved
    for kept in card.allocations:
        if kept.site in sites and kept.variant == variant:
            claims += kept.quantity
    on_hand = sum((one.on_hand for one in stock), ZERO)
    return Held(on_hand, claims, sum((one.safety_stock for one in stock), ZERO))


def refreshed_at(placed: datetime, hours: int) -> datetime:
    """When a feed that runs every so many hours, from midnight UTC on, was last sent."""
    day = placed.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return day - timedelta(hours=day.hour % hours)


def mending(
    matter: Matter, causes: Collection[Cause], found: Held | None, on_hand: Mapping[int, Decimal],
    outcome: Outcome | None,
) -> Verdict:  # fmt: skip
    """The rules under which the storefront would not have promised what the ERP would not keep.

    `on_hand` is what a feed of so many hours would have counted at the sites that ship.
    """
    if not matter.heard.kept[matter.place]:
        mends = {_CHECKS[cause] for cause in causes if cause in _CHECKS}
        sells: set[str] = set()
        if _SHELF & set(causes):
            mends.add("show_sellable")
            if found is not None:
                mends |= _smaller(matter, causes, found, on_hand)
        if (_SHELF | {"dates"}) & set(causes):
            dated, patient = _dated(matter, outcome)
            mends |= dated
            sells = dated if patient else set()
        return Verdict(frozenset(mends), frozenset(sells))
    prices = {"price_at_order"} | ({"honour_breaks"} if "lost_quantity_break" in causes else set())
    if "units" in causes:
        prices.add("check_units")
    return Verdict(frozenset(prices), frozenset(prices))


def winning(cause: Cause) -> frozenset[str]:
    """The rules under which the storefront would have sold what it turned away."""
    if cause in _CHECKS:
        return frozenset({_CHECKS[cause]})
    if cause in ("late_inbound", "dates"):
        return frozenset(f"date_inbound_{days}d" for days in _CUSHIONS)
    if cause in _SHELF:
        return frozenset({"show_sellable"})
    return frozenset({"price_at_order"}) if cause == "stale_price" else frozenset()


def losing(seen: Shown, found: Held, on_hand: Mapping[int, Decimal]) -> frozenset[str]:
    """The rules under which the storefront would have turned away what the ERP would have kept.

    A feed that is refreshed may show less than there is, where goods have come in since.
    """
    shown = seen.available_base
    if shown is None or shown < seen.asked_base:
        return frozenset()
    claims, asked = found.claims, seen.asked_base
    lost = {
        name
        for name, less in (
            ("keep_claims_out", claims),
            ("keep_safety_stock_out", found.safety),
            ("keep_both_out", claims + found.safety),
        )
        if asked > shown - less
    }
    for hours, count in on_hand.items():
        if asked > shown + count - found.on_hand:
            lost.add(f"refresh_{hours}h")
    return frozenset(lost)


def _smaller(
    matter: Matter, causes: Collection[Cause], found: Held, on_hand: Mapping[int, Decimal]
) -> set[str]:
    """Rules that show less: a no where they show less than was ordered."""
    seen = matter.about.shown[matter.place]
    asked, claims = seen.asked_base, found.claims
    shown = found.on_hand if seen.available_base is None else seen.available_base
    less = {
        "keep_claims_out": shown - claims,
        "keep_safety_stock_out": shown - found.safety,
        "keep_both_out": shown - claims - found.safety,
    }
    if "phantom_stock" in causes:
        honoured = ZERO if "reserved_stock" in causes else claims
        honoured += ZERO if "safety_stock" in causes else found.safety
        for hours in REFRESHED:
            less[f"refresh_{hours}h"] = on_hand.get(hours, found.on_hand) - honoured
    return {name for name, quantity in less.items() if asked > quantity}


def _dated(matter: Matter, outcome: Outcome | None) -> tuple[set[str], bool]:
    """The rules that show the ERP's date, where it has one that held; and whether the buyer would wait for it."""
    line = matter.heard.answer.lines[matter.place]
    days = [part.deliver_by for part in line.parts if part.deliver_by is not None]
    if len(days) < len(line.parts) or not days:
        return set(), False
    last = max(days)
    asked = matter.about.lines[matter.place]
    promised = asked.shown_date or asked.need_by or matter.about.order.placed.date()
    wanted = (promised + timedelta(days=matter.terms.patience_days)).isoformat()
    came = outcome.on.isoformat() if outcome is not None and outcome.on is not None else None
    found = {days_: _later(last, days_) for days_ in _CUSHIONS if came is None or came <= _later(last, days_)}
    return {f"date_inbound_{days_}d" for days_ in found}, last <= wanted


def _later(day: str, days: int) -> str:
    return (datetime.fromisoformat(day) + timedelta(days=days)).date().isoformat()


class Tried:
    """What each rule would have made of all lines. Adds up; two of them make one."""

    def __init__(self) -> None:
        self.avoided = {name: Figure() for name in RULES}
        self.won = {name: Figure() for name in RULES}
        self.lost = {name: Figure() for name in RULES}
        self.turned_away = dict.fromkeys(RULES, 0)
        #: The money that any one of some rules would save, by the rules.
        self.together: dict[tuple[str, ...], Decimal] = {}

    def of_an_order(
        self, avoided: Iterable[tuple[Verdict, Decimal]], won: Iterable[tuple[frozenset[str], Decimal]],
        lost: Iterable[tuple[frozenset[str], Decimal]],
    ) -> None:  # fmt: skip
        """Count an order's lines, each with its money."""
        bad = list(avoided)
        for verdict, _ in bad:
            for name in verdict.mends - verdict.sells:
                self.turned_away[name] += 1
        mended = [(verdict.mends, money) for verdict, money in bad]
        more = list(won)
        _count(self.avoided, mended)
        _count(self.won, more)
        _count(self.lost, lost)
        for names, money in (*mended, *more):
            key = tuple(sorted(names))
            self.together[key] = self.together.get(key, ZERO) + money

    def add(self, other: Tried) -> None:
        """Count what the other counted, too."""
        for mine, its in ((self.avoided, other.avoided), (self.won, other.won), (self.lost, other.lost)):
            for name, figure in its.items():
                mine[name].add(figure)
        for name, number in other.turned_away.items():
            self.turned_away[name] += number
        for key, money in other.together.items():
            self.together[key] = self.together.get(key, ZERO) + money

    def ranked(self) -> tuple[RuleTried, ...]:
        """Every rule, the one that is worth most first."""
        tried = [
            RuleTried(
                name, RULES[name], self.avoided[name], self.won[name], self.lost[name], self.turned_away[name]
            )
            for name in RULES
        ]
        order = list(RULES)
        return tuple(sorted(tried, key=lambda one: (-one.worth, order.index(one.rule))))

    def smallest(self) -> tuple[Step, ...]:
        """Rules one after another, each the one that adds most to those before it, until nearly all is saved."""
        whole = sum(self.together.values(), ZERO)
        left = dict(self.together)
        steps: list[Step] = []
        saved = ZERO
        while left and whole and len(steps) < _MOST_STEPS and saved < whole * _ENOUGH:
            taken = {one.rule for one in steps}
            gains = {
                name: sum((money for key, money in left.items() if name in key), ZERO) - self.lost[name].money
                for name in RULES
                if name not in taken
            }
            best = max(gains, key=lambda name: (gains[name], -list(RULES).index(name)))
            if gains[best] <= 0:
                break
            saved += sum((money for key, money in left.items() if best in key), ZERO)
            left = {key: money for key, money in left.items() if best not in key}
            steps.append(Step(best, saved, (saved / whole).quantize(Decimal("0.0001"))))
        return tuple(steps)


def _count(figures: dict[str, Figure], lines: Iterable[tuple[frozenset[str], Decimal]]) -> None:
    seen: set[str] = set()
    for names, money in lines:
        for name in names:
            figures[name].lines += 1
            figures[name].money += money
        seen |= names
    for name in seen:
        figures[name].orders += 1
