"""Order to cash as an object-centric event log (OCEL 2.0), for process mining: what each document says of which objects.

Objects are orders, their lines, shipments, invoices, credit memos, payments, cases and customers; events are what was told
of them, each document once, by the revision that counts, and what became cases.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sayso.canon.events import TYPES, family_of
from sayso.canon.times import moment
from sayso.errors import BadField
from sayso.store import transactions as rows
from sayso.store.database import mapped
from sayso.store.ocel_file import Kind, OcelFile
from sayso.store.transactions import Told

_TOLD = {"source": "string", "document": "string", "revision": "integer", "known": "time"}
_DECODERS = {type_: msgspec.json.Decoder(data) for type_, data in TYPES.items()}
_BEGINNING = "1970-01-01T00:00:00Z"


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.replace("_", " ").replace(".", " ").split())


def _named(family: str) -> str:
    """The type of an event in words: `credit memo issued`."""
    return family.replace(".", " ").replace("_", " ")


EVENTS: tuple[Kind, ...] = (
    *(Kind(_named(family_of(type_)), _camel(family_of(type_)), _TOLD) for type_ in TYPES),
    Kind("case opened", "CaseOpened", {"kind": "string", "owner": "string"}),
    Kind("case closed", "CaseClosed", {"kind": "string", "why": "string"}),
)
OBJECTS: tuple[Kind, ...] = (
    Kind("customer", "Customer", {}),
    Kind(
        "order",
        "Order",
        {
            "currency": "string",
            "amount": "float",
            "stage": "string",
            "operational": "boolean",
            "financial": "boolean",
        },
    ),
    Kind("line", "Line", {"item": "string", "quantity": "float"}),
    Kind("shipment", "Shipment", {"site": "string", "carrier": "string"}),
    Kind("invoice", "Invoice", {"currency": "string", "total": "float", "due": "string"}),
    Kind("credit_memo", "CreditMemo", {"currency": "string", "total": "float"}),
    Kind("payment", "Payment", {"currency": "string", "amount": "float"}),
    Kind("case", "Case", {"kind": "string", "owner": "string", "amount": "float"}),
)


class Object(Struct, frozen=True):
    """An object as a document tells of it. `related` are (object, qualifier): what it belongs to."""

    kind: str
    number: str
    attributes: dict[str, Any] = {}
    related: tuple[tuple[str, str], ...] = ()


class About(Struct, frozen=True):
    """What a document is about: (object, qualifier), and the objects that it tells of itself."""

    concerns: tuple[tuple[str, str], ...]
    objects: tuple[Object, ...] = ()


def id_of(kind: str, number: object) -> str:
    """The id of an object: its type, and its number or numbers."""
    return f"{kind}:{number}"


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _lines(orders: list[str], lines: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The lines of orders that lines of a document are about."""
    for line in lines:
        order = getattr(line, "order", "") or (orders[0] if len(orders) == 1 else "")
        number = line if isinstance(line, int) else line.line
        if order and number:
            yield id_of("line", f"{order}/{number}"), "line"


def _placed(data: Any, orders: list[str]) -> About:
    order, customer = data.document, id_of("customer", data.customer)
    lines = tuple(
        Object("line", f"{order}/{line.line}", {"item": line.item, "quantity": _float(line.quantity)},
               ((id_of("order", order), "part of"),))
        for line in data.lines
    )  # fmt: skip
    objects = (Object("customer", data.customer), *lines)
    return About(((customer, "customer"), *_lines([order], data.lines)), objects)


def _of_lines(data: Any, orders: list[str]) -> About:
    return About(tuple(_lines(orders, getattr(data, "lines", ()))))


def _dispatched(data: Any, orders: list[str]) -> About:
    related = tuple((id_of("order", order), "ships") for order in orders)
    made = Object("shipment", data.document, {"site": data.site, "carrier": data.carrier}, related)
    return About(((id_of("shipment", data.document), "shipment"), *_lines(orders, data.lines)), (made,))


