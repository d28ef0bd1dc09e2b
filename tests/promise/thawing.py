"""A recorded decision made again: from its evidence, and from the cards as they were archived under their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from sayso.promise import policy as policies
from sayso.promise.asking import Question, Request
from sayso.promise.cards import AccountCard, ItemCard, Taken, WorldCard
from sayso.promise.facts import AccountFacts, Facts, ItemFacts
from sayso.promise.policy import Policy
from sayso.promise.world import World


def archived(facts: Facts) -> dict[str, bytes]:
    """The bodies of everything that a decision on these facts may look at, by address."""
    cards: list[tuple[str, Any]] = [(one.digest, one.card) for one in facts.items.values()]
    cards.append((facts.world.digest, facts.world.card))
    if facts.account:
        cards.append((facts.account.digest, facts.account.card))
    return {facts.world.policy.hash: facts.world.policy.body, **_bodies(cards)}


def _bodies(cards: Iterable[tuple[str, Any]]) -> dict[str, bytes]:
    return {address: msgspec.json.encode(card) for address, card in cards}


def thawed(evidence: bytes, archive: Mapping[str, bytes]) -> tuple[Question, Facts]:
    """The question and the facts of a recorded decision."""
    told: dict[str, Any] = msgspec.json.decode(evidence)
    rules: Policy = policies.thaw(archive[told["policy"]])
    card = msgspec.json.decode(archive[told["world"]], type=WorldCard)
    account = None
    if told["account"]:
        address, promised = told["account"]
        owes = msgspec.json.decode(archive[address], type=AccountCard)
        account = AccountFacts(owes, address, Decimal(promised))
    items = {}
    for name, (address, *taken) in told["items"].items():
        known = msgspec.json.decode(archive[address], type=ItemCard)
        left = msgspec.convert(taken[0], Taken) if taken else Taken()
        items[name] = ItemFacts(known, address, left, rules)
    question = Question(
        told["promise"], msgspec.convert(told["request"], Request), datetime.fromisoformat(told["now"]),
        told["hold_seconds"], told["overridden_by"],
    )  # fmt: skip
    return question, Facts(World(card, told["world"], rules), account, items)
