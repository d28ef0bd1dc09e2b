"""Whether Sayso agrees with itself: nothing that was acknowledged is lost, states are the fold of what was told, the books
balance, and what promises are decided from says the same."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from following.difference import Difference
from sayso.cash.fold import fold, state_bytes, state_digest
from sayso.cash.receivables import Receivables, receivables
from sayso.cash.shapes import Fact
from sayso.desk import ledger
from sayso.desk.cash.telling import fact_of
from sayso.store import following
from sayso.store.following import Known

ZERO = Decimal(0)
_MONEY = [
    "invoice.issued", "credit_memo.issued", "payment.received", "payment.applied", "payment.reversed",
    "dispute.opened", "dispute.closed",
]  # fmt: skip
_UNSEEN = """
SELECT number::text AS what, id FROM inbox i WHERE state = 'quarantined' AND NOT EXISTS (
    SELECT FROM cases c WHERE c.state = 'open' AND c.kind = 'message_quarantined' AND c.key = 'message ' || i.number)
UNION ALL
SELECT effect, key FROM outbox o WHERE state IN ('refused', 'failed') AND NOT EXISTS (
    SELECT FROM cases c WHERE c.state = 'open' AND c.kind IN ('effect_refused', 'effect_failed') AND c.key = o.effect)"""
_OWED = """
SELECT customer, sum(debit - credit) AS net FROM postings WHERE account IN ('receivable', 'deductions') GROUP BY customer"""
_TOLD = """
SELECT '' AS key, number, family, document, revision, digest, type, subject, occurred, source, data FROM documents
WHERE family = ANY ($1)"""
_RECEIVABLES = """
SELECT i.invoice AS document, i.open, r.open AS fact FROM open_items i
LEFT JOIN receivables r ON r.document = i.invoice AND NOT r.deleted WHERE i.open IS DISTINCT FROM r.open
UNION ALL
SELECT p.payment, -p.unapplied, r.open FROM payments p LEFT JOIN receivables r ON r.document = p.payment
WHERE p.customer <> '' AND p.amount <> 0 AND -p.unapplied IS DISTINCT FROM r.open"""
_DEMAND = """
SELECT "order", line, quantity, amount, amount_shipped_not_invoiced FROM demand WHERE NOT deleted AND fed_by = 'events'"""


async def differences(pool: Any, acknowledged: Mapping[int, Iterable[bytes]]) -> AsyncIterator[Difference]:
    """All of them."""
    for one in await _inbox(pool, acknowledged):
        yield one
    for check in (_resting, _states, _books, _facts, _ledger):
        for one in await check(pool):
            yield one


async def _inbox(pool: Any, acknowledged: Mapping[int, Iterable[bytes]]) -> list[Difference]:
    """What was acknowledged is there, byte for byte: as the message, or beside it as what came under its id."""
    known: dict[int, set[bytes]] = defaultdict(set)
    for row in await pool.fetch(
        "SELECT number, body FROM inbox UNION ALL SELECT message, body FROM inbox_conflicts"
    ):
        known[row["number"]].add(row["body"])
    found = []
    for number, bodies in acknowledged.items():
        lost = [body for body in bodies if body not in known[number]]
        found += [
            Difference("lost", (str(number),), f"it was acknowledged and is not there: {body[:80]!r}")
            for body in lost
        ]
    twice = await pool.fetch("SELECT source, id FROM inbox GROUP BY source, id HAVING count(*) > 1")
    return found + [Difference("twice", (row["id"],), f"a message of {row['source']}") for row in twice]


async def _resting(pool: Any) -> list[Difference]:
    """Nothing is left to do: what waits stands behind something that is held back or was given up."""
    waits = await pool.fetch(
        "SELECT number, id, key, state FROM inbox i WHERE state IN ('waiting', 'behind') AND NOT EXISTS "
        "(SELECT FROM inbox q WHERE q.key = i.key AND q.key <> '' AND q.state = 'quarantined' AND q.number < i.number)"
    )
    found = [
        Difference("waits", (row["key"], row["id"]), f"message {row['number']} is {row['state']}")
        for row in waits
    ]
    asks = await pool.fetch(
        "SELECT effect, key, state, problem FROM outbox o WHERE state IN ('waiting', 'sending', 'unclear') AND NOT EXISTS "
        "(SELECT FROM outbox f WHERE f.key = o.key AND f.system = o.system AND f.state = 'failed' AND f.number < o.number)"
    )
    found += [
        Difference(
            "waits", (row["key"], row["effect"]), f"{row['effect']} is {row['state']}: {row['problem']}"
        )
        for row in asks
    ]
    # What is held back or given up, a person can see.
    unseen = await pool.fetch(_UNSEEN)
    return found + [
        Difference("unseen", (row["id"], row["what"]), "it stands still, and no case says so")
        for row in unseen
    ]


async def _states(pool: Any) -> list[Difference]:
    """Each state is the fold of what was told about its order, whatever the order of it."""
    kept = {
        row["order"]: row["digest"] for row in await pool.fetch('SELECT "order", digest FROM transactions')
    }
    told: dict[str, list[Fact]] = defaultdict(list)
    for row in await following.known(pool, [f"order {order}" for order in kept]):
        told[row.key.removeprefix("order ")].append(fact_of(row))
    found = []
    for order, digest in sorted(kept.items()):
        facts, chance = told[order], random.Random(order)
        again = set()
        for _ in range(3):
            again.add(
                state_digest(state_bytes(fold(order, [*facts, *chance.sample(facts, len(facts) // 2)])))
            )
            chance.shuffle(facts)
        if again != {digest}:
            found.append(
                Difference(
                    "fold", (order,), f"kept {digest[:16]}, folded again {sorted(one[:16] for one in again)}"
                )
            )
    return found


async def _books(pool: Any) -> list[Difference]:
    """Each entry balances; what is owed by the books is what the documents leave open; so do the open items."""
    uneven = await pool.fetch(
        "SELECT entry FROM postings GROUP BY entry, currency HAVING sum(debit) <> sum(credit)"
    )
    found = [Difference("postings", (row["entry"],), "it does not balance") for row in uneven]
    books = await _receivables(pool)
    owed: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for balance in books.balances:
        owed[balance.customer] += balance.open - balance.over
    rows = await pool.fetch(_OWED)
    posted = {row["customer"]: row["net"] for row in rows}
    for customer in sorted({*owed, *posted}):
        if owed.get(customer, ZERO) != posted.get(customer, ZERO):
            says = f"{owed.get(customer, ZERO)} is open, {posted.get(customer, ZERO)} is posted"
            found.append(Difference("postings", (customer,), says))
    left = await pool.fetch(
        "SELECT customer, sum(credit - debit) AS net FROM postings WHERE account = 'unapplied' GROUP BY customer"
    )
    kept: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for payment in books.payments:
        if payment.received is not None:
            kept[payment.customer] += payment.unapplied
    for customer in sorted({*kept, *(row["customer"] for row in left)}):
        net = sum((row["net"] for row in left if row["customer"] == customer), ZERO)
        if net != kept[customer]:
            found.append(Difference("postings", (customer,), f"{kept[customer]} unapplied, {net} posted"))
    items = {row["invoice"]: row["open"] for row in await pool.fetch("SELECT invoice, open FROM open_items")}
    for balance in books.balances:
        if (
            balance.issued is not None
            and balance.total >= 0
            and items.get(balance.document) != balance.open - balance.over
        ):
            says = f"{balance.open - balance.over} open by the documents, {items.get(balance.document)} kept"
            found.append(Difference("open_item", (balance.document,), says))
    payments = {
        row["payment"]: row["unapplied"]
        for row in await pool.fetch("SELECT payment, unapplied FROM payments")
    }
    for payment in books.payments:
        if payments.get(payment.payment) != payment.unapplied:
            says = f"{payment.unapplied} unapplied by the documents, {payments.get(payment.payment)} kept"
            found.append(Difference("payment_kept", (payment.payment,), says))
    return found


async def _receivables(pool: Any) -> Receivables:
    rows = await pool.fetch(_TOLD, _MONEY)
    return receivables([fact_of(Known(*row)) for row in rows])


async def _facts(pool: Any) -> list[Difference]:
    """What promises are decided from says of receivables and of orders what the states say."""
    rows = await pool.fetch(_RECEIVABLES)
    found = [
        Difference("exposure", (row["document"],), f"{row['open']} open, the fact says {row['fact']}")
        for row in rows
    ]
    demand = defaultdict(dict)
    for row in await pool.fetch(_DEMAND):
        demand[row["order"]].setdefault(row["line"], []).append(row)
    for row in await pool.fetch('SELECT "order", state FROM transactions'):
        state = msgspec.json.decode(row["state"])
        for line in state.get("lines", ()):
            rows = demand[row["order"]].get(str(line["line"]), [])
            open_ = Decimal(line.get("open", 0))
            wants = sum((one["quantity"] or ZERO for one in rows), ZERO)
            if rows and line.get("site") and wants != open_:
                found.append(
                    Difference(
                        "exposure",
                        (row["order"],),
                        f"line {line['line']}: {open_} open, the fact says {wants}",
                    )
                )
            if not open_ and not Decimal(line.get("to_invoice", 0)):
                owed = sum(
                    ((one["amount"] or ZERO) + (one["amount_shipped_not_invoiced"] or ZERO) for one in rows),
                    ZERO,
                )
                if owed:
                    found.append(
                        Difference(
                            "exposure", (row["order"],), f"line {line['line']} is over, and counts {owed}"
                        )
                    )
    return found


async def _ledger(pool: Any) -> list[Difference]:
    """The reservation ledger says what its reservations say, and none stands for an order that is over."""
    found = await ledger.audit(pool)
    drift = [Difference("ledger", tuple(one.values()), "drift") for one in (*found.drift, *found.strays)]
    rows = await pool.fetch(
        'SELECT t."order", t.stage, r.item, r.quantity FROM transactions t JOIN orders o ON o."order" = t."order" '
        "JOIN reservations r ON r.promise = o.promise WHERE t.operational OR t.stage IN ('rejected', 'cancelled')"
    )
    return drift + [
        Difference(
            "reserved",
            (row["order"],),
            f"{row['stage']}, and {row['quantity']} of {row['item']} are reserved",
        )
        for row in rows
    ]
