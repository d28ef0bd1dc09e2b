"""Messages to break: a contract's own example, changed at one place; and reading the outcome."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec

from sayso.contracts.contract import Contract
from sayso.contracts.reading import read_message
from sayso.contracts.shapes import Lookups, Read, Unusable
from sayso.systems.contracts import shipped

GONE = object()


def example(system: str, kind: str) -> dict[str, Any]:
    """A fresh copy of the first example of a contract."""
    return copy.deepcopy(shipped(system)[kind].examples[0])


def changed(document: dict[str, Any], **places: Any) -> dict[str, Any]:
    """The document with other values: `lines__0__qty="5"`; GONE takes a field out."""
    document = copy.deepcopy(document)
    for path, value in places.items():
        *way, last = path.split("__")
        here: Any = document
        for step in way:
            here = here[int(step)] if step.isdigit() else here[step]
        if value is GONE:
            del here[last]
        else:
            here[last] = value
    return document


def in_mode(contract: Contract, mode: str) -> dict[str, Contract]:
    return {contract.kind: msgspec.structs.replace(contract, mode=mode)}


def read(system: str, kind: str, document: Any, lookups: Lookups, mode: str = "strict") -> Read:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_message(system, "application/json", "", body, in_mode(shipped(system)[kind], mode), lookups)


def refused(system: str, kind: str, document: Any, lookups: Lookups, mode: str = "strict") -> Unusable:
    """The refusal; fails where the message is used."""
    try:
        found = read(system, kind, document, lookups, mode)
    except Unusable as unusable:
        return unusable
    raise AssertionError(f"it was used: {found}")
