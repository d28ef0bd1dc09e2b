"""A crew of clerks who work the cases that have an obvious answer, each by one rule, and leave the others to people.

They read the work list and act through the public API; only a price that the ERP stored wrongly is put right in the ERP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from sayso.demo.cash_company import RENAMED, related
from sayso.demo.cash_talk import Case, Changed, OfficeTalk
from sayso.errors import SaysoError
from sayso.systems.simulated.company import Company

TINY = Decimal("10.00")
"""A deduction of at most so much (GBP) is cheaper than its quarrel."""
SMALL = Decimal("25.00")
"""A customer waits no longer for the rest of an order that is worth at most so much (GBP)."""
_LATER = {"on_hold": timedelta(days=1), "shipment_late": timedelta(days=14)}
"""Kinds of case that are left to the facts for so long."""
_PEOPLE = {"warehouse": "Will Reed", "sales": "Sue Hart", "finance": "Fay Cole", "receivables": "Ray Lunn"}
_AT_ONCE = timedelta(0)
Answer = dict[str, Any]


class Clerks:
    """The crew. `acted` are the cases that somebody did something about; `done` counts what was done."""

    def __init__(self, talk: OfficeTalk, company: Company) -> None:
        self._talk, self._company = talk, company
        self.acted: set[str] = set()
        self.done: Counter[str] = Counter()
        self.not_done: Counter[str] = Counter()

    async def work(self, now: datetime) -> None:
        """Go through the open cases once. Nobody tries the same case twice."""
        for case in sorted(await self._talk.cases(now), key=lambda one: (one.opened, one.case)):
            if case.case in self.acted or now < case.opened + _LATER.get(case.kind, _AT_ONCE):
                continue
            if case.kind == "acceptance_differs":
                self._put_right(case)
            elif case.kind in _RULES and (answer := _RULES[case.kind](case)) is not None:
                await self._act(case, answer, now)

    async def mend(self, now: datetime) -> Mended | None:
        """Messages of the warehouse that use the new name: give them the old one, look what would come of it, replay."""
        held = [one for one in await self._talk.held(now) if _is_renamed(one.problem)]
        if not held:
            return None
        for one in held:
            text = await self._talk.body(one.number, now)
            await self._talk.mend(
                one.number, _named_back(text), "Will Reed", "the field's name put back", now
            )
        which = {"system": "wms", "kind": "SHIPCONF"}
        dry = await self._talk.replay(which, True, now)
        return Mended(len(held), held[0].problem, dry, await self._talk.replay(which, False, now))

    def _put_right(self, case: Case) -> None:
        """The buyer was promised a price: the ERP's order is given it."""
        if case.facts.get("what") in ("price", "unit_price", "total", "amount") and case.order:
            self.acted.add(case.case)
            did = self._company.erp.put_right(case.order)
            (self.done if did else self.not_done)["put right in the ERP"] += 1

    async def _act(self, case: Case, answer: Answer, now: datetime) -> None:
        self.acted.add(case.case)
        by = _PEOPLE.get(case.owner, "Pat Moss")
        try:
            await self._talk.act(case.case, now, answer["action"], by=by, **answer)
        except SaysoError:
            self.not_done[answer["action"]] += 1
        else:
            self.done[answer["action"]] += 1


class Mended(msgspec.Struct, frozen=True):
    """What became of a renamed field: messages mended, the sentence that held them, the dry run and the replay."""

    messages: int
    problem: str
    dry_run: Changed
    replay: Changed


def _short(case: Case) -> Answer | None:
    return {"action": "accept_short", "note": "the customer takes what there is"}


def _late(case: Case) -> Answer | None:
    return _short(case) if case.money <= SMALL else None


def _substitute(case: Case) -> Answer | None:
    ordered = str(case.facts.get("ordered", ""))
    if not case.item or not related(ordered, case.item):
        return None
    return {
        "action": "approve_substitution",
        "item": case.item,
        "note": "the same article in another colour, at its price",
    }


def _hold(case: Case) -> Answer | None:
    return {"action": "release_hold", "note": "the account was looked at"}


def _deduction(case: Case) -> Answer | None:
    if not case.amount or case.amount > TINY:
        return None
    return {"action": "write_off", "note": "cheaper than the quarrel"}


def _returned(case: Case) -> Answer | None:
    return {"action": "request_credit", "note": "goods came back"} if case.amount else None


_RULES: dict[str, Callable[[Case], Answer | None]] = {
    "short_pick": _short,
    "shipment_late": _late,
    "substitution_unapproved": _substitute,
    "on_hold": _hold,
    "deduction_open": _deduction,
    "return_not_credited": _returned,
}


def _is_renamed(problem: str) -> bool:
    return all(name in problem for pair in RENAMED.items() for name in pair)


def _named_back(text: str) -> str:
    back = {new: old for old, new in RENAMED.items()}

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {back.get(name, name): named(inner) for name, inner in value.items()}
        return [named(inner) for inner in value] if isinstance(value, list) else value

    return msgspec.json.encode(named(msgspec.json.decode(text))).decode()
