"""What the benchmark's buyers ask: five lines, popular items more often, in packs and cases where they are sold so."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from itertools import accumulate
from random import Random

import msgspec

from sayso.bench.world import Scale, country_of, customer_code, item_code, pack_of, sold_in_cases
from sayso.promise.asking import Line, Request, ShipTo

LINES = 5
LOADS = ("spread", "hot")
_MOST = 8


class Asks:
    """Requests of one load. `spread`: every line by Zipf(1.0) over all items; `hot`: one line of each is the top item."""

    def __init__(self, scale: Scale, load: str, seed: int = 0, hold: str = "PT15M") -> None:
        self._scale = scale
        self._hot = load == "hot"
        self._hold = hold
        self._chance = Random(f"{scale.seed} {load} {seed}")
        self._heights = list(accumulate(1 / rank for rank in range(1, scale.items + 1)))

    def request(self) -> Request:
        """The next request."""
        chance = self._chance
        buyer = chance.randrange(self._scale.customers)
        lines = tuple(self._line(rank, place) for place, rank in enumerate(self._ranks(), 1))
        return Request(customer_code(buyer), ShipTo(country_of(buyer)), lines, "GBP", "web", hold=self._hold)

    def _ranks(self) -> list[int]:
        """Different ranks, the first of them 1 on the hot load."""
        found = [1] if self._hot else []
        most = min(LINES, self._scale.items)
        while len(found) < most:
            rank = bisect_left(self._heights, self._chance.random() * self._heights[-1]) + 1
            if rank not in found:
                found.append(rank)
        return found

    def _line(self, rank: int, place: int) -> Line:
        number, chance = self._scale.number(rank), self._chance
        if sold_in_cases(number) and chance.random() < 0.2:
            return Line(item_code(number), Decimal(chance.randint(1, 2)), place, "CS")
        quantity = pack_of(number) * (
            chance.randint(1, _MOST) if pack_of(number) == 1 else chance.randint(1, 2)
        )
        return Line(item_code(number), Decimal(quantity), place)


def bodies(scale: Scale, load: str, number: int, seed: int = 0) -> list[tuple[Request, bytes]]:
    """So many requests with the bytes that a storefront would send."""
    asks = Asks(scale, load, seed)
    return [(request, msgspec.json.encode(request)) for request in (asks.request() for _ in range(number))]
