"""One serving process and one working process, from their start to their end. Knows neither the other processes nor
how they are started (supervisor.py)."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from multiprocessing import parent_process
from multiprocessing.connection import Connection

import structlog
import uvicorn

from sayso import wiring
from sayso.api import logs
from sayso.api.app import build
from sayso.api.call import Follow
from sayso.api.settings import Settings
from sayso.errors import SaysoError
from sayso.wiring import App

log = structlog.get_logger()

#: Connections that may wait to be accepted, all processes together.
BACKLOG = 2048

#: Seconds in which a worker's loop turns at least once, whatever it computes.
STUCK = 600.0

_KEEP_ALIVE = 30  # seconds for which a connection may stay idle; storefronts keep theirs
_LOOK_FOR_KEYS = 5.0  # seconds until a new signing key is used by every process

Life = Callable[[asyncio.Event], Awaitable[None]]


def serve(found: wiring.Settings, dsn: str, listening: socket.socket, told: Connection) -> None:
    """A process of its own that answers on a socket which others may share. Tells when it is ready."""
    _child(found, lambda stopping: _serve(found, dsn, listening, stopping, lambda: told.send("ready")))


def work(found: wiring.Settings, dsn: str, told: Connection) -> None:
    """A process of its own that makes the rounds. Tells when it is ready."""
    _child(found, lambda stopping: rounds(found, dsn, stopping, lambda: told.send("ready")))


def lived(found: wiring.Settings, life: Life) -> None:
    """Run a process's life until SIGTERM or SIGINT, which set the event it is given."""
    logs.configure(found.log_level)
    logging.getLogger("asyncpg.pool").setLevel(
        logging.ERROR
    )  # that PostgreSQL is away we say ourselves, and shorter
    with asyncio.Runner(loop_factory=_loop()) as runner:
        runner.run(_until_stopped(life))


def _child(found: wiring.Settings, life: Life) -> None:
    """A life that ends with its parent's; exits with the status of what went wrong."""
    end_with_parent()
    try:
        lived(found, life)
    except SaysoError as problem:
        log.error("ended", problem=problem.slug, detail=problem.detail, remedy=problem.remedy)
        sys.exit(problem.exit_status)


async def rounds(
    found: wiring.Settings, dsn: str, stopping: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Make the rounds until asked to stop."""
    async with watched(), wiring.at_work(found, dsn) as working:
        ready()
        await working.run(stopping)


@asynccontextmanager
async def watched() -> AsyncIterator[None]:
    """End this process if it does nothing at all for long, with a trace of where it stands in its log: a message that is
    worked on without an end would stop all work, and whoever is started next finds it out (delivery/inbound.py)."""
    faulthandler.dump_traceback_later(STUCK, exit=True)
    alive = asyncio.create_task(_alive())
    try:
        yield
    finally:
        alive.cancel()
        faulthandler.cancel_dump_traceback_later()


async def _alive() -> None:
    while True:
        await asyncio.sleep(STUCK / 20)
        faulthandler.dump_traceback_later(STUCK, exit=True)


async def _until_stopped(life: Life) -> None:
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await life(stopping)


async def _serve(
    found: wiring.Settings,
    dsn: str,
    listening: socket.socket,
    stopping: asyncio.Event,
    ready: Callable[[], None],
) -> None:
    async with wiring.assembled(found, dsn) as app:
        server = _Server(_config(app), ready)
        gc.collect()
        gc.freeze()  # what is there now stays; the collector need not look at it again
        watching = [asyncio.create_task(_stop(server, stopping)), asyncio.create_task(_watch_keys(app))]
        try:
            await server.serve(sockets=[listening])
        finally:
            for task in watching:
                task.cancel()


def _config(app: App) -> uvicorn.Config:
    found = app.settings
    settings = Settings(
        clock=app.clock.now,
        simulated=found.simulated,
        body_limit=found.body_limit,
        facts_limit=found.facts_limit,
        most_lines=found.most_lines,
        most_items=found.most_items,
        requests_per_second=found.requests_per_second,
        burst=found.burst,
        origins=tuple(found.origins.replace(",", " ").split()),
        metrics_dir=wiring.shared_measures(),
        access_log=found.access_log and found.log_level in ("debug", "info"),
    )
    follow = Follow(app.follow.taking, app.follow.quarantine, app.follow.transactions, _worked(app))
    return uvicorn.Config(
        build(app.desk, keys=app.keys, settings=settings, follow=follow),
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=found.drain_seconds,
    )


def _worked(app: App) -> Callable[[datetime], Awaitable[int]] | None:
    """With a simulated clock the work is done when a request says so; no worker could know what time it is."""
    clock = app.clock
    if not isinstance(clock, wiring.SimulatedClock):
        return None

    async def work(now: datetime) -> int:
        clock.set(now)
        return await app.follow.working.settle()

    return work


class _Server(uvicorn.Server):
    """Says when it is ready. Signals are ours: an application is still to be closed when the server has stopped."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _stop(server: uvicorn.Server, stopping: asyncio.Event) -> None:
    await stopping.wait()
    server.should_exit = True


async def _watch_keys(app: App) -> None:
    """A key that was rotated signs from then on, in every process."""
    while True:
        await asyncio.sleep(_LOOK_FOR_KEYS)
        with suppress(SaysoError):
            app.signer.keys()


def end_with_parent() -> None:
    """A process whose parent was killed ends as well, as if it had been asked to."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop
