"""Working days, cut-off times and transit. Days are proleptic ordinals; a site's clock has the site's zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sayso.promise.cards import Lane, Site
from sayso.promise.policy import Policy

Exceptions = Mapping[date, bool]

#: A calendar that never works would loop for ever; after so many days a date is taken as it is.
_LONGEST_REST = 366


class Calendar:
    """The working days of one calendar: the exceptions it lists, else the week. A blank calendar works every day."""

    __slots__ = ("_exceptions", "_rest")

    def __init__(self, exceptions: Exceptions, rest: tuple[int, ...]) -> None:
        self._exceptions = {day.toordinal(): working for day, working in exceptions.items()}
        self._rest = rest

    def works(self, day: int) -> bool:
        """Whether work is done on this day."""
        working = self._exceptions.get(day)
        # date.fromordinal(1) is a Monday, so the ISO weekday of an ordinal is (ordinal - 1) % 7 + 1.
        return (day - 1) % 7 + 1 not in self._rest if working is None else working

    def next(self, day: int) -> int:
        """This day if it works, else the next that does."""
        for later in range(day, day + _LONGEST_REST):
            if self.works(later):
                return later
        return day

    def after(self, day: int, working_days: int) -> int:
        """So many working days after the next working day."""
        day = self.next(day)
        for _ in range(working_days):
            day = self.next(day + 1)
        return day

    def back(self, day: int, working_days: int) -> int:
        """So many working days before a day, which need not be one itself; with none, that day or the last before it."""
        for _ in range(working_days):
            day = self.before(day - 1)
        return self.before(day)

    def before(self, day: int) -> int:
        """This day if it works, else the last before it that does."""
        for earlier in range(day, day - _LONGEST_REST, -1):
            if self.works(earlier):
                return earlier
        return day


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The zone of this IANA name; UTC where the name is blank or not known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def local_day(site: Site, now: datetime) -> date:
    """Today at the site."""
    return now.astimezone(zone(site.timezone)).date()


def first_ship_day(site: Site, calendar: Calendar, now: datetime) -> int:
    """The first day on which an order placed now can leave.

    Today if the site works and the cut-off has not passed (an order at the minute of the cut-off is in time),
    else the next working day; then the site's handling in working days.
    """
    here = now.astimezone(zone(site.timezone))
    day = here.date().toordinal()
    if site.cutoff and f"{here:%H:%M}" > site.cutoff:
        day += 1
    return calendar.after(day, site.handling_days)


def shipment_day(
    delivery: int, shipping_days: int, handling_days: int, site: Calendar, buyer: Calendar
) -> int:
    """The day on which goods have to be shipped, their handling to begin, so that they are delivered on a day.

    Shipping time and handling are counted back in the site's working days. Without shipping time a day on which the
    buyer rests moves to the next on which he does not, and without handling one on which the site rests.

    Source: Business Central, Sales Line, CalcPlannedDeliveryDate, CalcPlannedShptDate and CalcShipmentDate, and codeunit
    "Calendar Management", CalcDateBOC.
    """
    leaves = site.back(delivery, shipping_days) if shipping_days else buyer.next(delivery)
    return site.back(leaves, handling_days) if handling_days else site.next(leaves)


class Route:
    """A site as it looks from one destination: when it can ship, and when what it ships arrives."""

    __slots__ = (
        "_arrives",
        "_calendar",
        "_receives",
        "_working",
        "cost",
        "first",
        "rank",
        "site",
        "today",
        "transit",
        "waits",
    )

    def __init__(
        self,
        site: Site,
        lane: Lane,
        calendar: Calendar,
        receives: Calendar,
        transit: int,
        now: datetime,
        policy: Policy,
    ) -> None:
        self.site = site.site
        self.cost = lane.cost
        self.transit = transit
        self.today = local_day(site, now)
        self.first = first_ship_day(site, calendar, now)
        #: Whether what is needed by a day leaves no sooner than it has to.
        self.waits = policy.dates.ships == "as_requested"
        self._calendar = calendar
        self._receives = receives
        self._working = policy.dates.transit == "working"
        self._arrives: dict[int, int] = {}
        self.rank = (self.arrival(self.first), lane.cost, site.site)

    def ships(self, ready: int) -> int:
        """The day on which goods that are ready on a day can leave: never before the first, and a working day."""
        return self._calendar.next(ready) if ready > self.first else self.first

    def arrival(self, ship_day: int) -> int:
        """The day on which what leaves on a day is delivered; the receiver's calendar moves it to a day it works."""
        known = self._arrives.get(ship_day)
        if known is None:
            day = self._calendar.after(ship_day, self.transit) if self._working else ship_day + self.transit
            known = self._arrives[ship_day] = self._receives.next(day)
        return known

    def last_ship_day(self, need_by: int) -> int | None:
        """The last day on which goods can leave and arrive by a day; None when even the first is too late."""
        if self.arrival(self.first) > need_by:
            return None
        last = self.first
        for day in range(max(need_by - self.transit, self.first), self.first - 1, -1):
            if self._calendar.works(day) and self.arrival(day) <= need_by:
                last = day
                break
        return last
