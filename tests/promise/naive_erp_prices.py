"""What each ERP charges, told in its own steps: a search line by line, a sorted list walked down, rules struck out.

Nothing of the judgement is used but its shapes; nothing is remembered, and nothing is shared between the ERPs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from hypothesis import assume

from sayso.promise.cards import Customer, ItemCard, PriceLine
from sayso.promise.price import Wanted

HUNDRED = Decimal(100)
TO_EUR = Decimal("1.2345678")
VAT = Decimal(20)


class Charged(NamedTuple):
    """Unit price, discount in percent, amount."""

    unit: Decimal
    discount: Decimal
    amount: Decimal


class Shop(NamedTuple):
    """An item, who buys it and who is invoiced, and every price line there is. The company's currency is GBP."""

    item: ItemCard
    buyer: Customer
    payer: Customer
    lines: Sequence[PriceLine]


CONFLICT = "conflict"
Outcome = Charged | str | None


def business_central(shop: Shop, wanted: Wanted) -> Outcome:
    """First the discount, then the price, each by going through all lines and keeping the best so far."""
    who = shop.payer
    found = [
        line
        for line in shop.lines
        if _speaks(line, who) and _aims(line, shop.item) and _in_time(line, wanted)
    ]
    found = [
        line for line in found
        if line.currency in ("", wanted.currency) and line.variant in ("", wanted.variant)
        and line.uom in ("", wanted.uom)
        and line.min_quantity <= (wanted.quantity if line.uom else wanted.quantity * wanted.factor)
    ]  # fmt: skip
    discounts = [
        line for line in found
        if line.discount_percent and line.source_type != "price_group"
    ]  # fmt: skip
    best = _kept(discounts, lambda line: -(line.discount_percent or 0))
    discount = best.discount_percent or Decimal(0) if best else Decimal(0)
    prices = [
        line for line in found
        if line.line_type == "price" and line.price is not None and line.source_type != "discount_group"
    ]  # fmt: skip

    def unit(line: PriceLine) -> Decimal:
        each = (line.price or Decimal(0)) * (1 if line.uom else wanted.factor)
        each = each * (HUNDRED + (line.margin_percent or 0)) / HUNDRED
        if line.includes_tax:
            each = each / (1 + VAT / HUNDRED)
        if wanted.currency == "EUR" and line.currency == "":
            each *= TO_EUR
        return _rounded(each, Decimal("0.00001"), ROUND_HALF_UP)

    def net(line: PriceLine) -> Decimal:
        return unit(line) * (1 - (discount if line.allow_discount else 0) / HUNDRED)

    winner = _kept(prices, net)
    if winner is None:
        if shop.item.list_price is None:
            return None
        each = shop.item.list_price * wanted.factor * (TO_EUR if wanted.currency == "EUR" else 1)
        price = _rounded(each, Decimal("0.00001"), ROUND_HALF_UP)
    else:
        price = unit(winner)
        discount = discount if winner.allow_discount else Decimal(0)
    gross = _rounded(price * wanted.quantity, Decimal("0.01"), ROUND_HALF_UP)
    return Charged(
        price, discount, gross - _rounded(gross * discount / HUNDRED, Decimal("0.01"), ROUND_HALF_UP)
    )


def _kept(lines: Sequence[PriceLine], figure: Callable[[PriceLine], Decimal]) -> PriceLine | None:
    """Line by line: one that names more forgets the best so far; one that names less is passed over."""
    best: PriceLine | None = None
    for line in lines:
        better = best is None or figure(line) < figure(best)
        if best is not None and figure(line) == figure(best):
            assume(line.allow_discount == best.allow_discount)  # which of them wins, the ERP's own table says
        if best is not None:
            more = [
                (own and not other, other and not own)
                for own, other in zip(_names(line), _names(best), strict=True)
            ]
            improves, degrades = any(up for up, _ in more), any(down for _, down in more)
            if degrades and not improves:
                continue
            better = better or (improves and not degrades)
        if better:
            best = line
    return best


def _names(line: PriceLine) -> tuple[bool, bool]:
    return line.currency == "EUR", line.variant != ""


def odoo(shop: Shop, wanted: Wanted) -> Outcome:
    """The rules of the buyer's one list, sorted by target and minimum; the first that applies."""
    return _first_that_applies(shop, wanted, Decimal("0.01"), ROUND_HALF_UP, lambda line: (), shown=True)


