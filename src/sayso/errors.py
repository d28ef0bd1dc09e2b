"""Everything that can go wrong, drawn once. A business "no" is not here: it is a value (promise/reasons.py).

SaysoError
├── BadRequest            400  the request cannot be understood
│   ├── BadField          400  a field's value cannot be used; names field, value and remedy
│   └── TooLarge          413  the body or the number of lines is over the limit
├── NotAuthenticated      401  no key, or a key that is not known
├── NotAllowed            403  the key's scopes or customers do not cover this
├── NotFound              404  no such promise, order, item of work or page
├── Conflict              409  the thing is not in a state that allows this
├── KeyReused             422  the Idempotency-Key came before with another body
├── Busy                  503  too much is waiting; try again after a moment
├── StoreAway             503  PostgreSQL cannot be reached
├── NewerSchema                the database was migrated by a newer Sayso
├── Misconfigured              a setting is missing, unknown or wrong
└── ServerUnavailable          no PostgreSQL could be found or started on this machine
"""

from __future__ import annotations

from typing import Any


class SaysoError(Exception):
    """Something went wrong that a person can act on."""

    status = 500
    slug = "internal"
    title = "Something went wrong"
    exit_status = 3

    def __init__(self, detail: str, *, remedy: str = "", **facts: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.facts = facts


class BadRequest(SaysoError):
    """The request cannot be understood."""

    status = 400
    slug = "bad-request"
    title = "The request cannot be understood"
    exit_status = 2


class BadField(BadRequest):
    """A field's value cannot be used."""

    slug = "bad-field"
    title = "A field has a value that cannot be used"

    def __init__(self, field: str, value: Any, detail: str, *, remedy: str = "", **facts: Any) -> None:
        super().__init__(detail, remedy=remedy, field=field, value=_short(value), **facts)
        self.field = field


class TooLarge(BadRequest):
    """The body or the number of lines is over the limit."""

    status = 413
    slug = "too-large"
    title = "The request is too large"


class NotAuthenticated(SaysoError):
    """No key was given, or the key is not known, expired or revoked."""

    status = 401
    slug = "not-authenticated"
    title = "A valid API key is needed"
    exit_status = 2


class NotAllowed(SaysoError):
    """The key does not cover this call or this customer."""

    status = 403
    slug = "not-allowed"
    title = "The API key does not cover this"
    exit_status = 2


class NotFound(SaysoError):
    """There is no such thing, or none that this key may see."""

    status = 404
    slug = "not-found"
    title = "Not found"
    exit_status = 2


class Conflict(SaysoError):
    """The thing is not in a state that allows this."""

    status = 409
    slug = "conflict"
    title = "The current state does not allow this"
    exit_status = 2


class KeyReused(SaysoError):
    """The Idempotency-Key was used before with another request."""

    status = 422
    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used with another request"
    exit_status = 2


class Busy(SaysoError):
    """Too much is waiting."""

    status = 503
    slug = "busy"
    title = "Too many requests are waiting"


class StoreAway(SaysoError):
    """PostgreSQL cannot be reached, or went away in the middle."""

    status = 503
    slug = "store-away"
    title = "The database cannot be reached"


class NewerSchema(SaysoError):
    """The database was migrated by a newer Sayso than this one."""

    slug = "newer-schema"
    title = "The database belongs to a newer Sayso"
    exit_status = 2


class Misconfigured(SaysoError):
    """A setting is missing, unknown or wrong."""

    slug = "misconfigured"
    title = "A setting cannot be used"
    exit_status = 2


class ServerUnavailable(SaysoError):
    """No PostgreSQL could be found or started on this machine."""

    slug = "no-postgresql"
    title = "PostgreSQL could not be started"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
