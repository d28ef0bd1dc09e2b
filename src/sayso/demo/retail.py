"""Reads the lines of UCI Online Retail, tolerant of their quirks, and says of each line what it is.

Knows the file and its codes; knows nothing of orders, stock or promises.
"""

from __future__ import annotations

import csv
import gzip
import io
import lzma
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from sayso.demo.countries import UNSPECIFIED, code_of
from sayso.errors import BadField, SaysoError

COLUMNS = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
_OTHER_NAMES = {"invoice": "invoiceno", "price": "unitprice", "customer id": "customerid"}

#: What a line can be, and in words for the summary.
KINDS = {
    "sale": "goods ordered by a customer",
    "counter": "goods sold without a customer's number",
    "returned": "goods a customer sent back or cancelled (invoice C...)",
    "counter_returned": "returned without a customer's number",
    "free": "goods without a price",
    "write_off": "stock written off (negative, no invoice C...)",
    "found": "stock found or corrected upwards",
    "carriage": "carriage (POST, DOT, C2)",
    "discount": "discount (D)",
    "manual": "entered by hand (M)",
    "fee": "fees and commissions (BANK CHARGES, AMAZONFEE, CRUK)",
    "sample": "samples and give-aways (S, PADS)",
    "voucher": "gift vouchers",
    "adjustment": "adjustments of bad debt (B, invoice A...)",
    "unknown_code": "codes of neither goods nor a known service",
}

_SERVICES = {
    "POST": "carriage", "DOT": "carriage", "C2": "carriage", "D": "discount", "M": "manual",
    "BANK CHARGES": "fee", "BANKCHARGES": "fee", "AMAZONFEE": "fee", "CRUK": "fee", "S": "sample",
    "PADS": "sample", "B": "adjustment",
}  # fmt: skip
_GOODS = re.compile(r"\d{5,6}[A-Z]{0,3}|DCGS[A-Z0-9]+|SP\d+")
_VOUCHER = re.compile(r"GIFT_\d+_\d+")


class Line(NamedTuple):
    """One line as it was read. `item` is the code in capitals; `customer` is blank where the data has none.

    `at` is London wall-clock time without a zone. `kind` is one of KINDS.
    """

    invoice: str
    item: str
    description: str
    quantity: int
    at: datetime
    price: Decimal
    customer: str
    country: str
    kind: str


class Fault(NamedTuple):
    """A line that could not be read: its number in the file (the header is 1), the field, its value, and
    why."""

    line: int
    field: str
    value: str
    detail: str


@dataclass(slots=True)
class Reading:
    """All lines of a file, in its order, and what was noticed on the way."""

    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unknown_countries: Counter[str] = field(default_factory=Counter)
    recoded: int = 0
    """Lines whose item code was written with small letters or blanks."""

    def counts(self) -> dict[str, int]:
        """Lines by kind, in the order of KINDS."""
        found = Counter(line.kind for line in self.lines)
        return {kind: found[kind] for kind in KINDS if found[kind]}


def read_lines(path: Path) -> Reading:
    """All lines of a CSV file (.csv, .csv.gz, .csv.xz). BadField for a missing column; SaysoError for a
    broken file."""
    raw = unpacked(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    rows = csv.reader(io.StringIO(text))
    places = _places(next(rows, []), path)
    reading = Reading()
    for line in _lines(rows, places, reading):
        reading.lines.append(line)
    return reading


def unpacked(path: Path) -> bytes:
    """The bytes of a file, unpacked where its name says that it is packed."""
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            return gzip.decompress(raw)
        return lzma.decompress(raw) if path.suffix == ".xz" else raw
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as broken:
        raise SaysoError(
            f"{path} cannot be read: {broken}", remedy="name a .csv, .csv.gz or .csv.xz file"
        ) from None


def _places(header: list[str], path: Path) -> list[int]:
    names = [_OTHER_NAMES.get(name.strip().lower(), name.strip().lower()) for name in header]
    places = []
    for column in COLUMNS:
        if column.lower() not in names:
            raise BadField(
                "column",
                column,
                f"{path.name} has no column {column}",
                remedy=f"its columns are {', '.join(COLUMNS)}",
            )
        places.append(names.index(column.lower()))
    return places


def _lines(rows: Iterator[list[str]], places: list[int], reading: Reading) -> Iterator[Line]:
    times: dict[str, datetime] = {}
    prices: dict[str, Decimal] = {}
    last = max(places)
    for number, row in enumerate(rows, 2):
        if len(row) <= last:
            if row:
                reading.faults.append(
                    Fault(number, "line", ",".join(row), f"{len(row)} fields instead of {last + 1}")
                )
            continue
        invoice, code, description, quantity, at, price, customer, country = (
            row[place].strip() for place in places
        )
        try:
            when = times.get(at) or times.setdefault(at, _time(at))
            each = prices.get(price) or prices.setdefault(price, _price(price))
            units = _whole("Quantity", quantity)
            buyer = str(_whole("CustomerID", customer)) if customer else ""
        except _Unreadable as fault:
            reading.faults.append(Fault(number, *fault.args))
            continue
        item = "".join(code.split()).upper() if code[:1].isdigit() else code.upper()
        reading.recoded += item != code
        kind = _kind(invoice.upper(), item, description, units, each, buyer)
        yield Line(
            invoice.upper(),
            item,
            " ".join(description.split()),
            units,
            when,
            each,
            buyer,
            _country(country, reading),
            kind,
        )


def _country(name: str, reading: Reading) -> str:
    code = code_of(name)
    if code is None:
        reading.unknown_countries[name] += 1
        return UNSPECIFIED
    return code


def _kind(invoice: str, item: str, description: str, quantity: int, price: Decimal, customer: str) -> str:
    if invoice.startswith("A"):
        return "adjustment"
    service = _SERVICES.get(item)
    if service is None and not _GOODS.fullmatch(item):
        service = "voucher" if _VOUCHER.fullmatch(item) else "unknown_code"
    if service is not None:
        return service
    if invoice.startswith("C"):
        return "returned" if customer else "counter_returned"
    if quantity < 0:
        return "write_off"
    if price <= 0 or quantity == 0:
        return "found" if not customer and quantity and is_note(description) else "free"
    return "sale" if customer else "counter"


def is_note(description: str) -> bool:
    """Whether a description is somebody's note ("damaged", "found", "?", nothing) and not the name of an
    article."""
    letters = [character for character in description if character.isalpha()]
    return sum(character.isupper() for character in letters) * 2 <= len(letters)


class _Unreadable(Exception):
    """Field, value and detail of what cannot be read."""


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        pass
    for form in ("%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 (the data's clock is London's; the zone is added later)
        except ValueError:
            continue
    raise _Unreadable("InvoiceDate", text, "not a date and time")


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise _Unreadable("UnitPrice", text, "not a price") from None
    if not price.is_finite():
        raise _Unreadable("UnitPrice", text, "not a price")
    return price.quantize(Decimal("0.01")) if price == price.quantize(Decimal("0.01")) else price


def _whole(name: str, text: str) -> int:
    try:
        number = Decimal(text)
        if number == number.to_integral_value():
            return int(number)
    except (InvalidOperation, OverflowError, ValueError):
        pass
    raise _Unreadable(name, text, "not a whole number")
