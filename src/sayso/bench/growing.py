"""Whether cost grows with age and size: the same work after few and after many recorded promises, and browsing with
few and with many stocked places."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from msgspec import Struct

from sayso.bench import loading, rounds
from sayso.bench.measures import Round
from sayso.bench.rounds import Plan
from sayso.bench.seats import as_settings
from sayso.bench.world import Scale, customer_code, item_code
from sayso.desk.calling import Caller
from sayso.promise.browsing import MOST_ITEMS, BrowseQuery
from sayso.store import benchmark
from sayso.wiring import Clock, assembled

_FEW = 100
_SAMPLES = 7
_CALLER = Caller("bench", frozenset({"availability"}))


class Growth(Struct, frozen=True):
    """The same work at two sizes. `ratio` is large to small; of a rate, small to large, so that 1 is "no dearer"
    and 2 "twice as dear" in either case."""

    what: str
    of: str
    unit: str
    small: int
    at_small: float
    large: int
    at_large: float
    ratio: float


async def history(
    place: loading.Place, scale: Scale, plan: Plan, recorded: int, tell: Callable[[str], None]
) -> tuple[Growth, list[str]]:
    """Held promises a second after a hundred and after so many recorded promises, in interleaved rounds on two
    schemas of one world; and what went wrong."""
    async with loading.schema(place.dsn) as young, loading.schema(place.dsn) as old:
        clock = Clock()
        for schema in (young, old):
            await loading.fill(place.dsn, schema, scale, clock.now(), tell)
        async with (
            rounds.ring(place, young, scale, plan, tell) as few,
            rounds.ring(place, old, scale, plan, tell) as many,
        ):
            load, callers = plan.loads[0], plan.callers[-1]
            await few.round("sayso", load, callers)
            assert few.sample is not None
            for ring, number in ((few, _FEW), (many, recorded)):
                tell(f"recording {number:,} promises of the past")
                async with ring.pool.acquire() as connection:
                    await benchmark.reset(connection)
                    await benchmark.remember(connection, number, few.sample, clock.now(), scale.customers)
            found = [await _aged(ring, load, callers) for _ in range(plan.rounds) for ring in (few, many)]
    rates = [[one.held for one in found[start::2]] for start in (0, 1)]
    problems = [problem for one in found for problem in one.problems]
    fast, slow = median(rates[0]), median(rates[1])
    what = f"held promises, {callers} callers"
    return Growth(
        what, "recorded", "/s", _FEW, fast, recorded, slow, round(fast / max(slow, 0.1), 3)
    ), problems


async def _aged(ring: rounds.Ring, load: str, callers: int) -> Round:
    return await ring.round("sayso", load, callers, past=True)


async def availability(
    place: loading.Place, scale: Scale, sizes: tuple[int, int], tell: Callable[[str], None]
) -> tuple[Growth, ...]:
    """Milliseconds of availability for 200 items at two numbers of stocked places: with no card read yet (cold),
    and again (warm)."""
    times: list[tuple[float, float]] = []
    for places in sizes:
        some = Scale(max(places // scale.sites, 1), scale.sites, scale.customers, scale.seed)
        async with loading.schema(place.dsn) as schema:
            await loading.fill(place.dsn, schema, some, Clock().now(), tell)
            tell(f"browsing among {places:,} stocked places")
            times.append(await _browsed(place, schema, some))
    number = min(MOST_ITEMS, sizes[0] // scale.sites)
    return tuple(
        Growth(
            f"availability of {number} items, {how}",
            "places",
            "ms",
            sizes[0],
            small,
            sizes[1],
            large,
            round(large / small, 3),
        )
        for how, small, large in zip(("cold", "warm"), *times, strict=True)
    )


async def _browsed(place: loading.Place, schema: str, scale: Scale) -> tuple[float, float]:
    """Median milliseconds of a first and of a second look at the same items, by a desk that has read nothing."""
    number = min(MOST_ITEMS, scale.items)
    stride = scale.items // number
    cold, warm = [], []
    for turn in range(_SAMPLES + 1):
        items = tuple(item_code((turn + place * stride) % scale.items) for place in range(number))
        query = BrowseQuery(items, customer_code(turn), "GB")
        async with assembled(as_settings(place.dsn, schema, place.home), place.dsn) as app:
            took = [await _took(app, query) for _ in range(4)]
        if turn:  # the first fills PostgreSQL's own memory
            cold.append(took[0])
            warm.append(min(took[1:]))
    return round(median(cold), 3), round(median(warm), 3)


async def _took(app: Any, query: BrowseQuery) -> float:
    begun = perf_counter()
    await app.desk.availability(query, _CALLER, app.clock.now())
    return (perf_counter() - begun) * 1000
