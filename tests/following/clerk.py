"""A clerk who works cases by rules, through the use cases alone; where a person would ring up, it asks the company."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import msgspec

from sayso.cases.acting import Action
from sayso.desk.calling import Caller
from sayso.desk.messages.quarantine import Quarantine, Which
from sayso.errors import SaysoError

_ENOUGH = 3  # times that something is tried about a case, until it is left open
PERSON = Caller("Ann Lee", frozenset({"cases", "admin"}))


class Clerk:
    """What it `did`, by kind of case. `world` is a following.fire.World or what has its pool, cases, casework, working."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.did: Counter[str] = Counter()
        self.failed: list[str] = []
        self._tried: Counter[str] = Counter()

    async def work_off(self) -> None:
        """Do what there is to be done about each open case, once."""
        await self._messages()
        for case in await self.world.cases():
            asked = self._remedy(case)
            if asked is None or self._tried[case["id"]] >= _ENOUGH:
                continue
            self._tried[case["id"]] += 1
            try:
                await self.world.casework.act(
                    case["id"], asked, msgspec.json.encode(asked), PERSON, None, self.world.now
                )
                self.did[f"{case['kind']}: {asked.action}"] += 1
            except SaysoError as refused:
                self.failed.append(f"{case['kind']} {case['order']} {asked.action}: {refused.detail}")
        await self.world.work()

    async def _messages(self) -> None:
        """A message with a field renamed is mended; one that was cut is given up, for it comes again whole."""
        world = self.world
        quarantine = Quarantine(world.pool, world.working.following.apply)
        names = await quarantine.rename(
            Which(problem="qty is missing"), "quantity=qty", "Ann Lee", "", PERSON, world.now, keep=True
        )
        if names:
            await quarantine.replay(names, PERSON, None, world.now)
            self.did["message: renamed"] += len(names)
        for row in await world.pool.fetch("SELECT number, body FROM inbox WHERE state = 'quarantined'"):
            try:
                msgspec.json.decode(row["body"])
            except (msgspec.DecodeError, UnicodeDecodeError):
                await quarantine.drop(
                    row["number"], "Ann Lee", "it was cut, and sent again", PERSON, None, world.now
                )
                self.did["message: dropped"] += 1

    def _remedy(self, case: dict[str, Any]) -> Action | None:
        kind, facts = case["kind"], case["facts"]
        if kind == "substitution_unapproved":
            return Action(action="approve_substitution", unit_price=Decimal("9.00"))
        if kind == "short_pick":
            return Action(action="accept_short")
        if kind in ("effect_refused", "effect_failed"):
            return Action(action="retry")
        if kind == "return_not_credited" and case["amount"]:
            return Action(action="request_credit")
        if kind == "deduction_open":
            return Action(action="write_off")
        if kind in ("payment_unidentified", "payment_ambiguous", "payment_for_unknown_invoice"):
            return self._meant(facts.get("payment", ""), case["amount"])
        return None

    def _meant(self, payment: str, amount: Decimal | None) -> Action | None:
        """The payer is asked what the payment is for."""
        sent = self.world.company.bank.transfers.get(payment)
        if sent is None or len(sent.invoices) != 1 or not amount:
            return None
        if amount > self.world.company.ar.invoices[sent.invoices[0]].open:
            return None
        return Action(action="apply_payment", document=sent.invoices[0], amount=amount)
