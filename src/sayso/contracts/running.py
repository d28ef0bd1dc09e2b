"""One message while it is being translated: where it is read, what is looked up, what did not fit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec import Struct

from sayso.canon.units import unit
from sayso.contracts.contract import Contract
from sayso.contracts.pointers import MISSING, Parts, find, pointer_of
from sayso.contracts.shapes import Breach, Lookups, shown

ONE = Decimal(1)
PIECE = "EA"


class Here(Struct):
    """The element that is being read, and its pointer; `item` is what it is about, as told and as Sayso calls it."""

    value: Any
    at: str = ""
    told: str = ""
    item: str = ""
    factor: Decimal = ONE
    unit_told: str = ""
    base: str = ""
    changed: bool = False
    quantity: str = ""


class Run:
    """The translation of one message. Breaches are collected; nothing is raised."""

    def __init__(self, contract: Contract, document: dict[str, Any], lookups: Lookups, system: str) -> None:
        self.contract = contract
        self.document = document
        self.lookups = lookups
        self.system = system
        self.currency = ""
        self.breaches: list[Breach] = []

    def absent(self, value: Any) -> bool:
        """Whether a field is as if it were not there."""
        return value is MISSING or (
            self.contract.meaning.empty == "absent" and (value is None or value == "")
        )

    def elements(self, parts: Parts | None) -> Iterator[Here]:
        """The whole message, or each element of a list in it."""
        if parts is None:
            yield Here(self.document)
            return
        found = find(self.document, parts)
        for place, element in enumerate(found if isinstance(found, list) else ()):
            yield Here(element, f"{pointer_of(parts)}/{place}")

    def breach(
        self,
        where: str,
        value: Any,
        kind: str,
        expected: str,
        remedy: str,
        *,
        fatal: bool = True,
        said: str = "",
    ) -> None:
        """Note what does not fit at a place."""
        if not said:
            if value is MISSING:
                said = f"{where or 'the message'} is missing: {expected}"
            else:
                said = f"{where or 'the message'} is {shown(value)!r}, not {expected}"
        text = "" if value is MISSING else shown(value)
        self.breaches.append(
            Breach(
                kind=kind, where=where, said=said, value=text, expected=expected, remedy=remedy, fatal=fatal
            )
        )

    def identity(self, kind: str, theirs: str) -> str:
        """What Sayso calls it: their own word, unless another is known."""
        return self.lookups.identities.get((self.system, kind, theirs), theirs)

    def base(self, item: str) -> str:
        """The base unit of an item; "" where the item is not known."""
        return self.lookups.bases.get(item, "")

    def factor(self, here: Here, told: str, where: str) -> Decimal:
        """How many base units of the item one such unit is; a breach, and 1, where that cannot be told."""
        code = unit(told)
        if code is None:
            self.breach(where, told, "unit", "a unit", "send a unit's code, e.g. EA")
            return ONE
        base = self.base(here.item)
        if code == base or (not base and code == PIECE):
            return ONE
        found = self.lookups.factors.get((here.item, code))
        if found is not None:
            return found
        if base:
            known = sorted({base, *(name for item, name in self.lookups.factors if item == here.item)})
            said = f"{where} is {shown(told)!r}, which is no unit of item {here.item} (known: {', '.join(known)})"
            remedy = f"send another unit, or load the fact units with item {here.item}, uom {code}"
        else:
            said = f"{where} is {shown(told)!r}; item {here.item} is not known here, so what one is worth cannot be told"
            remedy = f"check the item, or load the facts items and units for {here.item}"
        self.breach(where, told, "unit", "a unit that is known for the item", remedy, said=said)
        return ONE


class Asking(Run):
    """The same, only to find out what will be looked up."""

    def __init__(self, contract: Contract, document: dict[str, Any], system: str) -> None:
        super().__init__(contract, document, Lookups(), system)
        self.identities: set[tuple[str, str, str]] = set()
        self.units: set[tuple[str, str, str]] = set()

    def identity(self, kind: str, theirs: str) -> str:
        """Noted, and taken as it is."""
        self.identities.add((self.system, kind, theirs))
        return theirs

    def factor(self, here: Here, told: str, where: str) -> Decimal:
        """Noted, and taken for one."""
        code = unit(told)
        if code is not None:
            self.units.add((self.system, here.told or here.item, code))
        return ONE
