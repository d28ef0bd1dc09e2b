"""One thing on which two books do not agree."""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """`what` differs, the orders and documents that it is `about`, and in words how."""

    what: str
    about: tuple[str, ...]
    says: str
