"""What a buyer does with an answer, by one simple rule: take what is dated soon enough, do without the
rest.

A buyer asks for an order once, needing it within `need_by_days`. If that is not promised as it stands, it
strikes the lines that are refused, that have no date, or that would come after `patience_days`, and asks
once more, now accepting later dates. If that is not held either, the order is lost.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from sayso.demo.orders import LOCAL, Order, OrderLine
from sayso.demo.settings import Generated
from sayso.demo.standing import CURRENCY
from sayso.demo.talk import Answer, Line

_DATED = frozenset({"in_stock", "inbound", "pre_order"})


class Choice(NamedTuple):
    """Lines to keep, and lines that are struck with the code of the reason. `credit` is credit's reason,
    else blank."""

    kept: tuple[OrderLine, ...]
    struck: tuple[tuple[OrderLine, str], ...]
    credit: str


def request(order: Order, lines: tuple[OrderLine, ...], given: Generated, later: bool) -> dict[str, Any]:
    """The question, as the interface has it. The second time (`later`) later dates are accepted."""
    need_by = order.at.astimezone(LOCAL).date() + timedelta(days=given.need_by_days)
    question: dict[str, Any] = {
        "customer": order.customer, "ship_to": {"country": order.country}, "currency": CURRENCY,
        "channel": "web",
        "reference": order.reference, "hold": "PT15M",
        "lines": [
            {"line": number, "item": line.item, "quantity": str(line.quantity), "uom": "EA",
            "need_by": need_by.isoformat()}
            for number, line in enumerate(lines, 1)
        ],
    }  # fmt: skip
    if later:
        question["accept_conditional"] = True
    return question


def choose(order: Order, lines: tuple[OrderLine, ...], answer: Answer, given: Generated) -> Choice:
    """What to keep of an answer that is not held, or that is held for later dates."""
    by_number = {line.line: line for line in answer.lines}
    kept, struck = [], []
    for number, line in enumerate(lines, 1):
        code = _against(order, line, by_number.get(number), given)
        if code:
            struck.append((line, code))
        else:
            kept.append(line)
    credit = answer.credit
    blocked = ""
    if credit is not None and credit.verdict != "approved":
        blocked = credit.reasons[0].code if credit.reasons else "credit"
    elif credit is None and answer.reasons:
        blocked = answer.reasons[0].code
    return Choice(tuple(kept), tuple(struck), blocked)


def _against(order: Order, line: OrderLine, found: Line | None, given: Generated) -> str:
    """The code of what speaks against a line; blank where it will do."""
    if found is None:
        return "no_answer"
    last = order.at.astimezone(LOCAL).date() + timedelta(days=given.patience_days)
    dated = [part for part in found.parts if part.state in _DATED and part.ship_on is not None]
    soon = sum(part.quantity for part in dated if part.deliver_by is not None and part.deliver_by <= last)
    if found.verdict != "refused" and soon >= line.quantity:
        return ""
    if found.reasons:
        return found.reasons[0].code
    return "stock_short" if found.verdict != "refused" else "refused"
