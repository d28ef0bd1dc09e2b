"""The laws of the decision: never oversold, never over the limit, the same bytes from the same facts, in any order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
from hypothesis import strategies as st

from promise import shops as some
from promise.laws import law
from promise.making import after, answer, decided
from promise.naive_credit import NOTHING
from promise.naive_sourcing import oversold
from promise.shops import SHOPS, Shop, moments, requests
from promise.thawing import archived, thawed
from sayso.promise.asking import Request
from sayso.promise.decision import Decision, decide
from sayso.promise.facts import AccountFacts, Facts, ItemFacts, Take
from sayso.promise.reasons import KINDS
from sayso.promise.world import World

RANK = {"firm": 0, "conditional": 1, "refused": 2, "approved": 0, "refer": 1}
ORDERS = st.lists(st.tuples(requests("C", "S", "S", "N"), moments, st.booleans()), min_size=2, max_size=6)


@law(150, shop=SHOPS, orders=ORDERS)
def test_law_1_nothing_is_sold_twice(shop: Shop, orders: list[tuple[Request, datetime, bool]]) -> None:
    """Whoever asks, however often, from wherever it comes: but for what is said to be on backorder."""
    here, held = shop.facts, list[Take]()
    rules = here.world.policy
    for place, (request, now, _) in enumerate(orders):
        decision = decided(request, here, now, number=f"prm_{place}")
        assert not oversold(shop.cards, held, decision.takes, rules)
        if decision.held:
            here = after(here, decision)
            held.extend(decision.takes)
    assert not oversold(shop.cards, [], held, rules)


@law(150, shop=SHOPS, orders=ORDERS)
def test_law_2_exposure_stays_within_the_limit_unless_a_named_person_lets_it(
    shop: Shop, orders: list[tuple[Request, datetime, bool]]
) -> None:
    here, limit = shop.facts, shop.books().limit()
    standing, promised = sum(shop.books().parts().values(), NOTHING), NOTHING
    for request, now, overridden in orders:
        decision = decided(request, here, now, by="Ann Lee" if overridden else "")
        exposure = standing + promised + decision.amount
        if decision.held:
            assert overridden or limit is None or exposure <= limit
            here, promised = after(here, decision), promised + decision.amount
        credit = answer(decision)["credit"]
        if credit:
            assert Decimal(credit["exposure"]) == exposure
            assert (
                Decimal(credit["parts"]["promises"]) + Decimal(credit["parts"]["this"]) == exposure - standing
            )


@law(
    150,
    shop=SHOPS,
    request=requests(),
    now=moments,
    hold=st.sampled_from([0, 900]),
    by=st.sampled_from(["", "Ann Lee"]),
)
def test_law_7_a_recorded_decision_made_again_gives_the_same_bytes(
    shop: Shop, request: Request, now: datetime, hold: int, by: str
) -> None:
    made = decided(request, shop.facts, now, hold, by)
    question, facts = thawed(made.evidence, archived(shop.facts))
    again = decide(question, facts)
    assert again.body == made.body
    assert again.evidence == made.evidence
    assert (again.takes, again.amount, again.held, again.expires) == (
        made.takes,
        made.amount,
        made.held,
        made.expires,
    )


@law(100, shop=SHOPS, first=requests("C"), second=requests("S"), now=moments)
def test_law_7_also_after_others_have_taken(
    shop: Shop, first: Request, second: Request, now: datetime
) -> None:
    here = after(shop.facts, decided(first, shop.facts, now))
    made = decided(second, here, now)
    question, facts = thawed(made.evidence, archived(here))
    assert decide(question, facts).body == made.body


@law(150, shop=SHOPS, request=requests(), now=moments)
def test_the_same_question_gets_the_same_answer_whatever_was_asked_before(
    shop: Shop, request: Request, now: datetime
) -> None:
    """What is remembered between decisions (curves, routes, prices, sums) is never seen in one."""
    fresh = _anew(shop.facts)
    for other in (request, request):
        decided(other, shop.facts, now, number="prm_0")
    assert decided(request, shop.facts, now) == decided(request, fresh, now)


@law(150, shop=SHOPS, request=requests(), now=moments, seed=st.integers(0, 99))
def test_the_order_in_which_facts_are_told_does_not_matter(
    shop: Shop, request: Request, now: datetime, seed: int
) -> None:
    """Only the address of the evidence knows of it."""
    shuffled = _shuffled(shop.facts, Random(seed))
    one, other = (answer(decided(request, facts, now)) for facts in (shop.facts, shuffled))
    for told in (one, other):
        del told["evidence"]["facts"]
    assert one == other


@law(200, shop=SHOPS, request=requests(), now=moments, hold=st.sampled_from([0, 900]))
def test_the_whole_is_its_worst_part_and_is_held_only_as_allowed(
    shop: Shop, request: Request, now: datetime, hold: int
) -> None:
    found = decided(request, shop.facts, now, hold)
    told = answer(found)
    lines = [line["verdict"] for line in told["lines"]]
    credit = told["credit"]["verdict"] if told["credit"] else "refused"
    assert RANK[told["verdict"]] == max(RANK[one] for one in (*lines, credit))
    assert (told["credit"] is None) == (request.customer == "N")
    over = bool(told["credit"]) and "over_limit" in [one["code"] for one in told["credit"]["reasons"]]
    may = told["verdict"] == "firm" or (told["verdict"] == "conditional" and request.accept_conditional)
    assert told["held"] == found.held == bool(hold and may and not over)


@law(150, shop=SHOPS, request=requests(), now=moments)
def test_reasons_stand_in_the_order_of_precedence_and_know_whether_waiting_helps(
    shop: Shop, request: Request, now: datetime
) -> None:
    told, order = answer(decided(request, shop.facts, now)), list(KINDS)
    credit = told["credit"]["reasons"] if told["credit"] else []
    for reasons in (told["reasons"], credit, *(line["reasons"] for line in told["lines"])):
        places = [order.index(one["code"]) for one in reasons]
        assert places == sorted(places)
        assert all(one["waiting_helps"] == KINDS[one["code"]].waiting_helps for one in reasons)
    for line in told["lines"]:
        assert (line["verdict"] == "firm") == (not line["reasons"])


def _fresh(card: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(card), type=type(card))


def _anew(facts: Facts) -> Facts:
    """The same facts, of which nothing is remembered."""
    here, owes = facts.world, facts.account
    items = {
        name: ItemFacts(_fresh(one.card), one.digest, one.taken, here.policy)
        for name, one in facts.items.items()
    }
    account = owes and AccountFacts(_fresh(owes.card), owes.digest, owes.promised)
    return Facts(World(_fresh(here.card), here.digest, here.policy), account, items)


def _shuffled(facts: Facts, chance: Random) -> Facts:
    """The same facts, told in another order."""

    def mixed(card: Any) -> Any:
        columns = {}
        for name in card.__struct_fields__:
            value = getattr(card, name)
            if isinstance(value, tuple | dict):
                listed = list(value.items() if isinstance(value, dict) else value)
                chance.shuffle(listed)
                columns[name] = dict(listed) if isinstance(value, dict) else tuple(listed)
        return msgspec.structs.replace(card, **columns)

    here, owes = facts.world, facts.account
    names = sorted(facts.items, key=lambda _: chance.random())
    items = {
        name: ItemFacts(mixed(one.card), one.digest, one.taken, here.policy)
        for name, one in ((name, facts.items[name]) for name in names)
    }
    account = owes and AccountFacts(mixed(owes.card), owes.digest, owes.promised)
    return Facts(World(mixed(here.card), here.digest, here.policy), account, items)


def test_the_shop_that_laws_are_tried_on_has_everything_in_it() -> None:
    """A law over worlds in which nothing happens would hold for nothing."""
    seen: set[str] = set()

    @law(300, shop=SHOPS, request=requests(), now=moments)
    def look(shop: Shop, request: Request, now: datetime) -> None:
        found: Decision = decided(request, shop.facts, now)
        told = answer(found)
        seen.update(part["state"] for line in told["lines"] for part in line["parts"])
        seen.update("substituted" for line in told["lines"] for part in line["parts"] if "item" in part)
        seen.update("leaning" for line in told["lines"] for part in line["parts"] if part["leans_on"])
        seen.update(one["code"] for line in told["lines"] for one in line["reasons"])
        seen.update(one["code"] for one in (told["credit"] or told)["reasons"])
        seen.update("drawn" for one in found.takes if one.allocation)
        seen.update("held" for _ in [0] if found.held)
        seen.update(f"{len({part['site'] for part in line['parts']})} sites" for line in told["lines"])

    look.quick()
    assert seen >= {
        "in_stock", "inbound", "backorder", "substituted", "leaning", "drawn", "held", "2 sites", "unknown_item",
        "unknown_customer", "customer_held", "region_forbidden", "discontinued", "overdue", "over_limit", "stock_short",
        "late", "no_date",
    }  # fmt: skip
    assert some.KIT.kit
