"""When an invoice is asked for, and for what: only what left, only on evidence that is whole, each part once.

Knows an order's state, the documents behind it and the policy; who is asked, and how often, is delivery's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec

from sayso.canon.decimals import ZERO, arithmetic, money, plain, rounded
from sayso.canon.events_money import MoneyLine
from sayso.canon.events_shared import Charge
from sayso.canon.findings import Finding
from sayso.cash.amounts import places_of
from sayso.cash.billing import Bill
from sayso.cash.crediting import credit_due, to_credit
from sayso.cash.evidence import lacking, more_than_ordered, waits
from sayso.cash.papers import Papers, papers_of
from sayso.cash.policy import CashPolicy, Invoicing, zone_of
from sayso.cash.shapes import Effect, Fact, ShipmentState, ShippedLine, State
from sayso.cash.unbilled import Unbilled

COMPLETE = "complete"
CHARGES = "charges"


class Triggered(NamedTuple):
    """What is to be asked for; what waits although it left; and the findings, by kind and key, that need nobody because
    what settles them is asked for."""

    effects: tuple[Effect, ...] = ()
    held: tuple[Finding, ...] = ()
    answered: frozenset[tuple[str, str]] = frozenset()


class _Load(NamedTuple):
    """What of a shipment is to be invoiced: `cause` tells this asking from others for the same shipment."""

    shipment: ShipmentState
    cause: str
    lines: tuple[tuple[ShippedLine, Decimal], ...]
    how: Invoicing


class _Ask(NamedTuple):
    """An invoice of one order to be asked for."""

    cause: str
    loads: tuple[_Load, ...]
    charges: tuple[Charge, ...]
    how: Invoicing


class _Judged(NamedTuple):
    """An order, looked at: what may be invoiced, what waits, and the bill with all that was asked for before."""

    state: State
    papers: Papers
    bill: Bill
    loads: tuple[_Load, ...]
    held: tuple[Finding, ...]
    asked: bool


def to_invoice(
    state: State, facts: Sequence[Fact], policy: CashPolicy, now: datetime, terms_days: int | None,
    requested: frozenset[str],
) -> Triggered:  # fmt: skip
    """What is to be invoiced and credited of one order, now.

    `facts` are those that `state` was folded from. `terms_days` are the customer's (None: the policy's). `requested`
    names what was asked for before and not refused, by cause or by the effect's key; of a daily invoice, what
    `covers` says of it. The same state, facts and requests give the same effects with the same keys.
    """
    with arithmetic():
        if not (_left_unbilled(state) or credit_due(state) or state.charges):
            return Triggered()
        papers = papers_of(facts)
        judged = _judge(state, papers, policy, requested)
        effects: list[Effect] = []
        held: tuple[Finding, ...] = ()
        if judged is not None:
            held = judged.held
            effects = [_effect(judged, ask, now, terms_days) for ask in _asks(judged, policy, requested)]
        if not credit_due(state):
            return Triggered(tuple(effects), held)
        credits = to_credit(state, papers, policy, now, requested)
        answered = {
            (kind, f"{state.order}/{line}")
            for line in credits.lines
            for kind in ("return_not_credited", "invoiced_over")
        }
        return Triggered((*effects, *credits.effects), held, frozenset(answered))


def daily(
    orders: Iterable[tuple[State, Sequence[Fact]]], policy: CashPolicy, day: date, now: datetime,
    terms: Mapping[str, int], requested: frozenset[str],
) -> Triggered:  # fmt: skip
    """The invoices of one day, by customer and currency: all that left up to its end and is not invoiced.

    `day` is one of the policy's zone. `terms` are days until due by customer. `requested` as for `to_invoice`; a day
    that was asked for is asked for no more, and what is known of too late goes to the next.
    """
    gathered: dict[tuple[str, str], list[tuple[_Judged, tuple[_Load, ...]]]] = defaultdict(list)
    held: list[Finding] = []
    with arithmetic():
        for state, facts in sorted(orders, key=lambda pair: pair[0].order):
            judged = _judge(state, papers_of(facts), policy, requested) if _left_unbilled(state) else None
            if judged is None:
                continue
            held += judged.held
            loads = tuple(load for load in judged.loads if load.how.when == "daily" and _left_by(load, day))
            if loads:
                gathered[state.customer, state.currency].append((judged, loads))
        effects = [
            _daily_effect(customer, currency, parts, day, now, terms.get(customer))
            for (customer, currency), parts in sorted(gathered.items())
            if not {_daily_key(customer, currency, day)} & requested
        ]
    return Triggered(tuple(effects), tuple(held))


def covers(effect: Effect) -> frozenset[str]:
    """What a request for an invoice or a credit covers, as `requested` wants it told: its key, its cause, and the
    shipments that a daily one gathered."""
    named = effect.body.get("covers")
    return frozenset({effect.key, effect.cause, *(named if isinstance(named, list) else ())})


def cause_of(shipment: str, invoiced: Decimal) -> str:
    """What a request for a shipment is known by: the shipment and, where some of it was invoiced before, how much.

    As long as a request is not answered its cause stays the same, so that it is not made twice; what is left after
    the answer has another.
    """
    return f"{shipment}+{plain(invoiced)}" if invoiced else shipment


def _left_unbilled(state: State) -> bool:
    """Whether there may be anything to invoice: a cheap look, since most of the time there is nothing."""
    return any(line.shipped > line.invoiced - line.credited for line in state.lines)


def _judge(state: State, papers: Papers, policy: CashPolicy, requested: frozenset[str]) -> _Judged | None:
    """What may be invoiced of an order. None where nothing is: it has no goods out, or the ERP invoices them all."""
    sites = {shipment.site for shipment in state.shipments}
    if all(policy.invoicing_for(state.customer, site).by == "erp" for site in sites):
        return None
    bill = Bill(state, papers, places_of(state.currency))
    unbilled = Unbilled(state, papers)
    shipments = sorted(state.shipments, key=lambda shipment: (shipment.dispatched, shipment.shipment))
    asked = False
    open_ones: list[tuple[ShipmentState, str]] = []
    for shipment in shipments:
        cause = cause_of(shipment.shipment, _invoiced_of(state, papers, shipment.shipment))
        if _requested(state, papers, cause, requested):
            asked = True
            for line in shipment.lines:
                counts = unbilled.asked_before(shipment, line)
                unbilled.take(shipment, line, counts)
                bill.ask(line, counts)
        else:
            open_ones.append((shipment, cause))
    loads: list[_Load] = []
    held: list[Finding] = []
    for shipment, cause in open_ones:
        how = policy.invoicing_for(state.customer, shipment.site)
        if how.by == "erp":
            continue
        _look_at(state, bill, unbilled, _Load(shipment, cause, (), how), loads, held)
    return _Judged(state, papers, bill, tuple(loads), tuple(held), asked)


def _invoiced_of(state: State, papers: Papers, shipment: str) -> Decimal:
    """How much invoices say to be of a shipment: the lines that name it and, of an invoice that was asked for it, those
    that name none. It grows with every answer to a request for it, and with nothing else."""
    return _answered(
        state,
        papers,
        lambda cause, line: line.shipment == shipment or (not line.shipment and cause == shipment),
    )


def _answered(state: State, papers: Papers, about: Callable[[str, MoneyLine], bool]) -> Decimal:
    """How much is on the order's invoices, of the lines that a look at their cause and at themselves picks."""
    return sum(
        (
            papers.counts(state, line, line.shipment)
            for paper in papers.invoices
            for line in paper.lines_of(state.order)
            if about(paper.data.cause.partition("+")[0], line)
        ),
        ZERO,
    )


