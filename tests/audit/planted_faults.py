"""Faults of known cause, written from what each cause means; each changes one line that was right.

A Case begins as a line that the ERP would keep at the price that was charged. Faults of several kinds may be put on one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from audit.planted_world import TAX, WAYS, Journal, leaves


@dataclass
class Case:
    """An item of its own, a buyer of its own, and an order of one line; what faults do not touch is right."""

    journal: Journal
    number: int
    weekday: int | None = None
    hours: tuple[float, float] = (8, 15.5)
    quantity: int = 0
    price: Decimal = Decimal(0)
    charged: Decimal | None = None
    shown: Any = None
    shown_date: Any = ""
    need_by: Any = ""
    uom: str = "EA"
    country: str = "GB"
    answer: str = "yes"
    reason: str = ""
    credit_ok: str = "yes"
    stock: dict[str, int] = field(default_factory=dict)
    limit: Any = 1_000_000
    parent: str = ""
    goods: dict[str, Any] = field(default_factory=dict)
    told: tuple[str, ...] = ("unit_price", "amount")

    def __post_init__(self) -> None:
        pick = self.pick
        self.item, self.buyer = f"Z{self.number:04}", f"K{self.number:04}"
        self.at: datetime = self.journal.moment(self.hours, self.weekday)
        self.quantity = pick.randrange(11, 23)
        self.price = Decimal(pick.randrange(3, 60))
        self.stock = {"on_hand": self.quantity * 8 + pick.randrange(9), "reserved": 0, "safety_stock": 0}

    @property
    def pick(self) -> Random:
        """Chance."""
        return self.journal.chance

    @property
    def today(self) -> date:
        """The day of the order."""
        return self.at.date()

    @property
    def earlier(self) -> datetime:
        """Some hours or days before the order, and after the journal begins."""
        return self.at - timedelta(hours=self.pick.choice([3, 5, 26, 50]))

    @property
    def gross(self) -> Decimal:
        """What the order adds to what the buyer owes."""
        charged = self.price if self.charged is None else self.charged
        return self.quantity * charged * (100 + TAX.get(self.country, 0)) / 100

    def few(self) -> int:
        """Less than is ordered, and more than nothing."""
        return self.pick.randrange(1, self.quantity - 5)

    def demand(self, quantity: int, **more: Any) -> None:
        """Somebody else's open order on the item."""
        self.journal.fact("demand", self.earlier, document=f"D{self.number}", line=1, item=self.item, site="LON",
                          quantity=quantity, **{"customer": "C0000", **more})  # fmt: skip

    def inbound(self, due: date, at: datetime | None = None, **more: Any) -> None:
        """A purchase order of plenty."""
        row = {"document": f"P{self.number}", "line": 1, "item": self.item, "site": "LON", "due": due,
               "quantity": self.quantity * 3, "status": "confirmed"}  # fmt: skip
        self.journal.fact("inbound", at, **{**row, **more})

    def owed(self, amount: Any, due: date, who: str = "", at: datetime | None = None, **more: Any) -> None:
        """A receivable."""
        document = more.pop("document", f"R{self.number}")
        self.journal.fact("receivables", at, document=document, customer=who or self.buyer, open=amount, due=due,
                          currency="GBP", **more)  # fmt: skip

    def branch(self) -> str:
        """Another branch of the same customer; the top of both holds the limit."""
        other, self.parent = f"B{self.number:04}", f"T{self.number:04}"
        for name, above in ((other, self.parent), (self.parent, "")):
            self.journal.fact("customers", customer=name, parent=above, country="GB", currency="GBP",
                              credit_limit="" if above else self.limit, licences="")  # fmt: skip
        self.limit = ""
        return other

    def line(self) -> dict[str, Any]:
        """The line as the storefront exports it; what it shows unless told otherwise is all that is on hand."""
        charged = self.price if self.charged is None else self.charged
        held = self.stock["on_hand"] - self.stock["reserved"] - self.stock["safety_stock"]
        if self.answer == "no":
            charged = self.price
        paid = {"unit_price": charged, "amount": charged * self.quantity}
        paid = {
            name: pennies.quantize(Decimal("0.01")) if name in self.told else ""
            for name, pennies in paid.items()
        }
        return {
            "item": self.item, "quantity": self.quantity, "uom": self.uom, **paid, "need_by": self.need_by,
            "shown_available": held if self.shown is None else self.shown, "shown_date": self.shown_date,
            "answer": self.answer, "reason": self.reason,
        }  # fmt: skip

    def write(self) -> None:
        """The item, its stock and the buyer, as the ERP has them from the beginning."""
        goods = {"status": "active", "list_price": self.price, "currency": "GBP", "uom": "EA", "category": "", "hazard": "",
                 "pack": "", "minimum": ""}  # fmt: skip
        self.journal.fact("items", item=self.item, **{**goods, **self.goods})
        self.journal.fact("stock", item=self.item, site="LON", **self.stock)
        self.journal.fact("customers", customer=self.buyer, parent=self.parent, country="GB", currency="GBP",
                          credit_limit=self.limit, licences="")  # fmt: skip


