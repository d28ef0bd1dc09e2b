"""A blind spot told by a person: every kind with its own figures, each figure from the finding."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from audit.reported import hostile, wrong
from audit.worlds import NOW, audit, line, on, shop, stocked
from sayso.audit.engine.findings import Findings
from sayso.audit.report.stories import MOST_STORIES, Step, Story, agreement, stories, told
from sayso.audit.report.words import headline
from sayso.promise.policy import read

D = Decimal


def only(findings: Findings, cause: str) -> Story:
    """The one story of a cause."""
    (story,) = (one for one in stories(findings) if one.spot.cause == cause)
    return story


def test_of_stock_that_is_somebody_elses() -> None:
    found = audit(stocked(1060, reserved=48, safety_stock=4).order(line(1020, shown_available=1060)))
    story = only(found, "reserved_stock")
    assert story.title == "1,020 of A for customer C: promised"
    assert story.sentences[0].startswith("Order W1, line 1, 2 March 2026: ")
    assert story.sentences[1:3] == (
        "The shop showed 1,060.",
        "The ERP had 1,060 on hand, 48 reserved for others, 4 kept as safety stock: 1,008 could be sold at once.",
    )
    assert story.sum == (
        Step("on hand", "1,060"), Step("reserved for others", "− 48"), Step("safety stock", "− 4"),
        Step("could be sold at once", "1,008", True), Step("promised", "1,020"),
    )  # fmt: skip


def test_of_a_credit_limit() -> None:
    given = stocked(90).fact("customers", customer="C", credit_limit=60)
    given.fact("receivables", document="I1", customer="C", open=50, currency="GBP", due=on(20))
    story = only(audit(given.order(line(5), credit_ok=True)), "credit_flag")
    assert story.sentences[1:] == (
        "The shop's credit flag said ok.",
        "With this order the credit account C comes to 100.00 GBP, and its limit is 60.00 GBP.",
        "That is 40.00 GBP too much.",
    )
    assert story.sum == (
        Step("owed already", "50.00"), Step("this order", "50.00"), Step("exposure", "100.00", True),
        Step("limit", "60.00"),
    )  # fmt: skip


def test_of_credit_that_was_there() -> None:
    given = stocked(90).fact("customers", customer="C", credit_limit=600)
    story = only(audit(given.order(line(5, answer="no", reason="credit"), credit_ok=False)), "credit_flag")
    assert story.title == "5 of A for customer C: turned away"
    assert story.sentences[-1].endswith("its limit is 600.00 GBP: there was room.")
    assert "not sold" in story.sentences[0]
    assert story.verdict == ""


def test_of_what_is_overdue() -> None:
    given = stocked(90).fact("receivables", document="I1", customer="C", open=50, currency="GBP", due=on(-12))
    erp = read({"credit": {"overdue": "refuse"}})
    story = only(audit(given.order(line(5), credit_ok=True), erp), "overdue_elsewhere")
    assert "the oldest (invoice I1) by 12 days." in story.sentences[-1]
    assert "50.00 GBP were overdue" in story.sentences[-1]


@pytest.mark.parametrize(("charged", "much"), [("9.00", "little"), ("11.00", "much")])
def test_of_a_price(charged: str, much: str) -> None:
    story = only(audit(stocked(90).order(line(5, unit_price=charged))), "stale_price")
    assert story.sentences[1] == f"The shop charged {charged} GBP each."
    assert story.sentences[2].startswith("The ERP charges 10.00 GBP each, 50.00 GBP in all (")
    assert story.sentences[3] == f"The shop charged 5.00 GBP too {much}."


def test_of_what_is_on_its_way() -> None:
    given = stocked(2).fact("inbound", document="P1", line="1", item="A", site="LON", quantity=40, due=on(3))
    found = audit(given.order(line(20, answer="no", reason="out_of_stock", shown_available=2)))
    story = only(found, "late_inbound")
    said = " ".join(story.sentences)
    assert "It said no, because of: out of stock." in said
    assert "Another 40 were on their way." in said
    assert "(once what is on its way is in)" in said
    assert story.sum[-1] == Step("turned away", "20")


def test_of_anything_else_the_finding_itself() -> None:
    found = audit(shop().order(line(5, "NOBODY")))
    story = only(found, "other")
    assert headline(found) == "The storefront promised 1 line that the ERP would refuse."
    assert story.sentences[0] == "Order W1, line 1, 2 March 2026."
    assert story.sentences[-1].lower().startswith(story.spot.sentence[:20].lower())


def test_an_outcome_that_says_otherwise_is_called_so() -> None:
    spot = wrong().worst[0]
    said = {state: told(replace(spot, confirmed=state), "GBP").verdict for state in (True, False, None)}
    assert said[True].startswith("Confirmed: ")
    assert said[False].startswith("Contradicted: ")
    assert said[None] == "What the ERP made of it is not known."


def test_an_order_is_told_once_and_not_without_end() -> None:
    found = stories(wrong())
    assert len({one.spot.order for one in found}) == len(found) <= MOST_STORIES
    many = tuple(
        replace(spot, order=f"{spot.order}-{number}", cause=cause)
        for number in range(3)
        for spot in wrong().worst
        for cause in ("dates", "units", "region", "phantom_stock")
    )
    assert len(stories(replace(wrong(), worst=many * 9))) <= MOST_STORIES


def test_long_names_are_cut_in_titles() -> None:
    assert all(len(one.title) < 200 for one in stories(hostile()))


def test_agreement_is_told_as_far_as_it_is_known() -> None:
    unknown = audit(stocked(9).order(line(1), at=NOW))
    assert agreement(unknown).startswith("What the ERP really did with these orders is not known")
    known = audit(stocked(9).order(line(1)).outcome("W1", "accepted"))
    assert agreement(known).startswith("On 1 of 1 line (100 %)")
