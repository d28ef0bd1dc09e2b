"""Which open invoices add up to an amount. Knows numbers; what it means that there are two such sets, others say."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

MOST_STEPS = 50_000
"""A search that long is given up: it would find a set by accident rather than by meaning."""


def combinations(
    amounts: Sequence[Decimal], target: Decimal, most: int, enough: int = 2
) -> list[tuple[int, ...]] | None:
    """Sets of 2 to `most` of the amounts that sum to the target exactly, as places, at most `enough` of them.

    All amounts are above nothing. The same amounts give the same sets. None: the search was given up.
    """
    order = sorted(range(len(amounts)), key=lambda place: (-amounts[place], place))
    sizes = [amounts[place] for place in order]
    rest = [Decimal(0)] * (len(sizes) + 1)
    for place in range(len(sizes) - 1, -1, -1):
        rest[place] = rest[place + 1] + sizes[place]
    found: list[tuple[int, ...]] = []
    steps = 0
    # A stack of where to go on, what is left to reach, and what was taken.
    waiting: list[tuple[int, Decimal, tuple[int, ...]]] = [(0, target, ())]
    while waiting and len(found) < enough:
        place, left, taken = waiting.pop()
        steps += 1
        if steps > MOST_STEPS:
            return None
        if not left:
            if len(taken) > 1:
                found.append(tuple(sorted(order[one] for one in taken)))
            continue
        if place == len(sizes) or len(taken) == most or rest[place] < left:
            continue
        waiting.append((place + 1, left, taken))
        if sizes[place] <= left:
            waiting.append((place + 1, left - sizes[place], (*taken, place)))
    return found
