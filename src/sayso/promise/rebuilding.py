"""A recorded decision's question and facts, put together again from its evidence and the archived bodies of its cards.

Values only: who fetches the bodies, and what becomes of the answer, is somebody else's affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from sayso.canon.canonical import digest
from sayso.errors import Conflict, SaysoError
from sayso.promise.asking import Question, Request
from sayso.promise.cards import AccountCard, ItemCard, Taken, WorldCard
from sayso.promise.decision import JUDGEMENT
from sayso.promise.facts import AccountFacts, Facts, ItemFacts
from sayso.promise.policy import Policy, thaw
from sayso.promise.world import World


class Counted(msgspec.Struct, frozen=True, array_like=True):
    """An item: its card, and what live reservations took of it."""

    card: str
    taken: Taken = Taken()


class Owing(msgspec.Struct, frozen=True, array_like=True):
    """A credit account: its card, and the money that was promised on it, by customer where that mattered."""

    card: str
    promised: Decimal
    by: dict[str, Decimal] | None = None


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is recorded beside a decision (see sayso.promise.evidence): content addresses, and what was taken."""

    account: Owing | None
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
        return sorted(named | ({self.account.card} if self.account else set()))

    @property
    def question(self) -> Question:
        """What was asked, when, and under which number it was answered."""
        return Question(self.promise, self.request, self.now, self.hold_seconds, self.overridden_by)


_EVIDENCE = msgspec.json.Decoder(Evidence)
_ITEM = msgspec.json.Decoder(ItemCard)
_ACCOUNT = msgspec.json.Decoder(AccountCard)
_WORLD = msgspec.json.Decoder(WorldCard)


def thawed(recorded: bytes, promise: str) -> Evidence:
    """Evidence as it was recorded under a promise's number.

    Raises Conflict where another version of the judgement made the decision, which alone could make it again, and
    SaysoError where it cannot be read.
    """
    try:
        evidence = _EVIDENCE.decode(recorded)
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        raise SaysoError(
            f"the evidence of {promise} cannot be read: {broken}", remedy="restore the table decisions"
        ) from None
    if evidence.judgement != JUDGEMENT:
        raise Conflict(
            f"{promise} was decided by judgement {evidence.judgement}, this is {JUDGEMENT}",
            remedy=f"replay it with the version of Sayso that has judgement {evidence.judgement}",
        )
    return evidence


class Cards:
    """Archived cards, each checked against its address and decoded once. `most` bounds how many are kept."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._items: dict[tuple[str, str], ItemFacts] = {}
        self._accounts: dict[str, AccountCard] = {}
        self._policies: dict[str, Policy] = {}
        self._worlds: dict[tuple[str, str], World] = {}
        self._bodies: dict[str, str] = {}

    def missing(self, addresses: set[str]) -> set[str]:
        """Those of these addresses whose bodies are not here."""
        return addresses - self._bodies.keys()

    def add(self, bodies: Mapping[str, str]) -> set[str]:
        """Keep bodies by address; those addresses whose body is not the one they were made from are returned."""
        if len(self._bodies) + len(bodies) > self._most:
            self.forget()
        damaged = {address for address, body in bodies.items() if digest(body.encode()) != address}
        self._bodies.update({address: body for address, body in bodies.items() if address not in damaged})
        return damaged

    def forget(self) -> None:
        """Keep none."""
        kept: tuple[dict[Any, Any], ...] = (
            self._items, self._accounts, self._policies, self._worlds, self._bodies
        )  # fmt: skip
        for some in kept:
            some.clear()

    def policy(self, address: str) -> Policy:
        """An archived policy. Raises KeyError where it is not here, as the others do."""
        if address not in self._policies:
            found = self._policies[address] = thaw(self._bodies[address].encode())
            # Its name is the one it was recorded under, whichever settings came up since.
            found.__dict__["hash"] = address
        return self._policies[address]

    def facts(self, evidence: Evidence, policy: Policy | None = None) -> Facts:
        """The facts as they stood; under another policy where one is given. Raises KeyError for a card not here."""
        under = policy or self.policy(evidence.policy)
        items = {name: self._item(one, under) for name, one in evidence.items.items()}
        account = None
        if evidence.account is not None:
            owing = evidence.account
            account = AccountFacts(self._account(owing.card), owing.card, owing.promised, owing.by)
        return Facts(self._world(evidence.world, under), account, items)

    def _item(self, one: Counted, policy: Policy) -> ItemFacts:
        key = (one.card, policy.hash)
        known = self._items.get(key)
        if known is None:
            if len(self._items) > 2 * self._most:
                self._items.clear()
            known = self._items[key] = ItemFacts(
                _ITEM.decode(self._bodies[one.card]), one.card, Taken(), policy
            )
        return known.with_taken(one.taken)

    def _account(self, address: str) -> AccountCard:
        if address not in self._accounts:
            self._accounts[address] = _ACCOUNT.decode(self._bodies[address])
        return self._accounts[address]

    def _world(self, address: str, policy: Policy) -> World:
        key = (address, policy.hash)
        if key not in self._worlds:
            if len(self._worlds) > 64:
                self._worlds.clear()
            self._worlds[key] = World(_WORLD.decode(self._bodies[address]), address, policy)
        return self._worlds[key]
