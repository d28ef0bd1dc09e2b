"""How both sides stood at a moment: the ERP's facts, and what the storefront's feeds had told it by then.

Follows rows in the order of time. Takes an order's own rows out of the facts while that order is judged. Decides nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.audit.engine.findings import ZERO
from sayso.audit.engine.journal import BEGINNING, BELIEFS, FACTS, Layout, hour_of, rows
from sayso.audit.shapes import Belief, Outcome
from sayso.canon.kinds import KINDS
from sayso.promise.asking import Request
from sayso.promise.cards import Customer
from sayso.promise.facts import Facts, ItemFacts
from sayso.promise.gather import Books
from sayso.promise.lines import drawn_on
from sayso.promise.policy import Policy

_OWN_KINDS = ("demand", "receivables", "exposures")
_NOTHING_LEFT = ("quantity", "amount", "amount_shipped_not_invoiced", "open")
_LONGEST_FEED = timedelta(hours=25)

_Key = tuple[Any, ...]


class Change(NamedTuple):
    """What was on hand of an item at a place until a moment."""

    at: datetime
    site: str
    variant: str
    before: Decimal


class Feed:
    """The storefront's feeds as they stood: the latest row of each key."""

    def __init__(self) -> None:
        self.stock: dict[tuple[str, str], dict[str, Belief]] = {}
        self.prices: dict[str, dict[_Key, Belief]] = {}
        self.credit: dict[str, bool] = {}

    def put(self, belief: Belief) -> None:
        """A row of a feed."""
        if belief.kind == "stock":
            self.stock.setdefault((belief.item, belief.variant), {})[belief.site] = belief
        elif belief.kind == "price":
            key = (
                belief.variant, belief.customer, belief.group, belief.uom, belief.currency, belief.min_quantity,
            )  # fmt: skip
            self.prices.setdefault(belief.item, {})[key] = belief
        elif belief.credit_ok is not None:
            self.credit[belief.customer] = belief.credit_ok

    def price(
        self, item: str, variant: str, customer: Customer, uom: str, currency: str, quantity: Decimal
    ) -> Decimal | None:
        """The price that the feed has for a buyer and quantity: the most particular row, of these the largest break."""
        fitting = [
            belief
            for belief in self.prices.get(item, {}).values()
            if belief.variant in ("", variant)
            and belief.customer in ("", customer.customer)
            and belief.group in ("", customer.price_group, customer.group)
            and belief.uom in ("", uom)
            and belief.currency in ("", currency)
            and belief.min_quantity <= quantity
            and belief.price is not None
        ]
        best = max(
            fitting,
            key=lambda one: (
                bool(one.customer), bool(one.group), bool(one.variant), bool(one.currency), bool(one.uom),
                one.min_quantity,
            ),
            default=None,
        )  # fmt: skip
        return best.price if best else None


