"""From an error to problem details (RFC 9457). Knows the error tree and what only HTTP can get wrong."""

from __future__ import annotations

from typing import Any

import msgspec

from sayso.errors import (
    BadField,
    BadRequest,
    Busy,
    Conflict,
    KeyReused,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    SaysoError,
    StoreAway,
    TooLarge,
)

PROBLEM_TYPE = b"application/problem+json"
_encode = msgspec.json.Encoder(enc_hook=str).encode


class WrongMethod(SaysoError):
    """The page is there, and does not answer to this method."""

    status = 405
    slug = "method-not-allowed"
    title = "This method is not served here"


class WrongMedia(SaysoError):
    """The body's media type, charset or content coding is not one that is read."""

    status = 415
    slug = "unsupported-media-type"
    title = "The body's type cannot be read"


class TooFast(SaysoError):
    """The key sends more requests than its rate allows."""

    status = 429
    slug = "too-many-requests"
    title = "Too many requests"


class Unexpected(SaysoError):
    """A fault in Sayso itself; the log has the trace under the request id."""

    slug = "internal"
    title = "Something went wrong in Sayso"


#: Every kind of problem that the door can answer with, in the order of their status.
PROBLEMS: tuple[type[SaysoError], ...] = (
    BadRequest, BadField, NotAuthenticated, NotAllowed, NotFound, WrongMethod, Conflict, TooLarge, WrongMedia,
    KeyReused, TooFast, Unexpected, Busy, StoreAway,
)  # fmt: skip


def body_of(error: SaysoError, request_id: str) -> bytes:
    """The problem document of an error."""
    facts = dict(error.facts)
    document: dict[str, Any] = {
        "type": f"urn:sayso:problem:{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "remedy": error.remedy,
        "instance": f"urn:sayso:request:{request_id}",
        "request_id": request_id,
    }
    if isinstance(error, BadField):
        named = {"field": error.field, "value": facts.pop("value", ""), "detail": error.detail}
        facts.pop("field", None)
        document["errors"] = [{**named, "remedy": error.remedy}]
    facts.pop("given", None)
    if facts:
        document["facts"] = facts
    return _encode(document)


def headers_of(error: SaysoError) -> list[tuple[bytes, bytes]]:
    """What beside the document an error says in headers."""
    headers: list[tuple[bytes, bytes]] = []
    if isinstance(error, NotAuthenticated):
        fault = ', error="invalid_token"' if error.facts.get("given") else ""
        headers.append((b"www-authenticate", f'Bearer realm="sayso"{fault}'.encode()))
    elif isinstance(error, NotAllowed):
        scope = f', scope="{error.facts["scope"]}"' if "scope" in error.facts else ""
        challenge = f'Bearer realm="sayso", error="insufficient_scope"{scope}'
        headers.append((b"www-authenticate", challenge.encode()))
    elif isinstance(error, (Busy, StoreAway, TooFast)):
        headers.append((b"retry-after", str(error.facts.get("retry_after", 1)).encode()))
    elif isinstance(error, WrongMethod):
        headers.append((b"allow", error.facts["allow"].encode()))
    elif isinstance(error, WrongMedia):
        headers.append((b"accept", b"application/json"))
        headers.append((b"accept-encoding", b"identity"))
    return headers
