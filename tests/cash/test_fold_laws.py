"""The laws of the fold, over drawn sets of facts: order, repetition, conservation, the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

from cash import laws
from cash.worlds import WORLDS, written
from promise.laws import law
from sayso.cash import fold as folding
from sayso.cash.shapes import Fact, State

EXAMPLES, MANY = 300, 10_000
ORDERS_OF_ARRIVAL = st.tuples(st.randoms(use_true_random=False), st.integers(0, 6))

OF_A_STATE: tuple[Callable[[State], Iterator[str]], ...] = (
    laws.bytes_are_the_value, laws.goods_add_up, laws.never_beyond_shipped, laws.money_adds_up,
    laws.exposed_once, laws.complete_means_complete,
)  # fmt: skip
OF_FACTS: tuple[Callable[[list[Fact]], Iterator[str]], ...] = (
    laws.shares_add_up, laws.told_plainly, laws.by_the_table,
)  # fmt: skip


def shuffled(facts: Sequence[Fact], chance: Any, again: int) -> list[Fact]:
    """The same facts in another order, some of them told again."""
    told = list(facts)
    told += [chance.choice(told) for _ in range(again if told else 0)]
    chance.shuffle(told)
    return told


@law(EXAMPLES, facts=WORLDS, arrival=ORDERS_OF_ARRIVAL)
def test_any_order_of_arrival_and_any_repetition_give_the_same_bytes(
    facts: list[Fact], arrival: tuple[Any, int]
) -> None:
    assert not list(laws.the_same_bytes(facts, shuffled(facts, *arrival)))


@law(EXAMPLES, facts=WORLDS)
def test_nothing_is_lost_or_made(facts: list[Fact]) -> None:
    state = folding.fold(laws.ORDER, facts)
    assert not [broken for one in OF_A_STATE for broken in one(state)]


@law(EXAMPLES, facts=WORLDS)
def test_a_plain_recount_gives_the_same_figures(facts: list[Fact]) -> None:
    assert not list(laws.told_plainly(facts))


@law(EXAMPLES, facts=WORLDS)
def test_shares_sum_to_what_they_are_shares_of(facts: list[Fact]) -> None:
    assert not list(laws.shares_add_up(facts))


@law(EXAMPLES, facts=WORLDS)
def test_stages_change_by_the_table_only(facts: list[Fact]) -> None:
    assert not list(laws.by_the_table(facts))


@pytest.mark.soak
@law(MANY, facts=WORLDS, arrival=ORDERS_OF_ARRIVAL)
def test_all_laws_at_length(facts: list[Fact], arrival: tuple[Any, int]) -> None:
    assert not list(laws.the_same_bytes(facts, shuffled(facts, *arrival)))
    state = folding.fold(laws.ORDER, facts)
    assert not [broken for one in OF_A_STATE for broken in one(state)]
    assert not [broken for one in OF_FACTS for broken in one(facts)]


def test_worlds_reach_every_stage() -> None:
    """Laws that are asked of orders that never get anywhere say little."""
    found = {folding.fold(laws.ORDER, written(seed)).stage for seed in range(1_000)}
    assert found == set(laws.STAGES)
