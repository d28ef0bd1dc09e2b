"""What a row of the route table says, and what a handler is given. Data only; calls.py acts on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from sayso.api.answered import Answered
from sayso.api.settings import Settings
from sayso.desk.calling import Caller, Desk, Keys, Reply
from sayso.desk.messages.quarantine import Quarantine
from sayso.desk.messages.taking import Taking
from sayso.errors import SaysoError
from sayso.insight.transactions import Transactions

NOBODY = Caller(name="", scopes=frozenset())


class Follow(Struct, frozen=True):
    """What stands behind the doors that follow orders: what takes messages in, holds them back, and reads transactions.

    `work` does all work that is due at a moment, where the clock is simulated; else workers do it.
    """

    taking: Taking
    quarantine: Quarantine
    transactions: Transactions
    work: Callable[[datetime], Awaitable[int]] | None = None


class House(Struct, frozen=True):
    """What stands behind every door: use cases, keys, settings, the OpenAPI document, the record of answers."""

    desk: Desk
    keys: Keys
    settings: Settings
    document: bytes
    answered: Answered
    follow: Follow | None = None


class Ask(Struct):
    """One request, read and admitted. `value` is the decoded body, None where the call reads none."""

    caller: Caller
    now: datetime
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: bytes = b""
    value: Any = None
    key: str | None = None
    headers: Mapping[bytes, bytes] = {}


class Parameter(Struct, frozen=True):
    """A parameter of the query or the path; `schema` is JSON Schema."""

    name: str
    where: str
    description: str
    schema: Mapping[str, Any]
    required: bool = False
    repeated: bool = False
    example: Any = None


class Call(Struct, frozen=True, kw_only=True):
    """One call: where it is, who may, what it reads and answers, what can go wrong, and how it looks.

    scope: "" for a call that needs no key; also: other scopes that open it too. reads: the body's Struct, None for no
    body. decoded: False hands the body on as it came (facts). accepts: the media types of the body beside JSON, each
    `one` (what reads says), `list` (of those) or `any`; `*/*` is any type. writes: an Idempotency-Key is taken.
    texts: the longest text in the body.
    statuses: those of an answer, each with its sentence. asks, gives: examples by name.
    """

    method: str
    path: str
    operation: str
    summary: str
    tag: str
    handle: Callable[[House, Ask], Awaitable[Reply]]
    answers: Any
    description: str = ""
    scope: str = ""
    also: tuple[str, ...] = ()
    reads: Any = None
    accepts: Mapping[str, str] = {}
    decoded: bool = True
    writes: bool = False
    texts: int = 200
    media: str = "application/json"
    statuses: Mapping[int, str]
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[type[SaysoError], ...] = ()
    asks: Mapping[str, Any] = {}
    gives: Mapping[str, Any] = {}
