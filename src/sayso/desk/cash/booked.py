"""What events change in the facts that promises are decided from: receivables, own demand at the ERP, what left a shelf.

Goes the way of every fact: the row with the later `as_of` counts, so what the ERP tells afterwards stands above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sayso.canon.decimals import ZERO, plain
from sayso.canon.events_goods import ReceiptPosted, StockCounted
from sayso.canon.kinds import kind_named
from sayso.canon.rows import Fact as Row
from sayso.canon.rows import RowReader
from sayso.cash.exposure import pending, worth
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
_HELD = "order.held "

#: What left: (item, site, quantity, when).
Left = tuple[str, str, Decimal, datetime]
Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


class Booking:
    """The rows of a batch, by kind and key; what a later state says of a row takes the place of an earlier one."""

    def __init__(self) -> None:
        self.rows: Rows = {name: {} for name in _READERS}
        self.left: list[Left] = []
        self._standing: dict[tuple[str, str], tuple[State, LineState]] = {}
        self._net: dict[tuple[str, str], Decimal] = {}
        self._moved: set[str] = set()
        self._taken_over: set[str] = set()

    def state(self, before: State | None, after: State, today: date) -> None:
        """What the new state of an order changes."""
        for invoice in after.invoices:
            self.invoice(invoice)
        seen = before if before is not None and _seen(before) else None
        same = seen is not None and _same(seen, after)
        if _seen(after):
            if seen is None:
                self._taken_over.add(after.order)
            elif after.accepted and not seen.accepted:
                for line in seen.lines:
                    self._add("demand", (after.order, str(line.line)), {"deleted": True})
            was = {line.line: line for line in seen.lines} if seen and seen.accepted == after.accepted else {}
            charged = pending(after) or (seen is not None and pending(seen))
            for line in after.lines:
                if line != (old := was.get(line.line)) or charged:
                    if same and old is not None and line.site and _stands(old, line):
                        self._standing[after.accepted or after.order, str(line.line)] = after, line
                    else:
                        self._demand(after, line)
        self._weigh(seen, after, _left(before, after), today)

    def _weigh(self, before: State | None, after: State, left: Sequence[Left], today: date) -> None:
        """By how much more is wanted of an item at a site than before, and how much less is there. What leaves ahead of its
        day is missing until then."""
        self.left += left
        for item, site, quantity, _ in left:
            self._net[item, site] = self._net.get((item, site), ZERO) + quantity
        was = {line.line: line for line in before.lines} if before is not None else {}
        for line in after.lines if _seen(after) else ():
            old = was.pop(line.line, None)
            if old is None or not _stands(old, line) or (line.ship_on or today) > today:
                self._moved.add(line.item)
            elif old.open != line.open:
                place = (line.item, line.site)
                self._net[place] = self._net.get(place, ZERO) + line.open - old.open
        self._moved.update(line.item for line in was.values())

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
        amount, shipped = worth(state, line)
        self._add("demand", (state.accepted or state.order, str(line.line)), {
            "order": state.order, "item": line.item, "site": line.site or None,
            "quantity": plain(line.open) if line.site else None,
            "customer": state.customer, "kind": "order", "status": "confirmed", "currency": state.currency or None,
            "due": line.ship_on.isoformat() if line.ship_on else None,
            "amount": plain(amount), "amount_shipped_not_invoiced": plain(shipped),
        })  # fmt: skip

    def _add(self, kind: str, key: tuple[Any, ...], values: Mapping[str, Any]) -> None:
        names = [column.name for column in _READERS[kind].kind.key]
        row = {**dict(zip(names, key, strict=False)), **values}
        self.rows[kind][key] = {name: value for name, value in row.items() if value is not None}

    async def write(self, connection: Any, now: datetime, policy: Policy) -> None:
        """Bring the rows in, and let them take effect: the promises after this one see them."""
        told = await self._told(connection, now)
        owing, known = await self._write_standing(connection, told)
        whom, stale = store.Whom(frozenset(), frozenset(), False, frozenset()), False
        some = any(self.rows.values())
        stamp = store.Stamp(told, _SOURCE, await store.new_load(connection) if some else 0)
        for kind, rows in self.rows.items():
            if rows:
                reader = _READERS[kind]
                read = _facts(reader, sorted(rows.items(), key=lambda one: tuple(map(str, one[0]))))
                merged = await store.merge(connection, reader.kind, read, stamp)
                whom, stale = whom.with_(merged.whom), stale or merged.stale > 0
        gone = await following.ship_out(connection, self.left)
        items = whom.items | known | {item for item, _, _, _ in self.left}
        if whom or items or owing:
            quiet = frozenset() if stale or self.rows["stock"] else items - self._unquiet(gone)
            reported = frozenset(pair for pair in whom.reported if pair[0] in self._taken_over)
            await settle_load(
                connection,
                Touched(items - quiet, whom.customers, whom.world, reported, quiet, owing),
                now,
                policy,
            )

    async def _told(self, connection: Any, now: datetime) -> datetime:
        """The time that is written down: whoever comes last knows most, and its clock may be behind."""
        owed = sorted(str(key[0]) for key in self.rows["receivables"])
        wanted = {str(key[0]) for key in self.rows["demand"]} | {key[0] for key in self._standing}
        if not owed and not wanted:
            return now
        last = await following.last_told(connection, owed, sorted(wanted))
        return now if last is None else max(now, last)

    async def _write_standing(self, connection: Any, now: datetime) -> tuple[frozenset[str], frozenset[str]]:
        """The lines that stand as they were told, but for how much of them; whose and of what they are. What somebody else
        has told of since is told anew, wholly."""
        states = [self._standing[key] for key in sorted(self._standing)]
        rows = [
            following.Wanted(*key, line.open, *worth(state, line))
            for key, (state, line) in sorted(self._standing.items(), key=lambda one: one[0])
        ]
        told = await following.still_wanted(connection, rows, now)
        for place in told:
            state, line = states[place]
            self._demand(state, line)
            self._moved.add(line.item)
        done = [one for place, one in enumerate(states) if place not in told]
        owing = frozenset(state.customer for state, _ in done if state.customer)
        return owing, frozenset(line.item for _, line in done)

    def _unquiet(self, gone: Mapping[tuple[str, str], Decimal]) -> set[str]:
        """The items of which more can be promised than before, or less."""
        left: dict[tuple[str, str], Decimal] = {}
        for item, site, quantity, _ in self.left:
            left[item, site] = left.get((item, site), ZERO) + quantity
        counted = {item for (item, site), quantity in left.items() if gone.get((item, site)) != quantity}
        return self._moved | counted | {item for (item, _), net in self._net.items() if net}


def _same(before: State, after: State) -> bool:
    """Whether an order is still under the same number, its customer's and in its currency."""
    return (before.accepted, before.customer, before.currency) == (
        after.accepted,
        after.customer,
        after.currency,
    )


