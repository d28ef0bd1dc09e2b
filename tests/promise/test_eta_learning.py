"""What the settings are chosen to be: memory, weekdays and strengths, each only where it foretells better."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from sayso.promise.eta import Lateness, Receipt
from sayso.promise.eta_learning import learned
from sayso.promise.eta_memory import growth, lost
from sayso.promise.eta_spread import PARTS, Spread
from sayso.promise.eta_weeks import EVERY_DAY

FIRST = date(2023, 1, 2)
TODAY = date(2024, 6, 28)
WORKING_DAYS = 0b0011111


def delivered(seed: int, late, vendors=12, items=6, every=5, promise=lambda day: day) -> list[Receipt]:
    """Deliveries of vendors every few days; `late(chance, vendor, item, ordered, promised)` says the day they came."""
    chance, found = Random(seed), []
    for vendor in range(vendors):
        day = FIRST + timedelta(days=vendor % every)
        while day < TODAY - timedelta(days=40):
            promised = promise(day + timedelta(days=14))
            item = chance.randrange(items)
            found.append(
                Receipt(
                    f"PO{vendor}-{day}", "1", "1", f"I{item}", "LON", f"V{vendor}", day, promised,
                    late(chance, vendor, item, day, promised), Decimal(10),
                )
            )  # fmt: skip
            day += timedelta(days=every)
    return found


def some_days(chance: Random, promised: date) -> date:
    return promised + timedelta(days=chance.choice((-1, 0, 0, 0, 0, 1, 2, 4)))


def test_where_nothing_changes_little_is_forgotten_and_nobody_is_accused():
    """By chance alone a vendor's memory may seem to matter; that he changed is said only beyond doubt."""
    known = learned(delivered(1, steady, vendors=40), TODAY)
    assert sum(habit.memory_days == 0 for habit in known.vendors) >= 30
    assert not [habit.vendor for habit in known.vendors if habit.changed]
    assert known.week == EVERY_DAY


def steady(chance, vendor, item, ordered, promised):
    return some_days(chance, promised)


def test_a_vendor_who_changed_is_noticed_and_only_he():
    def turned(chance, vendor, item, ordered, promised):
        later = 12 if vendor == 3 and ordered >= date(2023, 12, 1) else 0
        return some_days(chance, promised) + timedelta(days=later)

    known = learned(delivered(2, turned), TODAY)
    assert [habit.vendor for habit in known.vendors if habit.changed] == ["V3"]
    habit = known.habit("V3")
    assert habit is not None
    assert 0 < habit.memory_days <= 90
    assert known.arrivals("new", "V3", TODAY).p50 >= TODAY + timedelta(days=11)
    assert known.arrivals("new", "V4", TODAY).p50 <= TODAY + timedelta(days=1)


def test_delivery_days_are_counted_where_that_foretells_better():
    """Vendors promise any day and come on the next Tuesday or Thursday; or, the others, on the next working day."""

    def next_delivery(chance, vendor, item, ordered, promised):
        day = promised + timedelta(days=chance.choice((0, 0, 0, 0, 0, 0, 0, 7)))
        days = (1, 3) if vendor % 2 else (0, 1, 2, 3, 4)
        while day.weekday() not in days:
            day += timedelta(days=1)
        return day

    known = learned(delivered(3, next_delivery, every=3), TODAY)
    assert {habit.week for habit in known.vendors if int(habit.vendor[1:]) % 2} == {0b0001010}
    assert {habit.week for habit in known.vendors if not int(habit.vendor[1:]) % 2} == {WORKING_DAYS}
    for n in range(7):
        promised = TODAY + timedelta(days=n)
        assert known.arrivals("new", "V1", promised).p50.weekday() in (1, 3)
        assert 0 <= (known.arrivals("new", "V1", promised).p50 - promised).days < 7


def test_where_each_vendor_has_his_way_he_leans_little_on_the_others_and_else_much():
    def own_way(chance, vendor, item, ordered, promised):
        return promised + timedelta(days=3 * vendor + chance.choice((0, 0, 1)))

    distinct = learned(delivered(4, own_way, every=30), TODAY)
    alike = learned(delivered(4, steady, every=30), TODAY)
    assert distinct.vendor_leans < alike.vendor_leans


def test_where_each_item_has_its_way_it_leans_little_on_its_vendor_and_else_much():
    def own_way(chance, vendor, item, ordered, promised):
        return promised + timedelta(days=5 * item + chance.choice((0, 0, 1)))

    distinct = learned(delivered(5, own_way), TODAY)
    alike = learned(delivered(5, steady), TODAY)
    assert distinct.item_leans < alike.item_leans
    assert distinct.arrivals("I4", "V2", TODAY).p50 == TODAY + timedelta(days=20)


def test_levels_make_up_for_what_is_too_narrow():
    """Lateness that grows from month to month comes after the P90 of the past; the level that covers is higher."""

    def growing(chance, vendor, item, ordered, promised):
        return some_days(chance, promised) + timedelta(
            days=chance.randrange(1 + (ordered - FIRST).days // 30)
        )

    known = learned(delivered(6, growing), TODAY)
    assert known.measured(9000) > 9200
    assert learned(delivered(6, steady), TODAY).measured(9000) == pytest.approx(9000, abs=400)


@pytest.mark.parametrize("memory", [20, 45, 90, 180, 360])
def test_after_a_memory_a_receipt_counts_half_and_never_more_than_a_later_one(memory):
    grown = [growth(memory, day) for day in range(5 * memory)]
    assert grown == sorted(set(grown))
    assert all(2 * grown[day] == grown[day + memory] for day in range(4 * memory))
    assert growth(0, 5) == growth(0, 5000) == 1


@pytest.mark.parametrize(("received", "loss"), [(100, 0 + 4), (104, 20 + 0), (106, 30 + 18), (98, 10 + 6)])
def test_too_late_and_too_early_lose_by_their_odds(received, loss):
    assert lost(100, 104, received) == loss


def test_leaning_adds_as_much_of_the_other_as_it_is_strong():
    own, group = Spread(((0, 3000),)), Spread(((0, 5), (9, 5)))
    mixed = own.leaning(group, 1000)
    assert Fraction(dict(mixed.pairs)[9], mixed.total) == Fraction(1, 8)
    assert mixed.total == sum(weight for _, weight in mixed.pairs)
    assert own.leaning(Spread(()), 1000) is own
    assert Spread(()).leaning(group, 1000) is group


def test_a_level_is_the_least_value_that_covers_it():
    spread = Spread(((-1, 1), (0, 6), (3, 3)))
    assert [spread.at(level) for level in (1, 1000, 1001, 7000, 7001, PARTS)] == [-1, -1, 0, 0, 3, 3]
    assert [spread.below(value) for value in (-1, 0, 1, 3, 4)] == [0, 1000, 7000, 7000, PARTS]


def test_what_is_learned_stays_the_same_when_nothing_is_new() -> None:
    receipts = delivered(7, steady)
    first: Lateness = learned(receipts, TODAY)
    assert first == learned(list(reversed(receipts)), TODAY)
