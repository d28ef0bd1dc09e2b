"""The remedy by which what the ERP stored is agreed to: the order is changed to it, and countersigned with that."""

from __future__ import annotations

from typing import Any, cast

from sayso.canon.codes import minor_unit
from sayso.canon.decimals import arithmetic
from sayso.canon.events_order import OrderAccepted, OrderChanged, OrderPlaced
from sayso.cash.chosen import choose
from sayso.cash.countersign import agreed, charges_of, the_acceptance
from sayso.cash.fold import fold
from sayso.cash.lines import changes_of, terms_of
from sayso.desk.cases.remedies import Done, Work, tell
from sayso.desk.cash.telling import fact_of
from sayso.errors import Conflict
from sayso.store import following


async def accept_difference(connection: Any, work: Work) -> Done:
    """What the ERP stored is what was ordered from now on, as far as the case is about it."""
    facts = [fact_of(one) for one in await following.known(connection, [f"order {work.order}"])]
    chosen = choose(facts)
    placed, acceptance = chosen.of("order.placed"), the_acceptance(chosen.of("order.accepted"))
    what, line = work.facts.get("what", ""), work.case.line or 0
    found = [one for one in fold(work.order, facts).differences if (one.what, one.line) == (what, line)]
    if not placed or acceptance is None or not found:
        raise Conflict(f"{work.order} differs in this no more", remedy="look at the case again")
    order, changes = cast(OrderPlaced, placed[0].data), changes_of(chosen)
    with arithmetic():
        lines, charges = agreed(
            found[0], terms_of(order, changes), charges_of(order, changes), cast(OrderAccepted, acceptance.data),
            minor_unit(order.currency),
        )  # fmt: skip
    told = what.replace("_", " ")
    if not lines and charges is None:
        remedy = "have the ERP's order put right, or cancel it and order again"
        raise Conflict(f"that the {told} differs cannot be agreed to", remedy=remedy)
    revision = max((one.revision for one in facts if one.family == "order.changed"), default=0) + 1
    reason = work.asked.note or f"{told} agreed by {work.by}"
    data = OrderChanged(document=work.order, revision=revision, lines=lines, charges=charges, reason=reason)
    return await tell(
        connection, work, "order.changed", data, f"the order is changed to what the ERP stored: {told}"
    )
