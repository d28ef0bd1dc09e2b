"""Exports of Business Central's API v2.0 as facts: which field of which entity says what a kind needs.

Source: Microsoft's reference of the API v2.0 (customer, item, location, salesOrder, purchaseOrder and their lines,
salesInvoice, agedAccountsReceivable, currencyExchangeRate). What no field says is left out, never made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from sayso.audit.exports.problems import Problems
from sayso.audit.shapes import Problem
from sayso.systems.files_batches import Batch, Fault, Table

Record = dict[str, str]

#: Columns by which an entity is known; lines that were expanded into their document have its name before theirs.
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "salesOrderLines": ("documentId", "lineObjectNumber", "shippedQuantity"),
    "purchaseOrderLines": ("documentId", "lineObjectNumber", "receivedQuantity"),
    "salesOrders": ("number", "customerNumber", "requestedDeliveryDate", "fullyShipped"),
    "purchaseOrders": ("number", "vendorNumber", "fullyReceived"),
    "salesInvoices": ("number", "customerNumber", "invoiceDate", "remainingAmount"),
    "agedAccountsReceivables": ("customerNumber", "balanceDue", "currentAmount", "agedAsOfDate"),
    "currencyExchangeRates": ("currencyCode", "startingDate", "relationalExchangeRateAmount"),
    "customers": ("number", "displayName", "creditLimit", "blocked"),
    "items": ("number", "displayName", "baseUnitOfMeasureCode", "inventory"),
    "locations": ("code", "displayName", "addressLine1"),
}
_ORDER = (
    "locations", "currencyExchangeRates", "customers", "items", "salesOrders", "purchaseOrders", "salesInvoices",
    "agedAccountsReceivables",
)  # fmt: skip
_NO_GUID = "00000000-0000-0000-0000-000000000000"


@dataclass
class Made:
    """Rows of a kind that were made out of an entity's records: a table like a file's."""

    kind: str
    file: str
    names: list[str]
    rows: list[tuple[int, Record]]
    said: list[str] = field(default_factory=list)
    size: int = 0

    @property
    def bytes_read(self) -> int:
        """It is in memory."""
        return self.size

    def batches(self) -> Iterator[Batch | Fault]:
        """All of it at once."""
        if self.rows:
            columns = [[row.get(name, "") for _, row in self.rows] for name in self.names]
            yield Batch([line for line, _ in self.rows], columns)


class Central:
    """The entities found in a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._tables: dict[str, list[tuple[str, Table]]] = {}
        self._problems = Problems()

    def takes(self, shown: str, name: str, read: Table) -> bool:
        """Whether a file is an entity's, which is then kept."""
        del name
        entity = entity_of(read.names)
        if entity:
            self._tables.setdefault(entity, []).append((shown, read))
        return bool(entity)

    def made(self, problems: Problems) -> list[Made]:
        """The rows of facts that the entities give."""
        self._problems = problems
        found: list[Made] = []
        for entity in _ORDER:
            if entity == "agedAccountsReceivables" and "salesInvoices" in self._tables:
                continue  # invoices say more, and nothing is to be counted twice
            for shown, read in self._tables.get(entity, ()):
                records = list(self._records(shown, read))
                found += _MAKERS[entity](self, shown, records)
        return [one for one in found if one.rows]

    def lost(self, file: str, line: int, column: str, value: str, detail: str, remedy: str) -> None:
        """A record that gives no row."""
        self._problems.add(Problem(file, line, column, value, detail, remedy))

    def noted(self, file: str, line: int, column: str, value: str, detail: str, remedy: str) -> None:
        """Something that is left out of a row."""
        self._problems.add(Problem(file, line, column, value, detail, remedy, dropped=False))

    def of(self, entity: str) -> Iterator[tuple[str, int, Record]]:
        """All records of an entity."""
        for shown, read in self._tables.get(entity, ()):
            for line, record in self._records(shown, read):
                yield shown, line, record

    def site(self, record: Record) -> str:
        """The code of the location that a line names."""
        where = record.get("locationId", "")
        if not where or where == _NO_GUID:
            return record.get("locationCode", "")
        return self._codes.get(where, where)

    @cached_property
    def _codes(self) -> dict[str, str]:
        """The locations' codes by their ids."""
        return {one["id"]: one.get("code", "") for _, _, one in self.of("locations") if one.get("id")}

    @cached_property
    def bases(self) -> dict[str, str]:
        """The items' base units."""
        return {one["number"]: one["baseUnitOfMeasureCode"] for _, _, one in self.of("items")}

    def _records(self, shown: str, read: Table) -> Iterator[tuple[int, Record]]:
        for batch in read.batches():
            if isinstance(batch, Fault):
                self._problems.add(
                    Problem(shown, batch.line, "", batch.value, batch.detail, batch.remedy), batch.rows
                )
                continue
            cells = [one if isinstance(one, list) else one.to_pylist() for one in batch.columns]
            for line, *values in zip(batch.lines, *cells, strict=True):
                yield line, {n: v.strip() for n, v in zip(read.names, values, strict=True)}