def _look_at(
    state: State, bill: Bill, unbilled: Unbilled, load: _Load, loads: list[_Load], held: list[Finding]
) -> None:
    """Adds a shipment to what may be invoiced, or to what waits. Either way its goods are spoken for."""
    waiting: list[tuple[ShippedLine, Decimal]] = []
    fitting: list[tuple[ShippedLine, Decimal]] = []
    for line in load.shipment.lines:
        counts = unbilled.waiting(load.shipment, line)
        if counts <= 0:
            continue
        room = counts if load.how.overshipped == "shipped" else unbilled.room(line.line)
        unbilled.take(load.shipment, line, counts)
        waiting.append((line, counts))
        fitting.append((line, min(counts, room)))
    if not waiting:
        return
    beyond = load.how.overshipped == "hold" and fitting != waiting
    missing = lacking(state, load.shipment, [line for line, _ in waiting], bill, load.how)
    if beyond:
        missing = (*missing, *more_than_ordered(state, waiting, fitting))
    if missing:
        held.append(waits(state, load.shipment, waiting, missing))
        return
    kept = tuple((line, counts) for line, counts in fitting if counts > 0)
    if kept:
        loads.append(load._replace(lines=kept))


def _requested(state: State, papers: Papers, cause: str, requested: frozenset[str]) -> bool:
    """Whether a shipment was asked for under its cause, alone, with its whole order, or with a day."""
    names = (cause, _whole(state, papers))
    return any(f"{before}{name}" in requested for name in names for before in _spelled(state))


