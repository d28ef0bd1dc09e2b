"""Which sites a line leaves from where nobody says: those that have it uncommitted on its day, the fullest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from sayso.systems.simulated.books import ZERO, StoredLine
from sayso.systems.simulated.setting import Place

Incoming = Callable[[Place], list[tuple[datetime, Decimal]]]


class Siting:
    """The ERP's open lines by item, with what of each is to leave from where."""

    def __init__(self, incoming: Incoming) -> None:
        self.on_hand: Callable[[str], dict[str, Decimal]] = lambda _: {}
        """What is on hand of an item, by site; the warehouse says."""
        self._incoming = incoming
        self._lines: dict[str, list[StoredLine]] = defaultdict(list)

    def enter(self, line: StoredLine, today: date) -> None:
        """Give the line its sites."""
        line.left = {line.site: line.quantity} if line.site else self._divided(line, today)
        self._lines[line.item].append(line)

    def _divided(self, line: StoredLine, today: date) -> dict[str, Decimal]:
        self._lines[line.item] = [one for one in self._lines[line.item] if one.open]
        free = self._uncommitted(line.item, line.ship_on or today)
        sites = sorted(free, key=lambda site: (-free[site], site)) or [""]
        found, rest = {}, line.quantity
        for site in sites:
            units = min(max(free.get(site, ZERO), ZERO) // 1, rest)
            if units:
                found[site] = units
                rest -= units
        if rest:  # nobody has it: it waits where most of it is
            found[sites[0]] = found.get(sites[0], ZERO) + rest
        return found

    def _uncommitted(self, item: str, day: date) -> dict[str, Decimal]:
        free = dict(self.on_hand(item))
        for site in free:
            free[site] += sum((units for at, units in self._incoming((item, site)) if at.date() <= day), ZERO)
        for line in self._lines[item]:
            for site, units in line.left.items():
                if site in free:
                    free[site] -= units
        return free


def less(line: StoredLine, site: str, units: Decimal) -> None:
    """So much of a line leaves from a site, or (without one) is no longer wanted: the last site's first."""
    places = [site] if site in line.left else []
    places += [one for one in reversed(line.left) if one != site]
    for place in places:
        taken = min(line.left[place], units)
        line.left[place] -= taken
        units -= taken
