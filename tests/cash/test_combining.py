"""Which amounts add up to another: held against trying all sets."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations as all_sets

from hypothesis import strategies as st

from promise.laws import law
from sayso.cash import combining

amounts = st.lists(st.integers(1, 30).map(Decimal), max_size=8)


@law(150, amounts=amounts, target=st.integers(1, 90).map(Decimal), most=st.integers(2, 8))
def test_all_sets_and_no_others(amounts: list[Decimal], target: Decimal, most: int) -> None:
    found = combining.combinations(amounts, target, most, enough=1_000)
    assert found is not None
    wanted = [
        places
        for size in range(2, most + 1)
        for places in all_sets(range(len(amounts)), size)
        if sum(amounts[place] for place in places) == target
    ]
    assert sorted(found) == sorted(wanted)


def test_two_are_enough() -> None:
    assert len(combining.combinations([Decimal(5)] * 6, Decimal(10), 2) or ()) == 2


def test_a_long_search_is_given_up() -> None:
    sizes = [Decimal(1000 + 2 * place) for place in range(40)]
    assert combining.combinations(sizes, Decimal(6001), 6) is None