Fault = Callable[[Case], None]


def phantom(case: Case) -> None:
    """The feed never heard of a count that found much less."""
    case.shown = case.stock["on_hand"]
    case.journal.fact(
        "stock", case.earlier, item=case.item, site="LON", **{**case.stock, "on_hand": case.few()}
    )


def phantom_from_the_beginning(case: Case) -> None:
    """The storefront shows some number that the ERP never had."""
    case.stock["on_hand"] = case.few()
    case.shown = case.quantity + case.pick.randrange(40, 70)


def reserved(case: Case) -> None:
    """On hand, but the ERP has reserved it; the storefront shows what is on hand."""
    case.stock["on_hand"] = case.quantity + 5
    case.stock["reserved"] = case.stock["on_hand"] - case.few()
    case.shown = case.stock["on_hand"]


def ordered_by_others(case: Case) -> None:
    """On hand, but others have it on order."""
    case.stock["on_hand"] = case.quantity + 5
    case.shown = case.stock["on_hand"]
    case.demand(case.stock["on_hand"] - case.few())


def allocated(case: Case) -> None:
    """On hand, but kept for a contract of somebody else."""
    case.stock["on_hand"] = case.quantity + 5
    case.shown = case.stock["on_hand"]
    case.demand(case.stock["on_hand"] - case.few(), kind="allocation", customer="C0003")


def safety(case: Case) -> None:
    """On hand, but it is the safety stock."""
    case.stock["on_hand"] = case.quantity + 5
    case.stock["safety_stock"] = case.stock["on_hand"] - case.few()
    case.shown = case.stock["on_hand"]


def slipped(case: Case) -> None:
    """The purchase order that the shown day leans on has slipped."""
    case.stock["on_hand"] = case.shown = case.few()
    first = leaves(case.at) + timedelta(days=case.pick.randrange(3, 8))
    case.shown_date = first + timedelta(days=4)
    case.inbound(first)
    case.inbound(first + timedelta(days=case.pick.randrange(12, 30)), case.earlier)


def cancelled(case: Case) -> None:
    """The purchase order that the shown day leans on was cancelled."""
    case.stock["on_hand"] = case.shown = case.few()
    first = leaves(case.at) + timedelta(days=case.pick.randrange(3, 8))
    case.shown_date = first + timedelta(days=4)
    case.inbound(first)
    case.inbound(first, case.earlier, deleted="yes")


def counted_as_there(case: Case) -> None:
    """What is only coming is shown as stock."""
    case.stock["on_hand"] = case.few()
    case.shown = case.stock["on_hand"] + case.quantity * 3
    case.inbound(leaves(case.at) + timedelta(days=case.pick.randrange(9, 20)))


def stale(case: Case) -> None:
    """An offer has ended; the storefront still charges it."""
    case.charged = case.price - 1
    case.journal.price(case.item, case.charged, ends=case.today - timedelta(days=case.pick.randrange(1, 9)))


def raised(case: Case) -> None:
    """The list price was raised days ago; the storefront charges the old one."""
    case.charged = case.price
    item = {
        "item": case.item,
        "status": "active",
        "currency": "GBP",
        "uom": "EA",
        "list_price": case.price + 2,
    }
    case.journal.fact("items", case.earlier, **item)


def not_yet(case: Case) -> None:
    """A price that only begins later is charged already."""
    case.charged = case.price - 2
    case.journal.price(case.item, case.charged, starts=case.today + timedelta(days=case.pick.randrange(1, 9)))


def lost_break(case: Case) -> None:
    """The price of a smaller quantity is charged."""
    case.charged = case.price
    case.journal.price(case.item, case.price)
    case.journal.price(case.item, case.price - 1, min_quantity=case.quantity - case.pick.randrange(5))


