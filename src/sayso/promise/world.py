"""The world card with what follows from it, worked out once: routes, rules, rates and places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sayso.promise.calendars import Calendar, Route
from sayso.promise.cards import Customer, Duty, ItemCard, Lane, PriceLine, Rule, Site, Tax, WorldCard
from sayso.promise.policy import Policy

#: ISO 4217 minor units that are not two.
_MINOR = {
    **dict.fromkeys(
        (
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
            "XOF", "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    "CLF": 4,
    "UYW": 4,
}  # fmt: skip


class World:
    """A world card and its policy, indexed. Holds nothing that does not follow from the two."""

    def __init__(self, card: WorldCard, digest: str, policy: Policy) -> None:
        self.card = card
        self.digest = digest
        self.policy = policy
        self.mark = f"{digest} {policy.hash}"
        #: Whether prices are asked for who is invoiced instead of who buys.
        self.payer_prices = policy.price.buyer == "bill_to"
        self.sites = {site.site: site for site in card.sites}
        self._decimals = {one.currency: one.decimals for one in card.currencies if one.decimals is not None}
        self._precision = {
            one.currency: one.price_precision for one in card.currencies if one.price_precision is not None
        }
        self._prices: dict[tuple[str, str], tuple[PriceLine, ...]] = {}
        for line in card.prices:
            place = (line.target_type, line.target)
            self._prices[place] = (*self._prices.get(place, ()), line)
        self._rules: dict[tuple[str, ...], tuple[Rule, ...]] = {}
        self._taxes: dict[tuple[str, str, str], Decimal | None] = {}
        self._calendars: dict[str, Calendar] = {}
        self._routes: dict[tuple[object, ...], list[Route]] = {}
        self._lanes: dict[tuple[str, str], list[tuple[Site, Lane]]] = {}
        self.groups = {(one.group, one.company): one.credit_limit for one in card.credit_groups}

    def routes(self, country: str, region: str, customer: Customer | None, now: datetime) -> Sequence[Route]:
        """The sites that ship to a destination, the best first: earliest arrival, then cheapest, then by name."""
        transit = customer.shipping_days if customer else None
        calendar = customer.calendar if customer else ""
        minute = now.replace(second=0, microsecond=0)
        key = (country, region, transit, calendar, minute)
        known = self._routes.get(key)
        if known is None:
            if len(self._routes) > 4096:
                self._routes.clear()
            receives = self.calendar(calendar)
            known = [
                Route(
                    site, lane, self.calendar(site.calendar), receives,
                    lane.transit_days if transit is None else transit, minute, self.policy,
                )
                for site, lane in self.lanes(country, region)
            ]  # fmt: skip
            known.sort(key=lambda route: route.rank)
            self._routes[key] = known
        return known

    def every_route(self, now: datetime) -> Sequence[Route]:
        """All sites, where the destination is not known: what could leave each, arriving the day it leaves."""
        return [
            Route(site, Lane(site.site), self.calendar(site.calendar), self.calendar(""), 0, now, self.policy)
            for site in self.card.sites
        ]

    def calendar(self, name: str) -> Calendar:
        """The calendar of this name. A blank one works every day; a named one rests at the policy's weekend."""
        known = self._calendars.get(name)
        if known is None:
            exceptions, rest = (
                (self.card.calendars.get(name, {}), self.policy.dates.weekend) if name else ({}, ())
            )
            known = self._calendars[name] = Calendar(exceptions, rest)
        return known

    def lanes(self, country: str, region: str) -> list[tuple[Site, Lane]]:
        """Each site that ships there with its most particular lane."""
        known = self._lanes.get((country, region))
        if known is None:
            if len(self._lanes) > 4096:
                self._lanes.clear()
            found = ((site, self._lane(site, country, region)) for site in self.card.sites)
            known = self._lanes[country, region] = [(site, lane) for site, lane in found if lane is not None]
        return known

    def _lane(self, site: Site, country: str, region: str) -> Lane | None:
        own = [lane for lane in self.card.lanes if lane.site == site.site]
        if not own:
            rule = self.policy.sourcing.undeclared_lanes
            serves = rule == "anywhere" or (rule == "own_country" and site.country in ("", country))
            return Lane(site.site) if serves else None
        fitting = [lane for lane in own if lane.country in ("", country) and lane.region in ("", region)]
        return min(
            fitting,
            key=lambda lane: (-_weight(lane.country, lane.region), lane.transit_days, lane.cost),
            default=None,
        )

    def rules(self, item: ItemCard, country: str, region: str) -> tuple[Rule, ...]:
        """The rules that speak of an item at a destination."""
        if not self.card.rules:
            return ()
        key = (item.item, item.category, item.hazard, country, region)
        known = self._rules.get(key)
        if known is None:
            if len(self._rules) > 65536:
                self._rules.clear()
            known = self._rules[key] = tuple(
                rule
                for rule in sorted(self.card.rules, key=lambda rule: rule.rule)
                if rule.item in ("", item.item)
                and rule.category in ("", item.category)
                and rule.hazard in ("", item.hazard)
                and rule.country in ("", country)
                and rule.region in ("", region)
            )
        return known

    def prices(self, target_type: str, target: str) -> tuple[PriceLine, ...]:
        """The price lines that are aimed at a discount group, or at everything."""
        return self._prices.get((target_type, target), ())

    def tax_rate(self, country: str, region: str, category: str) -> Decimal | None:
        """The tax rate in percent of the most particular row; None when none is known."""
        key = (country, region, category)
        if key not in self._taxes:
            if len(self._taxes) > 65536:
                self._taxes.clear()
            fitting = [
                tax for tax in self.card.taxes
                if tax.country in ("", country) and tax.region in ("", region) and tax.category in ("", category)
            ]  # fmt: skip
            best = max(fitting, key=_tax_weight, default=None)
            self._taxes[key] = best.rate if best else None
        return self._taxes[key]

    def duty_rate(self, country: str, hs_code: str, origin: str) -> Decimal | None:
        """The duty rate in percent of the most particular row (the longest HS prefix); None when none is known."""
        fitting = [
            duty for duty in self.card.duties
            if duty.country in ("", country) and duty.origin in ("", origin) and hs_code.startswith(duty.hs_code)
        ]  # fmt: skip
        best = max(fitting, key=_duty_weight, default=None)
        return best.rate if best else None

    def places(self, currency: str) -> int:
        """Decimal places of an amount: as the currencies say, else ISO 4217's minor unit."""
        known = self._decimals.get(currency)
        return _MINOR.get(currency, 2) if known is None else known

    def precision(self, currency: str) -> Decimal | None:
        """The step that unit prices are rounded to; None when they are not rounded."""
        return self._precision.get(currency)

    def rate(self, currency: str, to: str, day: date) -> Decimal | None:
        """What one unit of a currency is worth in another on a day, directly or by the inverse; None if not known."""
        if currency == to:
            return Decimal(1)
        direct = self._latest(currency, to, day)
        if direct is not None:
            return direct
        inverse = self._latest(to, currency, day)
        return 1 / inverse if inverse else None

    def _latest(self, currency: str, to: str, day: date) -> Decimal | None:
        fitting = [
            one for one in self.card.rates
            if one.currency == currency and one.to == to and (one.starts is None or one.starts <= day)
        ]  # fmt: skip
        best = max(fitting, key=lambda one: one.starts or date.min, default=None)
        return best.rate if best else None


def _weight(country: str, region: str) -> int:
    return 2 * bool(country) + bool(region)


def _tax_weight(tax: Tax) -> tuple[bool, bool, bool]:
    return bool(tax.country), bool(tax.region), bool(tax.category)


def _duty_weight(duty: Duty) -> tuple[bool, int, bool]:
    return bool(duty.country), len(duty.hs_code), bool(duty.origin)
