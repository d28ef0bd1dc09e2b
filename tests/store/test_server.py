"""The embedded server through its life: made, shared, killed, fooled. Durable as shipped, on folders of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from server_homes import (
    SMALL,
    USE,
    finish,
    postmaster_of,
    program,
    said,
    stopped,
    value,
)

from sayso.errors import ServerUnavailable
from sayso.store import server as server_module
from sayso.store import server_binaries, server_locks
from sayso.store.server import Server
from sayso.store.server_process import postmaster


async def test_made_started_stopped(place: Path) -> None:
    server = Server(place / "pg", settings=SMALL)
    dsn = server.ensure()
    assert f"host={place}/pg/run" in dsn
    assert server.ensure() == dsn
    shown = {name: await value(dsn, f"SHOW {name}") for name in (
        "fsync", "synchronous_commit", "data_checksums", "max_connections", "max_wal_size", "jit",
        "shared_buffers", "listen_addresses", "password_encryption", "timezone", "logging_collector",
    )}  # fmt: skip
    assert shown == {
        "fsync": "on", "synchronous_commit": "on", "data_checksums": "on", "max_connections": "200",
        "max_wal_size": "2GB", "jit": "off", "shared_buffers": "32MB", "listen_addresses": "",
        "password_encryption": "scram-sha-256", "timezone": "UTC", "logging_collector": "on",
    }  # fmt: skip
    assert await value(dsn, "SELECT 'É' = upper('é') AND 'a' > 'B' COLLATE \"default\"")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await value(dsn.replace(":", ":x", 2).replace(":x//", "://"), "SELECT 1")
    server.release()
    assert stopped(place / "pg")
    server.release()  # a second time is nothing


def test_only_the_owner_can_look(home: Path) -> None:
    server = Server(home, settings=SMALL)
    server.ensure()
    assert home.stat().st_mode & 0o777 == 0o711
    assert (home / "password").stat().st_mode & 0o777 == 0o600
    assert (home / "data").stat().st_mode & 0o077 == 0
    assert (home / "run").stat().st_mode & 0o077 == 0
    assert not (home / "run" / "password").exists()
    server.release()


def test_detached_from_the_terminal(home: Path) -> None:
    server = Server(home, settings=SMALL)
    server.ensure()
    assert os.getsid(postmaster_of(home)) != os.getsid(0)
    server.release()


async def test_shared_and_stopped_by_the_last(home: Path) -> None:
    first, second = Server(home, settings=SMALL), Server(home, settings=SMALL)
    dsn = first.ensure()
    other = program(USE, home)
    assert said(other) == second.ensure() == dsn
    before = postmaster_of(home)
    first.release()
    second.release()
    assert postmaster_of(home) == before
    assert await value(dsn, "SELECT 1") == 1
    finish(other)
    assert stopped(home)


def test_a_killed_user_is_no_user(home: Path) -> None:
    other = program(USE, home)
    dsn = said(other)
    before = postmaster_of(home)
    other.kill()
    server = Server(home, settings=SMALL)
    assert server.ensure() == dsn
    assert postmaster_of(home) == before  # it outlives the Sayso that started it
    server.release()
    assert stopped(home)
    other.communicate()


def test_many_at_once_make_one_server(place: Path) -> None:
    others = [program(USE, place / "pg") for _ in range(5)]
    assert len({said(other) for other in others}) == 1
    before = postmaster_of(place / "pg")
    for other in others[1:]:
        finish(other)
    assert postmaster_of(place / "pg") == before
    finish(others[0])
    assert stopped(place / "pg")


def test_stop_is_for_all(home: Path) -> None:
    users = [Server(home, settings=SMALL) for _ in range(2)]
    for user in users:
        user.ensure()
    users[0].stop()
    assert stopped(home)
    assert users[1].ensure()
    users[0].stop(immediate=True)
    assert stopped(home)
    users[1].release()
    Server(home / "nowhere").stop()


async def write(dsn: str, writer: int, acknowledged: list[int]) -> None:
    """Insert numbers, one commit each, until the connection breaks."""
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        connection = await asyncpg.connect(dsn)
        for number in range(writer * 1_000_000, (writer + 1) * 1_000_000):
            await connection.execute("INSERT INTO kept VALUES ($1)", number)
            acknowledged.append(number)


@pytest.mark.parametrize("kill", ["the postmaster", "all its processes"])
async def test_killed_under_load_loses_nothing_acknowledged(home: Path, kill: str) -> None:
    server = Server(home, settings=SMALL)
    dsn = server.ensure()
    await value(dsn, "CREATE TABLE kept (number int)")
    acknowledged: list[int] = []
    for turn in range(3):
        writers = [asyncio.create_task(write(dsn, 10 * turn + writer, acknowledged)) for writer in range(4)]
        await asyncio.sleep(0.3)
        before = postmaster_of(home)
        if kill == "all its processes":
            for process in server_module.leftovers(home / "data"):
                os.kill(process, signal.SIGKILL)
        else:
            os.kill(before, signal.SIGKILL)
        assert server.ensure() == dsn
        assert postmaster_of(home) != before
        await asyncio.gather(*writers)
        connection = await asyncpg.connect(dsn)
        kept = {row[0] for row in await connection.fetch("SELECT number FROM kept")}
        await connection.close()
        assert not set(acknowledged) - kept
        assert len(kept) <= len(acknowledged) + 4 * (turn + 1)
    assert len(acknowledged) > 100
    server.release()


async def test_backend_that_outlives_its_server_is_ended(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "GRACE", 0.3)
    server = Server(home, settings=SMALL)
    dsn = server.ensure()
    busy = asyncio.create_task(value(dsn, "DO $$ BEGIN LOOP END LOOP; END $$"))
    visitor = await asyncio.create_subprocess_exec("sleep", "60", cwd=home / "data")
    await asyncio.sleep(0.3)
    os.kill(postmaster_of(home), signal.SIGKILL)
    await asyncio.sleep(0.1)
    assert not stopped(home)
    began = time.monotonic()
    assert server.ensure() == dsn
    assert time.monotonic() - began < 10
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await busy
    assert await value(dsn, "SELECT 1") == 1
    server.stop(immediate=True)
    assert visitor.returncode is None  # somebody's shell in the folder is not ours to end
    visitor.kill()
    await visitor.wait()


def test_half_made_folder_is_made_again(place: Path) -> None:
    draft = place / "pg" / "data.new"
    (draft / "base").mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    server = Server(place / "pg", settings=SMALL)
    assert server.ensure()
    assert not draft.exists()
    server.release()


def test_killed_while_making(place: Path) -> None:
    home = place / "pg"
    other = program("server.ensure()", home)
    while not (home / "data.new" / "PG_VERSION").exists():
        assert other.poll() is None
        time.sleep(0.005)
    other.kill()  # its initdb goes on for a while
    assert not (home / "data").exists()
    server = Server(home, settings=SMALL)
    assert server.ensure()
    server.release()
    other.communicate()


@pytest.mark.parametrize("holder", ["another program", "a zombie", "nobody"])
def test_stale_pid_file_fools_nobody(home: Path, holder: str) -> None:
    server = Server(home, settings=SMALL)
    dsn = server.ensure()
    asyncio.run(value(dsn, "CREATE TABLE kept (number int)"))
    before = postmaster_of(home)
    file, socket_lock = home / "data" / "postmaster.pid", home / "run" / ".s.PGSQL.5432.lock"
    texts = file.read_text(), socket_lock.read_text()
    os.kill(before, signal.SIGKILL)
    sleeper = subprocess.Popen(["sleep", "60"])
    if holder != "another program":
        sleeper.kill()  # not waited for: a zombie
    if holder == "nobody":
        sleeper.wait()
    deadline = time.monotonic() + 10
    while not stopped(home):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for path, text in zip((file, socket_lock), texts, strict=True):
        path.write_text(text.replace(str(before), str(sleeper.pid), 1))
    assert server.ensure() == dsn
    assert asyncio.run(value(dsn, "SELECT count(*) FROM kept")) == 0
    server.stop()
    assert sleeper.poll() is None if holder == "another program" else True
    sleeper.kill()
    sleeper.wait()


def test_zombie_whose_folder_is_hidden(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root in a container without ptrace, where only name and state of nobody's processes can be read."""
    zombie = subprocess.Popen([server_binaries.find(None, None).program("postgres"), "--version"])
    while "(postgres) Z" not in Path(f"/proc/{zombie.pid}/stat").read_text():
        time.sleep(0.01)
    (home / "data" / "postmaster.pid").write_text(f"{zombie.pid}\n")
    monkeypatch.setattr(os.path, "samefile", hidden)
    assert postmaster(home / "data") is None
    monkeypatch.undo()
    zombie.wait()


