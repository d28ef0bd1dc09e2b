"""Settings from the environment and sayso.toml, and the application assembled from them. Alone reads the environment.

A setting is looked for in this order: the flag, the environment (SAYSO_ and the name in capitals), sayso.toml, the
default. Nothing is connected at import.
"""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import os
import tomllib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sayso.desk.desk import Desk
from sayso.desk.keys import Keys
from sayso.desk.messages.subscribing import Subscribing
from sayso.desk.rounds import Rounds
from sayso.desk.signing import Signer
from sayso.errors import Misconfigured
from sayso.promise import policy as policies
from sayso.promise.policy import Policy
from sayso.store import database, migrate
from sayso.store.server import Server
from sayso.wiring import following
from sayso.wiring.clocks import Clock as Clock
from sayso.wiring.clocks import SimulatedClock as SimulatedClock
from sayso.wiring.following import Follow

#: A worker takes several lanes at once, and settles what was asked beside.
_WORKER_POOL = 8


@dataclass(frozen=True)
class Settings:
    """What an operator may set. Each name is a flag, a key of sayso.toml, and in capitals an environment variable.

    docs/reference/settings.md says what each means; a test holds it to this list.
    """

    home: Path = field(default_factory=lambda: Path.home() / ".sayso")
    database_url: str = ""
    schema: str = "sayso"
    pg_bin: str = ""
    pool: int = 10
    host: str = "127.0.0.1"
    port: int = 8080
    processes: int = 1
    drain_seconds: int = 30
    policy: str = ""
    follow: str = ""
    broker: str = ""
    broker_in: str = "sayso.in"
    broker_out: str = "sayso.out"
    webhooks_private: bool = False
    clock: str = "real"
    body_limit: int = 1 << 20
    facts_limit: int = 32 << 20
    most_lines: int = 500
    most_items: int = 200
    requests_per_second: int = 0
    burst: int = 0
    origins: str = ""
    access_log: bool = True
    log_level: str = "info"
    debug: bool = False
    data: str = ""

    @property
    def simulated(self) -> bool:
        """Whether requests may say what time it is."""
        return self.clock == "simulated"

    @property
    def keys(self) -> Path:
        """The folder with the keys that promises are signed with."""
        return self.home / "keys"


@dataclass(frozen=True)
class Found:
    """The settings in force, and where each was found: a flag, a variable, a file, or "default"."""

    settings: Settings
    origins: Mapping[str, str]


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
    follow: Follow


@dataclass(frozen=True)
class Work:
    """A worker's work: the rounds of promising, and what follows orders."""

    rounds: Rounds
    following: Callable[[asyncio.Event], Coroutine[Any, Any, None]]

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; what is begun is finished first."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.rounds.run(stopping))
            group.create_task(self.following(stopping))


def settings(config: Path | None = None, **flags: Any) -> Settings:
    """The settings in force; Misconfigured names the one that is unknown or wrong. Flags that are None are not given."""
    return in_force(config, **flags).settings


def in_force(config: Path | None = None, **flags: Any) -> Found:
    """The same, with where each was found."""
    values: dict[str, Any] = {}
    origins = {one.name: "default" for one in fields(Settings)}
    named = config or os.environ.get("SAYSO_CONFIG")
    file = Path(named or "sayso.toml")
    if named or file.is_file():
        values.update(_from_file(file))
        origins.update(dict.fromkeys(values, str(file)))
    for one in fields(Settings):
        variable = f"SAYSO_{one.name.upper()}"
        if os.environ.get(variable):
            values[one.name], origins[one.name] = os.environ[variable], variable
    for name, value in flags.items():
        if value is not None:
            values[name], origins[name] = value, f"--{name.replace('_', '-')}"
    return Found(Settings(**{name: _typed(name, value) for name, value in values.items()}), origins)


def debugging() -> bool:
    """Whether the environment asks for tracebacks. Readable even where the settings are not."""
    return os.environ.get("SAYSO_DEBUG", "").lower() in _YES


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


_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_ONE_OF = {"clock": ("real", "simulated"), "log_level": ("debug", "info", "warning", "error")}
_LEAST = {"processes": 1, "pool": 2, "body_limit": 1, "facts_limit": 1, "most_lines": 1, "most_items": 1}
_MOST = {"port": 65535, "processes": 64, "pool": 1000}


def _typed(name: str, value: Any) -> Any:
    kind = {one.name: one.type for one in fields(Settings)}[name]
    if kind == "int":
        return _whole(name, value)
    if kind == "bool":
        return _truth(name, value)
    if not isinstance(value, str | Path):
        raise Misconfigured(f"{name} is a text, not {value!r}", remedy="put it in quotation marks")
    if kind == "Path":
        return Path(value).expanduser().absolute()
    if name in _ONE_OF and value not in _ONE_OF[name]:
        raise Misconfigured(f"{name} cannot be {value!r}", remedy=f"one of {', '.join(_ONE_OF[name])}")
    return str(value)


def _whole(name: str, value: Any) -> int:
    least, most = _LEAST.get(name, 0), _MOST.get(name, 1 << 40)
    try:
        number = value if type(value) is int else int(str(value))
    except ValueError:
        raise Misconfigured(f"{name} is a whole number, not {value!r}", remedy=f"e.g. {name} = 1") from None
    if not least <= number <= most:
        raise Misconfigured(f"{name} cannot be {number}", remedy=f"from {least} to {most}")
    return number


def _truth(name: str, value: Any) -> bool:
    text = str(value).lower()
    if text not in (*_YES, *_NO):
        raise Misconfigured(f"{name} is true or false, not {value!r}", remedy=f"e.g. {name} = true")
    return text in _YES


