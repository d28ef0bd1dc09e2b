"""How a company wants to be decided for: every setting with its default, its unit and its meaning.

A policy is data. Its hash is part of the evidence of each decision, so that a decision can be made again.
"""

from __future__ import annotations

import tomllib
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from sayso.canon.canonical import digest
from sayso.errors import Misconfigured

Days = Annotated[int, Meta(ge=0, le=3650)]
Seconds = Annotated[int, Meta(ge=1, le=366 * 86400)]
Outcome = Literal["ignore", "refer", "refuse"]


class Company(Struct, frozen=True, forbid_unknown_fields=True):
    """The company that sells."""

    currency: Annotated[
        str, Meta(description="Currency of credit limits and of prices that name none; ISO 4217.")
    ] = "GBP"


class Availability(Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as sellable."""

    horizon_days: Annotated[
        Days,
        Meta(description="Days ahead that the projected balance is looked at, and supply is promised from."),
    ] = 365
    receiving_days: Annotated[
        Days, Meta(description="Days between an inbound's due date and the day its goods can leave.")
    ] = 0
    safety_stock: Annotated[
        bool,
        Meta(description="Whether the safety stock of an item and site is kept out of what is sellable."),
    ] = True
    inbound_status: Annotated[
        tuple[str, ...], Meta(description="Statuses of inbound documents that count as supply.")
    ] = ("confirmed",)
    inbound_kinds: Annotated[
        tuple[str, ...], Meta(description="Kinds of inbound documents that count as supply.")
    ] = ("purchase", "production", "transfer", "assembly", "sales_return")
    past_due_inbound: Annotated[
        Literal["ignore", "next_day"],
        Meta(
            description="Inbound whose due date has passed: ignore it until it has a new date, or expect it tomorrow."
        ),
    ] = "ignore"
    demand_status: Annotated[
        tuple[str, ...], Meta(description="Statuses of demand documents that count as demand.")
    ] = ("confirmed",)
    backorder: Annotated[
        bool, Meta(description="Whether quantity without supply may be promised by lead time, conditionally.")
    ] = True


class Sourcing(Struct, frozen=True, forbid_unknown_fields=True):
    """Which sites ship, and how a line may be split."""

    undeclared_lanes: Annotated[
        Literal["own_country", "anywhere", "nowhere"],
        Meta(description="Where a site ships to for which no lane at all is declared."),
    ] = "own_country"
    most_sites: Annotated[
        int,
        Meta(
            ge=1,
            le=8,
            description="Most sites that one promise is gathered from, where fewer do not suffice.",
        ),
    ] = 4
    split: Annotated[bool, Meta(description="Whether a line may be split over sites or dates at all.")] = True
    substitutes: Annotated[
        Literal["never", "on_request"],
        Meta(description="Whether a line that says substitute may be filled with an approved substitute."),
    ] = "on_request"


class Dates(Struct, frozen=True, forbid_unknown_fields=True):
    """Working days and transit."""

    weekend: Annotated[
        tuple[int, ...],
        Meta(
            description="ISO weekdays (1 Monday to 7 Sunday) on which a named calendar rests unless it says otherwise."
        ),
    ] = (6, 7)
    transit: Annotated[
        Literal["calendar", "working"],
        Meta(description="Whether transit days are counted as calendar days or as the site's working days."),
    ] = "calendar"


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """Which price wins."""

    order: Annotated[
        tuple[str, ...], Meta(description="Sources in the order in which the first that has a price wins.")
    ] = ("customer", "price_group", "campaign", "all")
    among_equals: Annotated[
        Literal["lowest", "largest_break"],
        Meta(
            description="Within the winning source: the lowest net price, or the largest quantity break reached."
        ),
    ] = "lowest"
    without_price: Annotated[
        Literal["refer", "refuse"], Meta(description="What becomes of a line without a price.")
    ] = "refuse"


class Credit(Struct, frozen=True, forbid_unknown_fields=True):
    """Exposure, ageing and holds."""

    amount: Annotated[
        Literal["gross", "net"],
        Meta(description="Whether a promise counts with tax (where its rate is known) or without."),
    ] = "gross"
    without_limit: Annotated[
        Literal["unlimited", "refuse"], Meta(description="What a credit limit of nothing or 0 means.")
    ] = "unlimited"
    over_limit: Annotated[
        Literal["refer", "refuse"],
        Meta(
            description="Exposure over the limit: refused, or referred. Neither is held before a person overrides."
        ),
    ] = "refuse"
    overdue: Annotated[Outcome, Meta(description="What overdue receivables do.")] = "refer"
    grace_days: Annotated[
        Days, Meta(description="Days after the due date before a receivable is overdue.")
    ] = 0
    overdue_threshold: Annotated[
        str,
        Meta(
            pattern=r"^\d{1,15}(\.\d{1,4})?$",
            description="Overdue up to this amount is let pass; currency of the account.",
        ),
    ] = "0"  # fmt: skip
    refuse_holds: Annotated[
        tuple[str, ...], Meta(description="Values of a customer's hold that refuse a promise.")
    ] = ("ship", "all")
    refer_holds: Annotated[
        tuple[str, ...], Meta(description="Values of a customer's hold that refer a promise.")
    ] = ("invoice",)


class Freshness(Struct, frozen=True, forbid_unknown_fields=True):
    """How old facts may be."""

    stock_seconds: Annotated[
        int, Meta(ge=0, description="Greatest age of stock facts in seconds; 0 means any.")
    ] = 0
    credit_seconds: Annotated[
        int, Meta(ge=0, description="Greatest age of credit facts in seconds; 0 means any.")
    ] = 0
    when_stale: Annotated[
        Literal["conditional", "refused"], Meta(description="The verdict where facts are older than that.")
    ] = "conditional"


class Holds(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a hold lives."""

    longest_seconds: Annotated[
        Seconds, Meta(description="Longest hold that may be asked for, in seconds.")
    ] = 86400
    quote_seconds: Annotated[
        Seconds, Meta(description="How long a quote's figures are said to stand, in seconds.")
    ] = 900


class Policy(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """All settings. Made by `read` or `parse`; equal settings have equal hashes."""

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


def read(settings: dict[str, Any], name: str = "policy") -> Policy:
    """A policy from nested settings; Misconfigured names the setting that is unknown or wrong."""
    try:
        return msgspec.convert(settings, Policy, strict=True)
    except msgspec.ValidationError as refused:
        raise Misconfigured(
            f"{name}: {refused}", remedy="see docs/reference/policy.md for every setting and its values"
        ) from None


def parse(text: str, name: str) -> Policy:
    """A policy from the text of a TOML file called `name`; what is not set keeps its default.

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
