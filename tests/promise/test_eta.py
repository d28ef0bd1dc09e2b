"""When an inbound arrives, by what was learned: named cases, and the laws that hold for any receipts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.canon.canonical import canonical
from sayso.promise.calendars import Calendar
from sayso.promise.eta import NODES, Arrival, Lateness, Receipt
from sayso.promise.eta_learning import learned

TODAY = date(2024, 6, 28)
MONDAY = date(2024, 7, 1)
P90 = Decimal("0.9")


def receipt(
    number: int, late: int, vendor: str = "V", item: str = "A", ago: int = 30, **other: object
) -> Receipt:
    """A receipt of an order of its own, so many days late, that came so many days ago."""
    received = TODAY - timedelta(days=ago)
    promised = received - timedelta(days=late)
    usual = Receipt(
        f"PO{number}",
        "1",
        "1",
        item,
        "LON",
        vendor,
        promised - timedelta(days=20),
        promised,
        received,
        Decimal(10),
    )
    return usual._replace(**other)


def several(*late: int, vendor: str = "V", item: str = "A", first: int = 0) -> list[Receipt]:
    """Receipts that came two days apart, the last one first told."""
    return [
        receipt(first + n, days, vendor, item, ago=2 * n + 1) for n, days in enumerate(late)
    ]  # fmt: skip


def days_after(arrival: Arrival) -> tuple[int, int]:
    assert arrival.p50 is not None
    assert arrival.p90 is not None
    return (arrival.p50 - arrival.promised).days, (arrival.p90 - arrival.promised).days


# What is known


def test_without_any_receipt_the_promise_stands_and_nothing_is_said_to_be_known():
    nothing = learned([], TODAY)
    assert nothing.arrivals("A", "V", MONDAY) == Arrival(MONDAY, None, None, "none", 0)
    assert nothing.quantile("A", "V", MONDAY, P90) == MONDAY
    assert nothing.arrivals("A", "V", MONDAY, today=MONDAY + timedelta(days=9)).p90 is None


def test_ten_receipts_give_their_own_quantiles():
    known = learned(several(0, 0, 0, 0, 0, 1, 1, 2, 3, 9), TODAY)
    assert days_after(known.arrivals("A", "V", MONDAY)) == (0, 3)
    assert known.arrivals("A", "V", MONDAY).level_used == "item"
    assert known.arrivals("A", "V", MONDAY).receipts == 10


def test_early_vendors_are_early():
    known = learned(several(*[-3] * 12), TODAY)
    assert days_after(known.arrivals("A", "V", MONDAY)) == (-3, -3)


def test_the_finest_level_that_has_receipts_is_named():
    known = learned(several(*[1] * 6) + several(*[8] * 9, vendor="W", item="B", first=50), TODAY)
    found = [known.arrivals(*pair, MONDAY) for pair in (("A", "V"), ("B", "V"), ("B", "W"), ("A", "new"))]
    assert [(one.level_used, one.receipts) for one in found] == [
        ("item", 6),
        ("vendor", 6),
        ("item", 9),
        ("all", 15),
    ]


def test_a_new_vendor_has_the_width_of_all_vendors_one_voice_each():
    """Ninety punctual receipts of one vendor do not outvote nine late vendors: the next one will be one like these ten."""
    punctual = several(*[0] * 90, vendor="BIG")
    late = [
        one for n in range(9) for one in several(*[7] * 6, vendor=f"W{n}", item=f"I{n}", first=1000 + 100 * n)
    ]
    known = learned(punctual + late, TODAY)
    days = dict(known.days)
    assert days[7] > 4 * days[0], "though there are 54 receipts of the one and 90 of the other"
    assert days_after(known.arrivals("X", "new", MONDAY)) == (7, 7)
    assert days_after(known.arrivals("A", "BIG", MONDAY))[0] == 0


def test_more_evidence_moves_from_the_group_to_the_own():
    """One vendor is nine days late, all others are on time: the more he has delivered, the more it counts."""
    others = [
        one
        for n in range(20)
        for one in several(*[0] * 30, vendor=f"V{n}", item=f"I{n}", first=10_000 + 100 * n)
    ]
    shares = []
    for count in (0, 1, 2, 4, 8, 16, 64):
        known = learned(others + several(*[9] * count, vendor="LATE", item="B"), TODAY)
        shares.append(
            next(
                percent for percent in range(1, 100)
                if known.quantile("other", "LATE", MONDAY, Fraction(percent, 100)) > MONDAY or percent == 99
            )
        )  # fmt: skip
    assert shares[0] == 99, "nothing of his own"
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < 20, "64 receipts of his own nearly stand alone"


# Overdue


@pytest.mark.parametrize(
    ("waited", "expected"),
    [(0, (0, 10)), (1, (4, 10)), (3, (4, 10)), (5, (10, 10)), (10, (10, 10))],
)
def test_what_has_not_come_yet_comes_later_than_that(waited, expected):
    known = learned(several(*[0] * 12, *[2] * 5, *[4] * 4, *[10] * 3), TODAY)
    today = MONDAY + timedelta(days=waited)
    assert days_after(known.arrivals("A", "V", MONDAY, today=today)) == expected


def test_later_than_anything_that_was_seen_is_expected_any_day():
    known = learned(several(*[0] * 12), TODAY)
    today = MONDAY + timedelta(days=40)
    assert known.arrivals("A", "V", MONDAY, today=today).p90 == today


def test_before_the_promise_only_the_past_is_cut_off():
    known = learned(several(*[-5] * 6, *[0] * 6), TODAY)
    assert days_after(known.arrivals("A", "V", MONDAY)) == (-5, 0)
    assert days_after(known.arrivals("A", "V", MONDAY, today=MONDAY - timedelta(days=2))) == (0, 0)


# Calendars and weekdays


def test_goods_come_on_a_day_on_which_the_site_works():
    known = learned(several(*[4] * 12), TODAY)
    friday = MONDAY + timedelta(days=4)
    closed = Calendar({friday: False}, (6, 7))
    assert known.arrivals("A", "V", MONDAY).p50 == friday
    assert known.arrivals("A", "V", MONDAY, calendar=closed).p50 == friday + timedelta(days=3)


def test_the_last_of_all_days_is_not_passed():
    known = learned(several(*[4] * 12), TODAY)
    never = Calendar({}, (1, 2, 3, 4, 5, 6, 7))
    assert known.arrivals("A", "V", date.max).p90 == date.max
    assert known.arrivals("A", "V", date.max, calendar=never).p90 == date.max
    assert learned(several(*[-4] * 12), TODAY).arrivals("A", "V", date.min).p50 == date.min


def test_a_level_lies_between_0_and_1():
    known = learned(several(*[4] * 12), TODAY)
    for level in (Decimal(0), Decimal(1), Decimal("-0.1"), Fraction(3, 2)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            known.quantile("A", "V", MONDAY, level)


# Laws

LATENESS = st.integers(-5, 30)
RECEIPTS = st.lists(
    st.builds(
        lambda document, line, part, late, vendor, item, ago, quantity: receipt(
            document, late, f"V{vendor}", f"I{item}", ago, line=str(line), receipt=str(part),
            quantity=None if quantity == 0 else Decimal(quantity),
        ),
        st.integers(0, 20), st.integers(1, 3), st.integers(1, 2), LATENESS, st.integers(0, 3), st.integers(0, 4),
        st.integers(0, 400), st.integers(0, 5),
    ),
    max_size=60,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(RECEIPTS, st.randoms(use_true_random=False))
def test_the_order_of_receipts_makes_no_difference_to_a_byte(receipts, chance):
    shuffled = list(receipts)
    chance.shuffle(shuffled)
    assert canonical(learned(shuffled, TODAY)) == canonical(learned(receipts, TODAY))


@settings(max_examples=60, deadline=None)
@given(RECEIPTS, st.integers(0, 5), st.integers(0, 4), st.integers(-3, 20))
def test_a_higher_level_is_never_an_earlier_day(receipts, item, vendor, waited):
    known = learned(receipts, TODAY)
    today = MONDAY + timedelta(days=waited)
    for given_day in (None, today):
        days = [
            known.quantile(f"I{item}", f"V{vendor}", MONDAY, Fraction(n, 40), given_day) for n in range(1, 40)
        ]
        assert days == sorted(days)
        assert given_day is None or not receipts or days[0] >= given_day


@settings(max_examples=40, deadline=None)
@given(RECEIPTS)
def test_what_was_learned_is_data_and_read_back_says_the_same(receipts):
    known = learned(receipts, TODAY)
    body = canonical(known)
    again = msgspec.json.decode(body, type=Lateness)
    assert again == known
    assert canonical(again) == body
    for vendor in ("V0", "V1", "new"):
        assert again.arrivals("I0", vendor, MONDAY) == known.arrivals("I0", vendor, MONDAY)


@settings(max_examples=40, deadline=None)
@given(RECEIPTS)
def test_cut_down_to_a_pair_it_says_the_same_about_it(receipts):
    known = learned(receipts, TODAY)
    for pair in (("I0", "V0"), ("I1", "V3"), ("new", "V1"), ("new", "new")):
        cut = known.of([pair])
        assert cut.arrivals(*pair, MONDAY) == known.arrivals(*pair, MONDAY)
        assert len(cut.vendors) <= 1
        assert len(cut.items) <= 1


@settings(max_examples=40, deadline=None)
@given(RECEIPTS, st.integers(1, 300))
def test_what_was_received_later_is_not_looked_at(receipts, ago):
    day = TODAY - timedelta(days=ago)
    known_then = [one for one in receipts if one.received <= day]
    told, not_told = learned(known_then, day), learned(receipts, day)
    later = len(receipts) - len(known_then)
    assert dict(not_told.left_out).pop("received later", 0) == later
    assert canonical(msgspec.structs.replace(not_told, left_out=told.left_out)) == canonical(told)


def test_levels_are_measured_where_there_is_enough_to_measure_on():
    assert learned(several(0, 1, 2), TODAY).levels == NODES
    many = [receipt(n, n * 7919 % 11, f"V{n % 5}", ago=n) for n in range(1, 400)]
    known = learned(many, TODAY)
    assert known.tested > 100
    assert list(known.levels) == sorted(known.levels)
    assert [known.measured(node) for node in NODES] == list(known.levels)
    assert known.measured(9999) <= 10_000
