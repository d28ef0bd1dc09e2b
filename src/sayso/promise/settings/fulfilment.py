"""Which sites ship, how a line may be split, and which days work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sayso.promise.settings.common import ProfileName, Weekday


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
    ships: Annotated[
        Literal["at_once", "as_requested"],
        Meta(
            description="Whether a line that is needed by a day leaves as soon as it can, or never before the last day on"
            " which it is still in time."
        ),
    ] = "at_once"
    requested: Annotated[
        Literal["shipment", "delivery"],
        Meta(
            description="What the requested date of a demand is: the day on which it is to leave, or the day on which it"
            " is to be delivered, from which shipping time and handling are counted back over the working calendars."
        ),
    ] = "shipment"


#: Business Central: Sales Line (CalcPlannedDeliveryDate, CalcShipmentDate), codeunits "Calendar Management" and
#: "AvailabilityManagement", and the tests of order promising.
_BUSINESS_CENTRAL = Dates(
    # A base calendar rests on the days that its entries say, and on no others.
    weekend=(),
    # CalcDateBOC counts shipping time in working days.
    transit="working",
    # The requested shipment date is the requested delivery date less shipping time and outbound handling, and with a
    # requested delivery date nothing is promised before it.
    ships="as_requested",
    requested="delivery",
)

#: Odoo (sale_stock: lead times are calendar days), ERPNext (delivery dates are what is typed in; a holiday list names
#: each of its days) and Tryton (shipping dates are counted in calendar days): no day rests unless it is listed.
_LISTED_DAYS_REST = Dates(weekend=())

#: The dates of the profile of that name.
PROFILES: Mapping[ProfileName, Dates] = {
    "plain": Dates(),
    "business_central": _BUSINESS_CENTRAL,
    "odoo": _LISTED_DAYS_REST,
    "erpnext": _LISTED_DAYS_REST,
    "tryton": _LISTED_DAYS_REST,
}
