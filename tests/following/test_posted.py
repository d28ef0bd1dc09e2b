"""The books say what the documents say, in whatever order these came."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from followed import Trade, trade_on
from following import within
from sayso.canon.times import moment

LINE = {"orderRef": "WEB-1", "orderLine": 1, "itemNo": "lamp", "quantity": "4", "netAmount": "40.00", "taxAmount": "0.00",
        "unitPrice": "10.00"}  # fmt: skip
HEAD = {"invoiceNo": "I-1", "accountNo": "ada", "currency": "GBP", "issuedOn": "2026-03-02"}


async def says(trade: Trade, kind: str, **more: Any) -> None:
    """Receivables say something of an invoice."""
    await trade.says("ar", message=kind, messageId=kind, at=moment(trade.now), **HEAD, **more)


async def invoiced(trade: Trade) -> None:
    await says(trade, "INVOICED", dueOn="2026-04-01", lines=[LINE], charges=[], grossTotal="40.00")


async def credited(trade: Trade) -> None:
    await says(trade, "CREDITED", creditNo="C-1", lines=[], charges=[], grossTotal="5.00", reason="dispute")


async def written_off(trade: Trade) -> None:
    line = {"invoiceNo": "I-1", "amount": "0.00", "writeOff": "3.00"}
    told = {"applicationNo": "A-1", "accountNo": "ada", "currency": "GBP", "applications": [line]}
    await trade.says("ar", message="APPLIED", messageId="APPLIED", at=moment(trade.now), **told)


@pytest.mark.parametrize("told", list(permutations((invoiced, credited, written_off))))
async def test_a_credit_memo_may_come_before_its_invoice(database: str, told: Any) -> None:
    async with trade_on(database, {("lamp", "LON"): 10}, asked=()) as trade:
        await trade.order("WEB-1", "ada", ("lamp", 4))
        for one in told:
            await one(trade)
        assert await trade.pool.fetchval("SELECT open FROM open_items") == 32
        posted = "SELECT sum(debit - credit) FROM postings WHERE account = 'receivable'"
        assert await trade.pool.fetchval(posted) == Decimal(32)
        assert [one async for one in within.differences(trade.pool, {})] == []
