"""Whether the systems' own books and Sayso's agree, and Sayso with itself. Only reads.

What an open case of the same order or document can account for is set apart and counted; nothing else is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from following import within
from following.difference import Difference
from sayso.cash.fold import read_state
from sayso.cash.shapes import State
from sayso.systems.simulated import truth
from sayso.systems.simulated.books import ZERO
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.faults import Played

#: Messages that did not come through, or of which two bodies are known: what they tell may be missing here.
_UNTOLD = frozenset({"message_quarantined", "message_conflict", "revision_conflict", "order_unknown"})
#: What was asked for and not done: what was decided here may be missing there.
_UNDONE = frozenset({"effect_refused", "effect_failed", "effect_unclear"})
#: Which open cases account for which difference. What is not named here nothing accounts for.
ACCOUNTED: Mapping[str, frozenset[str]] = {
    "accepted": _UNTOLD | _UNDONE | {"acceptance_missing"},
    "cancelled": _UNTOLD | _UNDONE,
    "shipped": _UNTOLD | {"unknown_line"},
    "returned": _UNTOLD | {"unknown_line"},
    "invoiced": _UNTOLD | _UNDONE,
    "invoiced_beyond": _UNTOLD | {"invoiced_over", "invoice_quantity_differs", "shipped_over"},
    "credited": _UNTOLD | _UNDONE,
    "invoice": _UNTOLD,
    "open": _UNTOLD | _UNDONE,
    "payment": _UNTOLD,
    "effect": _UNDONE,
}

_MESSAGE = re.compile(r"[A-Z]+-[A-Z]+-(.+?)-[0-9]{1,2}(?:-[0-9]{1,2})?")
_MISTOLD = ("wrong_quantity", "another_body")


class Compared(NamedTuple):
    """`differences` that nothing accounts for; how many an open case does, by what differs and the case's kind."""

    differences: list[Difference]
    explained: Counter[str]


async def disagreements(
    pool: Any, company: Company, acknowledged: Mapping[int, Iterable[bytes]] | None = None
) -> list[Difference]:
    """Everything on which the systems' books and Sayso's do not agree, and that no open case accounts for.

    `acknowledged`: the bodies that were acknowledged under each number of a message.
    """
    return (await compared(pool, company, acknowledged)).differences


async def compared(
    pool: Any, company: Company, acknowledged: Mapping[int, Iterable[bytes]] | None = None
) -> Compared:
    """The same, with what was set apart."""
    found = [one async for one in within.differences(pool, acknowledged or {})]
    states = {
        row["order"]: read_state(row["state"])
        for row in await pool.fetch('SELECT "order", state FROM transactions')
    }
    found += _orders(company, states, await _placed(pool))
    found += _lines(company, states)
    found += await _money(pool, company)
    found += await _effects(pool, company)
    cases, played = await _cases(pool), truth.played(company)
    left, explained = [], Counter[str]()
    for one in found:
        kinds = set().union(*(cases.get(name, ()) for name in one.about)) & ACCOUNTED.get(
            one.what, frozenset()
        )
        if kinds and (one.what != "invoiced_beyond" or _told_wrong(played, one.about)):
            explained[f"{one.what}: {min(kinds)}"] += 1
        else:
            left.append(one)
    return Compared(left, explained)


def _told_wrong(played: Mapping[str, list[Played]], orders: Iterable[str]) -> bool:
    """Whether a warehouse told of more than left, so that more was invoiced in good faith."""
    return any(one.fault in _MISTOLD for order in orders for one in played.get(order, ()))


async def _placed(pool: Any) -> set[str]:
    return {row[0] for row in await pool.fetch("SELECT \"order\" FROM orders WHERE state <> 'refused'")}


def _orders(company: Company, states: Mapping[str, State], placed: set[str]) -> Iterable[Difference]:
    """Every order that was placed is known here and there, once, and stands there as it is believed to."""
    theirs = company.erp.orders
    for order in sorted(placed - states.keys()):
        yield Difference("lost", (order,), "it was placed, and nothing follows it")
    for order in sorted(theirs.keys() - states.keys()):
        yield Difference("unknown", (order,), "the ERP has it, and Sayso does not know it")
    for order, state in states.items():
        stored = theirs.get(order)
        if stored is None:
            if state.stage != "cancelled":
                yield Difference("accepted", (order,), "the ERP does not have it")
            continue
        accepted = stored.state == "open"
        if bool(state.accepted) != accepted and stored.state != "cancelled":
            yield Difference("accepted", (order,), f"{stored.state} there, {state.stage} here")
        if (stored.state == "rejected") != bool(state.rejected):
            yield Difference("accepted", (order,), f"{stored.state} there, rejected here: {state.rejected!r}")
        for line in state.lines:
            there = stored.lines.get(line.line)
            if there is not None and stored.state != "rejected" and there.cancelled != line.cancelled:
                yield Difference(
                    "cancelled", (order,), f"line {line.line}: {there.cancelled} there, {line.cancelled} here"
                )


