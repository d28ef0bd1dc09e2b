"""The simulated systems on a loopback port, in the demo's own loop, for as long as a block runs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from sayso.systems.simulated.app import company_app
from sayso.systems.simulated.company import Company


def listening() -> socket.socket:
    """A socket on a free port of this machine."""
    return socket.create_server(("127.0.0.1", 0), backlog=128)


def address(found: socket.socket) -> str:
    """Where it is reached."""
    return f"http://127.0.0.1:{found.getsockname()[1]}"


@asynccontextmanager
async def served(company: Company, found: socket.socket) -> AsyncIterator[None]:
    """Serve the company's systems there."""
    config = uvicorn.Config(
        company_app(company), log_config=None, access_log=False, lifespan="off", ws="none"
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[found]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the demo."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
