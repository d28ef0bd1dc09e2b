"""The rounds: each system in turn at each load and number of callers, again and again, every round from the same state.

Interleaved (A B C A B C), so that whatever else the machine does at the time falls on all alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from sayso.bench import checks, crew, loading, pgbench, processors
from sayso.bench.crew import Hand
from sayso.bench.drive import Tally, Window, merged, until
from sayso.bench.measures import SYSTEMS, Round, Used, as_round
from sayso.bench.seats import Order, Seat
from sayso.bench.world import Scale
from sayso.desk import keys
from sayso.errors import SaysoError
from sayso.store import benchmark, database
from sayso.store.benchmark import Sample
from sayso.wiring import Clock

_LEAD = 0.2
_CONNECTING = 1.0  # for pgbench, whose connections are made when it starts


@dataclass(frozen=True)
class Plan:
    """What is to be measured. Times in seconds, of each round."""

    systems: tuple[str, ...]
    loads: tuple[str, ...]
    callers: tuple[int, ...]
    rounds: int
    seconds: float
    warmup: float
    pool: int

    def each(self) -> Iterator[tuple[str, int, str]]:
        """Load, callers and system of every measurement of one round. A lone caller needs no second process."""
        for load in self.loads:
            for callers in self.callers:
                for system in self.systems:
                    if callers >= SYSTEMS[system].processes:
                        yield load, callers, system

    def processes(self, role: str) -> int:
        """How many processes of a role are needed."""
        return max((SYSTEMS[one].processes for one in self.systems if SYSTEMS[one].role == role), default=0)


class Ring:
    """Everything a round needs: the database, the processes, and texts of the sizes that Sayso writes."""

    def __init__(self, place: loading.Place, schema: str, scale: Scale, plan: Plan, pool: Any) -> None:
        self.place, self.schema, self.scale, self.plan, self.pool = place, schema, scale, plan, pool
        self.desks: list[Hand] = []
        self.rivals: list[Hand] = []
        self.with_cards: list[Hand] = []
        self.servers: list[Hand] = []
        self.callers: list[Hand] = []
        self.sample: Sample | None = None
        self.begun = Clock().now()

    def by_role(self, role: str) -> list[Hand]:
        """The processes that decide in a role."""
        return {
            "desk": self.desks, "one_by_one": self.rivals, "with_cards": self.with_cards, "http": self.servers
        }[role]  # fmt: skip

    async def round(self, system: str, load: str, callers: int, *, past: bool = False) -> Round:
        """One round, from an empty ledger; afterwards the books are checked. With `past`, what was recorded before
        the ring was made stays."""
        async with self.pool.acquire() as connection:
            await (benchmark.reset_since(connection, self.begun) if past else benchmark.reset(connection))
            before = await benchmark.wal_position(connection)
        seconds = self.plan.seconds
        if SYSTEMS[system].role == "pgbench":
            tally, python, client, postgres = await self._bare(load, callers)
        else:
            tally, python, client, postgres = await self._asked(system, load, callers)
        async with self.pool.acquire() as connection:
            wal = await benchmark.wal_position(connection) - before
            found = await benchmark.counts(connection, self.begun)
            if self.sample is None and system != "pgbench" and found.held:
                self.sample = await benchmark.sample(connection)
        said = [f"{tally.failed} requests failed, as: {tally.problem}"] if tally.failed else []
        if system == "pgbench":
            if found.held != tally.acknowledged:
                said.append(f"pgbench did {tally.acknowledged}, {found.held} are there")
        else:
            said += await checks.problems(self.pool, tally.acknowledged, found)
        used = Used(python, client, postgres, wal, found.decisions / max(found.transactions, 1))
        return as_round(system, load, callers, seconds, tally, used, said)

    async def _asked(
        self, system: str, load: str, callers: int
    ) -> tuple[Tally, float | None, float | None, float | None]:
        """A round of processes that are asked: their tally, and processor seconds of those who decide, who ask, and
        of PostgreSQL."""
        role, number = SYSTEMS[system].role, SYSTEMS[system].processes
        deciding = self.by_role(role)[:number]
        if role != "http":
            await asyncio.gather(*(hand.ready() for hand in deciding))
        window = self._window(_LEAD)
        watched = asyncio.create_task(self._watched(window, [hand.number for hand in deciding]))
        if role == "http":
            tally = await self.callers[0].told(Order(load, callers, window, number))
            client: float | None = tally.cpu
        else:
            shares = [len(range(place, callers, number)) for place in range(number)]
            tally = merged(await asyncio.gather(
                *(hand.told(Order(load, share, window)) for hand, share in zip(deciding, shares, strict=True))
            ))  # fmt: skip
            client = None
        python, postgres = await watched
        return tally, tally.cpu if role != "http" else python, client, postgres

    async def _bare(self, load: str, callers: int) -> tuple[Tally, float | None, float | None, float | None]:
        program = pgbench.program()
        if program is None or self.sample is None:
            raise SaysoError(
                "pgbench needs its program, and a round of Sayso's before it", remedy="leave it out"
            )
        bench = pgbench.PgBench(program, self.place.dsn, self.schema, self.scale, self.sample)
        window = self._window(_CONNECTING)
        watched = asyncio.create_task(self._watched(window, []))
        tally = await bench.run(load, callers, window)
        _, postgres = await watched
        return tally, None, tally.cpu, postgres

    def _window(self, lead: float) -> Window:
        begins = monotonic() + lead
        return Window(begins, begins + self.plan.warmup, begins + self.plan.warmup + self.plan.seconds)

    async def _watched(self, window: Window, processes: Sequence[int]) -> tuple[float | None, float | None]:
        """Processor seconds of some processes, and of PostgreSQL, within a window."""
        await until(window.opens)
        before = processors.of_processes(processes), processors.of_server(self.place.postmaster)
        await until(window.closes)
        after = processors.of_processes(processes), processors.of_server(self.place.postmaster)
        python, postgres = (
            None if early is None or late is None else late - early
            for early, late in zip(before, after, strict=True)
        )
        return python, postgres


@asynccontextmanager
async def ring(
    place: loading.Place, schema: str, scale: Scale, plan: Plan, tell: Callable[[str], None]
) -> AsyncIterator[Ring]:
    """All processes that a plan needs, warm. The schema holds the world already."""
    async with AsyncExitStack() as stack:
        pool = await database.pool(place.dsn, schema, 4)
        stack.push_async_callback(pool.close)
        found = Ring(place, schema, scale, plan, pool)
        tell("starting processes that have read every card")

        def seat(role: str, number: int, **more: Any) -> Seat:
            return Seat(role, place.dsn, schema, place.home, scale, number, plan.pool, **more)

        seats = [seat("desk", place) for place in range(plan.processes("desk"))]
        seats += [seat("one_by_one", 10 + place) for place in range(plan.processes("one_by_one"))]
        seats += [seat("with_cards", 15 + place) for place in range(plan.processes("with_cards"))]
        if plan.processes("http"):
            secret = await keys.create(pool, "bench", ["promises"], [], Clock().now())
            found.servers = stack.enter_context(
                crew.servers(place.dsn, schema, place.home, plan.processes("http"))
            )
            ports = tuple(hand.port for hand in found.servers)
            seats.append(seat("http", 20, secret=secret, ports=ports))
        hands = stack.enter_context(crew.seats_taken(seats))
        for one, hand in zip(seats, hands, strict=True):
            (found.callers if one.role == "http" else found.by_role(one.role)).append(hand)
        yield found


async def run(found: Ring, tell: Callable[[Round], None]) -> list[Round]:
    """All rounds of the ring's plan."""
    done: list[Round] = []
    for _ in range(found.plan.rounds):
        for load, callers, system in found.plan.each():
            done.append(await found.round(system, load, callers))
            tell(done[-1])
    return done
