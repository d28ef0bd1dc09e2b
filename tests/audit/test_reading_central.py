"""Exports of Business Central's API as facts: what its fields say, and what they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from audit.exported import Written, line, orders, problems
from sayso.audit.exports.central import _SIGNS

LOCATIONS = [
    {"id": "l1", "code": "MAIN", "displayName": "Main", "addressLine1": "", "country": "GB", "state": ""}
]
ITEM = {"id": "i1", "number": "1896-S", "displayName": "Desk", "type": "Inventory", "itemCategoryCode": "TABLE",
        "blocked": False, "inventory": 14.5, "unitPrice": 1000.8, "baseUnitOfMeasureCode": "PCS"}  # fmt: skip
CUSTOMER = {"id": "c1", "number": "10000", "displayName": "Adatum", "country": "GB", "state": "", "currencyCode": "",
            "creditLimit": 5000, "blocked": "_x0020_"}  # fmt: skip
ORDER = {"id": "o1", "number": "SO-1", "externalDocumentNumber": "WEB-7", "orderDate": "2011-02-01",
         "customerNumber": "10000", "requestedDeliveryDate": "0001-01-01", "currencyCode": "",
         "fullyShipped": False, "status": "Open"}  # fmt: skip
LINE = {"documentId": "o1", "sequence": 10000, "lineType": "Item", "lineObjectNumber": "1896-S",
        "unitOfMeasureCode": "PCS", "quantity": 10, "shippedQuantity": 4, "invoicedQuantity": 1,
        "netAmountIncludingTax": 1200,
        "shipmentDate": "2011-02-05", "locationId": "l1"}  # fmt: skip
PURCHASE = {"id": "p1", "number": "PO-1", "vendorNumber": "V1", "fullyReceived": False, "status": "Draft"}
PURCHASE_LINE = {"documentId": "p1", "sequence": 10000, "lineType": "Item", "lineObjectNumber": "1896-S", "quantity": 30,
                 "unitOfMeasureCode": "PCS", "receivedQuantity": 10, "expectedReceiptDate": "2011-03-01",
                 "locationId": "l1"}  # fmt: skip
INVOICE = {"number": "INV-1", "customerNumber": "10000", "billToCustomerNumber": "20000", "invoiceDate": "2011-01-05",
           "postingDate": "2011-01-06", "dueDate": "2011-02-05", "currencyCode": "", "totalAmountIncludingTax": 120.5,
           "remainingAmount": 20.5, "status": "Open"}  # fmt: skip
AGED = {"customerNumber": "10000", "name": "Adatum", "currencyCode": "", "balanceDue": 150, "currentAmount": 100,
        "period1Amount": 30, "period2Amount": 20, "period3Amount": 0, "agedAsOfDate": "2011-02-01"}  # fmt: skip


@pytest.fixture
def exported(tmp_path):
    found = Written(tmp_path)
    (found.erp / "stock.csv").unlink()
    found.write("shop/orders.csv", orders(line()))
    page(found, "locations", LOCATIONS)
    page(found, "items", [ITEM])
    return found


def page(exported, entity, records):
    """A page of the API's answer, as a program saves it."""
    return exported.write(
        f"erp/{entity}.json", json.dumps({"@odata.context": "https://x/$metadata", "value": records})
    )


def facts(exported, kind):
    exports = exported.open()
    found = [
        {name: str(value) for name, value in one.values.items() if value not in (None, "")}
        for one in exports.facts() if one.kind == kind
    ]  # fmt: skip
    return found, exports


def test_items_and_their_inventory_at_the_only_location(exported):
    assert facts(exported, "items")[0] == [
        {"item": "1896-S", "name": "Desk", "uom": "EA", "status": "active", "stocked": "True", "category": "TABLE",
         "list_price": "1000.8"}
    ]  # fmt: skip
    assert facts(exported, "stock")[0] == [{"item": "1896-S", "site": "MAIN", "on_hand": "14.5"}]
    assert facts(exported, "sites")[0] == [{"site": "MAIN", "name": "Main", "country": "GB"}]
    page(exported, "locations", [*LOCATIONS, {**LOCATIONS[0], "id": "l2", "code": "EAST"}])
    assert facts(exported, "stock")[0] == []  # the API does not say where it is


