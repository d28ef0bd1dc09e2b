"""The laws of invoicing, over tapes of shipments, corrections, returns and late answers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import strategies as st

from cash.some import START, d, goods, shipped
from cash.trading import ORDER, WAYS, ZERO, Step, Trade, played, steps, ways
from promise.laws import law
from sayso.cash import fold as folding
from sayso.cash import triggering
from sayso.cash.policy import CashPolicy, Invoicing


@law(120, tape=steps, how=ways)
def test_never_more_is_invoiced_than_left(tape: Sequence[Step], how: Invoicing) -> None:
    trade = Trade(how)
    for step in tape:
        trade.step(*step)
        state = trade.state
        for one in state.lines:
            asked = sum((told.quantity if told.stands_for is None else told.stands_for
                         for told in trade.lines("issue_invoice") if told.line == one.line), ZERO)  # fmt: skip
            # What was corrected downwards afterwards was right when it was asked for, and is credited.
            most = max(most_left(trade, one.line), one.shipped)
            assert asked - trade_credits(trade, one.line) <= most


@law(120, tape=steps, how=ways)
def test_in_the_end_what_left_and_stayed_away_is_invoiced(tape: Sequence[Step], how: Invoicing) -> None:
    trade = played(tape, how)
    state = trade.state
    open_ones = any(one.open for one in state.lines)
    for one in state.lines:
        net = one.shipped - one.returned
        billed = trade.billed(one.line)
        assert billed <= max(net, ZERO)
        waits = how.when == "order_complete" and open_ones
        if (not waits and how.overshipped == "shipped") or (
            not waits and not any(line.shipped_over for line in state.lines)
        ):
            assert billed == max(net, ZERO)
        corrected = any(load.revision for load in trade.loads.values())
        if how.overshipped != "shipped" and not corrected:
            assert billed <= one.ordered - one.cancelled


@law(120, tape=steps, how=ways)
def test_charges_stand_on_one_invoice(tape: Sequence[Step], how: Invoicing) -> None:
    trade = played(tape, how)
    charged = trade.charged()
    assert len(charged) <= 1
    if how.charges == "none":
        assert not charged
    if how.charges == "first":
        assert len(charged) == any(effect.kind == "issue_invoice" for effect in trade.effects)


@law(100, cuts=st.lists(st.integers(1, 4), min_size=1, max_size=7), chance=st.randoms(use_true_random=False))
def test_the_parts_of_a_line_sum_to_the_line(cuts: list[int], chance: random.Random) -> None:
    """Seven pieces for 100.00 and 19.99 of tax, in parts, in any order of arrival, answered at any time."""
    parts: list[int] = []
    for cut in cuts:
        parts.append(min(cut, 7 - sum(parts)))
    parts[-1] += 7 - sum(parts)
    trade = Trade(Invoicing())
    loads = [shipped(f"SH-{n}", goods(1, "A", str(part)), hours=n) for n, part in enumerate(parts) if part]
    chance.shuffle(loads)
    for load in loads:
        trade.facts.append(load)
        if chance.random() < 0.7:
            trade.look()
        if chance.random() < 0.5:
            trade.answer(chance.randrange(9))
    trade.end()
    lines = list(trade.lines("issue_invoice"))
    assert sum((one.amount for one in lines), ZERO) == d("100.00")
    assert sum((one.tax for one in lines), ZERO) == d("19.99")
    assert sum((one.quantity for one in lines), ZERO) == 7


@law(60, tape=steps, how=ways, chance=st.randoms(use_true_random=False))
def test_one_look_at_the_end_or_many_on_the_way_come_to_the_same(
    tape: Sequence[Step], how: Invoicing, chance: random.Random
) -> None:
    """Of shipments alone: whatever the order in which they are heard, and however often is looked."""
    trade = Trade(how)
    for what, which, number in tape:
        if what <= 3:
            trade.step(what, which, number)
    heard = trade.facts[1:]
    # A trade of which all was heard before anybody looked.
    late = Trade(how)
    chance.shuffle(heard)
    late.facts += heard
    trade.end()
    late.end()
    for one in trade.state.lines:
        # Of goods beyond the order it matters what was asked for before they were known, or corrected.
        over = any(line.shipped_over for line in trade.state.lines)
        corrected = any(load.revision for load in trade.loads.values())
        if not over or (how.overshipped != "hold" and not corrected):
            assert trade.billed(one.line) == late.billed(one.line)


@law(60, tape=steps, how=ways)
def test_the_same_facts_and_requests_ask_for_the_same(tape: Sequence[Step], how: Invoicing) -> None:
    trade = Trade(how)
    for step in tape:
        trade.step(*step)
    policy = CashPolicy(invoicing=how)
    asked = frozenset(trade.asked)
    once = triggering.to_invoice(trade.state, trade.facts, policy, START, None, asked)
    again = triggering.to_invoice(trade.state, trade.facts[::-1], policy, START, None, asked)
    assert once == again


@pytest.mark.soak
@pytest.mark.parametrize("block", range(20))
def test_all_laws_of_invoicing_at_length(block: int) -> None:
    at_length(range(block * 500, block * 500 + 500))


def at_length(seeds: range) -> None:
    """The laws on tapes that a plain random generator writes, one for each seed."""
    for seed in seeds:
        chance = random.Random(seed)
        tape = [
            (chance.randrange(10), chance.randrange(6), chance.randrange(12))
            for _ in range(chance.randint(2, 16))
        ]
        how = chance.choice(WAYS)
        for check in (
            test_never_more_is_invoiced_than_left, test_in_the_end_what_left_and_stayed_away_is_invoiced,
            test_charges_stand_on_one_invoice,
        ):  # fmt: skip
            check.hypothesis.inner_test(tape=tape, how=how)
        cuts = [chance.randint(1, 4) for _ in range(chance.randint(1, 7))]
        test_the_parts_of_a_line_sum_to_the_line.hypothesis.inner_test(cuts=cuts, chance=chance)
        once = test_one_look_at_the_end_or_many_on_the_way_come_to_the_same.hypothesis.inner_test
        once(tape=tape, how=how, chance=chance)


def most_left(trade: Trade, number: int) -> Decimal:
    """The most that was ever told to have left of a line, shipment by shipment."""
    most: dict[str, Decimal] = {}
    for told in trade.facts:
        if told.family == "shipment.dispatched":
            state = folding.fold(ORDER, [trade.facts[0], told])
            counts = sum((one.counts for one in state.shipments[0].lines if one.line == number), ZERO)
            most[told.document] = max(most.get(told.document, ZERO), counts)
    return sum(most.values(), ZERO)


def trade_credits(trade: Trade, number: int) -> Decimal:
    """How much of a line was asked to be credited."""
    told = (one for one in trade.lines("issue_credit") if one.line == number)
    return sum((one.quantity if one.stands_for is None else one.stands_for for one in told), ZERO)
