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


def _profiles() -> Mapping[ProfileName, Dates]:
    """How each ERP has it; a comment names the source of what is not plain."""
    plain = Dates()
    return {
        "plain": plain,
        "business_central": plain,
        "odoo": plain,
        "erpnext": plain,
        "tryton": plain,
    }


#: The dates of the profile of that name.
PROFILES: Mapping[ProfileName, Dates] = _profiles()