def test_customers(exported):
    page(
        exported,
        "customers",
        [CUSTOMER, {**CUSTOMER, "number": "2", "blocked": "Ship", "currencyCode": "EUR"}],
    )
    found, exports = facts(exported, "customers")
    assert found == [
        {"customer": "10000", "name": "Adatum", "country": "GB", "credit_limit": "5000"},
        {"customer": "2", "name": "Adatum", "country": "GB", "currency": "EUR", "hold": "ship"},
    ]
    assert [(row, column) for _, row, column, _ in problems(exports)] == [(2, "creditLimit")]


@pytest.mark.parametrize("expanded", [False, True])
def test_sales_orders_with_their_lines_in_or_beside_them(exported, expanded):
    other = {**LINE, "sequence": 20000, "lineType": "Comment", "lineObjectNumber": ""}
    if expanded:
        page(exported, "salesOrders", [{**ORDER, "salesOrderLines": [LINE, other]}])
    else:
        page(exported, "salesOrders", [ORDER])
        page(exported, "salesOrderLines", [LINE, other])
    found, exports = facts(exported, "demand")
    assert found == [
        {"document": "SO-1", "line": "10000", "order": "WEB-7", "item": "1896-S", "site": "MAIN", "quantity": "6",
         "planned": "2011-02-05", "customer": "10000", "status": "confirmed", "amount": "1080",
         "amount_shipped_not_invoiced": "360"}
    ]  # fmt: skip
    assert exports.intake.whole


def test_purchase_orders(exported):
    page(exported, "purchaseOrders", [PURCHASE])
    page(exported, "purchaseOrderLines", [PURCHASE_LINE, {**PURCHASE_LINE, "receivedQuantity": 30}])
    assert facts(exported, "inbound")[0] == [
        {"document": "PO-1", "line": "10000", "item": "1896-S", "site": "MAIN", "quantity": "20", "due": "2011-03-01",
         "vendor": "V1", "kind": "purchase", "status": "draft"}
    ]  # fmt: skip


def test_lines_in_another_unit_and_without_a_document_are_named(exported):
    page(exported, "purchaseOrders", [PURCHASE])
    page(
        exported,
        "purchaseOrderLines",
        [{**PURCHASE_LINE, "unitOfMeasureCode": "BOX"}, {**PURCHASE_LINE, "documentId": "p9"}],
    )
    found, exports = facts(exported, "inbound")
    assert found == []
    assert {column for _, _, column, _ in problems(exports)} == {"unitOfMeasureCode", "documentId"}
    assert not exports.intake.whole


def test_invoices_and_the_aged_report(exported):
    page(exported, "agedAccountsReceivables", [AGED])
    assert facts(exported, "receivables")[0] == [
        {"document": "aged 10000 current", "customer": "10000", "amount": "100", "open": "100"},
        {
            "document": "aged 10000 overdue",
            "customer": "10000",
            "amount": "50",
            "open": "50",
            "due": "2011-02-01",
        },
    ]
    page(exported, "salesInvoices", [INVOICE, {**INVOICE, "number": "INV-2", "status": "Draft"}])
    assert facts(exported, "receivables")[0] == [
        {"document": "INV-1", "customer": "20000", "amount": "120.5", "open": "20.5", "issued": "2011-01-05",
         "due": "2011-02-05", "posted": "2011-01-06"}
    ]  # fmt: skip
    assert facts(exported, "exposures")[0] == [
        {"document": "INV-2", "customer": "20000", "kind": "draft_invoice", "amount": "120.5"}
    ]


def test_rates(exported):
    rate = {"currencyCode": "USD", "startingDate": "2011-01-01", "exchangeRateAmount": 100,
            "relationalCurrencyCode": "GBP", "relationalExchangeRateAmount": 64.5}  # fmt: skip
    page(exported, "currencyExchangeRates", [rate, {**rate, "relationalCurrencyCode": ""}])
    found, exports = facts(exported, "rates")
    assert found == [{"currency": "USD", "to": "GBP", "starts": "2011-01-01", "rate": "0.645"}]
    assert problems(exports)[0][2] == "relationalCurrencyCode"


def test_the_signs_are_fields_of_the_api():
    folder = os.environ.get("SAYSO_DATA")
    if not folder:
        pytest.skip("SAYSO_DATA names no folder with real files")
    schema = json.loads(Path(folder, "business_central", "apiv2_schema.json").read_text())
    for entity, signs in _SIGNS.items():
        fields = {one["name"] for one in schema[entity]["fields"]}
        assert set(signs) <= fields, entity
        others = [name for name, found in schema.items()
                  if name != entity and set(signs) <= {one["name"] for one in found["fields"]}]  # fmt: skip
        assert others in ([], ["salesQuotes"]), (entity, others)