def _spelled(state: State) -> tuple[str, ...]:
    """What stands before a cause where it is told with its order."""
    return "", f"{state.order}/", f"issue_invoice/{state.order}/"


def _whole(state: State, papers: Papers) -> str:
    """The cause of a request for all that left. Invoices that say no cause are taken for answers to it."""
    return cause_of(COMPLETE, _answered(state, papers, lambda cause, line: cause in ("", COMPLETE)))


def _asks(judged: _Judged, policy: CashPolicy, requested: frozenset[str]) -> list[_Ask]:
    """The invoices to be asked for, in the order in which goods left, with the charges on the one that has them."""
    asks = [
        _Ask(load.cause, (load,), (), load.how) for load in judged.loads if load.how.when == "per_shipment"
    ]
    together = tuple(load for load in judged.loads if load.how.when == "order_complete")
    if together and _finished(judged):
        asks.append(_Ask(_whole(judged.state, judged.papers), together, (), together[0].how))
    if not asks:
        return _charges_alone(judged, policy, requested)
    for place, wanted in ((0, "first"), (-1, "last")):
        if (
            asks[place].how.charges == wanted
            and not _charges_asked(judged.state, requested)
            and _charges_due(judged, wanted, whole=_all_asked(judged, asks))
        ):
            asks[place] = asks[place]._replace(charges=judged.state.charges)
    return asks


def _finished(judged: _Judged) -> bool:
    """Whether nothing more of the order will leave, and nothing that left waits for evidence."""
    return not judged.held and all(line.open <= 0 for line in judged.state.lines)


def _all_asked(judged: _Judged, asks: list[_Ask]) -> bool:
    return sum(len(ask.loads) for ask in asks) == len(judged.loads)


def _charges_due(judged: _Judged, wanted: str, whole: bool) -> bool:
    """Whether the order's charges are to stand on this invoice."""
    if wanted == "first":
        return not judged.asked and not judged.papers.invoices
    return whole and _finished(judged) and not _charged(judged)


def _charged(judged: _Judged) -> bool:
    """Whether an invoice of this order alone has charges already."""
    return any(
        paper.data.charges and len(paper.lines_of(judged.state.order)) == len(paper.data.lines)
        for paper in judged.papers.invoices
    )


def _charges_asked(state: State, requested: frozenset[str]) -> bool:
    """Whether a request that is known has the order's charges."""
    return any(f"{before}{CHARGES}" in requested for before in _spelled(state))


