"""When a credit memo is asked for: goods came back after their invoice, or less left than was invoiced.

Knows an order's state and the documents behind it; prices are those of the invoices, not of the order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec

from sayso.canon.decimals import ZERO, plain, rounded
from sayso.canon.events_money import MoneyLine
from sayso.cash.amounts import places_of
from sayso.cash.papers import Papers
from sayso.cash.policy import CashPolicy, Invoicing, zone_of
from sayso.cash.shapes import Effect, LineState, State
from sayso.cash.unbilled import LESS


class _Need(NamedTuple):
    """So much of a line is to be given back, and why: `base` names the document behind it, `shipment` where from."""

    base: str
    reason: str
    shipment: str
    line: LineState
    counts: Decimal


class _Slice(NamedTuple):
    """A part of an invoice's line that is given back: up to `before` of it were given back before."""

    invoice: str
    line: MoneyLine
    before: Decimal
    counts: Decimal
    whole: Decimal


class Credits(NamedTuple):
    """The credit memos to be asked for, and the lines of which all that is to be given back is asked for, now or before."""

    effects: tuple[Effect, ...] = ()
    lines: frozenset[int] = frozenset()


def credit_due(state: State) -> bool:
    """Whether anything is to be given back."""
    return any(line.invoiced + line.returned - line.shipped > line.credited for line in state.lines)


def to_credit(
    state: State, papers: Papers, policy: CashPolicy, now: datetime, requested: frozenset[str]
) -> Credits:
    """The credit memos to be asked for; `requested` as for invoices.

    Never more is asked for than was invoiced and has not been credited. What somebody has to decide on by policy, or
    is the ERP's to credit, is left alone.
    """
    before = _in_flight(state, papers, requested)
    due = {line.line: line.invoiced + line.returned - line.shipped - line.credited for line in state.lines}
    stock = _Invoiced(state, papers)
    left, asked = dict(due), dict.fromkeys(due, ZERO)
    waiting: dict[str, list[_Need]] = defaultdict(list)
    # What was asked for and is not answered takes its part first, so that what is asked for now is beside it.
    for need, cause in _open_needs(
        state, [*_corrected(state, papers), *_returned(state, papers)], papers, left
    ):
        if cause in before:
            asked[need.line.line] += sum((piece.counts for piece in stock.take(need)), ZERO)
        else:
            waiting[cause].append(need)
    if before:
        # How much of what is due is on its way is known for certain only when it is answered.
        waiting.clear()
    effects: list[Effect] = []
    for cause, needs in waiting.items():
        how = _how(state, policy, needs[0])
        wanted = how.corrections if needs[0].base.startswith(f"{LESS}/") else how.returns
        if how.by == "erp" or wanted == "hold":
            continue
        slices = [piece for need in needs for piece in stock.take(need)]
        for piece in slices:
            asked[piece.line.line] += piece.counts
        effects += _effects(state, cause, needs[0].reason, slices, how, now)
    return Credits(
        tuple(effects), frozenset(line for line, counts in due.items() if 0 < counts <= asked[line])
    )


def _in_flight(state: State, papers: Papers, requested: frozenset[str]) -> set[str]:
    """The causes of the credit memos that were asked for and are not answered. An answer that says no cause is taken
    for one to any of them."""
    returns = {told.document for told in papers.returns}
    causes = {one.removeprefix(f"issue_credit/{state.order}/") for one in requested}
    answered = {paper.data.cause for paper in papers.credits}
    found = {
        cause
        for cause in causes - answered
        if cause.startswith(f"{LESS}/") or cause.partition("+")[0] in returns
    }
    return found if sum(not paper.data.cause for paper in papers.credits) < len(found) else set()


class _Invoiced:
    """The lines of an order's invoices, from which what is given back is taken, the same shipment's first."""

    def __init__(self, state: State, papers: Papers) -> None:
        self._lines: list[tuple[str, MoneyLine, Decimal]] = []
        self._given: list[Decimal] = []
        for paper in papers.invoices:
            for line in paper.lines_of(state.order):
                self._lines.append((paper.number, line, papers.counts(state, line, line.shipment)))
                self._given.append(ZERO)
        for paper in papers.credits:
            invoice = getattr(paper.data, "invoice", "")
            for line in paper.lines_of(state.order):
                list(self._take(line.line, line.shipment, invoice, papers.counts(state, line, line.shipment)))

    def take(self, need: _Need) -> Iterator[_Slice]:
        """The parts of invoice lines that make up what is needed, as far as there are any."""
        return self._take(need.line.line, need.shipment, "", need.counts)

    def _take(self, line: int, shipment: str, invoice: str, counts: Decimal) -> Iterator[_Slice]:
        places = [place for place, found in enumerate(self._lines) if found[1].line == line]
        places.sort(key=lambda place: (
            self._lines[place][0] != invoice, self._lines[place][1].shipment != shipment, place,
        ))  # fmt: skip
        for place in places:
            number, told, whole = self._lines[place]
            part = min(counts, whole - self._given[place])
            if part > 0:
                yield _Slice(number, told, self._given[place], part, whole)
                self._given[place] += part
                counts -= part


