"""What an audit reads and what it finds: orders as the storefront took them, what it believed, what became of them.

Quantities are in the unit that the row names, money in the currency that the row names; times are aware and in UTC.
Every value that was read knows its file and row, so that what is found can be shown where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Protocol

from msgspec import Struct

Direction = Literal["yes_no", "no_yes", "yes_policy_no"]

#: The three kinds of blind spot, as a person would say them.
DIRECTIONS: Mapping[Direction, str] = {
    "yes_no": "the storefront said yes, the ERP would say no",
    "no_yes": "the storefront said no, the ERP would say yes",
    "yes_policy_no": "the ERP would say yes, the company's own policy no",
}

Cause = Literal[
    "phantom_stock",
    "reserved_stock",
    "safety_stock",
    "late_inbound",
    "stale_price",
    "lost_quantity_break",
    "credit_flag",
    "overdue_elsewhere",
    "region",
    "units",
    "dates",
    "other",
]

#: What each cause means.
CAUSES: Mapping[Cause, str] = {
    "phantom_stock": "the storefront's count is not the ERP's: it showed what was not there, or not what was there",
    "reserved_stock": "the stock was there, but reserved for or promised to somebody else",
    "safety_stock": "the stock was there, but it is the safety stock",
    "late_inbound": "the storefront counted on an inbound that comes later or never, or left out one that comes in time",
    "stale_price": "the storefront's price is not the one the ERP would charge on that day",
    "lost_quantity_break": "the storefront charged the price of a smaller quantity",
    "credit_flag": "the storefront's credit flag does not say what the exposure and the limit say",
    "overdue_elsewhere": "receivables are overdue on the account, on another branch or channel of it too",
    "region": "the item may not go to that destination, or no site ships there",
    "units": "the storefront counted in another unit, pack or minimum than the ERP",
    "dates": "the date that was shown cannot be met",
    "other": "another reason: an unknown item or customer, a discontinued item, a hold",
}


class ShopLine(Struct, frozen=True, omit_defaults=True):
    """One line as the storefront took it. What it showed is None where the export does not say.

    `unit_price` is what one unit costs the buyer, discounts taken off; `amount` what the whole line costs.
    """

    line: int
    item: str
    quantity: Decimal
    variant: str = ""
    uom: str = ""
    need_by: date | None = None
    unit_price: Decimal | None = None
    amount: Decimal | None = None
    shown_available: Decimal | None = None
    shown_date: date | None = None
    answer: Literal["yes", "no"] = "yes"
    reason: str = ""
    row: int = 0


class ShopOrder(Struct, frozen=True, omit_defaults=True):
    """An order as the storefront took it, or turned it away. `total` is what it said the whole costs.

    `country` is blank where the export does not say it: then it is the customer's own.
    """

    order: str
    customer: str
    placed: datetime
    country: str
    lines: tuple[ShopLine, ...]
    region: str = ""
    currency: str = ""
    channel: str = ""
    total: Decimal | None = None
    credit_ok: bool | None = None
    file: str = ""


class Belief(Struct, frozen=True, omit_defaults=True):
    """A row of a storefront's feed, from `as_of` on: an item's stock, its price, or a customer's credit flag."""

    kind: Literal["stock", "price", "credit"]
    as_of: datetime | None = None
    item: str = ""
    variant: str = ""
    site: str = ""
    customer: str = ""
    group: str = ""
    uom: str = ""
    currency: str = ""
    min_quantity: Decimal = Decimal(0)
    available: Decimal | None = None
    price: Decimal | None = None
    credit_ok: bool | None = None


class FactRow(NamedTuple):
    """A row of one of the kinds of facts (sayso.canon.kinds), true from `as_of` on; None from the beginning.

    `values` has every column of the key, and of the others those that the export has, typed as
    `sayso.canon.values.typed` does. A column that is not there keeps what an earlier row of the same key said.
    `snapshot`: it is of an export that is whole at that moment; what the one before had and this one has not is gone.
    """

    kind: str
    as_of: datetime | None
    values: Mapping[str, Any]
    deleted: bool = False
    snapshot: bool = False


class Outcome(Struct, frozen=True, omit_defaults=True):
    """What the ERP made of an order or a line of it (`line` 0: the whole order).

    `document` is the ERP's own number of the order, or of an invoice for it: its rows never count against the order.
    """

    order: str
    outcome: Literal["accepted", "rejected", "short", "late", "changed", "cancelled"]
    line: int = 0
    reason: str = ""
    quantity: Decimal | None = None
    on: date | None = None
    unit_price: Decimal | None = None
    at: datetime | None = None
    document: str = ""


class Problem(Struct, frozen=True, omit_defaults=True):
    """Something in a file that cannot be used as it stands. `dropped` rows are missing from every figure."""

    file: str
    row: int
    column: str
    value: str
    detail: str
    remedy: str
    dropped: bool = True


class FileRead(Struct, frozen=True):
    """A file of the exports and how it was read: `role` is what its rows are (orders, stock, ...), blank if unused.

    `said` are sentences on what was guessed or taken for granted; `columns` says which of its columns is what.
    """

    file: str
    system: Literal["storefront", "erp"]
    role: str
    rows: int
    said: tuple[str, ...] = ()
    columns: dict[str, str] = {}


class ProblemCount(Struct, frozen=True):
    """How often the same thing is wrong with a column of a file; only the first ones are kept as Problems."""

    file: str
    column: str
    detail: str
    count: int
    dropped: int


class Intake(Struct, frozen=True):
    """What came in, counted. `rows` are the rows of the storefront's order files; each is counted once:

    as a line, `returns` (a quantity below 0: no order), `repeated` (the same line once more), `aside` (an order
    that was never placed, a charge that is no item, a header) or `dropped` (not usable: see the problems).
    `outside` lines are of orders before `since` or after `until`.
    """

    files: tuple[FileRead, ...] = ()
    rows: int = 0
    orders: int = 0
    lines: int = 0
    returns: int = 0
    repeated: int = 0
    aside: int = 0
    outside: int = 0
    dropped: int = 0
    problems: int = 0
    problem_counts: tuple[ProblemCount, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing was wrong with any file: else every figure is of a part."""
        return not self.problems


class Exports(Protocol):
    """Both systems' exports, read and mapped. Each call reads from the start.

    Orders come by the time at which they were placed; all else in the order of the files, kind by kind.
    """

    @property
    def intake(self) -> Intake:
        """What was read so far, counted; whole once everything was read."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be used so far; whole once everything was read."""

    def orders(self) -> Iterator[ShopOrder]:
        """The storefront's orders."""

    def beliefs(self) -> Iterator[Belief]:
        """The storefront's feeds."""

    def facts(self) -> Iterator[FactRow]:
        """The ERP's facts, kind by kind."""

    def outcomes(self) -> Iterator[Outcome]:
        """What became of the orders."""


class Spot(Struct, frozen=True, omit_defaults=True):
    """A blind spot: one line of one order on which storefront, ERP and policy do not agree.

    `money` is at risk, in `currency`: the amount of what would not have been kept (or sold), or what a wrong price
    comes to. `arithmetic` is what the answer was worked out from, as text. `confirmed` is whether the ERP's own
    outcome says the same; None where it is not known.
    """

    direction: Direction
    cause: Cause
    order: str
    line: int
    placed: datetime
    customer: str
    item: str
    site: str
    channel: str
    quantity: Decimal
    money: Decimal
    currency: str
    shown: dict[str, str]
    arithmetic: dict[str, str]
    sentence: str
    confirmed: bool | None = None
