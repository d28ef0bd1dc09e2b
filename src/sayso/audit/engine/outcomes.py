"""What the ERP made of a line, beside what the judgement says of it: the same, the opposite, or not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sayso.audit.engine.answers import Asked
from sayso.audit.shapes import Outcome

_GRAVITY: Mapping[str, int] = {
    "rejected": 5, "short": 4, "late": 3, "changed": 2, "accepted": 1, "cancelled": 0,
}  # fmt: skip


def of_line(outcomes: Iterable[Outcome], line: int) -> Outcome | None:
    """The gravest outcome of a line; where there is none, of its whole order."""
    every = list(outcomes)
    own = [one for one in every if one.line == line] or [one for one in every if one.line == 0]
    return max(own, key=lambda one: _GRAVITY[one.outcome], default=None)


def kept(about: Asked, place: int, outcome: Outcome | None) -> bool | None:
    """Whether the ERP did what the storefront promised; None where nobody knows, or where the buyer cancelled."""
    if outcome is None or outcome.outcome == "cancelled":
        return None
    line = about.lines[place]
    if outcome.outcome == "rejected":
        return False
    if outcome.quantity is not None and outcome.quantity < line.quantity:
        return False
    promised = line.shown_date or line.need_by
    if outcome.on is not None and promised is not None and outcome.on > promised:
        return False
    return outcome.outcome not in ("short", "late")


def priced(seen: Decimal | None, judged: Decimal, outcome: Outcome | None) -> bool | None:
    """Whether the ERP charged the judgement's unit price (True), the storefront's (False), or nobody knows."""
    if outcome is None or outcome.unit_price is None:
        return None
    if outcome.unit_price == judged:
        return True
    return False if outcome.unit_price == seen else None
