"""Faults that somebody could make in the learning of lateness, and the tests that they fail."""

from __future__ import annotations

from promise import test_eta, test_eta_evidence, test_eta_learning, test_eta_weeks
from promise.planting import Fault

OVERDUE = test_eta.test_what_has_not_come_yet_comes_later_than_that
LEFT_OUT = test_eta_evidence.test_what_says_nothing_is_left_out_and_counted
PARTS = test_eta_evidence.test_a_line_that_came_in_parts_counts_once_by_its_quantities
TWICE = test_eta_evidence.test_what_is_there_twice_counts_once_and_as_it_came_latest

ETA = (
    Fault(
        "what was received later is learned from", "eta_evidence._packed", "if came > today:",
        "if came > today + 400:", (LEFT_OUT,),
    ),
    Fault(
        "early is taken for late", "eta_evidence.Piece.late", "self.received - self.promised",
        "abs(self.received - self.promised)", (test_eta.test_early_vendors_are_early,),
    ),
    Fault(
        "a correction counts as a receipt", "eta_evidence._packed", "quantity <= 0", "quantity < 0", (LEFT_OUT,)
    ),
    Fault(
        "each part of a line counts whole", "eta_evidence._pieces", "text[item], due, origin, share)",
        "text[item], due, origin, ONE)", (PARTS,),
    ),
    Fault("a double counts as it came first", "eta_evidence._once", "yield found[-1]", "yield found[0]", (TWICE,)),
    Fault(
        "each line is a delivery", "eta_evidence._delivered", "share := weight * ONE // whole", "share := weight",
        (test_eta_evidence.test_twenty_lines_of_one_document_are_one_delivery,),
    ),
    Fault(
        "what is overdue may have come before", "eta.Lateness._spread", "found.from_(days.number(today.toordinal())",
        "found.from_(-99 * days.number(today.toordinal())", (OVERDUE,),
    ),
    Fault(
        "a vendor with many receipts speaks for all", "eta_learning._Known.everyone", "ONE * ONE // whole", "ONE",
        (test_eta.test_a_new_vendor_has_the_width_of_all_vendors_one_voice_each,),
    ),
    Fault(
        "the group counts the more the more is known", "eta_spread.Spread.leaning",
        "mixed.get(value, 0) + weight * strength", "mixed.get(value, 0) + weight * strength * self.total",
        (test_eta_learning.test_leaning_adds_as_much_of_the_other_as_it_is_strong,),
    ),
    Fault(
        "a level is met a value too early", "eta_spread.Spread.at", "if left <= 0:", "if left <= weight:",
        (test_eta_learning.test_a_level_is_the_least_value_that_covers_it,),
    ),
    Fault(
        "a day without a delivery is the one before", "eta_weeks.Week.number",
        "weeks * len(self._days) + self._before[weekday]",
        "weeks * len(self._days) + max(self._before[weekday] - 1, 0)",
        (test_eta_weeks.test_a_day_without_a_delivery_counts_as_the_next_with_one,),
    ),
    Fault(
        "nothing is ever forgotten", "eta_memory.growth", "if not memory:", "if True:",
        (test_eta_learning.test_after_a_memory_a_receipt_counts_half_and_never_more_than_a_later_one,),
    ),
    Fault(
        "too early loses as much as too late", "eta_memory.lost", "9 * over if over > 0", "over if over > 0",
        (test_eta_learning.test_too_late_and_too_early_lose_by_their_odds,),
    ),
    Fault(
        "levels are not measured", "eta.Lateness.measured", "if level <= node:", "return level\n        if level <= node:",
        (test_eta.test_levels_are_measured_where_there_is_enough_to_measure_on,),
    ),
    Fault(
        "the strongest leaning always wins", "eta_learning._strength", "min(STRENGTHS,", "max(STRENGTHS,",
        (test_eta_learning.test_where_each_item_has_its_way_it_leans_little_on_its_vendor_and_else_much,),
    ),
    Fault(
        "the site's calendar is not looked at", "eta.Lateness.arrivals", "if calendar is not None:",
        "if calendar is not calendar:", (test_eta.test_goods_come_on_a_day_on_which_the_site_works,),
    ),
    Fault(
        "an item's receipts are not told from its vendor's", "eta.Lateness._spread", '"item", own.receipts',
        '"vendor", receipts', (test_eta.test_the_finest_level_that_has_receipts_is_named,),
    ),
)  # fmt: skip
