"""The stages of an order and which facts move it between them: the table, readable on one screen.

The stage is read from the state (`stages`), not made by walking this table. The table says what may be seen when the facts
come one after another as they happened, and which facts are odd at which stage; a test holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Mapping

STAGES: Mapping[str, str] = {
    "unknown": "nobody has placed it here; what is told of it is kept",
    "placed": "ordered, and not yet taken over by the ERP",
    "accepted": "the ERP has it",
    "allocated": "stock is set aside for it",
    "picking": "some of it is picked",
    "held": "something is still to leave, and a hold stands against it",
    "part_shipped": "some has left, and more is to leave",
    "shipped": "all that is still wanted has left",
    "delivered": "all of that has arrived",
    "part_invoiced": "some is invoiced, and more is to leave or to be invoiced",
    "invoiced": "all that left is invoiced, and nothing is settled",
    "part_paid": "some of that is settled; or too much was, or something is disputed or to be credited",
    "closed": "nothing is to leave, and no money is to come or go",
    "rejected": "the ERP refused what was ordered",
    "cancelled": "nothing of it is wanted any more",
}

_START = "placed accepted allocated picking"
_LEFT = "shipped delivered"
_BILLED = "invoiced part_paid"
_OVER = "cancelled rejected"
_DONE = f"{_LEFT} {_BILLED} closed"  # nothing is open
_ANY = " ".join(STAGES)
_KNOWN = _ANY.removeprefix("unknown ")

TRANSITIONS: Mapping[str, Mapping[str, str]] = {
    # What happened            from                           to
    "order.placed":          {"unknown":                      _ANY,
                              _KNOWN:                         _KNOWN},  # two contents: which one counts may change
    "order.accepted":        {"placed":                       "accepted",
                              f"rejected {_DONE}":            f"{_START} held part_shipped part_invoiced",
                              "part_shipped part_invoiced":   "held"},
    "order.changed":         {_KNOWN:                         _KNOWN},
    "order.held":            {f"{_START} part_shipped part_invoiced": "held"},
    "order.released":        {"held":                         f"{_START} part_shipped part_invoiced"},
    "order.rejected":        {_START:                         "rejected",
                              "held":                         f"rejected part_invoiced {_DONE}",
                              "part_shipped part_invoiced":   _DONE},
    "order.cancelled":       {f"{_START} rejected":           _OVER,
                              "held":                         f"{_OVER} part_invoiced {_DONE}",
                              "part_shipped part_invoiced":   _DONE},
    "line.allocated":        {"placed accepted":              "allocated"},
    "pick.confirmed":        {"placed accepted allocated":    "picking"},
    "shipment.dispatched":   {_START:                         f"part_shipped {_LEFT} closed",
                              "part_shipped":                 f"{_LEFT} closed",
                              "held":                         f"part_invoiced {_DONE}",
                              _OVER:                          f"{_LEFT} closed",
                              f"{_LEFT} closed":              f"{_LEFT} closed",
                              f"{_BILLED} closed":            "part_invoiced",
                              "part_invoiced invoiced":       f"{_BILLED} closed"},
    "shipment.delivered":    {"shipped":                      "delivered"},
    "shipment.returned":     {_LEFT:                          "closed",
                              "part_invoiced":                f"{_BILLED} closed",
                              "closed":                       _BILLED},
    "invoice.issued":        {f"{_START} part_shipped":       "part_invoiced",
                              f"{_LEFT} {_OVER} part_invoiced part_paid closed": f"part_invoiced {_BILLED} closed",
                              "invoiced":                     "part_paid closed"},
    "invoice.delivered":     {},
    "credit_memo.issued":    {"invoiced":                     "part_paid closed",
                              "part_paid":                    "closed",
                              "closed":                       "part_paid"},
    "payment.received":      {"closed part_paid":             f"{_BILLED} closed"},
    "payment.applied":       {"invoiced":                     "part_paid closed",
                              "part_paid":                    "closed",
                              "closed":                       "part_paid"},
    "payment.reversed":      {"closed part_paid":             f"{_BILLED} closed"},
    "dispute.opened":        {"closed":                       _BILLED},
    "dispute.closed":        {_BILLED:                        "closed"},
}  # fmt: skip
"""For each family of facts what the first telling of a document may do to the stage. Each may also leave it as it is. A
further telling (a correction) may do the same, and undo it."""

ODD: Mapping[str, Mapping[str, str]] = {
    "shipment.dispatched": {"cancelled": "shipped_after_cancel"},
    "shipment.returned":   {"invoiced part_paid closed": "return_not_credited"},
    "order.accepted":      {"unknown": "order_unknown"},
    "pick.confirmed":      {"unknown": "order_unknown"},
    "invoice.issued":      {"unknown": "order_unknown", "closed": "invoiced_over"},
    "payment.applied":     {"closed": "overpaid"},
}  # fmt: skip
"""Facts that are not expected at a stage, and the finding (`cash.findings`) that says so."""


def _spelled(rows: Mapping[str, Mapping[str, str]]) -> dict[str, frozenset[tuple[str, str]]]:
    return {
        family: frozenset(
            (before, after) for one, to in row.items() for before in one.split() for after in to.split()
        )
        for family, row in rows.items()
    }


_MOVES = _spelled(TRANSITIONS)
_ODD = {
    (family, stage): kind
    for family, row in ODD.items()
    for stages, kind in row.items()
    for stage in stages.split()
}


def allowed(family: str, before: str, after: str, again: bool = False) -> bool:
    """Whether a fact may move an order so; `again`: a document that was told before, with other contents."""
    if before == after:
        return True
    moves = _MOVES.get(family, frozenset())
    return (before, after) in moves or (again and (after, before) in moves)


def odd(family: str, stage: str) -> str:
    """The kind of finding that a fact of this family makes at this stage; blank where it is expected."""
    return _ODD.get((family, stage), "")
