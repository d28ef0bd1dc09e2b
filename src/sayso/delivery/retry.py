"""When to ask again: exponential backoff with jitter, by kind of failure. Pure; chance is handed in."""

from __future__ import annotations

from sayso.delivery.policy import Retry


def pause(retry: Retry, failure: str, tries: int, retry_after: float | None, chance: float) -> float:
    """Seconds until the next request, after `tries` (1 or more) that failed, the last with `failure`.

    base * factor**(tries - 1), at most `most`; of that the part `jitter` is left to chance (0 to 1), so that what failed
    together does not come back together. Never sooner than the system said (`retry_after`); then chance only adds.
    """
    pace = retry.of(failure)
    # Beyond some hundred tries the power would overflow, and has long been cut.
    grown = min(pace.base * pace.factor ** min(tries - 1, 200), pace.most)
    spread = grown * retry.jitter
    if retry_after is not None and retry_after >= grown - spread:
        return retry_after + spread * chance
    return grown - spread + spread * chance


def spent(retry: Retry, tries: int) -> bool:
    """Whether an effect was asked for as often as the policy allows."""
    return tries >= retry.attempts
