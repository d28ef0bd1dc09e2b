"""What was told of an order, each in one plain sentence: a table by type of event. Knows no database and no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from sayso.canon.decimals import plain

_MOST_GOODS = 3

Sentence = Callable[[Any, str, str], str]


def sentence(family: str, data: Any, source: str, order: str) -> str:
    """One sentence that says what a document of a family tells of an order. `source` is the system that told it."""
    told = SENTENCES.get(family)
    if told is None:
        return f"{source} told of {family.replace('.', ' ')} {data.document}"
    return told(data, source, order)


def _number(value: Decimal) -> str:
    return plain(value)


def _goods(lines: Iterable[Any], order: str = "", field: str = "quantity") -> str:
    """'12 of 85123A, 6 of 22423 and 2 more lines'; only what is of this order."""
    own = [line for line in lines if getattr(line, "order", "") in ("", order)]
    named = [f"{_number(getattr(line, field))} of {line.item or f'line {line.line}'}" for line in own]
    return _listed(named)


def _listed(named: list[str]) -> str:
    if not named:
        return "nothing"
    shown, rest = named[:_MOST_GOODS], len(named) - _MOST_GOODS
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more line{'s' if rest > 1 else ''}"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _why(reason: str) -> str:
    return f": {reason}" if reason else ""


def _money(amount: Decimal | None, currency: str) -> str:
    return "" if amount is None else f"{_number(amount)} {currency}".rstrip()


def _placed(data: Any, source: str, order: str) -> str:
    stands = f" on promise {data.promise}" if data.promise else ""
    po = f", their number {data.po}" if data.po else ""
    return f"Customer {data.customer} ordered {_goods(data.lines)}{stands}{po}"


def _accepted(data: Any, source: str, order: str) -> str:
    total = f", in all {_money(data.total, data.currency)}" if data.total is not None else ""
    return f"{source} took the order over as {data.document}: {_goods(data.lines)}{total}"


def _rejected(data: Any, source: str, order: str) -> str:
    what = f"lines {', '.join(map(str, data.lines))}" if data.lines else "the order"
    return f"{source} refused {what}{_why(data.reason)}"


def _changed(data: Any, source: str, order: str) -> str:
    lines = f"to {_goods(data.lines)}" if data.lines else "in its charges"
    stand_ins = [one.item for line in data.lines for one in line.substitutes]
    agreed = f", {_listed(stand_ins)} agreed as substitute" if stand_ins else ""
    return f"{source} changed the order {lines}{agreed}{_why(data.reason)}"


def _held(data: Any, source: str, order: str) -> str:
    return f"{source} held the order for {data.kind} ({data.document}){_why(data.reason)}"


def _released(data: Any, source: str, order: str) -> str:
    by = f" by {data.by}" if data.by else ""
    return f"Hold {data.document} was released{by}{_why(data.reason)}"


def _cancelled(data: Any, source: str, order: str) -> str:
    what = _goods(data.lines) if data.lines else "all that had not left"
    return f"{source} cancelled {what}{_why(data.reason)}"


def _allocated(data: Any, source: str, order: str) -> str:
    return f"{data.site or source} set aside {_goods(data.lines)}"


def _picked(data: Any, source: str, order: str) -> str:
    short = [f"{_number(line.short)} of {line.item}" for line in data.lines if line.short]
    missing = f", short of {_listed(short)}" if short else ""
    picked = [line for line in data.lines if line.quantity or not line.short]
    return f"{data.site or source} picked {_goods(picked)}{missing}"


def _dispatched(data: Any, source: str, order: str) -> str:
    load = f", load {data.part} of {data.of}" if data.of > 1 else ""
    carrier = f" with {data.carrier}" if data.carrier else ""
    return f"{data.site or source} dispatched {_goods(data.lines)} on {data.document}{load}{carrier}"


def _delivered(data: Any, source: str, order: str) -> str:
    what = _goods(data.lines) if data.lines else "all of it"
    by = f", received by {data.received_by}" if data.received_by else ""
    return f"Shipment {data.shipment} arrived: {what}{by}"


def _returned(data: Any, source: str, order: str) -> str:
    of = f" of shipment {data.shipment}" if data.shipment else ""
    kept = "" if all(line.restock for line in data.lines) else ", not all of it fit to be sold"
    return f"{_goods(data.lines)}{of} came back to {data.site or source}{kept}"


def _invoiced(data: Any, source: str, order: str) -> str:
    total = f", in all {_money(data.total, data.currency)}" if data.total is not None else ""
    due = f", due {data.due}" if data.due else ""
    return f"Invoice {data.document} was issued for {_goods(data.lines, order)}{total}{due}"


def _invoice_delivered(data: Any, source: str, order: str) -> str:
    return f"{data.to or source} acknowledged invoice {data.invoice}"


def _credited(data: Any, source: str, order: str) -> str:
    on = f" on invoice {data.invoice}" if data.invoice else ""
    total = _money(data.total, data.currency) or _goods(data.lines, order)
    return f"Credit memo {data.document} gave back {total}{on}{_why(data.reason)}"


def _paid(data: Any, source: str, order: str) -> str:
    by = data.payer or (f"customer {data.customer}" if data.customer else "somebody")
    wrote = f', who wrote "{"; ".join(data.references)}"' if data.references else ""
    return f"{_money(data.amount, data.currency)} came in from {by}{wrote}"


def _applied(data: Any, source: str, order: str) -> str:
    if not data.lines:
        return f"Payment {data.payment or data.document} is not applied to any invoice"
    parts = []
    for line in data.lines:
        kept = "".join(
            f", {_number(amount)} {name}"
            for name, amount in (
                ("kept back", line.deduction),
                ("written off", line.write_off),
                ("discount", line.discount),
            )
            if amount
        )
        parts.append(f"{_number(line.amount)} to invoice {line.invoice}{kept}")
    what = f"Payment {data.payment} was applied" if data.payment else "Without payment there went"
    by = f" by {data.by}" if data.by else ""
    return f"{what}{by}: {_listed(parts)}"


def _reversed(data: Any, source: str, order: str) -> str:
    amount = "all of it" if data.amount is None else _number(data.amount)
    return f"The bank took payment {data.payment} back, {amount}{_why(data.reason)}"


def _disputed(data: Any, source: str, order: str) -> str:
    return f"The customer disputes {_money(data.amount, data.currency)} of invoice {data.invoice}{_why(data.reason)}"


def _dispute_closed(data: Any, source: str, order: str) -> str:
    by = f" by {data.credit_memo}" if data.credit_memo else ""
    return f"Dispute {data.document} is over: {data.outcome.replace('_', ' ')}{by}"


#: The sentence of each family of documents.
SENTENCES: dict[str, Sentence] = {
    "order.placed": _placed,
    "order.accepted": _accepted,
    "order.rejected": _rejected,
    "order.changed": _changed,
    "order.held": _held,
    "order.released": _released,
    "order.cancelled": _cancelled,
    "line.allocated": _allocated,
    "pick.confirmed": _picked,
    "shipment.dispatched": _dispatched,
    "shipment.delivered": _delivered,
    "shipment.returned": _returned,
    "invoice.issued": _invoiced,
    "invoice.delivered": _invoice_delivered,
    "credit_memo.issued": _credited,
    "payment.received": _paid,
    "payment.applied": _applied,
    "payment.reversed": _reversed,
    "dispute.opened": _disputed,
    "dispute.closed": _dispute_closed,
}