def _charges_alone(judged: _Judged, policy: CashPolicy, requested: frozenset[str]) -> list[_Ask]:
    """The charges of an order that ended with a cancellation, after the invoice that would have had them."""
    how = policy.invoicing_for(judged.state.customer)
    due = (
        how.charges == "last" and how.by == "sayso" and how.when != "daily" and judged.state.charges
        and judged.papers.invoices and not judged.asked and not judged.loads
        and _charges_due(judged, "last", whole=True)
    )  # fmt: skip
    if not due or _charges_asked(judged.state, requested):
        return []
    return [_Ask(CHARGES, (), judged.state.charges, how)]


def _effect(judged: _Judged, ask: _Ask, now: datetime, terms_days: int | None) -> Effect:
    lines = tuple(
        judged.bill.part(load.shipment, line, counts) for load in ask.loads for line, counts in load.lines
    )
    state = judged.state
    issued = now.astimezone(zone_of(ask.how.zone)).date()
    body = _body(state.customer, state.currency, issued, ask, lines, terms_days)
    if ask.charges:
        body["covers"] = [f"{state.order}/{CHARGES}"]
    return Effect(
        key=f"issue_invoice/{state.order}/{ask.cause}", role=ask.how.role, kind="issue_invoice", order=state.order,
        cause=ask.cause, body=body, amount=_total(lines, ask.charges), currency=state.currency,
    )  # fmt: skip


def _body(
    customer: str,
    currency: str,
    issued: date,
    ask: _Ask,
    lines: tuple[MoneyLine, ...],
    terms_days: int | None,
) -> dict[str, object]:
    """What the receivables system is asked for, as JSON values."""
    days = ask.how.terms_days if terms_days is None else terms_days
    return {
        "customer": customer, "currency": currency, "issued": issued.isoformat(),
        "due": (issued + timedelta(days=days)).isoformat(), "cause": ask.cause,
        "lines": msgspec.to_builtins(list(lines)), "charges": msgspec.to_builtins(list(_in_money(ask.charges, currency))),
        "total": money(_total(lines, ask.charges), places_of(currency)),
    }  # fmt: skip


def _total(lines: Iterable[MoneyLine], charges: Iterable[Charge]) -> Decimal:
    """All with tax."""
    net = sum((line.amount + line.tax for line in lines), ZERO)
    return net + sum((charge.amount + charge.tax for charge in charges), ZERO)


def _in_money(charges: Iterable[Charge], currency: str) -> tuple[Charge, ...]:
    """Charges with the decimal places of their currency."""
    places = places_of(currency)
    return tuple(Charge(one.code, rounded(one.amount, places), rounded(one.tax, places)) for one in charges)


def _daily_key(customer: str, currency: str, day: date) -> str:
    return f"issue_invoice/{customer}/{day.isoformat()}/{currency}"


def _left_by(load: _Load, day: date) -> bool:
    """Whether it left before the end of that day."""
    return load.shipment.dispatched.astimezone(zone_of(load.how.zone)).date() <= day


def _daily_effect(
    customer: str, currency: str, parts: list[tuple[_Judged, tuple[_Load, ...]]], day: date, now: datetime,
    terms_days: int | None,
) -> Effect:  # fmt: skip
    """One invoice for what left of several orders."""
    how = parts[0][1][0].how
    cause = f"{day.isoformat()}/{currency}"
    lines: list[MoneyLine] = []
    charges: list[Charge] = []
    covered: list[str] = []
    for judged, loads in parts:
        for load in loads:
            lines += [judged.bill.part(load.shipment, line, counts) for line, counts in load.lines]
            covered.append(f"{judged.state.order}/{load.cause}")
        if how.charges != "none" and _charges_due(judged, how.charges, whole=len(loads) == len(judged.loads)):
            charges += judged.state.charges
    ask = _Ask(cause, (), tuple(charges), how)
    issued = now.astimezone(zone_of(how.zone)).date()
    body = _body(customer, currency, issued, ask, tuple(lines), terms_days)
    return Effect(
        key=_daily_key(customer, currency, day), role=how.role, kind="issue_invoice", order="", cause=cause,
        body={**body, "covers": covered}, amount=_total(lines, charges), currency=currency,
    )  # fmt: skip
