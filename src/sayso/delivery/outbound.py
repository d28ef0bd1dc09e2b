"""Effects carried out: claimed, asked for outside every transaction, settled; tried again, looked up, given up.

Knows neither what an effect means nor how a system is spoken to. Every request is one claim: an unclear effect is
looked up by one, and sent again by another only if the system knows of none.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec
import structlog
from prometheus_client import Counter

from sayso.delivery.budget import granted, window
from sayso.delivery.policy import SHARES, SystemPolicy
from sayso.delivery.retry import pause, spent
from sayso.errors import StoreAway
from sayso.store import breakers, inbox, outbox
from sayso.store.database import mapped
from sayso.store.outbox import Kept, Leased, Word
from sayso.systems.seam import Ask, Outcome, Remote

log = structlog.get_logger("sayso.delivery")

_asked = Counter(
    "sayso_effects", "Requests to systems, by what became of the effect.", ["system", "kind", "came"]
)

Keep = Callable[[Any, Sequence[inbox.Message], datetime], Awaitable[Any]]
"""Keeps what a system answered, as inbox.keep does."""

Ended = Callable[[Any, Kept, datetime], Awaitable[None]]
"""Is told, within the transaction that settles it, of an effect that is `done`, `refused` or `failed`."""

#: Failures that say the system is unwell; one that throttles is well, and busy.
_UNWELL = ("down", "server", "network")
_SHORTEST, _LONGEST = 0.05, 1.0
_SETTLE_TRIES = 6
# Numbers go through as they are written: no float in between.
_SORTED = msgspec.json.Encoder(order="sorted", decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


class Outbound:
    """Carries effects to the systems of one schema; as many processes as wanted do, and share breakers and budgets.

    `remotes` and `policies` are by system; an effect for a system without a remote stays where it is. `ended` hears of
    effects that came to an end, so that the desk opens a case or closes one.
    """

    def __init__(
        self,
        pool: Any,
        remotes: Mapping[str, Remote],
        policies: Mapping[str, SystemPolicy],
        now: Callable[[], datetime],
        *,
        ended: Ended | None = None,
        keep: Keep = inbox.keep,
    ) -> None:
        self._pool = pool
        self._remotes = remotes
        self._policies = policies
        self._now = now
        self._ended = ended
        self._keep = keep

    async def run(self, stopping: asyncio.Event) -> None:
        """Carry until told to stop; requests on their way are waited for. A database that is away is waited for."""
        async with asyncio.TaskGroup() as group:
            for system in self._remotes:
                group.create_task(self._serve(system, stopping))

    async def once(self) -> int:
        """Make the requests that are due and may be made now; how many these were. Raises StoreAway."""
        found = [await self._claim(system, self._policies[system].concurrency) for system in self._remotes]
        leased = [one for some in found for one in some]
        await asyncio.gather(*(self._carry(one) for one in leased))
        return len(leased)

    async def _serve(self, system: str, stopping: asyncio.Event) -> None:
        stop = asyncio.create_task(stopping.wait())
        running: set[asyncio.Task[None]] = set()
        rest = _SHORTEST
        try:
            while not stopping.is_set():
                leased = await self._next(system, self._policies[system].concurrency - len(running))
                running |= {asyncio.create_task(self._carry(one)) for one in leased}
                rest = _SHORTEST if leased else min(rest * 2, _LONGEST)
                await asyncio.wait(
                    {stop, *running},
                    timeout=random.uniform(0.5, 1) * rest,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                over = {task for task in running if task.done()}
                rest = _SHORTEST if over else rest
                running -= over
            if running:
                await asyncio.wait(running)
        finally:
            stop.cancel()
            for task in running:
                task.cancel()

    async def _next(self, system: str, free: int) -> list[Leased]:
        try:
            return await self._claim(system, free) if free else []
        except StoreAway as error:
            log.warning("the database is away", detail=error.detail)
        except asyncpg.TransactionRollbackError:
            log.info("a claim is tried again", system=system)
        return []

    async def _claim(self, system: str, most: int) -> list[Leased]:
        """Lease what may be asked of a system now, by its breaker and its budget."""
        policy, now = self._policies[system], self._now()
        with mapped():
            async with self._pool.acquire() as connection:
                if not await outbox.wanted(connection, system, SHARES, now):
                    return []
                async with connection.transaction():
                    breaker = await breakers.hold(connection, system)
                    if breaker.until is not None and now < breaker.until:
                        return []
                    await outbox.expire(connection, system, now)
                    probing = breaker.state != "closed"
                    leased = await self._take(connection, system, 1 if probing else most, now)
                    if probing and leased:
                        until = now + timedelta(seconds=policy.lease)
                        await breakers.probe(connection, system, until, now)
                    return leased

    async def _take(self, connection: Any, system: str, most: int, now: datetime) -> list[Leased]:
        policy, lease = self._policies[system], secrets.token_hex(8)
        wanted = await outbox.wanted(connection, system, SHARES, now)
        starts = window(policy.budget, now)
        used = await breakers.spent(connection, system, starts) if policy.budget.requests else {}
        found: list[Leased] = []
        for share in wanted:
            may = granted(policy.budget, used, wanted, share, most - len(found))
            if not may:
                continue
            some = await outbox.claim(connection, system, share, may, lease, policy.lease, now)
            if some and policy.budget.requests:
                used[share] = used.get(share, 0) + len(some)
                await breakers.spend(connection, system, share, starts, len(some))
            found += some
        return found

    async def _carry(self, leased: Leased) -> None:
        """Ask, and settle what came of it. Raises nothing: what cannot be settled is looked up when the lease ends."""
        try:
            outcome = await self._ask(leased)
            for tried in range(1, _SETTLE_TRIES + 1):
                try:
                    return await self._settle(leased, outcome)
                except (StoreAway, asyncpg.TransactionRollbackError):
                    if tried == _SETTLE_TRIES:
                        raise
                    await asyncio.sleep(random.uniform(0.5, 1) * 0.05 * 2**tried)
        except Exception:
            log.exception("an effect could not be settled", effect=leased.kept.effect)

    async def _ask(self, leased: Leased) -> Outcome | None:
        """What came of one request; None where the system knows nothing of an unclear effect."""
        effect, remote = leased.kept, self._remotes[leased.kept.system]
        try:
            # Before the lease can end, whatever the remote's own patience is.
            async with asyncio.timeout(self._policies[effect.system].lease * 0.8):
                return await (remote.find(effect.effect) if leased.unclear else remote.send(asked(effect)))
        except Exception as error:
            # A remote raises nothing for what a system does. Whatever this is, the effect may have been sent.
            log.exception("a remote broke off", system=effect.system, effect=effect.effect)
            return Outcome(came="unclear", detail=f"asking broke off ({type(error).__name__})")

    async def _settle(self, leased: Leased, outcome: Outcome | None) -> None:
        effect, now = leased.kept, self._now()
        policy = self._policies[effect.system]
        with mapped():
            async with self._pool.acquire() as connection:
                await self._fared(connection, effect.system, outcome, now)
                word = judged(policy, leased, outcome, now, random.random())
                async with connection.transaction():
                    if not await outbox.settle(connection, leased, word, now):
                        log.warning("a lease was lost", system=effect.system, effect=effect.effect)
                        return
                    if outcome and outcome.events:
                        await self._keep(connection, answers(effect, outcome.events), now)
                    if self._ended and word.state in ("done", "refused", "failed"):
                        after = effect._replace(state=word.state, problem=word.problem, settled=now)
                        await self._ended(connection, after, now)
                _asked.labels(effect.system, effect.kind, word.state).inc()

    async def _fared(self, connection: Any, system: str, outcome: Outcome | None, now: datetime) -> None:
        policy = self._policies[system]
        if outcome is not None and (outcome.came == "unclear" or outcome.failure in _UNWELL):
            until = now + timedelta(seconds=policy.breaker.rest)
            if await breakers.failed(connection, system, policy.breaker.failures, until, now):
                log.warning("a system is left alone", system=system, until=until, detail=outcome.detail)
            return
        await breakers.succeeded(connection, system, now)
        if outcome is not None and outcome.retry_after:
            until = now + timedelta(seconds=outcome.retry_after)
            await breakers.pause(connection, system, until, now)


def asked(effect: Kept) -> Ask:
    """An effect as it is asked for."""
    return Ask(
        effect=effect.effect,
        system=effect.system,
        kind=effect.kind,
        order=effect.key,
        cause=effect.cause,
        body=_DECODER.decode(effect.body),
    )


def answers(effect: Kept, events: Sequence[dict[str, Any]]) -> list[inbox.Message]:
    """What a system answered, as messages of its own; the same answer gives the same messages whenever it comes."""
    return [
        inbox.Message(
            source=effect.system,
            id=str(event.get("id") or f"{effect.effect}/{place}"),
            kind=str(event.get("type") or ""),
            content_type="application/cloudevents+json",
            body=_SORTED.encode(event),
            key=str(event.get("subject") or effect.key),
        )
        for place, event in enumerate(events)
    ]


def judged(
    policy: SystemPolicy, leased: Leased, outcome: Outcome | None, now: datetime, chance: float
) -> Word:
    """What becomes of an effect. `outcome` is None where it was looked up and is not known there; then it is sent."""
    if outcome is None:
        return Word("waiting", None, now)
    if outcome.came == "done":
        answer = _SORTED.encode(outcome.events) if outcome.events else None
        return Word("done", None, now, answer)
    if outcome.came == "refused":
        return Word("refused", outcome.detail or "the system refused it and did not say why", now)
    unclear = leased.unclear or outcome.came == "unclear"
    if spent(policy.retry, leased.kept.tries):
        doubt = "; whether it was done is not known" if unclear else ""
        return Word("failed", f"given up after {leased.kept.tries} requests: {outcome.detail}{doubt}", now)
    failure = "unclear" if outcome.came == "unclear" else outcome.failure
    seconds = pause(policy.retry, failure, leased.kept.tries, outcome.retry_after, chance)
    return Word("unclear" if unclear else "waiting", outcome.detail, now + timedelta(seconds=seconds))