def _of_shipment(data: Any, orders: list[str]) -> About:
    of = ((id_of("shipment", data.shipment), "shipment"),) if data.shipment else ()
    return About((*of, *_lines(orders, data.lines)))


def _money_of(kind: str, data: Any, orders: list[str], related: Iterable[tuple[str, str]]) -> About:
    own, customer = id_of(kind, data.document), id_of("customer", data.customer)
    attributes = {
        "currency": data.currency,
        "total": _float(data.total),
        "due": str(getattr(data, "due", None) or ""),
    }
    made = Object(kind, data.document, attributes, (*related, (customer, "billed to")))
    concerns = ((own, kind.replace("_", " ")), (customer, "customer"), *_lines(orders, data.lines))
    return About(concerns, (Object("customer", data.customer), made))


def _invoiced(data: Any, orders: list[str]) -> About:
    shipments = sorted({line.shipment for line in data.lines} - {""})
    related = [(id_of("order", order), "bills") for order in orders]
    related += [(id_of("shipment", shipment), "bills") for shipment in shipments]
    return _money_of("invoice", data, orders, related)


def _credited(data: Any, orders: list[str]) -> About:
    related = [(id_of("invoice", data.invoice), "credits")] if data.invoice else []
    return _money_of("credit_memo", data, orders, related)


def _of_invoice(data: Any, orders: list[str]) -> About:
    about = ((id_of("invoice", data.invoice), "invoice"),) if data.invoice else ()
    return About((*about, *_lines(orders, getattr(data, "lines", ()))))


def _paid(data: Any, orders: list[str]) -> About:
    own = id_of("payment", data.document)
    attributes = {"currency": data.currency, "amount": _float(data.amount)}
    if not data.customer:
        return About(((own, "payment"),), (Object("payment", data.document, attributes),))
    customer = id_of("customer", data.customer)
    made = Object("payment", data.document, attributes, ((customer, "paid by"),))
    return About(((own, "payment"), (customer, "customer")), (Object("customer", data.customer), made))


def _applied(data: Any, orders: list[str]) -> About:
    invoices = tuple(dict.fromkeys(id_of("invoice", line.invoice) for line in data.lines))
    concerns = tuple((invoice, "invoice") for invoice in invoices)
    if not data.payment:
        return About(concerns)
    pays = Object("payment", data.payment, {}, tuple((invoice, "pays") for invoice in invoices))
    return About(((id_of("payment", data.payment), "payment"), *concerns), (pays,))


def _of_payment(data: Any, orders: list[str]) -> About:
    return About(((id_of("payment", data.payment), "payment"),))


#: What a document of a family is about; of others, the order and its lines.
ABOUT: dict[str, Callable[[Any, list[str]], About]] = {
    "order.placed": _placed,
    "shipment.dispatched": _dispatched,
    "shipment.delivered": _of_shipment,
    "shipment.returned": _of_shipment,
    "invoice.issued": _invoiced,
    "invoice.delivered": _of_invoice,
    "credit_memo.issued": _credited,
    "payment.received": _paid,
    "payment.applied": _applied,
    "payment.reversed": _of_payment,
    "dispute.opened": _of_invoice,
    "dispute.closed": _of_invoice,
}


async def export(pool: Any, path: Path, since: datetime | None = None) -> dict[str, int]:
    """Write the log of everything that happened since a moment; .json or .sqlite by the file's name. How much it holds.

    Raises BadField for another name, or a file that is there.
    """
    form = _form(path)
    with tempfile.TemporaryDirectory() as folder:
        log = OcelFile(path if form == ".sqlite" else Path(folder) / "log.sqlite", EVENTS, OBJECTS)
        try:
            with mapped():
                async with (
                    pool.acquire() as connection,
                    connection.transaction(isolation="repeatable_read", readonly=True),
                ):
                    await _write(connection, log, since)
            counts = log.finish()
            if form == ".json":
                log.index()
                _as_json(log, path)
        finally:
            log.close()
    return counts


