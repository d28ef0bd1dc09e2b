"""What a decision is made from: an item, an account and the world, each with what promises took of it so far.

Values that work out their consequences once and remember them; nothing here reads or writes anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.canon.decimals import plain
from sayso.promise.availability import NOBODY, Curve, Owner, curve, explained, lowered, own_allocation
from sayso.promise.cards import AccountCard, ItemCard, Taken, place_of
from sayso.promise.policy import Policy
from sayso.promise.world import World


class Take(NamedTuple):
    """One reservation: base units of an item and variant that leave a site on a day, drawn on an allocation or on none.

    `state` is the part's: what is on backorder has no supply yet, and says so.
    """

    line: int
    item: str
    site: str
    variant: str
    day: date
    quantity: Decimal
    allocation: str = ""
    state: str = ""


class ItemFacts:
    """An item card, and what live reservations take of it."""

    __slots__ = ("_curves", "_policy", "_sums", "card", "digest", "taken")

    def __init__(
        self, card: ItemCard, digest: str, taken: Taken, policy: Policy, sums: dict[Any, Any] | None = None
    ) -> None:
        self.card = card
        self.digest = digest
        self.taken = taken
        self._policy = policy
        self._curves: dict[tuple[str, str, Owner | None, date], Curve] = {}
        self._sums: dict[Any, Any] = {} if sums is None else sums

    def curve(self, site: str, variant: str, owner: Owner, today: date) -> Curve:
        """The sellable quantity over time, drawn once."""
        key = (site, variant, owner if self.card.allocations else None, today)
        known = self._curves.get(key)
        if known is None:
            known = curve(self.card, self.taken, site, variant, key[2] or NOBODY, today, self._policy)
            self._curves[key] = known
        return known

    def explained(self, site: str, variant: str, owner: Owner, today: date, day: int) -> dict[str, str]:
        """The arithmetic behind what can leave on a day, as text."""
        until, sellable = self.curve(site, variant, owner, today).low(day)
        key = (site, variant, today, until)
        known = self._sums.get(key)
        if known is None:
            found = explained(self.card, self.taken, site, variant, owner, today, self._policy, until)
            known = (found.shown(), found.unpromised)
            if not self.card.allocations:  # else it would depend on who asks, and on what was drawn
                self._sums[key] = known
        figures, unpromised = known
        if sellable == unpromised:
            return {**figures, "sellable": plain(sellable)}
        # Balances are sums: what is missing between the two is what live reservations take.
        return {**figures, "promised": plain(unpromised - sellable), "sellable": plain(sellable)}

    def draws(self, site: str, variant: str, owner: Owner, quantity: Decimal) -> list[tuple[str, Decimal]]:
        """How a reservation would draw on the owner's protected allocations."""
        if not self.card.allocations:
            return [("", quantity)]
        return own_allocation(self.card, self.taken, site, variant, owner, quantity)

    def less(self, take: Take) -> ItemFacts:
        """The facts after one more reservation."""
        return self._with(take, take.quantity)

    def more(self, take: Take) -> ItemFacts:
        """The facts without a reservation that they count."""
        return self._with(take, -take.quantity)

    def with_taken(self, taken: Taken) -> ItemFacts:
        """The same card with other reservations."""
        return ItemFacts(self.card, self.digest, taken, self._policy, self._sums)

    def _with(self, take: Take, quantity: Decimal) -> ItemFacts:
        place = place_of(take.site, take.variant)
        after = self.with_taken(self.taken.plus(place, take.day.isoformat(), quantity, take.allocation))
        day = take.day.toordinal()
        for key, known in self._curves.items():
            if key[0] != take.site or key[1] != take.variant:
                after._curves[key] = known
            elif quantity > 0 and not self.card.allocations:
                after._curves[key] = lowered(known, day, quantity)
        return after


class AccountFacts(NamedTuple):
    """An account card, and the money promised on the account so far, in the account's currency.

    `by` is the same by customer, where the policy's account is not the whole tree; None where it is not known, and
    then all of it counts.
    """

    card: AccountCard
    digest: str
    promised: Decimal
    by: Mapping[str, Decimal] | None = None

    def plus(self, customer: str, amount: Decimal) -> AccountFacts:
        """The same once a customer was promised so much more (or less, below 0)."""
        by = None if self.by is None else {**self.by, customer: self.by.get(customer, Decimal(0)) + amount}
        return self._replace(promised=self.promised + amount, by=by)


class Facts(NamedTuple):
    """All that one decision may look at. `items` has every item that the lines can draw on, known or not."""

    world: World
    account: AccountFacts | None
    items: Mapping[str, ItemFacts]
