"""Working days of the two sites: Monday to Friday but for the public holidays of England and of the
Netherlands.

Only December 2010 to December 2011. Sources: the bank holidays of England and Wales under the Banking and
Financial Dealings Act 1971 with the substitute days and the royal wedding of 29 April 2011; for the
Netherlands the days of the Algemene termijnenwet (Liberation Day is a day off in every fifth year only, so
not in 2011).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sayso.demo.settings import AMSTERDAM, LONDON

HOLIDAYS: dict[str, frozenset[date]] = {
    "GB": frozenset(
        {
            date(2010, 12, 27), date(2010, 12, 28), date(2011, 1, 3), date(2011, 4, 22), date(2011, 4, 25),
            date(2011, 4, 29), date(2011, 5, 2), date(2011, 5, 30), date(2011, 8, 29), date(2011, 12, 26),
            date(2011, 12, 27),
        }
    ),
    "NL": frozenset(
        {
            date(2010, 12, 25), date(2010, 12, 26), date(2011, 1, 1), date(2011, 4, 22), date(2011, 4, 25),
            date(2011, 4, 30), date(2011, 6, 2), date(2011, 6, 13), date(2011, 12, 25), date(2011, 12, 26),
        }
    ),
}  # fmt: skip
CALENDAR_OF = {LONDON: "GB", AMSTERDAM: "NL"}
ZONE_OF = {LONDON: ZoneInfo("Europe/London"), AMSTERDAM: ZoneInfo("Europe/Amsterdam")}


def works(site: str, day: date) -> bool:
    """Whether a site works on a day."""
    return day.weekday() < 5 and day not in HOLIDAYS[CALENDAR_OF[site]]


@lru_cache(maxsize=4096)
def working(site: str, day: date) -> date:
    """The day itself if the site works on it, else the next on which it does."""
    while not works(site, day):
        day += timedelta(days=1)
    return day


def ship_day(site: str, today: date, past_cutoff: bool, handling_days: int) -> date:
    """When an order leaves: after the cut-off it counts as the next day's; then the handling in working
    days."""
    day = working(site, today + timedelta(days=past_cutoff))
    for _ in range(handling_days):
        day = working(site, day + timedelta(days=1))
    return day