class Standing:
    """Facts and feeds, moved on row by row."""

    def __init__(self, ages: bool = False) -> None:
        self.books = Books()
        self.feed = Feed()
        #: What was on hand until lately, by item.
        self.changes: dict[str, deque[Change]] = {}
        self._on_hand: dict[_Key, Decimal] = {}
        self._own: dict[str, dict[tuple[str, _Key], dict[str, Any]]] = {}
        self._rows: dict[tuple[str, _Key], tuple[dict[str, Any], tuple[str, ...]]] = {}
        self._days: dict[str, dict[str, tuple[ItemFacts, ItemFacts]]] = {}
        self._ages = ages

    def put(
        self, kind: str, as_of: datetime | None, values: Mapping[str, Any], deleted: bool = False
    ) -> None:
        """A row of facts. Ages are told to the judgement only where a policy asks how old a fact is."""
        if self._ages and as_of is not None:
            values = {**values, "as_of": as_of}
        if deleted or values.get("deleted"):
            self.books.delete(kind, values)
            self._forget_own(kind, values)
            return
        if kind == "stock" and "on_hand" in values:
            self._count(as_of, values)
        self.books.put(kind, values)
        if kind in _OWN_KINDS:
            self._remember_own(kind, values)

    def facts(self, question: Request, policy: Policy) -> Facts:
        """What a question is decided from. What is worked out from a card is kept for the day, and no longer."""
        day = self._days.setdefault(policy.hash, {})
        items: dict[str, ItemFacts] = {}
        for line in question.lines:
            card = self._fresh(line.item, policy, day, items).card
            for name in drawn_on(card, False) if card.kit else ():
                self._fresh(name, policy, day, items)
        return Facts(self.books.world(policy), self.books.account_facts(question.customer), items)

    def next_day(self) -> None:
        """Another day begins: what was worked out for the last is let go."""
        self._days.clear()

    def _fresh(
        self, name: str, policy: Policy, day: dict[str, tuple[ItemFacts, ItemFacts]], items: dict[str, ItemFacts]
    ) -> ItemFacts:  # fmt: skip
        known = self.books.item_facts(name, policy)
        seen = day.get(name)
        if seen is None or seen[0] is not known:
            known.card.memo.clear()
            seen = day[name] = (known, ItemFacts(known.card, known.digest, known.taken, policy))
        items[name] = seen[1]
        return seen[1]

    @contextmanager
    def without_own(self, order: str, outcomes: Iterable[Outcome]) -> Iterator[None]:
        """The facts without the order's own demand, invoices and other parts of exposure."""
        own = {
            place: row
            for name in {order, *(one.document for one in outcomes if one.document)} & self._own.keys()
            for place, row in self._own[name].items()
            if any(row.get(column) for column in _NOTHING_LEFT)
        }
        for (kind, _), row in own.items():
            self.books.delete(kind, row)
        try:
            yield
        finally:
            for (kind, _), row in own.items():
                self.books.put(kind, row)

    def on_hand_until(self, item: str, moment: datetime) -> dict[tuple[str, str], Decimal]:
        """What was on hand at a moment of the last day, by site and variant; only where it has changed since."""
        found: dict[tuple[str, str], Decimal] = {}
        for change in self.changes.get(item, ()):
            if change.at > moment:
                found.setdefault((change.site, change.variant), change.before)
        return found

    def has_changed(self, item: str, since: datetime) -> bool:
        """Whether another quantity of an item was on hand at a moment of the last day."""
        changes = self.changes.get(item)
        return changes is not None and changes[-1].at > since

    def _count(self, as_of: datetime | None, values: Mapping[str, Any]) -> None:
        item, site = values["item"], values["site"]
        variant = values.get("variant") or ""
        now = values["on_hand"] or ZERO
        before = self._on_hand.get((item, site, variant), ZERO)
        self._on_hand[item, site, variant] = now
        if as_of is None or before == now:
            return
        changes = self.changes.setdefault(item, deque())
        changes.append(Change(as_of, site, variant, before))
        while changes[0].at < as_of - _LONGEST_FEED:
            changes.popleft()

    def _remember_own(self, kind: str, values: Mapping[str, Any]) -> None:
        place = (kind, _key(kind, values))
        before, names = self._rows.get(place, ({}, ()))
        row = {**before, **values}
        for name in names:
            self._own[name].pop(place, None)
        named = tuple(name for name in {row.get("document"), row.get("order")} if name)
        self._rows[place] = (row, named)
        for name in named:
            self._own.setdefault(name, {})[place] = row

    def _forget_own(self, kind: str, values: Mapping[str, Any]) -> None:
        place = (kind, _key(kind, values)) if kind in _OWN_KINDS else None
        if place is None or place not in self._rows:
            return
        for name in self._rows.pop(place)[1]:
            named = self._own[name]
            named.pop(place, None)
            if not named:
                del self._own[name]


def _key(kind: str, values: Mapping[str, Any]) -> _Key:
    return tuple(values.get(column.name) or "" for column in KINDS[kind].key)


def opened(layout: Layout, ages: bool) -> Standing:
    """What holds from the beginning; also what is taken to, because nothing older was told of its kind."""
    standing = Standing(ages)
    openings = {kind: moment for kind in layout.told if (moment := layout.opening(kind)) is not None}
    for row in rows(layout, layout.facts.get(BEGINNING, []), FACTS):
        standing.put(*row)
    for hour in sorted({hour_of(moment) for moment in openings.values()}):
        for kind, as_of, values, deleted in rows(layout, layout.facts.get(hour, []), FACTS):
            if openings.get(kind) == as_of:
                standing.put(kind, as_of, values, deleted)
    standing.changes.clear()  # what holds from the beginning has not changed
    for belief in rows(layout, layout.beliefs.get(BEGINNING, []), BELIEFS):
        standing.feed.put(belief)
    return standing


def followed(standing: Standing, layout: Layout, hour: int) -> None:
    """All rows of an hour in which no order is judged."""
    for row in _in_time(rows(layout, layout.facts.get(hour, []), FACTS)):
        standing.put(*row)
    for belief in sorted(rows(layout, layout.beliefs.get(hour, []), BELIEFS), key=_told_at):
        standing.feed.put(belief)


def of_the_hour(
    layout: Layout, hour: int
) -> tuple[list[tuple[str, datetime, Mapping[str, Any], bool]], list[Belief]]:
    """The facts and beliefs of an hour, in the order of time."""
    facts = _in_time(rows(layout, layout.facts.get(hour, []), FACTS))
    return facts, sorted(rows(layout, layout.beliefs.get(hour, []), BELIEFS), key=_told_at)


def _in_time(some: Iterable[Any]) -> list[Any]:
    """By their moment; of one moment, in the order in which they were read."""
    return sorted(some, key=lambda row: row[1])


def _told_at(belief: Belief) -> Any:
    return belief.as_of
