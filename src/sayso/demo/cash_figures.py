"""What became of the orders that were followed to cash, counted: by what Sayso says over HTTP, and its systems did."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct, field

from sayso.canon.decimals import ZERO
from sayso.demo.cash_talk import Case, End, Transaction

#: Findings about an invoice itself; that it is late, or not paid, is not its fault.
_WRONG = frozenset({
    "invoiced_over", "invoice_quantity_differs", "invoice_price_differs", "invoice_differs", "invoice_total_wrong",
    "invoice_without_shipment", "invoice_duplicate", "invoice_charge_unagreed",
})  # fmt: skip
#: Cases about money that came in and pays nothing yet: their amount is that money.
UNAPPLIED = frozenset({
    "overpaid", "payment_unidentified", "payment_ambiguous", "payment_for_unknown_invoice", "payment_duplicate",
    "payment_currency_differs",
})  # fmt: skip
_CORRECTED = "less/"
_SHOWN = 10


class Amount(Struct):
    """So many, worth so much (GBP with tax)."""

    many: int = 0
    money: Decimal = ZERO

    def add(self, money: Decimal) -> None:
        """One more."""
        self.many += 1
        self.money += money


class KindOfCase(Struct):
    """The cases of a kind. `by_facts` were closed by the facts though nobody acted, `by_people` after somebody had."""

    title: str
    opened: int = 0
    money: Decimal = ZERO
    by_facts: int = 0
    by_people: int = 0
    open: int = 0
    open_money: Decimal = ZERO


class OpenCase(Struct):
    """A case that is left for a person."""

    case: str
    title: str
    owner: str
    order: str
    money: Decimal
    due: str
    next_step: str


class Messages(Struct):
    """What systems said. `lost` came later, when it was sent again; `late` includes what others had overtaken."""

    received: int = 0
    repeated: int = 0
    conflicting: int = 0
    late: int = 0
    lost: int = 0
    quarantined: int = 0
    mended: int = 0
    left: int = 0


class Effects(Struct):
    """What systems were asked, in how many requests; `retried` took more than one."""

    asked: int = 0
    requests: int = 0
    retried: int = 0
    not_done: int = 0


class Invoices(Struct):
    """`right`: at once, so that nothing was found about it and nothing of it was credited because it was wrong."""

    issued: int = 0
    money: Decimal = ZERO
    right: int = 0


class Hours(Struct):
    """From leaving to being invoiced."""

    median: float = 0.0
    p90: float = 0.0
    counted: int = 0


class Received(Struct):
    """Money: `received` by the bank, less what it took back; `applied` to invoices by Sayso itself."""

    payments: int = 0
    received: Decimal = ZERO
    applied: Decimal = ZERO
    unapplied: Decimal = ZERO


class Difference(Struct):
    """Something on which the systems' books and Sayso's do not agree."""

    what: str
    about: str
    theirs: Decimal
    ours: Decimal
    explained: bool


class Agreement(Struct):
    """The systems' own books beside Sayso's transactions. `explained` differences are in an open case."""

    order_lines: int = 0
    customers: int = 0
    accounts: int = 0
    explained: int = 0
    unexplained: int = 0
    differences: list[Difference] = field(default_factory=list)


class Renamed(Struct):
    """The warehouse renames a field: when, how many messages it held back, the sentence, what the mending brought; `later`
    came late and was mended as well."""

    begins: str
    ends: str
    held: int = 0
    problem: str = ""
    mended_at: str = ""
    dry_run_effects: int = 0
    effects: int = 0
    cases_closed: int = 0
    later: int = 0
    invoiced: int = 0
    invoiced_twice: int = 0


class Cash(Struct):
    """One run of the act."""

    setting: str
    days: int
    days_after: int
    seconds: float = 0.0
    http_calls: int = 0
    asked: int = 0
    placed: int = 0
    outcomes: dict[str, Amount] = field(default_factory=dict)
    promises: dict[str, int] = field(default_factory=dict)
    promise_causes: dict[str, int] = field(default_factory=dict)
    invoices: Invoices = field(default_factory=Invoices)
    ship_to_invoice: Hours = field(default_factory=Hours)
    cases: dict[str, KindOfCase] = field(default_factory=dict)
    open_cases: list[OpenCase] = field(default_factory=list)
    clerks: dict[str, int] = field(default_factory=dict)
    cash: Received = field(default_factory=Received)
    messages: Messages = field(default_factory=Messages)
    effects: Effects = field(default_factory=Effects)
    renamed: Renamed | None = None
    agreement: Agreement = field(default_factory=Agreement)

    def document(self) -> dict[str, Any]:
        """As plain JSON values; money and quantities as decimal strings."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


