"""Each cause alone and in pairs, in worlds of a few rows: it is found, it is named, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import combinations

import pytest

from audit.worlds import NOW, Told, all_spots, line, named, on, shop, stocked
from sayso.audit.engine.causes import shapley
from sayso.promise.policy import read

D = Decimal
COMING = {"document": "P1", "line": "1", "item": "A", "site": "LON"}


def causes(told: Told) -> list[tuple[str, str]]:
    """Causes and money of everything that was found."""
    return [(cause, str(money)) for _, cause, money in named(told)]


def test_a_storefront_that_shows_more_than_is_there() -> None:
    assert causes(stocked(4).order(line(5, shown_available=10))) == [("phantom_stock", "50.00")]


def test_stock_that_is_reserved() -> None:
    assert causes(stocked(10, reserved=6).order(line(5, shown_available=10))) == [("reserved_stock", "50.00")]


def test_stock_that_others_have_on_order() -> None:
    told = stocked(10).fact("demand", document="S9", line="1", item="A", site="LON", quantity=6)
    assert causes(told.order(line(5, shown_available=10))) == [("reserved_stock", "50.00")]


def test_stock_that_is_protected_for_somebody_else() -> None:
    told = stocked(10).fact(
        "demand", document="AL", line="1", item="A", site="LON", quantity=6, kind="allocation", customer="X"
    )
    assert causes(told.order(line(5, shown_available=10))) == [("reserved_stock", "50.00")]


def test_safety_stock() -> None:
    assert causes(stocked(10, safety_stock=6).order(line(5, shown_available=10))) == [
        ("safety_stock", "50.00")
    ]


def test_an_inbound_counted_as_stock() -> None:
    told = stocked(2).fact("inbound", **COMING, quantity=20, due=on(10))
    assert causes(told.order(line(5, shown_available=22))) == [("late_inbound", "50.00")]


def test_an_inbound_that_comes_after_the_date_that_was_shown() -> None:
    told = stocked(2).fact("inbound", **COMING, quantity=20, due=on(10))
    assert causes(told.order(line(5, shown_date=on(4), shown_available=2))) == [("late_inbound", "50.00")]


def test_an_inbound_that_never_comes() -> None:
    assert causes(stocked(2).order(line(5, shown_date=on(4), shown_available=2))) == [
        ("late_inbound", "50.00")
    ]


def test_a_date_that_no_way_of_sending_meets() -> None:
    told = stocked(20).fact("lanes", site="LON", country="GB", transit_days=5)
    assert causes(told.order(line(5, shown_date=on(2), shown_available=20))) == [("dates", "50.00")]


def test_a_price_that_has_ended() -> None:
    told = stocked(20).fact("prices", **_price(price=8, ends=on(-3)))
    assert causes(told.order(line(5, unit_price=8))) == [("stale_price", "10.00")]


def test_a_price_that_nobody_knows() -> None:
    assert causes(stocked(20).order(line(5, unit_price="7.77"))) == [("stale_price", "11.15")]


def test_the_price_of_a_smaller_quantity() -> None:
    told = stocked(90).fact("prices", **_price(price=7, min_quantity=12))
    assert causes(told.order(line(24, unit_price=10))) == [("lost_quantity_break", "72.00")]


def test_the_price_of_the_smaller_of_two_breaks() -> None:
    told = stocked(90).fact("prices", **_price(price=9, min_quantity=12))
    told.fact("prices", **_price(price=7, min_quantity=24))
    assert causes(told.order(line(24, amount=216))) == [("lost_quantity_break", "48.00")]


def test_pieces_for_cases_at_the_price_of_cases() -> None:
    told = stocked(20).fact("units", item="A", uom="CS", factor=12)
    told.order(line(5, uom="CS", shown_available=20, unit_price=120))
    assert causes(told) == [("units", "600.00")]


def test_the_price_of_a_piece_for_a_case() -> None:
    told = stocked(90).fact("units", item="A", uom="CS", factor=12)
    assert causes(told.order(line(2, uom="CS", unit_price=10))) == [("units", "220.00")]


def test_pieces_counted_as_cases() -> None:
    told = stocked(10).fact("units", item="A", uom="CS", factor=12)
    assert causes(told.order(line(2, uom="CS", shown_available=10))) == [("units", "240.00")]


def test_pieces_of_a_feed_counted_as_cases() -> None:
    told = stocked(10).fact("units", item="A", uom="CS", factor=12)
    told.feed("stock", item="A", available=10)
    assert causes(told.order(line(2, uom="CS"))) == [("units", "240.00")]


@pytest.mark.parametrize("column", [{"pack": 6}, {"minimum": 10}])
def test_less_than_a_pack_or_the_minimum(column: dict[str, int]) -> None:
    told = stocked(90).fact("items", item="A", **column)
    assert causes(told.order(line(5, shown_available=90))) == [("units", "50.00")]


def test_a_unit_that_the_erp_does_not_know() -> None:
    told = stocked(90).order(line(5, uom="PF", unit_price=10))
    assert causes(told) == [("units", "50.00")]


def test_a_credit_flag_that_does_not_know_the_limit() -> None:
    told = stocked(90).fact("customers", customer="C", credit_limit=40)
    assert causes(told.order(line(5), credit_ok=True)) == [("credit_flag", "50.00")]


def test_a_branch_that_is_overdue() -> None:
    told = stocked(90).fact("customers", customer="HQ", currency="GBP")
    told.fact("customers", customer="C", parent="HQ").fact("customers", customer="C2", parent="HQ")
    told.fact("receivables", document="R1", customer="C2", open=70, currency="GBP", due=on(-12))
    assert causes(told.order(line(5), credit_ok=True)) == [("overdue_elsewhere", "50.00")]


def test_a_destination_that_is_forbidden() -> None:
    told = stocked(90).fact("rules", rule="R", effect="forbid", item="A", country="GB")
    assert causes(told.order(line(5))) == [("region", "50.00")]


def test_a_forbidden_destination_where_days_of_rest_are_known() -> None:
    told = stocked(90).fact("rules", rule="R", effect="forbid", item="A", country="GB")
    told.fact("calendars", calendar="week", date=on(9), working=False)
    assert causes(told.order(line(5))) == [("region", "50.00")]


def test_a_destination_that_no_site_ships_to() -> None:
    told = stocked(90).fact("lanes", site="LON", country="GB", transit_days=1)
    assert causes(told.order(line(5), country="FR")) == [("region", "50.00")]


@pytest.mark.parametrize(
    "row",
    [
        ("items", {"item": "A", "status": "blocked"}),
        ("customers", {"customer": "C", "hold": "all"}),
    ],
)
def test_what_is_blocked_or_held(row: tuple[str, dict[str, str]]) -> None:
    assert causes(stocked(90).fact(row[0], **row[1]).order(line(5))) == [("other", "50.00")]


def test_an_unknown_item_and_an_unknown_buyer() -> None:
    assert causes(stocked(90).order(line(5, "Z", unit_price=3))) == [("other", "15.00")]
    assert causes(stocked(90).order(line(5), customer="Z")) == [("other", "50.00")]


Plant = Callable[[Told, dict[str, object], dict[str, object]], None]


def _reserved(told: Told, columns: dict[str, object], order: dict[str, object]) -> None:
    told.fact("stock", item="A", site="LON", on_hand=30, reserved=8)
    columns["shown_available"] = 30


def _price(**values: object) -> dict[str, object]:
    row = {
        "line_type": "price", "source_type": "all", "source": "", "target_type": "item", "target": "A", "uom": "",
        "currency": "GBP", "variant": "", "min_quantity": 0, "starts": None,
    }  # fmt: skip
    return {**row, **values}


def _stale(told: Told, columns: dict[str, object], order: dict[str, object]) -> None:
    told.fact("prices", **_price(price=8, ends=on(-3)))
    columns["unit_price"] = 8


def _limit(told: Told, columns: dict[str, object], order: dict[str, object]) -> None:
    told.fact("customers", customer="C", credit_limit=50)


def _overdue(told: Told, columns: dict[str, object], order: dict[str, object]) -> None:
    told.fact("customers", customer="C2", parent="C")
    told.fact("receivables", document="R1", customer="C2", open=10, currency="GBP", due=on(-12))


def _region(told: Told, columns: dict[str, object], order: dict[str, object]) -> None:
    told.fact("rules", rule="R", effect="require_licence", licence="L", item="A")


def _units(told: Told, columns: dict[str, object], order: dict[str, object]) -> None:
    told.fact("items", item="A", pack=7)


def _dates(told: Told, columns: dict[str, object], order: dict[str, object]) -> None:
    told.fact("lanes", site="LON", country="GB", transit_days=5)
    columns["shown_date"] = on(2)


PLANTS: dict[str, Plant] = {
    "reserved_stock": _reserved,
    "stale_price": _stale,
    "credit_flag": _limit,
    "overdue_elsewhere": _overdue,
    "region": _region,
    "units": _units,
    "dates": _dates,
}


@pytest.mark.parametrize("pair", list(combinations(PLANTS, 2)))
def test_two_causes_on_one_line(pair: tuple[str, str]) -> None:
    told, columns, order = stocked(30), {"unit_price": 10, "shown_available": 30}, {}
    for cause in pair:
        PLANTS[cause](told, columns, order)
    told.order(line(25, **columns), **order)
    found = all_spots(told)
    assert {spot.cause for spot in found} == set(pair)
    worth = D(columns["unit_price"]) * 25  # type: ignore[arg-type]
    assert sum(spot.money for spot in found) == worth
    assert all(spot.money > 0 for spot in found)


def test_neither_belief_alone_turns_the_answer() -> None:
    told = stocked(10, safety_stock=3, reserved=4).order(line(9, shown_available=10))
    assert causes(told) == [("reserved_stock", "45.00"), ("safety_stock", "45.00")]


def test_a_belief_that_turns_nothing_is_no_cause() -> None:
    told = stocked(10, safety_stock=1, reserved=6).order(line(9, shown_available=10))
    assert causes(told) == [("reserved_stock", "90.00")]


def test_shown_above_on_hand_and_reserved_besides() -> None:
    told = stocked(20, reserved=10).order(line(22, shown_available=25))
    assert {cause for cause, _ in causes(told)} == {"phantom_stock", "reserved_stock"}


def test_the_main_cause_stands_first() -> None:
    told = stocked(30).fact("prices", **_price(price=8, ends=on(-3))).fact("rules", rule="R", effect="forbid")
    told.order(line(5, unit_price=8))
    assert [cause for cause, _ in causes(told)] == ["region", "stale_price"]


def test_shares_add_up_to_what_all_of_them_gain() -> None:
    worth = {"a": D(60), "b": D(30)}

    def gained(some: frozenset[str]) -> Decimal:
        return sum((worth[one] for one in some if one in worth), D(0)) + (D(9) if len(some) == 3 else D(0))

    found = shapley(["a", "b", "c"], gained)  # type: ignore[list-item, arg-type]
    assert found == {"a": D(63), "b": D(33), "c": D(3)}


def test_the_companys_own_policy_keeps_safety_stock() -> None:
    told = stocked(10, safety_stock=6).order(line(5, shown_available=10))
    lax = read({"availability": {"safety_stock": False}})
    assert named(told, erp=lax, own=read({})) == [("yes_policy_no", "safety_stock", D("50.00"))]
    assert named(told, erp=lax) == []


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        (stocked(9).order(line(5, answer="no"), credit_ok=False), "credit_flag"),
        (stocked(9).order(line(5, answer="no", reason="account blocked")), "credit_flag"),
        (stocked(9).order(line(5, answer="no", shown_available=2)), "phantom_stock"),
        (stocked(9).order(line(5, answer="no", reason="restricted in this country")), "region"),
        (stocked(9).order(line(5, answer="no", reason="minimum 6")), "units"),
        (stocked(9).order(line(5, answer="no", reason="not available in your country")), "region"),
        (stocked(9).order(line(5, answer="no", reason="only full cases")), "units"),
        (stocked(9).order(line(5, answer="no", reason="limited stock", shown_available=1)), "phantom_stock"),
        (
            stocked(60)
            .fact("units", item="A", uom="CS", factor=12)
            .order(line(5, answer="no", shown_available=2)),
            "phantom_stock",
        ),
        (
            stocked(30)
            .fact("units", item="A", uom="CS", factor=12)
            .order(line(5, answer="no", shown_available=2)),
            "units",
        ),
        (
            stocked(9)
            .fact(
                "demand",
                document="AL",
                line="1",
                item="A",
                site="LON",
                quantity=7,
                kind="allocation",
                customer="C",
            )
            .order(line(5, answer="no", shown_available=2)),
            "reserved_stock",
        ),
        (stocked(9).order(line(5, answer="no", need_by=on(3), shown_date=on(6), shown_available=9)), "dates"),
        (
            stocked(2)
            .fact("inbound", **COMING, quantity=9, due=on(5))
            .order(line(5, answer="no", shown_available=2)),
            "late_inbound",
        ),
        (stocked(9).order(line(5, answer="no")), "other"),
    ],
)
def test_a_sale_that_was_missed(told: Told, cause: str) -> None:
    assert named(told) == [("no_yes", cause, D("50.00"))]


@pytest.mark.parametrize(
    "told",
    [
        stocked(2).order(line(5, answer="no", shown_available=2)),
        stocked(2).fact("inbound", **COMING, quantity=9, due=on(40)).order(line(5, answer="no")),
        shop().order(line(5, answer="no")),
    ],
)
def test_a_no_that_is_right(told: Told) -> None:
    assert named(told) == []


def test_what_the_storefront_took_knowingly_for_later_is_no_blind_spot() -> None:
    assert named(stocked(2).order(line(5, shown_available=2))) == []


def test_a_storefront_that_asks_the_right_figures_is_accused_of_nothing() -> None:
    told = stocked(20, reserved=5, safety_stock=3)
    told.fact("inbound", **COMING, quantity=20, due=on(6)).fact(
        "lanes", site="LON", country="GB", transit_days=2
    )
    told.fact("prices", **_price(price=7, min_quantity=10))
    told.order(line(12, shown_available=12, unit_price=7), credit_ok=True)
    told.order(line(25, shown_date=on(8), amount=175), at=NOW + timedelta(hours=1))
    assert named(told) == []
