"""An order that was placed here, as the event that order to cash begins with: made from the decision it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from sayso.canon.codes import minor_unit
from sayso.canon.decimals import arithmetic
from sayso.canon.events import Event, as_json
from sayso.canon.events_order import OrderCancelled, OrderLine, OrderPlaced, Substitute
from sayso.canon.events_shared import Original
from sayso.promise import answer as shown
from sayso.promise.asking import Request
from sayso.store import following, inbox
from sayso.store.following import Decided
from sayso.store.promises import OrderSettled

#: Who tells what was decided here.
OURSELVES = "sayso"
CONTENT_TYPE = "application/cloudevents+json"


#: Base units of an (item, unit), or what one of a substitute stands for, of (item, substitute).
Factors = Mapping[tuple[str, str], Decimal]


class _Evidence(msgspec.Struct):
    request: Request


#: What a unit price is rounded to that had to be divided: the sum of a million of them is still right to the cent.
_FINE = Decimal("1e-10")
_ANSWER = msgspec.json.Decoder(shown.Answer)
_EVIDENCE = msgspec.json.Decoder(_Evidence)


async def placed(connection: Any, orders: Sequence[str]) -> None:
    """Orders that are being placed in this transaction become messages: the worker takes it from there."""
    rows = await following.decided_for(connection, sorted(orders))
    if not rows:
        return
    answers = {number: _ANSWER.decode(row.answer) for number, row in rows.items()}
    lines = [line for answer in answers.values() for line in answer.lines]
    factors = await following.factors(connection, sorted({(line.item, line.uom) for line in lines}))
    swaps = {
        (line.item, part.item) for line in lines for part in line.parts if part.item not in ("", line.item)
    }
    stand = await following.stands_for(connection, sorted(swaps))
    messages = [
        message_of(_event(row, answers[number], factors, stand), number) for number, row in rows.items()
    ]
    await inbox.keep(connection, messages, max(row.placed for row in rows.values()))


async def cancelled(connection: Any, ends: Iterable[OrderSettled]) -> None:
    """Orders that are being cancelled in this transaction: the back office is to hear of it."""
    found = sorted((one.order, one.why, one.ended) for one in ends if one.ended is not None)
    if found:
        messages = [message_of(_cancellation(*one), one[0]) for one in found]
        await inbox.keep(connection, messages, max(when for _, _, when in found))


def message_of(event: Event, key: str) -> inbox.Message:
    """An event of our own as a message for the inbox."""
    return inbox.Message(
        event.source, event.id, event.type, CONTENT_TYPE, msgspec.json.encode(as_json(event)), key
    )


def _event(row: Decided, answer: shown.Answer, factors: Factors, stand: Factors) -> Event:
    """The order as it was decided: prices, taxes, days, sites, and the substitutes that were answered with."""
    request = _EVIDENCE.decode(row.evidence).request
    with arithmetic():
        lines = tuple(_line(one, factors, stand) for one in answer.lines if one.verdict != "refused")
    data = OrderPlaced(
        document=row.order, customer=row.customer, currency=answer.totals.currency, lines=lines, promise=row.promise,
        po=row.po, channel=request.channel, country=request.ship_to.country,
        ship_complete=bool(request.lines) and all(line.ship == "complete" for line in request.lines),
    )  # fmt: skip
    return Event(
        id=f"placed/{row.order}/{row.promise}", source=OURSELVES, type="sayso.order.placed.v1", subject=row.order,
        time=row.placed, data=data,
    )  # fmt: skip


def _cancellation(order: str, why: str, when: datetime) -> Event:
    return Event(
        id=f"cancelled/{order}", source=OURSELVES, type="sayso.order.cancelled.v1", subject=order, time=when,
        data=OrderCancelled(document=f"{order}/cancelled", reason=why),
    )  # fmt: skip


def _line(line: shown.Line, factors: Factors, stand: Factors) -> OrderLine:
    """A line in base units; the parts' last day is the line's, and their site where they have one."""
    asked = Decimal(line.quantity)
    quantity = asked * factors.get((line.item, line.uom), Decimal(1))
    net, tax = _money(line)
    sites = {part.site for part in line.parts}
    swapped = sorted({part.item for part in line.parts if part.item not in ("", line.item)})
    return OrderLine(
        line=line.line, item=line.item, quantity=quantity, unit_price=_unit_price(line, quantity, net),
        amount=net, tax=tax, ship_on=_last([part.ship_on for part in line.parts]),
        deliver_by=_last([part.deliver_by for part in line.parts]), site=sites.pop() if len(sites) == 1 else "",
        substitutes=tuple(
            Substitute(item=item, factor=stand.get((line.item, item), Decimal(1))) for item in swapped
        ),
        original=Original(quantity=line.quantity, uom=line.uom) if quantity != asked else None,
    )  # fmt: skip


def _unit_price(line: shown.Line, quantity: Decimal, net: Decimal | None) -> Decimal | None:
    """The price of a base unit: the one that was answered with where the amount follows from it, else the amount's part."""
    if line.price is None or net is None:
        return None
    unit, cents = Decimal(line.price.unit), Decimal(1).scaleb(-minor_unit(line.price.currency))
    if not line.price.includes_tax and abs(unit * quantity - net) < cents:
        return unit
    return (net / quantity).quantize(_FINE)


def _money(line: shown.Line) -> tuple[Decimal | None, Decimal]:
    """What a line comes to without tax, and its tax."""
    if line.price is None:
        return None, Decimal(0)
    amount, cents = Decimal(line.price.amount), Decimal(1).scaleb(-minor_unit(line.price.currency))
    percent = Decimal(line.tax_percent or 0)
    if line.price.includes_tax:
        net = (amount / (1 + percent / 100)).quantize(cents)
        return net, amount - net
    return amount, (amount * percent / 100).quantize(cents)


def _last(days: Sequence[str | None]) -> date | None:
    known = [day for day in days if day]
    return date.fromisoformat(max(known)) if known and len(known) == len(days) else None
