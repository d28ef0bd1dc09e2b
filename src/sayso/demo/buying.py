"""A buyer at Sayso's door: asks for an order, perhaps again for less, and places it. Knows not what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sayso.demo.buyer import choose, request
from sayso.demo.distributor import Distributor
from sayso.demo.orders import Order, OrderLine
from sayso.demo.settings import Generated
from sayso.demo.talk import Answer, Line, Talk

MOST_AT_ONCE = 8
"""Orders of the same minute that are asked at once, where they share neither an item nor a credit account."""


class Outcome(NamedTuple):
    """What a buyer ended with: the lines ordered, the lines struck, and the promise; or why the order was
    lost."""

    kept: tuple[OrderLine, ...]
    struck: tuple[tuple[OrderLine, str], ...]
    answer: Answer | None
    lost: str


def number_of(order: Order) -> str:
    """The number under which the storefront places an order."""
    return f"WEB-{order.reference}"


async def buy(talk: Talk, order: Order, given: Generated) -> Outcome:
    """What the buyer does: ask, perhaps ask again for less, order. All within the order's minute."""
    first = await talk.ask(request(order, order.lines, given, False), order.at, f"{order.reference}-1")
    if first.held:
        return await _place(talk, order, Outcome(order.lines, (), first, ""))
    choice = choose(order, order.lines, first, given)
    if choice.credit and (not choice.struck or choice.credit != "over_limit"):
        return Outcome((), (), None, choice.credit)
    if not choice.kept:
        codes = Counter(code for _, code in choice.struck)
        return Outcome((), (), None, max(sorted(codes), key=lambda code: codes[code]))
    again = request(order, choice.kept, given, True)
    second = await talk.ask(again, order.at, f"{order.reference}-2")
    after = choose(order, choice.kept, second, given)
    if second.held and not after.struck:
        return await _place(talk, order, Outcome(choice.kept, choice.struck, second, ""))
    if second.held:
        await talk.release(second.promise, order.at, f"{order.reference}-release")
    return Outcome((), (), None, after.credit or (after.struck[0][1] if after.struck else "not_held"))


async def _place(talk: Talk, order: Order, outcome: Outcome) -> Outcome:
    assert outcome.answer is not None
    await talk.order(number_of(order), outcome.answer.promise, order.at, f"{order.reference}-order")
    return outcome


def waves(orders: Sequence[Order], distributor: Distributor) -> Iterator[list[Order]]:
    """Orders in time order, those of one minute together as long as they cannot matter to each other.

    So the outcome does not hang on which of them the server happens to take first.
    """
    wave: list[Order] = []
    touched: set[str] = set()
    for order in orders:
        mine = {line.item for line in order.lines} | {"@" + distributor.book.accounts[order.customer].top}
        if wave and (order.at != wave[0].at or len(wave) >= MOST_AT_ONCE or touched & mine):
            yield wave
            wave, touched = [], set()
        wave.append(order)
        touched |= mine
    if wave:
        yield wave


def pairs(outcome: Outcome) -> list[tuple[OrderLine, Line]]:
    """The ordered lines, each with its answer."""
    assert outcome.answer is not None
    answers = {line.line: line for line in outcome.answer.lines}
    return [(line, answers[number]) for number, line in enumerate(outcome.kept, 1)]
