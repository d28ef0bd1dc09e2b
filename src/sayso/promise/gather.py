"""Rows of facts in memory, and the cards that the judgement is handed from them; no database is asked.

Rows may be put in, replaced and deleted at any time. A card is made when it is asked for, and made anew only where a
row that it was made from has changed, so that a journal can be followed row by row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from sayso.canon.canonical import digest
from sayso.canon.kinds import KINDS, kind_named
from sayso.canon.values import typed
from sayso.promise.asking import Request
from sayso.promise.cards import ZERO, AccountCard, ItemCard, Taken, WorldCard
from sayso.promise.facts import AccountFacts, Facts, ItemFacts
from sayso.promise.gathered import Row, account_card, item_card, world_card
from sayso.promise.lines import drawn_on
from sayso.promise.policy import Policy
from sayso.promise.world import World

_MOST_BRANCHES = 32
_NOTHING = Taken()
_OF_ITEMS = frozenset({"items", "units", "stock", "inbound", "demand", "kits", "substitutes"})
_OF_CUSTOMERS = frozenset({"customers", "receivables", "demand", "exposures"})
_OF_NOBODY = frozenset({"receipts"})

Key = tuple[Any, ...]
_Rows = dict[Key, dict[str, Any]]


class _Whose(NamedTuple):
    """Whose card a row stands on: an item's, a customer's account's, the world's."""

    item: str = ""
    customer: str = ""
    world: bool = False


class Books:
    """Facts by kind. A row is an upsert by its key, as in a load: columns that are left out keep what they have.

    A row may say `as_of` (an aware datetime) and `deleted` beside its columns.
    """

    def __init__(self, rows: Mapping[str, Iterable[Row]] | None = None) -> None:
        self._tables: dict[str, _Rows] = {kind: {} for kind in KINDS}
        self._of_item: dict[str, dict[str, _Rows]] = {}
        self._of_customer: dict[str, dict[str, _Rows]] = {}
        self._of_world: dict[str, _Rows] = {}
        self._branches: dict[str, set[str]] = {}
        self._items: dict[str, tuple[ItemCard, str]] = {}
        self._accounts: dict[str, tuple[AccountCard, str]] = {}
        self._tops: dict[str, str] = {}
        self._world: tuple[WorldCard, str] | None = None
        self._item_facts: dict[str, dict[str, ItemFacts]] = {}
        self._worlds: dict[str, World] = {}
        for kind, some in (rows or {}).items():
            for row in some:
                self.put(kind, row)

    def put(self, kind: str, row: Row) -> None:
        """Put a row in, change the one of its key, or delete it where it says so. BadField for an unknown kind."""
        if row.get("deleted"):
            self.delete(kind, row)
            return
        table = self._table(kind)
        key, given = _keyed(kind, row)
        before = table.get(key)
        after = {**before, **given} if before is not None else given
        if after == before:
            return  # what says nothing new makes no card anew
        if before is not None:
            self._unshelve(kind, key, before)
        table[key] = after
        self._shelve(kind, key, after)
        if kind == "customers" and (before is None or _tree(before) != _tree(after)):
            self._regrow(key[0], before, after)

    def replace(self, kind: str, row: Row) -> None:
        """Put a row in the place of the one of its key, of which nothing is kept."""
        self.delete(kind, row)
        self.put(kind, row)

    def delete(self, kind: str, row: Row) -> None:
        """Delete the row of this key, if there is one; other columns than the key's are not looked at."""
        table = self._table(kind)
        key, _ = _keyed(kind, row)
        before = table.pop(key, None)
        if before is not None:
            self._unshelve(kind, key, before)
            if kind == "customers":
                self._regrow(key[0], before, None)

    def rows(self, kind: str) -> Collection[Row]:
        """The rows of a kind as they stand. BadField for an unknown kind."""
        return self._table(kind).values()

    def item(self, item: str) -> ItemCard:
        """The card of an item; one that nobody knows has a card that says so."""
        return self._item(item)[0]

    def account(self, customer: str) -> AccountCard:
        """The card of a customer's credit account."""
        return self._account(self.top(customer))[0]

    def top(self, customer: str) -> str:
        """The credit account of a customer: its bill_to, else itself, and from there up by parent.

        A loop ends where it closes; a customer that nobody knows is its own.
        """
        known = self._tops.get(customer)
        if known is None:
            known = self._tops[customer] = self._climbed(customer)
        return known

    def world_card(self) -> WorldCard:
        """The card of everything that belongs to no single item or account."""
        return self._the_world()[0]

    def world(self, policy: Policy) -> World:
        """The world as a policy sees it."""
        known = self._worlds.get(policy.hash)
        if known is None:
            card, address = self._the_world()
            known = self._worlds[policy.hash] = World(card, address, policy)
        return known

    def item_facts(self, item: str, policy: Policy, taken: Taken = _NOTHING) -> ItemFacts:
        """An item's card, and what live reservations take of it: nothing unless told."""
        seen = self._item_facts.setdefault(item, {})
        known = seen.get(policy.hash)
        if known is None:
            card, address = self._item(item)
            known = seen[policy.hash] = ItemFacts(card, address, _NOTHING, policy)
        return known if taken is _NOTHING else known.with_taken(taken)

    def account_facts(self, customer: str, promised: Decimal = ZERO) -> AccountFacts:
        """A customer's credit account, and the money promised on it."""
        return AccountFacts(*self._account(self.top(customer)), promised)

    def facts(
        self, request: Request, policy: Policy, taken: Mapping[str, Taken] | None = None,
        promised: Decimal = ZERO,
    ) -> Facts:  # fmt: skip
        """All that a decision about a request may look at; `taken` by item, and `promised` on the account."""
        names = {line.item for line in request.lines}
        for line in request.lines:
            card = self.item(line.item)
            if card.kit or line.substitute:
                names.update(drawn_on(card, line.substitute))
        held = taken or {}
        items = {name: self.item_facts(name, policy, held.get(name, _NOTHING)) for name in sorted(names)}
        return Facts(self.world(policy), self.account_facts(request.customer, promised), items)

    def _table(self, kind: str) -> _Rows:
        table = self._tables.get(kind)
        return self._tables[kind_named(kind).name] if table is None else table

    def _item(self, item: str) -> tuple[ItemCard, str]:
        known = self._items.get(item)
        if known is None:
            shelf = self._of_item.get(item, {})
            card = item_card(item, lambda kind: shelf.get(kind, {}).values())
            known = self._items[item] = (card, _address(card))
        return known

    def _account(self, account: str) -> tuple[AccountCard, str]:
        known = self._accounts.get(account)
        if known is None:
            shelves = self._of_customer
            card = account_card(
                account,
                self._members(account),
                lambda kind, customer: shelves.get(customer, {}).get(kind, {}).values(),
            )
            known = self._accounts[account] = (card, _address(card))
        return known

    def _the_world(self) -> tuple[WorldCard, str]:
        if self._world is None:
            card = world_card(lambda kind: self._of_world.get(kind, {}).values())
            self._world = (card, _address(card))
        return self._world

    def _climbed(self, customer: str) -> str:
        customers = self._tables["customers"]
        own = customers.get((customer,))
        if own is None:
            return customer
        here: str = own.get("bill_to") or customer
        seen: set[str] = set()
        while True:
            seen.add(here)
            above = customers.get((here,), {}).get("parent")
            if not above or above in seen:
                return here
            here = above

    def _members(self, account: str) -> Iterable[str]:
        """The customers of an account, itself among them where it is one."""
        found, edge = {account}, {account}
        for _ in range(_MOST_BRANCHES):
            edge = {branch for above in edge for branch in self._branches.get(above, ())} - found
            if not edge:
                break
            found |= edge
        return [customer for customer in found if self.top(customer) == account]

    def _shelve(self, kind: str, key: Key, row: dict[str, Any]) -> None:
        whose = self._touched(kind, row)
        if whose.item:
            self._of_item.setdefault(whose.item, {}).setdefault(kind, {})[key] = row
        if whose.customer:
            self._of_customer.setdefault(whose.customer, {}).setdefault(kind, {})[key] = row
        if whose.world:
            self._of_world.setdefault(kind, {})[key] = row

    def _unshelve(self, kind: str, key: Key, row: dict[str, Any]) -> None:
        whose = self._touched(kind, row)
        if whose.item:
            del self._of_item[whose.item][kind][key]
        if whose.customer:
            del self._of_customer[whose.customer][kind][key]
        if whose.world:
            del self._of_world[kind][key]

    def _touched(self, kind: str, row: Row) -> _Whose:
        """Whose card a row stands on. What is kept of that card is forgotten."""
        whose = _whose(kind, row)
        if whose.item in self._items:
            del self._items[whose.item]
            self._item_facts.pop(whose.item, None)
        if whose.customer and self._accounts:
            self._accounts.pop(self.top(whose.customer), None)
        if whose.world:
            self._world = None
            self._worlds.clear()
        return whose

    def _regrow(self, customer: str, before: Row | None, after: Row | None) -> None:
        """A customer came, went, or moved to another branch: any account may have gained or lost it."""
        for row, grows in ((before, False), (after, True)):
            for above in _tree(row) if row is not None else ():
                if above and above != customer:
                    branches = self._branches.setdefault(above, set())
                    branches.add(customer) if grows else branches.discard(customer)
        self._tops.clear()
        self._accounts.clear()


