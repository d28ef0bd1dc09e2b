"""How many requests of a window a share may have. Pure; what was spent stands in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from sayso.delivery.policy import SHARES, Budget

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


def window(budget: Budget, now: datetime) -> datetime:
    """When the window began that `now` is in; the same for every worker."""
    length = timedelta(seconds=budget.seconds)
    return _FIRST + (now - _FIRST) // length * length


def granted(budget: Budget, used: Mapping[str, int], wanted: Collection[str], share: str, most: int) -> int:
    """How many requests a share may make now, at most `most`.

    What is kept for it, it may have. Of the rest it leaves alone what is kept for a share that goes before it, whether
    that asks for it now or not: a checkout comes unannounced; and what is kept for one that comes after, while that has
    something due (`wanted`). So nobody is starved, and little goes to waste.
    """
    if not budget.requests:
        return most
    place = SHARES.index(share)
    left = spare = budget.requests - sum(used.values())
    for other_place, other in enumerate(SHARES):
        if other_place < place or (other_place > place and other in wanted):
            spare -= max(0, kept(budget, other) - used.get(other, 0))
    own = kept(budget, share) - used.get(share, 0)
    return max(0, min(max(spare, own), left, most))


def kept(budget: Budget, share: str) -> int:
    """What is kept for a share in each window, in whole requests: at least one where a part is kept at all."""
    part: float = getattr(budget.shares, share)
    return max(1, int(budget.requests * part)) if part else 0
