"""A journal as export files: plain CSV, or as a German back office would save it, with a map for its columns."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from audit.planted_world import Journal, Row

_GERMAN = {
    "order": "Auftragsnummer", "line": "Pos", "placed": "Bestellt am", "customer": "Kundennr", "item": "Artikel-Nr.",
    "country": "Lieferland", "quantity": "Menge", "uom": "Mengeneinheit", "unit_price": "Stückpreis", "amount": "Wert",
    "shown_available": "Bestand laut Shop", "shown_date": "Liefertag laut Shop", "need_by": "Wunschtermin",
    "answer": "Angenommen", "reason": "Grund der Absage", "credit_ok": "Kredit frei", "currency": "Währung",
    "channel": "Kanal", "on_hand": "Lagerbestand", "reserved": "davon reserviert", "safety_stock": "Mindestbestand",
    "site": "Lager", "due": "Fällig", "open": "Offener Betrag", "document": "Beleg", "as_of": "Stand",
}  # fmt: skip
_ODD = ("orders", "receivables", "stock")


def written(journal: Journal, root: Path, odd: bool = False) -> str:
    """Two folders, shop and erp, beneath the root; the map that says what the odd columns are, or nothing."""
    (root / "shop").mkdir(parents=True)
    (root / "erp").mkdir()
    _write(root / "shop" / "orders.csv", journal.orders(), odd)
    for kind, rows in journal.shop.items():
        _write(root / "shop" / f"{kind}.csv", rows, False)
    for kind, rows in journal.erp.items():
        _write(root / "erp" / f"{kind}.csv", rows, odd and kind in _ODD)
    return _map() if odd else ""


def _write(path: Path, rows: list[Row], odd: bool) -> None:
    rows = sorted(rows, key=lambda row: (row.at is not None, row.at))
    names = list(dict.fromkeys(name for row in rows for name in row.values))
    dated = any(row.at is not None for row in rows)
    # What a later row of the same key does not say is as it was: a CSV row has a cell for every column.
    text = StringIO()
    writer = csv.writer(text, delimiter=";" if odd else ",", lineterminator="\r\n" if odd else "\n")
    head = [*names, *(["as_of"] if dated else [])]
    writer.writerow([_GERMAN.get(name, name) if odd else name for name in head])
    before: dict[Any, dict[str, Any]] = {}
    for row in rows:
        key = tuple(row.values.get(name) for name in _KEYS.get(path.stem, ())) or id(row)
        values = before[key] = {**before.get(key, {}), **row.values}
        cells = [_said(name, values.get(name, ""), odd) for name in names]
        writer.writerow([*cells, *([_said("as_of", row.at or "", odd)] if dated else [])])
    path.write_bytes(text.getvalue().encode("windows-1252" if odd else "utf-8"))


_KEYS = {
    "items": ("item",), "inbound": ("document", "line"), "receivables": ("document", "customer"),
    "demand": ("document", "line"), "stock": ("item", "site", "available"),
}  # fmt: skip


def _said(name: str, value: Any, odd: bool) -> str:
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y %H:%M:%S}" if odd else f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}" if odd else value.isoformat()
    if odd and isinstance(value, Decimal):
        whole, _, rest = f"{value:,f}".partition(".")
        return whole.replace(",", ".") + (f",{rest}" if rest else "")
    if odd and name in ("answer", "credit_ok"):
        return {"yes": "ja", "no": "nein"}[value]
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _map() -> str:
    """What a person would write after having looked at the files."""
    orders = (
        "order", "line", "placed", "customer", "item", "country", "quantity", "uom", "unit_price", "amount", "channel",
        "shown_available", "shown_date", "need_by", "answer", "reason", "credit_ok", "currency",
    )  # fmt: skip
    owed = ("document", "customer", "open", "due", "as_of", "currency")
    stock = ("item", "site", "on_hand", "reserved", "safety_stock", "as_of")
    tables = {"storefront.orders": orders, "erp.receivables": owed, "erp.stock": stock}
    return "\n".join(
        f'[{table}]\ndecimal = ","\nencoding = "windows-1252"\n[{table}.columns]\n'
        + "".join(f'{name} = "{_GERMAN[name]}"\n' for name in names)
        for table, names in tables.items()
    )
