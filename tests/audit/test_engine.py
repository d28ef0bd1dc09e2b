"""Orders are judged on the facts of their moment, without their own rows; figures add up; the same bytes every time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from audit.worlds import NOW, Told, all_spots, audit, line, named, on, shop, stocked
from sayso.audit.engine import audited as engine
from sayso.audit.engine.findings import Findings, Terms, body
from sayso.promise.policy import read

D = Decimal
HOUR = timedelta(hours=1)


def demand(told: Told, quantity: int, **values: object) -> Told:
    """Open demand for item A in London."""
    row = {"document": "S9", "line": "1", "item": "A", "site": "LON", "customer": "X", **values}
    return told.fact("demand", quantity=quantity, **row)


def test_facts_hold_from_their_moment_on() -> None:
    told = stocked(9).fact("stock", NOW + HOUR, item="A", site="LON", on_hand=3)
    for hours in (0, 1, 2):
        told.order(line(5, shown_available=9), at=NOW + hours * HOUR)
    assert [spot.order for spot in all_spots(told)] == ["W2", "W3"]


def test_facts_hold_within_the_hour() -> None:
    told = stocked(9).fact("stock", NOW + HOUR / 2, item="A", site="LON", on_hand=3)
    told.order(line(5, shown_available=9)).order(line(5, shown_available=9), at=NOW + HOUR * 3 / 4)
    assert [spot.order for spot in all_spots(told)] == ["W2"]


def test_what_is_deleted_holds_no_longer() -> None:
    told = demand(stocked(9), 6)
    told.fact("demand", NOW + HOUR, deleted=True, document="S9", line="1")
    for hours in (0, 1):
        told.order(line(5, shown_available=9), at=NOW + hours * HOUR)
    assert [spot.order for spot in all_spots(told)] == ["W1"]


def test_a_column_that_is_left_out_keeps_what_it_was() -> None:
    told = stocked(9, reserved=6).fact("stock", NOW - HOUR, item="A", site="LON", on_hand=10)
    assert named(told.order(line(5, shown_available=10))) == [("yes_no", "reserved_stock", D("50.00"))]


@pytest.mark.parametrize("own", [{"order": "W1"}, {"document": "W1"}, {"document": "SO-77"}])
def test_an_orders_own_demand_does_not_count_against_it(own: dict[str, str]) -> None:
    told = demand(stocked(9), 5, at=NOW - HOUR, amount=50, currency="GBP", **{"customer": "C", **own})
    told.fact("customers", customer="C", credit_limit=60)
    told.order(line(5, shown_available=9), credit_ok=True).outcome("W1", "accepted", document="SO-77")
    assert named(told) == []
    told.order(line(5, shown_available=9), credit_ok=True)
    assert {spot.order for spot in all_spots(told)} == {"W2"}
    assert {spot.cause for spot in all_spots(told)} == {"reserved_stock", "credit_flag"}


def test_an_orders_own_rows_count_against_others() -> None:
    told = demand(stocked(9), 5, at=NOW - HOUR, order="W1")
    told.order(line(5, shown_available=9)).order(line(5, shown_available=9))
    assert [spot.order for spot in all_spots(told)] == ["W2"]


def test_an_orders_own_invoice_does_not_count_against_it() -> None:
    told = stocked(90).fact("customers", customer="C", credit_limit=60)
    told.fact("receivables", document="INV1", customer="C", open=50, currency="GBP", due=on(20))
    told.order(line(5)).outcome("W1", "accepted", document="INV1").order(line(5))
    assert [(spot.order, spot.cause) for spot in all_spots(told)] == [("W2", "credit_flag")]


def test_a_single_export_after_all_orders_is_what_every_order_is_judged_against() -> None:
    told = shop().fact("stock", NOW + 9 * HOUR, item="A", site="LON", on_hand=3)
    demand(told, 1, at=NOW + 9 * HOUR)
    told.order(line(3, shown_available=3))
    found = audit(told)
    assert found.directions["yes_no"].lines == 1
    assert any(one.startswith("stock: the first export, the only one,") for one in found.caveats)
    assert any(one.startswith("demand: the first export, the only one,") for one in found.caveats)


def test_what_is_not_in_the_next_whole_export_is_gone() -> None:
    told = stocked(9)
    for day, documents in enumerate((("S1", "S2"), ("S2",), ())):
        for document in documents:
            demand(told, 4, at=NOW + day * 24 * HOUR, snapshot=True, document=document)
        demand(told, 0, at=NOW + day * 24 * HOUR, snapshot=True, document="S3")
    told.order(line(5, shown_available=9), at=NOW - HOUR)
    for day in range(3):
        told.order(line(5 + 4 * (day == 2), shown_available=9), at=NOW + (24 * day + 1) * HOUR)
    assert [spot.order for spot in all_spots(told)] == ["W1", "W2"]


def test_whole_exports_that_are_out_of_order_are_said() -> None:
    told = stocked(9)
    for day in (2, 1):
        demand(told, 1, at=NOW + day * 24 * HOUR, snapshot=True)
    assert any(one.startswith("demand: whole exports do not come") for one in audit(told).caveats)


def test_demand_that_came_later_was_not_there_before() -> None:
    told = demand(stocked(9), 6, at=NOW + HOUR)
    told.order(line(5, shown_available=9)).order(line(1, shown_available=1), at=NOW + 2 * HOUR)
    assert named(told) == []


def test_lines_of_one_order_do_not_take_the_same_goods_twice() -> None:
    told = stocked(9).order(line(5, shown_available=9), line(5, number=2, shown_available=9))
    assert [(spot.line, spot.money) for spot in all_spots(told)] == [(2, D("50.00"))]


def test_what_the_storefront_did_not_say_is_read_from_its_feeds() -> None:
    told = stocked(4).feed("stock", item="A", site="LON", available=9)
    told.feed("stock", item="A", site="LON", available=4, as_of=NOW + HOUR)
    told.feed("price", item="A", price=10, currency="GBP").feed("credit", customer="C", credit_ok=True)
    told.order(line(5))
    (spot,) = all_spots(told)
    assert spot.shown == {"available": "9", "unit_price": "10", "credit": "ok"}
    assert (spot.cause, spot.money) == ("phantom_stock", D("50.00"))


def test_outcomes_confirm_and_contradict() -> None:
    told = stocked(4)
    for outcome in ("rejected", "accepted", "cancelled"):
        told.order(line(5, shown_available=9)).outcome(f"W{len(told._orders)}", outcome)
    told.order(line(2)).outcome("W4", "short", line=1, quantity=D(1), reason="pick short")
    told.order(line(2)).outcome("W5", "accepted")
    found = audit(told)
    assert [spot.confirmed for spot in all_spots(told)] == [True, False, None]
    agreement = found.agreement
    assert (agreement.no_no, agreement.no_yes, agreement.yes_no, agreement.yes_yes, agreement.unknown) == (
        1, 1, 1, 1, 1,
    )  # fmt: skip
    assert [(one.order, one.judged, one.outcome) for one in agreement.examples] == [
        ("W2", "no", "accepted"), ("W4", "yes", "short"),
    ]  # fmt: skip
    assert any("on 2 of 4 lines" in one for one in found.caveats)


@pytest.mark.parametrize(("charged", "confirmed"), [("10", True), ("8", False), ("9", None)])
def test_what_the_erp_charged_confirms_a_price(charged: str, confirmed: bool | None) -> None:
    told = stocked(90).order(line(5, unit_price=8)).outcome("W1", "changed", line=1, unit_price=D(charged))
    assert [spot.confirmed for spot in all_spots(told)] == [confirmed]


def _busy() -> Told:
    """Some days of orders, good and bad, of two buyers, for two items, at two sites."""
    told = stocked(30, safety_stock=4).fact("sites", site="YRK", country="GB")
    told.fact("items", item="B", uom="EA", list_price=3, currency="GBP")
    told.fact("customers", customer="E", parent="C", country="GB", currency="EUR")
    told.fact("rates", currency="EUR", to="GBP", starts=None, rate=D("0.8"))
    stocked(12, told, "B", reserved=5)
    for number in range(60):
        at = NOW + number * 3 * HOUR
        told.fact("stock", at - HOUR, item="AB"[number % 2], site="LON", on_hand=(number * 7) % 40)
        told.feed("stock", item="AB"[number % 2], site="LON", available=(number * 11) % 45, as_of=at - HOUR)
        lines = [line(1 + number % 9, "A", 1), line(2 + number % 5, "B", 2, unit_price=3 + number % 2)]
        if number % 7 == 3:
            lines.append(line(4, "A", 3, answer="no", reason="sold out"))
        who, currency = ("C", "GBP") if number % 3 else ("E", "EUR")
        told.order(*lines, at=at, customer=who, currency=currency, channel="web" if number % 2 else "edi")
        told.outcome(f"W{number + 1}", "accepted" if number % 4 else "short")
    return told


def test_figures_add_up() -> None:
    found, spots = audit(_busy(), terms=Terms(worst=1000)), all_spots(_busy())
    assert (found.orders, found.lines, len(spots)) == (60, 129, len(found.worst))
    for direction, whole in found.directions.items():
        of_it = [spot for spot in spots if spot.direction == direction]
        assert whole.money == sum((spot.money for spot in of_it), D(0))
        assert whole.lines == len({(spot.order, spot.line) for spot in of_it})
        assert whole.orders == len({spot.order for spot in of_it})
        for bars in (found.causes, found.weeks):
            assert whole.money == sum((bar.figure.money for bar in bars if bar.direction == direction), D(0))
        for ranking in (found.customers, found.items, found.sites, found.channels):
            mine = [bar.figure for bar in ranking.bars if bar.direction == direction]
            assert whole.money == sum((figure.money for figure in mine), D(0))
            assert whole.lines == sum(figure.lines for figure in mine)
    yes_no, missed = found.directions["yes_no"], found.directions["no_yes"]
    sells = found.sells
    assert sells.at_once + sells.later + sells.on_better_terms + sells.never == yes_no.money > 0
    assert sells.missed == missed.money > 0
    agreed = found.agreement
    assert agreed.told + agreed.unknown == found.taken.lines == 120


def test_what_is_left_off_a_ranking_is_in_its_rest() -> None:
    whole, short = audit(_busy()).items, audit(_busy(), terms=Terms(most=1)).items
    assert len(whole.bars) > 1
    assert (len(short.bars), short.left_off) == (1, len(whole.bars) - 1)
    assert short.bars[0].figure.money + short.rest.money == sum(bar.figure.money for bar in whole.bars)


def _found(told: Told, processes: int = 1, **more: object) -> tuple[Findings, list[object]]:
    spots: list[object] = []
    lax = read({"availability": {"safety_stock": False}})
    return engine.audited(told, lax, read({}), processes=processes, spots=spots.append, **more), spots


def test_two_processes_find_the_same_bytes_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    once, spots = _found(_busy())
    again, same = _found(_busy())
    assert (body(once), spots) == (body(again), same)
    assert {spot.direction for spot in spots} == {"yes_no", "no_yes", "yes_policy_no"}  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "_FEW", 1)
    heard: list[tuple[str, int, int]] = []
    apart, others = _found(_busy(), 3, progress=lambda *told: heard.append(told))
    assert body(apart) == body(once)
    assert others == spots
    assert heard[-1] == ("lines", 129, 129)


def test_what_was_told_before_a_piece_of_time_holds_in_it() -> None:
    told = stocked(9).order(line(5)).fact("stock", NOW + HOUR, item="A", site="LON", on_hand=3)
    told.order(line(5), at=NOW + 4 * HOUR)
    assert [spot.order for spot in all_spots(told)] == ["W2"]


def test_a_currency_without_a_rate_is_said() -> None:
    told = stocked(4).order(line(5, unit_price=10, shown_available=9), currency="USD")
    assert any(one.startswith("USD: no rate") for one in audit(told).caveats)


def test_nothing_to_judge() -> None:
    found = audit(shop())
    assert found.clean
    assert (found.orders, found.since, found.smallest) == (0, None, ())
