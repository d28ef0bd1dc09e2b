"""Findings to report: a shop with blind spots over some weeks, one that keeps its word, and one of which a part is read."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from html.parser import HTMLParser

from msgspec.structs import replace

from audit.worlds import NOW, Told, audit, line, on, shop, stocked
from sayso.audit.engine.findings import Findings
from sayso.audit.shapes import FileRead, Intake, Problem, ProblemCount, Spot
from sayso.promise.policy import read

#: A name that would break a page, a terminal and a spreadsheet, were it let through.
HOSTILE = "=<script>alert('x')</script>\"&{{7*7}}\x1b[31m\u202e" + "W" * 400
WEEK = timedelta(weeks=1)

PROBLEMS = (
    Problem("shop/orders.csv", 3, "placed", "so<o>n", "not a date", "write year-month-day"),
    Problem("shop/orders.csv", 9, "placed", "later", "not a date", "write year-month-day"),
)


def told(item: str = "A", customer: str = "C") -> Told:
    """A shop that promises reserved stock, sells beyond a limit, charges an old price, and turns good orders away."""
    found = stocked(60, shop() if item == "A" else shop().fact("items", item=item, uom="EA", list_price=10,
                    currency="GBP", status="active"), item, reserved=52)  # fmt: skip
    found.fact("items", item="P", uom="EA", list_price=8, currency="GBP", status="active")
    stocked(5000, found, "P")
    found.fact("customers", customer="D", country="GB", currency="GBP", credit_limit=100)
    found.fact("customers", customer=customer, country="GB", currency="GBP", credit_limit=100000)
    for number in range(3):
        at = NOW + number * WEEK
        found.order(line(20 + number, item, shown_available=48), customer=customer, at=at, channel="web")
        found.order(line(100, "P", unit_price="8.00"), customer="D", at=at, credit_ok=True, channel="edi")
        found.order(line(4, "P", answer="no", reason="out of stock", shown_available=0), at=at)
        found.order(line(10, "P", unit_price="7.50"), at=at)
    return found.outcome("W9", "short", line=1)


@cache
def wrong() -> Findings:
    """Its findings."""
    return audit(told())


@cache
def hostile() -> Findings:
    """The same with hostile names."""
    return audit(told(HOSTILE, f"{HOSTILE}&co"))


@cache
def kept() -> Findings:
    """A storefront that kept its word."""
    return audit(stocked(60).order(line(5, shown_available=60)).outcome("W1", "accepted"))


@cache
def stricter() -> Findings:
    """A company whose own policy lets less pass than its ERP."""
    late = shop().fact("receivables", document="I1", customer="C", open=50, currency="GBP", due=on(-40))
    own = read({"credit": {"overdue": "refuse"}})
    return audit(
        stocked(60, late).order(line(5, shown_available=60)), read({"credit": {"overdue": "ignore"}}), own
    )


def part(findings: Findings) -> Findings:
    """The same as if not every row could have been read."""
    counts = (ProblemCount("shop/orders.csv", "placed", "not a date", 2, 2),)
    files = (
        FileRead("shop/orders.csv", "storefront", "orders", 99, ("taken for orders by the file's name",)),
    )
    intake = Intake(files, 14, 12, 12, dropped=2, problems=2, problem_counts=counts)
    return replace(findings, intake=intake)


def spots() -> list[Spot]:
    """Every spot of the hostile shop."""
    found: list[Spot] = []
    audit(told(HOSTILE, f"{HOSTILE}&co"), spots=found.append)
    return found


class Read(HTMLParser):
    """A page as a browser takes it: its tags, its text, its tables, what is not closed."""

    _VOID = frozenset({"meta", "link", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.rows: list[list[str]] = []
        self.headings: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self._VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data
        if self.open and {"h1", "h2", "h3", "h4"} & set(self.open):
            self.headings[-1] += data