def entity_of(names: list[str]) -> str:
    """The entity that columns are of; blank if they are of none."""
    return next((entity for entity, signs in _SIGNS.items() if all(one in names for one in signs)), "")


def _locations(central: Central, file: str, records: list[tuple[int, Record]]) -> list[Made]:
    del central
    return [_renamed("sites", file, records, {"site": "code", "name": "displayName", "country": "country",
                                              "region": "state"})]  # fmt: skip


def _rates(central: Central, file: str, records: list[tuple[int, Record]]) -> list[Made]:
    rows = []
    for line, one in records:
        amount, worth = _number(one, "exchangeRateAmount"), _number(one, "relationalExchangeRateAmount")
        if not amount or not one.get("relationalCurrencyCode"):
            remedy = "add rates.csv (currency, to, starts, rate)"
            detail = "the rate names no other currency: the company's own is blank in Business Central"
            central.lost(file, line, "relationalCurrencyCode", "", detail, remedy)
            continue
        rate = f"{(worth / amount):.9f}".rstrip("0").rstrip(".")
        rows.append((line, {"currency": one["currencyCode"], "to": one["relationalCurrencyCode"],
                            "starts": _day(one, "startingDate"), "rate": rate}))  # fmt: skip
    return [Made("rates", file, ["currency", "to", "starts", "rate"], rows)]


def _customers(central: Central, file: str, records: list[tuple[int, Record]]) -> list[Made]:
    rows = []
    for line, one in records:
        row = {"customer": one["number"], "name": one["displayName"], "country": one.get("country", ""),
               "region": one.get("state", ""), "currency": one.get("currencyCode", ""),
               "hold": _blocked(one.get("blocked", "")), "credit_limit": one["creditLimit"]}  # fmt: skip
        if row["currency"] and _number(one, "creditLimit"):
            detail = "the limit is in the company's currency, the customer is not: it was left out"
            central.noted(file, line, "creditLimit", row["credit_limit"], detail, "add it in customers.csv")
            row["credit_limit"] = ""
        rows.append((line, row))
    names = ["customer", "name", "country", "region", "currency", "hold", "credit_limit"]
    return [
        Made("customers", file, names, rows, ["a customer's bill-to and terms are not in the API's customer"])
    ]


def _items(central: Central, file: str, records: list[tuple[int, Record]]) -> list[Made]:
    items = []
    for line, one in records:
        items.append((line, {
            "item": one["number"], "name": one["displayName"], "uom": one["baseUnitOfMeasureCode"],
            "status": "blocked" if one.get("blocked") == "true" else "active",
            "stocked": "true" if one.get("type", "Inventory") == "Inventory" else "false",
            "category": one.get("itemCategoryCode", ""), "list_price": one.get("unitPrice", ""),
        }))  # fmt: skip
    made = [Made("items", file, list(items[0][1]) if items else [], items)]
    sites = {record.get("code", "") for _, _, record in central.of("locations")}
    if len(sites) != 1:
        return made
    site = sites.pop()
    stock = [(line, {"item": one["number"], "site": site, "on_hand": one["inventory"]}) for line, one in records
             if one.get("type", "Inventory") == "Inventory"]  # fmt: skip
    said = [f"inventory is that of {site}, the only location"]
    return [*made, Made("stock", file, ["item", "site", "on_hand"], stock, said)]


def _sales_orders(central: Central, file: str, records: list[tuple[int, Record]]) -> list[Made]:
    rows = []
    for line, head, one in _lines_of(central, file, records, "salesOrderLines"):
        quantity, shipped, invoiced = (
            _number(one, name) for name in ("quantity", "shippedQuantity", "invoicedQuantity")
        )
        if not quantity or not _base_unit(central, file, line, one):
            continue
        each = _number(one, "netAmountIncludingTax") / quantity
        rows.append((line, {
            "document": head["number"], "line": one.get("sequence", ""), "item": one["lineObjectNumber"],
            "order": head.get("externalDocumentNumber", ""), "site": central.site(one),
            "quantity": _plain(quantity - shipped), "requested": _day(head, "requestedDeliveryDate"),
            "planned": _day(one, "shipmentDate"), "customer": head["customerNumber"],
            "status": "draft" if head.get("status") == "Draft" else "confirmed",
            "amount": _cents(each * (quantity - invoiced)), "currency": head.get("currencyCode", ""),
            "amount_shipped_not_invoiced": _cents(each * (shipped - invoiced)),
        }))  # fmt: skip
    return [Made("demand", file, list(rows[0][1]) if rows else [], rows)]


def _purchase_orders(central: Central, file: str, records: list[tuple[int, Record]]) -> list[Made]:
    rows = []
    for line, head, one in _lines_of(central, file, records, "purchaseOrderLines"):
        left = _number(one, "quantity") - _number(one, "receivedQuantity")
        if left <= 0 or not _base_unit(central, file, line, one):
            continue
        rows.append((line, {
            "document": head["number"], "line": one.get("sequence", ""), "item": one["lineObjectNumber"],
            "site": central.site(one), "quantity": _plain(left), "due": _day(one, "expectedReceiptDate"),
            "vendor": head.get("vendorNumber", ""), "kind": "purchase",
            "status": "draft" if head.get("status") == "Draft" else "confirmed",
        }))  # fmt: skip
    return [Made("inbound", file, list(rows[0][1]) if rows else [], rows)]