def _lines(company: Company, states: Mapping[str, State]) -> Iterable[Difference]:
    """What left, came back, was invoiced and credited, by line; and that no more is invoiced than left."""
    really, played = truth.lines(company), truth.played(company)
    believed = {(state.order, line.line): line for state in states.values() for line in state.lines}
    wms, ar = company.wms.books(), company.ar.books()
    for key in sorted({*really, *believed, *wms["shipped"], *ar["invoiced"]}):
        line = believed.get(key)
        for what, there in (
            ("shipped", wms["shipped"].get(key, ZERO)), ("returned", wms["returned"].get(key, ZERO)),
            ("invoiced", ar["invoiced"].get(key, ZERO)), ("credited", ar["credited"].get(key, ZERO)),
        ):  # fmt: skip
            here = getattr(line, what) if line is not None else ZERO
            if here != there:
                yield Difference(what, (key[0],), f"line {key[1]}: {there} there, {here} here")
        out, charged = wms["shipped"].get(key, ZERO), ar["invoiced"].get(key, ZERO)
        back = ar["credited"].get(key, ZERO) if _told_wrong(played, key[:1]) else ZERO
        if charged - back > out:
            yield Difference(
                "invoiced_beyond", (key[0],), f"line {key[1]}: {charged} invoiced, {out} shipped"
            )


async def _money(pool: Any, company: Company) -> list[Difference]:
    """Invoices with their totals and what is open of them; payments, and what the bank took back."""
    found = []
    theirs = truth.invoices(company)
    ours = {row["invoice"]: row for row in await pool.fetch("SELECT invoice, total, open FROM open_items")}
    for number in sorted({*theirs, *ours}):
        there, here = theirs.get(number), ours.get(number)
        about = (number, *(there.orders if there else ()), *_payments_of(company, number))
        if there is None or here is None:
            found.append(Difference("invoice", about, "is missing " + ("there" if there is None else "here")))
        elif there.total != here["total"]:
            found.append(Difference("invoice", about, f"{there.total} there, {here['total']} here"))
        elif there.open != here["open"]:
            found.append(Difference("open", about, f"{there.open} there, {here['open']} here"))
    banked = truth.payments(company)
    kept = {
        row["payment"]: row["amount"] - row["reversed"]
        for row in await pool.fetch("SELECT * FROM payments WHERE amount <> 0")
    }
    for ref, one in company.bank.transfers.items():
        if one.reverses:
            banked[one.reverses] += banked.pop(ref)
    for ref in sorted({*banked, *kept}):
        if banked.get(ref) != kept.get(ref):
            backs = tuple(name for name, one in company.bank.transfers.items() if one.reverses == ref)
            found.append(
                Difference("payment", (ref, *backs), f"{banked.get(ref)} there, {kept.get(ref)} here")
            )
    return found


def _payments_of(company: Company, invoice: str) -> tuple[str, ...]:
    """What was sent for an invoice, and taken back: a message about one of these may be the one that is missing."""
    return tuple(ref for ref, one in company.bank.transfers.items() if invoice in one.invoices)


async def _effects(pool: Any, company: Company) -> list[Difference]:
    """What was done is done once, here and there."""
    found = []
    for row in await pool.fetch("SELECT effect, system, key, kind, state FROM outbox ORDER BY number"):
        known = company.systems[row["system"]].effects.get(row["effect"])
        done = known is not None and known[1].status == 200
        if done != (row["state"] == "done"):
            says = f"{'done' if done else 'not done'} there, {row['state']} here"
            found.append(Difference("effect", (row["key"], row["effect"]), f"{row['effect']}: {says}"))
    keys = {row[0] for row in await pool.fetch("SELECT effect FROM outbox")}
    for system in company.systems.values():
        for effect in sorted(system.effects.keys() - keys):
            found.append(
                Difference("done_unasked", (effect,), f"{system.role} did it, and nobody here decided it")
            )
    found += _twice(
        "an invoice", ((one.cause, _order(one), _goods(one)) for one in company.ar.invoices.values())
    )
    found += _twice("a load", ((one.order, one.series, one.part) for one in company.wms.shipments.values()))
    for ref, used in _used(company).items():
        there = truth.payments(company).get(ref, ZERO)
        if used > there:
            found.append(Difference("twice", (ref,), f"{used} of it applied in receivables, {there} came in"))
    return found


def _used(company: Company) -> dict[str, Any]:
    found: dict[str, Any] = defaultdict(lambda: ZERO)
    for invoice in company.ar.invoices.values():
        for name, amount in invoice.applied.items():
            if not name.startswith("document "):
                found[name] += amount
    return found


def _order(invoice: Any) -> str:
    return invoice.lines[0].order if invoice.lines else invoice.number


def _goods(invoice: Any) -> tuple[Any, ...]:
    return tuple((line.order, line.line, line.shipment, line.counts) for line in invoice.lines)


def _twice(what: str, keys: Iterable[Any]) -> list[Difference]:
    counted = Counter(keys)
    return [
        Difference("twice", (str(key),), f"{what} {many} times") for key, many in counted.items() if many > 1
    ]


async def _cases(pool: Any) -> dict[str, set[str]]:
    """The kinds of open cases, by the orders and documents that they are about."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in await pool.fetch(
        "SELECT kind, \"order\", document, facts, key FROM cases WHERE state = 'open'"
    ):
        facts = msgspec.json.decode(row["facts"])
        about = {
            row["order"],
            row["document"],
            *(facts.get(name) for name in ("order", "payment", "effect", "id")),
        }
        for name in about - {None, ""}:
            found[name].add(row["kind"])
            found[_document(name)].add(row["kind"])
    return found


def _document(message: str) -> str:
    """The document that a message of the simulated systems is about: its id is SYSTEM-KIND-DOCUMENT-REVISION."""
    found = _MESSAGE.fullmatch(message)
    return found[1] if found else message
