"""What may be asked of books of facts on a day, and who answers: each question is the judgement's own, asked alone.

A module asks_*.py answers some questions and says so in its ASKS: the name, the shape of the parameters, the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from msgspec import Struct

from sayso.errors import BadField
from sayso.promise.gather import Books
from sayso.promise.policy import Policy


class Told(NamedTuple):
    """An answer, field by field, and the arithmetic that led to it in lines that a person can follow."""

    answer: dict[str, Any]
    arithmetic: list[str]


Answering = Callable[[Books, Any, date, Policy], Told]


class Ask(NamedTuple):
    """A question: the shape of its parameters, and what answers it on a day under a policy."""

    parameters: type[Struct]
    answer: Answering


Asks = Mapping[str, tuple[type[Struct], Answering]]

#: Every question, and the module whose ASKS answers it.
ASKED_IN: Mapping[str, str] = {
    "sellable": "asks_stock",
    "earliest": "asks_stock",
    "warning": "asks_stock",
    "price": "asks_price",
    "credit": "asks_credit",
    "overdue": "asks_credit",
    "promise": "asks_promise",
}


@cache
def ask_named(name: str) -> Ask:
    """The question of this name. Raises BadField, with the nearest name, if there is none."""
    if name not in ASKED_IN:
        near = get_close_matches(name, ASKED_IN, 1)
        remedy = f"did you mean {near[0]}?" if near else "ask one of " + ", ".join(ASKED_IN)
        raise BadField("ask", name, "there is no such question", remedy=remedy)
    asks: Asks = import_module(f"sayso.audit.parity.{ASKED_IN[name]}").ASKS
    return Ask(*asks[name])
