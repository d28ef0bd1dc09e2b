"""How a company wants to be decided for: every setting with its default, its unit and its meaning.

A policy is data. Its hash is part of the evidence of each decision, so that a decision can be made again.
"""

from __future__ import annotations

import tomllib
from functools import cached_property
from typing import Annotated, Any, Literal, get_type_hints

import msgspec
from msgspec import Meta, Struct, field

from sayso.canon.canonical import digest
from sayso.errors import Misconfigured

Days = Annotated[int, Meta(ge=0, le=3650, extra={"unit": "days"})]
Seconds = Annotated[int, Meta(ge=1, le=366 * 86400, extra={"unit": "seconds"})]
Age = Annotated[int, Meta(ge=0, le=10 * 366 * 86400, extra={"unit": "seconds"})]
Weekday = Annotated[int, Meta(ge=1, le=7)]
Outcome = Literal["ignore", "refer", "refuse"]
DemandStatus = Literal["draft", "quote", "confirmed"]
InboundKind = Literal["purchase", "production", "transfer", "assembly", "sales_return", "planned"]
Source = Literal["customer", "price_group", "discount_group", "campaign", "all"]
Hold = Literal["ship", "invoice", "all"]


class Company(Struct, frozen=True, forbid_unknown_fields=True):
    """The company that sells."""

    currency: Annotated[
        str,
        Meta(
            pattern="^[A-Z]{3}$",
            extra={"written": "ISO 4217 code"},
            description="Currency of amounts that name none, of group limits, and of accounts that have no other.",
        ),
    ] = "GBP"


