"""What the ERP would charge, with the whole of its arithmetic: the candidates, the winner, and why each loser lost."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import arithmetic, plain
from sayso.promise.cards import ZERO, AccountCard, Customer, ItemCard, PriceLine
from sayso.promise.price import Candidate, Priced, Wanted, priced, rule_of
from sayso.promise.price_lines import buyer_of, fits, lines_of, misfit, per_base_unit, speaks_to
from sayso.promise.price_ranking import WORDS, in_order, standing
from sayso.promise.price_weighing import top_discount, weighed
from sayso.promise.world import World

_MISFITS = {
    "unit": "it is per {line.uom}",
    "currency": "it is in {line.currency}",
    "variant": "it is for variant {line.variant}",
    "country": "it is for {line.country}",
    "not yet": "it holds from {line.starts} on",
    "over": "it held until {line.ends}",
    "break": "it holds from {least} on",
    "most": "it holds up to {most}",
}


class Charge(NamedTuple):
    """What is charged: None where no price is known, or where the rules named in `conflict` stand beside each other."""

    priced: Priced | None
    conflict: tuple[str, ...]
    arithmetic: tuple[str, ...]


def charged(item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted) -> Charge:
    """The price of a quantity, which may be below 0 for a return; then so is the amount."""
    with arithmetic():
        return _charged(item, customer, account, world, wanted)


def _charged(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> Charge:
    rules = world.policy.price
    asked = wanted
    if wanted.quantity < 0 and rules.quantity_sign == "ignored":
        asked = wanted._replace(quantity=-wanted.quantity)
    found = priced(item, customer, account, world, asked)
    if found is not None and asked is not wanted:
        found = found._replace(amount=-found.amount)
    told = _Telling(item, customer, account, world, asked)
    return Charge(found, told.conflict, (*told.lines(), *_amount(found, world, wanted)))


def _amount(found: Priced | None, world: World, wanted: Wanted) -> Iterator[str]:
    if found is None:
        return
    less = f" less {plain(found.discount_percent)} %" if found.discount_percent else ""
    rule = world.policy.price.line_amount
    how = {"gross_less_discount": ", the discount rounded by itself", "rounded_net": ", each rounded"}.get(
        rule, ""
    )
    yield (
        f"amount: {plain(wanted.quantity)} x {plain(found.unit)}{less}{how if less else ''}"
        f" = {found.amount} {found.currency}"
    )


class _Telling:
    """A question about a price, and how it was answered, line by line."""

    def __init__(
        self, item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
    ) -> None:
        self.item, self.customer, self.world, self.wanted = item, customer, world, wanted
        self.rules = world.policy.price
        self.buyer = buyer_of(customer, account, self.rules)
        self.of_buyer = lines_of(item, self.buyer, account, world)
        self.found, self.winner, rivals = weighed(item, self.buyer, account, world, wanted)
        self.conflict = tuple(sorted(rule_of(one, item) for one in rivals))

    def lines(self) -> Iterator[str]:
        """The whole arithmetic up to the unit price."""
        yield self._asked()
        yield from self._discounts()
        if self.winner is not None:
            yield f"wins: {self._shown(self.winner)}"
        elif self.conflict:
            yield f"in conflict: {' | '.join(self.conflict)}; give one of them a priority"
        else:
            yield "no price fits"
        for one in in_order([one for one in self.found if one is not self.winner], self.world):
            yield f"loses: {self._shown(one)}{self._because(one)}"
        yield from self._unfit()

    def _asked(self) -> str:
        wanted, item = self.wanted, self.item
        asked = f"{plain(wanted.quantity)} {wanted.uom} of {item.item}"
        if wanted.factor != 1:
            asked += f", which is {plain(wanted.quantity * wanted.factor)} {item.uom}"
        variant = f", variant {wanted.variant}" if wanted.variant else ""
        whose = f", at the prices of {self.buyer.customer}" if self.buyer is not self.customer else ""
        return f"asked: {asked}{variant}, in {wanted.currency}, on {wanted.day}, for {self.customer.customer}{whose}"

    def _discounts(self) -> Iterator[str]:
        fitting = [
            line for line in self.of_buyer[1]
            if line.discount_percent and fits(line, self.item, self.wanted, self.rules)
        ]  # fmt: skip
        if fitting:
            taken = top_discount(self.of_buyer[1], self.item, self.world, self.wanted)
            shown = sorted(
                f"{self._named(line)} {plain(line.discount_percent or ZERO)} %" for line in fitting
            )
            yield f"discount: {plain(taken)} %, of {'; '.join(shown)}"

    def _shown(self, one: Candidate) -> str:
        less = f" less {plain(one.discount)} % = {plain(one.net)}" if one.discount else ""
        return (
            f"{rule_of(one, self.item)}: {plain(one.unit)}{less} {self.wanted.currency} per {self.wanted.uom}"
        )

    def _because(self, one: Candidate) -> str:
        """What decides against a loser."""
        if self.winner is None:
            return ""
        if one.base or one.line is None:
            return "; it is the base price" if self.winner.line is not None else ""
        if self.winner.line is None or self.winner.base:
            return ""
        if self.rules.conflicts == "refused":
            same = one.line.priority == self.winner.line.priority
            return "; the other is the more particular" if same else f"; {WORDS['priority']} decides"
        mine, its = standing(one.line, self.world), standing(self.winner.line, self.world)
        for name, own, other in zip(self.rules.particular, mine, its, strict=True):
            if own != other:
                return f"; {WORDS[name]} decides"
        if (
            self.rules.among_equals == "largest_break"
            and one.line.min_quantity != self.winner.line.min_quantity
        ):
            return "; the larger break decides"
        return "; the lower net price decides" if one.net != self.winner.net else "; the other stands first"

    def _unfit(self) -> Iterator[str]:
        speaking = {id(line) for some in self.of_buyer for line in some}
        told = []
        for line in {id(one): one for some in self.of_buyer for one in some}.values():
            why = misfit(line, self.item, self.wanted, self.rules)
            if why:
                told.append(f"does not fit: {self._named(line)}; {self._why(why, line)}")
        for line in self.item.prices:
            if id(line) not in speaking and not speaks_to(line, self.buyer, self.rules):
                told.append(f"is not for {self.buyer.customer}: {self._named(line)}")
        yield from sorted(told)

    def _why(self, why: str, line: PriceLine) -> str:
        unit = self.item.uom if per_base_unit(line, self.item, self.rules) else line.uom
        least, most = (
            f"{plain(quantity or Decimal(0))} {unit}".strip()
            for quantity in (line.min_quantity, line.max_quantity)
        )
        return _MISFITS[why].format(line=line, least=least, most=most)

    def _named(self, line: PriceLine) -> str:
        return rule_of(Candidate(line, ZERO, ZERO, ZERO), self.item)
