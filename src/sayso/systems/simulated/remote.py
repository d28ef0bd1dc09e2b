"""A simulated system in the same process, as a `Remote`: the same answers as over HTTP, without HTTP."""

from __future__ import annotations

from sayso.systems.seam import Ask, Outcome
from sayso.systems.simulated.system import Reply, System


class InProcess:
    """A `Remote` over a simulated system."""

    def __init__(self, system: System) -> None:
        self._system = system

    async def send(self, ask: Ask) -> Outcome:
        """Ask it."""
        return outcome(await self._system.ask(ask))

    async def find(self, effect: str) -> Outcome | None:
        """What became of an effect; None where the system knows of none."""
        reply = await self._system.find(effect)
        return None if reply.status == 404 else outcome(reply)

    async def close(self) -> None:
        """There is nothing to let go of."""


def outcome(reply: Reply) -> Outcome:
    """What an answer means."""
    detail = str(reply.body.get("detail", ""))
    if not reply.answered:
        return Outcome(came="unclear", detail=detail, failure="network")
    if reply.status == 200:
        return Outcome(came="done", events=tuple(reply.body.get("events", ())))
    if reply.status == 429:
        wait = None if reply.retry_after is None else float(reply.retry_after)
        return Outcome(came="again", detail=detail, failure="throttled", retry_after=wait)
    if reply.status == 503:
        return Outcome(came="again", detail=detail, failure="down")
    return Outcome(came="refused", detail=detail)
