"""What follows orders, assembled: the follow file read, the systems that can be asked, the doors, the workers' work."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from msgspec import structs

from sayso.delivery import broker
from sayso.delivery.webhooks import Webhooks
from sayso.desk.cases.casework import Casework
from sayso.desk.cash import policy as follow_policy
from sayso.desk.cash.following import Following
from sayso.desk.cash.policy import FollowPolicy
from sayso.desk.cash.working import Working
from sayso.desk.messages.brought import keeping
from sayso.desk.messages.quarantine import Quarantine
from sayso.desk.messages.subscribing import stuck_case
from sayso.desk.messages.taking import Taking
from sayso.errors import Misconfigured
from sayso.insight.transactions import Transactions
from sayso.promise.policy import Policy
from sayso.store import contracts
from sayso.store.database import mapped
from sayso.systems.contracts import shipped
from sayso.systems.http_remote import HttpRemote
from sayso.systems.seam import Remote

_SIMULATED = "simulated"


class Beside(Protocol):
    """The settings of what workers do beside following orders."""

    @property
    def follow(self) -> str: ...
    @property
    def broker(self) -> str: ...
    @property
    def broker_in(self) -> str: ...
    @property
    def broker_out(self) -> str: ...
    @property
    def webhooks_private(self) -> bool: ...


@dataclass(frozen=True)
class Follow:
    """The doors of order to cash over one pool, and the work that stands behind them."""

    policy: FollowPolicy
    casework: Casework
    taking: Taking
    quarantine: Quarantine
    transactions: Transactions
    working: Working


def policy_of(file: str) -> FollowPolicy:
    """The follow file's settings, or the defaults where none is named. Misconfigured names the file and what is wrong."""
    if not file:
        return FollowPolicy()
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as away:
        raise Misconfigured(f"{file}: {away}", remedy="name a follow file that can be read") from None
    try:
        return follow_policy.read(tomllib.loads(text), file)
    except tomllib.TOMLDecodeError as broken:
        raise Misconfigured(f"{file}: {broken}", remedy="the follow file is TOML in UTF-8") from None


def check(found: Beside) -> None:
    """Misconfigured for a follow file, or a broker, that no process could work with: said once, before any is started."""
    policy_of(found.follow)
    broker.assemble(
        None, datetime.now, broker=found.broker, broker_in=found.broker_in, broker_out=found.broker_out
    )


def assembled(pool: Any, policy: Policy, follow: FollowPolicy, now: Callable[[], datetime]) -> Follow:
    """Everything that follows orders, over a pool. Nothing is connected yet."""
    following = Following(policy, follow)
    return Follow(
        follow,
        Casework(pool, follow.cases, follow.roles),
        Taking(pool),
        Quarantine(pool, following.apply),
        Transactions(pool),
        Working(pool, policy, follow, remotes(follow), now),
    )


def remotes(follow: FollowPolicy) -> dict[str, Remote]:
    """The systems that have an address, each with its own connections."""
    return {
        name: HttpRemote(system.url, system.key, timeout=system.timeout, connections=system.concurrency)
        for name, system in follow.systems.items() if system.url
    }  # fmt: skip


async def install(pool: Any, follow: FollowPolicy, now: datetime) -> int:
    """Put the contracts in force that come with Sayso for the products that the follow file names; how many were new."""
    found = 0
    with mapped():
        for name, system in follow.systems.items():
            if system.product == _SIMULATED:
                own = (structs.replace(one, system=name) for one in shipped(system.role).values())
                found += await contracts.install(pool, own, now)
    return found


async def work(
    pool: Any, follow: Follow, found: Beside, now: Callable[[], datetime], stopping: asyncio.Event
) -> None:
    """What a worker does beside the rounds of promising, until it is told to stop."""
    calling = Webhooks(
        pool, now, follow.policy.webhooks, stuck=stuck_case(follow.policy.cases), private=found.webhooks_private
    )  # fmt: skip
    speaking = broker.assemble(
        pool, now, broker=found.broker, broker_in=found.broker_in, broker_out=found.broker_out, keep=keeping(pool, now)
    )  # fmt: skip
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(follow.working.run(stopping))
            group.create_task(calling.run(stopping))
            if speaking is not None:
                group.create_task(speaking.run(stopping))
    finally:
        await calling.close()
