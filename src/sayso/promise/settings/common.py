"""Kinds of values that settings share: whole days, seconds, weekdays, and what an outcome may be."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

Days = Annotated[int, Meta(ge=0, le=3650, extra={"unit": "days"})]
Seconds = Annotated[int, Meta(ge=1, le=366 * 86400, extra={"unit": "seconds"})]
Age = Annotated[int, Meta(ge=0, le=10 * 366 * 86400, extra={"unit": "seconds"})]
Weekday = Annotated[int, Meta(ge=1, le=7)]
Outcome = Literal["ignore", "refer", "refuse"]
ProfileName = Literal["plain", "business_central", "odoo", "erpnext", "tryton"]
