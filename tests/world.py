"""A small trading world for tests: facts told the way an ERP tells them, and a shop that asks the desk.

Quantities and amounts go in as text or int and come out as Decimal. The time is the shop's own and stands still.
"""

from __future__ import annotations

import atexit
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from sayso.desk import ledger
from sayso.desk.calling import Caller, CaseQuery, Reply
from sayso.desk.desk import Desk
from sayso.desk.facts import load_batch
from sayso.desk.signing import Signer
from sayso.promise.asking import Request
from sayso.promise.browsing import BrowseQuery
from sayso.promise.ordering import OrderRequest
from sayso.promise.policy import Policy
from sayso.store import database as store_database

SCHEMA = "sayso"
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANYONE = Caller("shop", frozenset({"admin"}))

Row = dict[str, Any]
Answer = dict[str, Any]
Line = tuple[str, Any] | Row

_told = itertools.count(1)  # what is told later is newer, whichever shop tells it
_REQUEST = msgspec.json.Decoder(Request)
_ORDER = msgspec.json.Decoder(OrderRequest)


def bound(*customers: str, name: str = "portal") -> Caller:
    """A caller whose key is bound to these customers."""
    return Caller(
        name, frozenset({"promises", "orders", "availability", "cases", "credit"}), frozenset(customers)
    )


def day(days: int, since: datetime = MONDAY) -> str:
    """The date so many days from the first day of the tests."""
    return (since + timedelta(days=days)).date().isoformat()