def hidden(*_: object) -> bool:
    raise PermissionError


async def test_long_path_means_tcp(place: Path, made: Path) -> None:
    home = place / ("long" * 20) / ("path" * 10)
    shutil.copytree(made, home)
    server = Server(home, settings=SMALL)
    dsn = server.ensure()
    assert urlsplit(dsn).hostname == "127.0.0.1"
    assert await value(dsn, "SELECT 1") == 1
    os.kill(postmaster_of(home), signal.SIGKILL)
    assert server.ensure() == dsn
    server.stop()
    with socket.create_server(("127.0.0.1", urlsplit(dsn).port or 0)):
        other = server.ensure()
        assert urlsplit(other).port != urlsplit(dsn).port
        assert await value(other, "SELECT 1") == 1
    server.release()


async def test_folder_with_odd_characters(place: Path, made: Path) -> None:
    home = place / "a 'b' %c &d"
    shutil.copytree(made, home)
    server = Server(home, settings=SMALL)
    assert await value(server.ensure(), "SELECT 1") == 1
    server.release()


def test_server_started_by_a_stranger(home: Path) -> None:
    server = Server(home, settings=SMALL)
    server.ensure()
    server.release()
    binaries = server_binaries.find(None, None)
    who = server_binaries.runner(binaries, home)
    by_hand = [binaries.program("pg_ctl"), "-s", "-w", "-D", str(home / "data"), "-m", "fast"]
    assert who.run(*by_hand, "-l", str(home / "log" / "x.log"), "start").returncode == 0
    try:
        with pytest.raises(ServerUnavailable, match="was not started by Sayso") as caught:
            server.ensure()
        assert "pg_ctl stop" in caught.value.remedy
        assert postmaster_of(home)
    finally:
        assert who.run(*by_hand, "stop").returncode == 0


def test_stuck_neighbour_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "PATIENCE", 0.2)
    lock = server_locks.take(home / "lock")
    assert lock is not None
    with pytest.raises(ServerUnavailable, match="another Sayso process") as caught:
        Server(home).ensure()
    assert str(home / "lock") in caught.value.remedy
    os.close(lock)
