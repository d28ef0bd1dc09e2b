"""Blind spots as a CSV file, a row each, harmless in a spreadsheet.

Figures stay figures. Text that a spreadsheet would take for a formula gets a ' in front; `bare` takes it off again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import IO

from sayso.audit.shapes import Spot
from sayso.canon.decimals import plain
from sayso.canon.times import moment

#: The columns, in their order.
COLUMNS = (
    "direction", "cause", "order", "line", "placed", "customer", "item", "site", "channel", "quantity", "money",
    "currency", "confirmed", "sentence", "shown", "arithmetic",
)  # fmt: skip

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")


def rows_into(file: IO[str]) -> Callable[[Spot], None]:
    """What writes each blind spot as a row; the heads are written at once. The file is opened with newline=""."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    return lambda spot: writer.writerow(_row(spot))


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def bare(cell: str) -> str:
    """What stood in a cell before it was made harmless."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _row(spot: Spot) -> list[str | int]:
    confirmed = {True: "yes", False: "no", None: ""}[spot.confirmed]
    return [
        spot.direction, spot.cause, harmless(spot.order), spot.line, moment(spot.placed), harmless(spot.customer),
        harmless(spot.item), harmless(spot.site), harmless(spot.channel), plain(spot.quantity), f"{spot.money:f}",
        harmless(spot.currency), confirmed, harmless(spot.sentence), harmless(_told(spot.shown)),
        harmless(_told(spot.arithmetic)),
    ]  # fmt: skip


def _told(texts: dict[str, str]) -> str:
    return "; ".join(f"{name} {text}" for name, text in texts.items())
