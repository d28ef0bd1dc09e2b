"""Settings from the environment and sayso.toml, and the application assembled from them. Alone reads the environment.

A setting is looked for in this order: the flag, the environment (SAYSO_ and the name in capitals), sayso.toml, the
default. Nothing is connected at import.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sayso.desk.desk import Desk
from sayso.desk.keys import Keys
from sayso.desk.signing import Signer
from sayso.errors import Misconfigured
from sayso.promise import policy as policies
from sayso.promise.policy import Policy
from sayso.store import database, migrate
from sayso.store.server import Server


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


@dataclass(frozen=True)
class Settings:
    """What an operator may set. Each name is a flag, a key of sayso.toml, and in capitals an environment variable."""

    home: Path = field(default_factory=lambda: Path.home() / ".sayso")
    database_url: str = ""
    schema: str = "sayso"
    pg_bin: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    processes: int = 1
    policy: str = ""
    clock: str = "real"
    body_limit: int = 1 << 20
    facts_limit: int = 32 << 20
    most_lines: int = 500
    requests_per_second: int = 0
    origins: str = ""
    pool: int = 10
    log_level: str = "info"
    data: str = ""

    @property
    def simulated(self) -> bool:
        """Whether requests may say what time it is."""
        return self.clock == "simulated"


@dataclass(frozen=True)
class App:
    """The assembled application: a pool, the clock, the policy, the use cases."""

    settings: Settings
    clock: Clock
    policy: Policy
    pool: Any
    desk: Desk
    keys: Keys
    signer: Signer


def settings(config: Path | None = None, **flags: Any) -> Settings:
    """The settings in force; Misconfigured names the one that is unknown or wrong. Flags that are None are not given."""
    found: dict[str, Any] = {}
    file = config or Path(os.environ.get("SAYSO_CONFIG", "sayso.toml"))
    if config is not None or file.is_file():
        found.update(_from_file(file))
    for one in fields(Settings):
        value = os.environ.get(f"SAYSO_{one.name.upper()}")
        if value:
            found[one.name] = value
    found.update({name: value for name, value in flags.items() if value is not None})
    return replace(Settings(), **{name: _typed(name, value) for name, value in found.items()})


def _from_file(file: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as away:
        raise Misconfigured(
            f"{file}: {away.strerror}", remedy="name a file that can be read with --config"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise Misconfigured(f"{file}: {broken}", remedy="the file is TOML in UTF-8") from None
    known = {one.name for one in fields(Settings)}
    for name in found:
        if name not in known:
            raise Misconfigured(
                f"{file}: there is no setting {name!r}", remedy=f"known: {', '.join(sorted(known))}"
            )
    return found


def _typed(name: str, value: Any) -> Any:
    kind = {one.name: one.type for one in fields(Settings)}[name]
    if kind == "int":
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise Misconfigured(
                f"{name} is a whole number, not {value!r}", remedy=f"e.g. {name} = 1"
            ) from None
        if number < 0 or (name == "port" and number > 65535):
            raise Misconfigured(f"{name} cannot be {number}", remedy="give a number that can be used")
        return number
    if kind == "Path":
        return Path(value).expanduser()
    if name == "clock" and value not in ("real", "simulated"):
        raise Misconfigured(f"clock is real or simulated, not {value!r}", remedy="leave it out in production")
    return str(value)


def policy_of(found: Settings) -> Policy:
    """The policy file's settings, or the defaults."""
    return policies.load(Path(found.policy)) if found.policy else Policy()


@asynccontextmanager
async def database_of(found: Settings) -> AsyncIterator[str]:
    """A DSN of a migrated database: the one given, else the embedded PostgreSQL in the data folder."""
    server = (
        None
        if found.database_url
        else Server(found.home / "postgres", Path(found.pg_bin) if found.pg_bin else None)
    )
    try:
        dsn = server.ensure() if server else found.database_url
        connection = await database.connect(dsn, found.schema)
        try:
            await migrate.migrate(connection, found.schema)
        finally:
            await connection.close()
        yield dsn
    finally:
        if server:
            server.release()


@asynccontextmanager
async def assembled(found: Settings, dsn: str, clock: Clock | None = None) -> AsyncIterator[App]:
    """The application over a migrated database; what waits is settled before it closes."""
    policy = policy_of(found)
    signer = Signer(found.home / "keys")
    pool = await database.pool(dsn, found.schema, found.pool)

    async def connect() -> Any:
        return await database.connect(dsn, found.schema)

    clock = clock or (SimulatedClock(datetime.now(UTC)) if found.simulated else Clock())
    desk = Desk(pool, connect, policy, signer, most_lines=found.most_lines)
    try:
        await desk.start()
        yield App(found, clock, policy, pool, desk, Keys(pool), signer)
    finally:
        await desk.stop()
        await pool.close()


@asynccontextmanager
async def opened(
    *, database_url: str | None = None, config: Path | None = None, **flags: Any
) -> AsyncIterator[App]:
    """The application for one command: settings read, database made ready, everything closed afterwards."""
    found = settings(config, database_url=database_url, **flags)
    async with database_of(found) as dsn, assembled(found, dsn) as app:
        yield app
