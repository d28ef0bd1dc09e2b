"""The worst examples, told: what the shop showed, what the ERP had, what came of it, and the sum it was worked out with.

Takes every figure from the finding; works nothing out anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from sayso.audit.engine.findings import Findings
from sayso.audit.report.words import counted, day, day_of, money, named, price, quantity, share, short
from sayso.audit.shapes import DIRECTIONS, Cause, Direction, Spot
from sayso.canon.decimals import plain

MOST_STORIES = 24
_OF_A_CAUSE = 2
_WORTH_A_SECOND = 50
_STOCK = frozenset({"phantom_stock", "reserved_stock", "safety_stock", "late_inbound", "dates", "units"})
_PART = re.compile(r"(\S+) (\S+) from (.*), delivered (\S+)(.*)", re.S)
_EXPOSURE = {
    "receivables": "owed already", "shipped_not_invoiced": "shipped, not invoiced yet", "open_orders": "on order",
    "promises": "promised", "this": "this order",
}  # fmt: skip


class Step(NamedTuple):
    """A row of a sum; a `total` stands under what it is the outcome of."""

    what: str
    figure: str
    total: bool = False


class Story(NamedTuple):
    """A blind spot as a person tells it."""

    spot: Spot
    title: str
    sentences: tuple[str, ...]
    sum: tuple[Step, ...]
    verdict: str


def stories(findings: Findings) -> tuple[Story, ...]:
    """The worst of each direction and cause, what weighs most first; an order is told once."""
    return tuple(told(spot, findings.currency) for spot in _chosen(findings))


def told(spot: Spot, currency: str) -> Story:
    """One blind spot as a story. Its money is in the company's currency."""
    bought = f"{plain_number(spot.quantity)} of {short(spot.item)}"
    if spot.direction == "no_yes":
        title = f"{bought} for customer {short(spot.customer)}: turned away"
    else:
        title = f"{bought} for customer {short(spot.customer)}: promised"
    where = f"Order {short(spot.order)}, line {spot.line}, {day(spot.placed)}"
    state = "not sold" if spot.direction == "no_yes" else "at risk"
    opening = f"{where}: {money(spot.money, currency)} {state}." if spot.money else f"{where}."
    return Story(
        spot, title, (opening, *_sentences(spot)), tuple(_sum(spot)), _verdict(spot)
    )  # fmt: skip


def plain_number(value: Decimal) -> str:
    """A quantity with its thousands apart."""
    return quantity(plain(value))


def _chosen(findings: Findings) -> Iterator[Spot]:
    weight = {(bar.direction, bar.cause): bar.figure.money for bar in findings.causes}
    by_cause: dict[tuple[Direction, Cause], list[Spot]] = {}
    for spot in findings.worst:
        if spot.money or not findings.directions[spot.direction].money:
            by_cause.setdefault((spot.direction, spot.cause), []).append(spot)
    ways = list(DIRECTIONS)
    order = sorted(by_cause, key=lambda key: (ways.index(key[0]), -weight.get(key, Decimal(0)), key[1]))
    seen: set[str] = set()
    number, most = 0, max((spot.money for spot in findings.worst), default=Decimal(0))
    for key in order:
        fresh = [spot for spot in _first_of_orders(by_cause[key]) if spot.order not in seen]
        for place, spot in enumerate(fresh[:_OF_A_CAUSE]):
            if number < MOST_STORIES and (not place or spot.money * _WORTH_A_SECOND >= most):
                seen.add(spot.order)
                number += 1
                yield spot


def _first_of_orders(spots: list[Spot]) -> list[Spot]:
    found: dict[str, Spot] = {}
    for spot in spots:
        found.setdefault(spot.order, spot)
    return list(found.values())


def _sentences(spot: Spot) -> Iterator[str]:
    if spot.direction == "yes_policy_no":
        yield "The ERP would let this pass; the company's own policy does not."
    yield from _shown(spot)
    tells = _TELLS.get(spot.cause)
    if tells is None and spot.cause in _STOCK:
        tells = _of_stock
    found = list(tells(spot)) if tells else []
    yield from found or (f"{spot.sentence[:1].upper()}{spot.sentence[1:]}.",)


def _shown(spot: Spot) -> Iterator[str]:
    shown = spot.shown
    credit = spot.cause in ("credit_flag", "overdue_elsewhere")
    if "available" in shown and not credit:
        yield f"The shop showed {quantity(shown['available'])}."
    if credit and "credit" in shown:
        yield f"The shop's credit flag said {shown['credit']}."
    if "date" in shown and not credit:
        yield f"It promised {day_of(shown['date'])}."
    if spot.direction == "no_yes" and "reason" in shown:
        yield f"It said no, because of: {named(shown['reason'])}."


def _of_stock(spot: Spot) -> Iterator[str]:
    sums = spot.arithmetic
    if "on_hand" in sums and "sellable" in sums:
        taken = [
            f"{quantity(sums[name])} {what}"
            for name, what in (
                ("reserved", "reserved for others"), ("demand", "on order for others"),
                ("safety_stock", "kept as safety stock"),
            )
            if sums.get(name, "0") != "0"
        ]  # fmt: skip
        had = ", ".join([f"{quantity(sums['on_hand'])} on hand", *taken])
        left = "nothing" if sums["sellable"] == "0" else quantity(sums["sellable"])
        yield f"The ERP had {had}: {left} could be sold at once."
        if spot.direction == "no_yes" and sums.get("inbound", "0") != "0":
            yield f"Another {quantity(sums['inbound'])} were on their way."
    parts = [match for match in (_PART.fullmatch(text) for text in _parts(spot)) if match]
    if parts:
        said = [_delivery(match) for match in parts[:4]]
        more = f" and {counted(len(parts) - 4, 'more part')}" if len(parts) > 4 else ""
        yield f"The ERP would deliver {', then '.join(said)}{more}."


