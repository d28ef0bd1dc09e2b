"""One order: what the storefront said to each of its lines, held against the ERP's answer and the company's own.

Asks the one judgement under both policies; what differs becomes spots, each with its cause and its money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sayso.audit.engine.answers import NUMBER, Asked, Heard, asked, heard, off, off_by, request, sometime
from sayso.audit.engine.causes import Share, shares
from sayso.audit.engine.causes_missed import missed
from sayso.audit.engine.causes_put import Beliefs, Matter, reduced
from sayso.audit.engine.causes_told import arithmetic, sentence, shown_texts, site
from sayso.audit.engine.findings import ZERO, Contradiction, Terms
from sayso.audit.engine.journal import Placed
from sayso.audit.engine.outcomes import kept, of_line, priced
from sayso.audit.engine.rules_tried import (
    NOTHING,
    REFRESHED,
    Held,
    Verdict,
    held,
    losing,
    mending,
    refreshed_at,
    winning,
)
from sayso.audit.engine.standing import Standing
from sayso.audit.engine.tally import Found, Tally
from sayso.audit.shapes import Direction, Outcome, ShopLine, Spot
from sayso.canon.decimals import rounded
from sayso.promise.asking import Question, Request
from sayso.promise.cards import Customer
from sayso.promise.decision import Plain, plainly
from sayso.promise.facts import Facts
from sayso.promise.policy import Policy
from sayso.promise.price import Priced

_MOST_HELD = 50_000
_NONE: frozenset[str] = frozenset()
_MENDED: frozenset[str] = frozenset({"ask_policy"})


class Sides(NamedTuple):
    """Under which policies orders are judged; `own` is None where it is the ERP's."""

    erp: Policy
    own: Policy | None
    terms: Terms


class _Line(NamedTuple):
    """A line that the storefront took, as it was asked about; `why` are the codes of what speaks against it."""

    placed: Placed
    about: Asked
    place: int
    question: Request
    facts: Facts
    currency: str
    why: tuple[str, ...]


