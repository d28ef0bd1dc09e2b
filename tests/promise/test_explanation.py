"""The page that explains a decision is a decision: its question, on its facts, has its answer."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from promise.making import NOW, made, world
from sayso.canon.canonical import digest
from sayso.promise.asking import Question, Request, checked
from sayso.promise.cards import AccountCard, ItemCard, Taken, WorldCard
from sayso.promise.decision import decide
from sayso.promise.facts import AccountFacts, Facts, ItemFacts
from sayso.promise.world import World

PAGE = Path(__file__).parents[2] / "docs/explanation/decision.md"


def blocks() -> dict[str, Any]:
    """The JSON of the page by its name."""
    found = re.findall(r"^```json (\w+)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return {name: msgspec.json.decode(text) for name, text in found}


def part_of(expected: Any, told: Any) -> Any:
    """What was told, cut to what the page tells of it."""
    if isinstance(expected, dict):
        return {name: part_of(value, told[name]) for name, value in expected.items()}
    if isinstance(expected, list):
        assert len(expected) == len(told)
        return [part_of(one, other) for one, other in zip(expected, told, strict=True)]
    return told


def test_the_page_tells_what_is_decided() -> None:
    page = blocks()
    here = World(made(WorldCard, **page["world"]), "w", world().policy)
    cards = [made(ItemCard, **one) for one in page["items"]]
    known = {one.item: ItemFacts(one, digest(one.item.encode()), Taken(), here.policy) for one in cards}
    account = AccountFacts(made(AccountCard, **page["account"]), "a", Decimal(0))
    request = checked(made(Request, **page["question"]))
    found = decide(Question("prm_1", request, NOW, 900), Facts(here, account, known))
    assert part_of(page["answer"], msgspec.json.decode(found.body)) == page["answer"]
