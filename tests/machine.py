"""A machine that trades at random and compares the desk with a clerk's books after every step: laws 1, 2 and 10."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from books import Asked, Books, takes_of
from sayso.errors import Conflict, NotFound
from world import MONDAY, Shop, asking

LIMIT = Decimal(90)
ITEMS = ("a", "b")
CUSTOMERS = ("head", "branch", "solo")
_numbers = itertools.count(1)

items = st.sampled_from(ITEMS)
customers = st.sampled_from(CUSTOMERS)
few = st.integers(1, 9)
money = st.none() | st.integers(0, 30)
later = st.integers(-2, 12)


class Trade(RuleBasedStateMachine):
    """`shop` and `loop` are set on a subclass. Each run has items and customers of its own."""

    shop: Shop
    loop: asyncio.AbstractEventLoop

    holds = Bundle("holds")
    orders = Bundle("orders")
    rows = Bundle("rows")
    slips = Bundle("slips")

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Wait for the desk."""
        return self.loop.run_until_complete(what)

    @initialize()
    def opens(self) -> None:
        """Two items, and a tree of two customers that share a limit."""
        self.tag = f"{next(_numbers)}-"
        self.shop.now = MONDAY
        self.shop.source = f"erp {self.tag}"
        self.books = Books(MONDAY.date())
        self.documents = itertools.count(1)
        self.overridden: set[str] = set()
        for name in ITEMS:
            self.do(self.shop.item(self.tag + name, 20, list_price="2.00"))
            self.books.on_hand[self.tag + name] = Decimal(20)
        head = self.tag + "head"
        self.do(self.shop.customer(head, LIMIT))
        self.do(self.shop.customer(self.tag + "branch", parent=head))
        self.do(self.shop.customer(self.tag + "solo"))
        self.books.account[self.tag + "branch"] = head

    def day(self, days: int) -> date:
        return self.books.today + timedelta(days)

    def document(self, kind: str) -> str:
        return f"{kind}{self.tag}{next(self.documents)}"

    def _written(self, answer: dict[str, Any], customer: str, order: str = "") -> bool:
        """Laws 1 and 2 on an answer that holds; then it is in the books."""
        if not answer["held"]:
            return False
        assert not self.books.oversold(takes_of(answer, self.books.today))
        self.books.write(answer, customer, order)
        account = self.books.account.get(customer, customer)
        if account.endswith("head") and answer["promise"] not in self.overridden:
            assert self.books.exposure(account) <= LIMIT, "the limit is exceeded"
        return True

    @rule(
        target=holds,
        who=customers,
        lines=st.lists(st.tuples(items, few), min_size=1, max_size=3),
        late=st.booleans(),
    )
    def hold(self, who: str, lines: list[tuple[str, int]], late: bool) -> Any:
        customer = self.tag + who
        asked = [(self.tag + item, quantity) for item, quantity in lines]
        answer = self.do(self.shop.hold(customer, *asked, accept_conditional=late))
        return answer["promise"] if self._written(answer, customer) else multiple()

    @rule(target=holds, lines=st.lists(st.tuples(items, few), min_size=1, max_size=2))
    def override(self, lines: list[tuple[str, int]]) -> Any:
        """A person lets the tree go over its limit."""
        customer = self.tag + "head"
        answer = self.do(self.shop.hold(customer, *[(self.tag + item, quantity) for item, quantity in lines]))
        if answer["held"] or answer["credit"]["verdict"] == "approved":
            return answer["promise"] if self._written(answer, customer) else multiple()
        self.overridden.add(answer["promise"])
        return (
            answer["promise"]
            if self._written(self.do(self.shop.override(answer["promise"])), customer)
            else multiple()
        )

    @rule(target=orders, promise=consumes(holds))
    def order(self, promise: str) -> Any:
        """In time it is the hold that becomes the order; late it is decided anew, or not at all."""
        number = self.document("WEB")
        placed = self.do(self.shop.order(number, promise))
        if promise in self.books.promises:
            assert (placed["state"], placed["promise"]) == ("placed", promise)
            self.books.promises[promise].order = number
            self.books.whose[number] = self.books.promises[promise].customer
        elif placed["state"] == "placed":
            self._written(placed["decision"], placed["customer"], number)
        else:
            return multiple()
        return number

    @rule(
        target=orders,
        who=customers,
        lines=st.lists(st.tuples(items, few), min_size=1, max_size=3),
        late=st.booleans(),
    )
    def buy(self, who: str, lines: list[tuple[str, int]], late: bool) -> Any:
        """An order on lines: promised and placed in one step."""
        number, customer = self.document("WEB"), self.tag + who
        asked = asking(
            customer, *[(self.tag + item, quantity) for item, quantity in lines], accept_conditional=late
        )
        placed = self.do(self.shop.order(number, **asked))
        assert (placed["state"] == "placed") == placed["decision"]["held"]
        return number if self._written(placed["decision"], customer, number) else multiple()

    @rule(promise=consumes(holds))
    def release(self, promise: str) -> None:
        released = self.do(self.shop.release(promise))
        assert released["state"] == ("released" if promise in self.books.promises else "expired")
        self.books.promises.pop(promise, None)

    @rule(number=consumes(orders))
    def cancel(self, number: str) -> None:
        self.do(self.shop.cancel(number))
        for name in [name for name, held in self.books.promises.items() if held.order == number]:
            del self.books.promises[name]

    @rule(minutes=st.sampled_from([5, 16, 60 * 24, 60 * 24 * 4]))
    def time_passes(self, minutes: int) -> None:
        """Holds are over after a quarter of an hour; somebody asks, and so it is seen."""
        self.shop.later(minutes=minutes)
        self.books.today = self.shop.now.date()
        for name, held in list(self.books.promises.items()):
            if not held.order and self._expires(name) <= self.shop.now:
                del self.books.promises[name]
        self.do(self.shop.ask(self.tag + "solo", (self.tag + "a", 1)))

    def _expires(self, promise: str) -> Any:
        return self.do(self.shop.pool.fetchval("SELECT expires FROM promises WHERE id = $1", promise))

    @rule(promise=holds, minutes=st.integers(1, 30))
    def renew(self, promise: str, minutes: int) -> None:
        live = promise in self.books.promises
        try:
            self.do(self.shop.renew(promise, f"PT{minutes}M"))
            assert live
        except (Conflict, NotFound):
            assert not live

    @rule(item=items, on_hand=st.integers(0, 60))
    def count(self, item: str, on_hand: int) -> None:
        self.do(self.shop.count(self.tag + item, on_hand))
        self.books.on_hand[self.tag + item] = Decimal(on_hand)
        self.cases_of(item)

    @rule(target=slips, item=items, quantity=few, due=later)
    def inbound(self, item: str, quantity: int, due: int) -> str:
        document = self.document("PO")
        self.slip((document, item, quantity), due)
        return (document, item, quantity)  # type: ignore[return-value]

    @rule(inbound=slips, due=later)
    def slip(self, inbound: tuple[str, str, int], due: int) -> None:
        """The vendor names another day."""
        document, item, quantity = inbound
        row = {
            "document": document,
            "line": "1",
            "item": self.tag + item,
            "site": "LON",
            "quantity": str(quantity),
        }
        self.do(self.shop.told("inbound", {**row, "due": self.day(due).isoformat()}))
        self.books.inbound[document] = (self.tag + item, Decimal(quantity), self.day(due))
        self.cases_of(item)

    @rule(target=rows, item=items, quantity=few, due=later, who=customers)
    def stranger(self, item: str, quantity: int, due: int, who: str) -> str:
        """Somebody orders through another channel."""
        document = self.document("SO")
        self._report(
            document, "", self.tag + item, Decimal(quantity), self.day(due), Decimal(quantity), self.tag + who
        )
        self.cases_of(item)
        return document

    @rule(
        target=rows,
        number=orders,
        pick=st.integers(0, 1),
        quantity=st.none() | few,
        due=st.none() | later,
        amount=money,
    )
    def reported(
        self, number: str, pick: int, quantity: int | None, due: int | None, amount: int | None
    ) -> Any:
        """The ERP tells of an order of ours: as it was promised, or as it knows better."""
        held = next((one for one in self.books.promises.values() if one.order == number and one.money), None)
        if held is None:
            return multiple()
        name = sorted(held.money)[pick % len(held.money)]
        promised = sum((one.quantity for one in held.takes if one.item == name), Decimal(0))
        told = promised if quantity is None else Decimal(quantity)
        when, money = None if due is None else self.day(due), None if amount is None else Decimal(amount)
        document = self.document("SO")
        self._report(document, number, name, told, when, money)
        self.cases_of(name.removeprefix(self.tag))
        return document

    @rule(target=rows, number=orders, told=st.booleans())
    def reported_whole(self, number: str, told: bool) -> Any:
        """The ERP tells of all of an order, as it was promised, with or without its amounts."""
        held = next((one for one in self.books.promises.values() if one.order == number and one.money), None)
        documents = []
        for name, worth in list(held.money.items()) if held else []:
            takes = [one for one in held.takes if one.item == name] if held else []
            promised = sum((one.quantity for one in takes), Decimal(0))
            documents.append(self.document("SO"))
            self._report(documents[-1], number, name, promised, takes[0].day, worth if told else None)
            self.cases_of(name.removeprefix(self.tag))
        return multiple(*documents)

    @rule(document=rows)
    def reported_again(self, document: str) -> None:
        """The same row once more, without its amount."""
        row = self.books.demand.get(document)
        if row is not None and row.order:
            self._report(document, row.order, row.item, row.quantity, row.due, None)

    @rule(document=consumes(rows), counted=st.booleans())
    def shipped(self, document: str, counted: bool) -> None:
        """It has left: the row goes, the stock falls (here or at the next count), an invoice comes."""
        worth = self.books.worth(document)
        row = self.books.demand.pop(document)
        self.do(self.shop.told("demand", {"document": document, "line": "1", "deleted": True}))
        if counted:
            left = max(self.books.on_hand[row.item] - row.quantity, Decimal(0))
            self.do(self.shop.count(row.item, left))
            self.books.on_hand[row.item] = left
        invoice = {"document": document, "customer": row.customer, "open": str(worth), "due": "2027-01-01"}
        self.do(self.shop.told("receivables", invoice))
        self.books.receivables[document] = (row.customer, worth)
        self.cases_of(row.item.removeprefix(self.tag))

    @rule(who=customers, open_=st.integers(0, 50))
    def invoiced(self, who: str, open_: int) -> None:
        document, customer = f"I{self.tag}{who}", self.tag + who
        row = {"document": document, "customer": customer, "open": str(open_), "due": "2027-01-01"}
        self.do(self.shop.told("receivables", row))
        self.books.receivables[document] = (customer, Decimal(open_))

    def _report(
        self,
        document: str,
        order: str,
        item: str,
        quantity: Decimal,
        due: date | None,
        amount: Decimal | None,
        who: str = "",
    ) -> None:
        row = {"document": document, "line": "1", "order": order, "item": item, "site": "LON", "quantity": str(quantity),
               "due": due.isoformat() if due else "", "amount": "" if amount is None else str(amount), "customer": who,
               "currency": "GBP"}  # fmt: skip
        self.do(self.shop.told("demand", row))
        if order:
            self.books.report(order, item, document, quantity, due, amount)
        else:
            self.books.demand[document] = Asked(item, quantity, due, who, amount)

    def cases_of(self, item: str) -> None:
        """A promise that the facts no longer bear is a case at once, and none when they bear it again."""
        name = self.tag + item
        open_ = {case["promise"] for case in self.do(self.shop.cases()) if case["item"] == name}
        assert bool(open_) == self.books.at_risk(name), (open_, self.books)

    @invariant()
    def agrees(self) -> None:
        """What the desk shows is what the clerk adds up, and the ledger is clean."""
        if not hasattr(self, "books"):
            return
        for name in ITEMS:
            shown = self.do(self.shop.sellable(self.tag + name))
            assert shown == self.books.sellable(self.tag + name), (name, shown, self.books)
        for account in ("head", "solo"):
            found = self.do(self.shop.exposure(self.tag + account))
            assert found == self.books.exposure(self.tag + account), (account, found, self.books)
        self.do(self.shop.audit())