class Bench:
    """Goes through orders one after another, and counts."""

    def __init__(self, standing: Standing, sides: Sides, tally: Tally) -> None:
        self.standing, self.sides, self.tally = standing, sides, tally
        self._held: dict[tuple[str, str, tuple[str, ...]], Held] = {}
        self._fed_at: tuple[datetime, datetime] | None = None
        self._sites: tuple[Request | None, tuple[str, ...]] = (None, ())

    def judge(self, placed: Placed) -> list[Found]:
        """Judge an order as the facts stand, its own rows aside, and count what was found."""
        with self.standing.without_own(placed.order.order, placed.outcomes):
            return self._judge(placed)

    def next_day(self) -> None:
        """Another day begins."""
        self.standing.next_day()

    def _judge(self, placed: Placed) -> list[Found]:
        order, tally = placed.order, self.tally
        customer = self._customer(order.customer)
        yes = [line for line in order.lines if line.answer == "yes"]
        no = [line for line in order.lines if line.answer == "no"]
        tally.orders += 1
        tally.lines += len(order.lines)
        found: list[Found] = []
        lost: list[tuple[frozenset[str], Decimal]] = []
        if yes:
            self._taken(placed, asked(order, yes, (), self.standing, customer), found, lost)
        if no:
            self._turned_away(placed, asked(order, yes, no, self.standing, customer), found)
        if found or lost:
            tally.of_an_order(order, found, lost)
        return found

    def _customer(self, name: str) -> Customer:
        return self.standing.books.account(name).customers.get(name) or Customer(name)

    def _asked(self, about: Asked, policy: Policy) -> tuple[Heard, Facts]:
        question = request(about, self.sides.terms)
        facts = self.standing.facts(question, policy)
        return heard(about, question, facts, self.sides.terms), facts

    def _taken(
        self, placed: Placed, about: Asked, found: list[Found], lost: list[tuple[frozenset[str], Decimal]]
    ) -> None:
        """The lines that the storefront took: would the ERP keep them, at that price? would the company?"""
        question = request(about, self.sides.terms)
        facts = self.standing.facts(question, self.sides.erp)
        self.tally.taken.orders += 1
        prices = self._plain(about, question, facts)
        if prices is not None:
            places = facts.world.places(prices[0].currency)
            for place, price in enumerate(prices):
                line = _Line(placed, about, place, question, facts, price.currency, ())
                self._fine(line, _worth(about, place, price.amount, places), lost)
            return
        said = heard(about, question, facts, self.sides.terms)
        own = self._asked(about, self.sides.own) if self.sides.own is not None and any(said.kept) else None
        currency, why = said.answer.totals.currency, _why(said)
        common: dict[Beliefs, Heard] = {}
        of_own: dict[Beliefs, Heard] = {}
        places = facts.world.places(currency)
        for place, answer in enumerate(said.answer.lines):
            amount = Decimal(answer.price.amount) if answer.price else ZERO
            worth, wrong = _worth(about, place, amount, places), off(about, place, answer, places)
            line = _Line(placed, about, place, question, facts, currency, why[place])
            if said.kept[place] and not wrong and (own is None or own[0].kept[place]):
                self._fine(line, worth, lost)
                continue
            self._counted(line, worth, said.kept[place])
            if not said.kept[place] or wrong:
                matter = Matter(about, place, said, facts, self.sides.terms, worth, wrong, {}, common)
                found.append(self._bad(placed, matter, "yes_no", places))
            elif own is not None:
                matter = Matter(about, place, *own, self.sides.terms, worth, ZERO, {}, of_own)
                found.append(self._bad(placed, matter, "yes_policy_no", places))

    def _plain(self, about: Asked, question: Request, facts: Facts) -> list[Priced] | None:
        """The prices of an order to which nobody has anything to say; None where something has to be looked at."""
        asked_for = Question(NUMBER, question, about.order.placed)
        plain = plainly(asked_for, facts)
        if plain is None or not _at_once(about, question, plain):
            return None
        if self.sides.own is not None:
            own = plainly(asked_for, self.standing.facts(question, self.sides.own))
            if own is None or not _at_once(about, question, own):
                return None
        for place, one in enumerate(plain):
            price, places = one.price, facts.world.places(one.price.currency)
            quantity = about.lines[place].quantity
            if off_by(about.shown[place], quantity, price.unit, price.amount, price.discount_percent, places):
                return None
        return [one.price for one in plain]

    def _fine(self, line: _Line, worth: Decimal, lost: list[tuple[frozenset[str], Decimal]]) -> None:
        """A line that storefront, ERP and company agree on; which rules would have turned it away?"""
        money = self._counted(line, worth, True)
        if names := self._would_lose(line):
            lost.append((names, money))

    def _counted(self, line: _Line, worth: Decimal, judged: bool) -> Decimal:
        """Count a line that the storefront took; its money."""
        money = worth
        if line.currency != self.sides.erp.company.currency:
            money = self._in_company(worth, line.currency, line.facts, line.about.order.placed.date())
        taken = self.tally.taken
        taken.lines += 1
        taken.money += money
        if line.placed.outcomes:
            self._agreed(line, judged)
        else:
            self.tally.agreed["unknown"] += 1
        return money

    def _turned_away(self, placed: Placed, about: Asked, found: list[Found]) -> None:
        """The lines that the storefront did not take: would the ERP have sold them, and the company wanted to?"""
        said, facts = self._asked(about, self.sides.erp)
        own = self._asked(about, self.sides.own)[0] if self.sides.own is not None else said
        places = facts.world.places(said.answer.totals.currency)
        self.tally.turned_away.orders += 1
        for place in range(about.nos, len(about.lines)):
            price = said.answer.lines[place].price
            worth = _worth(about, place, Decimal(price.amount) if price else ZERO, places)
            money = self._in_company(worth, said.answer.totals.currency, facts, placed.order.placed.date())
            self.tally.turned_away.lines += 1
            self.tally.turned_away.money += money
            if not said.kept[place] or not own.kept[place]:
                continue
            matter = Matter(about, place, said, facts, self.sides.terms, worth, ZERO, {}, {})
            cause = missed(reduced(matter))
            spot = self._spot(placed, matter, "no_yes", Share(cause, worth), None)
            self.tally.sells["missed"] += spot.money
            found.append(Found((spot,), spot.money, NOTHING, winning(cause)))

    def _bad(self, placed: Placed, matter: Matter, direction: Direction, places: int) -> Found:
        line = matter.about.lines[matter.place]
        outcome = of_line(placed.outcomes, line.line)
        causes = shares(reduced(matter), places)
        confirmed = _confirmed(matter, direction, outcome)
        spots = tuple(self._spot(placed, matter, direction, share, confirmed) for share in causes)
        money = sum((spot.money for spot in spots), ZERO)
        if direction == "yes_policy_no":
            return Found(spots, money, Verdict(_MENDED, frozenset()))
        self._sells(matter, money)
        names = [share.cause for share in causes]
        figures: Held | None = None
        counted: Mapping[int, Decimal] = {}
        if not matter.heard.fine[matter.place] and line.item in matter.facts.items:
            figures = self._figures(matter.about, matter.place, matter.heard.request, matter.facts)
            counted = self._fed(matter.about, line, matter.facts, figures)
        return Found(spots, money, mending(matter, names, figures, counted, outcome))

    def _spot(
        self, placed: Placed, matter: Matter, direction: Direction, share: Share, confirmed: bool | None
    ) -> Spot:
        order, line = placed.order, matter.about.lines[matter.place]
        return Spot(
            direction, share.cause, order.order, line.line, order.placed, order.customer, line.item,
            site(matter), order.channel, line.quantity,
            self._in_company(
                share.money, matter.heard.answer.totals.currency, matter.facts, order.placed.date()
            ), self.sides.erp.company.currency,
            shown_texts(matter), arithmetic(matter, share.cause), sentence(matter, direction, share.cause),
            confirmed,
        )  # fmt: skip

    def _in_company(self, amount: Decimal, currency: str, facts: Facts, day: date) -> Decimal:
        """An amount in the company's currency; as it stands, and counted, where no rate is known."""
        company = facts.world.policy.company.currency
        if currency == company or not amount:
            return amount
        rate = facts.world.rate(currency, company, day)
        if rate is None:
            self.tally.unrated[currency] = self.tally.unrated.get(currency, 0) + 1
            return amount
        return rounded(amount * rate, facts.world.places(company))

    def _sells(self, matter: Matter, money: Decimal) -> None:
        """What of a line that would not be kept could be sold all the same."""
        place, sells = matter.place, self.tally.sells
        line = matter.heard.answer.lines[place]
        if matter.heard.kept[place]:
            sells["at_once"] += money
        elif matter.heard.fine[place]:
            sells["on_better_terms"] += money
        else:
            asked_for = matter.about.lines[place].quantity
            at_once = sum((Decimal(part.quantity) for part in line.parts if part.state == "in_stock"), ZERO)
            dated = sum((Decimal(part.quantity) for part in line.parts if part.deliver_by), ZERO)
            places = matter.facts.world.places(self.sides.erp.company.currency)
            first = rounded(money * min(at_once, asked_for) / asked_for, places)
            by_date = rounded(money * min(dated, asked_for) / asked_for, places)
            sells["at_once"] += first
            sells["later"] += max(by_date - first, ZERO)
            sells["never"] += money - max(by_date, first)

    def _agreed(self, line: _Line, judged: bool) -> None:
        order, number = line.about.order, line.about.lines[line.place].line
        outcome = of_line(line.placed.outcomes, number)
        example = Contradiction(
            order.order, number, "yes" if judged else "no", outcome.outcome if outcome else "",
            outcome.reason if outcome else "", ", ".join(line.why) or "nothing speaks against it",
        )  # fmt: skip
        done = kept(line.about, line.place, outcome)
        self.tally.judged(judged, done, example, (order.placed, order.order, number))

    def _would_lose(self, line: _Line) -> frozenset[str]:
        """Rules that would turn away a line that is kept; only where the storefront's own figure is known."""
        told, seen = line.about.lines[line.place], line.about.shown[line.place]
        if seen.available_base is None or told.shown_date is not None or told.need_by is not None:
            return _NONE
        spare = seen.available_base - seen.asked_base
        if spare < 0:
            return _NONE
        figures = self._figures(line.about, line.place, line.question, line.facts)
        changed = self.standing.has_changed(told.item, self._last_fed(line.about.order.placed))
        if not changed and spare >= figures.claims + figures.safety:
            return _NONE
        return losing(seen, figures, self._fed(line.about, told, line.facts, figures) if changed else {})

    def _last_fed(self, placed: datetime) -> datetime:
        """When the slowest of the feeds that are tried was last sent."""
        if self._fed_at is None or self._fed_at[0] != placed:
            self._fed_at = (placed, refreshed_at(placed, max(REFRESHED)))
        return self._fed_at[1]

    def _figures(self, about: Asked, place: int, question: Request, facts: Facts) -> Held:
        """What the sites that ship hold of a line's item."""
        line, order = about.lines[place], about.order
        if self._sites[0] is not question:
            to, account = question.ship_to, facts.account
            known = account.card.customers.get(order.customer) if account else None
            routes = facts.world.routes(to.country, to.region, known, order.placed)
            self._sites = (question, tuple(route.site for route in routes))
        key = (facts.items[line.item].digest, line.variant, self._sites[1])
        figures = self._held.get(key)
        if figures is None:
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            figures = self._held[key] = held(facts.items[line.item].card, line.variant, self._sites[1])
        return figures

    def _fed(self, about: Asked, line: ShopLine, facts: Facts, figures: Held) -> Mapping[int, Decimal]:
        """What a feed of so many hours would have counted at the sites that ship; `figures` are theirs."""
        counted = dict.fromkeys(REFRESHED, figures.on_hand)
        now = {(one.site, one.variant): one.on_hand for one in facts.items[line.item].card.stock}
        for hours in REFRESHED:
            before = self.standing.on_hand_until(line.item, refreshed_at(about.order.placed, hours))
            for (name, variant), count in before.items():
                if name in self._sites[1] and variant == line.variant:
                    counted[hours] += count - now.get((name, variant), ZERO)
        return counted


