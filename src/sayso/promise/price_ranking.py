"""Which of the prices that fit wins: by what makes a line more particular, by price or break, or in conflict by nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from sayso.promise.cards import PriceLine
from sayso.promise.price_figures import Candidate
from sayso.promise.settings.price import Criterion
from sayso.promise.world import World

#: What sorts candidates: the smallest wins.
Rank = tuple[object, ...]

_TARGETS: Mapping[str, int] = {"item": 0, "discount_group": 1}

#: Criteria in the words of an explanation, to go before "decides".
WORDS: Mapping[Criterion, str] = {
    "source": "whom it is for",
    "target": "what it is for",
    "variant": "naming the variant",
    "currency": "naming the currency",
    "country": "naming the country",
    "named": "naming more of variant and currency",
    "priority": "its priority",
}


def standing(line: PriceLine, world: World) -> tuple[int, ...]:
    """How particular a line is, criterion by criterion as the policy has them; the smaller the more."""
    return tuple([criterion(line) for criterion in _criteria(world)])


def best(found: Sequence[Candidate], world: World) -> Candidate:
    """The one that wins of those that fit, whatever their order; raises ValueError for none."""
    lines = [one for one in found if not one.base] or found
    if len(lines) == 1:
        return lines[0]
    rank = ranking(world)
    ranks = [rank(one) for one in lines]
    least = min(ranks)
    equal = [one for one, its in zip(lines, ranks, strict=True) if its == least]
    return equal[0] if len(equal) == 1 else min(equal, key=_lot)


def in_order(found: Sequence[Candidate], world: World) -> list[Candidate]:
    """Those that fit in the order in which they would win."""
    rank = ranking(world)
    return sorted(found, key=lambda one: (rank(one), _lot(one)))


@lru_cache(maxsize=8)
def ranking(world: World) -> Callable[[Candidate], Rank]:
    """What sorts candidates: how particular the line is, then price or break, then the latest start; the base last."""
    lowest = world.policy.price.among_equals == "lowest"
    criteria = _criteria(world)

    def rank(candidate: Candidate) -> Rank:
        line = candidate.line
        if line is None:
            return (2,)
        particular = [criterion(line) for criterion in criteria]
        starts = -line.starts.toordinal() if line.starts else 0
        if lowest:
            return (candidate.base, *particular, candidate.net, -line.min_quantity, starts)
        return (candidate.base, *particular, -line.min_quantity, candidate.net, starts)

    return rank


def _lot(candidate: Candidate) -> Rank:
    """What only keeps the order of the facts from mattering."""
    line = candidate.line
    if line is None:
        return ()
    return (
        candidate.unit, line.source_type, line.source, line.target_type, line.uom, line.ends or date.max,
        line.line_type, line.variant, line.currency, line.country, line.min_quantity, -candidate.discount,
    )  # fmt: skip


def unrivalled(rules: Sequence[Candidate]) -> Sequence[Candidate]:
    """The rules that nothing beats: one wins, several are in conflict (ERPNext, pricing_rule/utils.py).

    The highest priority; then, where they differ in one respect only, the most particular in that: the variant, or
    whom they are for. Among rates, one in the asked currency beats one that has to be changed.
    """
    top = max((one.line.priority for one in rules if one.line), default=0)
    left = [one for one in rules if one.line and one.line.priority == top]
    named = [one for one in left if one.line and (one.line.price is None or one.line.currency)]
    left = named or left
    if len(left) < 2:
        return left
    if _alike(left, _whom) and _alike(left, _campaign):
        return [one for one in left if one.line and one.line.variant] or left
    if _alike(left, _variant) and _alike(left, _campaign):
        for respect in ("customer", "group", "country"):
            found = [one for one in left if one.line and _whom(one.line)[respect]]
            if found:
                return found
    return left


def _alike(rules: Sequence[Candidate], respect: Callable[[PriceLine], object]) -> bool:
    first, *others = [respect(one.line) for one in rules if one.line]
    return all(other == first for other in others)


def _whom(line: PriceLine) -> Mapping[str, str]:
    return {
        "customer": line.source if line.source_type == "customer" else "",
        "group": line.source if line.source_type in ("price_group", "discount_group") else "",
        "country": line.country,
    }


def _campaign(line: PriceLine) -> str:
    return line.source if line.source_type == "campaign" else ""


def _variant(line: PriceLine) -> str:
    return line.variant


@lru_cache(maxsize=8)
def _criteria(world: World) -> Sequence[Callable[[PriceLine], int]]:
    order: Mapping[str, int] = {source: place for place, source in enumerate(world.policy.price.order)}
    own = ("", world.policy.company.currency)
    every: Mapping[Criterion, Callable[[PriceLine], int]] = {
        "source": lambda line: order.get(line.source_type, len(order)),
        "target": lambda line: _TARGETS.get(line.target_type, 2),
        "variant": lambda line: not line.variant,
        "currency": lambda line: not line.currency,
        "country": lambda line: not line.country,
        # A price in the company's own currency is what a blank currency means.
        "named": lambda line: -bool(line.variant) - (line.currency not in own),
        "priority": lambda line: -line.priority,
    }
    return tuple(every[name] for name in world.policy.price.particular)
