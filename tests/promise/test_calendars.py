"""When something can leave and arrive: cut-off in the site's zone, working days, handling, transit, the receiver's days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from promise.laws import law
from promise.making import START, ask, customer, decided, facts, iso, item, parts, policy, world
from sayso.promise.calendars import Calendar, Route, local_day, shipment_day, zone

LONDON = {"site": "LON", "country": "GB", "timezone": "Europe/London", "cutoff": "16:00", "calendar": "week"}


def route(now: datetime, site: dict[str, Any], transit: int = 0, **columns: Any) -> Route:
    """The only route of a world with one site and one lane to Britain."""
    rules = columns.pop("rules", None)
    buyer = columns.pop("buyer", None)
    lanes = [{"site": site["site"], "country": "GB", "transit_days": transit}]
    return world(rules, sites=[site], lanes=lanes, **columns).routes("GB", "", buyer, now)[0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def text(ordinal: int | None) -> str | None:
    return None if ordinal is None else date.fromordinal(ordinal).isoformat()


FIRST = {
    "before the cut-off it leaves today": ("2026-03-02T15:59:59", {}, "2026-03-02"),
    "at the minute of the cut-off too": ("2026-03-02T16:00:59", {}, "2026-03-02"),
    "a minute later it leaves tomorrow": ("2026-03-02T16:01:00", {}, "2026-03-03"),
    "without a cut-off the day ends at midnight": ("2026-03-02T23:59:00", {"cutoff": ""}, "2026-03-02"),
    "late on Friday means Monday": ("2026-03-06T16:01:00", {}, "2026-03-09"),
    "Saturday means Monday, early": ("2026-03-07T09:00:00", {}, "2026-03-09"),
    "or late": ("2026-03-07T19:00:00", {}, "2026-03-09"),
    "late on Sunday still means Monday": ("2026-03-08T19:00:00", {}, "2026-03-09"),
    "a site without a calendar works every day": ("2026-03-07T09:00:00", {"calendar": ""}, "2026-03-07"),
    "handling takes working days": ("2026-03-05T09:00:00", {"handling_days": 2}, "2026-03-09"),
    "handling begins on a working day": ("2026-03-07T09:00:00", {"handling_days": 1}, "2026-03-10"),
    "and the day after the cut-off": ("2026-03-05T17:00:00", {"handling_days": 1}, "2026-03-09"),
    "the hour is the site's: in summer four is three in UTC": ("2026-03-30T15:01:00", {}, "2026-03-31"),
    "and was in time a minute before": ("2026-03-30T15:00:00", {}, "2026-03-30"),
    "the day before the clocks go forward four is four": (
        "2026-03-28T16:00:00", {"calendar": ""}, "2026-03-28",
    ),
    "on the day itself four is three": ("2026-03-29T15:01:00", {"calendar": ""}, "2026-03-30"),
    "on the day they go back four is four again": ("2026-10-25T16:00:00", {"calendar": ""}, "2026-10-25"),
    "and was three the day before": ("2026-10-24T15:01:00", {"calendar": ""}, "2026-10-25"),
    "an hour that comes twice is as late the second time": (
        "2026-10-25T01:20:00", {"calendar": "", "cutoff": "01:15"}, "2026-10-26",
    ),
    "the day is the site's: tomorrow has begun in Auckland": (
        "2026-03-02T12:00:00", {"timezone": "Pacific/Auckland"}, "2026-03-03",
    ),
    "and is yet to come in New York": (
        "2026-03-03T02:00:00", {"timezone": "America/New_York", "cutoff": "22:00"}, "2026-03-02",
    ),
    "a zone that nobody knows is UTC": ("2026-03-02T15:59:00", {"timezone": "Mars/Olympus"}, "2026-03-02"),
}  # fmt: skip


@pytest.mark.parametrize("case", FIRST)
def test_the_first_day_on_which_an_order_leaves(case: str) -> None:
    now, columns, expected = FIRST[case]
    assert text(route(at(now), {**LONDON, **columns}).first) == expected


def test_today_is_the_sites_own() -> None:
    site = world(sites=[{**LONDON, "timezone": "Pacific/Auckland"}]).card.sites[0]
    assert local_day(site, at("2026-03-02T12:00:00")) == date(2026, 3, 3)
    assert route(at("2026-03-02T12:00:00"), {**LONDON, "timezone": "Pacific/Auckland"}).today == date(
        2026, 3, 3
    )
    assert zone("").key == "UTC"


DAYS_OFF = {"week": {iso(0): False, iso(5): True}, "shop": {iso(2): False}}
ARRIVES = {
    "transit counts days, working or not": (4, {}, 2, 6),
    "or the site's working days, where the policy says so": (4, {"rules": "working"}, 2, 7),
    "it is delivered on a day on which the buyer receives": (4, {"calendar": "shop"}, 1, 7),
    "also where transit counts working days": (4, {"calendar": "shop", "rules": "working"}, 1, 7),
    "a day off of the buyer's is waited for": (1, {"calendar": "shop"}, 1, 3),
    "the days to this buyer stand before the lane's": (4, {"shipping_days": 3}, 9, 7),
}


@pytest.mark.parametrize("case", ARRIVES)
def test_when_it_arrives(case: str) -> None:
    leaves, columns, transit, arrives = ARRIVES[case]
    rules = policy(dates__transit="working") if "rules" in columns else None
    buyer = customer(**{name: value for name, value in columns.items() if name != "rules"})
    found = route(at("2026-03-02T09:00:00"), LONDON, transit, calendars=DAYS_OFF, rules=rules, buyer=buyer)
    assert found.arrival(START + leaves) - START == arrives


def test_a_calendar_names_its_exceptions_and_rests_at_the_weekend() -> None:
    found = world(calendars=DAYS_OFF).calendar("week")
    assert [found.works(START + number) for number in range(7)] == [
        False,
        True,
        True,
        True,
        True,
        True,
        False,
    ]
    assert world(calendars=DAYS_OFF).calendar("no such").works(START)
    assert all(world().calendar("").works(START + number) for number in range(7))
    friday = world(policy(dates__weekend=[5])).calendar("week")
    assert [friday.works(START + number) for number in range(7)] == [True] * 4 + [False] + [True] * 2


def test_a_calendar_that_never_works_does_not_stop_the_world() -> None:
    never = Calendar({}, (1, 2, 3, 4, 5, 6, 7))
    assert (never.next(START), never.before(START), never.after(START, 2)) == (START, START, START + 2)


class Rota(NamedTuple):
    """Working days by a pattern that comes again and again, told as a list of days that says it all."""

    pattern: list[bool]

    def works(self, day: int) -> bool:
        return self.pattern[day % len(self.pattern)]

    def card(self) -> dict[str, bool]:
        return {text(day) or "": self.works(day) for day in range(START - 10, START + 90)}

    def calendar(self) -> Calendar:
        return Calendar({date.fromisoformat(day): works for day, works in self.card().items()}, ())

    def nth(self, day: int, number: int) -> int:
        """The working day that comes so many after the first from this day on."""
        return [one for one in range(day, day + 80) if self.works(one)][number]


ROTAS = st.lists(st.booleans(), min_size=1, max_size=9).filter(any).map(Rota)


@law(60, rota=ROTAS, on=st.integers(0, 20), number=st.integers(0, 5))
def test_working_days_are_counted_as_on_fingers(rota: Rota, on: int, number: int) -> None:
    day = START + on
    assert rota.calendar().after(day, number) == rota.nth(day, number)
    assert rota.calendar().next(day) == rota.nth(day, 0)
    assert rota.calendar().before(day) == max(one for one in range(day - 9, day + 1) if rota.works(one))


ZONES = st.sampled_from(["Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC"])
MINUTES = st.integers(0, 50 * 24 * 60)  # over the days on which clocks change
MOMENTS = MINUTES.map(lambda minutes: at("2026-03-01T00:00:30") + timedelta(minutes=minutes))
CUTOFFS = st.sampled_from(["", "00:00", "01:30", "08:00", "16:00", "23:59"])


@law(100, rota=ROTAS, now=MOMENTS, name=ZONES, cutoff=CUTOFFS, handling=st.integers(0, 3))
def test_the_first_day_is_the_first_working_day_in_time(
    rota: Rota, now: datetime, name: str, cutoff: str, handling: int
) -> None:
    site = {
        "site": "S",
        "country": "GB",
        "timezone": name,
        "cutoff": cutoff,
        "calendar": "rota",
        "handling_days": handling,
    }
    local = now.astimezone(ZoneInfo(name))
    ends = (
        local.replace(hour=int(cutoff[:2]), minute=int(cutoff[3:]), second=59, microsecond=999999)
        if cutoff
        else local
    )
    taken_up = (
        local.date()
        if local.replace(tzinfo=None) <= ends.replace(tzinfo=None)
        else local.date() + timedelta(days=1)
    )
    found = route(now, site, calendars={"rota": rota.card()})
    assert found.first == rota.nth(taken_up.toordinal(), handling)
    assert found.today == local.date()


@law(
    100,
    rota=ROTAS,
    receives=ROTAS,
    transit=st.integers(0, 4),
    working=st.booleans(),
    need_by=st.integers(0, 40),
)
def test_the_last_day_to_leave_is_the_last_that_arrives_in_time(
    rota: Rota, receives: Rota, transit: int, working: bool, need_by: int
) -> None:
    site = {"site": "S", "country": "GB", "calendar": "rota"}
    found = route(
        at("2026-03-02T09:00:00"), site, transit, calendars={"rota": rota.card(), "shop": receives.card()},
        rules=policy(dates__transit="working" if working else "calendar"), buyer=customer(calendar="shop"),
    )  # fmt: skip
    in_time = []
    for day in range(found.first, START + need_by + 1):
        arrives = receives.nth(rota.nth(day, transit) if working else day + transit, 0)
        if rota.works(day):
            assert found.arrival(day) == arrives
            if arrives <= START + need_by:
                in_time.append(day)
    assert found.last_ship_day(START + need_by) == (in_time[-1] if in_time else None)


@law(60, rota=ROTAS, ready=st.integers(-5, 20))
def test_what_is_ready_leaves_on_the_next_working_day(rota: Rota, ready: int) -> None:
    site = {"site": "S", "country": "GB", "calendar": "rota", "handling_days": 2}
    found = route(at("2026-03-02T09:00:00"), site, calendars={"rota": rota.card()})
    assert found.ships(START + ready) == max(rota.nth(START + ready, 0), found.first)


@law(
    100,
    rota=ROTAS,
    buyer=ROTAS,
    shipping=st.integers(0, 4),
    handling=st.integers(0, 3),
    on=st.integers(5, 30),
)
def test_a_shipment_day_is_counted_back_in_working_days(
    rota: Rota, buyer: Rota, shipping: int, handling: int, on: int
) -> None:
    """Each day of shipping time and handling is a working day before; where there is none, a day of rest moves on."""
    every = range(START - 90, START + 90)
    site, shop = (
        Calendar({date.fromordinal(day): one.works(day) for day in every}, ()) for one in (rota, buyer)
    )
    day = START + on
    for number, first in ((shipping, buyer), (handling, rota)):
        left = number
        while left:
            day -= 1
            left -= rota.works(day)
        while not number and not first.works(day):
            day += 1
    assert shipment_day(START + on, shipping, handling, site, shop) == day


def test_what_is_needed_by_a_day_may_wait_for_it() -> None:
    """Where the policy has it leave as requested: on the last day that is in time; without a day, at once."""
    rules = policy(dates__ships="as_requested")
    here = facts(
        item("A", 5), world=world(rules, lanes=[{"site": "LON", "country": "GB", "transit_days": 2}])
    )
    needed = {"item": "A", "quantity": 5, "need_by": iso(9)}
    assert parts(decided(ask(needed), here)) == [("in_stock", "LON", "5", 7, 9)]
    assert parts(decided(ask(("A", 5)), here)) == [("in_stock", "LON", "5", 0, 2)]
