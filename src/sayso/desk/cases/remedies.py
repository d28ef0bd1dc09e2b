"""What each remedy of a case does: an event of our own into the inbox, an effect into the outbox, a message let go.

Within the caller's transaction. What follows from it (the fold, the effects, the case that closes) is the worker's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast

import msgspec

from sayso.canon.codes import minor_unit
from sayso.canon.decimals import arithmetic, plain, rounded
from sayso.canon.events import TYPES, Event, family_of
from sayso.canon.events_money import Application, MoneyLine, PaymentApplied
from sayso.canon.events_order import (
    OrderCancelled,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    OrderReleased,
    Substitute,
)
from sayso.canon.events_shared import LineQuantity, Told
from sayso.cases.acting import Action
from sayso.cash.applying import application_of, with_more
from sayso.cash.chosen import choose
from sayso.cash.fold import read_state
from sayso.cash.lines import changes_of, terms_of
from sayso.cash.receivables import payment_state
from sayso.cash.shapes import LineState, State
from sayso.desk.cash.placing import OURSELVES, message_of
from sayso.desk.cash.telling import fact_of
from sayso.errors import BadField, Conflict, NotFound
from sayso.store import cases as rows
from sayso.store import following, inbox, outbox, transactions
from sayso.store.cases import Row


class Work(NamedTuple):
    """One action about one case. `by` is the actor, `before` how often this action was done about this case, `roles` the
    systems by role."""

    case: Row
    asked: Action
    by: str
    now: datetime
    before: int
    roles: Mapping[str, str]

    @property
    def order(self) -> str:
        """The order that the case is about; Conflict where it is about none."""
        if not self.case.order:
            raise Conflict(
                f"case {self.case.id} is about no order", remedy="link its document to an order first"
            )
        return self.case.order

    @property
    def facts(self) -> dict[str, str]:
        """What the finding told."""
        found: dict[str, Any] = msgspec.json.decode(self.case.facts)
        return {name: str(value) for name, value in found.items()}

    @property
    def amount(self) -> Decimal | None:
        """The money it is about: as asked, else what is at stake."""
        return self.asked.amount if self.asked.amount is not None else rows.amount_of(self.case)

    @property
    def document(self) -> str:
        """The number of a document that this action makes: the case's, so that one is made, however often it is asked for.

        A case that was opened again makes another: what was decided before stays.
        """
        return f"{self.case.id}/{self.case.reopened}" if self.case.reopened else self.case.id


class Done(NamedTuple):
    """What was done, as a sentence, and what it can be found by."""

    says: str
    found: Mapping[str, Any]


async def retry(connection: Any, work: Work) -> Done:
    """The effect, or the message that was held back, is taken up again; of an order's case whatever of it stands still."""
    if work.asked.message or work.case.kind.startswith("message_"):
        number = await _message(connection, work)
        await inbox.release(connection, [number])
        return Done(f"message {number} is taken again", {"message": number})
    if work.case.kind.startswith("effect_"):
        effect = work.asked.document or work.case.document
        await outbox.retry(connection, effect, work.now)
        return Done(f"{effect} is asked for again", {"effect": effect})
    still = [
        one.effect
        for one in await outbox.of_key(connection, work.order)
        if one.state in ("refused", "failed")
    ]
    for effect in still:
        await outbox.retry(connection, effect, work.now)
    held = [one.number for one in await inbox.held_back(connection, key=work.order)]
    if held:
        await inbox.release(connection, held)
    if not still and not held:
        raise Conflict(
            f"nothing of order {work.order} was refused, given up or held back",
            remedy="ask the system itself; what it tells comes in by itself",
        )
    return Done(
        "asked again: " + ", ".join([*still, *(f"message {number}" for number in held)]),
        {"effects": still, "messages": held},
    )


async def edit_and_replay(connection: Any, work: Work) -> Done:
    """A mended body stands in the place of the message's, and it is taken again."""
    number = await _message(connection, work)
    why = work.asked.note or f"case {work.case.id}"
    await inbox.edit(connection, number, work.asked.body.encode(), work.by, why, work.now)
    await inbox.release(connection, [number])
    return Done(f"message {number} is taken again as it was mended", {"message": number})


async def approve_substitution(connection: Any, work: Work) -> Done:
    """The order is changed: on this line another item may leave, at this factor and price."""
    number = _line(work)
    told = await _told(connection, work.order)
    line, revision = _agreed(told, number, work.order)
    item = work.asked.item or work.facts.get("substitute", "") or (work.case.item or "")
    if item in ("", line.item):
        raise BadField(
            "item", item, "the substitute is not named", remedy="name the item that may be shipped instead"
        )
    factor = work.asked.factor or Decimal(work.facts.get("factor") or 1)
    agreed = Substitute(item=item, factor=factor, unit_price=work.asked.unit_price)
    others = tuple(one for one in line.substitutes if one.item != item)
    changed = msgspec.structs.replace(line, substitutes=(*others, agreed))
    reason = work.asked.note or f"{item} agreed in place of {line.item} by {work.by}"
    data = OrderChanged(document=work.order, revision=revision + 1, lines=(changed,), reason=reason)
    return await tell(connection, work, "order.changed", data, f"{item} may be shipped for line {number}")


