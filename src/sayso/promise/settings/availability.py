"""What counts as sellable, and how each ERP counts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sayso.promise.settings.common import Days, ProfileName

DemandStatus = Literal["draft", "quote", "confirmed"]
InboundKind = Literal["purchase", "production", "transfer", "assembly", "sales_return", "planned"]


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
    inbound_date: Annotated[
        Literal["stated", "p50", "p90"],
        Meta(
            description="The day on which an inbound is expected: as its document states, or the day by which it has"
            " arrived at even odds (p50) or nine times in ten (p90), by what receipts taught; as stated where they"
            " taught nothing."
        ),
    ] = "stated"
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


def _profiles() -> Mapping[ProfileName, Availability]:
    """How each ERP has it; a comment names the source of what is not plain."""
    plain = Availability()
    return {
        "plain": plain,
        "business_central": plain,
        "odoo": plain,
        "erpnext": plain,
        "tryton": plain,
    }


#: The settings of this group by the name of the profile.
PROFILES: Mapping[ProfileName, Availability] = _profiles()
