"""How a company wants to be decided for: every setting, as one value that starts from a named ERP's profile.

A policy is data. Its hash is part of the evidence of each decision, so that a decision can be made again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta, Struct, field

from sayso.canon.canonical import digest
from sayso.errors import Misconfigured
from sayso.promise.settings import availability, credit, fulfilment, price
from sayso.promise.settings.availability import Availability
from sayso.promise.settings.common import ProfileName
from sayso.promise.settings.company import Company, Freshness, Holds
from sayso.promise.settings.credit import Credit
from sayso.promise.settings.fulfilment import Dates, Sourcing
from sayso.promise.settings.price import Price

#: The names of the ERP logic profiles, the plain one first.
PROFILE_NAMES: tuple[ProfileName, ...] = get_args(ProfileName)


class Policy(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """All settings. Made by `profiled`, `read` or `parse`; equal settings have equal hashes."""

    profile: Annotated[
        ProfileName, Meta(description="The ERP logic profile that the settings start from.")
    ] = "plain"
    company: Company = field(default_factory=Company)
    availability: Availability = field(default_factory=Availability)
    sourcing: Sourcing = field(default_factory=Sourcing)
    dates: Dates = field(default_factory=Dates)
    price: Price = field(default_factory=Price)
    credit: Credit = field(default_factory=Credit)
    freshness: Freshness = field(default_factory=Freshness)
    holds: Holds = field(default_factory=Holds)

    @cached_property
    def body(self) -> bytes:
        """The canonical form, archived beside the decisions that were made under it."""
        return msgspec.json.encode(self, order="sorted")

    @cached_property
    def hash(self) -> str:
        """The content address of the canonical form."""
        return digest(self.body)


def profiled(profile: ProfileName) -> Policy:
    """The settings of a named profile, nothing changed."""
    return Policy(
        profile,
        availability=availability.PROFILES[profile],
        dates=fulfilment.PROFILES[profile],
        price=price.PROFILES[profile],
        credit=credit.PROFILES[profile],
    )


def read(settings: Mapping[str, Any], name: str = "policy", profile: str = "plain") -> Policy:
    """A policy from nested settings, which change those of the profile that they name, else of `profile`.

    Raises Misconfigured, which names the setting that is unknown or wrong.
    """
    wanted = settings.get("profile", profile)
    if wanted not in PROFILE_NAMES:
        raise Misconfigured(
            f"{name}: no profile is called {wanted!r}", remedy=f"name one of {', '.join(PROFILE_NAMES)}"
        )
    base: dict[str, Any] = msgspec.to_builtins(profiled(wanted))
    for group, given in settings.items():
        both = isinstance(base.get(group), dict) and isinstance(given, Mapping)
        base[group] = {**base[group], **given} if both else given
    try:
        return msgspec.convert(base, Policy, strict=True)
    except msgspec.ValidationError as refused:
        raise Misconfigured(
            f"{name}: {refused}", remedy="see docs/reference/policy.md for every setting and its values"
        ) from None


def parse(text: str, name: str) -> Policy:
    """A policy from the text of a TOML file called `name`; what is not set is as in the profile that it names.

    Raises Misconfigured, which names the file and the setting.
    """
    try:
        settings = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise Misconfigured(f"{name}: {broken}", remedy="the file is TOML in UTF-8") from None
    return read(settings, name)


def thaw(body: bytes) -> Policy:
    """The policy whose canonical form was archived."""
    return msgspec.json.decode(body, type=Policy)
