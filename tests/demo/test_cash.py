"""The act "to cash" against the real Sayso in this process: a few real orders of a day, to the last payment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from sayso import wiring
from sayso.api import serve
from sayso.cli.demo_cash import follow_file
from sayso.demo.cash import Act, Doors, following
from sayso.demo.cash_books import Comparing
from sayso.demo.cash_clerks import _named_back, _substitute
from sayso.demo.cash_company import related
from sayso.demo.cash_figures import Cash
from sayso.demo.cash_report import shown
from sayso.demo.cash_served import listening
from sayso.demo.cash_talk import Case
from sayso.demo.distributor import Distributor
from sayso.desk import keys

ORDERS = 16


@asynccontextmanager
async def act_on(database: str, folder: Path, distributor: Distributor) -> AsyncIterator[Act]:
    """The act before it runs, at a Sayso in this process with two weeks after the last order."""
    with listening() as systems:
        found = wiring.settings(
            home=str(folder), database_url=database, clock="simulated", access_log=False,
            follow=str(follow_file(folder, systems)),
        )  # fmt: skip
        async with wiring.assembled(found, database) as app:
            secret = await keys.create(app.pool, "demo", ("admin",), (), wiring.Clock().now())
            transport = httpx.ASGITransport(serve._config(app).app)  # type: ignore[arg-type]
            doors = Doors("http://sayso.invalid", secret, systems, transport)
            async with following(doors, distributor, days=1, days_after=75) as act:
                yield act


@pytest.fixture
def few(distributor: Distributor) -> Distributor:
    """The first orders of the slice alone, on the first day."""
    some = replace(distributor.trade, orders=distributor.trade.orders[:ORDERS])
    return replace(distributor, trade=some, _plans={})


async def test_a_dozen_real_orders_become_cash(database: str, tmp_path: Path, few: Distributor) -> None:
    async with act_on(database, tmp_path, few) as act:
        cash = await act.run()
        _adds_up(cash)
        assert cash.agreement.unexplained == 0, cash.agreement.differences
        assert cash.renamed is not None
        assert cash.renamed.held > 0
        assert "qty is missing" in cash.renamed.problem
        assert (cash.renamed.invoiced > 0, cash.renamed.invoiced_twice) == (True, 0)
        assert cash.messages.left == 0
        out = StringIO()
        Console(file=out, width=100).print(shown(cash))
        assert "A field is renamed in mid-flight" in out.getvalue()
        assert "0 differences that no open case explains" in out.getvalue()
        await _a_book_that_is_wrong_is_found_out(act)


def _adds_up(cash: Cash) -> None:
    assert cash.asked == ORDERS
    assert sum(one.many for one in cash.outcomes.values()) == cash.placed > ORDERS // 4
    assert cash.outcomes["closed"].many > cash.placed // 2
    assert sum(cash.promises.values()) <= cash.placed
    assert cash.invoices.right <= cash.invoices.issued
    assert cash.ship_to_invoice.counted == cash.invoices.issued
    assert cash.cash.received == cash.cash.applied + cash.cash.unapplied
    for kind in cash.cases.values():
        assert kind.opened == kind.by_facts + kind.by_people + kind.open


async def _a_book_that_is_wrong_is_found_out(act: Act) -> None:
    """One unit more left than Sayso knows of, of an order without a case."""
    orders = [one async for one in act.talk.transactions(act.now)]
    cases = await act.talk.cases(act.now)
    told = {case.order for case in cases}
    order = next(one for one in orders if one.order not in told)
    act.behind.company.wms.shipped[order.order, 1] += 1
    found = Comparing(act.behind.company, act.distributor.book, orders, cases).agreement()
    assert found.unexplained == 1
    assert (found.differences[0].what, found.differences[0].about) == ("shipped", f"{order.order} line 1")


def test_a_name_is_put_back_wherever_it_stands() -> None:
    assert _named_back('{"lines":[{"sku":"A","quantity":"2"}]}') == '{"lines":[{"sku":"A","qty":"2"}]}'


@pytest.mark.parametrize(("item", "does"), [("84029G", "approve_substitution"), ("84030E", None)])
def test_only_the_same_article_is_taken_in_an_items_place(item: str, does: str | None) -> None:
    assert related("84029E", item) == (does is not None)
    answer = _substitute(a_case(item=item, facts={"ordered": "84029E"}))
    assert (answer or {}).get("action") == does


def a_case(**more: object) -> Case:
    """An open case."""
    given: dict[str, object] = dict.fromkeys(
        ("case", "kind", "title", "owner", "document", "next_step", "closed_by"), ""
    ) | dict.fromkeys(("due", "closed", "order", "customer", "item", "currency"), None)
    return Case(**{
        **given, "state": "open", "opened": None, "line": 1, "amount": Decimal(5), "facts": {}, "remedies": (), **more,
    })  # type: ignore[arg-type]  # fmt: skip
