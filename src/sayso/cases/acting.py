"""What a person asks to be done about a case, and whether that can be understood. Does nothing itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sayso.canon.decimals import plain
from sayso.cases.kinds import kind_of, remedies_of
from sayso.cases.policy import CasePolicy
from sayso.errors import BadField

Remedy = Literal[
    "retry", "edit_and_replay", "approve_substitution", "accept_short", "request_credit", "release_hold", "write_off",
    "link_document", "apply_payment", "accept_difference", "assign", "note", "close",
]  # fmt: skip
Text = Annotated[str, Meta(max_length=200)]
Said = Annotated[str, Meta(max_length=1000)]

_MONEY = ("request_credit", "write_off", "accept_short", "accept_difference")


class Action(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A remedy with what it needs; what is left out is taken from the case.

    `by` is the person, where that is not who holds the key. `note` is why: it is recorded. `to`: whom it is assigned
    to, "" for nobody. `line`, `item`, `factor` (what one of the item stands for), `unit_price`, `quantity`: of a line of
    the order, in base units. `amount`: money with tax, in the case's currency. `document`: the hold, invoice or
    document that is meant. `order`: the order that a document is about. `body`: the mended message. `message`: its number.
    """

    action: Remedy
    by: Text = ""
    note: Said = ""
    to: Text = ""
    line: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    item: Text = ""
    factor: Decimal | None = None
    unit_price: Decimal | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    document: Text = ""
    order: Text = ""
    body: str = ""
    message: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 0


def checked(asked: Action, kind: str) -> Action:
    """The action, if it fits a case of this kind and its figures can be. Raises BadField naming the field."""
    fits = remedies_of(kind)
    if asked.action not in fits:
        raise BadField(
            "action", asked.action, f"this does not fit a case of {kind_of(kind).title.lower()}",
            remedy="one of " + ", ".join(fits),
        )  # fmt: skip
    for name in ("factor", "unit_price", "quantity", "amount"):
        value = getattr(asked, name)
        if value is not None and not (value.is_finite() and value > 0 and abs(value.adjusted()) <= 15):
            raise BadField(name, value, "not a positive number", remedy="send e.g. 12.5")
    for field in ("note", "close"):
        if asked.action == field and not asked.note.strip():
            raise BadField("note", asked.note, "the note is blank", remedy="write it out: it is recorded")
    if asked.action == "edit_and_replay" and not asked.body:
        raise BadField("body", asked.body, "there is no body", remedy="send the mended message as text")
    if asked.action == "link_document" and not asked.order:
        raise BadField(
            "order", asked.order, "no order is named", remedy="name the order that the document is about"
        )
    return asked


def check_person(asked: Action, amount: Decimal | None, policy: CasePolicy) -> None:
    """BadField where a remedy is worth more than a key may decide, and no person is named."""
    over = policy.named_over
    if asked.action in _MONEY and over is not None and (amount or Decimal(0)) > over and not asked.by.strip():
        raise BadField(
            "by", asked.by, f"a remedy worth more than {plain(over)} needs a named person",
            remedy="name the person who decides it", amount=plain(amount or Decimal(0)),
        )  # fmt: skip
