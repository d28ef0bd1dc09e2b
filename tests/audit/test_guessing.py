"""What files and columns seem to be, by names in four languages and by values."""

from __future__ import annotations

import pytest

from sayso.audit.exports.guessing import SURE, guess
from sayso.audit.exports.names import NAMES, words_of
from sayso.audit.exports.roles import ROLES

GERMAN = ["Auftragsnummer", "Position", "Bestelldatum", "Kundennummer", "Lieferland", "Artikel-Nr.", "Menge", "Einheit",
          "Einzelpreis", "Betrag", "Währung", "Gesamtbetrag", "Wunschtermin"]  # fmt: skip
FRENCH = [
    "N° commande",
    "Date commande",
    "Code client",
    "Pays",
    "Code article",
    "Quantité",
    "Prix unitaire",
    "Devise",
]
SPANISH = ["Pedido", "Fecha pedido", "Cliente", "País", "Artículo", "Cantidad", "Precio", "Moneda"]
ENGLISH = ["Order No.", "Order Date", "Customer No.", "Ship-to Country", "Item No.", "Qty", "Unit Price", "Line Amount",
           "Order Total", "Currency Code", "Requested Delivery Date", "Sales Channel"]  # fmt: skip


def columns(system, file, names, sample=None):
    found = guess(system, file, names, sample or {})
    return found.role, {name: one.name for name, one in found.columns.items() if one.sure >= SURE}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            GERMAN,
            "order line placed customer country item quantity uom unit_price amount currency total need_by",
        ),
        (FRENCH, "order placed customer country item quantity unit_price currency"),
        (SPANISH, "order placed customer country item quantity unit_price currency"),
        (
            ENGLISH,
            "order placed customer country item quantity unit_price amount total currency need_by channel",
        ),
        (["order_id", "created_at", "customer_id", "sku", "qty"], "order placed customer item quantity"),
        (
            ["OrderNumber", "OrderDate", "AccountCode", "StockCode", "OrderQty"],
            "order placed customer item quantity",
        ),
    ],
)
def test_orders_in_four_languages(names, expected):
    role, found = columns("storefront", "export.csv", names)
    assert role == "orders"
    assert found == dict(zip(expected.split(), names, strict=True))


@pytest.mark.parametrize(
    ("file", "names", "role", "expected"),
    [
        (
            "bestand.csv",
            ["Artikel", "Lagerort", "Bestand"],
            "stock",
            {"item": "Artikel", "site": "Lagerort", "on_hand": "Bestand"},
        ),
        (
            "Kunden 2011.csv",
            ["Kundennr.", "Name", "Kreditlimit", "Gesperrt"],
            "customers",
            {"customer": "Kundennr.", "name": "Name", "credit_limit": "Kreditlimit", "hold": "Gesperrt"},
        ),
        (
            "open_items.csv",
            ["Document No.", "Customer No.", "Amount", "Remaining Amount", "Due Date"],
            "receivables",
            {
                "document": "Document No.",
                "customer": "Customer No.",
                "amount": "Amount",
                "open": "Remaining Amount",
                "due": "Due Date",
            },
        ),
        (
            "purchase_orders.csv",
            ["PO No.", "Line No.", "Item No.", "Location", "Outstanding Quantity", "Expected Receipt Date"],
            "inbound",
            {
                "document": "PO No.",
                "line": "Line No.",
                "item": "Item No.",
                "site": "Location",
                "quantity": "Outstanding Quantity",
                "due": "Expected Receipt Date",
            },
        ),
        (
            "artikel.csv",
            ["Artikelnummer", "Bezeichnung", "Listenpreis"],
            "items",
            {"item": "Artikelnummer", "name": "Bezeichnung", "list_price": "Listenpreis"},
        ),
        (
            "order_status.csv",
            ["Order No.", "Status", "Reason"],
            "outcomes",
            {"order": "Order No.", "outcome": "Status", "reason": "Reason"},
        ),
    ],
)
def test_facts(file, names, role, expected):
    assert columns("erp", file, names) == (role, expected)


@pytest.mark.parametrize(
    ("system", "file", "role"),
    [
        ("storefront", "orders-2011-01.csv", "orders"),
        ("storefront", "WebOrders.jsonl", "orders"),
        ("storefront", "my_orders.csv", "orders"),
        ("storefront", "orders/2011.json", "orders"),
        ("storefront", "stock_feed.csv", "stock"),
        ("storefront", "preisliste.csv", "prices"),
        ("erp", "stock-2011-01-31.csv", "stock"),
        ("erp", "credit_groups.csv", "credit_groups"),
        ("erp", "salesOrders.csv", "demand"),
        ("erp", "substitutes.parquet", "substitutes"),
        ("erp", "export.csv", ""),
    ],
)
def test_a_role_by_a_files_name(system, file, role):
    assert guess(system, file, ["a"], {}).role == role


def test_values_tell_what_names_do_not():
    sample = {"date": ["Q1", "Q2"], "created": ["2011-02-03", "2011-02-04"]}
    found = guess("storefront", "orders.csv", ["date", "created"], sample).columns
    assert found["placed"].name == "created"
    assert guess("storefront", "orders.csv", ["x"], {"x": ["GB", "DE", "FR"]}).columns["country"].sure < SURE
    assert guess("storefront", "orders.csv", ["x"], {"x": ["1", "2"]}).columns == {}


def test_a_name_that_says_it_plainly_is_believed_though_its_values_cannot_be_read():
    found = guess("storefront", "orders.csv", ["quantity"], {"quantity": ["some", "many"]}).columns
    assert SURE <= found["quantity"].sure < 0.8


def test_words_are_put_into_one_language():
    for names in (
        ("Kundennummer", "Customer No.", "client_code", "CustomerId"),
        ("Bestellmenge", "order qty"),
        ("Währung", "DEVISE"),
    ):
        assert len({words_of(name) for name in names}) == 1, names


def test_every_synonym_belongs_to_a_column():
    known = {name for roles in ROLES.values() for role in roles.values() for name in role.by_name}
    assert set(NAMES) <= known
    for name, synonyms in NAMES.items():
        for one in synonyms:
            assert " ".join(words_of(one)) == " ".join(words_of(" ".join(words_of(one)))), (name, one)