class Availability(Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as sellable."""

    horizon_days: Annotated[
        Days,
        Meta(
            description="How far ahead the projected balance is looked at, and supply is promised from."
            " Commitments after it are not looked at; a promise that leaves after it counts on its last day."
        ),
    ] = 365
    receiving_days: Annotated[
        Days, Meta(description="Days between an inbound's due date and the day its goods can leave.")
    ] = 0
    safety_stock: Annotated[
        bool,
        Meta(description="Whether the safety stock of an item and site is kept out of what is sellable."),
    ] = True
    inbound_status: Annotated[
        tuple[Literal["draft", "confirmed"], ...],
        Meta(description="Statuses of inbound documents that count as supply."),
    ] = ("confirmed",)
    inbound_kinds: Annotated[
        tuple[InboundKind, ...], Meta(description="Kinds of inbound documents that count as supply.")
    ] = ("purchase", "production", "transfer", "assembly", "sales_return")
    past_due_inbound: Annotated[
        Literal["ignore", "next_day"],
        Meta(
            description="Inbound whose due date has passed: ignore it until it has a new date, or expect it tomorrow."
        ),
    ] = "ignore"
    demand_status: Annotated[
        tuple[DemandStatus, ...],
        Meta(
            description="Statuses of demand documents that count as demand, and as open orders in exposure."
        ),
    ] = ("confirmed",)
    backorder: Annotated[
        bool,
        Meta(
            description="Whether quantity without supply may be promised by lead time, conditionally;"
            " else the line is refused. What is discontinued never is."
        ),
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
            extra={"unit": "sites"},
            description="Most sites that a line is gathered from, and all lines together that can be had in time;"
            " fewer where fewer suffice.",
        ),
    ] = 4
    split: Annotated[
        bool,
        Meta(
            description="Whether a line may be split over sites or dates at all; else it comes from one site, on one day."
        ),
    ] = True
    substitutes: Annotated[
        Literal["never", "on_request"],
        Meta(description="Whether a line that says substitute may be filled with an approved substitute."),
    ] = "on_request"


class Dates(Struct, frozen=True, forbid_unknown_fields=True):
    """Working days and transit."""

    weekend: Annotated[
        tuple[Weekday, ...],
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
        tuple[Source, ...],
        Meta(
            description="Sources in the order in which the first that has a price wins; one that is not named comes"
            " after them, and the item's own list price last."
        ),
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
        Literal["unlimited", "refuse"],
        Meta(
            description="What a credit limit of nothing or 0 means: none at all, or that nothing goes on credit."
        ),
    ] = "unlimited"
    over_limit: Annotated[
        Literal["refer", "refuse"],
        Meta(
            description="Exposure over the limit: refused, or referred. Neither is held before a person overrides."
        ),
    ] = "refuse"
    overdue: Annotated[Outcome, Meta(description="What overdue receivables do.")] = "refer"
    grace_days: Annotated[
        Days, Meta(description="How long after its due date a receivable is not yet overdue.")
    ] = 0
    overdue_threshold: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,15}(\.[0-9]{1,4})?$",
            extra={"unit": "the account's currency", "written": "decimal as text"},
            description="Overdue up to this sum is let pass.",
        ),
    ] = "0"  # fmt: skip
    refuse_holds: Annotated[
        tuple[Hold, ...], Meta(description="Values of a customer's hold that refuse a promise.")
    ] = ("ship", "all")
    refer_holds: Annotated[
        tuple[Hold, ...], Meta(description="Values of a customer's hold that refer a promise.")
    ] = ("invoice",)


class Freshness(Struct, frozen=True, forbid_unknown_fields=True):
    """How old facts may be."""

    stock_seconds: Annotated[
        Age, Meta(description="Greatest age of the stock facts of a promise; 0 means any.")
    ] = 0
    credit_seconds: Annotated[
        Age, Meta(description="Greatest age of the credit facts of a promise; 0 means any.")
    ] = 0
    when_stale: Annotated[
        Literal["conditional", "refused"], Meta(description="The verdict where facts are older than that.")
    ] = "conditional"


class Holds(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a hold lives."""

    longest_seconds: Annotated[Seconds, Meta(description="Longest hold that may be asked for.")] = 86400
    quote_seconds: Annotated[Seconds, Meta(description="How long a quote's figures are said to stand.")] = 900


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


_OPENING = """# The policy: every setting

Made from `src/sayso/promise/policy.py`; a test keeps the two in step.

How a company wants to be decided for, as a TOML file with a table for each group below. What is not named keeps its
default; a setting that does not exist, or a value that cannot be, is refused by name. `sayso policy show` shows what
is in force, and its hash, which is in the evidence of each decision. [How to write one](../how-to/write-a-policy.md).

```toml
[credit]
overdue = "refuse"
grace_days = 7
```
"""


def reference() -> str:
    """The reference of all settings as Markdown (docs/reference/policy.md), made from the settings themselves."""
    sections = (_section(group.name, group.type) for group in msgspec.structs.fields(Policy))
    return "\n".join((_OPENING, *sections))


def _section(name: str, group: Any) -> str:
    kinds = msgspec.json.schema(group)["$defs"][group.__name__]["properties"]
    hints = get_type_hints(group, include_extras=True)
    usual = group()
    rows = []
    for one, hint in hints.items():
        written = _said(hint, "written") or _may_be(kinds[one])
        cells = (one, written, _said(hint, "unit"), _toml(getattr(usual, one)), _said(hint, "description"))
        rows.append(f"| {' | '.join(cells)} |")
    head = ("| setting | may be | unit | default | meaning |", "| --- | --- | --- | --- | --- |")
    return "\n".join((f"## {name}", group.__doc__, "", *head, *rows, ""))


def _may_be(kind: dict[str, Any]) -> str:
    if "enum" in kind:
        return ", ".join(f'`"{one}"`' for one in kind["enum"])
    if kind["type"] == "array":
        return f"list of {_may_be(kind['items'])}"
    if kind["type"] == "integer":
        return f"{kind['minimum']} to {kind['maximum']}"
    return "`true`, `false`"


def _said(hint: Any, what: str) -> str:
    """What the metadata of a setting say: its unit or its description."""
    for meta in getattr(hint, "__metadata__", ()):
        found = meta.description if what == "description" else (meta.extra or {}).get(what)
        if found:
            return str(found)
    return ""


def _toml(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return f"`{text.replace(',', ', ')}`"
