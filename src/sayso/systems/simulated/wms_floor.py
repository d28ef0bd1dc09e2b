"""The floor of the simulated warehouse: what was released waits for its ship date and its stock, and is picked.

What happens once goods are packed is the business of `wms`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sayso.canon.times import moment
from sayso.systems.simulated import wms_told as told
from sayso.systems.simulated.books import ZERO, LoadLine, OrderLine, number, text
from sayso.systems.simulated.office import Office
from sayso.systems.simulated.setting import Place
from sayso.systems.simulated.stockroom import Stockroom
from sayso.systems.simulated.system import System, whole


@dataclass(slots=True)
class Wanted:
    """So much of a line that was released to a site: `open` is what is neither packed, closed short nor stopped,
    `short` what was closed short and nobody has given up yet."""

    order: str
    line: int
    item: str
    site: str
    quantity: Decimal
    ship_on: date
    sequence: str
    substitutes: list[dict[str, Any]]
    open: Decimal = ZERO
    short: Decimal = ZERO
    looked_at: bool = False

    @property
    def place(self) -> Place:
        """The item and the site."""
        return self.item, self.site

    @property
    def turn(self) -> tuple[date, str]:
        """Who is served first: by ship date, then as released."""
        return self.ship_on, self.sequence


@dataclass(slots=True)
class Release:
    """What was released of an order."""

    order: str
    customer: str
    country: str
    ship_complete: bool
    wants: list[Wanted] = field(default_factory=list)
    waves: int = 0


class Floor(System):
    """Shelves, the queue at each of them, and picking."""

    role = "wms"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.stock = Stockroom(office.setting.stock)
        self.releases: dict[str, Release] = {}
        self.shipped: dict[OrderLine, Decimal] = defaultdict(Decimal)
        """What left for each line, counted in units of the ordered item."""
        self.short: dict[OrderLine, Decimal] = defaultdict(Decimal)
        """What was closed short, likewise."""
        self._queue: dict[Place, list[Wanted]] = defaultdict(list)
        self._counts = 0

    def stop(self, order: str, wanted: dict[int, Decimal]) -> bool:
        """Let go of so much of each line, of what is neither packed nor gone: all of it, or nothing. Whether it could.

        What was not released yet is not looked at."""
        release = self.releases.get(order)
        wants = (
            {line: [one for one in release.wants if one.line == line] for line in wanted} if release else {}
        )
        for line, mine in wants.items():
            if mine and wanted[line] > sum((one.open + one.short for one in mine), ZERO):
                return False
        for line, mine in wants.items():
            left = wanted[line]
            for want in reversed(mine):
                missed = min(want.short, left)
                taken = min(want.open, left - missed)
                want.short -= missed
                want.open -= taken
                left -= missed + taken
        return True

    def pick(self, release: Release, site: str) -> None:
        """Pick what is due and there at a site; the rest waits for stock."""
        due = [
            one for one in release.wants if one.site == site and one.open and one.ship_on <= self.now.date()
        ]
        if not due or (release.ship_complete and not self._complete(release)):
            return
        picked: list[LoadLine] = []
        shorts: dict[int, Decimal] = {}
        for want in due:
            short = self._miss(release, want)
            if short:
                shorts[want.line] = shorts.get(want.line, ZERO) + short
            line = self._substituted(want) or self._taken(want)
            if line is not None:
                picked.append(line)
        if not picked and not shorts:
            return
        release.waves += 1
        number_ = f"{release.order}-{site}-{release.waves}"
        body = told.pick(number_, release.order, site, picked, shorts, due, self)
        self.say("PICKCONF", release.order, f"PK-{number_}", body)
        if picked:
            at = self.now + self.chance.between(self.setting.pace.ship, "ship", number_)
            self.later(at, f"load {number_}", lambda: self.load(release, site, number_, picked))

    def load(self, release: Release, site: str, series: str, picked: Sequence[LoadLine]) -> None:
        """What was packed leaves."""
        raise NotImplementedError

    def _complete(self, release: Release) -> bool:
        wants = [one for one in release.wants if one.open]
        there: dict[Place, Decimal] = defaultdict(Decimal)
        for one in wants:
            there[one.place] += one.open
        return all(one.ship_on <= self.now.date() for one in wants) and all(
            units <= self.stock.free(place) for place, units in there.items()
        )

    def _spare(self, want: Wanted) -> Decimal:
        """What is there for it. Where a purchase is overdue, what those who come on later days need stays for them, beyond
        what is to arrive for them in time: the goods that are late were not theirs."""
        there, today = self.stock.free(want.place), self.now.date()
        self._queue[want.place] = [one for one in self._queue[want.place] if one.open]
        incoming = self.office.incoming(want.place)
        if not any(at.date() <= today for at, _ in incoming):
            return max(there, ZERO)
        later = [one for one in self._queue[want.place] if one.ship_on > want.ship_on]
        need = most = ZERO
        for one in sorted(later, key=lambda one: one.turn):
            need += one.open
            in_time = sum((units for at, units in incoming if today < at.date() <= one.ship_on), ZERO)
            most = max(most, need - in_time)
        return max(there - most, ZERO)

    def _taken(self, want: Wanted) -> LoadLine | None:
        units = min(want.open, self._spare(want))
        if units <= 0:
            return None
        self.stock.pack(want.place, units)
        want.open -= units
        return LoadLine(want.line, want.item, units, units, want.item)

    def _miss(self, release: Release, want: Wanted) -> Decimal:
        """Units that should be there and are not: closed short, and written off where the books had them."""
        if want.looked_at:
            return ZERO
        want.looked_at = True
        rule = self.office.faults.due(
            self.role, "short_pick", "PICKCONF", want.order, f"{want.order}/{want.line}/{want.site}", self.now
        )
        if rule is None:
            return ZERO
        short = whole(want.open, rule.share or 10 + self.chance.below(60, "short", want.order, want.line))
        want.open -= short
        want.short += short
        self.short[want.order, want.line] += short
        self.office.faults.play(
            self.now, self.role, "short_pick", "PICKCONF", want.order, f"{want.order}/{want.line}",
            f"{text(short)} of {want.item}",
        )  # fmt: skip
        gone = min(short, max(self.stock.free(want.place), ZERO))
        if gone:
            self.count(want.place, -gone)
        return short

    def _substituted(self, want: Wanted) -> LoadLine | None:
        if not want.open:
            return None
        subject = f"{want.order}/{want.line}/{want.site}"
        rule = self.office.faults.due(self.role, "substitution", "SHIPCONF", want.order, subject, self.now)
        if rule is None:
            return None
        agreed = want.substitutes[0] if want.substitutes and rule.agreed else None
        own = self.setting.alternatives.get(want.item)
        item, factor = (
            (agreed["item"], number(agreed.get("factor", 1))) if agreed else own or ("", Decimal(1))
        )
        units, rest = divmod(want.open, factor)
        if not item or rest or units > self.stock.free((item, want.site)):
            return None
        self.stock.pack((item, want.site), units)
        counts, want.open = want.open, ZERO
        detail = f"{text(units)} {item} for {text(counts)} {want.item}" + ("" if agreed else ", not agreed")
        self.office.faults.play(
            self.now, self.role, "substitution", "SHIPCONF", want.order, f"{want.order}/{want.line}", detail
        )
        return LoadLine(want.line, item, units, counts, want.item)

    def count(self, place: Place, difference: Decimal) -> None:
        """A count finds more or less than the books say, and is told."""
        self.stock.count(place, difference)
        self._counts += 1
        item, site = place
        document = f"ADJ-{item}-{site}-{self._counts}"
        body = {
            "warehouse": site, "documentNo": document, "revision": 1, "sku": item,
            "qtyOnHand": text(max(self.stock.on_hand[place], ZERO)), "uom": "EA", "countedAt": moment(self.now),
        }  # fmt: skip
        self.say("STOCKADJ", "", document, body)
        self.served(place)

    def served(self, place: Place) -> None:
        """There is another quantity at a place: those who wait for it are looked at again."""
        waiting = [one for one in self._queue.get(place, ()) if one.open and one.ship_on <= self.now.date()]
        for want in sorted(waiting, key=lambda one: one.turn):
            release = self.releases[want.order]
            at = self.now + self.setting.pace.replenish[0]
            name = f"pick {want.ship_on} {want.sequence}"
            self.later(at, name, partial(self.pick, release, want.site))
