"""Evidence: what is recorded beside a decision so that it can be made again, byte for byte.

The question, the content addresses of the cards, and what changes with every promise: what was taken, and promised.
"""

from __future__ import annotations

import msgspec

from sayso.canon.decimals import plain
from sayso.promise.asking import Question
from sayso.promise.facts import AccountFacts, Facts, ItemFacts


def recorded(question: Question, facts: Facts, judgement: str) -> bytes:
    """What is needed to decide again: the question, the addresses of the cards, and what was taken at that moment."""
    account = facts.account
    return msgspec.json.encode(
        {
            "account": _account_evidence(account) if account else None,
            "hold_seconds": question.hold_seconds,
            "items": {name: _item_evidence(item) for name, item in facts.items.items()},
            "judgement": judgement,
            "now": question.now.isoformat(),
            "overridden_by": question.overridden_by,
            "policy": facts.world.policy.hash,
            "promise": question.promise,
            "request": question.request,
            "world": facts.world.digest,
        },
        order="sorted",
    )


def _account_evidence(account: AccountFacts) -> list[object]:
    """The card and what was promised; by customer too, where the policy has more than one account on it."""
    known: list[object] = [account.digest, plain(account.promised)]
    by = account.by
    return known if by is None else [*known, {name: plain(money) for name, money in by.items() if money}]


def _item_evidence(item: ItemFacts) -> list[object]:
    taken = item.taken
    return [item.digest, taken] if taken.by_place or taken.drawn else [item.digest]
