"""What follows from the state of an order: what other systems are asked to do, and what the storefront is told of it.

Decided from the state alone, and each under a key made of the order and the cause: decided again, it is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, cast

import msgspec

from sayso.canon.events_order import OrderCancelled, OrderPlaced
from sayso.cash.shapes import Effect, Fact, State

#: Stages of an order that nothing more is asked for.
OVER = frozenset({"rejected", "cancelled"})
#: What the storefront is told an order's state is, which the ERP has not refused and nobody has cancelled.
_HELD, _SIGNED, _COMPLETE = "held", "countersigned", "complete"


class Told(NamedTuple):
    """What the storefront is told of an order from now on."""

    order: str
    state: str
    why: str
    ended: datetime | None


def effects(
    state: State, facts: Iterable[Fact], roles: Mapping[str, str], decided: Collection[str] = ()
) -> list[Effect]:
    """What other systems are asked to do for an order: take it over, send it out, give it up. `roles` are those that
    there is a system for (role to system): what nobody can be asked is not asked. `decided` are the keys of effects that
    are decided already: these need not be made again."""
    known = list(facts)
    found: list[Effect] = []
    placed = _last(known, "order.placed")
    if placed is not None and _to_submit(state, placed, roles) and _submission(state, placed) not in decided:
        found.append(_submit(state, placed))
    if "wms" in roles and _may_leave(state) and _releasing(state) not in decided:
        found.append(_release(state, placed))
    for fact in known:
        if fact.family == "order.cancelled" and fact.source not in _back_office(roles) and placed is not None:
            found += [_cancel(state, fact, role) for role in ("erp", "wms") if role in roles]
    return found


def told(state: State, now: datetime) -> Told | None:
    """What the storefront is told; None where nothing has changed for it."""
    if state.rejected:
        return Told(state.order, "rejected", state.rejected, now)
    if state.stage == "cancelled":
        return Told(state.order, "cancelled", "nothing of it is wanted any more", now)
    if state.operational and state.lines:
        return Told(state.order, _COMPLETE, "", now)
    if state.holds:
        return Told(state.order, _HELD, ", ".join(state.holds), None)
    if state.confirmed:
        return Told(state.order, _SIGNED, "", None)
    return None


def differing(state: State) -> tuple[str, str] | None:
    """How the promise is broken by an acceptance that differs from it, in the promise ledger's words, and its cause."""
    if state.confirmed is not False or not state.differences:
        return None
    kinds = {one.what for one in state.differences}
    for what, how in (
        ("quantity", "short"),
        ("line_missing", "short"),
        ("ship_on", "late"),
        ("date", "late"),
    ):
        if what in kinds:
            return how, f"accepted_{what}_differs"
    return "refused_by_erp", f"accepted_{min(kinds)}_differs"


def _back_office(roles: Mapping[str, str]) -> set[str]:
    """Who need not be told of a cancellation, because it is theirs."""
    return {roles[role] for role in ("erp", "wms") if role in roles}


def _may_leave(state: State) -> bool:
    """Accepted as promised, held by nobody, and something of it still to leave."""
    return (
        bool(state.accepted)
        and state.confirmed is not False
        and not state.holds
        and state.stage not in OVER
        and any(line.open > 0 for line in state.lines)
    )


def _to_submit(state: State, placed: Fact, roles: Mapping[str, str]) -> bool:
    """Whether there is an ERP, it is not the one that told of the order, and the order is still wanted."""
    return roles.get("erp", placed.source) != placed.source and state.stage not in OVER


def _submission(state: State, placed: Fact) -> str:
    return f"submit_order/{state.order}/{placed.revision}"


def _releasing(state: State) -> str:
    return f"release_order/{state.order}"


def _submit(state: State, fact: Fact) -> Effect:
    placed = cast(OrderPlaced, fact.data)
    return Effect(
        key=_submission(state, fact), role="erp", kind="submit_order", order=state.order,
        cause=f"placed/{placed.revision}", amount=state.money.ordered, currency=placed.currency,
        body={
            "order": state.order, "customer": placed.customer, "currency": placed.currency, "po": placed.po,
            "country": placed.country, "ship_complete": placed.ship_complete, "lines": msgspec.to_builtins(placed.lines),
            "charges": msgspec.to_builtins(placed.charges), "total": str(state.money.ordered),
        },
    )  # fmt: skip


def _release(state: State, placed: Fact | None) -> Effect:
    asked = placed.data if placed is not None and isinstance(placed.data, OrderPlaced) else None
    swaps = {line.line: line.substitutes for line in asked.lines} if asked else {}
    lines = [
        {
            "line": line.line, "item": line.item, "quantity": str(line.open), "site": line.site,
            "ship_on": line.ship_on.isoformat() if line.ship_on else None,
            "substitutes": msgspec.to_builtins(swaps.get(line.line, ())),
        }
        for line in state.lines if line.open > 0
    ]  # fmt: skip
    return Effect(
        key=_releasing(state), role="wms", kind="release_order", order=state.order, cause="accepted",
        amount=state.money.open_order, currency=state.currency,
        body={
            "order": state.order, "customer": state.customer, "country": asked.country if asked else "",
            "ship_complete": asked.ship_complete if asked else False, "lines": lines,
        },
    )  # fmt: skip


def _cancel(state: State, fact: Fact, role: str) -> Effect:
    assert isinstance(fact.data, OrderCancelled)
    lines = [{"line": one.line, "quantity": str(one.quantity)} for one in fact.data.lines]
    return Effect(
        key=f"cancel_order/{state.order}/{fact.document}/{role}", role=role, kind="cancel_order", order=state.order,
        cause=fact.document, currency=state.currency, amount=Decimal(0),
        body={"order": state.order, "lines": lines, "reason": fact.data.reason},
    )  # fmt: skip


def _last(facts: Iterable[Fact], family: str) -> Fact | None:
    """The telling that counts of the only document of its family."""
    found = [fact for fact in facts if fact.family == family]
    return max(found, key=lambda fact: (fact.revision, fact.digest), default=None)