def tryton(shop: Shop, wanted: Wanted) -> Outcome:
    """The lines of the party's list in their sequence; the first that matches."""
    return _first_that_applies(
        shop, wanted, Decimal("0.0001"), ROUND_HALF_EVEN, lambda line: (-line.priority,)
    )


def _first_that_applies(
    shop: Shop, wanted: Wanted, step: Decimal, halves: str, sequence: Callable[[PriceLine], tuple[int, ...]],
    shown: bool = False,
) -> Outcome:  # fmt: skip
    order = ["customer", "price_group", "campaign", "all"]

    def place(line: PriceLine) -> tuple[object, ...]:
        source = order.index(line.source_type) if line.source_type in order else len(order)
        target = ["item", "discount_group", "all"].index(line.target_type)
        starts = line.starts.toordinal() if line.starts else 0
        return (source, *sequence(line), target, line.variant == "", -line.min_quantity, _net(line), -starts)

    base = None
    if shop.item.list_price is not None:
        each = shop.item.list_price * wanted.factor * (TO_EUR if wanted.currency == "EUR" else 1)
        base = _rounded(each, step, halves)

    def unit(line: PriceLine) -> Decimal | None:
        margin = (HUNDRED + (line.margin_percent or 0)) / HUNDRED
        if line.price is None:
            return None if base is None else _rounded(base * margin, step, halves)
        each = line.price * (1 if _own_unit(line, shop.item) else wanted.factor) * margin
        if line.includes_tax and halves == ROUND_HALF_EVEN:
            each = each / (1 + VAT / HUNDRED)
        if wanted.currency == "EUR" and line.currency == "":
            each *= TO_EUR
        return _rounded(each, step, halves)

    def _net(line: PriceLine) -> Decimal:
        price = unit(line)
        assert price is not None
        discount = line.discount_percent or Decimal(0)
        if shown and line.line_type == "discount":
            return price * (HUNDRED - discount) / HUNDRED
        return _rounded(price * (HUNDRED - discount) / HUNDRED, step, halves) if discount else price

    rules = []
    for line in shop.lines:
        if line.source_type == "all" and shop.buyer.price_group:
            continue
        if not (_speaks(line, shop.buyer) and _aims(line, shop.item) and _in_time(line, wanted)):
            continue
        if line.currency not in ("", wanted.currency) or line.variant not in ("", wanted.variant):
            continue
        if _own_unit(line, shop.item) and line.uom != wanted.uom:
            continue
        quantity = wanted.quantity if _own_unit(line, shop.item) else wanted.quantity * wanted.factor
        if quantity < line.min_quantity or unit(line) is None:
            continue
        rules.append(line)
    first = min(rules, key=place) if rules else None
    if shown and first is not None and first.line_type == "discount" and first.discount_percent:
        each, percent = unit(first) or Decimal(0), first.discount_percent
        amount = each * (HUNDRED - percent) / HUNDRED * wanted.quantity
        return Charged(each, percent, _rounded(amount, Decimal("0.01"), halves))
    price = _net(first) if first is not None else base
    if price is None:
        return None
    return Charged(price, Decimal(0), _rounded(price * wanted.quantity, Decimal("0.01"), halves))


def erpnext(shop: Shop, wanted: Wanted) -> Outcome:
    """The item price, and the one rule that is left after all others were struck out; two left are a conflict."""
    base = _item_price(shop, wanted)
    rules = [line for line in shop.lines if not _is_item_price(line) and _speaks(line, shop.buyer)]
    rules = [line for line in rules if _in_time(line, wanted) and line.uom in ("", wanted.uom)]
    rules = [line for line in rules if line.currency in ("", wanted.currency)]
    rules = [line for line in rules if line.variant in ("", wanted.variant)]
    gathered: list[PriceLine] = []
    for target in ("item", "discount_group", "all"):
        of_target = [line for line in rules if line.target_type == target and _aims(line, shop.item)]
        gathered += sorted(of_target, key=lambda line: -line.priority)
        # The first of all says whether it is looked for more: only where it has a priority.
        if gathered and gathered[0].priority <= 0:
            break
    rules = gathered
    rules = [
        line for line in rules
        if line.min_quantity <= (wanted.quantity if line.uom else wanted.quantity * wanted.factor)
        and (line.price is not None or base is not None)
    ]  # fmt: skip
    rules = [line for line in rules if line.priority == max(one.priority for one in rules)]
    exact = [line for line in rules if line.price is None or line.currency]
    rules = exact or rules
    left = _most_particular(rules)
    if len(left) > 1:
        return CONFLICT
    if not left:
        return None if base is None else _of_rule(None, base, wanted)
    return _of_rule(left[0], base, wanted)