def _delivery(match: re.Match[str]) -> str:
    size, state, site, on, rest = match.groups()
    when = f"on {day_of(on)}" if on[:1].isdigit() else f"{on}{rest}"
    how = {"in_stock": "", "inbound": " (once what is on its way is in)"}.get(state, f" ({named(state)})")
    return f"{quantity(size)} from {site} {when}{how}"


def _parts(spot: Spot) -> Iterator[str]:
    for name, text in spot.arithmetic.items():
        if name.startswith("part "):
            yield text


def _of_credit(spot: Spot) -> Iterator[str]:
    sums = spot.arithmetic
    if "exposure" not in sums:
        return
    currency, limit = sums.get("currency", ""), sums.get("limit")
    whose = f"With this order the credit account {sums.get('account', '')}"
    exposure = f"{whose} comes to {quantity(sums['exposure'])} {currency}"
    if limit is None:
        yield f"{exposure}; it has no limit."
    elif spot.direction == "no_yes":
        yield f"{exposure}, and its limit is {quantity(limit)} {currency}: there was room."
    else:
        yield f"{exposure}, and its limit is {quantity(limit)} {currency}."
    if "over_limit over_by" in sums:
        yield f"That is {quantity(sums['over_limit over_by'])} {currency} too much."


def _of_overdue(spot: Spot) -> Iterator[str]:
    sums = spot.arithmetic
    if "overdue overdue" not in sums:
        return
    yield (
        f"On the credit account {sums.get('account', '')} {quantity(sums['overdue overdue'])} "
        f"{sums.get('overdue currency', '')} were overdue, the oldest (invoice {sums.get('overdue oldest', '')}) "
        f"by {counted(int(Decimal(sums.get('overdue days', '0'))), 'day')}."
    )


def _of_price(spot: Spot) -> Iterator[str]:
    sums = spot.arithmetic
    if "unit" not in sums:
        return
    currency = sums.get("currency", "")
    charged = spot.shown.get("unit_price") or spot.shown.get("amount")
    if charged:
        yield f"The shop charged {price(charged, currency)}{' each' if 'unit_price' in spot.shown else ' in all'}."
    off = f", {sums['discount_percent']} % off" if "discount_percent" in sums else ""
    each, whole = price(sums["unit"], currency), price(sums.get("amount", ""), currency)
    yield f"The ERP charges {each} each{off}, {whole} in all ({sums.get('rule', '')})."
    if "off" in sums:
        much = "little" if sums["off"].startswith("-") else "much"
        yield f"The shop charged {price(sums['off'].lstrip('-'), currency)} too {much}."


_TELLS: Mapping[str, Callable[[Spot], Iterator[str]]] = {
    "credit_flag": _of_credit,
    "overdue_elsewhere": _of_overdue,
    "stale_price": _of_price,
    "lost_quantity_break": _of_price,
}


def _sum(spot: Spot) -> Iterator[Step]:
    """The sum behind the sentences, a row a step; a row that takes or adds nothing is left out."""
    sums = spot.arithmetic
    if spot.cause == "credit_flag" and "exposure" in sums:
        known = (*_EXPOSURE, *(one for one in sums if one not in _EXPOSURE))
        skipped = {"account", "exposure", "currency", "limit"}
        for name in known:
            if name in sums and name not in skipped and " " not in name and Decimal(sums[name]):
                yield Step(_EXPOSURE.get(name, named(name)), quantity(sums[name]))
        yield Step("exposure", quantity(sums["exposure"]), True)
        if "limit" in sums:
            yield Step("limit", quantity(sums["limit"]))
    elif spot.cause in _STOCK and "on_hand" in sums and "sellable" in sums:
        yield Step("on hand", quantity(sums["on_hand"]))
        for name, what in (
            ("reserved", "reserved for others"), ("demand", "on order for others"), ("safety_stock", "safety stock"),
        ):  # fmt: skip
            if sums.get(name, "0") != "0":
                yield Step(what, f"− {quantity(sums[name])}")
        yield Step("could be sold at once", quantity(sums["sellable"]), True)
        yield Step(
            "turned away" if spot.direction == "no_yes" else "promised", quantity(sums.get("asked", ""))
        )


def _verdict(spot: Spot) -> str:
    if spot.direction == "no_yes":
        return ""
    if spot.confirmed is None:
        return "What the ERP made of it is not known."
    if spot.confirmed:
        return "Confirmed: the ERP did not do it as promised."
    return "Contradicted: the ERP did it all the same. Look at this one before you trust the others."


def agreement(findings: Findings) -> str:
    """How far the judgement's answers are borne out, in a sentence."""
    seen = findings.agreement
    if not seen.told:
        return "What the ERP really did with these orders is not known, so nothing here is confirmed by it."
    agree = seen.no_no + seen.yes_yes
    return (
        f"On {agree:,} of {counted(seen.told, 'line')} ({share(agree, seen.told)}) of which it is known what the ERP "
        "really did, it did as this audit says."
    )
