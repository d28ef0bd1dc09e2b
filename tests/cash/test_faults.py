"""Seen to bite: each fault that somebody could make in the fold is noticed by the law that is there for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

import pytest

from cash import laws
from cash.test_fold_laws import OF_A_STATE, OF_FACTS, shuffled
from cash.worlds import written
from promise.planting import Fault, planted
from sayso.cash import fold as folding
from sayso.cash.amounts import FORMS
from sayso.cash.shapes import Fact

Law = Callable[[list[Fact]], Iterator[str]]


def same_bytes(facts: list[Fact]) -> Iterator[str]:
    """The law of order and repetition, with an arrival that is the same in every run."""
    yield from laws.the_same_bytes(facts, shuffled(facts, Random(len(facts)), 4))


def adds_up(facts: list[Fact]) -> Iterator[str]:
    """The laws of one state."""
    state = folding.fold(laws.ORDER, facts)
    for law in OF_A_STATE:
        yield from law(state)


class Planted(NamedTuple):
    """A fault, and the law that notices it."""

    fault: Fault
    law: Law


def _fault(what: str, where: str, right: str, wrong: str, law: Law) -> Planted:
    return Planted(Fault(what, f"cash/{where}", right, wrong, ()), law)


FAULTS = (
    _fault(
        "the telling that came last counts",
        "chosen._counts_more", "return fact.revision > known.revision", "return True", same_bytes,
    ),
    _fault(
        "of two contents of one revision the first that came counts",
        "chosen._counts_more", "return _rank(fact) < _rank(known)", "return False", same_bytes,
    ),
    _fault(
        "two systems' conflict is seen by who comes second only",
        "chosen.choose", "known.digest != fact.digest", "known.digest < fact.digest", same_bytes,
    ),
    _fault(
        "a document that comes twice counts twice",
        "chosen.choose", "key = _key(fact)", "key = (*_key(fact), len(best))", laws.told_plainly,
    ),
    _fault(
        "an earlier revision counts beside the later",
        "chosen._key", "return fact.family, fact.document, 0",
        "return fact.family, fact.document, fact.revision", laws.told_plainly,
    ),
    _fault(
        "shipments are counted in the order in which they were heard",
        "shipments.loads_of", "found.sort(key=lambda load: (load.fact.occurred, load.number))", "pass", same_bytes,
    ),
    _fault(
        "substitutes count in their own units",
        "lines.Line.counts", "return quantity * substitute.factor", "return quantity", laws.told_plainly,
    ),
    _fault(
        "what a warehouse says a substitute stands for is not heard",
        "lines.Line.counts", "return stands_for", "return quantity", laws.told_plainly,
    ),
    _fault(
        "a change is forgotten where a later one names other lines",
        "lines.terms_of", "for change in changes:", "for change in changes[-1:]:", laws.told_plainly,
    ),
    _fault(
        "only the first part of a shipment counts",
        "shipments._load", "[fact for fact in facts[1:] if _is_part(fact, lead.of)]", "[]", laws.told_plainly,
    ),
    _fault(
        "more is cancelled than was ordered",
        "lines.cancel", "if line.cancelled > line.ordered:", "if False:", adds_up,
    ),
    _fault(
        "what is cancelled as a whole is still open",
        "sealing.line_state", "cancelled=FORMS[line.cancelled]", "cancelled=ZERO", adds_up,
    ),
    _fault(
        "shipments take more of an invoice than they have",
        "shipments.spread", "taken = min(room(one), wanted)", "taken = wanted", adds_up,
    ),
    _fault(
        "what came back is invoiced all the same",
        "sealing.line_state", "to_invoice=FORMS[line.shipped - billed - before]",
        "to_invoice=FORMS[line.shipped - billed]", adds_up,
    ),
    _fault(
        "what was invoiced is to be invoiced again",
        "sealing.line_state", "billed += goods.invoiced", "pass", adds_up,
    ),
    _fault(
        "a discount is lost",
        "invoices.Bill.open", " - self.discounted", "", adds_up,
    ),
    _fault(
        "a deduction counts as settled",
        "sealing.invoice_state", "deducted=FORMS[min(bill.deducted, open_)] if open_ > 0 else ZERO",
        "deducted=FORMS[bill.deducted]", adds_up,
    ),
    _fault(
        "cents are lost when a sum is shared out",
        "amounts.split", "shares[place] += cent", "pass", laws.shares_add_up,
    ),
    _fault(
        "each order has the whole of the freight",
        "invoices.shares_of", "split(total - sum(gross.values(), ZERO), [gross[order] for order in orders], places)",
        "[total - sum(gross.values(), ZERO)] * len(orders)", laws.shares_add_up,
    ),
    _fault(
        "all of a payment is each order's",
        "invoices.portion_of", "if len(bill.shares) == 1:", "if True:", laws.shares_add_up,
    ),
    _fault(
        "a number is written as it was told",
        "amounts._Forms.__missing__",
        "shortest = Decimal(plain(number)) if number else ZERO", "shortest = number", adds_up,
    ),
    _fault(
        "an order is closed although money is open",
        "stages.owed", "invoice.open or invoice.disputed", "invoice.disputed", adds_up,
    ),
    _fault(
        "a hold stops the stage of what has left already",
        "stages.stage_of", "if holds and sums.open:", "if holds:", laws.by_the_table,
    ),
    _fault(
        "picked is told for what has left",
        "stages.stage_of", "if sums.shipped:", "if sums.shipped and not sums.picked:", laws.by_the_table,
    ),
)  # fmt: skip


def noticed(law: Law) -> bool:
    """Whether a law is broken in one of a thousand worlds."""
    return any(any(law(written(seed))) for seed in range(1_000))


@pytest.fixture(autouse=True)
def no_forms_learned() -> Iterator[None]:
    """Numbers' forms are learned once; none is kept that was learned under a fault."""
    FORMS.clear()
    yield
    FORMS.clear()


@pytest.mark.parametrize("planting", FAULTS, ids=lambda one: one.fault.what)
def test_a_fault_breaks_its_law(planting: Planted) -> None:
    with planted(planting.fault):
        assert noticed(planting.law), f"nobody noticed that {planting.fault.what}"


@pytest.mark.parametrize("law", [same_bytes, adds_up, *OF_FACTS], ids=lambda one: one.__name__)
def test_without_a_fault_no_law_is_broken(law: Law) -> None:
    assert not noticed(law)
