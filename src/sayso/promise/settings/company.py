"""The company that sells, how old its facts may be, and how long a hold lives."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from sayso.promise.settings.common import Age, Seconds


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
