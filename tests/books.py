"""The books as a patient clerk keeps them: every fact and every promise on its own line, added up anew each time.

Written without the product's code, so that the two can be compared. One site, one currency, no taxes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

FAR = 40  # days that the clerk looks ahead; no document is dated later


@dataclass
class Taken:
    """So much of an item that leaves on a day; a backorder has no supply and claims none."""

    item: str
    quantity: Decimal
    day: date
    backorder: bool


@dataclass
class Held:
    """A promise that is held or ordered: what it takes, and the money of each item."""

    customer: str
    takes: list[Taken]
    money: dict[str, Decimal]
    firm: bool
    order: str = ""


@dataclass
class Asked:
    """A row of the ERP's demand; `amount` None is not told."""

    item: str
    quantity: Decimal
    due: date | None
    customer: str
    amount: Decimal | None
    order: str = ""


@dataclass
class Books:
    """Everything that is known. `inbound` is by document: (item, quantity, day it is due)."""

    today: date
    on_hand: dict[str, Decimal] = field(default_factory=dict)
    inbound: dict[str, tuple[str, Decimal, date]] = field(default_factory=dict)
    demand: dict[str, Asked] = field(default_factory=dict)
    receivables: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    promises: dict[str, Held] = field(default_factory=dict)
    account: dict[str, str] = field(default_factory=dict)
    kept: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    whose: dict[str, str] = field(default_factory=dict)

    def balance(self, item: str, when: date, *, backorders: bool = True, but: str = "") -> Decimal:
        """What would be on the shelf at the end of a day if everything went as it is written."""
        left = self.on_hand.get(item, Decimal(0))
        for what, quantity, due in self.inbound.values():
            if what == item and self.today <= due <= when:
                left += quantity
        for row in self.demand.values():
            if row.item == item and max(row.due or self.today, self.today) <= when:
                left -= row.quantity
        for name, held in self.promises.items():
            for one in held.takes if name != but else []:
                if (
                    one.item == item
                    and (backorders or not one.backorder)
                    and max(one.day, self.today) <= when
                ):
                    left -= one.quantity
        return left

    def least(self, item: str, since: date, **how: Any) -> Decimal:
        """The least balance of any day from one on."""
        first = max(since, self.today)
        return min(self.balance(item, first + timedelta(days), **how) for days in range(FAR))

    def sellable(self, item: str) -> Decimal:
        """What can leave today without breaking anything that is written for later."""
        return max(self.least(item, self.today), Decimal(0))

    def exposure(self, account: str) -> Decimal:
        """What an account owes, has ordered, and was promised."""
        owed = sum(
            (open_ for customer, open_ in self.receivables.values() if self._of(customer, account)),
            Decimal(0),
        )
        ordered = sum(
            (self.worth(name) for name, row in self.demand.items() if self._of(row.customer, account)),
            Decimal(0),
        )
        promised = sum(
            (
                sum(held.money.values(), Decimal(0))
                for held in self.promises.values()
                if self._of(held.customer, account)
            ),
            Decimal(0),
        )
        return owed + ordered + promised

    def worth(self, document: str) -> Decimal:
        """The money of a row: as told; where no row of the order's item tells any, the first has what was promised."""
        row = self.demand[document]
        alike = [
            name
            for name, other in self.demand.items()
            if row.order and (other.order, other.item) == (row.order, row.item)
        ]
        if not row.order or any(self.demand[name].amount is not None for name in alike):
            return row.amount or Decimal(0)
        return self.kept.get((row.order, row.item), Decimal(0)) if document == min(alike) else Decimal(0)

    def _of(self, customer: str, account: str) -> bool:
        return self.account.get(customer, customer) == account

    def at_risk(self, item: str) -> bool:
        """Whether somebody was promised what will not be there."""
        days = [
            one.day
            for held in self.promises.values()
            for one in held.takes
            if one.item == item and not one.backorder
        ]
        firm = {held.order for held in self.promises.values() if held.firm and held.order}
        days += [
            row.due or self.today
            for row in self.demand.values()
            if row.item == item and row.order in firm and row.quantity
        ]
        return any(self.least(item, when, backorders=False) < 0 for when in days)

    def oversold(self, takes: Iterable[Taken]) -> list[str]:
        """What of these takes, not yet written, is not there."""
        new = [one for one in takes if not one.backorder]
        found = []
        for one in new:
            for days in range(FAR):
                when = max(one.day, self.today) + timedelta(days)
                own = sum(
                    (other.quantity for other in new if other.item == one.item and other.day <= when),
                    Decimal(0),
                )
                if self.balance(one.item, when) < own:
                    found.append(
                        f"{own} {one.item} promised for {when}, there are {self.balance(one.item, when)}"
                    )
        return found

    def write(self, answer: dict[str, Any], customer: str, order: str = "") -> None:
        """An acknowledged hold, or an order in one step."""
        money: dict[str, Decimal] = {}
        for line in answer["lines"]:
            money[line["item"]] = money.get(line["item"], Decimal(0)) + Decimal(line["price"]["amount"])
        firm = answer["verdict"] == "firm"
        self.promises[answer["promise"]] = Held(customer, takes_of(answer, self.today), money, firm, order)
        self.whose[order] = customer

    def report(
        self,
        order: str,
        item: str,
        document: str,
        quantity: Decimal,
        due: date | None,
        amount: Decimal | None,
    ) -> None:
        """The ERP tells of an order of ours: its row stands, and ours does not. Silence about money keeps it."""
        held = next((one for one in self.promises.values() if one.order == order), None)
        if held:
            own = held.money.pop(item, None)
            held.takes = [one for one in held.takes if one.item != item]
            if own is not None and amount is None:
                self.kept[order, item] = own
        self.demand[document] = Asked(item, quantity, due, self.whose[order], amount, order)


def takes_of(answer: dict[str, Any], today: date) -> list[Taken]:
    """What an answer says that it takes."""
    return [
        Taken(
            line["item"],
            Decimal(part["quantity"]),
            date.fromisoformat(part["ship_on"]) if part["ship_on"] else today,
            part["state"] == "backorder",
        )
        for line in answer["lines"]
        for part in line["parts"]
    ]
