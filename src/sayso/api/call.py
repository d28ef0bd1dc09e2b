"""What a row of the route table says, and what a handler is given. Data only; calls.py acts on it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from sayso.api.answered import Answered
from sayso.api.settings import Settings
from sayso.desk.calling import Caller, Desk, Keys, Reply
from sayso.errors import SaysoError

NOBODY = Caller(name="", scopes=frozenset())


class House(Struct, frozen=True):
    """What stands behind every door: use cases, keys, settings, the OpenAPI document, the record of answers."""

    desk: Desk
    keys: Keys
    settings: Settings
    document: bytes
    answered: Answered


class Ask(Struct):
    """One request, read and admitted. `value` is the decoded body, None where the call reads none."""

    caller: Caller
    now: datetime
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: bytes = b""
    value: Any = None
    key: str | None = None


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

    scope: "" for a call that needs no key. reads: the body's Struct, None for no body. decoded: False hands
    the body on as it came (facts). writes: an Idempotency-Key is taken. texts: the longest text in the body.
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
    reads: type | None = None
    decoded: bool = True
    writes: bool = False
    texts: int = 200
    media: str = "application/json"
    statuses: Mapping[int, str]
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[type[SaysoError], ...] = ()
    asks: Mapping[str, Any] = {}
    gives: Mapping[str, Any] = {}
