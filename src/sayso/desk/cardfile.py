"""The cards that this process has read, kept by the version of the facts they were made from.

A version stands in a row that every load of facts raises, under the row's lock. Whoever holds the lock and finds
the version unchanged may use the card without reading the facts again.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from sayso.canon.canonical import digest
from sayso.promise.cards import AccountCard, ItemCard, Taken, WorldCard
from sayso.promise.facts import AccountFacts, ItemFacts
from sayso.promise.policy import Policy
from sayso.promise.world import World
from sayso.store import cards

_ITEM = msgspec.json.Decoder(ItemCard)
_ACCOUNT = msgspec.json.Decoder(AccountCard)
_WORLD = msgspec.json.Decoder(WorldCard)
_TAKEN = msgspec.json.Decoder(Taken)
_NOTHING = Taken()


class _Item(NamedTuple):
    facts: int
    taken: str
    known: ItemFacts


class CardFile:
    """Cards in memory. `most` bounds how many items (and as many accounts) are kept; the oldest leave first.

    With `archives`, the bodies of cards are kept until `archived` says that they are.
    """

    def __init__(self, policy: Policy, most: int = 200_000, *, archives: bool = True) -> None:
        self.policy = policy
        self._most = most
        self._archives = archives
        self._items: dict[str, _Item] = {}
        self._accounts: dict[str, tuple[int, AccountCard, str]] = {}
        self._promised: dict[str, Decimal] = {}
        self._tops: dict[str, str] = {}
        self._world: tuple[int, World] | None = None
        self._bodies: dict[str, tuple[str, str]] = {}
        self._archived: set[str] = set()

    def blank(self) -> CardFile:
        """A file without a card, which knows what is archived already."""
        blank = CardFile(self.policy, self._most, archives=self._archives)
        blank._archived = self._archived
        return blank

    async def items(
        self, connection: Any, stands: Mapping[str, tuple[int, str]], names: Iterable[str]
    ) -> dict[str, ItemFacts]:
        """The facts of items as they stand: (version, taken) by item; an item without a row has never been loaded."""
        found: dict[str, ItemFacts] = {}
        missing: list[str] = []
        for name in names:
            stand = stands.get(name)
            kept = self._items.get(name)
            if stand is None:
                found[name] = self._unheard_of(name)
            elif kept is None or kept.facts != stand[0]:
                missing.append(name)
            elif kept.taken == stand[1]:
                found[name] = kept.known
            else:
                found[name] = self._keep(name, stand, kept.known.with_taken(_taken(stand[1])))
        if missing:
            for name, body in (await cards.items(connection, missing)).items():
                stand = stands[name]
                known = ItemFacts(
                    _ITEM.decode(body), self._filed("item", body), _taken(stand[1]), self.policy
                )
                found[name] = self._keep(name, stand, known)
        return found

    async def accounts(
        self, connection: Any, stands: Mapping[str, tuple[int, str]], names: Iterable[str]
    ) -> dict[str, AccountFacts]:
        """The facts of accounts as they stand: (version, promised) by account; those never loaded are left out."""
        missing = [
            name for name in names
            if name in stands and (name not in self._accounts or self._accounts[name][0] != stands[name][0])
        ]  # fmt: skip
        if missing:
            for name, body in (await cards.accounts(connection, missing)).items():
                self._bound(self._accounts)
                self._accounts[name] = (stands[name][0], _ACCOUNT.decode(body), self._filed("account", body))
        by = await self._by_customer(connection, [name for name in names if name in stands])
        found: dict[str, AccountFacts] = {}
        for name in names:
            if name in stands:
                _, card, address = self._accounts[name]
                promised = self._promised[name] = Decimal(stands[name][1])
                found[name] = AccountFacts(card, address, promised, by.get(name))
        return found

    async def _by_customer(self, connection: Any, names: Iterable[str]) -> dict[str, dict[str, Decimal]]:
        """What is promised to each customer, of trees that the policy takes for more than one account."""
        shared = [
            name for name in names if self.policy.credit.apart and len(self._accounts[name][1].customers) > 1
        ]
        found = await cards.promised_by(connection, shared) if shared else {}
        return {name: {who: Decimal(money) for who, money in by.items()} for name, by in found.items()}

    async def world(self, connection: Any, version: int) -> World:
        """The world at a version."""
        if self._world is None or self._world[0] != version:
            body = await cards.world(connection)
            self._filed("policy", self.policy.body.decode(), self.policy.hash)
            self._world = (version, World(_WORLD.decode(body), self._filed("world", body), self.policy))
        return self._world[1]

    async def tops(self, connection: Any, customers: Iterable[str]) -> dict[str, str]:
        """The credit accounts of customers, as last seen: an account's card tells whether that still holds."""
        asked = set(customers)
        missing = [customer for customer in asked if customer not in self._tops]
        if missing:
            found = await cards.tops(connection, missing)
            self._bound(self._tops)
            self._tops.update(found)
        return {customer: self._tops[customer] for customer in asked}

    def seen(self, name: str) -> ItemCard | None:
        """The card of an item as last seen; it may have changed since."""
        kept = self._items.get(name)
        return kept.known.card if kept else None

    def unseen(self, names: Iterable[str], absent: Container[str] = ()) -> list[str]:
        """Those of these items that have no card here, but for those that are known to be `absent`."""
        return [name for name in names if name not in self._items and name not in absent]

    def forget_top(self, customer: str) -> None:
        """A customer has moved to another account."""
        self._tops.pop(customer, None)

    async def acquaint_world(self, connection: Any) -> None:
        """See to it that there is a world to believe in."""
        if self._world is None:
            await self.world(connection, await cards.world_version(connection))

    def believed_world(self) -> tuple[int, World]:
        """The version of the world as last seen, and the world."""
        assert self._world is not None
        return self._world

    def believed_item(self, name: str) -> tuple[int | None, str, ItemFacts]:
        """(version, taken, facts) of an item as last seen; no version where it was never loaded."""
        kept = self._items.get(name)
        return kept if kept is not None else (None, "", self._unheard_of(name))

    def believed_account(self, name: str) -> tuple[int, AccountFacts] | None:
        """(version, facts) of an account as last seen; None where it was never loaded."""
        kept = self._accounts.get(name)
        return None if kept is None else (kept[0], AccountFacts(kept[1], kept[2], self._promised[name]))

    def strange(self, names: Iterable[str]) -> list[str]:
        """Those of these accounts that have no card here."""
        return [name for name in names if name not in self._accounts]

    def believe(self, items: Mapping[str, tuple[str, ItemFacts]], promised: Mapping[str, Decimal]) -> None:
        """What is, or is about to be, written: taken by item, and the money promised by account."""
        for name, (taken, known) in items.items():
            kept = self._items.get(name)
            if kept is not None and kept.known.digest == known.digest:
                self._items[name] = _Item(kept.facts, taken, known)
        for name, money in promised.items():
            if name in self._accounts:
                self._promised[name] = money

    def unarchived(self, addresses: Iterable[str]) -> list[tuple[str, str, str]]:
        """Those of these cards that this process has not archived yet, as (address, kind, body)."""
        return [
            (address, *self._bodies[address]) for address in addresses
            if address not in self._archived and address in self._bodies
        ]  # fmt: skip

    def archived(self, cards_kept: Iterable[tuple[str, str, str]]) -> None:
        """After a commit: these are archived."""
        for address, _, _ in cards_kept:
            self._bodies.pop(address, None)
            self._archived.add(address)

    def _filed(self, kind: str, body: str, address: str = "") -> str:
        address = address or digest(body.encode())
        if self._archives and address not in self._archived:
            self._bodies[address] = (kind, body)
        if len(self._archived) > 5 * self._most:
            self._archived.clear()
        return address

    def _keep(self, name: str, stand: tuple[int, str], known: ItemFacts) -> ItemFacts:
        self._bound(self._items)
        self._items[name] = _Item(stand[0], stand[1], known)
        return known

    def _unheard_of(self, name: str) -> ItemFacts:
        body = msgspec.json.encode(ItemCard(name), order="sorted").decode()
        return ItemFacts(ItemCard(name), self._filed("item", body), _NOTHING, self.policy)

    def _bound(self, kept: dict[str, Any]) -> None:
        if len(kept) >= self._most:
            for oldest in list(kept)[: self._most // 8]:
                del kept[oldest]


def _taken(text: str) -> Taken:
    return _NOTHING if text == "{}" else _TAKEN.decode(text)
