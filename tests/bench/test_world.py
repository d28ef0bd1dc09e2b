"""The benchmark's world and its buyers: the same from the same seed, scarce where it says so, popular where it says so."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from sayso.bench.asks import LINES, Asks
from sayso.bench.world import Scale, item_code, on_hand, pack_of, tables

TODAY = date(2011, 3, 1)
SCALE = Scale(items=2_000, sites=5, customers=100)


def test_the_same_seed_makes_the_same_world() -> None:
    twice = [[list(table.rows()) for table in tables(SCALE, TODAY)] for _ in range(2)]
    assert twice[0] == twice[1]
    other = Scale(items=2_000, sites=5, customers=100, seed=7)
    assert [list(table.rows()) for table in tables(other, TODAY)] != twice[0]


def test_rows_are_as_wide_as_their_columns_and_safe_in_csv() -> None:
    for table in tables(SCALE, TODAY):
        for row in table.rows():
            assert len(row) == len(table.columns), table.kind
            assert not [text for text in row if text and set(text) & set(',"\n')], table.kind


def test_every_rank_is_an_item_of_its_own() -> None:
    for items in (5, 200, 7_919, 100_000):
        scale = Scale(items=items)
        assert {scale.number(rank) for rank in range(1, items + 1)} == set(range(items))


def test_about_four_percent_of_the_places_are_scarce_and_never_the_most_popular() -> None:
    pieces = {(number, site): pieces for number, site, pieces in on_hand(SCALE)}
    scarce = [place for place, there in pieces.items() if there <= 5]
    assert 0.03 < len(scarce) / len(pieces) < 0.06
    popular = {SCALE.number(rank) for rank in range(1, 21)}
    assert not [number for number, _ in scarce if number in popular]


def test_popularity_follows_zipf() -> None:
    asks = Asks(SCALE, "spread")
    counted: Counter[str] = Counter()
    for _ in range(4_000):
        counted.update(line.item for line in asks.request().lines)
    first, tenth = (counted[item_code(SCALE.number(rank))] for rank in (1, 10))
    assert first > 5 * tenth  # ten to one, but for lines that have to differ
    assert tenth > 100


@pytest.mark.parametrize("load", ["spread", "hot"])
def test_lines_are_different_items_in_whole_packs(load: str) -> None:
    asks = Asks(SCALE, load)
    for _ in range(300):
        lines = asks.request().lines
        assert len({line.item for line in lines}) == LINES
        assert [line.line for line in lines] == list(range(1, LINES + 1))
        for line in lines:
            pack = pack_of(int(line.item[1:]))
            assert line.uom == "CS" or line.quantity % pack == 0


def test_on_the_hot_load_all_want_one_item() -> None:
    asks = Asks(SCALE, "hot")
    wanted = [asks.request().lines for _ in range(50)]
    assert {lines[0].item for lines in wanted} == {item_code(SCALE.number(1))}
    assert len({lines[1].item for lines in wanted}) > 10
