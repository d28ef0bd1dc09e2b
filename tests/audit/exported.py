"""Small exports, written to two folders for a test, and read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sayso.audit.exports.folders import Folders
from sayso.audit.exports.mapping import parse

HEAD = "order,line,placed,customer,country,currency,item,quantity,uom,unit_price,amount,total"
STOCK = "item,site,on_hand\nA,LON,100\n"


def line(order="W1", number="1", placed="2011-02-03T10:00:00Z", customer="C1", country="GB", currency="GBP",
         item="A", quantity="2", uom="EA", price="2.50", amount="5.00", total="5.00"):  # fmt: skip
    """A row of orders.csv."""
    return ",".join(
        (order, number, placed, customer, country, currency, item, quantity, uom, price, amount, total)
    )


def orders(*rows: str) -> str:
    """orders.csv with these rows."""
    return "\n".join((HEAD, *rows)) + "\n"


class Written:
    """Two folders of exports."""

    def __init__(self, root: Path) -> None:
        self.shop, self.erp = root / "shop", root / "erp"
        self.shop.mkdir(exist_ok=True)
        self.erp.mkdir(exist_ok=True)
        self.write("erp/stock.csv", STOCK)
        self._root = root

    def write(self, name: str, content: str | bytes) -> Path:
        """A file, by its name with the folder's."""
        path = self.shop.parent / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def open(self, mapped: str = "", **asked: Any) -> Folders:
        """Both, under a map."""
        return Folders(self.shop, self.erp, parse(mapped, "audit.toml") if mapped else None, **asked)


def problems(exports: Folders) -> list[tuple[str, int, str, str]]:
    """What could not be used, in short."""
    return [(one.file, one.row, one.column, one.detail) for one in exports.problems]


def balanced(exports: Folders) -> bool:
    """Whether every row of the orders is counted once."""
    seen = exports.intake
    parts = (seen.lines, seen.returns, seen.repeated, seen.aside, seen.outside, seen.dropped)
    return seen.rows == sum(parts)
