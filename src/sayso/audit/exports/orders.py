"""Rows of order files to orders: lines put together, repeats and returns told apart, sums held against totals.

Knows rows of typed values. Where they come from, and in which order, is for orders_in_time (reading_time.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from msgspec import structs

from sayso.audit.exports.columns import Bad
from sayso.audit.exports.problems import Problems
from sayso.audit.exports.sources import Rows, Source
from sayso.audit.shapes import Problem, ShopLine, ShopOrder

Row = tuple[Any, ...]
"""A row's values: its line, then those of HEAD, then those of LINE."""
HEAD = (
    "placed", "customer", "country", "region", "channel", "currency", "total", "tax", "freight", "credit_ok",
    "includes_tax",
)  # fmt: skip
LINE = (
    "line", "item", "variant", "quantity", "uom", "unit_price", "amount", "discount", "need_by",
    "shown_available", "shown_date", "answer", "reason", "aside",
)  # fmt: skip
_FIRST = 1 + len(HEAD)
_ITEM, _QUANTITY = _FIRST + 1, _FIRST + 3
_ASIDE = _FIRST + 13

#: A value of these that cannot be read makes its row useless; any other is left out of it.
_VITAL = ("order", "placed", "customer", "country", "currency", "item", "quantity", "uom", "answer", "aside")
_CENT = Decimal("0.01")
_ZERO = Decimal(0)
_SIX = Decimal("0.000001")


@dataclass
class Piece:
    """Rows of one order that stand together in a file. `place` is the file's among those of the orders."""

    order: str
    place: int
    rows: list[Row]


@dataclass
class Counted:
    """How many rows became what."""

    orders: int = 0
    lines: int = 0
    returns: int = 0
    repeated: int = 0
    aside: int = 0
    outside: int = 0
    dropped: int = 0


