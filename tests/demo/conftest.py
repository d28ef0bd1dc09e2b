"""A small Sayso in memory that answers by the interface's shapes, and small pieces of a distributor.

It promises by available-to-promise, as the real one does, but knows no more than the demo's facts need. `honest`
is False for one that promises whatever it is asked: so a test can see that the demo notices.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sayso.demo.accounts import Account, Book, Opening
from sayso.demo.distributor import Distributor, load
from sayso.demo.orders import Correction, Order, OrderLine, Return, Trade
from sayso.demo.planner import Plan, Purchase, PurchaseLine
from sayso.demo.pricelist import derived
from sayso.demo.retail import Reading
from sayso.demo.settings import GENERATED

PROMPT = GENERATED.payers[0]

KEYS = {
    "stock": ("item", "site"), "inbound": ("document", "line"), "demand": ("document", "line"),
    "receivables": ("document",), "receipts": ("document", "line", "receipt"), "customers": ("customer",),
    "items": ("item",), "sites": ("site",), "lanes": ("site", "country"), "rules": ("rule",), "taxes": ("country",),
    "calendars": ("calendar", "date"), "prices": ("target", "min_quantity", "starts"),
}  # fmt: skip


class FakeSayso:
    """Facts, holds and orders in dictionaries."""

    def __init__(self, honest: bool = True) -> None:
        self.honest = honest
        self.facts: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
        self.by_place: dict[str, dict[tuple[str, str], dict[Any, dict[str, Any]]]] = {
            kind: defaultdict(dict) for kind in ("inbound", "demand")
        }
        self.own: dict[str, list[tuple[tuple[str, str], date, Decimal]]] = {}
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []
        self.away = 0
        self._listed: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.app = Starlette(
            routes=[
                Route("/v1/facts/{kind}", self.put_facts, methods=["PUT"]),
                Route("/v1/arrivals/learn", self.post_learn, methods=["POST"]),
                Route("/v1/promises", self.post_promise, methods=["POST"]),
                Route("/v1/promises/{promise}", self.delete_promise, methods=["DELETE"]),
                Route("/v1/orders", self.post_order, methods=["POST"]),
            ]
        )

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(
            transport=transport, base_url="http://sayso", headers={"Authorization": "Bearer sk_test"}
        )

    async def _read(self, request: Request) -> Any:
        raw = await request.body()
        await asyncio.sleep(0)
        body = json.loads(raw) if raw else None
        self.seen.append((request.method, request.url.path, dict(request.headers), body))
        return body

    async def put_facts(self, request: Request) -> Response:
        body, kind = await self._read(request), request.path_params["kind"]
        for row in body["rows"]:
            key = tuple(row.get(name, "") for name in KEYS[kind])
            if row.get("order"):
                self.own.pop(row["order"], None)
            if row.get("deleted"):
                gone = self.facts[kind].pop(key, None)
                if gone and kind in self.by_place:
                    self.by_place[kind][gone["item"], gone["site"]].pop(key, None)
                continue
            kept = self.facts[kind].setdefault(key, {})
            kept.update(row)
            if kind in self.by_place:
                self.by_place[kind][kept["item"], kept["site"]][key] = kept
        return JSONResponse({"kind": kind, "rows": len(body["rows"]), "refused": 0, "refusals": []})

    async def post_learn(self, request: Request) -> Response:
        await self._read(request)
        return JSONResponse({"learned": True, "items": 0})

    async def post_promise(self, request: Request) -> Response:
        if self.away:
            self.away -= 1
            return JSONResponse({"detail": "busy", "remedy": "wait"}, 503, {"Retry-After": "0"})
        body = await self._read(request)
        today = date.fromisoformat(request.headers["sayso-now"][:10])
        lines = [self._line(line, body["ship_to"]["country"], today) for line in body["lines"]]
        amount = sum((Decimal(line["price"]["amount"]) for line in lines), Decimal(0))
        credit = self._credit(body["customer"], amount)
        verdicts = [line["verdict"] for line in lines] + [
            {"approved": "firm"}.get(credit["verdict"], "refused")
        ]
        verdict = next(one for one in ("refused", "conditional", "firm") if one in verdicts)
        held = verdict == "firm" or (verdict == "conditional" and body.get("accept_conditional", False))
        promise = f"prm_{len(self.seen)}"
        if held:
            self.own[promise] = [
                ((line["item"], part["site"]), date.fromisoformat(part["ship_on"]), Decimal(part["quantity"]))
                for line in lines
                for part in line["parts"]
            ]
        return JSONResponse(
            {
                "promise": promise,
                "verdict": verdict,
                "held": held,
                "lines": lines,
                "credit": credit,
                "reasons": [],
            }
        )

    async def delete_promise(self, request: Request) -> Response:
        await self._read(request)
        self.own.pop(request.path_params["promise"], None)
        return JSONResponse({})

    async def post_order(self, request: Request) -> Response:
        body = await self._read(request)
        if body["promise"] not in self.own:
            return JSONResponse({"detail": "no such promise", "remedy": "ask first"}, 404)
        self.own[body["order"]] = self.own.pop(body["promise"])
        return JSONResponse({"order": body["order"], "state": "placed", "promise": None})

    def _line(self, line: dict[str, Any], country: str, today: date) -> dict[str, Any]:
        quantity, need_by = Decimal(line["quantity"]), date.fromisoformat(line["need_by"])
        answer = {"line": line["line"], "item": line["item"], "parts": [], "reasons": []}
        price = self._price(line["item"], quantity, today)
        answer["price"] = {"unit": str(price), "amount": str(price * quantity)}
        first = _working(today + timedelta(days=1))
        lanes = sorted(
            (row["transit_days"], site) for (site, to), row in self.facts["lanes"].items() if to == country
        )
        found = []
        for transit, site in lanes:
            day = self._first_day(line["item"], site, quantity, today, first)
            if day is not None:
                found.append((day + timedelta(days=transit), day, site))
        if not found:
            code = "no_date" if lanes else "no_site"
            return answer | {"verdict": "conditional", "reasons": [{"code": code}]}
        arrives, day, site = min(found)
        leans_on = (
            [{"document": doc} for doc in self._leaning(line["item"], site, today, day)]
            if day > first
            else []
        )
        part = {
            "state": "inbound" if leans_on else "in_stock", "site": site, "quantity": line["quantity"],
            "ship_on": day.isoformat(), "deliver_by": arrives.isoformat(), "leans_on": leans_on,
        }  # fmt: skip
        late = arrives > need_by
        reasons = [{"code": "late"}] if late else []
        return answer | {"verdict": "conditional" if late else "firm", "parts": [part], "reasons": reasons}

    def _first_day(self, item: str, site: str, quantity: Decimal, today: date, first: date) -> date | None:
        if not self.honest:
            return first
        changes = self._changes(item, site, today)
        days = sorted({first, *(_working(day) for day in changes if day > first)})
        for day in days:
            ahead = sorted({day, *(one for one in changes if one > day)})
            if min(sum(units for when, units in changes.items() if when <= one) for one in ahead) >= quantity:
                return day
        return None

    def _changes(self, item: str, site: str, today: date) -> dict[date, Decimal]:
        stock = self.facts["stock"].get((item, site), {})
        changes = defaultdict(
            Decimal, {today: Decimal(stock.get("on_hand", 0)) - Decimal(stock.get("safety_stock", 0))}
        )
        for row in self._rows("inbound", item, site):
            if (due := date.fromisoformat(row["due"])) >= today:
                changes[due] += Decimal(row["quantity"])
        for row in self._rows("demand", item, site):
            changes[max(date.fromisoformat(row["planned"]), today)] -= Decimal(row["quantity"])
        for parts in self.own.values():
            for place, day, units in parts:
                if place == (item, site):
                    changes[max(day, today)] -= units
        return changes

    def _leaning(self, item: str, site: str, today: date, day: date) -> list[str]:
        return [
            row["document"]
            for row in self._rows("inbound", item, site)
            if today <= date.fromisoformat(row["due"]) <= day
        ]

    def _rows(self, kind: str, item: str, site: str) -> list[dict[str, Any]]:
        return list(self.by_place[kind][item, site].values())

    def _price(self, item: str, quantity: Decimal, today: date) -> Decimal:
        fitting = [
            Decimal(row["price"])
            for row in self._prices(item)
            if Decimal(row["min_quantity"]) <= quantity
            and row.get("starts", "") <= today.isoformat() <= row.get("ends", "9999")
        ]
        return min(fitting)

    def _prices(self, item: str) -> list[dict[str, Any]]:
        if not self._listed:
            for row in self.facts["prices"].values():
                self._listed[row["target"]].append(row)
        return self._listed[item]

    def _credit(self, customer: str, amount: Decimal) -> dict[str, Any]:
        limit = Decimal(self.facts["customers"][customer,].get("credit_limit", 10**9))
        return (
            {"verdict": "refused", "reasons": [{"code": "over_limit"}]}
            if amount > limit
            else {"verdict": "approved"}
        )


def _working(day: date) -> date:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


@pytest.fixture
def sayso() -> FakeSayso:
    return FakeSayso()


@pytest.fixture
def new_sayso() -> type[FakeSayso]:
    """For tests that need more than one."""
    return FakeSayso


@pytest.fixture
def dishonest() -> FakeSayso:
    return FakeSayso(honest=False)


@pytest.fixture(scope="session")
def distributor() -> Distributor:
    """The distributor of the shipped slice."""
    return load()


@pytest.fixture
def csv_file(tmp_path: Path) -> Any:
    """Writes lines below the header of Online Retail into a file, and gives its path."""

    def write(*lines: str, header: str = "") -> Path:
        header = header or "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
        path = tmp_path / "online_retail.csv"
        path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def an_order() -> Any:
    """Makes an order at 2.00 a unit."""
    return _order


@pytest.fixture
def a_purchase() -> Any:
    """Makes a purchase order; where it is late, the vendor admits all of it when the promised day has come."""
    return _purchase


def _order(
    reference: str, at: datetime, *lines: tuple[str, int], customer: str = "17850", country: str = "GB"
) -> Order:
    found = tuple(OrderLine(item, units, Decimal(2 * units)) for item, units in lines)
    return Order(reference, customer, country, at, found)


def _purchase(
    document: str,
    promised: date,
    arrives: date,
    *lines: tuple[str, int],
    placed: date | None = None,
    site: str = "LON",
) -> Purchase:
    told = ((promised, arrives),) if arrives > promised else ()
    numbered = tuple(PurchaseLine(number, item, units) for number, (item, units) in enumerate(lines, 1))
    return Purchase(
        document, "near1", site, placed or promised - timedelta(days=20), promised, arrives, told, numbered
    )


@pytest.fixture
def small() -> Any:
    """Makes a distributor of a few orders, with the stock and purchase orders that a test wants."""

    def make(
        orders: list[Order], opening: dict[str, int], purchases: tuple[Purchase, ...] = (), protected: int = 0,
        limit: int = 10**6, returns: tuple[Return, ...] = (), corrections: tuple[Correction, ...] = (),
        openings: tuple[Opening, ...] = (), terms_days: int = 30,
    ) -> Distributor:  # fmt: skip
        stock = {(item, "LON"): units for item, units in opening.items()}
        plan = Plan(stock, dict.fromkeys(stock, protected), purchases, dict.fromkeys(opening, 10))
        accounts = {
            order.customer: Account(
                order.customer, order.country, order.customer, terms_days, Decimal(limit), PROMPT
            )
            for order in orders
        }
        found = Trade(tuple(orders), returns, corrections, {item: f"ARTICLE {item}" for item in opening}, 0)
        days = [order.at.date() for order in orders]
        return Distributor(
            "small.csv", Reading(), found, derived(orders), Book(accounts, openings), GENERATED, min(days), max(days),
            {"usual": plan},
        )  # fmt: skip

    return make
