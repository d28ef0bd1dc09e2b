"""A policy in sentences that a controller reads, made from its settings and nothing else; and what tells two apart.

A policy of one's own is explained like a named profile. The words of each setting stand in said_*.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from sayso.promise.policy import PROFILE_NAMES, Policy, profiled
from sayso.promise.settings.in_short import credit_in_short, price_in_short, stock_in_short, ways_in_short
from sayso.promise.settings.said_credit import CREDIT
from sayso.promise.settings.said_price import PRICE
from sayso.promise.settings.said_stock import STOCK
from sayso.promise.settings.said_ways import WAYS
from sayso.promise.settings.saying import Said, sentence
from sayso.promise.settings.sources import SOURCES

#: How each setting is said, by its dotted name.
SAID: Mapping[str, Said] = MappingProxyType({**STOCK, **WAYS, **PRICE, **CREDIT})

#: What a profile is of, by its name.
ERPS: Mapping[str, str] = MappingProxyType(
    {
        "plain": "a careful distributor without an ERP's peculiarities: the defaults",
        "business_central": "Microsoft Dynamics 365 Business Central",
        "odoo": "Odoo",
        "erpnext": "ERPNext",
        "tryton": "Tryton",
    }
)

_CHAPTERS = (
    ("What can be sold", ("availability",), stock_in_short),
    ("From where, and when", ("sourcing", "dates"), ways_in_short),
    ("At which price", ("price",), price_in_short),
    ("On whose credit", ("credit",), credit_in_short),
    ("How old facts may be, and how long a hold lives", ("freshness", "holds", "company"), None),
)


class Told(Struct, frozen=True):
    """A setting, what it is, and what that means. `counts`: whether it means anything beside the others.

    `own`: it is not as in the plain profile. Where that is the profile's doing, `source` says where the profile has its
    rules of this kind from, and `because` what is said there.
    """

    setting: str
    value: str
    sentence: str
    counts: bool
    own: bool
    source: str = ""
    because: str = ""


class Chapter(Struct, frozen=True):
    """Some settings together, and the sum of them in a sentence or two."""

    title: str
    short: str
    told: tuple[Told, ...]


class Apart(Struct, frozen=True):
    """A setting in which two policies differ, and what it means in each."""

    setting: str
    one: Told
    other: Told


def explained(policy: Policy) -> tuple[Chapter, ...]:
    """A policy in chapters. Raises KeyError for a setting that has no sentence."""
    return tuple(
        Chapter(
            title,
            short(policy) if short else "",
            tuple(told for group in groups for told in _group(policy, group)),
        )
        for title, groups, short in _CHAPTERS
    )


def apart(one: Policy, other: Policy) -> tuple[Apart, ...]:
    """The settings in which two policies differ, where they count in one of the two at least."""
    found = []
    others = {told.setting: told for chapter in explained(other) for told in chapter.told}
    for chapter in explained(one):
        for told in chapter.told:
            beside = others[told.setting]
            if told.value != beside.value and (told.counts or beside.counts):
                found.append(Apart(told.setting, told, beside))
    return tuple(found)


def settings_of(policy: Policy) -> Mapping[str, Any]:
    """The value of every setting by its dotted name."""
    return {
        f"{group.name}.{field.name}": getattr(getattr(policy, group.name), field.name)
        for group in msgspec.structs.fields(Policy)
        if group.name != "profile"
        for field in msgspec.structs.fields(group.type)
    }


def shown(value: Any) -> str:
    """A setting's value as a policy in TOML has it."""
    return msgspec.json.encode(value).decode().replace(",", ", ")


def _group(policy: Policy, group: str) -> Iterator[Told]:
    values, plain = settings_of(policy), settings_of(_PLAIN)
    base = settings_of(_PROFILES[policy.profile])
    sources = SOURCES.get(policy.profile, {})
    for name, value in values.items():
        if not name.startswith(f"{group}."):
            continue
        said = SAID[name]
        counts = all(values[other] in some for other, some in said.where.items())
        ours = value == base[name] and value != plain[name]
        source, because = (sources.get(group, ""), sources.get(name, "")) if ours else ("", "")
        yield Told(
            name, shown(value), sentence(said.saying, value), counts, value != plain[name], source, because
        )


_PROFILES = {name: profiled(name) for name in PROFILE_NAMES}
_PLAIN = _PROFILES["plain"]
