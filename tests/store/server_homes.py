"""What the tests of the embedded server share: another process on a home, and a look at what lives there."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg

import sayso
from sayso.store import server_locks
from sayso.store.server_process import postmaster

SOURCES = str(Path(sayso.__file__).parents[1])
PACKAGES = str(Path(asyncpg.__file__).parents[1])
SMALL = {"shared_buffers": "32MB"}


def scratch() -> Path:
    """A new folder, in memory where there is room: a killed process is no power cut, so any disk will do."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    return Path(tempfile.mkdtemp(prefix="sayso-", dir=memory if roomy else None)).resolve()


def program(
    code: str, home: Path, user: int | None = None, python: str = sys.executable
) -> subprocess.Popen[str]:
    """Another Python process with `server` on the home; it may print and read lines."""
    begin = "import sys, pathlib\nfrom sayso.store.server import Server\n"
    begin += f"server = Server(pathlib.Path(sys.argv[1]), settings={SMALL!r})\n"
    return subprocess.Popen(
        [python, "-c", begin + code, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": SOURCES + os.pathsep + PACKAGES},
        cwd="/",
        user=user,
        group=user and pwd.getpwuid(user).pw_gid,
        extra_groups=None if user is None else [],
    )


USE = "print(server.ensure(), flush=True)\nsys.stdin.readline()\nserver.release()\n"


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def postmaster_of(home: Path) -> int:
    found = postmaster(home / "data")
    assert found is not None
    return found


def stopped(home: Path) -> bool:
    """No process of the server is left; the kernel says so."""
    alive = server_locks.take(home / "alive")
    if alive is None:
        return False
    server_locks.release(alive)
    return postmaster(home / "data") is None


async def value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()
