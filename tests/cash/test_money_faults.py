"""Seen to bite: each fault that somebody could make in invoicing, matching, applying and the books fails a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cash import (
    test_applying,
    test_combining,
    test_matching,
    test_policy,
    test_receivables,
    test_triggering,
    test_triggering_laws,
)
from promise.planting import Fault, bitten, planted

WAITS = test_triggering.test_an_invoice_waits_for_evidence
BEYOND = test_triggering_laws.test_never_more_is_invoiced_than_left
END = test_triggering_laws.test_in_the_end_what_left_and_stayed_away_is_invoiced
SUMS = test_triggering_laws.test_the_parts_of_a_line_sum_to_the_line
DIFFERS = test_matching.test_what_differs
NAMED = test_applying.test_by_reference
NEVER = test_applying.test_never_more_than_came_and_never_more_than_is_open
AGREE = test_receivables.test_the_books_agree_whatever_is_told
BOOKS = test_receivables.test_the_books


def _fault(what: str, where: str, right: str, wrong: str, *bites: Callable[..., Any]) -> Fault:
    return Fault(what, f"cash/{where}", right, wrong, bites)


FAULTS = (
    _fault(
        "each part of a line is rounded by itself",
        "billing.Bill.part", "rounded(self._amount(group), self._places) - rounded(before, self._places)",
        "rounded(self._amount(group) - before, self._places)", SUMS,
    ),
    _fault(
        "what was asked for and is not answered is not counted",
        "triggering._judge", "bill.ask(line, counts)", "pass", SUMS,
    ),
    _fault(
        "what was asked for is asked for again",
        "triggering._judge", "if _requested(state, papers, cause, requested):", "if False:", END,
    ),
    _fault(
        "a shipment is asked for under one cause for ever",
        "triggering.cause_of", 'return f"{shipment}+{plain(invoiced)}" if invoiced else shipment', "return shipment",
        test_triggering.test_a_shipment_corrected_upwards_gives_a_further_invoice, END,
    ),
    _fault(
        "a shipment is invoiced as it left, whatever was invoiced before",
        "unbilled.Unbilled.__init__", "- named[place] + credited[place]", "+ credited[place]",
        test_triggering.test_what_was_answered_is_not_asked_for_again,
    ),
    _fault(
        "what came back is invoiced",
        "unbilled.Unbilled.__init__", "self._rest[place] = rest - returned", "self._rest[place] = rest",
        test_triggering.test_what_came_back_is_not_invoiced_with_its_own_shipment,
    ),
    _fault(
        "more than was ordered is invoiced without asking",
        "unbilled.Unbilled.room", "return max(ZERO, self._room.get(line, ZERO))", "return self._room.get(line, ZERO) + 99",
        WAITS, test_triggering.test_of_more_than_ordered_only_what_was_ordered,
    ),
    _fault(
        "a part of a series is invoiced by itself",
        "evidence._of_the_series", "if shipment.whole:", "if True:", WAITS,
    ),
    _fault(
        "a substitute that nobody agreed to is invoiced", "evidence._of_a_line", "if not line.agreed:", "if False:", WAITS,
    ),
    _fault("what has no price is invoiced", "evidence._of_a_line", "if not bill.priced(line):", "if False:", WAITS),
    _fault(
        "what the ERP accepted otherwise is invoiced", "evidence._of_the_order",
        "if state.confirmed is False and", "if False and", WAITS,
    ),
    _fault(
        "an order on hold is invoiced", "evidence._of_the_order", "& set(how.holds)", "- set(how.holds)", WAITS,
    ),
    _fault(
        "charges stand on each invoice", "triggering._charges_asked",
        'any(f"{before}{CHARGES}" in requested for before in _spelled(state))', "False",
        test_triggering.test_charges_on_the_last_invoice,
    ),
    _fault(
        "an order is invoiced before all of it left", "triggering._asks",
        "if together and _finished(judged):", "if together:",
        test_triggering.test_a_whole_order_is_invoiced_once_nothing_of_it_is_open,
    ),
    _fault(
        "a day has the next day's shipments", "triggering._left_by", "<= day", "<= day.replace(year=9999)",
        test_triggering.test_a_day_s_shipments_are_one_invoice,
    ),
    _fault(
        "a credit that is under way is given again", "crediting._in_flight",
        "for cause in causes - answered", "for cause in ()",
        test_triggering.test_a_shipment_corrected_downwards_gives_a_credit, END,
    ),
    _fault(
        "a second credit for one return", "crediting._open_needs", "need.counts - before", "need.counts",
        test_triggering.test_a_second_return_is_credited_by_itself,
    ),
    _fault(
        "a price within a percentage differs", "matching._of_price", "held.limits.price_percent / 100", "0",
        test_matching.test_a_price_within_tolerance,
    ),
    _fault(
        "a price that differs agrees", "matching._of_price", "if abs(line.amount - expected) > limit:", "if False:",
        DIFFERS,
    ),
    _fault(
        "a cent of rounding is a difference", "matching._of_price", "limit = max(cent,", "limit = max(",
        test_matching.test_a_cent_of_rounding_is_no_difference,
    ),
    _fault(
        "invoiced twice is not noticed", "matching._of_quantity", "held.billed[place] = before + counts", "pass", DIFFERS,
    ),
    _fault(
        "a charge on two invoices is not noticed", "matching._of_charges",
        "held.charged[charge.code] = before + charge.amount", "pass", DIFFERS,
    ),
    _fault(
        "an invoice of goods that came back is right", "matching._credited", "max(ZERO, counts - returned)", "counts",
        test_matching.test_what_was_credited_may_be_invoiced_again,
    ),
    _fault(
        "a total that is wrong is right", "matching._of_the_total", "> held.limits.total_amount", "> 99", DIFFERS,
    ),
    _fault(
        "a number is found in a longer one", "remittance._within",
        "text[place : place + len(key)] == key", '"".join(key) in "".join(text)',
        test_applying.test_what_is_not_known_is_not_applied,
    ),
    _fault(
        "a short number is taken for an invoice", "remittance._by_tail", "len(key[-1]) >= LEAST_DIGITS", "True",
        test_applying.test_what_is_not_known_is_not_applied, test_applying.test_short_numbers,
    ),
    _fault(
        "leading zeros count", "remittance.atoms", 'one.lstrip("0") or "0" if one[0].isdigit() else one', "one", NAMED,
    ),
    _fault(
        "of two sets that fit the first is paid", "applying._by_amount", "if len(fits) == 1:", "if fits:",
        test_applying.test_by_amount,
    ),
    _fault(
        "a currency is as good as another", "applying._payable", "and item.currency == paying.payment.currency", "",
        test_applying.test_what_is_not_known_is_not_applied,
    ),
    _fault(
        "a charge kept back is not named", "applying._charge", "if amount == short and item.open >= short:", "if False:",
        test_applying.test_a_charge_that_is_kept_back_is_named,
    ),
    _fault(
        "any difference is given up", "applying._settle", "short <= paying.policy.write_off_amount", "True", NAMED,
        test_applying.test_by_policy,
    ),
    _fault(
        "the discount is taken at any time", "applying._discount", "paying.payment.received > last", "False",
        test_applying.test_paid_early,
    ),
    _fault(
        "a second payment pays a settled invoice", "applying._payable", "item.open > 0 and", "",
        test_applying.test_paid_twice,
    ),
    _fault(
        "what was applied is applied again", "applying.reapply", "state.unapplied, policy.applying",
        "payment.amount, policy.applying", test_applying.test_an_invoice_that_comes_later_is_paid_then,
    ),
    _fault(
        "sets of too many are found", "combining.combinations", "len(taken) == most", "False",
        test_combining.test_all_sets_and_no_others,
    ),
    _fault(
        "more is applied than came", "receivables._within", "min(line.amount, left)", "line.amount", AGREE, BOOKS,
    ),
    _fault(
        "money comes out of nothing", "receivables._moneyless",
        "line.amount if even else ZERO", "line.amount", BOOKS,
    ),
    _fault(
        "what was paid beyond an invoice is lost", "receivables._balanced", "over=max(-left, ZERO)", "over=ZERO", AGREE,
    ),
    _fault(
        "a discount stays open", "receivables._balanced", "- sums.discounted", "", BOOKS, AGREE,
    ),
    _fault(
        "what is given up is posted to nobody", "postings.of_application", "(WRITTEN_OFF, whose, line.write_off),", "",
        AGREE,
    ),
    _fault(
        "tax is revenue twice", "postings.of_document", "-sign * (total - tax)", "-sign * total", AGREE,
    ),
    _fault(
        "what was taken back is still cash", "postings.of_payment", "(CASH, whose, -_taken(payment))",
        "(CASH, whose, _taken(payment))", AGREE,
    ),
    _fault(
        "what stood is posted again instead of back", "postings.reposted", "debit=max(-net, ZERO)", "debit=max(net, ZERO)",
        test_receivables.test_posted_as_it_comes_it_ends_the_same,
    ),
    _fault(
        "the day something is due is a day late", "ageing._Sums.add", "late <= 0", "late < 0",
        test_receivables.test_how_old_what_is_owed_is,
    ),
    _fault(
        "a circle of payers ends where one happens to begin", "ageing.top_of", "min(way[way.index(above) :])", "above",
        test_receivables.test_who_pays_in_the_end,
    ),
    _fault(
        "the site counts before the customer", "policy.CashPolicy.invoicing_for",
        "if by_customer.customer == customer:", "if by_customer.customer == customer and not site:",
        test_policy.test_a_customer_s_settings_start_from_the_company_s,
    ),
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_fails_a_test(fault: Fault) -> None:
    with planted(fault):
        assert bitten(fault.bites), f"nobody noticed that {fault.what}"


def test_no_test_fails_without_a_fault() -> None:
    tests = dict.fromkeys(test for fault in FAULTS for test in fault.bites)
    assert not bitten(tuple(tests))
