"""Seen to bite: every fault planted in the engine of the audit fails a test of it, and none does without one."""

from __future__ import annotations

import pytest

from audit import test_causes as causes
from audit import test_engine as engine
from audit import test_rules_tried as rules
from promise.planting import Fault, bitten, planted

FAULTS = (
    Fault(
        "facts of the next hour are known already", "audit/engine/slices._hour", "facts[fact][1] <= moment", "True",
        (engine.test_demand_that_came_later_was_not_there_before, engine.test_facts_hold_within_the_hour),
    ),
    Fault(
        "an order counts against itself", "audit/engine/standing.Standing.without_own", "self.books.delete(kind, row)",
        "pass", (engine.test_an_orders_own_invoice_does_not_count_against_it,),
    ),
    Fault(
        "an order's own rows are lost", "audit/engine/standing.Standing.without_own", "self.books.put(kind, row)",
        "pass", (engine.test_an_orders_own_rows_count_against_others,),
    ),
    Fault(
        "shares are not averaged", "audit/engine/causes.shapley", "factorial(size) * factorial(many - size - 1)",
        "1", (causes.test_shares_add_up_to_what_all_of_them_gain,),
    ),
    Fault(
        "what turns nothing has a share", "audit/engine/causes._rounded", "if money > 0", "if True",
        (causes.test_a_belief_that_turns_nothing_is_no_cause,),
    ),
    Fault(
        "safety stock is believed to be there when reservations are", "audit/engine/causes_put._shelved",
        'if "safety_stock" in beliefs', "if True", (causes.test_neither_belief_alone_turns_the_answer,),
    ),
    Fault(
        "what is shown is not looked at", "audit/engine/causes_stock.suspicions",
        "len(some) if some in exact else", "99 if some in exact else",
        (causes.test_safety_stock, causes.test_pieces_counted_as_cases, causes.test_an_inbound_counted_as_stock),
    ),
    Fault(
        "a break below is not tried", "audit/engine/causes_price._told_wrong",
        "yield from ((lost, wanted) for wanted in smaller)", "pass",
        (causes.test_the_price_of_a_smaller_quantity,),
    ),
    Fault(
        "a price of pieces is not tried", "audit/engine/causes_price._told_wrong", "if unit[1] != 1:", "if False:",
        (causes.test_the_price_of_a_piece_for_a_case,),
    ),
    Fault(
        "only what is late is overdue elsewhere", "audit/engine/causes_put._trusted",
        "tuple(replace(one, due=None) for one in receivables)", "receivables",
        (causes.test_a_branch_that_is_overdue,),
    ),
    Fault(
        "what was taken for later is held to today", "audit/engine/answers._kept", "line.verdict != REFUSED", "False",
        (causes.test_what_the_storefront_took_knowingly_for_later_is_no_blind_spot,),
    ),
    Fault(
        "dated supply is as good as stock", "audit/engine/answers._kept", "return all(", "return True or all(",
        (causes.test_an_inbound_counted_as_stock,),
    ),
    Fault(
        "dated supply is plainly as good as stock", "audit/engine/order._at_once", "one.at_once", "True",
        (causes.test_an_inbound_counted_as_stock,),
    ),
    Fault(
        "a plain yes may have another price", "audit/engine/order.Bench._plain",
        "if off_by(", "if False and off_by(", (causes.test_a_price_that_nobody_knows,),
    ),
    Fault(
        "a plain yes is the company's, too", "audit/engine/order.Bench._plain",
        "if own is None or not _at_once(about, question, own):", "if False:",
        (causes.test_the_companys_own_policy_keeps_safety_stock,),
    ),
    Fault(
        "a missed sale is missed for want of stock", "audit/engine/causes_missed.missed", 'return "credit_flag"', "pass",
        (causes.test_a_sale_that_was_missed,),
    ),
    Fault(
        "an order counts for each of its lines", "audit/engine/tally.Tally._count", "seen.add(key[0])",
        "figure.orders += 1", (engine.test_figures_add_up,),
    ),
    Fault(
        "what is left off is lost", "audit/engine/tally.Tally.ranking", "rest.add(bar.figure)", "pass",
        (engine.test_what_is_left_off_a_ranking_is_in_its_rest,),
    ),
    Fault(
        "pieces of time begin with the first facts", "audit/engine/slices._followed_through",
        "followed(bench.standing, layout, hour)", "pass", (engine.test_what_was_told_before_a_piece_of_time_holds_in_it,),
    ),
    Fault(
        "a rule loses nothing", "audit/engine/rules_tried.losing", "if asked > shown - less", "if False",
        (rules.test_a_rule_may_lose_good_orders,),
    ),
    Fault(
        "a feed is always fresh",
        "audit/engine/rules_tried.refreshed_at", "timedelta(hours=day.hour % hours)", "timedelta(0)",
        (rules.test_a_feed_that_is_refreshed_more_often,),
    ),
    Fault(
        "the second rule counts what the first saves", "audit/engine/rules_tried.Tried.smallest",
        "if best not in key", "if True", (rules.test_the_smallest_set_counts_nothing_twice,),
    ),
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_fails_a_test(fault: Fault) -> None:
    with planted(fault):
        assert bitten(fault.bites), f"nobody noticed that {fault.what}"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_without_it_they_pass(fault: Fault) -> None:
    assert not bitten(fault.bites)
