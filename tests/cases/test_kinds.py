"""The table of kinds: complete, its sentences fill, its page and what the rooms find are in step with it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from sayso.canon.times import parse_duration
from sayso.cases.acting import Remedy
from sayso.cases.kind import named, sentence
from sayso.cases.kinds import ALWAYS, KINDS, REMEDIES, kind_of, markdown, remedies_of

ROOT = Path(__file__).parents[2]
NEEDED = set(
    """promise_at_risk order_unknown acceptance_differs acceptance_missing order_rejected on_hold short_pick
    substitution_unapproved shipment_missing shipment_late shipped_over shipped_after_cancel unknown_line invoice_waits
    invoice_late invoiced_over invoice_quantity_differs invoice_price_differs invoice_total_wrong invoice_without_shipment
    invoice_duplicate invoice_charge_unagreed invoice_not_acknowledged return_not_credited deduction_open dispute_open
    overpaid payment_unidentified payment_ambiguous payment_for_unknown_invoice payment_duplicate payment_reversed
    revision_conflict message_conflict message_quarantined contract_breached effect_refused effect_failed effect_unclear
    system_down feed_silent""".split()  # noqa: SIM905
)


def test_every_kind_is_there_once() -> None:
    assert set(KINDS) >= NEEDED
    assert [name for name, one in KINDS.items() if name != one.kind] == []


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_says_what_it_must(name: str) -> None:
    one = KINDS[name]
    assert one.trigger.endswith(".")
    assert one.title[0].isupper()
    assert one.owner
    assert parse_duration(one.due)
    assert set(one.remedies) <= set(REMEDIES)
    assert remedies_of(name)[-len(ALWAYS) :] == ALWAYS or set(ALWAYS) & set(one.remedies)


@pytest.mark.parametrize("name", KINDS)
def test_the_next_step_reads_with_all_facts_and_with_none(name: str) -> None:
    step = KINDS[name].step
    bare = sentence(step, {})
    full = sentence(step, {fact: f"<{fact}>" for fact in named(step)})
    for text in (bare, full):
        assert not re.search(r"[{}\[\]]|  | [,;:.]", text), text
        assert not text.endswith((".", " ", ":", ",")), text
    assert all(f"<{fact}>" in full for fact in named(step))
    assert len(bare) > 10


def test_a_part_whose_fact_is_blank_is_left_out() -> None:
    assert (
        sentence("Ask[ {who}] for it[: {what} of {how}]", {"who": "", "what": "3", "how": "4"})
        == "Ask for it: 3 of 4"
    )
    assert sentence("Ask[ {who}] for it[: {what} of {how}]", {"who": "ann", "what": "3"}) == "Ask ann for it"


def test_remedies_are_what_can_be_asked_for() -> None:
    assert set(get_args(Remedy)) == set(REMEDIES)


def test_a_kind_that_nobody_wrote_down_is_a_case_all_the_same() -> None:
    other = kind_of("never_heard_of")
    assert other.owner
    assert sentence(other.step, {"why": "it is odd"}).endswith("it is odd")


def found_in_code() -> set[str]:
    """Names of kinds that the rooms find: texts given to what makes findings."""
    found = set()
    for room in ("cash", "desk"):
        for file in (ROOT / "src/sayso" / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    if name == "Finding" or name in (
                        "finding",
                        "found",
                        "_found",
                        "_of",
                        "_of_line",
                        "_of_invoice",
                    ):
                        given = [*node.args, *(one.value for one in node.keywords if one.arg == "kind")]
                        found |= {
                            one.value
                            for one in given
                            if isinstance(one, ast.Constant) and isinstance(one.value, str)
                        }
    return {name for name in found if re.fullmatch(r"[a-z]+(_[a-z]+)+|overpaid", name)}


def test_whatever_is_found_has_its_row() -> None:
    found = found_in_code()
    assert {"short_pick", "payment_ambiguous", "invoice_late", "feed_silent", "message_quarantined"} <= found
    assert found - set(KINDS) == set()


def test_the_page_is_the_table() -> None:
    assert (ROOT / "docs/reference/cases.md").read_text("utf-8") == markdown()
