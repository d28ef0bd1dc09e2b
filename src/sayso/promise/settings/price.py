"""Which price wins, and how each ERP chooses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sayso.promise.settings.common import ProfileName

Source = Literal["customer", "price_group", "discount_group", "campaign", "all"]


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


def _profiles() -> Mapping[ProfileName, Price]:
    """How each ERP has it; a comment names the source of what is not plain."""
    plain = Price()
    return {
        "plain": plain,
        "business_central": plain,
        "odoo": plain,
        "erpnext": plain,
        "tryton": plain,
    }


#: The settings of this group by the name of the profile.
PROFILES: Mapping[ProfileName, Price] = _profiles()
