"""Sayso as a whole on one machine: PostgreSQL, serving processes and a working one, from first to last."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.connection import Connection

import structlog
from msgspec import Struct

from sayso import wiring
from sayso.api import logs, serve
from sayso.api.keeper import Keeper
from sayso.api.supervisor import Role, Supervisor
from sayso.desk import keys
from sayso.desk.signing import Signer
from sayso.errors import Misconfigured, SaysoError
from sayso.store import database
from sayso.store.keys import Listed

log = structlog.get_logger()


class Standing(Struct, frozen=True):
    """What there is when everything is ready: where it is served, whether anybody has a key, what was migrated."""

    url: str
    keys: int
    migrated: list[str]
    embedded: bool


def stand(found: wiring.Settings, tell: Callable[[Standing], None]) -> int:
    """Serve until SIGTERM or SIGINT; the exit status. `tell` is called once, when everything answers.

    Raises Misconfigured (a port, a folder, a policy, a follow file, a broker), NewerSchema, ServerUnavailable or StoreAway
    before that.
    """
    logs.configure(found.log_level)
    wiring.policy_of(found)
    wiring.following.check(found)
    wiring.check_home(found)
    with _listening(found.host, found.port) as listening, kept_database(found) as dsn:
        migrated, live = asyncio.run(_prepared(found, dsn))
        standing = Standing(_url(found.host, listening), live, migrated, not found.database_url)
        with tempfile.TemporaryDirectory(prefix="sayso-measures-") as measures:
            wiring.share_measures(measures)
            supervisor = Supervisor(
                _roles(found, dsn, listening),
                listening,
                found.drain_seconds,
                measures,
                lambda: tell(standing),
            )
            return supervisor.run()


def apart(found: wiring.Settings, told: Connection) -> None:
    """The same as a process of its own, which ends with its parent. Tells what there is, or what is wrong, once."""
    serve.end_with_parent()
    try:
        status = stand(found, told.send)
    except SaysoError as problem:
        told.send((problem.detail, problem.remedy))
        status = problem.exit_status
    sys.exit(status)


def _roles(found: wiring.Settings, dsn: str, listening: socket.socket) -> list[Role]:
    roles = [
        Role(f"api {number}", serve.serve, (found, dsn, listening))
        for number in range(1, found.processes + 1)
    ]
    if not found.simulated:  # a worker has no request that could tell it the time
        roles.append(Role("worker", serve.work, (found, dsn)))
    return roles


async def _prepared(found: wiring.Settings, dsn: str) -> tuple[list[str], int]:
    """Once, before there are several processes: migrations, a signing key. What was migrated, how many keys live."""
    migrated = await wiring.brought_up(found, dsn)
    Signer(found.keys).keys()
    connection = await database.connect(dsn, found.schema)
    try:
        now = wiring.Clock().now()
        return migrated, sum(_lives(key, now) for key in await keys.everyone(connection))
    finally:
        await connection.close()


def _lives(key: Listed, now: datetime) -> bool:
    return key.revoked is None and (key.expires is None or key.expires > now)


@contextmanager
def kept_database(found: wiring.Settings) -> Iterator[str]:
    """The DSN of the database given, or of the embedded one, which is started again for as long as the block runs."""
    server = wiring.server_of(found)
    if server is None:
        yield found.database_url
        return
    keeper = Keeper(server)
    try:
        dsn = server.ensure()
        keeper.start()
        try:
            yield dsn
        finally:
            keeper.stop()
    finally:
        server.release()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The socket that all processes accept from. Misconfigured where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=serve.BACKLOG)
    except OSError as refused:
        remedies = {
            errno.EADDRINUSE: "stop what listens there, or give another --port (0: any that is free)",
            errno.EACCES: "give a --port above 1023",
        }
        remedy = remedies.get(refused.errno or 0, "give a --host of this machine: 127.0.0.1, 0.0.0.0")
        why = (
            os.strerror(refused.errno)
            if isinstance(refused.errno, int) and refused.errno > 0
            else refused.strerror
        )
        raise Misconfigured(f"cannot listen on {host}:{port}: {why}", remedy=remedy) from None
    with listening:
        yield listening


def _url(host: str, listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)
    return (
        f"http://[{shown}]:{port}" if ":" in shown and not shown.startswith("[") else f"http://{shown}:{port}"
    )
