"""A finding as a person reads it: what was shown, the arithmetic of the judgement's answer as text, one sentence.

Takes its figures from the judgement's own explanation; works nothing out anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sayso.audit.engine.causes_put import Matter
from sayso.audit.engine.causes_stock import Shelf, routes_of, shelf
from sayso.audit.shapes import Cause, Direction
from sayso.canon.decimals import plain
from sayso.promise.answer import Line
from sayso.promise.reasons import KINDS, Reason

_MONEY: frozenset[Cause] = frozenset({"credit_flag", "overdue_elsewhere"})
_PRICE: frozenset[Cause] = frozenset({"stale_price", "lost_quantity_break"})

Texts = dict[str, str]


def shown_texts(matter: Matter) -> Texts:
    """What the storefront showed, as far as is known."""
    about, place = matter.about, matter.place
    line, seen = about.lines[place], about.shown[place]
    told = {
        "available": None if seen.available is None else plain(seen.available),
        "date": line.shown_date.isoformat() if line.shown_date else None,
        "need_by": line.need_by.isoformat() if line.need_by else None,
        "unit_price": None if seen.unit is None else plain(seen.unit),
        "amount": None if seen.amount is None else plain(seen.amount),
        "credit": None if seen.credit_ok is None else "ok" if seen.credit_ok else "blocked",
        "reason": line.reason or None,
    }
    return {name: text for name, text in told.items() if text is not None}


def arithmetic(matter: Matter, cause: Cause) -> Texts:
    """What the answer was worked out from."""
    if cause in _MONEY:
        return _exposure(matter)
    line = matter.heard.answer.lines[matter.place]
    if cause in _PRICE:
        return _price(matter, line)
    found = {f"{one.code} {name}": text for one in line.reasons for name, text in one.facts.items()}
    figures = _figures(matter)
    if figures is not None:
        wanted = matter.about.shown[matter.place].asked_base
        found |= {
            "on_hand": plain(figures.on_hand),
            "reserved": plain(figures.reserved),
            "safety_stock": plain(figures.safety),
            "demand": plain(figures.claimed),
            "inbound": plain(figures.coming_ever),
            "sellable": plain(figures.sellable),
            "asked": plain(wanted),
        }
    for site, told in sorted(line.arithmetic.items()):
        found |= {f"{site} {name}": text for name, text in told.items()}
    for number, part in enumerate(line.parts, 1):
        found[f"part {number}"] = (
            f"{part.quantity} {part.state} from {part.site}, delivered {part.deliver_by or 'on no known day'}"
        )
    return found


def sentence(matter: Matter, direction: Direction, cause: Cause) -> str:
    """The finding in one sentence."""
    line = matter.about.lines[matter.place]
    if direction == "no_yes":
        said = line.reason or _believed(matter) or "no reason given"
        return f"turned away {_asked(matter)} ({said}); the ERP would deliver {_delivered(matter)}"
    told = _SENTENCES.get(cause, _other)(matter)
    return f"the company's own policy says no: {told}" if direction == "yes_policy_no" else told


def site(matter: Matter) -> str:
    """The site that the line is taken from, else the one that would be asked first."""
    parts = matter.heard.answer.lines[matter.place].parts
    if parts:
        return parts[0].site
    routes = routes_of(matter)
    return routes[0][0] if routes else ""


def _figures(matter: Matter) -> Shelf | None:
    line = matter.about.lines[matter.place]
    item = matter.facts.items.get(line.item)
    if item is None or not item.card.known:
        return None
    return shelf(matter.facts, item, line.variant, routes_of(matter))


def _exposure(matter: Matter) -> Texts:
    credit = matter.heard.answer.credit
    if credit is None:
        return {}
    found = {
        "account": credit.account,
        **credit.parts,
        "exposure": credit.exposure,
        "currency": credit.currency,
    }
    if credit.limit is not None:
        found["limit"] = credit.limit
    for one in credit.reasons:
        found |= {f"{one.code} {name}": text for name, text in one.facts.items()}
    return found


def _price(matter: Matter, line: Line) -> Texts:
    price = line.price
    if price is None:
        return {}
    found = {"unit": price.unit, "amount": price.amount, "rule": price.rule, "currency": price.currency}
    if price.discount_percent:
        found["discount_percent"] = price.discount_percent
    return {**found, "quantity": line.quantity, "off": plain(matter.off)}


def _asked(matter: Matter) -> str:
    line = matter.about.lines[matter.place]
    return f"{plain(line.quantity)} {matter.heard.answer.lines[matter.place].uom}".strip()


def _believed(matter: Matter) -> str:
    seen = matter.about.shown[matter.place]
    if seen.credit_ok is False:
        return "credit flag"
    return "" if seen.available is None else f"{plain(seen.available)} shown"


def _delivered(matter: Matter) -> str:
    days = [part.deliver_by for part in matter.heard.answer.lines[matter.place].parts]
    known = [day for day in days if day is not None]
    return f"by {max(known)}" if known and len(known) == len(days) else "on no known day"


def _stock(matter: Matter) -> str:
    figures = _figures(matter)
    seen = matter.about.shown[matter.place]
    shown = f"{plain(seen.available)} shown, " if seen.available is not None else ""
    if figures is None:
        return f"{shown}{_asked(matter)} sold"
    less = [f"{plain(figures.on_hand)} on hand"]
    if figures.reserved or figures.claimed:
        less.append(f"{plain(figures.reserved + figures.claimed)} reserved or ordered by others")
    if figures.safety:
        less.append(f"{plain(figures.safety)} safety stock")
    return f"{shown}{_asked(matter)} sold; the ERP has {plain(figures.sellable)} to sell ({', '.join(less)})"


def _inbound(matter: Matter) -> str:
    line = matter.about.lines[matter.place]
    day = line.shown_date or line.need_by
    promised = f"promised by {day}" if day else f"{_asked(matter)} sold as in stock"
    return f"{promised}; the ERP would deliver {_delivered(matter)}"


def _priced(matter: Matter) -> str:
    price = matter.heard.answer.lines[matter.place].price
    seen = matter.about.shown[matter.place]
    charged = plain(seen.unit) if seen.unit is not None else f"{plain(seen.amount or matter.worth)} in all"
    if price is None:
        return f"charged {charged}; the ERP has no price"
    return f"charged {charged}; the ERP charges {price.amount} in all, {price.unit} each ({price.rule})"


def _limit(matter: Matter) -> str:
    credit = matter.heard.answer.credit
    if credit is None:
        return "the credit account is not known"
    return f"exposure {credit.exposure} {credit.currency} with this order, limit {credit.limit or 'none'}"


def _overdue(matter: Matter) -> str:
    credit = matter.heard.answer.credit
    late = [one for one in credit.reasons if one.code == "overdue"] if credit else []
    if not late:
        return "receivables of the account are overdue"
    facts = late[0].facts
    return (
        f"{facts['overdue']} {facts['currency']} overdue on the account, the oldest, {facts['oldest']}, "
        f"by {facts['days']} days"
    )


def _dates(matter: Matter) -> str:
    line = matter.about.lines[matter.place]
    return f"promised by {line.shown_date or line.need_by}; the earliest delivery is {_delivered(matter)}"


def _other(matter: Matter) -> str:
    answer = matter.heard.answer
    credit = answer.credit.reasons if answer.credit and answer.credit.verdict != "approved" else ()
    reasons: list[Reason] = [*answer.lines[matter.place].reasons, *answer.reasons, *credit]
    told = [
        f"{KINDS[one.code].meaning} ({', '.join(f'{name} {text}' for name, text in one.facts.items())})"
        for one in reasons
    ]
    return "; ".join(told) or "the ERP would not keep it as promised"


_SENTENCES: Mapping[Cause, Callable[[Matter], str]] = {
    "phantom_stock": _stock,
    "reserved_stock": _stock,
    "safety_stock": _stock,
    "late_inbound": _inbound,
    "stale_price": _priced,
    "lost_quantity_break": _priced,
    "credit_flag": _limit,
    "overdue_elsewhere": _overdue,
    "dates": _dates,
}
