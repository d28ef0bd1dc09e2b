"""Every kind of case and every remedy, as one table each. What a kind says of itself stands in `kind`."""

from __future__ import annotations

from collections.abc import Mapping

from sayso.cases.kind import FoundIn, Kind, named, sentence
from sayso.cases.kinds_money import MONEY
from sayso.cases.kinds_order import ORDER
from sayso.cases.kinds_traffic import TRAFFIC

__all__ = [
    "ALWAYS", "KINDS", "REMEDIES", "FoundIn", "Kind", "kind_of", "kinds_found_in", "markdown", "remedies_of", "sentence",
]  # fmt: skip

#: Every kind by its name, goods first, then money, then what travels.
KINDS: Mapping[str, Kind] = {one.kind: one for one in (*ORDER, *MONEY, *TRAFFIC)}

#: What a person can do about a case, and what it does.
REMEDIES: Mapping[str, str] = {
    "retry": "ask the system again, or take the message that was held back again",
    "edit_and_replay": "put a mended body in the place of a message's and take it again",
    "approve_substitution": "agree another item in a line's place: the order is changed",
    "accept_short": "cancel what cannot be had of a line",
    "request_credit": "ask receivables for a credit memo",
    "release_hold": "release a hold that stands on the order",
    "write_off": "give up what is open of an invoice",
    "link_document": "say which order a document is about",
    "apply_payment": "say which invoice a payment is for",
    "accept_difference": "agree to what the ERP stored: the order is changed to it",
    "assign": "say who works on it",
    "note": "write something down",
    "close": "close it, with the reason",
}

#: These fit every case.
ALWAYS = ("assign", "note", "close")

_OTHER = Kind(
    kind="other", title="Other", found_in="order", trigger="Something does not agree.", owner="operations", due="P1D",
    step="Find out what is wrong[: {why}]",
)  # fmt: skip


def kind_of(name: str) -> Kind:
    """The kind of this name. One that the table lacks is a case all the same, with what can be said of any."""
    return KINDS.get(name, _OTHER)


def kinds_found_in(*where: FoundIn) -> tuple[str, ...]:
    """The kinds that are found there."""
    return tuple(name for name, one in KINDS.items() if one.found_in in where or one.also_in in where)


def remedies_of(name: str) -> tuple[str, ...]:
    """What may be done about a case of this kind, the usual first."""
    return tuple(dict.fromkeys((*kind_of(name).remedies, *ALWAYS)))


def markdown() -> str:
    """The reference of all kinds and remedies (docs/reference/cases.md), made from the tables themselves."""
    lines = [_HEAD]
    for found_in, title in _PLACES.items():
        lines += [f"\n## {title}\n", _COLUMNS]
        for one in KINDS.values():
            if one.found_in == found_in:
                remedies = ", ".join(f"`{name}`" for name in one.remedies) or "none of its own"
                told = ", ".join(f"`{name}`" for name in named(one.step)) or "none"
                over = "the facts" if one.by_facts else "a person"
                lines.append(
                    f"| `{one.kind}` | {one.title} | {one.trigger} | {one.owner} | {one.due} | {one.severity} | "
                    f"{remedies} | {over} | {told} |"
                )
    lines += ["\n## Remedies\n", "| remedy | what it does |", "| --- | --- |"]
    lines += [f"| `{name}` | {does} |" for name, does in REMEDIES.items()]
    return "\n".join(lines) + "\n"


_PLACES: Mapping[FoundIn, str] = {
    "promise": "Found on a promise",
    "order": "Found on an order",
    "account": "Found in receivables",
    "message": "Found on a message",
    "effect": "Found when asking a system",
    "clock": "Found by a clock",
}
_COLUMNS = (
    "| kind | title | opened when | owner | due | severity | remedies | closed by | facts of the next step |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)
_HEAD = """# Kinds of case

Made from `src/sayso/cases/kinds.py`; a test keeps the two in step.

A case is work for a person: what went wrong with an order, an account, a message or a system, whose it is, by when, the
money at stake and the next step. Each kind says when one is opened, the team that owns it and the time it has, counted
from the opening (an ISO 8601 duration), the remedies that fit, the usual first, and who closes it: *the facts*, as soon
as they no longer show the trouble, or *a person*. `assign`, `note` and `close` fit every kind.
[How to work them](../how-to/work-the-cases.md); how to set owner and time: [cases] of the follow file, there."""
