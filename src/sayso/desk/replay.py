"""A recorded decision, made again on the very facts it was made from: the same bytes, or somebody has to ask why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from sayso.errors import Conflict, NotFound
from sayso.promise.asking import Question, Request
from sayso.promise.cards import AccountCard, ItemCard, Taken, WorldCard
from sayso.promise.decision import JUDGEMENT, Decision, decide
from sayso.promise.facts import AccountFacts, Facts, ItemFacts
from sayso.promise.policy import Policy, thaw
from sayso.promise.world import World
from sayso.store import cards
from sayso.store.promises import Recorded


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """An item: its card, and what live reservations took of it."""

    card: str
    taken: Taken = Taken()


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is recorded beside a decision (see sayso.promise.evidence): content addresses, and what was taken."""

    account: tuple[str, Decimal] | None
    hold_seconds: int
    items: dict[str, Counted]
    judgement: str
    now: datetime
    overridden_by: str
    policy: str
    promise: str
    request: Request
    world: str

    @property
    def addresses(self) -> list[str]:
        """The cards that it was made from, and the policy."""
        named = {self.world, self.policy, *(one.card for one in self.items.values())}
        return sorted(named | ({self.account[0]} if self.account else set()))


async def replayed(connection: Any, recorded: Recorded) -> Decision:
    """The decision, made again from its evidence. Its `body` and `evidence` are to be those that were recorded.

    Raises Conflict where another version of the judgement made it, which alone could make it again, and NotFound
    where a card it was made from is no longer kept.
    """
    question, facts = await rebuilt(connection, recorded)
    return decide(question, facts)


async def rebuilt(connection: Any, recorded: Recorded) -> tuple[Question, Facts]:
    """The question of a recorded decision, and the facts it was made from. Raises as `replayed` does."""
    evidence = msgspec.json.decode(recorded.evidence, type=Evidence)
    if evidence.judgement != JUDGEMENT:
        raise Conflict(
            f"{recorded.id} was decided by judgement {evidence.judgement}, this is {JUDGEMENT}",
            remedy=f"replay it with the version of Sayso that has judgement {evidence.judgement}",
        )
    bodies = await cards.archived(connection, evidence.addresses)
    if missing := [address for address in evidence.addresses if address not in bodies]:
        raise NotFound(
            f"{recorded.id} was decided on facts that are no longer kept: {', '.join(missing)}",
            remedy="restore the table cards",
        )
    question = Question(
        evidence.promise, evidence.request, evidence.now, evidence.hold_seconds, evidence.overridden_by
    )
    return question, _facts(evidence, bodies)


def _facts(evidence: Evidence, bodies: Mapping[str, str]) -> Facts:
    """The facts as they stood."""
    policy = thaw(bodies[evidence.policy].encode())
    world = World(msgspec.json.decode(bodies[evidence.world], type=WorldCard), evidence.world, policy)
    items = {name: _item(bodies[one.card], one, policy) for name, one in evidence.items.items()}
    account = None
    if evidence.account is not None:
        address, promised = evidence.account
        account = AccountFacts(msgspec.json.decode(bodies[address], type=AccountCard), address, promised)
    return Facts(world, account, items)


def _item(body: str, one: Counted, policy: Policy) -> ItemFacts:
    return ItemFacts(msgspec.json.decode(body, type=ItemCard), one.card, one.taken, policy)
