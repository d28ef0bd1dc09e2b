"""Plans where what can leave falls again from one day to a later one: nothing is looked at past the day itself."""

from __future__ import annotations

from typing import Any

from promise.making import LON, YRK, ask, decided, demand, facts, inbound, iso, item, parts, policy, world
from sayso.promise.decision import Decision

RULES = policy(availability__look_ahead="none")


def planned(*cards: Any, line: dict[str, Any], **columns: Any) -> Decision:
    here = facts(*cards, world=world(RULES, **columns))
    return decided(ask({"item": "A", **line}, accept_conditional=True), here)


def gone(on_hand: int, day: int, site: str = "LON", **columns: Any) -> dict[str, Any]:
    """So many are there, and all of them are wanted by somebody else on a day."""
    return {"on_hand": {site: on_hand}, "demand": [demand(on_hand, day, site)], **columns}


def test_the_best_day_in_time_is_looked_for() -> None:
    """London has it on the second day and not on the last that would be in time; York has it then."""
    coming = [inbound("PO1", 5, 2), inbound("PO2", 5, 4, "YRK")]
    card = item("A", demand=[demand(5, 3)], inbound=coming)
    found = planned(card, line={"quantity": 5, "need_by": iso(4)}, sites=[LON, YRK])
    assert parts(found) == [("inbound", "LON", "5", 2, 2)]


def test_what_waits_for_the_rest_is_set_aside_while_it_is_there() -> None:
    """London's part leaves with York's on the fifth day, by when others would have had it."""
    card = item(
        "A",
        stock=item("A", {"LON": 5}).stock,
        demand=[demand(5, 3)],
        inbound=[inbound("PO1", 5, 5, "YRK")],
    )
    found = planned(card, line={"quantity": 10, "ship": "complete"}, sites=[LON, YRK])
    assert parts(found) == [("in_stock", "LON", "5", 5, 5), ("inbound", "YRK", "5", 5, 5)]
    assert [(one.site, one.day.isoformat()) for one in found.takes] == [("LON", iso(0)), ("YRK", iso(5))]


def test_all_components_are_there_on_the_day_that_a_kit_leaves() -> None:
    """B comes on the third day, on which A is gone; A comes again on the sixth."""
    kit = item("A", kit=[{"component": "B", "quantity": "1"}, {"component": "C", "quantity": "1"}])
    found = planned(
        kit,
        item("B", **gone(5, 2), inbound=[inbound("PO1", 5, 6)]),
        item("C", inbound=[inbound("PO2", 5, 3)]),
        line={"quantity": 5},
    )
    assert parts(found) == [("inbound", "LON", "5", 6, 6)]


def test_a_part_leans_on_what_brings_it_again() -> None:
    """It is there today, gone when the site has handled it, and there again on the fifth day."""
    card = item("A", **gone(10, 2), inbound=[inbound("PO1", 10, 5)])
    found = planned(card, line={"quantity": 10}, sites=[{**LON, "handling_days": 3}])
    assert parts(found) == [("inbound", "LON", "10", 5, 5)]
    leaning = found.answer.lines[0].parts[0].leans_on
    assert [one.document for one in leaning] == ["PO1"]


def test_a_day_of_rest_may_be_a_day_too_late() -> None:
    """What comes on a Saturday is gone on Monday, when the site works again; what comes on Tuesday is not."""
    card = item("A", demand=[demand(4, 7)], inbound=[inbound("PO1", 4, 5), inbound("PO2", 4, 8)])
    found = planned(card, line={"quantity": 4}, sites=[{**LON, "calendar": "week"}])
    assert parts(found) == [("inbound", "LON", "4", 8, 8)]