def _most_particular(rules: list[PriceLine]) -> list[PriceLine]:
    fields: Mapping[str, list[Callable[[PriceLine], str]]] = {
        "item": [lambda line: line.variant],
        "customer": [
            lambda line: line.source if line.source_type == "customer" else "",
            lambda line: line.source if line.source_type in ("price_group", "discount_group") else "",
        ],
        "campaign": [lambda line: line.source if line.source_type == "campaign" else ""],
    }
    for one in ("item", "customer"):
        others = [field for name, some in fields.items() if name != one for field in some]
        if len(rules) > 1 and all(len({field(line) for line in rules}) == 1 for field in others):
            for field in fields[one]:
                found = [line for line in rules if field(line)]
                if found:
                    return found
            return rules
    return rules


def _item_price(shop: Shop, wanted: Wanted) -> Decimal | None:
    listed = shop.item.list_price
    found: list[tuple[tuple[object, ...], Decimal, str]] = []
    for line in shop.lines:
        if not _is_item_price(line) or not _speaks(line, shop.buyer) or not _in_time(line, wanted):
            continue
        if line.variant not in ("", wanted.variant) or line.currency not in ("", wanted.currency):
            continue
        general = line.source_type == "all"
        in_stock_unit = general and line.uom == shop.item.uom and line.uom != wanted.uom
        if line.uom not in ("", wanted.uom) and not in_stock_unit:
            continue
        each = (line.price or Decimal(0)) * (1 if line.uom == wanted.uom else wanted.factor)
        starts = line.starts.toordinal() if line.starts else 0
        order = (not line.variant, in_stock_unit, general, not line.currency, -starts, not line.uom)
        found.append((order, each, line.currency))
    if found:
        best = min(order for order, _, _ in found)
        return min(_two_places(each, currency, wanted) for order, each, currency in found if order == best)
    return None if listed is None else _two_places(listed * wanted.factor, "", wanted)


def _two_places(each: Decimal, currency: str, wanted: Wanted) -> Decimal:
    if wanted.currency == "EUR" and currency == "":
        each *= TO_EUR
    return _rounded(each, Decimal("0.01"), ROUND_HALF_UP)


def _of_rule(rule: PriceLine | None, base: Decimal | None, wanted: Wanted) -> Charged:
    margin = (rule.margin_percent if rule else None) or Decimal(0)
    discount = (rule.discount_percent if rule else None) or Decimal(0)
    if rule is not None and rule.price is not None:
        each = rule.price * (1 if rule.uom else wanted.factor) * (HUNDRED + margin) / HUNDRED
        rate = _two_places(each, rule.currency, wanted)
    else:
        assert base is not None
        rate = _rounded(base * (HUNDRED + margin) / HUNDRED, Decimal("0.01"), ROUND_HALF_UP)
    net = _rounded(rate * (HUNDRED - discount) / HUNDRED, Decimal("0.01"), ROUND_HALF_UP)
    return Charged(rate, discount, _rounded(net * wanted.quantity, Decimal("0.01"), ROUND_HALF_UP))


def _is_item_price(line: PriceLine) -> bool:
    plain = not (
        line.min_quantity or line.priority or line.discount_percent or line.margin_percent or line.country
    )
    return (
        plain
        and line.price is not None
        and line.target_type == "item"
        and line.source_type in ("customer", "all")
    )


def _speaks(line: PriceLine, who: Customer) -> bool:
    return {
        "customer": line.source == who.customer,
        "price_group": line.source == who.price_group,
        "discount_group": line.source == who.discount_group,
        "campaign": line.source in who.campaigns,
        "all": True,
    }[line.source_type]


def _aims(line: PriceLine, item: ItemCard) -> bool:
    return {
        "item": line.target == item.item,
        "discount_group": bool(item.discount_group) and line.target == item.discount_group,
        "all": True,
    }[line.target_type]


def _in_time(line: PriceLine, wanted: Wanted) -> bool:
    return not (line.starts and line.starts > wanted.day) and not (line.ends and line.ends < wanted.day)


def _own_unit(line: PriceLine, item: ItemCard) -> bool:
    return line.uom not in ("", item.uom)


def _rounded(number: Decimal, step: Decimal, halves: str) -> Decimal:
    return (number / step).quantize(Decimal(1), halves) * step


ERPS: Mapping[str, Callable[[Shop, Wanted], Outcome]] = {
    "business_central": business_central,
    "odoo": odoo,
    "erpnext": erpnext,
    "tryton": tryton,
}