def _invoices(central: Central, file: str, records: list[tuple[int, Record]]) -> list[Made]:
    open_, drafts = [], []
    for line, one in records:
        whom = one.get("billToCustomerNumber") or one["customerNumber"]
        common = {"document": one["number"], "customer": whom, "amount": one.get("totalAmountIncludingTax", ""),
                  "currency": one.get("currencyCode", "")}  # fmt: skip
        if one.get("status") == "Draft":
            drafts.append((line, {**common, "kind": "draft_invoice"}))
        else:
            open_.append((line, {**common, "open": one["remainingAmount"], "issued": _day(one, "invoiceDate"),
                                 "due": _day(one, "dueDate"), "posted": _day(one, "postingDate")}))  # fmt: skip
    names = ["document", "customer", "amount", "currency"]
    return [Made("receivables", file, [*names, "open", "issued", "due", "posted"], open_),
            Made("exposures", file, [*names, "kind"], drafts)]  # fmt: skip


def _aged(central: Central, file: str, records: list[tuple[int, Record]]) -> list[Made]:
    del central
    rows = []
    for line, one in records:
        late = sum((_number(one, f"period{place}Amount") for place in (1, 2, 3)), Decimal(0))
        customer = one["customerNumber"]
        common = {"customer": customer, "currency": one.get("currencyCode", "")}
        for what, amount, due in (
            ("current", one["currentAmount"], ""),
            ("overdue", _plain(late), "agedAsOfDate"),
        ):
            if customer and _number({"amount": amount}, "amount"):
                rows.append((line, {**common, "document": f"aged {customer} {what}", "amount": amount,
                                    "open": amount, "due": _day(one, due) if due else ""}))  # fmt: skip
    said = ["the aged report names no documents: a row for what is current, and one for what is overdue"]
    return [
        Made("receivables", file, ["document", "customer", "amount", "open", "currency", "due"], rows, said)
    ]


def _lines_of(
    central: Central, file: str, records: list[tuple[int, Record]], entity: str
) -> Iterator[tuple[int, Record, Record]]:
    """A document's lines with their document: expanded within it, or in a file of their own."""
    within = f"{entity}."
    if any(name.startswith(within) for _, record in records[:1] for name in record):
        for line, record in records:
            one = {name[len(within) :]: value for name, value in record.items() if name.startswith(within)}
            if one.get("lineObjectNumber") and one.get("lineType", "Item") == "Item":
                yield line, record, one
        return
    heads = {record.get("id", ""): record for _, record in records}
    for shown, line, one in central.of(entity):
        if one.get("lineType", "Item") != "Item" or not one["lineObjectNumber"]:
            continue
        head = heads.get(one["documentId"])
        if head is None:
            detail = f"no document in {file} has this id"
            central.lost(shown, line, "documentId", one["documentId"], detail, "export both in one go")
        else:
            yield line, head, one


def _base_unit(central: Central, file: str, line: int, one: Record) -> bool:
    """Whether a line counts in its item's base unit, in which facts are counted."""
    unit = one.get("unitOfMeasureCode", "")
    base = central.bases.get(one["lineObjectNumber"], unit)
    if unit == base:
        return True
    detail = f"the line is in {unit}, its item in {base}, and the API does not say how many"
    central.lost(file, line, "unitOfMeasureCode", unit, detail, "export demand or inbound in base units")
    return False


def _renamed(kind: str, file: str, records: list[tuple[int, Record]], names: Mapping[str, str]) -> Made:
    rows = [(line, {ours: one.get(theirs, "") for ours, theirs in names.items()}) for line, one in records]
    return Made(kind, file, list(names), rows)


def _blocked(text: str) -> str:
    word = text.strip().lower()
    return word if word in ("ship", "invoice", "all") else ""


def _day(record: Record, name: str) -> str:
    """A day; the first of January of the year 1 is Business Central's blank."""
    text = record.get(name, "")[:10]
    return "" if text.startswith("0001") else text


def _number(record: Mapping[str, str], name: str) -> Decimal:
    try:
        return Decimal(record.get(name) or 0)
    except InvalidOperation:
        return Decimal(0)


def _plain(number: Decimal) -> str:
    return f"{number:f}"


def _cents(number: Decimal) -> str:
    return f"{number:.2f}"


_MAKERS: Mapping[str, Callable[[Central, str, Any], list[Made]]] = {
    "locations": _locations, "currencyExchangeRates": _rates, "customers": _customers, "items": _items,
    "salesOrders": _sales_orders, "purchaseOrders": _purchase_orders, "salesInvoices": _invoices,
    "agedAccountsReceivables": _aged,
}  # fmt: skip