def _worth(about: Asked, place: int, amount: Decimal, places: int) -> Decimal:
    """The amount of a line: what the storefront said, else its price, else the judgement's."""
    seen = about.shown[place]
    if seen.amount is not None:
        return rounded(seen.amount, places)
    if seen.unit is not None:
        return rounded(seen.unit * about.lines[place].quantity, places)
    return amount


def _at_once(about: Asked, question: Request, plain: Sequence[Plain]) -> bool:
    """Whether what is firm is also had as it was promised: at once, where no day was named."""
    return all(
        one.at_once or question.lines[place].need_by is not None or sometime(about, place)
        for place, one in enumerate(plain)
    )


def _why(said: Heard) -> list[tuple[str, ...]]:
    """The codes of what speaks against each line."""
    credit = said.answer.credit.reasons if said.answer.credit else ()
    return [
        tuple(one.code for one in (*line.reasons, *credit, *said.answer.reasons))
        for line in said.answer.lines
    ]


def _confirmed(matter: Matter, direction: Direction, outcome: Outcome | None) -> bool | None:
    """Whether the ERP's outcome says the same as the judgement."""
    if direction == "yes_no" and matter.heard.kept[matter.place]:
        price = matter.heard.answer.lines[matter.place].price
        if price is None:
            return None
        net = Decimal(price.unit) * (100 - Decimal(price.discount_percent or 0)) / 100
        return priced(matter.about.shown[matter.place].unit, net, outcome)
    done = kept(matter.about, matter.place, outcome)
    if done is None:
        return None
    return done if direction == "yes_policy_no" else not done