def _form(path: Path) -> str:
    form = path.suffix.lower()
    if form not in (".json", ".sqlite"):
        raise BadField(
            "FILE", str(path), "an OCEL 2.0 log is .json or .sqlite", remedy="name it e.g. log.sqlite"
        )
    if path.exists():
        raise BadField("FILE", str(path), "the file is there already", remedy="name another, or remove it")
    return form


async def _write(connection: Any, log: OcelFile, since: datetime | None) -> None:
    async for row in rows.rows(connection, "states"):
        _order(log, row)
    async for told in rows.tellings(connection, since):
        _telling(log, told)
    async for row in rows.rows(connection, "all_cases"):
        _case(log, row, since)


def _order(log: OcelFile, row: Any) -> None:
    own, placed = id_of("order", row["order"]), row["placed"]
    since = _BEGINNING if placed is None else moment(placed)
    log.object(own, "order", since, {"currency": row["currency"], "amount": float(row["amount"])})
    if row["customer"]:
        customer = id_of("customer", row["customer"])
        log.object(customer, "customer", _BEGINNING, {})
        log.belongs(own, customer, "ordered by")
    for name in ("stage", "operational", "financial"):
        log.object(own, "order", moment(row["changed"]), {name: row[name]}, changed=name)


def _telling(log: OcelFile, told: Told) -> None:
    data = _DECODERS[told.type].decode(told.data)
    orders = [key.removeprefix("order ") for key in told.keys if key.startswith("order ")]
    about = ABOUT.get(told.family, _of_lines)(data, orders)
    id_, at = f"event:{told.number}", moment(told.occurred)
    attributes = {
        "source": told.source, "document": told.document, "revision": told.revision, "known": moment(told.received),
    }  # fmt: skip
    log.event(id_, _named(told.family), at, attributes)
    for order in orders:
        log.concerns(id_, id_of("order", order), "order")
    for object_, qualifier in about.concerns:
        log.concerns(id_, object_, qualifier)
    for made in about.objects:
        own = id_of(made.kind, made.number)
        if made.attributes or made.kind == "customer":
            log.object(own, made.kind, at if made.attributes else _BEGINNING, made.attributes)
        for other, qualifier in made.related:
            log.belongs(own, other, qualifier)


def _case(log: OcelFile, row: Any, since: datetime | None) -> None:
    own, order = id_of("case", row["id"]), id_of("order", row["order"])
    amount = None if row["amount"] is None else float(row["amount"])
    log.object(
        own, "case", moment(row["opened"]), {"kind": row["kind"], "owner": row["owner"], "amount": amount}
    )
    log.belongs(own, order, "about")
    told = [("opened", row["opened"], {"kind": row["kind"], "owner": row["owner"]})]
    if row["closed"] is not None:
        told.append(("closed", row["closed"], {"kind": row["kind"], "why": row["closed_why"]}))
    for what, at, attributes in told:
        if since is None or at >= since:
            id_ = f"event:{row['id']}:{what}"
            log.event(id_, f"case {what}", moment(at), attributes)
            log.concerns(id_, own, "case")
            log.concerns(id_, order, "order")


def _as_json(log: OcelFile, path: Path) -> None:
    """The JSON form of the standard, written an event and an object at a time."""
    encode = msgspec.json.encode
    with path.open("wb") as file:
        for place, (name, kinds) in enumerate((("objectTypes", OBJECTS), ("eventTypes", EVENTS))):
            shown = [
                {
                    "name": kind.name,
                    "attributes": [{"name": one, "type": type_} for one, type_ in kind.attributes.items()],
                }
                for kind in kinds
            ]
            file.write((b"," if place else b"{") + b'"%s":' % name.encode() + encode(shown))
        for name, values in (("objects", log.objects()), ("events", log.events())):
            file.write(b',\n"%s":[' % name.encode())
            for place, value in enumerate(values):
                file.write((b",\n" if place else b"\n") + encode(value))
            file.write(b"]")
        file.write(b"}\n")
