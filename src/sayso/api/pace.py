"""How fast one key may call: a token bucket for each, in this process alone. Knows no clock."""

from __future__ import annotations

import math

Headers = list[tuple[bytes, bytes]]


class Pace:
    """`rate` requests a second on average, at most `burst` at once, for each key by its name."""

    def __init__(self, rate: float, burst: int = 0) -> None:
        self._rate = rate
        self._burst = float(burst or max(1, math.ceil(2 * rate)))
        self._buckets: dict[str, tuple[float, float]] = {}
        window = math.ceil(self._burst / rate)
        self._policy = f'"key";q={self._burst:.0f};w={window}'.encode()

    def take(self, name: str, at: float) -> tuple[Headers, int]:
        """Spend one request of `name` at the monotonic second `at`: the RateLimit headers, and how many
        seconds to wait where nothing is left to spend (else 0)."""
        tokens, since = self._buckets.get(name, (self._burst, at))
        tokens = min(self._burst, tokens + (at - since) * self._rate)
        wait = 0
        if tokens < 1.0:
            wait = max(1, math.ceil((1.0 - tokens) / self._rate))
        else:
            tokens -= 1.0
        self._buckets[name] = (tokens, at)
        return self._headers(tokens), wait

    def _headers(self, tokens: float) -> Headers:
        refill = math.ceil((self._burst - tokens) / self._rate)
        return [
            (b"ratelimit-policy", self._policy),
            (b"ratelimit", b'"key";r=%d;t=%d' % (int(tokens), refill)),
        ]
