"""Faults the other two ways, pairs on one line, and decoys: what looks like a fault and is none."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from audit import planted_faults as faults
from audit.planted_faults import Case, Fault
from audit.planted_world import WAYS, leaves


def _no(case: Case, reason: str = "") -> None:
    case.answer, case.reason = "no", reason


def missed_stock(case: Case) -> None:
    """Goods have come in and were counted; the storefront still shows what was left before."""
    case.shown = case.few()
    _no(case, case.pick.choice(["", "sold out"]))


def kept_for_him(case: Case) -> None:
    """Kept for this very buyer; the storefront takes it for somebody else's."""
    case.stock["on_hand"] = case.quantity + 5
    case.shown = case.few()
    case.demand(case.stock["on_hand"] - case.shown, kind="allocation", customer=case.buyer)
    _no(case, "sold out")


def inbound_left_out(case: Case) -> None:
    """It comes in time, and the storefront does not look at what is coming."""
    case.stock["on_hand"] = case.shown = case.few()
    first = leaves(case.at) + timedelta(days=case.pick.randrange(1, 4))
    case.inbound(first)
    case.need_by = first + timedelta(days=5)
    _no(case, case.pick.choice(["", "sold out"]))


def flag_says_no(case: Case) -> None:
    """The flag still says no, and the account has room."""
    case.credit_ok, case.limit = "no", int(case.gross) + 500
    case.owed(400, case.today + timedelta(days=20))
    _no(case, case.pick.choice(["", "credit"]))


def region_closed(case: Case) -> None:
    """The storefront does not sell to France what may go there."""
    case.country = "FR"
    _no(case, "not available in your region")


def refused_for_its_pack(case: Case) -> None:
    """The storefront insists on full cases; the ERP sells pieces."""
    case.journal.fact("units", item=case.item, uom="CS", factor=12)
    _no(case, "only full cases")


def cases_for_pieces(case: Case) -> None:
    """The storefront counts cases where pieces are asked for."""
    case.journal.fact("units", item=case.item, uom="CS", factor=12)
    case.stock["on_hand"] = 12 * 8
    case.shown = 8
    _no(case, "sold out")


def shown_too_late(case: Case) -> None:
    """The buyer needs it by a day; the storefront shows a later one, and the ERP could be in time."""
    case.need_by = leaves(case.at) + timedelta(days=WAYS["LON", "GB"] + case.pick.randrange(1, 4))
    case.shown_date = case.need_by + timedelta(days=case.pick.randrange(2, 9))
    _no(case, "not in time")


WRONGLY_NO: dict[str, list[Fault]] = {
    "phantom_stock": [missed_stock],
    "reserved_stock": [kept_for_him],
    "late_inbound": [inbound_left_out],
    "credit_flag": [flag_says_no],
    "region": [region_closed],
    "units": [refused_for_its_pack, cases_for_pieces],
    "dates": [shown_too_late],
}

#: An ERP that lets pass what the company's own policy (the plain one) would not.
LAX = """
[availability]
safety_stock = false
demand_kinds = []
inbound_status = ["confirmed", "draft"]
[credit]
overdue = "ignore"
limit_from = ["group"]
[dates]
weekend = []
"""


def draft_inbound(case: Case) -> None:
    """The ERP counts on a purchase order that nobody has confirmed."""
    case.stock["on_hand"] = case.shown = case.few()
    first = leaves(case.at) + timedelta(days=2)
    case.inbound(first, status="draft")
    case.shown_date = first + timedelta(days=4)


def weekend_worked(case: Case) -> None:
    """The ERP counts on Saturday's work."""
    case.shown_date = case.today + timedelta(days=2)


faults.WHEN[weekend_worked] = {"weekday": 5}

AGAINST_POLICY: dict[str, list[Fault]] = {
    "safety_stock": [faults.safety],
    "reserved_stock": [faults.ordered_by_others],
    "late_inbound": [draft_inbound],
    "credit_flag": [faults.over_limit, faults.over_limit_of_the_tree],
    "overdue_elsewhere": [faults.overdue, faults.overdue_elsewhere],
    "dates": [weekend_worked],
}

