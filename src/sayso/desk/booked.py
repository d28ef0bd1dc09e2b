"""What events change in the facts that promises are decided from: receivables, own demand at the ERP, what left a shelf.

Goes the way of every fact: the row with the later `as_of` counts, so what the ERP tells afterwards stands above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sayso.canon.decimals import plain
from sayso.canon.events_goods import ReceiptPosted, StockCounted
from sayso.canon.kinds import kind_named
from sayso.canon.rows import Fact as Row
from sayso.canon.rows import RowReader
from sayso.cash.shapes import InvoiceState, LineState, PaymentState, State
from sayso.desk.handover import Touched, settle_load
from sayso.errors import SaysoError
from sayso.promise.policy import Policy
from sayso.store import facts as store
from sayso.store import following

_READERS = {name: RowReader(kind_named(name)) for name in ("receivables", "demand", "stock", "receipts")}
_SOURCE = "events"
#: Stages in which nothing of an order counts for credit or stock beyond what is invoiced.
_UNSEEN = ("unknown", "placed")

Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


class Booking:
    """The rows of a batch, by kind and key; what a later state says of a row takes the place of an earlier one."""

    def __init__(self) -> None:
        self.rows: Rows = {name: {} for name in _READERS}
        self.left: list[tuple[str, str, Decimal, datetime]] = []
        self._net: dict[tuple[str, str], Decimal] = {}
        self._taken_over: set[str] = set()

    def state(self, before: State | None, after: State) -> None:
        """What the new state of an order changes."""
        for invoice in after.invoices:
            self.invoice(invoice)
        seen = before if before is not None and before.stage not in _UNSEEN else None
        if after.stage not in _UNSEEN:
            if seen is None:
                self._taken_over.add(after.order)
            elif after.accepted and not seen.accepted:
                for line in seen.lines:
                    self._add("demand", (after.order, str(line.line)), {"deleted": True})
            was = {line.line: line for line in seen.lines} if seen and seen.accepted == after.accepted else {}
            for line in after.lines:
                if line != was.get(line.line):
                    self._demand(after, line)
        left = _left(before, after)
        self.left += left
        self._weigh(before, after, left)

    def _weigh(
        self, before: State | None, after: State, left: Sequence[tuple[str, str, Decimal, datetime]]
    ) -> None:
        """By how much more is wanted of an item at a site than before, and how much less is there."""
        for state, sign in ((before, -1), (after, 1)):
            for line in state.lines if state is not None and state.stage not in _UNSEEN else ():
                place = (line.item, line.site)
                self._net[place] = self._net.get(place, Decimal(0)) + sign * line.open
        for item, site, quantity, _ in left:
            self._net[item, site] = self._net.get((item, site), Decimal(0)) + quantity

    def invoice(self, invoice: InvoiceState) -> None:
        """An invoice is owed as far as it is open."""
        self._add("receivables", (invoice.invoice,), {
            "customer": invoice.customer, "amount": plain(invoice.total), "open": plain(invoice.open),
            "currency": invoice.currency, "issued": invoice.issued.isoformat(),
            "due": invoice.due.isoformat() if invoice.due else None,
        })  # fmt: skip

    def cash(self, payment: PaymentState) -> None:
        """Money that came in and pays nothing yet is owed to the customer."""
        if payment.received is not None and payment.customer:
            left = plain(-payment.unapplied)
            self._add("receivables", (payment.payment,), {
                "customer": payment.customer, "amount": left, "open": left, "currency": payment.currency,
                "issued": payment.received.isoformat(),
            })  # fmt: skip

    def counted(self, told: StockCounted) -> None:
        """What a count found is on the shelf."""
        self._add("stock", (told.item, told.site, told.variant), {"on_hand": plain(told.quantity)})

    def received(self, told: ReceiptPosted) -> None:
        """A receipt teaches when inbound comes."""
        self._add("receipts", (told.inbound or told.document, told.inbound_line or "1", told.document), {
            "item": told.item, "site": told.site, "vendor": told.vendor or None, "received": told.received.isoformat(),
            "promised": told.promised.isoformat() if told.promised else None, "quantity": plain(told.quantity),
        })  # fmt: skip

    def _demand(self, state: State, line: LineState) -> None:
        """A line that the ERP has taken over: what is still to leave, and what has left without an invoice.

        Of a line that leaves from several sites only the money is told: its reservations stand until the ERP reports it.
        """
        gross = _gross(state)
        price = line.unit_price or Decimal(0)
        self._add("demand", (state.accepted or state.order, str(line.line)), {
            "order": state.order, "item": line.item, "site": line.site or None,
            "quantity": plain(line.open) if line.site else None,
            "customer": state.customer, "kind": "order", "status": "confirmed", "currency": state.currency or None,
            "due": line.ship_on.isoformat() if line.ship_on else None,
            "amount": plain(_cents(price * line.open * gross)),
            "amount_shipped_not_invoiced": plain(_cents(price * line.to_invoice * gross)),
        })  # fmt: skip

    def _add(self, kind: str, key: tuple[Any, ...], values: Mapping[str, Any]) -> None:
        names = [column.name for column in _READERS[kind].kind.key]
        row = {**dict(zip(names, key, strict=False)), **values}
        self.rows[kind][key] = {name: value for name, value in row.items() if value is not None}

    async def write(self, connection: Any, now: datetime, policy: Policy) -> None:
        """Bring the rows in, and let them take effect: the promises after this one see them."""
        whom = store.Whom(frozenset(), frozenset(), False, frozenset())
        some = any(self.rows.values())
        stamp = store.Stamp(now, _SOURCE, await store.new_load(connection) if some else 0)
        for kind, rows in self.rows.items():
            if rows:
                reader = _READERS[kind]
                read = _facts(reader, sorted(rows.items(), key=lambda one: tuple(map(str, one[0]))))
                whom = whom.with_((await store.merge(connection, reader.kind, read, stamp)).whom)
        if self.left:
            await following.ship_out(connection, self.left)
        items = whom.items | {item for item, _, _, _ in self.left}
        if whom or items:
            await settle_load(
                connection, Touched(items, whom.customers, whom.world, whom.reported), now, policy
            )


def _facts(reader: RowReader, rows: Iterable[tuple[Any, dict[str, Any]]]) -> list[Row]:
    found = []
    for number, (_, row) in enumerate(rows, 1):
        read = reader.mapping(number, row)
        if not isinstance(read, Row):
            raise SaysoError("; ".join(map(str, read)), remedy="correct the message and replay it")
        found.append(read)
    return found


def _left(before: State | None, after: State) -> list[tuple[str, str, Decimal, datetime]]:
    """What left a site since the state before: by shipment, so that a corrected one counts for the difference."""
    was, found = _by_shipment(before), []
    for key, (quantity, when) in sorted(_by_shipment(after).items()):
        more = quantity - was.get(key, (Decimal(0), when))[0]
        if more and key[2]:
            found.append((key[1], key[2], more, when))
    return found


def _by_shipment(state: State | None) -> dict[tuple[str, str, str], tuple[Decimal, datetime]]:
    found: dict[tuple[str, str, str], tuple[Decimal, datetime]] = {}
    for shipment in state.shipments if state else ():
        for line in shipment.lines:
            key = (shipment.shipment, line.item, shipment.site)
            found[key] = (found.get(key, (Decimal(0),))[0] + line.quantity, shipment.dispatched)
    return found


def _gross(state: State) -> Decimal:
    """What the order comes to with tax, for each unit of money without it."""
    net = sum((line.ordered_amount for line in state.lines), Decimal(0))
    return state.money.ordered / net if net and state.money.ordered else Decimal(1)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def items_of(states: Sequence[State]) -> set[str]:
    """The items that states are about."""
    return {line.item for state in states for line in state.lines}
