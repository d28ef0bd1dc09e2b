"""What was told of orders, and their states, as rows. Knows SQL; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from sayso.store.database import queries

SQL = queries("following")


class Telling(NamedTuple):
    """One telling of one document, as it is kept. `data` is its JSON, `keys` what it is about ('order WEB-1', or the
    document that is waited for, 'shipment S-1')."""

    family: str
    document: str
    revision: int
    digest: str
    type: str
    subject: str
    occurred: datetime
    received: datetime
    source: str
    message: int | None
    data: bytes
    keys: tuple[str, ...] = ()


class Known(NamedTuple):
    """A kept telling, under one of the keys it is about."""

    key: str
    number: int
    family: str
    document: str
    revision: int
    digest: str
    type: str
    subject: str
    occurred: datetime
    source: str
    data: bytes


class Transaction(NamedTuple):
    """The state of an order as it is kept."""

    order: str
    customer: str
    currency: str
    stage: str
    operational: bool
    financial: bool
    amount: Decimal
    placed: datetime | None
    changed: datetime
    digest: str
    state: bytes


class OpenRow(NamedTuple):
    """What receivables know of an invoice. `state` is a cash.shapes.OpenItem as JSON."""

    invoice: str
    customer: str
    currency: str
    total: Decimal
    open: Decimal
    disputed: Decimal
    issued: date
    due: date | None
    state: bytes


class PaymentRow(NamedTuple):
    """What receivables know of a payment. `state` is JSON of the cash room."""

    payment: str
    customer: str
    currency: str
    amount: Decimal
    applied: Decimal
    unapplied: Decimal
    reversed: Decimal
    received: date
    state: bytes


class PostingRow(NamedTuple):
    """A line of the books."""

    entry: str
    document: str
    account: str
    customer: str
    currency: str
    debit: Decimal
    credit: Decimal
    posted: datetime


class Posted(NamedTuple):
    """What stands of a document on one account: debit less credit, and the entries of the document so far."""

    document: str
    account: str
    customer: str
    currency: str
    net: Decimal
    entries: int


class Decided(NamedTuple):
    """An order of ours, and the decision it stands on."""

    order: str
    placed: datetime
    customer: str
    po: str
    promise: str
    answer: bytes
    evidence: bytes


async def lock(connection: Any, keys: Iterable[str]) -> None:
    """Wait until nobody else works on these orders, documents and accounts; held until the transaction ends."""
    numbers = sorted(
        {int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), signed=True) for key in keys}
    )
    if numbers:
        await connection.fetch(SQL["lock_keys"], numbers)


async def orders_of(connection: Any, documents: Sequence[tuple[str, str, str]]) -> dict[str, set[str]]:
    """The order keys that documents belong to, of (key, family, document)."""
    found: dict[str, set[str]] = {}
    if documents:
        for key, about in await connection.fetch(SQL["orders_of"], *_columns(documents)):
            found.setdefault(key, set()).add(about)
    return found


async def keep(connection: Any, tellings: Sequence[Telling]) -> list[int]:
    """Keep what is new; the places of those that are. What is known already is only put under its keys."""
    if not tellings:
        return []
    columns = _columns([telling[:11] for telling in tellings])
    numbers = {place - 1: number for place, number in await connection.fetch(SQL["keep"], *columns)}
    pairs = sorted({(key, number) for place, number in numbers.items() for key in tellings[place].keys})
    if pairs:
        await connection.execute(SQL["concern"], *_columns(pairs))
    again = sorted({
        (key, one.family, one.document, one.revision, one.digest)
        for place, one in enumerate(tellings) if place not in numbers for key in one.keys
    })  # fmt: skip
    if again:
        await connection.execute(SQL["concern_again"], *_columns(again))
    twice = [
        (one.family, one.document, one.revision, one.digest, one.occurred, one.source, one.subject)
        for place, one in enumerate(tellings) if place not in numbers
    ]  # fmt: skip
    if twice:
        await connection.execute(SQL["keep_least"], *_columns(twice))
    return sorted(numbers)


async def claim(connection: Any, claims: Iterable[tuple[str, str]]) -> None:
    """What waited for a document is about the document's order from now on, of (key of the document, key of the order)."""
    pairs = sorted(set(claims))
    if pairs:
        await connection.execute(SQL["claim"], *_columns(pairs))
    invoices = [pair for pair in pairs if pair[0].startswith("invoice ")]
    if invoices:
        await connection.execute(SQL["claim_payments"], *_columns(invoices))