def lesser_break(case: Case) -> None:
    """The lesser of two breaks is charged."""
    case.charged = case.price - Decimal("0.5")
    case.journal.price(case.item, case.charged, min_quantity=5)
    case.journal.price(case.item, case.price - Decimal("1.25"), min_quantity=10)


def over_limit(case: Case) -> None:
    """The flag says yes, and the order goes just over the limit."""
    case.limit = 500 + case.pick.randrange(3000)
    over = Decimal(case.pick.choice(["0.01", "1", "400"]) if case.charged is None else 400)
    case.owed(
        max(Decimal(case.limit) - case.gross, Decimal(0)) + over + (case.gross > case.limit) * 1, _later(case)
    )


def over_limit_of_the_tree(case: Case) -> None:
    """Another branch has used up the limit that both share."""
    case.limit = 900
    other = case.branch()
    case.owed(Decimal(901), _later(case), other)


def overdue_elsewhere(case: Case) -> None:
    """Another branch has not paid."""
    case.owed(
        40, case.today - timedelta(days=case.pick.randrange(1, 30)), case.branch(), document=f"O{case.number}"
    )


def overdue(case: Case) -> None:
    """The buyer has not paid."""
    case.owed(40, case.today - timedelta(days=case.pick.randrange(1, 30)), document=f"O{case.number}")


def forbidden(case: Case) -> None:
    """A hazardous good for a country where it may not go."""
    case.country, case.goods["hazard"] = "FR", "8"
    case.shown_date = ""


def licence(case: Case) -> None:
    """A good for which the buyer needs a licence."""
    case.goods["category"] = "blades"


def nobody_ships_there(case: Case) -> None:
    """No site ships to Norway."""
    case.country, case.shown_date = "NO", ""


def pieces_for_cases(case: Case) -> None:
    """Twelve pieces are sold as twelve cases."""
    case.journal.fact("units", item=case.item, uom="CS", factor=12)
    case.stock["on_hand"] = case.shown = case.quantity * 4
    case.uom, case.charged = "CS", case.price * 12


def price_of_a_piece(case: Case) -> None:
    """A case is sold at the price of a piece."""
    case.journal.fact("units", item=case.item, uom="CS", factor=6)
    case.stock["on_hand"] = case.quantity * 9
    case.shown = case.stock["on_hand"] // 6
    case.uom, case.charged = "CS", case.price


def no_pack(case: Case) -> None:
    """The quantity is no multiple of the pack."""
    case.goods["pack"] = case.quantity - case.pick.randrange(1, 5)


def below_minimum(case: Case) -> None:
    """Less than may be ordered."""
    case.goods["minimum"] = case.quantity + case.pick.randrange(1, 30)


def transit_forgotten(case: Case) -> None:
    """The shown day is the one on which the goods leave."""
    case.country, case.shown_date = "FR", leaves(case.at) + timedelta(days=case.pick.randrange(0, 3))


def cutoff_forgotten(case: Case) -> None:
    """Ordered in the evening, shown as if in the morning."""
    case.shown_date = leaves(case.at.replace(hour=9)) + timedelta(days=WAYS["LON", "GB"])


def weekend_forgotten(case: Case) -> None:
    """Ordered on a Friday, shown for Sunday."""
    case.shown_date = case.today + timedelta(days=2)


def _later(case: Case) -> date:
    return case.today + timedelta(days=case.pick.randrange(1, 60))


#: What the storefront says yes to and the ERP would not, or not at that price: the fault by its name, its cause.
WRONGLY_YES: dict[str, list[Fault]] = {
    "phantom_stock": [phantom, phantom_from_the_beginning],
    "reserved_stock": [reserved, ordered_by_others, allocated],
    "safety_stock": [safety],
    "late_inbound": [slipped, cancelled, counted_as_there],
    "stale_price": [stale, raised, not_yet],
    "lost_quantity_break": [lost_break, lesser_break],
    "credit_flag": [over_limit, over_limit_of_the_tree],
    "overdue_elsewhere": [overdue_elsewhere, overdue],
    "region": [forbidden, licence, nobody_ships_there],
    "units": [pieces_for_cases, price_of_a_piece, no_pack, below_minimum],
    "dates": [transit_forgotten, cutoff_forgotten, weekend_forgotten],
}

#: Faults that are only ones at some hour or on some day of the week.
WHEN: dict[Fault, dict[str, Any]] = {
    cutoff_forgotten: {"hours": (16.5, 20), "weekday": 3},
    weekend_forgotten: {"weekday": 5},
}
