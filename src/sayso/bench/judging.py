"""The pure decision alone: microseconds for five lines, where they go, and what else takes as long.

Decisions follow each other as in the lane: what one takes is taken when the next is made.
"""

from __future__ import annotations

import cProfile
import json
import pstats
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from statistics import median
from time import thread_time_ns
from typing import Any

from msgspec import Struct

from sayso.bench.asks import Asks
from sayso.bench.world import Scale
from sayso.canon.ids import new_id
from sayso.desk.cardfile import CardFile
from sayso.promise import answer as shown
from sayso.promise.asking import Request
from sayso.promise.decision import Question, decide
from sayso.promise.facts import AccountFacts, Facts, ItemFacts
from sayso.promise.policy import Policy
from sayso.promise.world import World
from sayso.store import cards

_CHUNK = 50
_SHOWN = 25


class Function(Struct, frozen=True):
    """A function of the profile: calls and microseconds per decision, its own and with what it calls."""

    name: str
    calls: float
    own_us: float
    whole_us: float


class Judging(Struct, frozen=True):
    """Processor microseconds per decision of five lines (medians of chunks), beside two things of everyday size:
    the standard library's JSON encoding of the same answer, and the check of a storefront that reads on-hand."""

    decisions: int
    decide_us: float
    take_us: float
    json_us: float
    naive_us: float
    beside_json: float
    answer_bytes: int
    functions: tuple[Function, ...]


class Hand:
    """All facts that some requests need, in memory."""

    def __init__(
        self,
        world: World,
        items: dict[str, ItemFacts],
        accounts: dict[str, AccountFacts],
        tops: dict[str, str],
    ) -> None:
        self.world = world
        self.items = items
        self._accounts = accounts
        self._tops = tops

    def facts(self, request: Request) -> Facts:
        """The facts of one request."""
        account = self._accounts.get(self._tops[request.customer])
        return Facts(self.world, account, {line.item: self.items[line.item] for line in request.lines})


async def in_hand(connection: Any, requests: Sequence[Request]) -> Hand:
    """Read the facts of these requests once."""
    cardfile = CardFile(Policy(), archives=False)
    world = await cardfile.world(connection, await cards.world_version(connection))
    names = sorted({line.item for request in requests for line in request.lines})
    items = await cardfile.items(connection, await cards.versions(connection, names), names)
    tops = await cardfile.tops(connection, {request.customer for request in requests})
    accounts = sorted(set(tops.values()))
    owing = await cardfile.accounts(connection, await cards.account_versions(connection, accounts), accounts)
    return Hand(world, dict(items), dict(owing), dict(tops))


async def measured(connection: Any, scale: Scale, number: int, now: datetime) -> Judging:
    """Decide so many requests of the spread load three times: to have met them, measured, and profiled."""
    asks = Asks(scale, "spread", seed=99)
    requests = [asks.request() for _ in range(number)]
    hand = await in_hand(connection, requests)
    _decided(hand, requests, now)
    times = [_decided(hand, requests[start : start + _CHUNK], now) for start in range(0, number, _CHUNK)]
    answers = [decide(_question(request, now), hand.facts(request)).answer for request in requests[:_CHUNK]]
    bodies = [shown.encoded(one) for one in answers]
    loose = [json.loads(body) for body in bodies]
    decide_us, json_us = median(one[0] for one in times), _timed(lambda: [json.dumps(one) for one in loose])
    profile = cProfile.Profile()
    profile.enable()
    _decided(hand, requests, now)
    profile.disable()
    return Judging(
        number, round(decide_us, 1), round(median(one[1] for one in times), 1), round(json_us, 1),
        round(_naive(hand, requests[:_CHUNK]), 1), round(decide_us / json_us, 2) if json_us else 0.0,
        round(median(map(len, bodies))), _functions(profile, number),
    )  # fmt: skip


def _question(request: Request, now: datetime) -> Question:
    return Question(new_id("prm", now), request, now, 900)


def _decided(hand: Hand, requests: Sequence[Request], now: datetime) -> tuple[float, float]:
    """Microseconds per decision, and per taking of what it holds."""
    deciding = taking = 0
    for request in requests:
        question, facts = _question(request, now), hand.facts(request)
        begun = thread_time_ns()
        decision = decide(question, facts)
        decided = thread_time_ns()
        if decision.held:
            for take in decision.takes:
                hand.items[take.item] = hand.items[take.item].less(take)
        deciding += decided - begun
        taking += thread_time_ns() - decided
    many = max(len(requests), 1) * 1000
    return deciding / many, taking / many


def _naive(hand: Hand, requests: Sequence[Request]) -> float:
    """A storefront's own check: is so much on hand anywhere, and what does the list price make of it?"""
    on_hand = {
        name: sum((one.on_hand for one in facts.card.stock), Decimal(0)) for name, facts in hand.items.items()
    }
    prices = {name: facts.card.list_price or Decimal(0) for name, facts in hand.items.items()}

    def check() -> list[tuple[bool, Decimal]]:
        return [
            (
                all(on_hand[line.item] >= line.quantity for line in request.lines),
                sum((prices[line.item] * line.quantity for line in request.lines), Decimal(0)),
            )
            for request in requests
        ]

    return _timed(check)


def _timed(work: Any, times: int = 20) -> float:
    """Microseconds for each of the chunk's members, the median of some times."""
    found = []
    for _ in range(times):
        begun = thread_time_ns()
        made = work()
        found.append((thread_time_ns() - begun) / 1000 / max(len(made), 1))
    return median(found)


def _functions(profile: cProfile.Profile, number: int) -> tuple[Function, ...]:
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    found = [
        Function(
            _name(where),
            round(calls / number, 2),
            round(own * 1e6 / number, 2),
            round(whole * 1e6 / number, 2),
        )
        for where, (_, calls, own, whole, _) in stats.items()
    ]
    return tuple(sorted(found, key=lambda one: -one.own_us)[:_SHOWN])


def _name(where: tuple[str, int, str]) -> str:
    file, line, name = where
    place = file.partition("sayso/")[2] or file.rpartition("/")[2]
    return name if file == "~" else f"{place}:{line} {name}"