class Shop:
    """A desk, and the few words that tests speak to it. `now` may be set; `caller` is who asks unless told."""

    def __init__(self, desk: Desk, pool: Any, now: datetime = MONDAY) -> None:
        self.desk = desk
        self.pool = pool
        self.now = now
        self.caller = ANYONE
        self.source = "erp"

    async def told(self, kind: str, *rows: Row, **more: Any) -> dict[str, Any]:
        """The ERP tells facts of a kind; what it tells later is newer. Fails where a row is refused."""
        as_of = MONDAY - timedelta(days=1) + timedelta(milliseconds=next(_told))
        batch = {"source": self.source, "as_of": as_of.isoformat(), "rows": rows, **more}
        report = await load_batch(self.pool, kind, msgspec.json.encode(batch), self.now, self.desk.policy)
        assert report["refused"] == 0, report
        return report

    async def opens(self) -> None:
        """One company with two sites in one country."""
        await self.told("sites", {"site": "LON", "country": "GB"}, {"site": "YRK", "country": "GB"})

    async def item(self, item: str, on_hand: Any = None, site: str = "LON", **columns: Any) -> None:
        """An item at 1.00 unless told otherwise, and what a site has of it."""
        await self.told(
            "items", {"item": item, "uom": "EA", "list_price": "1.00", "currency": "GBP", **columns}
        )
        if on_hand is not None:
            await self.count(item, on_hand, site)

    async def count(self, item: str, on_hand: Any, site: str = "LON", **columns: Any) -> None:
        """A stock count."""
        await self.told("stock", {"item": item, "site": site, "on_hand": str(on_hand), **columns})

    async def customer(self, customer: str, limit: Any = None, **columns: Any) -> None:
        """A customer, with a credit limit if one is told."""
        given = {} if limit is None else {"credit_limit": str(limit)}
        await self.told(
            "customers", {"customer": customer, "country": "GB", "currency": "GBP", **given, **columns}
        )

    async def ask(
        self, customer: str, *lines: Line, hold: str = "", key: str | None = None, now: datetime | None = None,
        caller: Caller | None = None, **fields: Any,
    ) -> Answer:  # fmt: skip
        """Ask for a promise: a quote, unless `hold` says for how long."""
        return read(await self.reply(customer, *lines, hold=hold, key=key, now=now, caller=caller, **fields))

    async def hold(self, customer: str, *lines: Line, hold: str = "PT15M", **fields: Any) -> Answer:
        """Ask for a hold of a quarter of an hour."""
        return await self.ask(customer, *lines, hold=hold, **fields)

    async def reply(
        self, customer: str, *lines: Line, hold: str = "", key: str | None = None, now: datetime | None = None,
        caller: Caller | None = None, **fields: Any,
    ) -> Reply:  # fmt: skip
        """The same, as the desk replies it."""
        body = msgspec.json.encode(asking(customer, *lines, hold=hold, **fields))
        request = _REQUEST.decode(body)
        return await self.desk.promise(request, body, caller or self.caller, key, now or self.now)

    async def order(
        self, number: str, promise: str = "", *, key: str | None = None, now: datetime | None = None,
        caller: Caller | None = None, **fields: Any,
    ) -> Answer:  # fmt: skip
        """Place an order on a promise (or on the fields of `asking`)."""
        return read(await self.order_reply(number, promise, key=key, now=now, caller=caller, **fields))

    async def order_reply(
        self, number: str, promise: str = "", *, key: str | None = None, now: datetime | None = None,
        caller: Caller | None = None, **fields: Any,
    ) -> Reply:  # fmt: skip
        """The same, as the desk replies it."""
        body = msgspec.json.encode({"order": number, **({"promise": promise} if promise else {}), **fields})
        request = _ORDER.decode(body)
        return await self.desk.order(request, body, caller or self.caller, key, now or self.now)

    async def release(self, promise: str, **who: Any) -> Answer:
        """Give a hold back."""
        return read(await self.desk.release_promise(promise, *self._who(**who)))

    async def renew(self, promise: str, hold: str = "PT15M", **who: Any) -> Answer:
        """Hold on, from now."""
        body = msgspec.json.encode({"hold": hold})
        return read(await self.desk.renew_promise(promise, hold, body, *self._who(**who)))

    async def override(
        self, promise: str, by: str = "Ann Lee", reason: str = "paid by phone", **who: Any
    ) -> Answer:
        """A named person approves what credit did not."""
        body = msgspec.json.encode({"by": by, "reason": reason})
        return read(await self.desk.override_promise(promise, by, reason, body, *self._who(**who)))

    async def cancel(self, order: str, reason: str = "changed my mind", **who: Any) -> Answer:
        """Cancel an order."""
        body = msgspec.json.encode({"reason": reason})
        return read(await self.desk.cancel_order(order, reason, body, *self._who(**who)))

    async def promise(self, promise: str, caller: Caller | None = None) -> Answer:
        """A promise as it stands."""
        return read(await self.desk.read_promise(promise, caller or self.caller, self.now))

    async def placed(self, order: str, caller: Caller | None = None) -> Answer:
        """An order as it stands."""
        return read(await self.desk.read_order(order, caller or self.caller, self.now))

    async def sellable(self, item: str, site: str | None = None, **query: Any) -> Decimal:
        """What browsing shows that can leave today: of a site, or of all."""
        found = await self.browse(item, **query)
        if site is None:
            return Decimal(found["sellable"])
        return next(Decimal(one["sellable"]) for one in found["by_site"] if one["site"] == site)

    async def browse(self, item: str, caller: Caller | None = None, **query: Any) -> Answer:
        """What browsing shows of one item."""
        asked = BrowseQuery((item,), **{"country": "GB", **query})
        return read(await self.desk.availability(asked, caller or self.caller, self.now))["items"][0]

    async def exposure(self, customer: str) -> Decimal:
        """The exposure of a customer's account, without anything asked: as a quote of what is not sold tells it."""
        credit = (await self.ask(customer, ("no such item", 1)))["credit"]
        assert Decimal(credit["parts"]["this"]) == 0
        return Decimal(credit["exposure"])

    async def cases(self, state: str = "open", caller: Caller | None = None) -> list[Row]:
        """The work list."""
        found = read(
            await self.desk.casework.listed(
                CaseQuery(state=state, limit=200), caller or self.caller, self.now
            )
        )
        return list(found["cases"])

    async def audit(self) -> None:
        """The ledger says what its documents say."""
        found = await ledger.audit(self.pool)
        assert found.clean, (found.drift, found.strays)

    def later(self, **time: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**time)
        return self.now

    def _who(
        self, caller: Caller | None = None, key: str | None = None, now: datetime | None = None
    ) -> tuple[Caller, str | None, datetime]:
        return caller or self.caller, key, now or self.now


def asking(customer: str, *lines: Line, hold: str = "", **fields: Any) -> Row:
    """The JSON of a request. A line is (item, quantity) or an object."""
    rows = [
        {"item": line[0], "quantity": str(line[1])} if isinstance(line, tuple) else line for line in lines
    ]
    given = {"hold": hold} if hold else {}
    return {"customer": customer, "ship_to": {"country": "GB"}, "lines": rows, **given, **fields}


def read(reply: Reply) -> Answer:
    """A reply's JSON."""
    found: Answer = msgspec.json.decode(reply.body)
    return found


@asynccontextmanager
async def shop_on(dsn: str, policy: Policy | None = None, **desk: Any) -> AsyncIterator[Shop]:
    """A shop over a migrated database, with a desk of its own."""
    pool = await store_database.pool(dsn, SCHEMA, 4)

    async def connect() -> Any:
        return await store_database.connect(dsn, SCHEMA)

    found = Desk(pool, connect, policy or Policy(), signer(), **desk)
    await found.start()
    try:
        yield Shop(found, pool)
    finally:
        await found.stop()
        await pool.close()


@cache
def signer() -> Signer:
    """The keys of the tests: one set, as all processes of one installation have."""
    folder = tempfile.mkdtemp(prefix="sayso-keys-")
    atexit.register(shutil.rmtree, folder)
    return Signer(Path(folder))
