"""What all simulated systems have in common: a time they were told, an agenda, being asked once per key, sending messages.

Knows no role; what a system does when it is asked, and later by itself, is its own module's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import heappop, heappush
from typing import Any, NamedTuple

from sayso.canon.times import moment
from sayso.errors import BadField
from sayso.systems.seam import Ask
from sayso.systems.simulated.misdelivery import Leaving, Misdelivery, Said
from sayso.systems.simulated.office import Office
from sayso.systems.simulated.outlet import Delivery

Doing = Callable[[], None]
_SECOND = timedelta(seconds=1)


class Reply(NamedTuple):
    """What a system answers over HTTP. `answered` is False where it did what was asked (or not) and said nothing."""

    status: int
    body: dict[str, Any]
    retry_after: int | None = None
    answered: bool = True


class Refused(Exception):
    """The system will not do it; its words are the answer's detail."""


class System:
    """One system of the company. `now` is the last moment it was told."""

    role = ""

    def __init__(self, office: Office) -> None:
        self.office, self.setting, self.chance = office, office.setting, office.chance
        self.now: datetime = office.setting.start
        self.effects: dict[str, tuple[Ask, Reply]] = {}
        """By key: what was asked, and the first answer."""
        self.tries: Counter[str] = Counter()
        self.withheld: list[tuple[Said, Leaving]] = []
        """What was lost on the way and is sent on request."""
        self._agenda: list[tuple[datetime, str, int, Doing]] = []
        self._entries = 0
        self._ids: Counter[str] = Counter()
        self._said: dict[str, datetime] = {}
        self._relents: dict[str, datetime] = {}
        self._misdelivery = Misdelivery(office.faults, office.chance)

    # Time.

    @property
    def next(self) -> datetime | None:
        """When it will do something next."""
        return self._agenda[0][0] if self._agenda else None

    def later(self, at: datetime, name: str, doing: Doing) -> None:
        """Put on the agenda. What is due at one moment is done in the order of its names."""
        self._entries += 1
        heappush(self._agenda, (max(at, self.now), name, self._entries, doing))

    def step(self) -> None:
        """Do the next thing on the agenda."""
        at, _, _, doing = heappop(self._agenda)
        self.now = max(self.now, at)
        doing()

    def reach(self, now: datetime) -> None:
        """Do everything that is due until then. Nothing leaves the outlet by this alone."""
        while self._agenda and self._agenda[0][0] <= now:
            self.step()
        self.now = max(self.now, now)

    async def until(self, now: datetime) -> None:
        """The same, and hand over what is to be sent."""
        self.reach(now)
        await self.office.outlet.flush()

    # Being asked.

    async def ask(self, ask: Ask) -> Reply:
        """Do an effect once; the first answer is given again for the same key."""
        down = self._away()
        if down is not None:
            return down
        known = self.effects.get(ask.effect)
        if known is not None and self._relents.get(ask.effect, self.now) < self.now:
            del self._relents[ask.effect]
            return self._perform(ask)
        if known is not None:
            if known[0].body != ask.body or known[0].kind != ask.kind:
                return Reply(422, {"detail": f"the key {ask.effect} was used with another request"})
            return known[1]
        return self._asked(ask)

    async def find(self, effect: str) -> Reply:
        """The first answer to an effect; 404 where it was never done or refused."""
        down = self._away()
        if down is not None:
            return down
        known = self.effects.get(effect)
        return known[1] if known else Reply(404, {"detail": f"{self.role} knows of no effect {effect}"})

    def _away(self) -> Reply | None:
        until = self.office.faults.down_until(self.role, self.now)
        if until is None:
            return None
        self.office.faults.play(self.now, self.role, "down", "*", "", "", f"until {moment(until)}")
        return Reply(503, {"detail": f"{self.role} is down"})

    def _asked(self, ask: Ask) -> Reply:
        faults, tries = self.office.faults, self.tries[ask.effect]
        self.tries[ask.effect] += 1
        for fault in ("rate_limiting", "unclear", "refusing"):
            # Which fault a key meets is drawn at its first try; throttling may go on for further ones.
            rule = faults.due(self.role, fault, ask.kind, ask.order, ask.effect, self.now)
            if rule is None or (fault != "refusing" and tries >= rule.times):
                continue
            faults.play(self.now, self.role, fault, ask.kind, ask.order, ask.effect)
            if fault == "rate_limiting":
                return Reply(429, {"detail": "too many requests"}, retry_after=rule.retry_after)
            if fault == "unclear":
                if rule.does:
                    self._perform(ask)
                return Reply(504, {"detail": "no answer in time"}, answered=False)
            refused = Reply(409, {"detail": rule.what or f"{self.role} will not do this"})
            self.effects[ask.effect] = (ask, refused)
            if rule.lasting is not None:
                self._relents[ask.effect] = self.now + rule.lasting
            return refused
        return self._perform(ask)

    def _perform(self, ask: Ask) -> Reply:
        try:
            reply = Reply(200, {"events": self.perform(ask)})
        except Refused as refused:
            reply = Reply(409, {"detail": str(refused)})
        except (BadField, KeyError, ValueError, ArithmeticError, TypeError) as wrong:
            reply = Reply(422, {"detail": f"{ask.kind} cannot be read: {type(wrong).__name__} {wrong}"})
        self.effects[ask.effect] = (ask, reply)
        return reply

    def perform(self, ask: Ask) -> list[dict[str, Any]]:
        """Do it, and answer with CloudEvents. Raises Refused, having done nothing."""
        raise Refused(f"{self.role} does not do {ask.kind}")

    def event(self, ask: Ask, family: str, data: dict[str, Any]) -> dict[str, Any]:
        """A CloudEvent as an answer."""
        return {
            "specversion": "1.0", "id": f"{self.role}-{family}-{data['document']}-{data.get('revision', 0)}",
            "source": self.role, "type": f"sayso.{family}.v1", "subject": ask.order, "time": moment(self.now),
            "datacontenttype": "application/json", "data": data,
        }  # fmt: skip

    # Sending.

    def say(self, kind: str, order: str, document: str, body: dict[str, Any], revision: int = 1) -> None:
        """Send a message; what becomes of it on the way is for the faults to say."""
        stem = f"{self.role.upper()}-{kind}-{document}-{revision}"
        self._ids[stem] += 1
        message = stem if self._ids[stem] == 1 else f"{stem}-{self._ids[stem]}"
        whole = {"message": kind, "messageId": message, "sentAt": moment(self.now), **body}
        # What is said of one order leaves in the order of saying, unless a fault has it otherwise.
        at = self.now + self.chance.between(self.setting.pace.send, "send", message)
        if order:
            at = self._said[order] = max(at, self._said.get(order, at) + _SECOND)
        said = Said(self.role, kind, message, order, document, whole, at)
        leaves, back = self._misdelivery.leaving(said)
        self.withheld += [(said, one) for one in back]
        for leaving in leaves:
            self._leave(said, leaving)

    def resend(self, order: str | None = None) -> int:
        """Send what was lost for good, of an order or all; the number of messages."""
        wanted = [pair for pair in self.withheld if order in (None, pair[0].order)]
        self.withheld = [pair for pair in self.withheld if order not in (None, pair[0].order)]
        for said, leaving in wanted:
            self._leave(said, leaving._replace(at=self.now))
        return len(wanted)

    def _leave(self, said: Said, leaving: Leaving) -> None:
        self.later(leaving.at, f"send {said.message}", lambda: self._send(said, leaving.body))

    def _send(self, said: Said, body: bytes) -> None:
        until = self.office.faults.down_until(self.role, self.now)
        if until is not None:
            self._leave(said, Leaving(until, body))
            return
        self.office.outlet.put(Delivery(self.role, said.kind, said.message, said.order, self.now, body))

    def books(self) -> dict[str, Any]:
        """What it wrote down, as plain data."""
        raise NotImplementedError


def whole(quantity: Decimal, percent: int) -> Decimal:
    """So many percent of a quantity in whole units, at least one of them, at most all."""
    return min(max(quantity * percent // 100, Decimal(1)), quantity)
