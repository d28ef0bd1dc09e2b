"""Whether an item may go to a destination, to this buyer; and what is never guessed about tax and duty."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import strategies as st

from promise.laws import law
from promise.making import account, answer, ask, codes, customer, decided, facts, item, made, policy, world
from sayso.promise.cards import Duty, Lane, Rule, Site, Tax
from sayso.promise.reasons import in_order
from sayso.promise.region import duty_percent, restricted, tax_percent

FORBID = {"rule": "R1", "effect": "forbid"}
LICENCE = {"rule": "R2", "effect": "require_licence", "licence": "EXPLOSIVES"}
HOLD = {"rule": "R3", "effect": "hold"}


def found(
    *rules: dict[str, str], licences: tuple[str, ...] = (), country: str = "GB", region: str = "SCT"
) -> Any:
    """What rules say of a hazardous chemical: the verdict and the codes of its reasons."""
    card = item("A", category="chemicals", hazard="3")
    verdict, reasons = restricted(card, customer(licences=licences), world(rules=rules), country, region)
    return verdict, [one.code for one in in_order(reasons)]


CASES: dict[str, tuple[list[Any], dict[str, Any], tuple[str, list[str]]]] = {
    "nothing is said": ([], {}, ("firm", [])),
    "a rule that names nothing speaks of everything": ([FORBID], {}, ("refused", ["region_forbidden"])),
    "a rule may forbid an item": ([{**FORBID, "item": "A"}], {}, ("refused", ["region_forbidden"])),
    "not another": ([{**FORBID, "item": "B"}], {}, ("firm", [])),
    "a category": ([{**FORBID, "category": "chemicals"}], {}, ("refused", ["region_forbidden"])),
    "not another category": ([{**FORBID, "category": "toys"}], {}, ("firm", [])),
    "a hazard class": ([{**FORBID, "hazard": "3"}], {}, ("refused", ["region_forbidden"])),
    "not another hazard class": ([{**FORBID, "hazard": "8"}], {}, ("firm", [])),
    "a country": ([{**FORBID, "country": "GB"}], {}, ("refused", ["region_forbidden"])),
    "not another country": ([{**FORBID, "country": "DE"}], {}, ("firm", [])),
    "a region": ([{**FORBID, "country": "GB", "region": "SCT"}], {}, ("refused", ["region_forbidden"])),
    "not another region": ([{**FORBID, "country": "GB", "region": "NIR"}], {}, ("firm", [])),
    "a region only of its country": ([{**FORBID, "country": "DE", "region": "SCT"}], {}, ("firm", [])),
    "all that a rule names has to fit": ([{**FORBID, "item": "A", "country": "DE"}], {}, ("firm", [])),
    "a rule may ask for a person's release": ([HOLD], {}, ("conditional", ["region_forbidden"])),
    "or for a licence, which the buyer lacks": ([LICENCE], {}, ("refused", ["licence_missing"])),
    "or has": ([LICENCE], {"licences": ("EXPLOSIVES",)}, ("firm", [])),
    "another licence is none": ([LICENCE], {"licences": ("EXPLOSIVES-2",)}, ("refused", ["licence_missing"])),
    "a licence opens no door that is forbidden": (
        [FORBID, LICENCE], {"licences": ("EXPLOSIVES",)}, ("refused", ["region_forbidden"]),
    ),
    "the worst of them decides, and all are told": (
        [HOLD, LICENCE], {}, ("refused", ["region_forbidden", "licence_missing"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_the_rules_say(case: str) -> None:
    rules, more, expected = CASES[case]
    assert found(*rules, **more) == expected


def test_a_reason_names_the_rule_and_says_why() -> None:
    here = world(rules=[{**HOLD, "reason": "dual use: ask export control"}])
    line = answer(decided(ask(("A", 1)), facts(item(on_hand=5), world=here)))["lines"][0]
    assert line["verdict"] == "conditional"
    assert line["reasons"] == [
        {
            "code": "region_forbidden", "waiting_helps": False,
            "facts": {"rule": "R3", "country": "GB", "reason": "dual use: ask export control", "effect": "hold"},
        }
    ]  # fmt: skip


def test_what_is_forbidden_is_not_sourced_and_not_summed() -> None:
    here = world(rules=[{**FORBID, "item": "A"}])
    decision = decided(ask(("A", 1), ("B", 1)), facts(item("A", 5), item("B", 5), world=here))
    told = answer(decision)
    assert (told["verdict"], told["held"], codes(decision)) == ("refused", False, ["region_forbidden"])
    assert told["lines"][0]["parts"] == []
    assert told["totals"]["net"] == "1.00"


TAXES = [
    {"country": "GB", "rate": "20"},
    {"country": "GB", "category": "books", "rate": "0"},
    {"country": "GB", "region": "JE", "rate": "5"},
    {"category": "wine", "rate": "7"},
]
DUTIES = [
    {"country": "GB", "hs_code": "22", "rate": "10"},
    {"country": "GB", "hs_code": "2204", "origin": "FR", "rate": "3"},
]


@pytest.mark.parametrize(
    ("category", "country", "region", "rate"),
    [
        ("toys", "GB", "", "20"), ("books", "GB", "", "0"), ("toys", "GB", "JE", "5"), ("books", "GB", "JE", "5"),
        ("wine", "FR", "", "7"), ("wine", "GB", "", "20"), ("toys", "FR", "", None),
    ],
)  # fmt: skip
def test_the_tax_of_the_most_particular_row(
    category: str, country: str, region: str, rate: str | None
) -> None:
    """A country stands before a region, a region before a category."""
    found = tax_percent(item(category=category), customer(), world(taxes=TAXES), country, region)
    assert found == (None if rate is None else Decimal(rate))


def test_who_is_exempt_pays_none_also_where_no_rate_is_known() -> None:
    assert tax_percent(item(), customer(tax_exempt=True), world(taxes=TAXES), "GB", "") == 0
    assert tax_percent(item(), customer(tax_exempt=True), world(), "FR", "") == 0


@pytest.mark.parametrize(
    ("code", "origin", "country", "rate"),
    [("2204", "FR", "GB", "3"), ("220421", "FR", "GB", "3"), ("2204", "IT", "GB", "10"), ("2299", "FR", "GB", "10"),
     ("9999", "FR", "GB", None), ("2204", "FR", "DE", None), ("", "FR", "GB", None)],
)  # fmt: skip
def test_the_duty_of_the_longest_beginning(code: str, origin: str, country: str, rate: str | None) -> None:
    found = duty_percent(item(hs_code=code, origin=origin), world(duties=DUTIES), country)
    assert found == (None if rate is None else Decimal(rate))


def test_a_tax_that_is_not_known_is_not_guessed() -> None:
    """Neither for the line nor for the sum, where one of the lines has none; the net sum stands."""
    here = world(taxes=[{"country": "GB", "category": "toys", "rate": "20"}])
    decision = decided(
        ask(("A", 1), ("B", 1)), facts(item("A", 5, category="toys"), item("B", 5), world=here)
    )
    told = answer(decision)
    assert [line["tax_percent"] for line in told["lines"]] == ["20", None]
    assert told["totals"] == {"net": "2.00", "tax": None, "gross": None, "currency": "GBP"}
    assert decision.amount == 2


def test_duty_and_tax_are_told_by_line() -> None:
    here = world(taxes=TAXES, duties=DUTIES)
    told = answer(decided(ask(("A", 3)), facts(item("A", 5, hs_code="2204", list_price="0.99"), world=here)))
    assert (told["lines"][0]["tax_percent"], told["lines"][0]["duty_percent"]) == ("20", "10")
    assert told["totals"] == {"net": "2.97", "tax": "0.59", "gross": "3.56", "currency": "GBP"}


def test_a_price_with_tax_is_taken_apart() -> None:
    here = world(taxes=TAXES)
    card = item(
        "A",
        5,
        prices=[
            {"line_type": "price", "source_type": "all", "target": "A", "price": "9.99", "includes_tax": True}
        ],
    )
    told = answer(decided(ask(("A", 1)), facts(card, world=here)))
    assert told["totals"] == {"net": "8.33", "tax": "1.66", "gross": "9.99", "currency": "GBP"}


def test_a_buyer_who_is_exempt_sees_the_net_sum_as_the_gross() -> None:
    buyer = account(customer(tax_exempt=True))
    told = answer(decided(ask(("A", 2)), facts(item("A", 5), account=buyer, world=world(taxes=TAXES))))
    assert told["totals"] == {"net": "2.00", "tax": "0.00", "gross": "2.00", "currency": "GBP"}


named = st.sampled_from(["", "", "X", "Y"])
RULES = st.builds(
    lambda effect, **columns: made(Rule, rule="R", effect=effect, licence="L", **columns),
    st.sampled_from(["forbid", "hold", "require_licence"]), item=named, category=named, hazard=named, country=named,
    region=named,
)  # fmt: skip
given_one = st.sampled_from(["", "X", "Y"])


@law(200, rules=st.lists(RULES, max_size=4), place=st.tuples(*[given_one] * 5), licensed=st.booleans())
def test_a_rule_speaks_where_all_that_it_names_is_so(
    rules: list[Rule], place: tuple[str, ...], licensed: bool
) -> None:
    name, category, hazard, country, region = place
    card = item(name or "Z", category=category, hazard=hazard)
    buyer = customer(licences=("L",) if licensed else ())
    verdict, reasons = restricted(card, buyer, world(rules=rules), country, region)
    named = {"item": card.item, "category": category, "hazard": hazard, "country": country, "region": region}
    speaking = [
        one.effect for one in rules
        if all(getattr(one, column) in ("", is_) for column, is_ in named.items())
        and not (one.effect == "require_licence" and licensed)
    ]  # fmt: skip
    codes = ["licence_missing" if one == "require_licence" else "region_forbidden" for one in speaking]
    assert sorted(one.code for one in reasons) == sorted(codes)
    worst = ["refused" if one != "hold" else "conditional" for one in speaking]
    assert verdict == ("refused" if "refused" in worst else "conditional" if worst else "firm")


def _rows(kind: Any, *columns: str) -> st.SearchStrategy[Any]:
    """Rows of which no two name the same."""
    names = st.lists(st.tuples(*[given_one] * len(columns)), unique=True, max_size=6)
    return names.map(
        lambda found: [
            made(kind, **dict(zip(columns, one, strict=True)), rate=str(place))
            for place, one in enumerate(found)
        ]
    )


@law(150, rows=_rows(Tax, "country", "region", "category"), place=st.tuples(*[given_one] * 3))
def test_the_most_particular_tax_is_found_by_trying_the_most_particular_first(
    rows: list[Tax], place: tuple[str, ...]
) -> None:
    by_key = {(one.country, one.region, one.category): one.rate for one in rows}
    expected = None
    for given in product((True, False), repeat=3):
        key = tuple(one if named else "" for one, named in zip(place, given, strict=True))
        if key in by_key:
            expected = by_key[key]
            break
    country, region, category = place
    assert tax_percent(item(category=category), customer(), world(taxes=rows), country, region) == expected


@law(
    150,
    rows=_rows(Duty, "country", "hs_code", "origin"),
    country=given_one,
    origin=given_one,
    code=st.sampled_from(["X", "XY", "Y1"]),
)
def test_a_duty_by_country_then_by_the_length_of_the_code_then_by_origin(
    rows: list[Duty], country: str, origin: str, code: str
) -> None:
    fitting = [
        (bool(one.country), len(one.hs_code), bool(one.origin), one.rate) for one in rows
        if one.country in ("", country) and one.origin in ("", origin) and code[: len(one.hs_code)] == one.hs_code
    ]  # fmt: skip
    assert duty_percent(item(hs_code=code, origin=origin), world(duties=rows), country) == (
        max(fitting)[3] if fitting else None
    )


def _lanes() -> st.SearchStrategy[list[Lane]]:
    names = st.lists(
        st.tuples(st.sampled_from(["LON", "YRK"]), given_one, given_one), unique=True, max_size=6
    )
    return names.map(
        lambda found: [
            made(Lane, site=site, country=country, region=region, transit_days=place, cost=str(place))
            for place, (site, country, region) in enumerate(found)
        ]
    )


@law(
    150,
    lanes=_lanes(),
    country=given_one,
    region=given_one,
    undeclared=st.sampled_from(["own_country", "anywhere", "nowhere"]),
)
def test_a_site_ships_by_its_most_particular_lane(
    lanes: list[Lane], country: str, region: str, undeclared: str
) -> None:
    """The country says more than the region; a site without any lane ships where the policy says."""
    sites = [made(Site, site="LON", country="X"), made(Site, site="YRK")]
    here = world(policy(sourcing__undeclared_lanes=undeclared), sites=sites, lanes=lanes)
    for site in sites:
        own = {(one.country, one.region): one.transit_days for one in lanes if one.site == site.site}
        expected = None
        if not own:
            at_home = {"own_country": site.country in ("", country), "anywhere": True, "nowhere": False}
            expected = 0 if at_home[undeclared] else None
        for key in (("", ""), ("", region), (country, ""), (country, region)):
            expected = own.get(key, expected)
        found = {one.site: lane.transit_days for one, lane in here.lanes(country, region)}
        assert found.get(site.site) == expected
