"""Each profile's price, held against the ERP's own steps; neither the order of facts nor earlier questions change it.

Lines are made to fit more often than not: rules show where prices are rivals.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import strategies as st

from promise.laws import law
from promise.making import TODAY, account, customer, day, item, price, world
from promise.naive_erp_prices import CONFLICT, ERPS, TO_EUR, VAT, Charged, Outcome, Shop
from sayso.canon.decimals import arithmetic
from sayso.promise.cards import AccountCard, Customer, ItemCard, PriceLine
from sayso.promise.charging import charged
from sayso.promise.policy import profiled
from sayso.promise.price import Wanted, in_conflict, priced, ranked
from sayso.promise.price_lines import buyer_of
from sayso.promise.price_ranking import ranking
from sayso.promise.world import World

PROFILES = st.sampled_from([*ERPS])
FACTORS = {"EA": Decimal(1), "CS": Decimal(12), "HF": Decimal("0.5")}
BUYER = customer("C", bill_to="B", price_group="P", discount_group="D", campaigns=("M",))
PAYER = customer("B", price_group="P", discount_group="D", campaigns=("M", "N"))
SOURCES = [
    *[("all", "")] * 8, *[("price_group", "P"), ("campaign", "M"), ("discount_group", "D")] * 3,
    *[("customer", "C"), ("customer", "B")] * 2, ("discount_group", "E"), ("price_group", "Q"), ("campaign", "N"),
]  # fmt: skip
TARGETS = [
    *[("item", "A")] * 6,
    ("discount_group", "X"),
    ("discount_group", "X"),
    ("discount_group", "Y"),
    ("all", ""),
]
cents = st.integers(100, 3000).map(lambda number: Decimal(number) / 1000)


def _line(
    amount: Decimal | None, source: tuple[str, str], target: tuple[str, str], **columns: Any
) -> PriceLine:
    columns["starts"], columns["ends"] = day(columns["starts"]), day(columns["ends"])
    percent, margin = columns["discount_percent"], columns["margin_percent"]
    kind = "discount" if amount is None else "price"
    if amount is None and percent is None and margin is None:
        columns["discount_percent"] = 10
    columns = {
        "line_type": kind,
        "source_type": source[0],
        "target_type": target[0],
        "target": target[1],
        **columns,
    }
    return price(amount, source[1], **columns)


#: What keeps a line from most of what is asked for, one at a time.
ODD: list[dict[str, Any]] = [
    {"uom": "EA"}, {"uom": "CS"}, {"uom": "EA"}, {"uom": "CS"}, {"currency": "USD"}, {"currency": "GBP"},
    {"variant": "S"}, {"min_quantity": 24}, {"min_quantity": 100},
    {"starts": 3}, {"ends": -1}, {"allow_discount": False}, {"includes_tax": True}, {"margin_percent": 10},
    {"margin_percent": -5}, {"priority": 1},
]  # fmt: skip
ONE = st.builds(
    lambda amount, source, target, odd, **columns: _line(amount, source, target, **{**columns, **odd}),
    cents | cents | cents | st.none(), st.sampled_from(SOURCES), st.sampled_from(TARGETS),
    st.sampled_from([*[{}] * 3 * len(ODD), *ODD]),
    uom=st.just(""), currency=st.sampled_from(["", "", "EUR"]), variant=st.sampled_from(["", "", "R"]),
    min_quantity=st.sampled_from([0, 0, 0, 1, 10]), starts=st.sampled_from([None, -5, 0]), ends=st.sampled_from([None, 0]),
    discount_percent=st.sampled_from([None, None, 5, Decimal("12.5")]), margin_percent=st.none(), priority=st.just(0),
    allow_discount=st.just(True), includes_tax=st.just(False),
)  # fmt: skip
LINES = st.lists(ONE, min_size=3, max_size=7)
ITEMS = st.builds(
    item, st.just("A"), list_price=cents | cents | st.none(), discount_group=st.sampled_from(["X", "X", "X", ""]),
)  # fmt: skip
quantities = st.sampled_from(["24", "100", "10", "12", "30", "25", "9.999", "1"]).map(Decimal)
WANTED = st.builds(
    lambda quantity, uom, variant, currency: Wanted(quantity, uom, FACTORS[uom], variant, currency, "GB", TODAY),
    quantities, st.sampled_from(["EA", "EA", "CS", "HF"]), st.sampled_from(["R", "R", "R", ""]),
    st.sampled_from(["EUR", "EUR", "EUR", "GBP"]),
)  # fmt: skip


class Case(NamedTuple):
    """An item with its lines where the cards keep them, in the world of a profile."""

    item: ItemCard
    customer: Customer
    account: AccountCard
    world: World

    def told(self, wanted: Wanted) -> Outcome:
        """What is charged."""
        with arithmetic():
            found = priced(*self, wanted)
            if found is None:
                return CONFLICT if in_conflict(*self, wanted) else None
        return Charged(found.unit, found.discount_percent, found.amount)


def _case(profile: str, of: ItemCard, buyer: Customer, lines: list[PriceLine]) -> Case:
    own: dict[str, list[PriceLine]] = {}
    on_item, everywhere = [], []
    for line in lines:
        if line.source_type == "customer":
            own.setdefault(line.source, []).append(line)
        else:
            (on_item if line.target_type == "item" else everywhere).append(line)
    card = item("A", list_price=of.list_price, discount_group=of.discount_group, prices=on_item)
    rates = [{"currency": "GBP", "to": "EUR", "rate": str(TO_EUR)}]
    here = world(
        profiled(profile),
        rates=rates,
        prices=everywhere,
        taxes=[{"country": "GB", "rate": str(VAT)}],  # type: ignore[arg-type]
    )
    return Case(card, buyer, account(buyer, PAYER, prices=own).card, here)


def _own(buyer: Customer) -> Customer:
    return PAYER if buyer.bill_to else buyer


BUYERS = st.sampled_from(
    [*[BUYER] * 6, customer("C"), customer("C", discount_group="D", campaigns=("M", "N"))]
)


def _charges_what_the_erp_would(
    profile: str, of: ItemCard, buyer: Customer, lines: list[PriceLine], wanted: Wanted
) -> None:
    with arithmetic():
        expected = ERPS[profile](Shop(of, buyer, _own(buyer), lines), wanted)
    assert _case(profile, of, buyer, lines).told(wanted) == expected


LAWS = {
    profile: law(600, profile=st.just(profile), of=ITEMS, buyer=BUYERS, lines=LINES, wanted=WANTED)(
        _charges_what_the_erp_would
    )
    for profile in ERPS
}
test_business_central_charges_what_the_erp_would = LAWS["business_central"]
test_odoo_charges_what_the_erp_would = LAWS["odoo"]
test_erpnext_charges_what_the_erp_would = LAWS["erpnext"]
test_tryton_charges_what_the_erp_would = LAWS["tryton"]


@law(
    200, profile=PROFILES, of=ITEMS, buyer=BUYERS, wanted=WANTED,
    both=LINES.flatmap(lambda lines: st.tuples(st.just(lines), st.permutations(lines))),
)  # fmt: skip
def test_the_order_of_the_lines_never_matters(
    profile: str, of: ItemCard, buyer: Customer, wanted: Wanted, both: tuple[list[PriceLine], list[PriceLine]]
) -> None:
    with arithmetic():
        one, other = (priced(*_case(profile, of, buyer, lines), wanted) for lines in both)
    assert one == other


@law(
    200,
    profile=PROFILES,
    of=ITEMS,
    buyer=BUYERS,
    lines=LINES,
    wanted=WANTED,
    others=st.lists(quantities, max_size=5),
)
def test_a_ladder_that_was_climbed_before_gives_the_price_of_a_fresh_look(
    profile: str, of: ItemCard, buyer: Customer, lines: list[PriceLine], wanted: Wanted, others: list[Decimal]
) -> None:
    case = _case(profile, of, buyer, lines)
    for quantity in others:
        case.told(wanted._replace(quantity=quantity))
    assert case.told(wanted) == _case(profile, of, buyer, lines).told(wanted)


@law(200, profile=PROFILES, of=ITEMS, buyer=BUYERS, lines=LINES, wanted=WANTED)
def test_no_loser_beats_the_winner_and_all_are_told(
    profile: str, of: ItemCard, buyer: Customer, lines: list[PriceLine], wanted: Wanted
) -> None:
    """By the profile's own order; where conflicts are refused, the winner stands alone against the base price."""
    case = _case(profile, of, buyer, lines)
    with arithmetic():
        found = ranked(*case, wanted)
        rank = ranking(case.world)
    told = charged(*case, wanted)
    if found and profile != "erpnext":
        assert rank(found[0]) == min(rank(one) for one in found)
    if told.priced is not None:
        assert told.priced.rule in told.arithmetic[1 if not told.arithmetic[1].startswith("discount") else 2]
    assert bool(told.conflict) == (case.told(wanted) == CONFLICT)
    fitting = [line for line in told.arithmetic if line.startswith(("wins", "loses"))]
    assert len(fitting) == len(found)


@pytest.mark.parametrize("profile", [*ERPS])
def test_a_greatest_quantity_ends_a_rule_also_on_a_ladder(profile: str) -> None:
    line = price(5, min_quantity=2, max_quantity="4")
    case = _case(profile, item(list_price="9"), customer("C"), [line])
    wanted = Wanted(Decimal(1), "EA", Decimal(1), "", "GBP", "GB", TODAY)
    units = []
    for quantity in ("1", "2", "4", "4.5", "4", "5"):
        found = case.told(wanted._replace(quantity=Decimal(quantity)))
        assert isinstance(found, Charged)
        units.append(found.unit)
    assert units == [9, 5, 5, 9, 5, 9]


@pytest.mark.parametrize(("profile", "whose"), [("business_central", "B"), ("odoo", "C"), ("plain", "C")])
def test_whose_prices_are_asked_for(profile: str, whose: str) -> None:
    rules = profiled(profile).price  # type: ignore[arg-type]
    assert buyer_of(BUYER, account(BUYER, PAYER).card, rules).customer == whose
    alone = buyer_of(BUYER, account(BUYER).card, rules)
    assert (alone.customer, alone.price_group) == (whose, "P")
