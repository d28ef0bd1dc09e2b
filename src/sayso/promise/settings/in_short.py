"""What the settings of a group come to together, in a sentence or two, made from the settings."""

from __future__ import annotations

from sayso.promise.policy import Policy
from sayso.promise.settings.said_credit import FROM, PARTS
from sayso.promise.settings.said_price import SOURCE
from sayso.promise.settings.said_stock import DEMAND, SUPPLY
from sayso.promise.settings.saying import days, in_order, lasting, together

_ACCOUNT = {
    "tree": "the whole tree of the customer",
    "bill_to": "whoever is billed",
    "customer": "the customer alone",
}
_LESS = {
    "draft_from_shipment": "what of draft invoices came from posted shipments",
    "return_order": "open return orders",
    "return_received": "returns received and not credited",
    "prepayment": "prepayments invoiced on open orders",
}
_OVERDUE = {
    "ignore": "What is overdue stops nothing.",
    "refer": "What is overdue has to be approved by a person.",
    "refuse": "What is overdue refuses.",
}


def stock_in_short(policy: Policy) -> str:
    """The sum by which what can leave on a day is counted."""
    rules = policy.availability
    safety = " and without the safety stock" if rules.safety_stock else ""
    if rules.count == "free":
        return f"What can leave on a day is what is on hand without what is reserved{safety}; nothing else counts."
    held = " without what is reserved" if rules.reserved == "netted" else ""
    safety = safety if held else safety.replace(" and", "")
    supply = together([SUPPLY[kind] for kind in rules.inbound_kinds]) if rules.inbound_kinds else "nothing"
    demand = together([DEMAND[kind] for kind in rules.demand_kinds]) if rules.demand_kinds else "nothing"
    if rules.count == "forecast":
        return (
            f"What can leave is what is on hand{held}{safety}, plus {supply}, less {demand}, whatever their dates; and no"
            " more on a day than has come in by then."
        )
    ahead = {
        "unlimited": ", and less what later commitments need",
        "none": "; later commitments are not looked at",
    }.get(rules.look_ahead, f", and less what commitments of the next {lasting(rules.look_ahead)} need")
    return (
        f"What can leave on a day is what is on hand{held}{safety}, plus {supply} that come in by then, less {demand}"
        f" that have to leave by then{ahead}."
    )


def ways_in_short(policy: Policy) -> str:
    """From how many sites and days a line comes, and what counts as a working day."""
    whole = "in parts, from up to" if policy.sourcing.split else "whole, from one of"
    sites = policy.sourcing.most_sites
    place = (
        f"A line leaves {whole} {sites} sites"
        if policy.sourcing.split and sites > 1
        else "A line leaves from one site"
    )
    when = "as soon as it can" if policy.dates.ships == "at_once" else "no earlier than it has to"
    return f"{place}, {when}; transit is counted in {policy.dates.transit} days."


def price_in_short(policy: Policy) -> str:
    """How the price is found, and what comes off it."""
    rules = policy.price
    best = "the lowest" if rules.among_equals == "lowest" else "the one with the largest break reached"
    if rules.conflicts == "refused":
        found = (
            "The one rule sets the price that is left when the item's hide its group's and the highest priority is taken;"
            " two that are left are a conflict, and there is no price."
        )
    elif "source" in rules.particular[:1]:
        sources = in_order([SOURCE[source] for source in rules.order])
        found = f"The first that there is sets the price: {sources}, and the item's own price last; of several, {best}."
    else:
        found = f"Of all prices that fit, whoever they are for, {best} sets the price; without any, the item's own."
    if rules.discount_lines == "compete":
        return f"{found} Discounts are rules among the prices."
    return f"{found} The highest discount that fits comes off it."


def credit_in_short(policy: Policy) -> str:
    """What exposure is made of, whose it is, and what becomes of a promise that goes over the limit."""
    rules = policy.credit
    parts = [PARTS[part] for part in rules.parts if part not in _LESS]
    less = [_LESS[part] for part in rules.parts if part in _LESS]
    made = f"{together([*parts, 'promises in flight', 'what is asked'])}{f', less {together(less)}' if less else ''}"
    limit = in_order([FROM[source] for source in rules.limit_from]) or "there is none"
    over = "is referred to a person" if rules.over_limit == "refer" else "is refused"
    grace = f" after {days(rules.grace_days)}" if rules.grace_days else ""
    overdue = _OVERDUE[rules.overdue].removesuffix(".") + (f"{grace}." if rules.overdue != "ignore" else ".")
    return (
        f"Exposure is {made}; it is that of {_ACCOUNT[rules.account]}. What goes over the limit ({limit}) {over}."
        f" {overdue}"
    )
