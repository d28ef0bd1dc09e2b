"""What a system agreed to send, as data: the schema of one kind of message, what it means, and what it says in our words.

Reads a contract from plain values (a YAML or JSON file, a row) and refuses what cannot be meant; reads no files itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import jsonschema_rs
import msgspec
from msgspec import Struct

from sayso.canon.events import TYPES
from sayso.contracts.pointers import Parts, parts_of
from sayso.errors import Misconfigured

Sign = Literal["positive", "negative", "signed"]


class Sum(Struct, frozen=True, forbid_unknown_fields=True):
    """`total` is what `parts` add up to, to within `tolerance`; all are pointers, of parts with * for each line."""

    total: str
    parts: tuple[str, ...]
    tolerance: str = "0.05"


class Meaning(Struct, frozen=True, forbid_unknown_fields=True):
    """What a schema cannot say.

    `unit`: of a quantity that names none ("": the item's base unit). `quantities`, `amounts`: positive (0 or more),
    negative (told below zero, and turned round), or signed. `currency`: where a message tells none. `zone`: of times
    without an offset ("": a time without one is a breach). `silence`: what it says of an order's lines that are not in
    it: nothing, none (nothing of them), all. `empty`: whether an empty text, or null, is as if the field were not there.
    `sums`: what adds up. `days`: pairs of pointers, the first never after the second.
    """

    unit: str = ""
    quantities: Sign = "positive"
    amounts: Sign = "positive"
    currency: str = ""
    zone: str = ""
    silence: Literal["nothing", "none", "all"] = "nothing"
    empty: Literal["absent", "kept"] = "absent"
    sums: tuple[Sum, ...] = ()
    days: tuple[tuple[str, str], ...] = ()


class EventMap(Struct, frozen=True, forbid_unknown_fields=True):
    """One canonical event that a message tells: its type, and where each field comes from (see mapping.py).

    `each`: a pointer to a list, for an event per element. `when`: only where there is something at this pointer.
    """

    type: str
    data: dict[str, Any]
    subject: Any = None
    time: Any = None
    each: str = ""
    when: str = ""


class Contract(Struct, frozen=True, eq=False, kw_only=True):
    """One version of one kind of message of a system, or of every system that runs a product.

    `schema` is JSON Schema 2020-12. `kind_at`, `id`, `key`, `sent` are pointers: where the message says of what kind it
    is, its id, the order's number (tried in turn), and when it was sent. `mode`: `strict` holds a message back for
    any breach; `audit` notes it and goes on wherever the message can still be understood.
    """

    system: str
    kind: str
    version: int
    owner: str
    mode: Literal["audit", "strict"]
    schema: dict[str, Any]
    map: tuple[EventMap, ...]
    id: str
    kind_at: str = ""
    key: tuple[str, ...] = ()
    sent: str = ""
    about: str = ""
    meaning: Meaning = Meaning()
    examples: tuple[dict[str, Any], ...] = ()


_FIELDS = frozenset(Contract.__struct_fields__)


def contract_of(value: Any, where: str) -> Contract:
    """A contract from plain values; `where` names the file or the row in errors. Raises Misconfigured."""
    if not isinstance(value, Mapping):
        raise Misconfigured(f"{where}: a contract is an object", remedy="see docs/reference/contracts.md")
    unknown = sorted(set(map(str, value)) - _FIELDS)
    if unknown:
        raise Misconfigured(
            f"{where}: {unknown[0]} is no part of a contract",
            remedy="leave it out; see docs/reference/contracts.md",
        )
    try:
        contract = msgspec.convert(value, Contract)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at ")
        field = path.strip("`").removeprefix("$.") or "the contract"
        raise Misconfigured(f"{where}: {field}: {said}", remedy="see docs/reference/contracts.md") from None
    _check(contract, where)
    return contract


def as_text(contract: Contract) -> str:
    """The contract as one JSON text, as it is kept."""
    return msgspec.json.encode(contract, order="deterministic").decode()


def _check(contract: Contract, where: str) -> None:
    if not contract.system or not contract.kind or contract.version < 1:
        raise Misconfigured(
            f"{where}: system, kind and version name a contract", remedy="give all, version 1 or more"
        )
    for field in ("id", "kind_at", "sent"):
        pointer(getattr(contract, field), f"{where}: {field}")
    for each in contract.key:
        pointer(each, f"{where}: key")
    for total in contract.meaning.sums:
        for each in (total.total, *total.parts):
            pointer(each, f"{where}: meaning.sums")
    for pair in contract.meaning.days:
        for each in pair:
            pointer(each, f"{where}: meaning.days")
    if not contract.map:
        raise Misconfigured(
            f"{where}: map names no event", remedy="map the message to at least one event type"
        )
    for entry in contract.map:
        if entry.type not in TYPES:
            raise Misconfigured(
                f"{where}: map: {entry.type} is no event type",
                remedy=f"use one of {', '.join(sorted(TYPES))}",
            )
    validator_of(contract.schema, where)


def pointer(text: str, where: str) -> Parts:
    """The parts of a pointer in a contract. Raises Misconfigured, naming `where`."""
    try:
        return parts_of(text)
    except ValueError as error:
        raise Misconfigured(
            f"{where}: {error}", remedy="write it as /lines/0/qty, with * for each line"
        ) from None


def validator_of(schema: dict[str, Any], where: str) -> jsonschema_rs.Draft202012Validator:
    """The schema, ready to check with; it is complete in itself. Raises Misconfigured naming what is wrong in it."""
    try:
        jsonschema_rs.meta.validate(schema)
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, retriever=_nowhere)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        said = str(error).splitlines()[0]
        place = "/".join(map(str, getattr(error, "instance_path", ())))
        raise Misconfigured(
            f"{where}: schema{'/' + place if place else ''}: {said}", remedy="write JSON Schema 2020-12"
        ) from None


def _nowhere(address: str) -> Any:
    raise ValueError(f"{address} is outside the contract; put what it refers to under $defs")
