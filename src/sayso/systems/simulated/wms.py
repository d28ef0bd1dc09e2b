"""The simulated warehouse: asked to release and to cancel; what was picked leaves in loads, arrives, and may come back.

Books of goods alone; what anything costs is not known here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sayso.systems.seam import Ask
from sayso.systems.simulated import wms_told as told
from sayso.systems.simulated.books import ZERO, LoadLine, OrderLine, Shipment, number, text
from sayso.systems.simulated.office import Office
from sayso.systems.simulated.setting import Place
from sayso.systems.simulated.system import Refused, whole
from sayso.systems.simulated.wms_floor import Floor, Release, Wanted

_CARRIERS = ("DPD", "DHL", "UPS", "Parcelforce")
_DAY = timedelta(days=1)


class Wms(Floor):
    """The warehouse system, of all sites."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.shipments: dict[str, Shipment] = {}
        self.returned: dict[OrderLine, Decimal] = defaultdict(Decimal)
        """What came back of each line, counted in units of the ordered item."""
        self.when_received: list[Callable[[str, int, Decimal], None]] = []
        office.stop = self.stop
        office.on_hand = self.stock.of

    def perform(self, ask: Ask) -> list[dict[str, Any]]:
        """release_order or cancel_order."""
        if ask.kind == "release_order":
            self._release(ask)
            return []
        if ask.kind == "cancel_order":
            return self._cancel(ask)
        return super().perform(ask)

    # Orders come in, and are stopped.

    def _release(self, ask: Ask) -> None:
        body = ask.body
        name = body["order"]
        wants = [one for place, line in enumerate(body["lines"]) for one in self._wanted(name, line, place)]
        if not wants:
            raise ValueError("no lines")
        release = self.releases.setdefault(
            name,
            Release(name, body.get("customer", ""), body.get("country", ""), bool(body.get("ship_complete"))),
        )
        release.wants += wants
        for want in wants:
            self._queue[want.place].append(want)
        for site, ship_on in sorted({(want.site, want.ship_on) for want in wants}):
            begins = datetime.combine(ship_on, time(), UTC) + self.setting.pace.day_begins
            after = self.chance.between(self.setting.pace.pick, "pick", name, site, ship_on)
            self.later(
                max(self.now, begins) + after,
                f"pick {name} {site}",
                partial(self.pick, release, site),
            )

    def _wanted(self, order: str, line: dict[str, Any], place: int) -> Iterator[Wanted]:
        quantity = number(line["quantity"])
        if quantity <= 0:
            raise ValueError(f"line {line['line']} has the quantity {quantity}")
        ship_on = date.fromisoformat(line["ship_on"]) if line.get("ship_on") else self.now.date()
        sequence = f"{self.now.isoformat()} {order} {place:04d}"
        sites = {line["site"]: quantity} if line.get("site") else self._sites(order, line, quantity)
        for site, units in sites.items():
            yield Wanted(
                order, int(line["line"]), line["item"], site, units, max(ship_on, self.now.date()), sequence,
                list(line.get("substitutes") or ()), units,
            )  # fmt: skip

    def _sites(self, order: str, line: dict[str, Any], quantity: Decimal) -> dict[str, Decimal]:
        """Where no site is named: as the ERP has divided the line, else the site that has most of it."""
        found, rest = {}, quantity
        for site, units in self.office.sites.get((order, int(line["line"])), {}).items():
            if site and rest:
                found[site] = min(units, rest)
                rest -= found[site]
        if rest:
            there = self.stock.of(line["item"]) or dict.fromkeys(
                (site for _, site in self.stock.on_hand), ZERO
            )
            most = next(iter(found), "") or min(there, key=lambda site: (-there[site], site), default="")
            found[most] = found.get(most, ZERO) + rest
        return found

    def _cancel(self, ask: Ask) -> list[dict[str, Any]]:
        name = ask.body["order"]
        known, release = (name, ask.cause), self.releases.get(name)
        if known not in self.office.cancelled:
            wanted = {int(one["line"]): number(one["quantity"]) for one in ask.body.get("lines") or ()}
            if not wanted and release is not None:
                for want in release.wants:
                    wanted[want.line] = wanted.get(want.line, ZERO) + want.open + want.short
            self.office.cancelled[known] = self.stop(name, wanted)
        if not self.office.cancelled[known]:
            raise Refused(f"{name} has left or is packed")
        return []

    # Leaving.

    def load(self, release: Release, site: str, series: str, picked: Sequence[LoadLine]) -> None:
        """Put into one lorry, or several that leave one after the other."""
        at = self.now
        rule = self.office.faults.due(self.role, "split", "SHIPCONF", release.order, series, self.now)
        loads = told.loads(picked, max(rule.times, 2)) if rule else [list(picked)]
        if len(loads) > 1:
            detail = f"{len(loads)} loads"
            self.office.faults.play(
                self.now, self.role, "split", "SHIPCONF", release.order, f"WO-{series}", detail
            )
        for part, lines in enumerate(loads, 1):
            carrier = self.chance.choice(_CARRIERS, "carrier", series)
            shipment = Shipment(
                f"SH-{series}" + (f"-{part}" if len(loads) > 1 else ""), release.order, release.customer, site,
                f"WO-{series}", part, len(loads), at, lines, carrier,
                f"{carrier[:2].upper()}{self.chance.number(10, 'tracking', series, part)}",
            )  # fmt: skip
            self.later(at, f"ship {shipment.number}", partial(self._ship, shipment))
            at += self.chance.between(self.setting.pace.load, "load", series, part)

    def _ship(self, shipment: Shipment) -> None:
        shipment.at = self.now
        for line in shipment.lines:
            place = (line.item, shipment.site)
            self.stock.unpack(place, line.quantity)
            self._mistaken(shipment, line)
            self.stock.ship(place, line.quantity)
            self.shipped[shipment.order, line.line] += line.counts
        self.shipments[shipment.number] = shipment
        for tell in self.office.when_shipped:
            tell(shipment)
        self.say("SHIPCONF", shipment.order, shipment.number, told.shipment(shipment, self))
        for line in shipment.lines:
            line.told = None  # a correction of the message, if there is one, says what left
        transit = self.chance.between(self.setting.pace.transit, "transit", shipment.number)
        self.later(self.now + transit, f"deliver {shipment.number}", lambda: self._deliver(shipment))

    def _mistaken(self, shipment: Shipment, line: LoadLine) -> None:
        """More, or fewer, are put in the box than were asked for; or the message says so and is wrong."""
        subject = f"{shipment.number}/{line.line}"
        rule = self.office.faults.due(
            self.role, "wrong_quantity", "SHIPCONF", shipment.order, subject, self.now
        )
        if rule is None or line.substitute or line.quantity + rule.units <= 0:
            return
        wrong, right = line.quantity + rule.units, line.quantity
        if rule.corrected is not None:
            line.told = wrong
            self.later(
                self.now + rule.corrected, f"correct {shipment.number}",
                lambda: self.say("SHIPCONF", shipment.order, shipment.number, told.shipment(shipment, self, 2), 2),
            )  # fmt: skip
        else:
            line.quantity = line.counts = wrong
            if rule.units < 0:
                self._found_again(shipment, line.line, right - wrong)
        what = "told" if rule.corrected is not None else "sent"
        self.office.faults.play(
            self.now, self.role, "wrong_quantity", "SHIPCONF", shipment.order, shipment.number,
            f"line {line.line}: {text(wrong)} {what} in place of {text(right)}",
        )  # fmt: skip

    def _found_again(self, shipment: Shipment, line: int, units: Decimal) -> None:
        """What was packed and not put in the box is sent after."""
        release = self.releases[shipment.order]
        want = next(one for one in release.wants if one.line == line and one.site == shipment.site)
        want.open += units
        if want not in self._queue[want.place]:
            self._queue[want.place].append(want)
        name = f"pick {release.order} {shipment.site}"
        self.later(self.now + _DAY, name, lambda: self.pick(release, shipment.site))

    # Arriving, and coming back.

    def _deliver(self, shipment: Shipment) -> None:
        shipment.delivered = self.now
        by = self.chance.choice(("Smith", "Jones", "Reception", ""), "pod", shipment.number)
        body = told.delivery(shipment, by, self)
        self.say("POD", shipment.order, body["documentNo"], body)
        rule = self.office.faults.due(
            self.role, "returned", "RETURN", shipment.order, shipment.number, self.now
        )
        if rule is not None:
            after = rule.by or self.chance.between(self.setting.pace.return_after, "return", shipment.number)
            share = rule.share or 20 + self.chance.below(80, "returned", shipment.number)
            name = f"return {shipment.number}"
            self.later(self.now + after, name, lambda: self._take_back(shipment, share))

    def _take_back(self, shipment: Shipment, share: int) -> None:
        line = self.chance.choice(shipment.lines, "returned line", shipment.number)
        units = min(whole(line.quantity, share), line.quantity - line.back)
        if not units:
            return
        good = not self.chance.hits(Decimal(20), "damaged", shipment.number)
        number_ = self._returned(shipment, line, units, good)
        detail = f"{text(units)} of {line.item}"
        self.office.faults.play(self.now, self.role, "returned", "RETURN", shipment.order, number_, detail)

    def give_back(self, order: str, line: int, quantity: Decimal, *, good: bool = True) -> Decimal:
        """A customer sends so much of a line back, in units of what was sent, the latest first; how much there was."""
        rest = quantity
        sent = [one for one in self.shipments.values() if one.order == order and one.delivered]
        for shipment in sorted(sent, key=lambda one: one.at, reverse=True):
            for load in shipment.lines:
                units = min(rest, load.quantity - load.back) if load.line == line else ZERO
                if units > 0:
                    self._returned(shipment, load, units, good)
                    rest -= units
        return quantity - rest

    def _returned(self, shipment: Shipment, line: LoadLine, units: Decimal, good: bool) -> str:
        counts = line.counts * units / line.quantity
        line.back += units
        shipment.returns += 1
        self.returned[shipment.order, line.line] += counts
        place = (line.item, shipment.site)
        if good:
            self.stock.restock(place, units)
        back = LoadLine(line.line, line.item, units, counts, line.ordered)
        body = told.returned(shipment, back, good, self)
        self.say("RETURN", shipment.order, body["documentNo"], body)
        if good:
            self.served(place)
        return str(body["documentNo"])

    def receive(self, place: Place, quantity: Decimal, purchase: str, line: int) -> None:
        """Goods of a purchase order come in, now."""
        self.stock.receive(place, quantity)
        for tell in self.when_received:
            tell(purchase, line, quantity)
        item, site = place
        document = f"RC-{purchase}-{line}-{self.now:%y%m%d}"
        body = {
            "warehouse": site, "documentNo": document, "revision": 1, "sku": item, "qty": text(quantity),
            "uom": "EA", "receivedOn": self.now.date().isoformat(), "purchaseOrder": purchase,
            "purchaseLine": str(line),
        }  # fmt: skip
        self.say("RECEIPT", "", document, body)
        self.served(place)

    def receive_at(self, at: datetime, place: Place, quantity: Decimal, purchase: str, line: int) -> None:
        """Goods will come in at a moment."""
        name = f"receive {purchase} {line}"
        self.later(at, name, lambda: self.receive(place, quantity, purchase, line))

    def facts(self) -> dict[str, list[dict[str, Any]]]:
        """Stock that changed since the last time, as rows."""
        rows: list[dict[str, Any]] = list(self.stock.changed())
        return {"stock": rows} if rows else {}

    def books(self) -> dict[str, Any]:
        """`shipped`, `returned`, `short`: by (order, line), in units of the ordered item; `on_hand` by (item, site);
        `shipments` by number, with lines (line, item, quantity of that item, what it counts for)."""
        return {
            "shipped": dict(self.shipped), "returned": dict(self.returned), "short": dict(self.short),
            "on_hand": dict(self.stock.on_hand),
            "shipments": {
                one.number: {
                    "order": one.order, "series": one.series, "part": one.part, "of": one.of, "at": one.at,
                    "delivered": one.delivered,
                    "lines": [(line.line, line.item, line.quantity, line.counts) for line in one.lines],
                }
                for one in self.shipments.values()
            },
        }  # fmt: skip
