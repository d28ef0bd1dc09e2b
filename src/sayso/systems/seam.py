"""The seam between Sayso and the outside: what a system is asked, what comes of it. Knows no product and no protocol."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from msgspec import Struct

Came = Literal["done", "refused", "unclear", "again"]


class Ask(Struct, frozen=True, kw_only=True):
    """An effect on its way to a system. `effect` is its key: the system, or whoever stands before it, must not do the same
    key twice. `body` is what is asked, as JSON values."""

    effect: str
    system: str
    kind: str
    order: str
    cause: str
    body: dict[str, Any]


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of asking.

    `done`: the system did it, or had done it before; `refused`: it will not, and asking again is in vain; `again`: it did
    not now (`failure` says why: throttled, down, server, network), and may later; `unclear`: it may have done it, so it is
    looked up before it is asked again. `events` are CloudEvents as JSON values that it answered with; they enter by the
    inbox as all others do. `retry_after` is in seconds, where the system named it.
    """

    came: Came
    detail: str = ""
    failure: str = ""
    retry_after: float | None = None
    events: tuple[dict[str, Any], ...] = ()


class Remote(Protocol):
    """A system that can be asked."""

    async def send(self, ask: Ask) -> Outcome:
        """Ask it. Never raises for what the system or the network does: that is an outcome."""

    async def find(self, effect: str) -> Outcome | None:
        """What became of an effect asked before: done or refused; None where the system knows of none.

        Raises nothing either: an outcome `again` says that it could not be found out.
        """

    async def close(self) -> None:
        """Let go of connections."""
