"""Whether an item may go to a destination, to this buyer; and what tax and duty it would indicatively bear."""

from __future__ import annotations

from decimal import Decimal

from sayso.promise.cards import ZERO, Customer, ItemCard
from sayso.promise.reasons import CONDITIONAL, FIRM, REFUSED, Reason, Verdict, reason, worst
from sayso.promise.world import World


def restricted(
    item: ItemCard, customer: Customer, world: World, country: str, region: str
) -> tuple[Verdict, list[Reason]]:
    """What the rules say: forbidden, a licence missing, held for a person's release, or nothing."""
    rules = world.rules(item, country, region)
    verdict, reasons = FIRM, []
    for rule in rules:
        facts = {"rule": rule.rule, "country": country}
        if rule.reason:
            facts["reason"] = rule.reason
        if rule.effect == "forbid":
            verdict = REFUSED
            reasons.append(reason("region_forbidden", **facts, effect="forbid"))
        elif rule.effect == "hold":
            verdict = worst(verdict, CONDITIONAL)
            reasons.append(reason("region_forbidden", **facts, effect="hold"))
        elif rule.effect == "require_licence" and rule.licence not in customer.licences:
            verdict = REFUSED
            reasons.append(reason("licence_missing", **facts, licence=rule.licence))
    return verdict, reasons


def tax_percent(
    item: ItemCard, customer: Customer, world: World, country: str, region: str
) -> Decimal | None:
    """The indicative tax rate in percent; zero for an exempt buyer; None where no rate is known: never a guess."""
    if customer.tax_exempt:
        return ZERO
    return world.tax_rate(country, region, item.category)


def duty_percent(item: ItemCard, world: World, country: str) -> Decimal | None:
    """The indicative duty rate in percent; None where none is known."""
    if not item.hs_code or not world.card.duties:
        return None
    return world.duty_rate(country, item.hs_code, item.origin)
