"""What cannot leave as promised gets the first day on which supply bears it; the oldest promise is served first."""

from __future__ import annotations

from promise.laws import law
from promise.making import START, TODAY, inbound, iso, item, take, taken_by
from promise.naive_stock import NOTHING, Shelf
from promise.test_risk import CASES, Case
from sayso.promise.availability import NOBODY
from sayso.promise.cards import ItemCard
from sayso.promise.facts import Take
from sayso.promise.policy import Policy
from sayso.promise.redating import Redated, redated
from sayso.promise.risk import at_risk


def days(card: ItemCard, *takes: Take, rules: Policy | None = None) -> list[Redated]:
    """The new days of these reservations, the latest promise given first."""
    policy, taken = rules or Policy(), taken_by(takes)
    return redated(card, taken, takes, at_risk(card, taken, takes, TODAY, policy), TODAY, policy)


def told(found: list[Redated]) -> list[tuple[int, str, str | None]]:
    return [(one.risk.place, str(one.risk.short), one.day and one.day.isoformat()) for one in found]


def test_what_the_facts_bear_keeps_its_day() -> None:
    assert days(item("A", 10), take(4), take(6)) == []


def test_a_slip_moves_what_leans_on_it_to_the_new_day() -> None:
    late = item("A", inbound=[inbound("PO", 10, 9)])
    (found,) = days(late, take(4, 3))
    assert told([found]) == [(0, "4", iso(9))]
    assert found.because == f"4 are missing at LON on {iso(3)}; PO line 1 brings them on {iso(9)}"


def test_the_oldest_promise_gets_the_first_supply() -> None:
    late = item("A", inbound=[inbound("PO-1", 4, 5), inbound("PO-2", 4, 8)])
    assert told(days(late, take(4, 1), take(4, 1))) == [(1, "4", iso(5)), (0, "4", iso(8))]


def test_without_supply_there_is_no_day() -> None:
    (found,) = days(item("A", 1), take(4))
    assert (found.day, str(found.risk.short)) == (None, "3")
    assert found.because.endswith("no supply within the horizon brings them")


def test_what_is_on_backorder_takes_no_supply_from_what_is_late() -> None:
    late = item("A", inbound=[inbound("PO", 4, 5)])
    assert told(days(late, take(9, 2, state="backorder"), take(4, 1))) == [(1, "4", iso(5))]


def moved(case: Case, found: list[Redated], without: int = -1) -> Shelf:
    """The shelf with every late part on its new day (but one on the day before)."""
    kept = [one for one in case.takes if one.state != "backorder"]
    for place, one in enumerate(found):
        take_, short = one.risk.take, one.risk.short
        kept.append(take_._replace(quantity=-short))
        if one.day is not None:
            kept.append(take_._replace(quantity=short, day=one.day if place != without else before(one)))
    return Shelf(case.card, kept, "LON", "", NOBODY, TODAY, case.rules)


def before(one: Redated) -> object:
    assert one.day is not None
    return type(one.day).fromordinal(one.day.toordinal() - 1)


@law(150, case=CASES)
def test_on_the_new_days_nothing_is_missing(case: Case) -> None:
    found = [one for one in days(case.card, *case.takes, rules=case.rules) if not one.risk.take.variant]
    found = [one for one in found if one.risk.take.site == "LON"]
    bare = Shelf(case.card, [], "LON", "", NOBODY, TODAY, case.rules)
    shelf = moved(case, found)
    for day in range(START, bare.horizon + 1):
        assert shelf.balance(day) >= min(bare.balance(day), NOTHING)


@law(150, case=CASES)
def test_no_new_day_is_later_than_it_has_to_be(case: Case) -> None:
    """A day earlier, the last of the late parts would break something."""
    found = [one for one in days(case.card, *case.takes, rules=case.rules) if not one.risk.take.variant]
    found = [one for one in found if one.risk.take.site == "LON"]
    if not found or found[-1].day is None:
        return
    last = found[-1].day.toordinal()
    earliest = max(found[-1].risk.take.day, TODAY).toordinal()
    assert last >= earliest
    if last > earliest:
        shelf = moved(case, found, without=len(found) - 1)
        assert any(shelf.balance(day) < 0 for day in range(last - 1, shelf.horizon + 1))