def count_orders(found: Cash, orders: Sequence[Transaction], cases: Iterable[Case]) -> None:
    """Which are closed, and why the others are not: the open case that is worth most, else what they wait for."""
    worst: dict[str, Case] = {}
    for case in cases:
        if case.state == "open" and case.order:
            before = worst.get(case.order)
            if before is None or (case.money, case.kind) > (before.money, before.kind):
                worst[case.order] = case
    for one in orders:
        if one.state is not None:
            outcome = _outcome(one, worst.get(one.order))
            found.outcomes.setdefault(outcome, Amount()).add(one.state.money.ordered)


def _outcome(one: Transaction, case: Case | None) -> str:
    assert one.state is not None
    state = one.state
    if state.operational and state.financial:
        return (
            "closed"
            if state.stage == "closed" or state.stage not in ("cancelled", "rejected")
            else state.stage
        )
    if case is not None:
        return f"open: {case.title.lower()}"
    if not state.operational:
        return "open: not all has left"
    return "open: not due, or not paid yet" if state.money.open else f"open: {state.stage}"


def count_ends(found: Cash, ends: Iterable[End]) -> None:
    """The last word on each promise that became an order."""
    last: dict[str, End] = {}
    for one in ends:
        if one.order:
            last.setdefault(one.order, one)
    found.promises = dict(Counter(one.how for one in last.values()).most_common())
    found.promise_causes = dict(
        Counter(one.cause for one in last.values() if one.how != "kept").most_common()
    )


def count_invoices(found: Cash, orders: Iterable[Transaction], cases: Iterable[Case]) -> None:
    """Issued, right first time, and how long after the goods had left."""
    wrong = {case.document for case in cases if case.kind in _WRONG}
    of_order = {case.order for case in cases if case.kind in _WRONG and not case.document}
    seen: set[str] = set()
    hours: list[float] = []
    for one in orders:
        if one.state is None:
            continue
        corrected = any(
            effect.kind == "issue_credit" and effect.cause.startswith(_CORRECTED) for effect in one.effects
        )
        for invoice in one.state.invoices:
            if invoice.invoice not in seen:
                seen.add(invoice.invoice)
                found.invoices.issued += 1
                found.invoices.money += invoice.total
                bad = invoice.invoice in wrong or one.order in of_order or corrected
                found.invoices.right += not bad
        hours += _hours(one)
    if hours:
        hours.sort()
        found.ship_to_invoice = Hours(
            round(hours[len(hours) // 2], 1), round(hours[int(len(hours) * 0.9)], 1), len(hours)
        )


def _hours(one: Transaction) -> list[float]:
    assert one.state is not None
    left = {shipment.shipment: shipment.dispatched for shipment in one.state.shipments}
    return [
        (effect.settled - left[effect.cause]).total_seconds() / 3600
        for effect in one.effects
        if effect.kind == "issue_invoice" and effect.settled is not None and effect.cause in left
    ]


def count_cases(found: Cash, cases: Sequence[Case], acted: set[str]) -> None:
    """By kind, and what is left."""
    kinds: dict[str, KindOfCase] = {}
    for case in cases:
        kind = kinds.setdefault(case.kind, KindOfCase(case.title))
        kind.opened += 1
        kind.money += case.money
        if case.state == "open":
            kind.open += 1
            kind.open_money += case.money
        elif case.case in acted or case.closed_by:
            kind.by_people += 1
        else:
            kind.by_facts += 1
    found.cases = dict(sorted(kinds.items(), key=lambda one: (-one[1].open_money, -one[1].money, one[0])))
    left = sorted((case for case in cases if case.state == "open"), key=lambda one: (-one.money, one.case))
    found.open_cases = [
        OpenCase(
            case.case, case.title, case.owner, case.order or case.document, case.money, _day(case.due), case.next_step
        )
        for case in left[:_SHOWN]
    ]  # fmt: skip


def count_effects(found: Cash, orders: Iterable[Transaction]) -> None:
    """What systems were asked about orders."""
    by_key = {effect.effect: effect for one in orders for effect in one.effects}
    counted: dict[str, int] = defaultdict(int)
    for effect in by_key.values():
        counted["asked"] += 1
        counted["requests"] += effect.tries
        counted["retried"] += effect.tries > 1
        counted["not_done"] += effect.state != "done"
    found.effects = Effects(**counted)


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""
