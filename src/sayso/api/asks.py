"""The bodies that only the HTTP door knows: renewing, overriding, cancelling; and what a load looks like."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct


class Renewal(Struct, frozen=True, forbid_unknown_fields=True):
    """How long to hold from now on, as an ISO 8601 duration."""

    hold: Annotated[
        str, Meta(min_length=2, max_length=32, examples=["PT15M"], extra_json_schema={"format": "duration"})
    ]


class Override(Struct, frozen=True, forbid_unknown_fields=True):
    """Who approves what credit referred or refused, and why. Both are recorded."""

    by: Annotated[str, Meta(min_length=1, max_length=200)]
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


class Cancellation(Struct, frozen=True, forbid_unknown_fields=True):
    """Why the order is cancelled. Recorded."""

    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


class Load(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A batch of rows of one kind. `as_of` is when `source` knew them; `snapshot`: they are all it has."""

    source: Annotated[str, Meta(min_length=1, max_length=200)]
    as_of: Annotated[datetime, Meta(tz=True)]
    rows: tuple[dict[str, Any], ...]
    snapshot: bool = False
