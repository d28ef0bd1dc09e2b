"""The one way from a message's bytes to canonical events, and the cheap look at a message when it is kept.

Which contract holds for a message is decided here: canonical CloudEvents need none, all else the contract of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sayso.canon.events import TYPES
from sayso.contracts import canonical, documents
from sayso.contracts.checking import check
from sayso.contracts.contract import Contract
from sayso.contracts.mapping import needs as needs_of_contract
from sayso.contracts.mapping import told
from sayso.contracts.pointers import MISSING, Parts, each, find, parts_of
from sayso.contracts.shapes import Breach, Lookups, Needs, Read, Unusable, shown

NOTHING = Lookups()
_CLOUDEVENTS = "application/cloudevents"


class Key(NamedTuple):
    """What a look at a message tells: its kind (of an event, its type), its id, the order that it is about; "" each where
    it does not."""

    kind: str = ""
    id: str = ""
    key: str = ""


def read_message(
    system: str, content_type: str, kind: str, body: bytes, contracts: Mapping[str, Contract],
    lookups: Lookups = NOTHING, *, received: datetime | None = None,
) -> Read:  # fmt: skip
    """The events that a message tells, with the breaches that its contract lets pass.

    `contracts` are those in force of this system, by kind; `kind` is that of the message where it is known, "" where
    it says so itself; `received` the time of an event that tells none. Raises Unusable: it is to be held back.
    """
    if content_type.startswith(_CLOUDEVENTS):
        return Read(canonical.read(content_type, body, lookups, received))
    document = documents.parse(body) if body.lstrip()[:1] != b"[" or contracts else None
    if document is None or ("specversion" in document and "type" in document):
        return Read(canonical.read("", body, lookups, received))
    contract = contract_for(kind, document, contracts)
    if contract is None:
        raise _no_contract(system, kind, document, contracts)
    breaches = check(contract, document)
    events, more = told(contract, document, lookups, system)
    breaches = _merged(breaches, more)
    if breaches and (contract.mode == "strict" or any(breach.fatal for breach in breaches)):
        raise Unusable.of(breaches)
    return Read(events, breaches)


def needs_of(
    system: str, content_type: str, kind: str, body: bytes, contracts: Mapping[str, Contract]
) -> Needs:
    """What has to be looked up before `read_message` of this message; never raises. Needs are joined with |."""
    if content_type.startswith(_CLOUDEVENTS):
        return canonical.needs(body)
    try:
        document = documents.parse(body)
    except Unusable:
        return canonical.needs(body)
    if "specversion" in document and "type" in document:
        return canonical.needs(body)
    contract = contract_for(kind, document, contracts)
    return Needs() if contract is None else needs_of_contract(contract, document, system)


def breaches_of(
    system: str,
    content_type: str,
    kind: str,
    body: bytes,
    contracts: Mapping[str, Contract],
    lookups: Lookups = NOTHING,
) -> tuple[Breach, ...]:
    """Everything in a message that is not as it should be, whether it holds the message back or not; never raises."""
    try:
        return read_message(system, content_type, kind, body, contracts, lookups).warnings
    except Unusable as unusable:
        return unusable.breaches


def key_of(system: str, content_type: str, body: bytes, contracts: Mapping[str, Contract]) -> Key:
    """Kind, id and order as far as a look at the bytes tells; never raises.

    `key` is the order's number as the sender writes it: of a contract's message it still goes through the identities.
    """
    value = documents.glance(body)
    if isinstance(value, list) and value:
        found = [_event_key(one) for one in value]
        kinds, keys = {one[0] for one in found}, {one[2] for one in found}
        return Key(
            kinds.pop() if len(kinds) == 1 else "",
            found[0][1] if len(found) == 1 else "",
            keys.pop() if len(keys) == 1 else "",
        )
    if not isinstance(value, dict):
        return Key()
    if content_type.startswith(_CLOUDEVENTS) or ("specversion" in value and "type" in value):
        return _event_key(value)
    contract = contract_for("", value, contracts)
    if contract is None:
        return Key()
    number = find(value, parts_of(contract.id))
    return Key(contract.kind, _name(number), _order(value, contract.key))


def contract_for(
    kind: str, document: Mapping[str, Any], contracts: Mapping[str, Contract]
) -> Contract | None:
    """The contract of a message, by what it says of its kind, else by `kind`, else the only one there is."""
    for place in dict.fromkeys(contract.kind_at for contract in contracts.values() if contract.kind_at):
        said = find(document, parts_of(place))
        if isinstance(said, str) and said in contracts and contracts[said].kind_at == place:
            return contracts[said]
    if kind in contracts:
        return contracts[kind]
    alone = [contract for contract in contracts.values() if not contract.kind_at]
    return alone[0] if len(alone) == 1 and len(contracts) == 1 else None


def _merged(shape: tuple[Breach, ...], meaning: Iterable[Breach]) -> tuple[Breach, ...]:
    """Both, each place once; what is fatal for the meaning is fatal."""
    by_place = {breach.where: breach for breach in meaning}
    found = [
        _fatal(breach) if breach.where in by_place and by_place[breach.where].fatal else breach
        for breach in shape
    ]
    places = {breach.where for breach in shape}
    return (*found, *(breach for breach in by_place.values() if breach.where not in places))


def _fatal(breach: Breach) -> Breach:
    return Breach(
        kind=breach.kind, where=breach.where, said=breach.said, value=breach.value, expected=breach.expected,
        remedy=breach.remedy, fatal=True,
    )  # fmt: skip


def _no_contract(
    system: str, kind: str, document: Mapping[str, Any], contracts: Mapping[str, Contract]
) -> Unusable:
    if not contracts:
        return documents.unreadable(
            f"no contract says what a message of {system} means",
            "put a contract in force, or send CloudEvents",
        )
    place = next((contract.kind_at for contract in contracts.values() if contract.kind_at), "")
    said = find(document, parts_of(place)) if place else MISSING
    known = ", ".join(sorted(contracts))
    if said is MISSING:
        sentence = f"{place or 'the message'} is missing: it says which kind of message of {system} this is"
    else:
        sentence = f"{place} is {shown(said)!r}, and no contract of {system} is for that kind"
    return documents.unreadable(
        sentence, f"send one of {known}, or put a contract for it in force", where=place,
        value="" if said is MISSING else shown(said),
    )  # fmt: skip


def _event_key(value: Any) -> Key:
    if not isinstance(value, dict):
        return Key()
    kind = _name(value.get("type"))
    return Key(kind if kind in TYPES else "", _name(value.get("id")), _name(value.get("subject")))


def _order(value: Any, pointers: tuple[str, ...]) -> str:
    for pointer in pointers:
        found = {_name(one) for _, one in each(value, _parts(pointer))} - {""}
        if found:
            return found.pop() if len(found) == 1 else ""
    return ""


def _parts(pointer: str) -> Parts:
    return parts_of(pointer)


def _name(value: Any) -> str:
    if isinstance(value, str):
        return value.strip() if len(value) <= 200 and "\x00" not in value else ""
    return (
        str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30 else ""
    )
