"""The laws of a back office's books, whatever happens in them."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.demo.books import Books, Part

FIRST = date(2011, 1, 3)
PLACES = [("A", "LON"), ("A", "AMS"), ("B", "LON")]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["accept", "receive", "correct", "ship", "allocate", "give_back"]),
        st.sampled_from(PLACES), st.integers(-30, 30), st.integers(0, 5), st.sampled_from(["X", "Y"]),
    ),
    max_size=60,
)  # fmt: skip


def part(place=("A", "LON"), quantity=10, customer="X", gross="12.34", day=FIRST, sequence=0) -> Part:
    moment = datetime(2011, 1, 3, 9, tzinfo=UTC)
    return Part(
        "SO-1", 1, "WEB-1", customer, *place, quantity, day, Decimal(gross), Decimal(gross), moment, sequence
    )


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_the_books_keep_their_laws(events):
    books, brought = Books({("A", "LON"): 20}), defaultdict(int, {("A", "LON"): 20})
    for kind, place, number, days, customer in events:
        _happen(books, brought, kind, place, number, days, customer)
        for where in PLACES:
            assert books.on_hand[where] >= 0
            gone = sum(one.shipped - one.returned for one in books.parts if one.place == where)
            assert books.on_hand[where] == brought[where] - gone
        for one in books.parts:
            assert one.quantity == one.shipped + one.open + one.cancelled
            assert 0 <= one.returned <= one.shipped
            assert 0 <= one.allocated <= one.open
            assert one.worth(one.quantity) == one.gross
        for buyer in "XY":
            owing = sum((one.open_worth for one in books.parts if one.customer == buyer), Decimal(0))
            assert books.owing[buyer] == owing
        for where in PLACES:
            assert books.allocated[where] == sum(one.allocated for one in books.parts if one.place == where)


def _happen(books, brought, kind, place, number, days, customer):
    units, waiting = abs(number), books.waiting(place)
    if kind == "accept" and units:
        day = FIRST + timedelta(days=days)
        books.accept(part(place, units, customer, f"{units}.37", day, len(books.parts)))
    elif kind == "receive":
        books.receive(place, units)
        brought[place] += units
    elif kind == "correct":
        brought[place] += books.correct(place, number, FIRST)
    elif kind == "ship" and waiting:
        books.ship(waiting[0], min(units, waiting[0].open, books.on_hand[place]))
    elif kind == "allocate" and waiting:
        books.allocate(waiting[0], min(units, waiting[0].open - waiting[0].allocated))
    elif kind == "give_back":
        for back in books.give_back(customer, place[0], units):
            assert (back.cancelled == 0) != (back.returned == 0)
            assert back.part.customer == customer


def test_nothing_leaves_that_is_not_there():
    books = Books({("A", "LON"): 5})
    one = part()
    books.accept(one)
    with pytest.raises(ValueError, match="cannot leave LON"):
        books.ship(one, 6)
    assert books.ship(one, 5) + one.open_worth == one.gross


def test_what_is_open_is_cancelled_before_anything_returns_the_latest_first():
    books = Books({("A", "LON"): 10})
    old, new = part(sequence=0), part(sequence=1)
    books.accept(old)
    books.accept(new)
    books.ship(old, 10)
    found = [(one.part.sequence, one.cancelled, one.returned) for one in books.give_back("X", "A", 14)]
    assert found == [(1, 10, 0), (0, 0, 4)]
    assert books.on_hand["A", "LON"] == 4
    assert books.give_back("Y", "A", 1) == []


def test_write_offs_are_remembered_by_day():
    books = Books({("A", "LON"): 5})
    assert books.correct(("A", "LON"), -9, FIRST) == -5
    assert books.written_off(("A", "LON"), FIRST) == 5
    assert books.written_off(("A", "LON"), FIRST + timedelta(days=1)) == 0
