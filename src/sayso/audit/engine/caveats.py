"""What the findings do not know, said beside them: so that nobody reads more into a figure than is in it."""

from __future__ import annotations

from sayso.audit.engine.journal import Layout
from sayso.audit.engine.tally import Tally
from sayso.canon.times import moment

_NEEDED = {
    "stock": "no stock was told: everything that is stocked is short",
    "customers": "no customers were told: every buyer is unknown",
    "items": "no items were told: every item is unknown",
}
_HELPFUL = {
    "demand": "no open orders of the ERP were told: what others have ordered takes nothing from stock or credit",
    "inbound": "no supply was told: nothing is coming",
    "receivables": "no receivables were told: nobody owes anything, and nothing is overdue",
    "prices": "no prices were told but the items' own",
}


def caveats(layout: Layout, tally: Tally) -> tuple[str, ...]:
    """The sentences, in the order of their weight."""
    found = [text for kind, text in _NEEDED.items() if kind not in layout.told]
    for kind, told in layout.told.items():
        if told.mixed:
            found.append(
                f"{kind}: whole exports do not come in the order of time; what vanished from one is still counted"
            )
        opening = layout.opening(kind)
        if told.beginning and told.first is None and kind in ("stock", "demand", "inbound", "receivables"):
            found.append(f"{kind}: one export without a moment; every order is judged against it")
        elif opening is not None and layout.first is not None and opening > layout.first:
            only = ", the only one," if told.first == told.last else ""
            found.append(
                f"{kind}: the first export{only} is of {moment(opening)}; earlier orders are judged against it, too"
            )
    found += [text for kind, text in _HELPFUL.items() if kind not in layout.told]
    for currency, number in sorted(tally.unrated.items()):
        found.append(
            f"{currency}: no rate to the company's currency; {number} amounts are counted as they stand"
        )
    agreement = tally.agreement()
    against = agreement.no_yes + agreement.yes_no
    if against:
        found.append(
            f"on {against} of {agreement.told} lines whose outcome is known the ERP did otherwise than the judgement "
            "says: look at the contradictions before you trust the rest"
        )
    elif not agreement.told and tally.lines:
        found.append("no outcome is known: nothing here is confirmed by what the ERP did")
    return tuple(found)
