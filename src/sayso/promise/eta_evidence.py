"""Receipts as evidence of lateness: what is left out and why, lines in parts, doubles, lines of one delivery.

In any order of the receipts the result is the same. Each row is kept as a few packed bytes, since there may be millions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import blake2b
from itertools import groupby
from struct import Struct as Packing
from typing import NamedTuple

from sayso.promise.eta import Receipt

ONE = 1000
"""What a whole order line, or a whole delivery, weighs."""

MOST_DAYS = 366
"""Lateness beyond this is taken for a slip of the pen: a wrong year."""

MOST_YEARS = 10
"""What came longer ago says nothing of today; and some systems write a day that is not known as one of the year 1."""

_ROW = Packing(">III8sIIIQI")
"""document, vendor, line, receipt, received, promised, origin, quantity, item: sorts as its fields do."""
_LINE = slice(0, 12)
_KEY = slice(0, 20)
_MOST_QUANTITY = 2**63


class Piece(NamedTuple):
    """What came of an order line on one day. Days are ordinals; `origin` is the day of the order, as far as known.

    `weight` is the share of the line that came, in thousandths. A delivery is a Piece of no item.
    """

    received: int
    vendor: str
    document: str
    item: str
    promised: int
    origin: int
    weight: int

    @property
    def late(self) -> int:
        """Calendar days between the promise and the receipt."""
        return self.received - self.promised


class Evidence(NamedTuple):
    """Order lines and deliveries, each in parts where they came so, by the day they came; what was left out."""

    lines: list[Piece]
    deliveries: list[Piece]
    receipts: int
    left_out: tuple[tuple[str, int], ...]


def gathered(receipts: Iterable[Receipt], today: date) -> Evidence:
    """What can be learned from as of a day: nothing that was received later is looked at."""
    left_out: Counter[str] = Counter()
    names = _Names()
    rows = list(_packed(receipts, today.toordinal(), names, left_out))
    rows.sort()
    kept = list(_once(rows, names, left_out))
    lines: list[Piece] = []
    deliveries: list[Piece] = []
    for _, document in groupby(kept, key=lambda row: row[0:8]):
        pieces = list(_pieces(document, names))
        lines += pieces
        deliveries += _delivered(pieces)
    lines.sort()
    deliveries.sort()
    return Evidence(lines, deliveries, len(kept), tuple(sorted(left_out.items())))


class _Names:
    """Texts by the number they got when they were first seen."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.texts: list[str] = []

    def number(self, text: str) -> int:
        """The number of a text."""
        found = self.numbers.get(text)
        if found is None:
            found = self.numbers[text] = len(self.texts)
            self.texts.append(text)
        return found


def _packed(
    receipts: Iterable[Receipt], today: int, names: _Names, left_out: Counter[str]
) -> Iterator[bytes]:
    number, pack = names.number, _ROW.pack
    for document, line, receipt, item, _, vendor, ordered, promised, received, quantity in receipts:
        if promised is None:
            left_out["no promised day"] += 1
            continue
        if received is None:
            left_out["not received"] += 1
            continue
        due, came = promised.toordinal(), received.toordinal()
        if came > today:
            left_out["received later"] += 1
        elif came < today - MOST_YEARS * MOST_DAYS:
            left_out["more than ten years ago"] += 1
        elif not -MOST_DAYS <= came - due <= MOST_DAYS:
            left_out["more than a year off"] += 1
        elif quantity is not None and quantity <= 0:
            left_out["no quantity"] += 1
        else:
            asked = due if ordered is None else ordered.toordinal()
            much = ONE if quantity is None else min(int(quantity * ONE), _MOST_QUANTITY)
            yield pack(
                number(document), number(vendor), number(line), blake2b(receipt.encode(), digest_size=8).digest(),
                came, due, min(asked, due, came), much or 1, number(item),
            )  # fmt: skip


def _once(rows: list[bytes], names: _Names, left_out: Counter[str]) -> Iterator[bytes]:
    """Of rows with one key the one that came latest."""
    for _, same in groupby(rows, key=lambda row: row[_KEY]):
        found = list(same)
        if len(found) > 1:
            left_out["there twice"] += len(found) - 1
            found.sort(key=lambda row: (row[20:40], names.texts[_ROW.unpack(row)[8]]))
        yield found[-1]


def _pieces(rows: Iterable[bytes], names: _Names) -> Iterator[Piece]:
    """The lines of one document and vendor, each shared out by quantity over the days on which it came."""
    text = names.texts
    for _, parts in groupby(rows, key=lambda row: row[_LINE]):
        read = sorted((_ROW.unpack(row) for row in parts), key=lambda one: (one[4:8], names.texts[one[8]]))
        whole, so_far, given = sum(one[7] for one in read), 0, 0
        for document, vendor, _, _, came, due, origin, much, item in read:
            so_far += much
            share = so_far * ONE // whole - given
            given += share
            if share:
                yield Piece(came, text[vendor], text[document], text[item], due, origin, share)


def _delivered(pieces: list[Piece]) -> Iterator[Piece]:
    """The same without items: a document's lines come on one lorry, and are evidence of one delivery."""
    together: dict[tuple[int, int, int], int] = {}
    for one in pieces:
        key = (one.received, one.promised, one.origin)
        together[key] = together.get(key, 0) + one.weight
    whole = sum(together.values())
    for (came, due, origin), weight in together.items():
        if share := weight * ONE // whole:
            yield Piece(came, pieces[0].vendor, pieces[0].document, "", due, origin, share)