async def accept_short(connection: Any, work: Work) -> Done:
    """What cannot be had of a line is cancelled."""
    number = _line(work)
    line = _state_line(await _state(connection, work.order), number, work.order)
    said = work.facts.get("short", "")
    quantity = work.asked.quantity or (Decimal(said) if said else line.open)
    quantity = min(quantity, line.open)
    if quantity <= 0:
        raise Conflict(
            f"nothing of line {number} of {work.order} is open", remedy="there is nothing left to cancel"
        )
    data = OrderCancelled(
        document=work.document, revision=work.before, lines=(LineQuantity(line=number, quantity=quantity, item=line.item),),
        reason=work.asked.note or f"short, accepted by {work.by}",
    )  # fmt: skip
    return await tell(
        connection, work, "order.cancelled", data, f"{plain(quantity)} of line {number} are cancelled"
    )


async def release_hold(connection: Any, work: Work) -> Done:
    """The hold is over."""
    hold = work.asked.document or work.facts.get("hold", "") or work.case.document
    if not hold:
        holds = (await _state(connection, work.order)).holds
        if len(holds) != 1:
            raise BadField(
                "document", "", f"the order has {len(holds)} holds", remedy="name the one to release"
            )
        hold = holds[0]
    data = OrderReleased(document=hold, by=work.by, reason=work.asked.note)
    return await tell(connection, work, "order.released", data, f"hold {hold} is released")


async def write_off(connection: Any, work: Work) -> Done:
    """What is open of an invoice is given up."""
    invoice, amount = _invoice(work), _amount(work)
    line = Application(
        invoice=invoice,
        amount=Decimal(0),
        write_off=amount,
        reason=work.asked.note or f"written off by {work.by}",
    )
    data = PaymentApplied(
        document=work.document, revision=work.before, customer=work.case.customer or "", currency=work.case.currency or "",
        lines=(line,), by=work.by,
    )  # fmt: skip
    return await tell(
        connection, work, "payment.applied", data, f"{plain(amount)} of {invoice} are written off"
    )


async def apply_payment(connection: Any, work: Work) -> Done:
    """What is left of a payment goes to an invoice; where more is asked for than is left, all of it does, in the place of
    what it was applied to before."""
    payment, invoice, amount = (
        work.facts.get("payment") or work.case.document,
        work.asked.document,
        _amount(work),
    )
    if not invoice:
        raise BadField("document", invoice, "no invoice is named", remedy="name the invoice that was paid")
    facts = [fact_of(one) for one in await following.known(connection, [f"payment {payment}"])]
    uses = [one for one in facts if one.family == "payment.applied"]
    use = max(uses, key=lambda one: one.revision, default=None)
    document, revision = (use.document, use.revision) if use else (application_of(payment), -1)
    state = payment_state(payment, facts)
    stays = state is not None and amount <= state.unapplied
    before = [one for one in state.lines if one.document == document] if state is not None and stays else []
    lines = with_more(before, Application(invoice=invoice, amount=amount, reason=work.asked.note))
    customer = await following.customer_of(connection, invoice) or work.case.customer
    if not customer:
        raise NotFound(f"nothing is known of an invoice {invoice}", remedy="name one that was issued")
    data = PaymentApplied(
        document=document, revision=revision + 1, customer=customer, currency=work.case.currency or "",
        payment=payment, lines=lines, by=work.by,
    )  # fmt: skip
    return await tell(
        connection, work, "payment.applied", data, f"{plain(amount)} of {payment} go to {invoice}"
    )


async def request_credit(connection: Any, work: Work) -> Done:
    """Receivables are asked for a credit memo."""
    invoice, amount = _invoice(work), _amount(work)
    currency, customer = work.case.currency or "", work.case.customer or ""
    reason = work.asked.note or (work.case.next_step if not work.asked.by else f"agreed by {work.by}")
    about = work.case.order or invoice
    body = {
        "customer": customer, "currency": currency, "invoice": invoice, "issued": work.now.date().isoformat(),
        "cause": work.document, "lines": await _credited(connection, work, amount), "charges": [], "total": plain(amount),
        "reason": reason,
    }  # fmt: skip
    effect = f"issue_credit/{about}/{work.document}"
    new = outbox.New(
        effect,
        work.roles.get("ar", "ar"),
        "issue_credit",
        about,
        work.document,
        msgspec.json.encode(body),
        amount,
        currency,
    )
    if not await outbox.put(connection, [new], work.now):
        raise Conflict(
            "a credit was asked for already about this case", remedy="see what became of it", effect=effect
        )
    return Done(f"a credit of {plain(amount)} {currency} on {invoice} is asked for", {"effect": effect})


