"""What workers do: messages applied, effects carried out, silence noticed, the day's invoices asked for.

As many processes as wanted do it beside each other; with a simulated clock it is done when somebody says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import structlog

from sayso.canon.findings import Finding
from sayso.delivery.inbound import Inbound
from sayso.delivery.outbound import Outbound
from sayso.desk import measures
from sayso.desk.cases import silence
from sayso.desk.cases.casework import CaseScope, settle_cases
from sayso.desk.cash import daily
from sayso.desk.cash.following import Following
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.messages.reading import held_back
from sayso.errors import StoreAway
from sayso.promise.policy import Policy
from sayso.store import inbox, outgoing, vitals
from sayso.store.database import mapped
from sayso.store.outbox import Kept
from sayso.systems.seam import Remote

log = structlog.get_logger()

#: How long what was told outside is kept, for those who ask for it again.
NEWS_KEPT = timedelta(days=30)

_FORGET_EVERY = timedelta(hours=1)
_LOOK_EVERY = timedelta(seconds=15)
_EVERY = 5.0  # seconds between rounds
_MOST_TURNS = 10_000  # of `settle`: more means that something goes round and round
_MOST_HELD = 100_000
_KINDS = {"refused": "effect_refused", "failed": "effect_failed"}


class Working:
    """The work of one process over a pool; `remotes` are the systems that can be asked, by name."""

    def __init__(
        self, pool: Any, policy: Policy, follow: FollowPolicy, remotes: Mapping[str, Remote],
        now: Callable[[], datetime], *, lanes: int = 2,
    ) -> None:  # fmt: skip
        self.following = Following(policy, follow)
        self._pool = pool
        self._follow = follow
        self._now = now
        self._remotes = remotes
        asked = {name: follow.systems[name] for name in remotes}
        self._alone = asyncio.Lock()
        self._forgot: datetime | None = None
        self._looked: datetime | None = None
        self._inbound = Inbound(pool, self.following.apply, now, lanes=lanes)
        self._outbound = Outbound(pool, remotes, asked, now, ended=self._ended)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; what is begun is finished first."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._inbound.run(stopping))
            group.create_task(self._outbound.run(stopping))
            group.create_task(self._rounds(stopping))
        await self.close()

    async def settle(self, *, rounds: bool = True) -> int:
        """Do everything that is due now, until nothing is; how many messages and requests that were."""
        async with self._alone:
            return await self._settled(rounds)

    async def _settled(self, rounds: bool) -> int:
        done = 0
        for _ in range(_MOST_TURNS):
            step = await self._inbound.once() or await self._outbound.once()
            done += step
            if not step:
                if not rounds:
                    return done
                rounds = False
                await self.round()
        raise StoreAway("the work does not end", remedy="this is a fault: report it")

    async def round(self) -> None:
        """What is done though nothing came: silence is noticed, and yesterday is invoiced."""
        now = self._now()
        with mapped():
            await silence.round(self._pool, now, self._follow.cases)
            await self._held_back(now)
            await daily.ask(self._pool, self._follow, now)
            await self._forget(now)
            await self._look(now)

    async def _forget(self, now: datetime) -> None:
        """What was told outside is kept for a while, so that it can be told again."""
        if self._forgot is None or now - self._forgot >= _FORGET_EVERY:
            await outgoing.forget(self._pool, now - NEWS_KEPT)
            self._forgot = now

    async def _look(self, now: datetime) -> None:
        """How it stands is measured now and then: rows are counted for it."""
        if self._looked is None or now - self._looked >= _LOOK_EVERY:
            measures.stand(await vitals.following(self._pool), now)
            self._looked = now

    async def _held_back(self, now: datetime) -> None:
        """Every message in quarantine is a case, and no other is: also one that was held back by a failure."""
        async with self._pool.acquire() as connection, connection.transaction():
            held = await inbox.held_back(connection, most=_MOST_HELD)
            scope = CaseScope(kinds=["message_quarantined"], found_in=("message",))
            found = [held_back(one, one.problem) for one in held]
            await settle_cases(connection, scope, found, now, self._follow.cases)

    async def close(self) -> None:
        """Let go of the systems."""
        for remote in self._remotes.values():
            await remote.close()

    async def _rounds(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.round()
            except (StoreAway, asyncpg.TransactionRollbackError) as problem:
                log.warning("the rounds wait", problem=type(problem).__name__)
            except Exception:
                # What is wrong with a round must not end the work on messages and effects.
                log.exception("a round broke off")
            asked = asyncio.create_task(stopping.wait())
            await asyncio.wait((asked,), timeout=_EVERY)
            asked.cancel()

    async def _ended(self, connection: Any, effect: Kept, now: datetime) -> None:
        """An effect that will not be is a case; one that was done after all closes it."""
        kind = _KINDS.get(effect.state)
        found = [] if kind is None else [_given_up(kind, effect)]
        scope = CaseScope(
            keys=[(name, effect.effect) for name in sorted(set(_KINDS.values()))], found_in=("effect",)
        )
        await settle_cases(connection, scope, found, now, self._follow.cases)


def _given_up(kind: str, effect: Kept) -> Finding:
    return Finding(
        kind=kind, key=effect.effect, order=effect.key, document=effect.effect, amount=effect.amount,
        currency=effect.currency,
        facts={"effect": effect.effect, "kind": effect.kind, "system": effect.system, "problem": effect.problem or ""},
    )  # fmt: skip