@dataclass
class Orders:
    """Puts orders together out of pieces."""

    sources: Sequence[Source]
    problems: Problems
    counted: Counted = field(default_factory=Counted)

    def pieces(self, place: int) -> Iterator[Piece]:
        """The pieces of one file, in its order."""
        source = self.sources[place]
        held: Piece | None = None
        for batch in source.read(self.problems, self._faulty):
            orders, rows = self._rows(source, batch)
            start, count = 0, len(rows)
            while start < count:
                order = orders[start]
                end = start + 1
                while end < count and orders[end] == order:
                    end += 1
                if held is not None and held.order == order:
                    held.rows += rows[start:end]
                else:
                    if held is not None:
                        yield held
                    held = Piece(order, place, rows[start:end])
                start = end
        if held is not None:
            yield held

    def _faulty(self, rows: int) -> None:
        self.counted.dropped += rows

    def _rows(self, source: Source, batch: Rows) -> tuple[list[str], list[Row]]:
        """The rows of a batch that can be used, with the order of each."""
        orders = batch.column("order")
        rows: list[Any] = list(
            zip(batch.lines, *(batch.column(name) for name in (*HEAD, *LINE)), strict=False)
        )
        orders = list(orders)
        if not batch.bad and None not in orders:
            return orders, rows
        kept = []
        for order, row in zip(orders, rows, strict=True):
            mended = self._mended(source, order, row)
            if mended is not None:
                kept.append((order, mended))
        return [order for order, _ in kept], [row for _, row in kept]

    def _mended(self, source: Source, order: Any, row: Any) -> Row | None:
        """The row without values that cannot be read; None, and a problem, where nothing is left of it."""
        if order is None and not any(one is not None for one in row[1:]):
            self.counted.aside += 1  # spreadsheets leave rows of nothing but delimiters
            return None
        if order is None:
            self._lost(source, row[0], "order", "", "the row names no order", "every row repeats its order")
            return None
        vital = False
        for name, value in (("order", order), *zip((*HEAD, *LINE), row[1:], strict=True)):
            if type(value) is Bad:
                dropped = name in _VITAL
                vital = vital or dropped
                self.problems.add(source.problem(row[0], name, value, dropped=dropped), dropped)
        if vital:
            self.counted.dropped += 1
            return None
        return tuple(None if type(value) is Bad else value for value in row)

    def built(self, pieces: Sequence[Piece]) -> ShopOrder | None:
        """An order out of its pieces; None where nothing is left of it."""
        rows = pieces[0].rows if len(pieces) == 1 else self._merged(pieces)
        source = self.sources[_place(pieces)]
        head = self._head(source, pieces[0].order, rows)
        if head is None:
            return None
        lines, whole = self._lines(source, rows)
        if not lines:
            return None
        if len(pieces) > 1:
            lines = tuple(sorted(lines, key=lambda one: one.line))
        placed, customer, country, region, channel, currency, total, tax, freight, credit_ok, gross = head
        if whole and total is not None:
            self._check_total(source, rows, lines, (total, None if gross else tax, freight))
        if gross:
            lines = self._without_prices(source, pieces[0].order, lines)
        self.counted.orders += 1
        self.counted.lines += len(lines)
        return ShopOrder(
            pieces[0].order, customer, placed, country or "", lines, region or "", currency or "", channel or "",
            total, credit_ok, source.file,
        )  # fmt: skip

    def _without_prices(
        self, source: Source, order: str, lines: tuple[ShopLine, ...]
    ) -> tuple[ShopLine, ...]:
        """The lines without prices that are with tax: beside the ERP's, which are not, each would seem wrong."""
        column = source.columns.get("includes_tax", "includes_tax")
        detail = "the prices of the order are with tax: they were left out, and not compared"
        remedy = "export prices without tax"
        self.problems.add(Problem(source.file, lines[0].row, column, order, detail, remedy, dropped=False))
        return tuple(structs.replace(one, unit_price=None, amount=None) for one in lines)

    def _merged(self, pieces: Sequence[Piece]) -> list[Row]:
        """The rows of pieces that stand apart: what is there again counts once."""
        last = pieces[-1]
        if self.sources[last.place].documents:
            for piece in pieces[:-1]:
                again = [row[1:] for row in piece.rows] == [row[1:] for row in last.rows]
                self.counted.repeated += len(piece.rows)
                said = "the document comes again with " + ("the same content: it counts once" if again
                        else "other content: the last one was taken")  # fmt: skip
                self._noted(piece, piece.rows[0][0], piece.order, said, "export each order once")
            return last.rows
        rows: list[Row] = []
        seen: dict[Any, Row] = {}
        for piece in pieces:
            fresh: dict[Any, Row] = {}
            for row in piece.rows:
                if row[1:] in seen:
                    self.counted.repeated += 1
                    self._noted(
                        piece, row[0], piece.order, "the same row stands there again: it counts once",
                        "export each row once",
                    )  # fmt: skip
                else:
                    fresh[row[1:]] = row
                    rows.append(row)
            seen.update(fresh)
        return rows

    def _head(self, source: Source, order: str, rows: Sequence[Row]) -> tuple[Any, ...] | None:
        """What the rows say of the whole order: the first that says anything."""
        head: tuple[Any, ...] = rows[0][1:_FIRST]
        if len(rows) > 1 and any(row[1:_FIRST] != head for row in rows):
            columns = list(zip(*(row[1:_FIRST] for row in rows), strict=True))
            head = tuple(next((one for one in column if one is not None), None) for column in columns)
            for name, column, first in zip(HEAD, columns, head, strict=True):
                if any(one is not None and one != first for one in column):
                    row = next(row for row, one in zip(rows, column, strict=True) if one not in (None, first))
                    self.problems.add(
                        Problem(
                            source.file, row[0], source.columns.get(name, name), order,
                            "the rows of the order differ in this: the first one was taken",
                            "export it alike in all rows of an order", dropped=False,
                        )
                    )  # fmt: skip
        for name, value in (("placed", head[0]), ("customer", head[1])):
            if value is None:
                self._lost_order(source, name, order, rows)
                return None
        return head

    def _lost_order(self, source: Source, name: str, order: str, rows: Sequence[Row]) -> None:
        if all(row[_ASIDE] or (row[_QUANTITY] or 0) < 0 for row in rows):
            self._set_aside(rows)
            return
        remedy = "an order needs one: correct it, or leave the order out"
        self._lost(
            source,
            rows[0][0],
            name,
            order,
            f"no row of the order says the {name.replace('_', ' ')}",
            remedy,
            len(rows),
        )

    def _set_aside(self, rows: Sequence[Row]) -> None:
        back = sum(not row[_ASIDE] for row in rows)
        self.counted.returns += back
        self.counted.aside += len(rows) - back

    def _lines(self, source: Source, rows: Sequence[Row]) -> tuple[tuple[ShopLine, ...], bool]:
        """The lines of an order, and whether they are all of it."""
        lines: list[ShopLine] = []
        taken: dict[int, Row] = {}
        seen: set[Any] = set()
        whole = True
        number = 0
        for row in rows:
            (line, item, variant, quantity, uom, price, amount, discount, need_by, available, shown_date, answer,
             reason, aside) = row[_FIRST:]  # fmt: skip
            if aside or (item is None and quantity is None):
                self.counted.aside += 1
                continue
            if item is None or not quantity:
                self._no_line(source, row)
                whole = False
                continue
            if quantity < 0:
                self.counted.returns += 1
                continue
            if line is None:
                if row[_FIRST:] in seen:
                    self._same(source, row)
                seen.add(row[_FIRST:])
                number += 1
            elif line in taken:
                self._twice(source, row, taken[line])
                continue
            else:
                taken[line] = row
                number = line
            if discount:
                amount = quantity * price - discount if amount is None and price is not None else amount
                price = None if price is None else _per_unit(price - discount / quantity)
            if amount is not None and price is not None:
                exact = quantity * price
                if exact != amount and abs(exact - amount) > _CENT:
                    self._unequal(source, row, exact, amount)
            lines.append(
                ShopLine(
                    number, item, quantity, variant or "", uom or "", need_by, price, amount, available,
                    shown_date, answer or "yes", reason or "", row[0],
                )
            )  # fmt: skip
        return tuple(lines), whole

    def _no_line(self, source: Source, row: Row) -> None:
        name = "item" if row[_ITEM] is None else "quantity"
        said = "the line names no item" if name == "item" else "the line has no quantity, or 0"
        self._lost(source, row[0], name, "", said, "correct it, or leave the line out")

    def _same(self, source: Source, row: Row) -> None:
        self.problems.add(
            Problem(
                source.file, row[0], "", str(row[_ITEM]),
                "the same row stands in the order twice, and no line number tells them apart: both count",
                "map a column of line numbers", dropped=False,
            )
        )  # fmt: skip

    def _twice(self, source: Source, row: Row, first: Row) -> None:
        if row[_FIRST:] == first[_FIRST:]:
            self.counted.repeated += 1
            said, dropped = "the same line stands there again: it counts once", False
        else:
            said, dropped = "the line stands there again with other content: the first one was taken", True
            self.counted.dropped += 1
        self.problems.add(
            Problem(
                source.file, row[0], source.columns.get("line", "line"), str(row[_FIRST]), said,
                f"it is also in row {first[0]}: export each line once", dropped,
            )
        )  # fmt: skip

    def _unequal(self, source: Source, row: Row, exact: Decimal, amount: Decimal) -> None:
        self.problems.add(
            Problem(
                source.file, row[0], source.columns.get("amount", "amount"), str(amount),
                "the amount is not quantity times price",
                f"that would be {exact.normalize():f}: correct it, or map the discount", dropped=False,
            )
        )  # fmt: skip

    def _check_total(
        self, source: Source, rows: Sequence[Row], lines: Sequence[ShopLine], said: tuple[Any, Any, Any]
    ) -> None:
        """Whether the total is what the lines come to, with tax and freight."""
        total, tax, freight = said
        sold = [line for line in lines if line.answer == "yes"] or lines
        come = (tax or _ZERO) + (freight or _ZERO)
        for line in sold:
            if line.amount is not None:
                come += line.amount
            elif line.unit_price is not None:
                come += line.quantity * line.unit_price
            else:
                return
        if come != total and abs(come - total) > _CENT * (len(lines) + 1):
            self.problems.add(
                Problem(
                    source.file, rows[0][0], source.columns.get("total", "total"), str(total),
                    "the total is not the sum of the lines, with tax and freight where they are mapped",
                    f"they come to {come.normalize():f}: correct it, or map tax and freight", dropped=False,
                )
            )  # fmt: skip

    def _noted(self, piece: Piece, row: int, value: str, detail: str, remedy: str) -> None:
        source = self.sources[piece.place]
        column = source.columns.get("order", "order")
        self.problems.add(Problem(source.file, row, column, value, detail, remedy, dropped=False))

    def _lost(
        self, source: Source, row: int, name: str, value: str, detail: str, remedy: str, rows: int = 1
    ) -> None:
        column = source.columns.get(name, name)
        self.problems.add(Problem(source.file, row, column, value, detail, remedy), rows)
        self.counted.dropped += rows


def _per_unit(price: Decimal) -> Decimal:
    rounded = price.quantize(_SIX)
    return rounded.normalize() if rounded.normalize().as_tuple().exponent <= 0 else rounded  # type: ignore[operator]


def _place(pieces: Sequence[Piece]) -> int:
    """The file that has the lines of an order, where another one has its head."""
    with_items = (piece.place for piece in pieces if any(row[_ITEM] is not None for row in piece.rows))
    return next(with_items, pieces[0].place)
