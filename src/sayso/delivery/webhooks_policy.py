"""How subscribers are called: time-outs, retries, when it is given up. The section [webhooks] of the follow file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from sayso.errors import Misconfigured


class WebhookPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """All times are in seconds.

    An attempt may last `timeout`. After the first failure the next attempt comes after `first`, and each time `factor`
    times later, at most `longest`, more or less by the share `jitter`. One who has failed for `pause_after` is paused. An
    earlier secret signs too for `rotation`. One process calls `at_once` subscribers at the same time.
    """

    timeout: float = 15.0
    first: float = 5.0
    factor: float = 4.0
    longest: float = 4 * 3600.0
    jitter: float = 0.2
    pause_after: float = 3 * 86400.0
    rotation: float = 86400.0
    at_once: int = 64

    def wait(self, tries: int, chance: float) -> timedelta:
        """How long after failure number `tries` (from 1 on) to wait. `chance` is even between 0 and 1."""
        steps = min(tries - 1, 64)
        usual = min(self.longest, self.first * self.factor**steps)
        return timedelta(seconds=usual * (1 + self.jitter * (2 * chance - 1)))


_LEAST = {"timeout": 0.1, "first": 0.01, "factor": 1.0, "longest": 0.01, "pause_after": 0.0, "at_once": 1}


def read(section: dict[str, Any], where: str) -> WebhookPolicy:
    """The policy of a section of the follow file; Misconfigured names the key. What is left out has its default."""
    try:
        policy = msgspec.convert(section, WebhookPolicy)
    except msgspec.ValidationError as wrong:
        known = ", ".join(WebhookPolicy.__struct_fields__)
        raise Misconfigured(f"{where}: {wrong}", remedy=f"known are {known}, all numbers") from None
    for name, least in _LEAST.items():
        if not getattr(policy, name) >= least:
            raise Misconfigured(f"{where}.{name} is too small", remedy=f"{least:g} or more")
    if not 0 <= policy.jitter <= 1:
        raise Misconfigured(f"{where}.jitter is a share", remedy="from 0 to 1, e.g. 0.2")
    return policy
