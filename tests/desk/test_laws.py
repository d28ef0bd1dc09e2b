"""Laws 1, 2 and 10 under random trade, against books kept by hand; each seen to fail on a planted fault."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from machine import Trade
from sayso.desk import handover
from sayso.desk.batch import Batch
from sayso.promise import credit
from sayso.store import handover as rows
from world import shop_on

RUNS = settings(
    max_examples=30, stateful_step_count=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate], report_multiple_bugs=False,
)  # fmt: skip


@pytest.fixture
def trade(database: str) -> Iterator[type[Trade]]:
    """The machine, over a desk in a loop of its own."""
    loop = asyncio.new_event_loop()
    opened = shop_on(database)
    shop = loop.run_until_complete(opened.__aenter__())
    loop.run_until_complete(shop.opens())
    yield type("Trading", (Trade,), {"shop": shop, "loop": loop})
    loop.run_until_complete(opened.__aexit__(None, None, None))
    loop.close()


def test_random_trade_keeps_the_laws(trade: type[Trade]) -> None:
    run_state_machine_as_test(trade, settings=RUNS)


async def _nothing(*what: Any, **more: Any) -> None:
    """Instead of a step."""


def _some_takes_are_lost(patch: pytest.MonkeyPatch) -> None:
    true = Batch.take
    patch.setattr(Batch, "take", lambda batch, takes: true(batch, [one for one in takes if one.quantity % 3]))


def _nothing_is_given_back(patch: pytest.MonkeyPatch) -> None:
    true = Batch.end
    patch.setattr(Batch, "end", lambda batch, promise, held, *how: true(batch, promise, {}, *how))


def _nothing_is_reserved(patch: pytest.MonkeyPatch) -> None:
    true = Batch.keep
    patch.setattr(
        Batch, "keep", lambda batch, asked, found, *more: true(batch, asked, found._replace(takes=()), *more)
    )


def _an_order_is_nobodys_demand(patch: pytest.MonkeyPatch) -> None:
    true = Batch.change

    def change(batch: Batch, settled: Any) -> None:
        true(batch, settled)
        if settled.state == "ordered":
            batch.writes.released.append(settled.id)

    patch.setattr(Batch, "change", change)


#: What is broken, and how.
FAULTS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "law 1: some takes are lost": _some_takes_are_lost,
    "law 1: nothing is reserved": _nothing_is_reserved,
    "law 1: nothing is given back": _nothing_is_given_back,
    "law 1: nobody looks what a count breaks": lambda patch: patch.setattr(
        handover, "_find_broken", _nothing
    ),
    "law 1: what is mended stays a case": lambda patch: patch.setattr(rows, "close_cases", _nothing),
    "law 2: promises owe nothing": lambda patch: patch.setattr(Batch, "owe", lambda *what: None),
    "law 2: nobody has a limit": lambda patch: patch.setattr(credit.Account, "limit", None),
    "law 10: own demand stays beside the ERP's": lambda patch: patch.setattr(
        handover, "_replace_own_demand", _nothing
    ),
    "law 10: an order is nobody's demand": _an_order_is_nobodys_demand,
    "law 10: money that is not told is lost": lambda patch: patch.setattr(rows, "carry", _nothing),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_breaks_the_law(
    trade: type[Trade], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    FAULTS[fault](monkeypatch)
    # A ledger that drifted stays so: the second run of what failed then fails earlier, which hypothesis calls flaky.
    with pytest.raises((AssertionError, Flaky)):
        run_state_machine_as_test(trade, settings=RUNS)
