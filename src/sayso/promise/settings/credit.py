"""Exposure, its limit, ageing and holds, and how each ERP has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sayso.promise.settings.common import Days, Outcome, ProfileName

Hold = Literal["ship", "invoice", "all"]


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


def _profiles() -> Mapping[ProfileName, Credit]:
    """How each ERP has it; a comment names the source of what is not plain."""
    plain = Credit()
    return {
        "plain": plain,
        "business_central": plain,
        "odoo": plain,
        "erpnext": plain,
        "tryton": plain,
    }


#: The settings of this group by the name of the profile.
PROFILES: Mapping[ProfileName, Credit] = _profiles()
