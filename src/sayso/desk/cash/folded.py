"""What one part of a batch's work hands the next: an order that was folded anew."""

from __future__ import annotations

from typing import NamedTuple

from sayso.cash.shapes import Fact, State


class Folded(NamedTuple):
    """An order whose facts have changed: its state before (None: it was not known), after, and the facts."""

    before: State | None
    after: State
    facts: tuple[Fact, ...]
