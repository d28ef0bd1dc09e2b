"""How Sayso speaks to PostgreSQL: connections, pools, named queries, the errors of a database that is away.

Knows no table. Nothing here keeps state in a session, so a connection may be handed to anybody at any time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import asyncpg

from sayso.errors import Misconfigured, SaysoError, StoreAway
from sayso.store.server_binaries import OLDEST

CONNECT_SECONDS = 10
COMMAND_SECONDS = 60  # a longer statement says so: fetch(..., timeout=...)
IDLE_SECONDS = 60  # in a transaction; then PostgreSQL ends a client that hangs, and its row locks with it

_AWAY = (
    OSError,  # refused, unknown host, broken pipe, time out
    asyncpg.PostgresConnectionError,  # class 08
    asyncpg.InsufficientResourcesError,  # class 53: disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # class 57: shut down, crash, starting up, statement time out
    asyncpg.PostgresIOError,  # class 58
    asyncpg.ReadOnlySQLTransactionError,  # 25006: a standby, or a primary that was demoted
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,  # of a connection that the server is closing at this moment
)
_WRONG = (
    asyncpg.ClientConfigurationError,
    asyncpg.InvalidAuthorizationSpecificationError,  # class 28: wrong user or password
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)
_ENDED = ("connection is closed", "pool is clos", "connection was closed")


class Queries:
    """Queries by name: `SQL["lock_items"]` or `SQL.lock_items`; iterating gives the names."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    def __getitem__(self, name: str) -> str:
        return self._texts[name]

    def __getattr__(self, name: str) -> str:
        try:
            return self._texts[name]
        except KeyError:
            raise AttributeError(f"there is no query named {name}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def queries(module: str) -> Queries:
    """The queries in `sayso/store/queries/<module>.sql`.

    Each begins with a line `-- name: some_name` and comment lines that say in a sentence what it does. The
    text returned begins with a comment `module.some_name`, which pg_stat_activity and the logs then show.
    """
    return Queries(parsed((files(__package__) / "queries" / f"{module}.sql").read_text("utf-8"), module))


def parsed(text: str, source: str) -> dict[str, str]:
    """Split a file of named queries. Raises SaysoError naming `source` and the query that is amiss."""
    head, *parts = re.split(r"^-- name:", text, flags=re.MULTILINE)
    if any(line.strip() and not line.startswith("--") for line in head.splitlines()):
        raise SaysoError(
            f"{source}.sql: there is SQL before the first name", remedy="Begin it with -- name: ..."
        )
    found: dict[str, str] = {}
    for part in parts:
        title, _, body = part.partition("\n")
        name, lines = title.strip(), body.strip().splitlines()
        comments = 0
        while comments < len(lines) and lines[comments].startswith("--"):
            comments += 1
        sentence = " ".join(line.removeprefix("--").strip() for line in lines[:comments])
        query = "\n".join(lines[comments:]).strip()
        problem = _problem(name, sentence, query, found)
        if problem:
            raise SaysoError(f"{source}.sql: query {name!r} {problem}")
        found[name] = f"-- {source}.{name}\n{query}"
    return found


def _problem(name: str, sentence: str, query: str, earlier: Mapping[str, str]) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        return "cannot be named so: small letters, digits and _, beginning with a letter"
    if name in earlier:
        return "is there twice"
    if not re.match(r"[A-Z].*\.$", sentence):
        return "has no sentence under its name that says what it does"
    return "" if query else "is empty"


def quoted(schema: str) -> str:
    """A schema's name as SQL. Raises Misconfigured unless it is a plain name that is not PostgreSQL's own."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema) or schema.startswith("pg_"):
        raise Misconfigured(
            f"the schema name {schema!r} cannot be used",
            remedy="Set schema to at most 63 small letters, digits and _, not beginning with a digit or pg_.",
        )
    return f'"{schema}"'


@contextmanager
def mapped() -> Iterator[None]:
    """Raise StoreAway for whatever asyncpg or the system raise in the block because PostgreSQL is away.

    A refused login or a missing right becomes Misconfigured; everything else passes. An OSError always counts
    as the database's, so the block should use no files or sockets of its own.
    """
    try:
        yield
    except _WRONG as error:
        raise Misconfigured(
            f"PostgreSQL does not let us in: {error}",
            remedy="Check the database URL: user, password, database name, and the rights of that user.",
        ) from error
    except _AWAY as error:
        raise _away(error) from error
    except asyncpg.InterfaceError as error:
        if not any(sign in str(error) for sign in _ENDED):
            raise
        raise _away(error) from error


def _away(error: Exception) -> StoreAway:
    said = str(error) or ("no answer in time" if isinstance(error, TimeoutError) else type(error).__name__)
    return StoreAway(
        f"PostgreSQL cannot be reached: {said}",
        remedy="See that PostgreSQL runs and try again; with the same Idempotency-Key nothing happens twice.",
    )


async def connect(dsn: str, schema: str) -> asyncpg.Connection[asyncpg.Record]:
    """A connection of one's own; plain names are those of `schema`, numeric is Decimal, JSON is text.

    Raises StoreAway if there is no answer, Misconfigured if PostgreSQL refuses us or is older than 15.
    """
    with mapped():
        connection = await asyncpg.connect(dsn, **_options(schema))
        try:
            await _require_version(connection)
        except BaseException:
            await connection.close()
            raise
    return connection


async def pool(dsn: str, schema: str, size: int) -> asyncpg.Pool[asyncpg.Record]:
    """At most `size` connections like those of `connect`, opened when needed. Raises as `connect` does."""
    with mapped():
        return await asyncpg.create_pool(
            dsn, min_size=min(2, size), max_size=size, init=_require_version, reset=_keep, **_options(schema)
        )


def _options(schema: str) -> dict[str, Any]:
    return {
        "timeout": CONNECT_SECONDS,
        "command_timeout": COMMAND_SECONDS,
        "statement_cache_size": 512,
        "server_settings": {
            "application_name": "sayso",
            "search_path": quoted(schema),
            "timezone": "UTC",
            "jit": "off",
            "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
        },
    }


async def _require_version(connection: Any) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise Misconfigured(
            f"the database is PostgreSQL {version.major}.{version.minor}, Sayso needs {OLDEST} or newer",
            remedy=f"Point the database URL at PostgreSQL {OLDEST} or newer, or give none at all.",
        )


async def _keep(_: Any) -> None:
    """Reset nothing when a connection goes back: there is no session state, and it would cost a round trip.

    asyncpg itself still rolls back a transaction that was left open.
    """
