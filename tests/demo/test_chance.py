"""Named draws: the same whatever was drawn before, and as often as the weights say."""

from __future__ import annotations

from collections import Counter

from sayso.demo.chance import Chance


def test_a_draw_depends_on_seed_and_name_alone():
    one, other = Chance(7), Chance(7)
    other.below(10, "something else")
    assert one.below(10**6, "late", "PO-1") == other.below(10**6, "late", "PO-1")
    assert one.below(10**6, "late", "PO-1") != one.below(10**6, "late", "PO-2")
    assert one.below(10**6, "late", "PO-1") != Chance(8).below(10**6, "late", "PO-1")


def test_names_do_not_run_together():
    assert Chance(7).below(10**6, "a", "bc") != Chance(7).below(10**6, "ab", "c")


def test_a_draw_is_pinned_so_that_every_machine_draws_it():
    assert [Chance(20101201).below(1000, "pinned", n) for n in range(5)] == PINNED


def test_a_table_gives_its_values_by_weight():
    drawn = Counter(Chance(7).pick(((0, 70), (5, 30), (9, 0)), n) for n in range(4000))
    assert set(drawn) == {0, 5}
    assert 2600 < drawn[0] < 3000


PINNED = [785, 762, 556, 199, 971]
