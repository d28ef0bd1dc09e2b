"""Which price a buyer pays: the candidates, the one that wins, and why the others lost.

Contract, group, campaign and list prices with quantity breaks; the first source of the policy's order that has
a fitting line wins, and within it the most particular line, then the lowest net price (or the largest break).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import plain, rounded
from sayso.promise.cards import ZERO, AccountCard, Customer, ItemCard, PriceLine
from sayso.promise.world import World

_HUNDRED = Decimal(100)
_MOST_REMEMBERED = 256


class Wanted(NamedTuple):
    """What is to be priced: quantity in the asked unit, of which each is `factor` base units."""

    quantity: Decimal
    uom: str
    factor: Decimal
    variant: str
    currency: str
    country: str
    day: date


class Priced(NamedTuple):
    """The price of a line. `unit` is per asked unit, before the discount; `amount` is rounded to the currency."""

    unit: Decimal
    amount: Decimal
    currency: str
    rule: str
    discount_percent: Decimal
    includes_tax: bool


class Candidate(NamedTuple):
    """A line that fits (None: the item card's own price), in comparable terms: per asked unit, in the asked currency."""

    line: PriceLine | None
    unit: Decimal
    discount: Decimal
    net: Decimal


class Rung(NamedTuple):
    """What a line costs from a quantity on."""

    unit: Decimal
    discount: Decimal
    net: Decimal
    rule: str
    includes_tax: bool


def priced(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> Priced | None:
    """The price that wins, or None where none is known."""
    if customer.customer in account.prices or (customer.bill_to and customer.bill_to in account.prices):
        rung = _rung(item, customer, account, world, wanted)
    else:
        rung = _climbed(item, customer, account, world, wanted)
    if rung is None:
        return None
    amount = rounded(rung.net * wanted.quantity, world.places(wanted.currency))
    return Priced(rung.unit, amount, wanted.currency, rung.rule, rung.discount, rung.includes_tax)


_Ladder = tuple[tuple[Decimal, ...], dict[int, "Rung | None"]]


def _climbed(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> Rung | None:
    """The rung that a quantity reaches; worked out once for all buyers alike, for a card and a day.

    Which lines fit changes with the quantity only where a quantity break is reached: between two breaks, one look
    says all.
    """
    key = (
        world.mark, customer.price_group, customer.discount_group, customer.campaigns, wanted.uom, wanted.variant,
        wanted.currency, wanted.country, wanted.day,
    )  # fmt: skip
    known: _Ladder | None = item.memo.get(key)
    if known is None:
        breaks = _breaks(item, customer, account, world, wanted)
        if len(item.memo) > _MOST_REMEMBERED:
            item.memo.clear()
        known = item.memo[key] = (breaks, {})
    breaks, rungs = known
    place = bisect_right(breaks, wanted.quantity * wanted.factor)
    if place not in rungs:
        rungs[place] = _rung(item, customer, account, world, wanted)
    return rungs[place]


def _breaks(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> tuple[Decimal, ...]:
    """The quantity breaks in base units. One in a stated unit is reached at that many of the unit."""
    lines = [line for some in _lines(item, customer, account, world) for line in some]
    reached = {line.min_quantity * (1 if line.uom in ("", item.uom) else wanted.factor) for line in lines}
    return tuple(sorted(reached))


def _rung(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> Rung | None:
    found = _candidates(item, customer, account, world, wanted)
    if not found:
        return None
    winner = found[0] if len(found) == 1 else min(found, key=_ranking(world))
    includes_tax = winner.line.includes_tax if winner.line else False
    return Rung(winner.unit, winner.discount, winner.net, rule_of(winner, item), includes_tax)


def ranked(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> list[Candidate]:
    """Every price that fits, the winner first, then the losers in the order in which they would have won."""
    return sorted(_candidates(item, customer, account, world, wanted), key=_ranking(world))


def rule_of(candidate: Candidate, item: ItemCard) -> str:
    """The rule in words: `customer 13047, from 12, 2011-01-01 to 2011-03-31`."""
    line = candidate.line
    if line is None:
        return f"item {item.item} list price"
    words = [f"{line.source_type} {line.source}".strip() if line.source_type != "all" else "list"]
    if line.target_type != "item":
        words.append(f"{line.target_type} {line.target}".strip())
    if line.min_quantity > 0:
        words.append(f"from {plain(line.min_quantity)} {line.uom}".strip())
    if line.starts or line.ends:
        words.append(f"{line.starts or ''} to {line.ends or ''}".strip())
    return ", ".join(words)


def _candidates(
    item: ItemCard, customer: Customer, account: AccountCard, world: World, wanted: Wanted
) -> list[Candidate]:
    prices, discounts = _lines(item, customer, account, world)
    discount = ZERO
    for line in discounts:
        if (
            line.discount_percent is not None
            and line.discount_percent > discount
            and _fits(line, item, wanted)
        ):
            discount = line.discount_percent
    found = [
        candidate
        for line in prices
        if _fits(line, item, wanted) and (candidate := _candidate(line, item, discount, world, wanted))
    ]  # fmt: skip
    if item.list_price is not None:
        unit = _in_currency(item.list_price * wanted.factor, item.currency, world, wanted)
        if unit is not None:
            found.append(
                Candidate(None, unit, discount, unit * (_HUNDRED - discount) / _HUNDRED if discount else unit)
            )
    return found


_Lines = tuple[tuple[PriceLine, ...], tuple[PriceLine, ...]]


def _lines(item: ItemCard, customer: Customer, account: AccountCard, world: World) -> _Lines:
    """Price lines and discount lines aimed at this item whose source is this buyer, its groups, or everybody."""
    key = (world.mark, customer.price_group, customer.discount_group, customer.campaigns)
    general: _Lines | None = item.memo.get(key)
    if general is None:
        general = item.memo[key] = _parted(_general(item, customer, world))
    own = account.prices
    if not own:
        return general
    mine = [line for line in own.get(customer.customer, ()) if _aims(line, item)]
    if customer.bill_to and customer.bill_to != customer.customer:
        mine += [line for line in own.get(customer.bill_to, ()) if _aims(line, item)]
    if not mine:
        return general
    prices, discounts = _parted(mine)
    return prices + general[0], discounts + general[1]


def _general(item: ItemCard, customer: Customer, world: World) -> list[PriceLine]:
    group = item.discount_group
    aimed = (
        *item.prices,
        *(world.prices("discount_group", group) if group else ()),
        *world.prices("all", ""),
    )
    return [line for line in aimed if _speaks_to(line, customer)]


def _parted(lines: Iterable[PriceLine]) -> _Lines:
    every = tuple(lines)
    return (
        tuple(line for line in every if line.line_type != "discount" and line.price is not None),
        tuple(line for line in every if line.line_type == "discount"),
    )


def _aims(line: PriceLine, item: ItemCard) -> bool:
    if line.target_type == "item":
        return line.target == item.item
    if line.target_type == "discount_group":
        return bool(item.discount_group) and line.target == item.discount_group
    return True


def _speaks_to(line: PriceLine, customer: Customer) -> bool:
    source = line.source_type
    if source == "all":
        return True
    if source == "price_group":
        return line.source == customer.price_group
    if source == "discount_group":
        return line.source == customer.discount_group
    return source == "campaign" and line.source in customer.campaigns


def _fits(line: PriceLine, item: ItemCard, wanted: Wanted) -> bool:
    """Unit, currency, variant, country, dates and the quantity break; a break is in the line's own unit."""
    in_base = line.uom in ("", item.uom)
    if not in_base and line.uom != wanted.uom:
        return False
    quantity = wanted.quantity * wanted.factor if in_base else wanted.quantity
    return (
        line.min_quantity <= quantity
        and line.currency in ("", wanted.currency)
        and line.variant in ("", wanted.variant)
        and line.country in ("", wanted.country)
        and (line.starts is None or line.starts <= wanted.day)
        and (line.ends is None or line.ends >= wanted.day)
    )


def _candidate(
    line: PriceLine, item: ItemCard, discount: Decimal, world: World, wanted: Wanted
) -> Candidate | None:
    assert line.price is not None
    percent = line.discount_percent or (discount if line.allow_discount else ZERO)
    price = line.price * wanted.factor if wanted.factor != 1 and line.uom in ("", item.uom) else line.price
    if line.margin_percent:
        price = price * (_HUNDRED + line.margin_percent) / _HUNDRED
    unit = _in_currency(price, line.currency, world, wanted)
    if unit is None:
        return None
    return Candidate(line, unit, percent, unit * (_HUNDRED - percent) / _HUNDRED if percent else unit)


def _in_currency(price: Decimal, currency: str, world: World, wanted: Wanted) -> Decimal | None:
    source = currency or world.policy.company.currency
    if source != wanted.currency:
        rate = world.rate(source, wanted.currency, wanted.day)
        if rate is None:
            return None
        price = price * rate
    step = world.precision(wanted.currency)
    if step:
        return rounded(price / step, 0) * step
    return price if source == wanted.currency else rounded(price, world.places(wanted.currency) + 2)


def _ranking(world: World) -> Callable[[Candidate], tuple[object, ...]]:
    """What sorts candidates: source, then how particular the line is, then price or break, then the latest start."""
    places: dict[str, int] = {source: place for place, source in enumerate(world.policy.price.order)}
    lowest = world.policy.price.among_equals == "lowest"

    def rank(candidate: Candidate) -> tuple[object, ...]:
        line = candidate.line
        if line is None:
            return (len(places) + 1,)
        by_price = (candidate.net, -line.min_quantity) if lowest else (-line.min_quantity, candidate.net)
        starts = line.starts.toordinal() if line.starts else 0
        # What follows after the start only keeps the order of the facts from mattering.
        same = (
            candidate.unit,
            line.source_type,
            line.source,
            line.target_type,
            line.uom,
            line.ends or date.max,
        )
        return (
            places.get(line.source_type, len(places)), not line.variant, not line.currency, not line.country,
            -line.priority, *by_price, -starts, *same,
        )  # fmt: skip

    return rank
