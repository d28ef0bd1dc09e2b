"""How the simulated warehouse writes its messages: the words of its dialect, quantities in pieces or packs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sayso.canon.times import moment
from sayso.systems.simulated.books import ZERO, LoadLine, Shipment, text

if TYPE_CHECKING:
    from sayso.systems.simulated.system import System
    from sayso.systems.simulated.wms_floor import Wanted


def pick(
    number: str, order: str, site: str, picked: Sequence[LoadLine], shorts: Mapping[int, Decimal],
    asked: Sequence[Wanted], wms: System,
) -> dict[str, Any]:  # fmt: skip
    """PICKCONF: what was picked, and what was not there. Lines that wait are not mentioned."""
    lines = []
    for one in picked:
        lines.append(_line(one, wms, shorts.get(one.line, ZERO), f"PK-{number}"))
    told = {one.line for one in picked}
    items = {want.line: want.item for want in asked}
    for line, short in shorts.items():
        if line not in told:
            lines.append(
                {"orderLine": line, "sku": items[line], "qty": "0", "uom": "EA", "qtyShort": text(short)}
            )
    return {
        "warehouse": site, "orderRef": order, "documentNo": f"PK-{number}", "revision": 1,
        "lines": lines, "pickedAt": moment(wms.now),
    }  # fmt: skip


def shipment(load: Shipment, wms: System, revision: int = 1) -> dict[str, Any]:
    """SHIPCONF: a load of a series. A line that is not mentioned is not in this load."""
    return {
        "warehouse": load.site, "orderRef": load.order, "documentNo": load.number, "revision": revision,
        "lines": [_line(one, wms, None, load.number) for one in load.lines],
        "series": load.series, "loadNo": load.part, "loadsTotal": load.of,
        "carrier": load.carrier, "trackingNo": load.tracking, "shippedAt": moment(load.at),
    }  # fmt: skip


def delivery(load: Shipment, by: str, wms: System) -> dict[str, Any]:
    """POD: it arrived."""
    return {
        "warehouse": load.site, "orderRef": load.order, "documentNo": f"POD-{load.number}", "revision": 1,
        "shipmentNo": load.number, "lines": [_line(one, wms, None, load.number) for one in load.lines],
        "receivedBy": by, "deliveredAt": moment(wms.now),
    }  # fmt: skip


def returned(load: Shipment, line: LoadLine, restock: bool, wms: System) -> dict[str, Any]:
    """RETURN: some of it came back."""
    number = f"RT-{load.number}" + (f"-{load.returns}" if load.returns > 1 else "")
    told = _line(line, wms, None, number) | {"restock": restock, "reason": "" if restock else "damaged"}
    return {
        "warehouse": load.site, "orderRef": load.order, "documentNo": number, "revision": 1,
        "shipmentNo": load.number, "lines": [told], "returnedAt": moment(wms.now),
    }  # fmt: skip


def loads(picked: Sequence[LoadLine], wanted: int) -> list[list[LoadLine]]:
    """What was picked, divided into so many loads: by lines where there are enough of them, else by quantity."""
    if len(picked) >= wanted:
        return [list(picked[place::wanted]) for place in range(wanted)]
    found: list[list[LoadLine]] = [[] for _ in range(wanted)]
    for line in picked:
        left, factor = line.quantity, line.counts / line.quantity
        for place in range(wanted):
            units = left if place == wanted - 1 else line.quantity // wanted
            if units:
                found[place].append(LoadLine(line.line, line.item, units, units * factor, line.ordered))
            left -= units
    return [one for one in found if one]


def _line(line: LoadLine, wms: System, short: Decimal | None, document: str) -> dict[str, Any]:
    quantity, uom = line.quantity if line.told is None else line.told, "EA"
    if not line.substitute and not short:
        quantity, uom = _in_packs(line, quantity, wms, document)
    told: dict[str, Any] = {"orderLine": line.line, "sku": line.item, "qty": text(quantity), "uom": uom}
    if short is not None:
        told["qtyShort"] = text(short)
    if line.substitute:
        told["standsFor"] = text(line.counts)
    return told


def _in_packs(line: LoadLine, quantity: Decimal, wms: System, document: str) -> tuple[Decimal, str]:
    for uom, factor in sorted(wms.setting.units.get(line.item, {}).items()):
        packs, rest = divmod(quantity, factor)
        if not rest and wms.chance.hits(wms.setting.in_packs, "packs", document, line.line, uom):
            return packs, uom
    return quantity, "EA"
