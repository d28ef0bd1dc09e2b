"""Prices, held against a look at every price there is; and the ladder, which remembers, against one that does not."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from hypothesis import strategies as st

from promise.laws import law
from promise.making import TODAY, account, customer, day, item, policy, price, world
from promise.naive_price import PriceList
from sayso.canon.decimals import arithmetic
from sayso.promise.cards import AccountCard, Customer, ItemCard, PriceLine
from sayso.promise.policy import Policy
from sayso.promise.price import Wanted, priced, ranked
from sayso.promise.world import World

CURRENCIES = ["GBP", "EUR", "JPY", "BHD"]
cents = st.integers(0, 2000).map(lambda number: Decimal(number) / 100)
percents = st.sampled_from([None, None, None, 5, Decimal("12.5"), 33])
days = st.sampled_from([None, None, None, -5, 0, 3])
FACTORS = {"EA": Decimal(1), "CS": Decimal(12), "DZ": Decimal(7), "TR": Decimal(3), "HF": Decimal("0.5")}


def lines(sources: list[tuple[str, str]], targets: list[tuple[str, str]]) -> st.SearchStrategy[PriceLine]:
    """Price and discount lines of these sources, aimed at these targets."""
    return st.builds(
        lambda amount, source, target, **columns: price(
            amount, source[1], source_type=source[0], target_type=target[0], target=target[1],
            **{**columns, "starts": day(columns["starts"]), "ends": day(columns["ends"])},
        ),
        st.none() | cents, st.sampled_from(sources), st.sampled_from(targets),
        uom=st.sampled_from(["", "", "EA", "CS", "DZ"]), currency=st.sampled_from(["", "", "", *CURRENCIES]),
        variant=st.sampled_from(["", "", "", "R"]), country=st.sampled_from(["", "", "", "GB", "DE"]),
        min_quantity=st.sampled_from([0, 0, 1, 2, 10, 12, 20, 100]), starts=days, ends=days,
        discount_percent=percents, margin_percent=st.sampled_from([None, None, None, 10, -5]),
        priority=st.sampled_from([0, 0, 1]), allow_discount=st.booleans(),
    )  # fmt: skip


GENERAL = [
    ("all", ""),
    ("price_group", "P"),
    ("price_group", "Q"),
    ("discount_group", "D"),
    ("campaign", "M"),
]
OWN = [("customer", "C")]
GROUPED = [("discount_group", "X"), ("discount_group", "Y"), ("all", "")]
BUYERS = st.builds(
    customer, st.just("C"), bill_to=st.sampled_from(["", "B"]), price_group=st.sampled_from(["", "P"]),
    discount_group=st.sampled_from(["", "D"]), campaigns=st.sampled_from([(), ("M", "N")]),
)  # fmt: skip
ITEMS = st.builds(
    lambda prices, **columns: item(prices=prices, **columns),
    st.lists(lines(GENERAL, [("item", "A")]), max_size=5).map(tuple),
    list_price=st.none() | cents, currency=st.sampled_from(["", "GBP", "EUR"]),
    discount_group=st.sampled_from(["", "X"]),
)  # fmt: skip
RULES = st.builds(
    lambda order, among: policy(price__order=order, price__among_equals=among),
    st.sampled_from([["customer", "price_group", "campaign", "all"], ["all", "campaign", "customer"]]),
    st.sampled_from(["lowest", "largest_break"]),
)  # fmt: skip
RATES = [
    {"currency": "EUR", "to": "GBP", "rate": "0.8"},
    {"currency": "EUR", "to": "GBP", "rate": "0.9", "starts": "2026-03-01"},
    {"currency": "EUR", "to": "GBP", "rate": "0.5", "starts": "2026-03-03"},
    {"currency": "GBP", "to": "JPY", "rate": "187.3"},
]
WORLDS = st.builds(
    lambda prices, rules, step: world(
        rules, prices=prices, rates=RATES, currencies=[{"currency": "EUR", "price_precision": step}] if step else []
    ),
    st.lists(lines(GENERAL, GROUPED), max_size=3), RULES, st.sampled_from([None, "0.05"]),
)  # fmt: skip


class Case(NamedTuple):
    """A buyer before an item with its prices."""

    item: ItemCard
    customer: Customer
    account: AccountCard
    world: World

    @property
    def rules(self) -> Policy:
        return self.world.policy

    def priced(self, wanted: Wanted) -> tuple[Decimal, Decimal, Decimal] | None:
        """Unit price, amount and discount."""
        with arithmetic():
            found = priced(self.item, self.customer, self.account, self.world, wanted)
        return (found.unit, found.amount, found.discount_percent) if found else None

    def list(self) -> PriceList:
        return PriceList(self.item, self.customer, self.account, self.world.card, self.rules)


def _account(buyer: Customer, own: list[PriceLine], billed: list[PriceLine]) -> AccountCard:
    prices = {"C": own, **({"B": billed} if buyer.bill_to else {})}
    return account(buyer, prices={name: some for name, some in prices.items() if some}).card


CASES = st.builds(
    lambda item, buyer, own, billed, world: Case(item, buyer, _account(buyer, own, billed), world),
    ITEMS, BUYERS, st.lists(lines(OWN, [("item", "A"), ("all", "")]), max_size=2),
    st.lists(lines([("customer", "B")], [("item", "A"), ("discount_group", "X")]), max_size=2), WORLDS,
)  # fmt: skip
quantities = st.sampled_from(["0.5", "1", "2", "9", "10", "12", "20", "100", "101"]).map(
    Decimal
) | st.integers(1, 30).map(Decimal)
WANTED = st.builds(
    lambda quantity, uom, variant, currency, country: Wanted(
        quantity, uom, FACTORS[uom], variant, currency, country, TODAY
    ),
    quantities, st.sampled_from(list(FACTORS)), st.sampled_from(["", "", "R"]), st.sampled_from(CURRENCIES),
    st.sampled_from(["GB", "DE"]),
)  # fmt: skip


@law(250, case=CASES, wanted=WANTED)
def test_a_price_is_the_best_of_all_that_fit(case: Case, wanted: Wanted) -> None:
    with arithmetic():
        offers, amount = case.list().offers(wanted), case.list().amount(wanted)
    found = case.priced(wanted)
    assert found == ((offers[0].unit, amount, offers[0].discount) if offers else None)


@law(120, case=CASES, wanted=WANTED)
def test_all_that_fit_are_shown_the_winner_first_the_losers_in_their_order(
    case: Case, wanted: Wanted
) -> None:
    with arithmetic():
        offers = case.list().offers(wanted)
        shown = ranked(case.item, case.customer, case.account, case.world, wanted)
    assert [(one.unit, one.discount, one.net) for one in shown] == [
        (one.unit, one.discount, one.net) for one in offers
    ]


@law(120, case=CASES, wanted=WANTED, others=st.lists(quantities, min_size=2, max_size=6))
def test_a_ladder_climbed_before_gives_the_price_of_one_look(
    case: Case, wanted: Wanted, others: list[Decimal]
) -> None:
    """Prices of other quantities, asked before on the same card, change nothing."""
    for quantity in (*others, wanted.quantity):
        again = wanted._replace(quantity=quantity)
        with arithmetic():
            amount = case.list().amount(again)
        found = case.priced(again)
        assert (found and found[1]) == amount


@law(100, case=CASES, wanted=WANTED)
def test_what_is_asked_in_base_units_costs_what_a_case_of_them_costs(case: Case, wanted: Wanted) -> None:
    """Where no line speaks of a unit, and nothing is rounded on the way."""
    bare = [line for line in case.item.prices if not line.uom]
    plain = Case(
        item(list_price="3", prices=bare), case.customer, account(case.customer).card, world(case.rules)
    )
    asked = wanted._replace(currency="GBP", variant="")
    in_base = asked._replace(quantity=asked.quantity * asked.factor, uom="EA", factor=Decimal(1))
    one, other = plain.priced(asked), plain.priced(in_base)
    assert (one and one[1]) == (other and other[1])