#: What stays wrong under the lax ERP as well.
STILL_WRONG = ("phantom_stock", "stale_price", "lost_quantity_break", "region", "units")


class Pair(NamedTuple):
    """Two faults on one line."""

    first: str
    second: str


def both_reserved_and_safe(case: Case) -> None:
    """Each alone would already be too much."""
    case.stock = {"on_hand": case.quantity + 6, "reserved": 8, "safety_stock": 9}
    case.shown = case.stock["on_hand"]


def coming_and_reserved(case: Case) -> None:
    """What is coming is shown as there, and what is reserved as free."""
    faults.counted_as_there(case)
    case.stock = {"on_hand": 4, "reserved": 4, "safety_stock": 0}
    case.inbound(leaves(case.at) + timedelta(days=12), quantity=case.quantity)
    case.shown = case.quantity + 4


_STOCK = ("phantom_stock", "reserved_stock", "safety_stock", "late_inbound")
_PRICE = ("stale_price", "lost_quantity_break")
_CREDIT = ("credit_flag", "overdue_elsewhere")
_SINGLE = {
    **{cause: some[0] for cause, some in faults.WRONGLY_YES.items()},
    "late_inbound": faults.counted_as_there,
    "units": faults.below_minimum,
    "region": faults.licence,
    "dates": faults.weekend_forgotten,
}
_KINDS = [_STOCK, _PRICE, _CREDIT, ("region",), ("units",), ("dates",)]


def pairs() -> list[tuple[Pair, list[Fault]]]:
    """Every two causes that say different things of one line (see docs/reference/audit-quality.md for those left out)."""
    found = [
        (Pair(one, two), [_SINGLE[one], _SINGLE[two]])
        for place, some in enumerate(_KINDS)
        for others in _KINDS[place + 1 :]
        for one in some
        for two in others
        if (one, two) != ("late_inbound", "dates")
    ]
    return [
        *found,
        (Pair("credit_flag", "overdue_elsewhere"), [faults.over_limit, faults.overdue]),
        (Pair("reserved_stock", "safety_stock"), [both_reserved_and_safe]),
    ]


def paid_this_morning(case: Case) -> None:
    """Overdue until it was paid that morning."""
    late = case.today - timedelta(days=9)
    case.owed(70, late, document=f"O{case.number}")
    morning = datetime.combine(case.today, time(6), case.at.tzinfo)
    case.owed(70, late, at=morning, document=f"O{case.number}", deleted="yes")


def ordered_before_the_count(case: Case) -> None:
    """Ordered an hour before a count finds less."""
    less = {**case.stock, "on_hand": 1}
    case.journal.fact("stock", case.at + timedelta(hours=1), item=case.item, site="LON", **less)


def within_a_rounding(case: Case) -> None:
    """The price has more decimals than the storefront's export; what the line costs is right, and all that is told."""
    case.charged = case.price - Decimal("0.667")
    case.journal.price(case.item, case.charged)
    case.told = ("amount",)


def price_cut_to_pennies(case: Case) -> None:
    """The same, and the storefront tells the price of one alone, in pennies."""
    within_a_rounding(case)
    case.told = ("unit_price",)


def pack_that_fits(case: Case) -> None:
    """Full packs, and more than the minimum."""
    case.goods["pack"] = 4
    case.goods["minimum"] = case.quantity = 16


def cases_that_fit(case: Case) -> None:
    """Cases, shown in cases, at the price of a case."""
    case.journal.fact("units", item=case.item, uom="CS", factor=6)
    case.stock["on_hand"] = case.quantity * 6 + 12
    case.shown, case.uom, case.charged = case.quantity + 2, "CS", case.price * 6


