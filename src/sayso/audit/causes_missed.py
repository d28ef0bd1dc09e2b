"""Why the storefront turned away what the ERP would have sold: what it said itself, else what it believed.

A belief about stock is put to the judgement: it is the cause if it turns the ERP's yes into the storefront's no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from sayso.audit.causes_put import Matter, changed, goods
from sayso.audit.causes_stock import routes_of, shelf
from sayso.audit.engine_answers import heard
from sayso.audit.shapes import Cause
from sayso.promise.facts import Facts

_SAID: Mapping[Cause, re.Pattern[str]] = {
    "overdue_elsewhere": re.compile(r"overdue|past.?due|arrear", re.I),
    "credit_flag": re.compile(r"credit|limit|block|hold|flag", re.I),
    "region": re.compile(r"region|country|restrict|licen[cs]e|destination|lane|ship to", re.I),
    "units": re.compile(r"pack|minimum|unit|uom|multiple", re.I),
    "stale_price": re.compile(r"price", re.I),
    "dates": re.compile(r"\bdates?\b|late|lead", re.I),
}
_OF_STOCK = re.compile(r"stock|available|availab|sold.?out|on.?hand|short|inventory", re.I)


def missed(matter: Matter) -> Cause:
    """The one cause of a no that the ERP would not have said."""
    about = matter.about
    line, seen = about.lines[matter.place], about.shown[matter.place]
    of_stock = bool(line.reason and _OF_STOCK.search(line.reason))
    if line.reason and not of_stock:
        for cause, words in _SAID.items():
            if words.search(line.reason):
                return cause
    if not of_stock and seen.credit_ok is False:
        return "credit_flag"
    if not of_stock and (seen.available is None or seen.available_base is None):
        return "other"
    if not of_stock and seen.available is not None and line.quantity <= seen.available:
        return "other"
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
    base = seen.available_base
    held_back: dict[Cause, set[object]] = {
        "safety_stock": {found.on_hand - found.safety, found.sellable - found.safety},
        "reserved_stock": {found.on_hand - found.claims, found.on_hand - found.claims - found.safety},
    }
    for cause, values in held_back.items():
        if base in values and base < found.sellable:
            return cause
    if seen.asked_base != line.quantity and shown in (found.on_hand, found.sellable):
        return "units"
    return "phantom_stock"


def _kept_on(matter: Matter, facts: Facts) -> bool:
    return heard(matter.about, matter.heard.request, facts, matter.terms).kept[matter.place]


def _without_inbound(matter: Matter) -> Facts:
    """The facts as if nothing of the line's goods were coming."""
    world, account, items = matter.facts
    cards = dict(items)
    for name, _ in goods(matter):
        cards[name] = changed(items[name], replace(items[name].card, inbound=()), world.policy)
    return Facts(world, account, cards)