def _whose(kind: str, row: Row) -> _Whose:
    if kind == "prices":
        if row.get("source_type") == "customer":
            return _Whose(customer=row["source"])
        if row.get("target_type") == "item":
            return _Whose(item=row["target"])
        return _Whose(world=True)
    item = (row.get("item") or "") if kind in _OF_ITEMS else ""
    customer = (row.get("customer") or "") if kind in _OF_CUSTOMERS else ""
    settled = item or customer or kind in _OF_ITEMS or kind in _OF_CUSTOMERS or kind in _OF_NOBODY
    return _Whose(item, customer, not settled)


def _tree(row: Row) -> tuple[str, str]:
    return row.get("bill_to") or "", row.get("parent") or ""


def _keyed(kind: str, row: Row) -> tuple[Key, dict[str, Any]]:
    """The key of a row, and the row with what is blank in its key as it is stored."""
    given = {name: value for name, value in row.items() if name != "deleted"}
    for column in KINDS[kind].key:
        if given.get(column.name) is None:
            given[column.name] = typed(column, column.neutral)
    return tuple(given[column.name] for column in KINDS[kind].key), given


def _address(card: msgspec.Struct) -> str:
    # The world's calendars are mappings of days, which can be put in order only as text.
    plain = msgspec.to_builtins(card) if isinstance(card, WorldCard) else card
    return digest(msgspec.json.encode(plain, order="sorted"))
