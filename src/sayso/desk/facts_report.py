"""What a load of facts did, as a value: counted chunk by chunk, kept with a load that may be interrupted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sayso.canon.rows import Refusal
from sayso.canon.times import moment

MOST_REFUSALS = 1000
"""Refusals that a report keeps; the others are counted."""
_MOST_SAVED = 100

_COUNTS = ("inserted", "updated", "unchanged", "stale", "deleted", "refused", "removed")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. Every row read is counted once, in one of the six that follow `read`.

    `unchanged`: held so already, at most its as_of is newer now. `stale`: what is held is newer. `deleted`:
    by a row that says so; `removed`: not in the snapshot. `withheld`: nothing was removed, because rows of
    the snapshot were refused. `rejected`: nothing was loaded, because the load was strict and some were.
    `resumed_at`: rows that an interrupted load before this one had brought in; they are counted here as well.
    """

    kind: str
    source: str
    as_of: datetime
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    deleted: int = 0
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()
    removed: int = 0
    withheld: bool = False
    rejected: bool = False
    resumed_at: int = 0

    def plus(self, refused: list[list[Refusal]], **counts: int) -> LoadReport:
        """The report with more rows: `refused` holds for each refused row all that is wrong with it."""
        added: dict[str, Any] = {name: getattr(self, name) + count for name, count in counts.items()}
        room = MOST_REFUSALS - len(self.refusals)
        refusals = self.refusals + tuple(one for row in refused for one in row)[:room]
        return replace(self, **added, refused=self.refused + len(refused), refusals=refusals)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON shows it; a refusal names its file and line, or its row (from 1)."""
        return {
            "kind": self.kind, "source": self.source, "as_of": moment(self.as_of), "rows": self.read,
            "inserted": self.inserted, "updated": self.updated, "unchanged": self.unchanged,
            "stale": self.stale, "deleted": self.deleted, "removed": self.removed, "refused": self.refused,
            "refusals": [_shown(refusal) for refusal in self.refusals], "withheld": self.withheld,
            "rejected": self.rejected, "resumed_at": self.resumed_at,
        }  # fmt: skip

    def saved(self) -> dict[str, Any]:
        """What is kept with every chunk, for `resumed`."""
        refusals = [
            [one.line, one.field, one.value, one.detail, one.remedy, one.file]
            for one in self.refusals[:_MOST_SAVED]
        ]
        return {**{name: getattr(self, name) for name in _COUNTS}, "refusals": refusals}

    def resumed(self, rows_read: int, saved: dict[str, Any]) -> LoadReport:
        """This report, which is empty, with what an interrupted load had counted."""
        if not rows_read:
            return self
        counts = {name: saved[name] for name in _COUNTS}
        refusals = tuple(Refusal(*one) for one in saved["refusals"])
        return replace(self, read=rows_read, resumed_at=rows_read, refusals=refusals, **counts)


def _shown(refusal: Refusal) -> dict[str, Any]:
    place = {"file": refusal.file, "line": refusal.line} if refusal.file else {"row": refusal.line}
    return {
        **place, "field": refusal.field, "value": refusal.value, "detail": refusal.detail,
        "remedy": refusal.remedy,
    }  # fmt: skip