def _stands(before: LineState, after: LineState) -> bool:
    """Whether a line is of the same item, from the same site, on the same day."""
    return (before.item, before.site, before.ship_on) == (after.item, after.site, after.ship_on)


def _facts(reader: RowReader, rows: Iterable[tuple[Any, dict[str, Any]]]) -> list[Row]:
    found = []
    for number, (_, row) in enumerate(rows, 1):
        read = reader.mapping(number, row)
        if not isinstance(read, Row):
            raise SaysoError("; ".join(map(str, read)), remedy="correct the message and replay it")
        found.append(read)
    return found


def _seen(state: State) -> bool:
    """Whether the back office has spoken of an order: one that it held and released waits as if it were new, and is not."""
    return state.stage not in _UNSEEN or any(one.startswith(_HELD) for one in state.documents)


def _left(before: State | None, after: State) -> list[Left]:
    """What left a site since the state before: by shipment, so that a corrected one counts for the difference."""
    was, found = _by_shipment(before), []
    for key, (quantity, when) in sorted(_by_shipment(after).items()):
        more = quantity - was.get(key, (ZERO, when))[0]
        if more and key[2]:
            found.append((key[1], key[2], more, when))
    return found


def _by_shipment(state: State | None) -> dict[tuple[str, str, str], tuple[Decimal, datetime]]:
    found: dict[tuple[str, str, str], tuple[Decimal, datetime]] = {}
    for shipment in state.shipments if state else ():
        for line in shipment.lines:
            key = (shipment.shipment, line.item, shipment.site)
            found[key] = (found.get(key, (ZERO,))[0] + line.quantity, shipment.dispatched)
    return found


def items_of(states: Sequence[State]) -> set[str]:
    """The items that states are about."""
    return {line.item for state in states for line in state.lines}