async def link_document(connection: Any, work: Work) -> Done:
    """The document's last telling is told again as being about the order that a person named."""
    number, order = work.asked.document or work.case.document, work.asked.order
    found = await rows.tellings(connection, number, sorted({family_of(name) for name in TYPES}))
    if not found:
        raise NotFound(f"nothing is known of a document {number}", remedy="name its own number in document")
    for one in found:
        event = Event(
            id=f"{work.case.id}/link/{work.before}/{one.family}", source=OURSELVES, type=one.type, subject=order,
            time=one.occurred, data=msgspec.json.decode(one.data, type=TYPES[one.type]),
        )  # fmt: skip
        await inbox.keep(connection, [message_of(event, order)], work.now)
    return Done(f"{number} is about order {order}", {"order": order, "document": number})


#: What reaches beyond the case itself, by its name.
REACHING: Mapping[str, Callable[[Any, Work], Awaitable[Done]]] = {
    "retry": retry, "edit_and_replay": edit_and_replay, "approve_substitution": approve_substitution,
    "accept_short": accept_short, "request_credit": request_credit, "release_hold": release_hold,
    "write_off": write_off, "link_document": link_document, "apply_payment": apply_payment,
}  # fmt: skip


async def tell(connection: Any, work: Work, family: str, data: Told, says: str) -> Done:
    """A decision is an event of our own: the worker takes it as it takes all others."""
    subject = work.case.order or ""  # what is told of a payment alone is about no order
    event = Event(
        id=f"{work.case.id}/{work.asked.action}/{work.before}", source=OURSELVES, type=f"sayso.{family}.v1",
        subject=subject, time=work.now, data=data,
    )  # fmt: skip
    (came,) = await inbox.keep(connection, [message_of(event, work.case.order or "")], work.now)
    return Done(says, {"message": came.number, "document": data.document, "revision": data.revision})


async def _message(connection: Any, work: Work) -> int:
    if work.asked.message:
        return work.asked.message
    facts = work.facts
    for told in (facts.get("message", ""), facts.get("number", ""), work.case.document):
        if told.isdecimal():
            return int(told)
    held = await inbox.held_back(connection, key=work.case.order) if work.case.order else []
    if len(held) != 1:
        raise BadField(
            "message", 0, f"{len(held)} messages of this case are held back", remedy="name the number of one"
        )
    return held[0].number


async def _told(connection: Any, order: str) -> list[following.Known]:
    return await following.known(connection, [f"order {order}"])


def _agreed(told: list[following.Known], line: int, order: str) -> tuple[OrderLine, int]:
    """The line as it was agreed last, and the highest revision of the order's changes."""
    chosen = choose(map(fact_of, told))
    placed, changes = chosen.of("order.placed"), changes_of(chosen)
    found = terms_of(cast(OrderPlaced, placed[0].data) if placed else None, changes).get(line)
    if found is None:
        raise Conflict(
            f"order {order} has no line {line} yet",
            remedy="name a line of it, or wait until the order is told",
        )
    return found, max((change.revision for change in changes), default=0)


async def _state(connection: Any, order: str) -> State:
    row = await transactions.one(connection, order)
    if row is None:
        raise Conflict(f"nothing is known of order {order} yet", remedy="wait until the order itself is told")
    return read_state(row.state)


def _state_line(state: State, line: int, order: str) -> LineState:
    found = next((one for one in state.lines if one.line == line), None)
    if found is None:
        raise Conflict(f"order {order} has no line {line}", remedy="name a line of it")
    return found


async def _credited(connection: Any, work: Work, amount: Decimal) -> list[dict[str, Any]]:
    """The line that is credited, where the case is about one and a quantity is told; else the amount stands alone."""
    said = work.facts.get("quantity", "") or work.facts.get("over", "")
    quantity = work.asked.quantity or (Decimal(said) if said else None)
    number = work.asked.line or work.case.line
    if not (number and quantity and work.case.order):
        return []
    line = _state_line(await _state(connection, work.order), number, work.order)
    if not line.invoiced:
        return []
    with arithmetic():
        net = min(
            amount,
            rounded(line.invoiced_amount * quantity / line.invoiced, minor_unit(work.case.currency or "")),
        )
        tax = amount - net
    credited = MoneyLine(
        line=number, item=line.item, quantity=quantity, amount=net, tax=tax, order=work.order, uom=line.uom
    )
    told: dict[str, Any] = msgspec.to_builtins(credited)
    return [told]


def _line(work: Work) -> int:
    number = work.asked.line or work.case.line
    if not number:
        raise BadField("line", 0, "the case names no line", remedy="name the order's line")
    return number


def _invoice(work: Work) -> str:
    invoice = work.asked.document or work.facts.get("invoice", "") or work.case.document
    if not invoice:
        raise BadField("document", "", "the case names no invoice", remedy="name the invoice")
    return invoice


def _amount(work: Work) -> Decimal:
    if not work.amount:
        raise BadField("amount", "", "the case names no amount", remedy="send the amount, with tax")
    return work.amount
