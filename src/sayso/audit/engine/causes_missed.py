"""Why the storefront turned away what the ERP would have sold: what it said itself, else what it believed.

A belief about stock is put to the judgement: it is the cause if it turns the ERP's yes into the storefront's no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from sayso.audit.engine.answers import heard
from sayso.audit.engine.causes_put import Matter, changed, goods
from sayso.audit.engine.causes_stock import routes_of, shelf
from sayso.audit.shapes import Cause
from sayso.promise.facts import Facts

_SAID: Mapping[Cause, re.Pattern[str]] = {
    "overdue_elsewhere": re.compile(r"overdue|past.?due|arrear", re.I),
    "credit_flag": re.compile(r"credit|over.?(the.?)?limit|limit.?exceeded|account.*(block|hold)|flag", re.I),
    "region": re.compile(r"region|country|restrict|licen[cs]e|destination|\blanes?\b|ship to", re.I),
    "units": re.compile(
        r"\bpacks?\b|minimum|\bunits?\b|\buom\b|multiple|\bcases?\b|\bbox(es)?\b|\bpallets?\b", re.I
    ),
    "stale_price": re.compile(r"price", re.I),
    "dates": re.compile(r"\bdates?\b|\blate\b|lead|in time", re.I),
}
_OF_STOCK = re.compile(r"stock|available|availability|sold.?out|on.?hand|short|inventory", re.I)


def missed(matter: Matter) -> Cause:
    """The one cause of a no that the ERP would not have said."""
    line, seen = matter.about.lines[matter.place], matter.about.shown[matter.place]
    for cause, words in _SAID.items():
        if words.search(line.reason):
            return cause
    if _OF_STOCK.search(line.reason):
        return _of_stock(matter)
    if seen.credit_ok is False:
        return "credit_flag"
    if seen.available is None or line.quantity <= seen.available:
        late = line.shown_date is not None and line.need_by is not None and line.shown_date > line.need_by
        return "dates" if late else "other"
    return _of_stock(matter)


def _of_stock(matter: Matter) -> Cause:
    """Of stock: the inbound was left out, the units were mistaken, what is free was held back, or it was miscounted."""
    line, seen = matter.about.lines[matter.place], matter.about.shown[matter.place]
    shown = seen.available
    if shown is not None and seen.available_base is not None and seen.available_base >= seen.asked_base:
        return "units"
    if not _kept_on(matter, _without_inbound(matter)):
        return "late_inbound"
    if shown is None or seen.available_base is None:
        return "phantom_stock"
    found = shelf(matter.facts, matter.facts.items[line.item], line.variant, routes_of(matter))
    base, free = seen.available_base, found.on_hand - found.claims
    held_back: dict[Cause, set[object]] = {
        "safety_stock": {found.on_hand - found.safety, found.sellable - found.safety}
        if found.safety
        else set(),
        "reserved_stock": {free, free - found.safety} if found.claims else set(),
    }
    for cause, values in held_back.items():
        if base in values:
            return cause
    factors = [factor for factor in matter.facts.items[line.item].card.units.values() if factor > 1]
    counts = {count // factor for factor in factors for count in (found.on_hand, found.sellable)}
    return "units" if shown in counts else "phantom_stock"


def _kept_on(matter: Matter, facts: Facts) -> bool:
    return heard(matter.about, matter.heard.request, facts, matter.terms).kept[matter.place]


def _without_inbound(matter: Matter) -> Facts:
    """The facts as if nothing of the line's goods were coming."""
    world, account, items = matter.facts
    cards = dict(items)
    for name, _ in goods(matter):
        cards[name] = changed(items[name], replace(items[name].card, inbound=()), world.policy)
    return Facts(world, account, cards)