async def to_invoice_daily(connection: Any, customers: Sequence[str] | None) -> list[str]:
    """Orders with goods out that are not paid for yet, of these customers (None: of all)."""
    rows = await connection.fetch(SQL["to_invoice_daily"], None if customers is None else list(customers))
    return [row[0] for row in rows]


async def known(connection: Any, keys: Sequence[str], by: datetime | None = None) -> list[Known]:
    """Everything that was told about some keys, or all that was known of it at a moment."""
    if not keys:
        return []
    rows = await (
        connection.fetch(SQL["known"], list(keys)) if by is None
        else connection.fetch(SQL["known_by"], list(keys), by)
    )  # fmt: skip
    return [Known(*row) for row in rows]


async def states(connection: Any, orders: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """The digest and the state of orders as they were last folded."""
    return {row[0]: (row[1], row[2]) for row in await connection.fetch(SQL["states"], list(orders))}


async def write_states(connection: Any, rows: Sequence[Transaction]) -> None:
    """Write the states of orders."""
    await _written(connection, "write_states", rows)


class Asked(NamedTuple):
    """What was asked for before: `money` names what invoices and credits were asked for under each key (an order, a
    customer) by effect, cause and what they cover; `effects` are all that were decided, whatever became of them."""

    money: dict[str, frozenset[str]]
    effects: frozenset[str]


async def asked_for(connection: Any, keys: Sequence[str]) -> Asked:
    """What was asked for under these keys."""
    found: dict[str, set[str]] = {}
    effects: set[str] = set()
    for key, effect, cause, money, covers in await connection.fetch(SQL["asked_for"], list(keys)):
        effects.add(effect)
        if money:
            found.setdefault(key, set()).update(
                (effect, cause, *(msgspec.json.decode(covers) if covers else ()))
            )
    return Asked({key: frozenset(names) for key, names in found.items()}, frozenset(effects))


async def write_open_items(connection: Any, rows: Sequence[OpenRow]) -> None:
    """Write what receivables know of invoices."""
    await _written(connection, "write_open_items", rows)


async def open_items(connection: Any, accounts: Sequence[str] | None) -> list[bytes]:
    """The open items of accounts (None: of all), the oldest first."""
    rows = await connection.fetch(SQL["open_items"], None if accounts is None else list(accounts))
    return [row[0] for row in rows]


async def items_named(connection: Any, numbers: Sequence[str]) -> list[bytes]:
    """Invoices of these numbers, settled ones as well, the oldest first."""
    rows = await connection.fetch(SQL["items_named"], list(numbers)) if numbers else ()
    return [row[0] for row in rows]


async def last_told(connection: Any, receivables: Sequence[str], demand: Sequence[str]) -> datetime | None:
    """When any of these documents was told of here last, as a receivable or as demand."""
    found: datetime | None = await connection.fetchval(SQL["last_told"], list(receivables), list(demand))
    return found


async def items(connection: Any, invoices: Sequence[str]) -> list[bytes]:
    """Invoices by number, open or not."""
    return [row[0] for row in await connection.fetch(SQL["items"], list(invoices))] if invoices else []


async def customer_of(connection: Any, invoice: str) -> str:
    """Whose an invoice is; "" where it is not known."""
    return str(await connection.fetchval(SQL["customer_of"], invoice) or "")


async def accounts_of(connection: Any, customers: Sequence[str]) -> dict[str, str]:
    """The credit accounts of customers."""
    rows = await connection.fetch(SQL["account_of"], list(customers))
    return {row[0]: row[1] for row in rows}


async def write_payments(connection: Any, rows: Sequence[PaymentRow]) -> None:
    """Write what receivables know of payments."""
    await _written(connection, "write_payments", rows)


async def payments(
    connection: Any, accounts: Sequence[str], numbers: Sequence[str], since: date
) -> list[tuple[str, str, bytes]]:
    """(payment, account, state) of payments by number, and of accounts those with cash left or received since a day."""
    return [
        tuple(row) for row in await connection.fetch(SQL["payments"], list(accounts), list(numbers), since)
    ]


async def write_postings(connection: Any, rows: Sequence[PostingRow]) -> None:
    """Add to the books."""
    await _written(connection, "write_postings", rows)


async def posted(connection: Any, documents: Sequence[str]) -> list[Posted]:
    """What stands in the books of documents."""
    return [Posted(*row) for row in await connection.fetch(SQL["posted"], list(documents))]


async def tell_orders(connection: Any, rows: Sequence[tuple[str, str, str, datetime | None]]) -> None:
    """What the storefront is told of its orders: (order, state, why, ended)."""
    await _written(connection, "orders_state", rows)


async def ship_out(
    connection: Any, rows: Sequence[tuple[str, str, Decimal, datetime]]
) -> dict[tuple[str, str], Decimal]:
    """What left a site is no longer on its shelf: (item, site, quantity, when). What was taken off which, in the end."""
    if not rows:
        return {}
    columns = _columns(rows)
    await connection.execute(SQL["lock_shelves"], *columns[:2])
    found = await connection.fetch(SQL["ship_out"], *columns)
    return {(item, site): quantity for item, site, quantity in found}


class Wanted(NamedTuple):
    """What of a line is still to leave, what that is worth, and what has left without an invoice."""

    document: str
    line: str
    quantity: Decimal
    amount: Decimal
    shipped: Decimal


async def still_wanted(connection: Any, rows: Sequence[Wanted], now: datetime) -> set[int]:
    """Write this of lines that were written here last; the places of the others, of which somebody else has told since."""
    if not rows:
        return set()
    done = {row[0] - 1 for row in await connection.fetch(SQL["still_wanted"], *_columns(rows), now)}
    return set(range(len(rows))) - done


async def decided_for(connection: Any, orders: Sequence[str]) -> dict[str, Decided]:
    """The decisions that orders stand on: of one that was made again, the last."""
    return {row["order"]: Decided(*row) for row in await connection.fetch(SQL["decided_for"], list(orders))}


async def last_words(connection: Any, promises: Sequence[str]) -> dict[str, tuple[str, str]]:
    """How promises ended, as last said: (how, cause)."""
    return {row[0]: (row[1], row[2]) for row in await connection.fetch(SQL["last_words"], list(promises))}


async def zones(connection: Any) -> Mapping[str, str]:
    """The time zones of sites."""
    return {row[0]: row[1] for row in await connection.fetch(SQL["zones"])}


async def terms(connection: Any, customers: Sequence[str]) -> dict[str, int | None]:
    """The terms of customers, in days."""
    return {row[0]: row[1] for row in await connection.fetch(SQL["terms"], list(customers))}


async def _written(connection: Any, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        await connection.execute(SQL[query], *_columns(rows))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def factors(connection: Any, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Decimal]:
    """How many base units one unit has, of (item, unit); what is not told is left out."""
    rows = await connection.fetch(SQL["factors"], *_columns(pairs)) if pairs else ()
    return {(row[0], row[1]): row[2] for row in rows if row[2]}


async def stands_for(connection: Any, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Decimal]:
    """What one of a substitute stands for, of (item, substitute)."""
    rows = await connection.fetch(SQL["substitution"], *_columns(pairs)) if pairs else ()
    return {(row[0], row[1]): row[2] for row in rows if row[2]}
