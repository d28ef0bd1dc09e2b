"""How each system is asked: its address, patience, retries, breaker, budget. Read from the follow file's [systems.*]."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct, field

from sayso.errors import Misconfigured

Role = Literal["erp", "wms", "ar", "bank", "storefront"]

#: Shares of a budget, who goes first before the others.
SHARES = ("checkout", "sync", "replay")

_Seconds = Annotated[float, Meta(gt=0, le=86_400)]
_Part = Annotated[float, Meta(ge=0, le=1)]
_Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class Pace(Struct, frozen=True, forbid_unknown_fields=True):
    """How the pauses grow: the first in seconds, by what factor, and the longest."""

    base: _Seconds = 1.0
    factor: Annotated[float, Meta(ge=1, le=10)] = 2.0
    most: _Seconds = 300.0


class Retry(Struct, frozen=True, forbid_unknown_fields=True):
    """How often and when an effect is asked for again. `jitter` is the part of each pause that is left to chance; a kind
    of failure may have a pace of its own."""

    attempts: _Count = 20
    base: _Seconds = 1.0
    factor: Annotated[float, Meta(ge=1, le=10)] = 2.0
    most: _Seconds = 300.0
    jitter: _Part = 0.5
    throttled: Pace | None = None
    down: Pace | None = None
    server: Pace | None = None
    network: Pace | None = None
    unclear: Pace | None = None

    def of(self, failure: str) -> Pace:
        """The pace for a kind of failure."""
        own: Pace | None = getattr(self, failure, None) if failure in _FAILURES else None
        return own or Pace(self.base, self.factor, self.most)


#: As a system's messages come in under it: POST /v1/systems/{system}/messages.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_FAILURES = ("throttled", "down", "server", "network", "unclear")


class Breaker(Struct, frozen=True, forbid_unknown_fields=True):
    """After how many failures in a row a system is left alone, and for how many seconds."""

    failures: _Count = 5
    rest: _Seconds = 30.0


class Shares(Struct, frozen=True, forbid_unknown_fields=True):
    """What part of a window's requests is kept for each; what is over goes to whoever comes."""

    checkout: _Part = 0.5
    sync: _Part = 0.3
    replay: _Part = 0.1


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """At most `requests` in each window of `seconds`, from all workers together; 0: as many as there are."""

    requests: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    seconds: _Seconds = 1.0
    shares: Shares = field(default_factory=Shares)


class SystemPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """A system: what it does here (`role`), what it is (`product`, for the person who reads), where it is asked (`url`, ""
    if it is only heard) with which key, for how many seconds it may take (`timeout`), and how many requests one process
    may have on their way to it (`concurrency`)."""

    role: Role
    product: str = ""
    url: Annotated[str, Meta(pattern=r"^(https?://.+)?$")] = ""
    key: str = ""
    timeout: Annotated[float, Meta(gt=0, le=600)] = 20.0
    concurrency: Annotated[int, Meta(ge=1, le=1000)] = 4
    retry: Retry = field(default_factory=Retry)
    breaker: Breaker = field(default_factory=Breaker)
    budget: Budget = field(default_factory=Budget)

    @property
    def lease(self) -> float:
        """Seconds that a worker has an effect for itself: longer than asking can take."""
        return self.timeout * 2 + 30

    def __repr__(self) -> str:
        """Without the key: this ends up in logs."""
        return f"SystemPolicy(role={self.role!r}, product={self.product!r}, url={self.url!r})"


def read(section: Mapping[str, Any], where: str) -> dict[str, SystemPolicy]:
    """The systems by name, from the table [systems] that stands in `where`.

    Raises Misconfigured, which names the setting that is unknown or wrong.
    """
    found: dict[str, SystemPolicy] = {}
    for name, given in section.items():
        if not _NAME.fullmatch(name) or name.casefold() == "sayso":
            raise Misconfigured(
                f"{where}: systems.{name[:80]!r}: no name of a system",
                remedy="letters, digits and . _ - , at most 60; and not sayso, which is Sayso's own",
            )
        try:
            found[name] = policy = msgspec.convert(given, SystemPolicy, strict=True)
        except msgspec.ValidationError as refused:
            said = str(refused).replace("`$.", f"`systems.{name}.").replace("`$`", f"`systems.{name}`")
            raise Misconfigured(
                f"{where}: systems.{name}: {said}",
                remedy="see docs/reference/follow.md for every setting and its values",
            ) from None
        _check(policy, f"{where}: systems.{name}")
    return found


def _check(policy: SystemPolicy, where: str) -> None:
    if policy.url and not _is_address(policy.url):
        raise Misconfigured(
            f"{where}.url: {policy.url!r} is no address", remedy="write it as https://erp.example/sayso"
        )
    if not (policy.key.isascii() and policy.key.isprintable()) or policy.key != policy.key.strip():
        raise Misconfigured(
            f"{where}.key: a header cannot carry it", remedy="write it in ASCII, without blanks at its ends"
        )
    shares = policy.budget.shares
    kept = shares.checkout + shares.sync + shares.replay
    if kept > 1 + 1e-9:
        raise Misconfigured(
            f"{where}.budget.shares: together they are {kept:g} of the budget",
            remedy="let checkout, sync and replay be 1 or less together",
        )
    for name in ("", *_FAILURES):
        pace = policy.retry.of(name)
        if pace.base > pace.most:
            raise Misconfigured(
                f"{where}.retry{'.' + name if name else ''}: base is {pace.base:g} s, longer than most, {pace.most:g} s",
                remedy="let base be the shortest pause and most the longest",
            )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            bool(parts.hostname)
            and parts.port != 0
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        return False