def _corrected(state: State, papers: Papers) -> Iterator[_Need]:
    """What was invoiced of a shipment's line beyond what left with it, in the order in which shipments left; then what
    was invoiced of a line beyond that without saying of which shipment."""
    reason = "less left than was invoiced"
    billed: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for paper in papers.invoices:
        for line in paper.lines_of(state.order):
            billed[line.shipment, line.line] += papers.counts(state, line, line.shipment)
    for ordered in state.lines:
        rest = ordered.invoiced - ordered.shipped
        for shipment in state.shipments:
            left = sum((one.counts for one in shipment.lines if one.line == ordered.line), ZERO)
            over = min(rest, billed[shipment.shipment, ordered.line] - left)
            if over > 0:
                yield _Need(f"{LESS}/{shipment.shipment}", reason, shipment.shipment, ordered, over)
                rest -= over
        if rest > 0:
            yield _Need(f"{LESS}/{state.order}", reason, "", ordered, rest)


def _returned(state: State, papers: Papers) -> Iterator[_Need]:
    lines = {line.line: line for line in state.lines}
    for told in papers.returns:
        by_line: dict[int, Decimal] = defaultdict(Decimal)
        for line in told.lines:
            by_line[line.line] += max(ZERO, papers.counts(state, line, told.shipment))
        for number, counts in by_line.items():
            if number in lines:
                yield _Need(told.document, "goods returned", told.shipment, lines[number], counts)


def _open_needs(
    state: State, needs: list[_Need], papers: Papers, left: dict[int, Decimal]
) -> Iterator[tuple[_Need, str]]:
    """What is still to be given back, with the cause that a request for it has."""
    done: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for paper in papers.credits:
        base = paper.data.cause.split("+")[0]
        for line in paper.lines_of(state.order):
            done[base, line.line] += papers.counts(state, line, line.shipment)
    for need in needs:
        before = done[need.base, need.line.line]
        counts = min(need.counts - before, left[need.line.line])
        if counts > 0:
            left[need.line.line] -= counts
            total = sum((given for (base, _), given in done.items() if base == need.base), ZERO)
            yield need._replace(counts=counts), f"{need.base}+{plain(total)}" if total else need.base


def _how(state: State, policy: CashPolicy, need: _Need) -> Invoicing:
    site = next((one.site for one in state.shipments if one.shipment == need.shipment), "")
    return policy.invoicing_for(state.customer, site)


def _effects(
    state: State, cause: str, reason: str, slices: list[_Slice], how: Invoicing, now: datetime
) -> Iterator[Effect]:
    """A credit memo for each invoice that is given back of: one, as a rule."""
    by_invoice: dict[str, list[MoneyLine]] = defaultdict(list)
    places = places_of(state.currency)
    for piece in slices:
        by_invoice[piece.invoice].append(_given_back(state, piece, places))
    for place, (invoice, lines) in enumerate(by_invoice.items()):
        # The further invoices' causes are told apart behind the first's, so that what is done is still counted to it.
        named = cause if place == 0 else f"{cause}+{invoice}"
        total = sum((line.amount + line.tax for line in lines), ZERO)
        yield Effect(
            key=f"issue_credit/{state.order}/{named}", role=how.role, kind="issue_credit", order=state.order,
            cause=named, amount=total, currency=state.currency,
            body={
                "customer": state.customer, "currency": state.currency, "invoice": invoice,
                "issued": now.astimezone(zone_of(how.zone)).date().isoformat(), "cause": named,
                "lines": msgspec.to_builtins(lines), "charges": [], "total": str(total), "reason": reason,
            },
        )  # fmt: skip


def _given_back(state: State, piece: _Slice, places: int) -> MoneyLine:
    """A part of an invoice's line, at its own price; parts of a line sum to the line."""
    line = piece.line
    after = piece.before + piece.counts

    def part(amount: Decimal) -> Decimal:
        upto = rounded(amount * after / piece.whole, places)
        return upto - rounded(amount * piece.before / piece.whole, places)

    return MoneyLine(
        line=line.line, item=line.item, quantity=line.quantity * piece.counts / piece.whole,
        amount=part(line.amount), tax=part(line.tax), unit_price=line.unit_price, order=state.order,
        shipment=line.shipment, stands_for=None if line.stands_for is None else piece.counts,
    )  # fmt: skip
