"""What a line costs, by looking at every price there is: one after another, nothing remembered, no ladder."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sayso.promise.cards import AccountCard, Customer, ItemCard, PriceLine, WorldCard
from sayso.promise.policy import Policy
from sayso.promise.price import Wanted

HUNDRED = Decimal(100)


class Offer(NamedTuple):
    """One price that fits: where it stands among the others, and what a unit costs by it."""

    rank: tuple[object, ...]
    unit: Decimal
    discount: Decimal

    @property
    def net(self) -> Decimal:
        """What a unit costs after the discount."""
        return self.unit * (HUNDRED - self.discount) / HUNDRED


class PriceList:
    """All prices that there are for one buyer and one item."""

    def __init__(
        self, item: ItemCard, customer: Customer, account: AccountCard, card: WorldCard, policy: Policy
    ) -> None:
        self.item, self.customer, self.card, self.policy = item, customer, card, policy
        own = [
            line for name in {customer.customer, customer.bill_to} for line in account.prices.get(name, ())
        ]
        self.lines = [line for line in (*item.prices, *card.prices, *own) if self.concerns(line)]

    def concerns(self, line: PriceLine) -> bool:
        """Whether a line is for this item and for this buyer."""
        buyer = {
            "customer": {self.customer.customer, self.customer.bill_to} - {""},
            "price_group": {self.customer.price_group},
            "discount_group": {self.customer.discount_group},
            "campaign": set(self.customer.campaigns),
            "all": {line.source},
        }[line.source_type]
        group = self.item.discount_group
        aims = {"item": self.item.item, "discount_group": group or None, "all": line.target}[line.target_type]
        return line.source in buyer and line.target == aims

    def fits(self, line: PriceLine, wanted: Wanted) -> bool:
        """Unit, currency, variant, country, day and quantity."""
        if line.uom and line.uom != self.item.uom and line.uom != wanted.uom:
            return False
        counted_in_base = line.uom in ("", self.item.uom)
        reached = wanted.quantity * wanted.factor if counted_in_base else wanted.quantity
        given = [
            (line.currency, wanted.currency),
            (line.variant, wanted.variant),
            (line.country, wanted.country),
        ]
        return (
            all(one in ("", asked) for one, asked in given)
            and not (line.starts and wanted.day < line.starts)
            and not (line.ends and wanted.day > line.ends)
            and reached >= line.min_quantity
        )

    def offers(self, wanted: Wanted) -> list[Offer]:
        """Every price that fits, the best first."""
        fitting = [line for line in self.lines if self.fits(line, wanted)]
        discounts = [
            line.discount_percent
            for line in fitting
            if line.line_type == "discount" and line.discount_percent
        ]
        general = max(discounts, default=Decimal(0))
        found = []
        for line in fitting:
            if line.line_type == "price" and line.price is not None:
                each = line.price * (wanted.factor if line.uom in ("", self.item.uom) else 1)
                each = each * (HUNDRED + line.margin_percent) / HUNDRED if line.margin_percent else each
                discount = line.discount_percent or (general if line.allow_discount else Decimal(0))
                self._offer(found, line, each, line.currency, discount, wanted)
        if self.item.list_price is not None:
            each = self.item.list_price * wanted.factor
            self._offer(found, None, each, self.item.currency, general, wanted)
        return sorted(found, key=lambda offer: offer.rank)

    def amount(self, wanted: Wanted) -> Decimal | None:
        """What the line costs."""
        offers = self.offers(wanted)
        if not offers:
            return None
        places = {"JPY": 0, "BHD": 3}.get(wanted.currency, 2)
        return (offers[0].net * wanted.quantity).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)

    def _offer(
        self,
        found: list[Offer],
        line: PriceLine | None,
        each: Decimal,
        currency: str,
        discount: Decimal,
        wanted: Wanted,
    ) -> None:
        unit = self._converted(each, currency or self.policy.company.currency, wanted)
        if unit is not None:
            offer = Offer((), unit, discount)
            found.append(offer._replace(rank=self._rank(line, offer)))

    def _rank(self, line: PriceLine | None, offer: Offer) -> tuple[object, ...]:
        order = list(self.policy.price.order)
        if line is None:
            return (len(order) + 1,)
        source = order.index(line.source_type) if line.source_type in order else len(order)
        particular = [line.variant == "", line.currency == "", line.country == ""]
        money = [offer.net, -line.min_quantity]
        if self.policy.price.among_equals == "largest_break":
            money.reverse()
        latest = -line.starts.toordinal() if line.starts else 0
        return (source, *particular, -line.priority, *money, latest, offer.unit)

    def _converted(self, each: Decimal, currency: str, wanted: Wanted) -> Decimal | None:
        if currency != wanted.currency:
            direct, inverse = (self._rate(*pair, wanted) for pair in self._pairs(currency, wanted.currency))
            if direct is None and inverse is None:
                return None
            each = each * direct if direct is not None else each * (1 / inverse)
        steps = {one.currency: one.price_precision for one in self.card.currencies}
        step = steps.get(wanted.currency)
        if step:
            return (each / step).quantize(Decimal(1), ROUND_HALF_UP) * step
        if currency == wanted.currency:
            return each
        places = {"JPY": 0, "BHD": 3}.get(wanted.currency, 2) + 2
        return each.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)

    @staticmethod
    def _pairs(one: str, other: str) -> list[tuple[str, str]]:
        return [(one, other), (other, one)]

    def _rate(self, currency: str, to: str, wanted: Wanted) -> Decimal | None:
        found = [
            (one.starts is not None and one.starts.toordinal(), one.rate)
            for one in self.card.rates
            if (one.currency, one.to) == (currency, to) and (one.starts is None or one.starts <= wanted.day)
        ]
        return max(found)[1] if found else None