def just_the_limit(case: Case) -> None:
    """Owed as much as the limit allows, not a penny more."""
    case.limit = int(case.gross) + 700
    case.owed(Decimal(case.limit) - case.gross, case.today + timedelta(days=9))


def due_today(case: Case) -> None:
    """Due on the day of the order: not overdue yet."""
    case.owed(70, case.today, document=f"O{case.number}")


def set_off(case: Case) -> None:
    """Overdue, and a credit memo of as much stands against it."""
    late = case.today - timedelta(days=9)
    case.owed(70, late, document=f"O{case.number}")
    case.owed(-70, late, document=f"M{case.number}")


def forbidden_elsewhere(case: Case) -> None:
    """May not go to France, and goes to Britain."""
    case.goods["hazard"] = "8"


def same_price_again(case: Case) -> None:
    """An offer has ended, and the price is the same."""
    case.journal.price(case.item, case.price, ends=case.today - timedelta(days=3))


def feed_off_but_enough(case: Case) -> None:
    """The storefront shows too much, and there is enough all the same."""
    case.shown = case.stock["on_hand"] + 500


def reserved_but_enough(case: Case) -> None:
    """Reserved and kept safe, shown as free, and there is enough all the same."""
    case.shown = case.stock["on_hand"]
    case.stock.update(reserved=case.quantity, safety_stock=case.quantity)


def slipped_but_enough(case: Case) -> None:
    """A purchase order slips that nobody needs."""
    case.inbound(leaves(case.at) + timedelta(days=3))
    case.inbound(leaves(case.at) + timedelta(days=30), case.earlier)


def slipped_in_time(case: Case) -> None:
    """A purchase order slips by a day, and the shown day is met."""
    case.stock["on_hand"] = case.shown = case.few()
    first = leaves(case.at) + timedelta(days=3)
    case.inbound(first)
    case.inbound(first + timedelta(days=1), case.earlier)
    case.shown_date = first + timedelta(days=9)


def a_later_price_list(case: Case) -> None:
    """Next month's prices are there and do not hold yet."""
    case.journal.price(case.item, case.price)
    case.journal.price(case.item, case.price - 2, starts=case.today + timedelta(days=1))


def rightly_refused(case: Case) -> None:
    """Refused by the storefront, as the ERP would: nothing there, nothing coming."""
    case.stock["on_hand"] = case.shown = case.few()
    _no(case, "sold out")


def rightly_held(case: Case) -> None:
    """Refused for its credit, and the account is over its limit."""
    case.limit, case.credit_ok = 100, "no"
    case.owed(500, case.today + timedelta(days=9))
    _no(case, "credit")


def backorder_told(case: Case) -> None:
    """Ordered for a day by which the goods that are coming are there."""
    case.stock["on_hand"] = case.shown = case.few()
    case.inbound(leaves(case.at) + timedelta(days=2))
    case.need_by = leaves(case.at) + timedelta(days=9)


DECOYS: list[Fault] = [
    paid_this_morning, ordered_before_the_count, within_a_rounding, price_cut_to_pennies,
    pack_that_fits, cases_that_fit, just_the_limit,
    due_today, set_off, forbidden_elsewhere, same_price_again, feed_off_but_enough, reserved_but_enough,
    slipped_but_enough, slipped_in_time, a_later_price_list, rightly_refused, rightly_held, backorder_told,
]  # fmt: skip


def planted(journal: Any, number: int, some: list[Fault], causes: set[str], direction: str) -> None:
    """An order of one line with these faults on it."""
    when: dict[str, Any] = {}
    for fault in some:
        when.update(faults.WHEN.get(fault, {}))
    case = Case(journal, number, **when)
    for fault in some:
        fault(case)
    case.write()
    head = {"customer": case.buyer, "country": case.country, "currency": "GBP", "channel": journal.chance.choice(
        ["web", "app", "edi"]), "credit_ok": case.credit_ok}  # fmt: skip
    journal.order(case.at, head, [case.line()], [causes], direction)