def check_clock(found: Settings, asked_for: bool) -> None:
    """Refuse a simulated clock unless it was asked for by its flag, and for this machine alone."""
    if not found.simulated:
        return
    if not asked_for:
        raise Misconfigured(
            "clock = simulated lets every caller say what time it is",
            remedy="leave it out in production; for a demo or a test give --simulated-clock",
        )
    try:
        local = found.host == "localhost" or ipaddress.ip_address(found.host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise Misconfigured(
            f"a simulated clock is not served to other machines, and the host is {found.host}",
            remedy="use --host 127.0.0.1, or the real clock",
        )


def check_home(found: Settings) -> None:
    """Make the data folder. Misconfigured where it cannot be one."""
    try:
        found.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        writable = os.access(found.home, os.W_OK | os.X_OK)
    except OSError as refused:
        raise Misconfigured(
            f"{found.home} cannot be the data folder: {refused.strerror}",
            remedy="name another with --home or SAYSO_HOME",
        ) from None
    if not writable:
        raise Misconfigured(
            f"{found.home} cannot be written to", remedy="name another with --home or SAYSO_HOME"
        )


def share_measures(folder: str) -> None:
    """Let the processes started from here on count together, in a folder of their own.

    prometheus_client reads this variable when it is imported, so it counts for children, not for this process.
    """
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


def shared_measures() -> str:
    """The folder in which processes count together; "" where this one counts alone."""
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")


def policy_of(found: Settings) -> Policy:
    """The policy file's settings, or the defaults. Misconfigured names the file and what is wrong with it."""
    if not found.policy:
        return Policy()
    try:
        text = Path(found.policy).read_text(encoding="utf-8")
    except OSError as away:
        raise Misconfigured(
            f"{found.policy}: {away.strerror}", remedy="name a policy file that can be read"
        ) from None
    except UnicodeDecodeError as broken:
        raise Misconfigured(f"{found.policy}: {broken}", remedy="the file is TOML in UTF-8") from None
    return policies.parse(text, found.policy)


def server_of(found: Settings) -> Server | None:
    """The embedded PostgreSQL in the data folder; None where a database is given. Starts nothing."""
    if found.database_url:
        return None
    check_home(found)
    return Server(found.home / "postgres", Path(found.pg_bin) if found.pg_bin else None)


@asynccontextmanager
async def reached(found: Settings) -> AsyncIterator[str]:
    """A DSN of the database as it is: the one given, else the embedded PostgreSQL, started if need be."""
    server = server_of(found)
    try:
        yield server.ensure() if server else found.database_url
    finally:
        if server:
            server.release()


async def brought_up(found: Settings, dsn: str) -> list[str]:
    """Bring the schema up to what this Sayso expects; the names of what was applied."""
    connection = await database.connect(dsn, found.schema)
    try:
        return await migrate.migrate(connection, found.schema)
    finally:
        await connection.close()


@asynccontextmanager
async def database_of(found: Settings) -> AsyncIterator[str]:
    """A DSN of a migrated database: the one given, else the embedded PostgreSQL in the data folder."""
    async with reached(found) as dsn:
        await brought_up(found, dsn)
        yield dsn


@asynccontextmanager
async def assembled(found: Settings, dsn: str, clock: Clock | None = None) -> AsyncIterator[App]:
    """The application over a migrated database; what waits is settled before it closes."""
    policy = policy_of(found)
    signer = Signer(found.keys)
    pool = await database.pool(dsn, found.schema, found.pool)

    async def connect() -> Any:
        return await database.connect(dsn, found.schema)

    clock = clock or clock_of(found)
    follow = following.assembled(pool, policy, following.policy_of(found.follow), clock.now)
    await following.install(pool, follow.policy, clock.now())
    subscribing = Subscribing(pool, follow.policy.webhooks, private=found.webhooks_private)
    desk = Desk(
        pool, connect, policy, signer, most_lines=found.most_lines, casework=follow.casework, subscribing=subscribing
    )  # fmt: skip
    try:
        await desk.start()
        _settle_memory()
        yield App(found, clock, policy, pool, desk, Keys(pool), signer, follow)
    finally:
        await desk.stop()
        await follow.working.close()
        await pool.close()


def _settle_memory() -> None:
    """Look for garbage more rarely. Cards are many, live long and have no cycles: each look at them would be in vain,
    and took about a seventh of a busy process's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


@asynccontextmanager
async def at_work(found: Settings, dsn: str) -> AsyncIterator[Work]:
    """What a worker does, over a migrated database."""
    policy, clock = policy_of(found), clock_of(found)
    follow_file = following.policy_of(found.follow)
    pool = await database.pool(dsn, found.schema, max(found.pool, _WORKER_POOL))

    async def connect() -> Any:
        return await database.connect(dsn, found.schema)

    rounds = Rounds(pool, connect, policy, clock.now)
    follow = following.assembled(pool, policy, follow_file, clock.now)
    try:
        await following.install(pool, follow_file, clock.now())
        await rounds.start()
        yield Work(rounds, lambda stopping: following.work(pool, follow, found, clock.now, stopping))
    finally:
        await rounds.stop()
        await pool.close()


def clock_of(found: Settings) -> Clock:
    """The clock that the settings name."""
    return SimulatedClock(datetime.now(UTC)) if found.simulated else Clock()


@asynccontextmanager
async def opened(
    *, database_url: str | None = None, config: Path | None = None, **flags: Any
) -> AsyncIterator[App]:
    """The application for one command: settings read, database made ready, everything closed afterwards."""
    async with opened_with(settings(config, database_url=database_url, **flags)) as app:
        yield app


@asynccontextmanager
async def opened_with(found: Settings) -> AsyncIterator[App]:
    """The same, with settings that were read already."""
    async with database_of(found) as dsn, assembled(found, dsn) as app:
        yield app
