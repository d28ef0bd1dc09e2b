"""The rows behind a load's last step: versions, accounts of customers, own demand that the ERP reports, cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sayso.store.database import queries
from sayso.store.promises import Reservation

SQL = queries("handover")


class Live(NamedTuple):
    """A reservation with what is at stake with it."""

    reservation: Reservation
    customer: str
    order: str


class Reported(NamedTuple):
    """Own demand that the ERP reports: whether its rows stand for the quantity, and for the money."""

    live: Live
    as_quantity: bool
    as_money: bool


class Case(NamedTuple):
    """A case to be opened: a promise that the facts no longer bear."""

    id: str
    promise: str
    order: str
    customer: str
    item: str
    site: str
    amount: Decimal
    next_step: str
    facts: str


async def make_rows(connection: Any, items: Sequence[str], accounts: Sequence[str]) -> None:
    """Rows to lock, where there are none yet."""
    await connection.execute(SQL["make_rows"], items, accounts)


async def moved(connection: Any, customers: Sequence[str]) -> list[tuple[str, str | None, str]]:
    """(customer, account as kept, account as it is) of customers and all below them."""
    return [tuple(row) for row in await connection.fetch(SQL["moved"], customers)]


async def tops(connection: Any, customers: Sequence[str]) -> set[str]:
    """The accounts of customers."""
    return {row["account"] for row in await connection.fetch(SQL["tops"], customers)}


async def keep_tops(connection: Any, found: Sequence[tuple[str, str]]) -> None:
    """Keep the accounts of customers."""
    await connection.execute(SQL["keep_tops"], [one for one, _ in found], [account for _, account in found])


async def raise_versions(connection: Any, accounts: Sequence[str], items: Sequence[str], world: bool) -> None:
    """The facts of these have changed."""
    await connection.execute(SQL["raise"], accounts, items)
    if world:
        await connection.execute(SQL["raise_world"])


async def raise_in_order(connection: Any, accounts: Sequence[str], items: Sequence[str]) -> None:
    """The facts of these have changed, and nothing else is to be known of them; locks as it goes."""
    await connection.execute(SQL["raise_in_order"], accounts, items)


async def one_at_a_time(connection: Any) -> None:
    """Wait until no other load changes who belongs to which account."""
    await connection.execute(SQL["one_at_a_time"])


async def owners(connection: Any, orders: Iterable[str]) -> set[str]:
    """The accounts of the customers of orders of ours."""
    return {row["account"] for row in await connection.fetch(SQL["owners"], sorted(orders))}


async def reported(
    connection: Any, pairs: Sequence[tuple[str, str]], statuses: Sequence[str]
) -> list[Reported]:
    """Own demand of orders and items that the ERP reports, in rows of a status that counts."""
    rows = await connection.fetch(SQL["reported"], *_columns(pairs), list(statuses))
    return [
        Reported(Live(Reservation(*list(row)[:12]), "", row["order"]), row["as_quantity"], row["as_money"])
        for row in rows
    ]


async def reported_of(connection: Any, orders: Sequence[str]) -> list[tuple[str, str]]:
    """(order, item) of what the ERP has reported of orders."""
    return [(row["order"], row["item"]) for row in await connection.fetch(SQL["reported_of"], orders)]


async def absorb(connection: Any, found: Sequence[Reported]) -> None:
    """End these reservations, or their money alone: the ERP's demand stands in their place."""
    for sql, as_quantity in ((SQL["absorb"], True), (SQL["absorb_money"], False)):
        ended = [one.live.reservation for one in found if one.as_quantity is as_quantity]
        if ended:
            await connection.execute(sql, [one.promise for one in ended], [one.place for one in ended])


async def carry(connection: Any, amounts: Sequence[tuple[str, str, Decimal, str]], in_companys: bool) -> None:
    """Remember amounts that the ERP did not report: (order, item, amount, account), in its currency or the company's."""
    columns = [list(column) for column in zip(*amounts, strict=True)]
    await connection.execute(SQL["carry"], *columns, in_companys)


async def fill_in(connection: Any, pairs: Sequence[tuple[str, str]]) -> None:
    """What the ERP does not tell of our orders and items: the amount, and whose they are."""
    await connection.execute(SQL["fill_amounts"], *_columns(pairs))
    await connection.execute(SQL["fill_customers"], *_columns(pairs))


def _columns(pairs: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [order for order, _ in pairs], [item for _, item in pairs]


async def write_taken(connection: Any, taken: dict[str, str], off: dict[str, Decimal]) -> None:
    """What is taken of items, and the money that comes off accounts."""
    await connection.execute(
        SQL["write_taken"], list(taken), list(taken.values()), list(off), list(off.values())
    )


async def live_on(connection: Any, items: Sequence[str], statuses: Sequence[str]) -> list[Live]:
    """What live promises take of items, the latest promise first; of firm orders also what the ERP reports."""
    rows = await connection.fetch(SQL["live_on"], items, list(statuses))
    return [Live(Reservation(*list(row)[:12]), row["customer"], row["order"] or "") for row in rows]


async def money_of_lines(
    connection: Any, lines: Sequence[tuple[str, int]]
) -> dict[tuple[str, int, str], tuple[Decimal, Decimal]]:
    """By (promise, line, item): what the line comes to, and how many units share that. A line has one row that holds
    its money, whichever part that is of."""
    rows = await connection.fetch(
        SQL["money_of_lines"], [promise for promise, _ in lines], [line for _, line in lines]
    )
    return {(row["promise"], row["line"], row["item"]): (row["amount"], row["units"]) for row in rows}


async def move_money(connection: Any, found: Sequence[tuple[str, str]], accounts: Sequence[str]) -> None:
    """Customers have moved to other accounts, and what they were promised moves with them."""
    await connection.execute(SQL["move_money"], [one for one, _ in found], [account for _, account in found])
    await connection.execute(SQL["sum_money"], accounts)


async def open_cases(connection: Any, items: Sequence[str]) -> dict[tuple[str, str, str], str]:
    """Open cases of promises at risk, by promise, item and site."""
    rows = await connection.fetch(SQL["open_cases"], items)
    return {(row["promise"], row["item"], row["site"]): row["id"] for row in rows}


async def open_case(connection: Any, now: datetime, cases: Sequence[Case]) -> None:
    """Open cases."""
    columns = [list(column) for column in zip(*cases, strict=True)]
    await connection.execute(SQL["open_case"], now, *columns)


async def close_cases(connection: Any, now: datetime, why: str, ids: Iterable[str]) -> None:
    """Close cases."""
    await connection.execute(SQL["close_cases"], now, why, list(ids))
