"""A storefront that asks the ERP before it says anything, in worlds by chance: an audit has nothing to say about it.

It asks the judgement itself, on books that it keeps itself; nothing of the audit is used but the shapes.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from audit.worlds import NOW, Told, line, on
from sayso.audit.shapes import ShopLine
from sayso.promise.asking import Line, Question, Request, ShipTo
from sayso.promise.decision import Decision, decide
from sayso.promise.gather import Books
from sayso.promise.policy import Policy

D = Decimal
ITEMS, BUYERS, SITES = ("A", "B", "K"), ("C", "E", "F"), ("LON", "YRK")
PATIENCE = 14


class World:
    """Facts that come one after another, told to the exports and kept in the storefront's own books."""

    def __init__(self, seed: int, policy: Policy) -> None:
        self.chance, self.policy = Random(seed), policy
        self.told, self.books = Told(), Books()
        self._orders = 0
        self._opening()

    def fact(self, kind: str, /, at: datetime | None = None, deleted: bool = False, **values: Any) -> None:
        """A row, at this moment."""
        self.told.fact(kind, at, deleted, **values)
        row = self.told._facts[-1]
        self.books.delete(kind, row.values) if deleted else self.books.put(kind, row.values)

    def ask(self, who: str, country: str, lines: list[Line], now: datetime) -> Decision:
        """What the ERP says now."""
        asked = tuple(
            Line(one.item, one.quantity, place, one.uom, one.variant, need_by=one.need_by)
            for place, one in enumerate(lines, 1)
        )
        request = Request(who, ShipTo(country), asked)
        return decide(Question("faithful", request, now), self.books.facts(request, self.policy))

    def price(self, at: datetime | None = None, **values: Any) -> None:
        """A price line for everybody."""
        row = {
            "line_type": "price", "source_type": "all", "source": "", "target_type": "item", "uom": "", "currency": "",
            "variant": "", "min_quantity": 0, "starts": None,
        }  # fmt: skip
        self.fact("prices", at, **{**row, **values})

    def _opening(self) -> None:
        pick = self.chance
        for site in SITES:
            self.fact(
                "sites",
                site=site,
                country="GB",
                cutoff=pick.choice(["", "12:00"]),
                handling_days=pick.choice([0, 1]),
            )
            for country in ("GB", "FR")[: pick.choice([1, 2])]:
                days = pick.choice([0, 1, 3])
                self.fact("lanes", site=site, country=country, region="", transit_days=days)
        for buyer in BUYERS:
            limit = pick.choice([0, 150, 4000])
            parent = "C" if buyer != "C" and pick.random() < 0.5 else ""
            hold = pick.choice(["", "", "", "", "ship"])
            self.fact(
                "customers",
                customer=buyer,
                country="GB",
                currency="GBP",
                credit_limit=limit,
                parent=parent,
                hold=hold,
            )
        for item in ITEMS:
            pack, least = pick.choice([None, None, 2]), pick.choice([None, None, 3])
            status = pick.choice(["active", "active", "active", "blocked"])
            self.fact(
                "items", item=item, uom="EA", list_price=pick.randrange(2, 12), currency="GBP", status=status, pack=pack,
                minimum=least, stocked=pick.random() > 0.1, lead_days=pick.choice([None, 9]),
            )  # fmt: skip
            self.fact("units", item=item, uom="CS", factor=pick.choice([6, 12]))
            if pick.random() < 0.6:
                self.price(target=item, price=pick.randrange(1, 9), min_quantity=pick.choice([0, 5, 12]))
            for site in SITES:
                self._count(item, site)
        # Prices that are told later were not there before only where some were told from the beginning.
        self.price(target=ITEMS[0], price=9, min_quantity=999)
        if pick.random() < 0.4:
            effect = pick.choice(["forbid", "require_licence", "hold"])
            self.fact(
                "rules",
                rule="R",
                effect=effect,
                licence="L",
                item=pick.choice(ITEMS),
                country=pick.choice(["", "FR"]),
            )

    def _count(self, item: str, site: str, at: datetime | None = None) -> None:
        pick = self.chance
        held = pick.choice([0, 4, 15, 40])
        safety = pick.choice([0, 0, 2])
        self.fact(
            "stock",
            at,
            item=item,
            site=site,
            on_hand=held,
            reserved=pick.choice([0, 0, 3]),
            safety_stock=safety,
        )

    def happens(self, at: datetime) -> None:
        """Something becomes otherwise."""
        pick, item, site = self.chance, self.chance.choice(ITEMS), self.chance.choice(SITES)
        number = pick.randrange(4)
        kind = pick.choice(["stock", "inbound", "demand", "receivables", "prices", "gone"])
        if kind == "stock":
            self._count(item, site, at)
        elif kind == "inbound":
            day = at.date() + timedelta(days=pick.randrange(-1, 20))
            self.fact(
                "inbound", at, document=f"P{number}", line="1", item=item, site=site, due=day,
                quantity=pick.randrange(1, 30),
            )  # fmt: skip
        elif kind == "demand":
            day = at.date() + timedelta(days=pick.randrange(-1, 20))
            self.fact(
                "demand", at, document=f"S{number}", line="1", item=item, site=site, due=day, customer=pick.choice(BUYERS),
                quantity=pick.randrange(1, 12), amount=pick.randrange(60), currency="GBP",
                kind=pick.choice(["order", "order", "allocation"]),
            )  # fmt: skip
        elif kind == "receivables":
            day = at.date() + timedelta(days=pick.choice([-9, 5, 30, 30]))
            self.fact(
                "receivables", at, document=f"I{number}", customer=pick.choice(BUYERS), open=pick.randrange(80), due=day,
                currency="GBP",
            )  # fmt: skip
        elif kind == "prices":
            self.price(
                at, target=item, price=pick.randrange(1, 9), ends=on(pick.randrange(9)), min_quantity=2
            )
        else:
            self.fact("demand", at, deleted=True, document=f"S{number}", line="1")

    def cart(self, at: datetime) -> None:
        """A buyer fills a cart; the storefront takes what the ERP would keep, and turns away the rest, line by line."""
        pick = self.chance
        who, country = pick.choice(BUYERS), pick.choice(["GB", "GB", "FR"])
        good: list[Line] = []
        for _ in range(pick.choice([1, 1, 2, 3])):
            wanted = Line(
                pick.choice(ITEMS), D(pick.choice([1, 2, 4, 6, 12])), uom=pick.choice(["", "", "CS"])
            )
            tried = self._kept(who, country, [*good, wanted], at)
            if tried is not None:
                good = tried
            elif self._never(who, country, wanted, at):
                missing = line(
                    wanted.quantity,
                    wanted.item,
                    uom=wanted.uom,
                    answer="no",
                    reason=pick.choice(["", "sold out"]),
                )
                self._placed([missing], who, country, at)
        if good:
            self._placed(self._shown(who, country, good, at), who, country, at)

    def _kept(self, who: str, country: str, lines: list[Line], at: datetime) -> list[Line] | None:
        """The lines, the last with the day it is promised for where it is not in stock; None where one is not kept."""
        said = self.ask(who, country, lines, at).answer
        if said.verdict != "firm":
            return None
        last = said.lines[-1]
        if any(part.state != "in_stock" for part in last.parts) and lines[-1].need_by is None:
            by = max(date.fromisoformat(part.deliver_by or "") for part in last.parts)
            dated = Line(lines[-1].item, lines[-1].quantity, uom=lines[-1].uom, need_by=by)
            return self._kept(who, country, [*lines[:-1], dated], at)
        at_once = all(
            one.need_by is not None or all(part.state == "in_stock" for part in told.parts)
            for one, told in zip(lines, said.lines, strict=True)
        )
        return lines if at_once else None

    def _never(self, who: str, country: str, wanted: Line, at: datetime) -> bool:
        """Whether it cannot be had within the buyer's patience either, though he asks for nothing else."""
        by = at.date() + timedelta(days=PATIENCE)
        patient = Line(wanted.item, wanted.quantity, uom=wanted.uom, need_by=by)
        return self.ask(who, country, [patient], at).answer.verdict != "firm"

    def _shown(self, who: str, country: str, lines: list[Line], at: datetime) -> list[ShopLine]:
        said = self.ask(who, country, lines, at).answer
        shown = []
        for number, (one, told) in enumerate(zip(lines, said.lines, strict=True), 1):
            assert told.price is not None
            paid = (
                {"amount": told.price.amount}
                if number % 2 or told.price.discount_percent
                else {"unit_price": told.price.unit}
            )
            shown.append(line(one.quantity, one.item, number, uom=one.uom, shown_date=one.need_by, **paid))
        return shown

    def _placed(self, lines: list[ShopLine], who: str, country: str, at: datetime) -> None:
        self._orders += 1
        self.told.order(*lines, at=at, customer=who, country=country, order=f"W{self._orders:03}")


def faithful(seed: int, policy: Policy) -> Told:
    """Exports of a storefront that says what the ERP says."""
    return grown(seed, policy).told


def grown(seed: int, policy: Policy, carts: int = 12) -> World:
    """A world in which some days have passed."""
    world = World(seed, policy)
    at = NOW
    for _ in range(carts):
        at += timedelta(minutes=world.chance.choice([7, 200, 1500]))
        for _ in range(world.chance.randrange(3)):
            world.happens(at)
        world.cart(at + timedelta(seconds=1))
    return world
