"""Where `now` comes from: the machine, or whoever sets a simulated clock."""

from __future__ import annotations

from datetime import UTC, datetime


class Clock:
    """The one source of `now`: the machine's clock, in UTC."""

    simulated = False

    def now(self) -> datetime:
        """An aware moment in UTC."""
        return datetime.now(UTC)


class SimulatedClock(Clock):
    """A clock that stands where it was last set, for the demo and for tests. A production configuration refuses it."""

    simulated = True

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment it was last set to."""
        return self._now

    def set(self, now: datetime) -> None:
        """Set it."""
        self._now = now
