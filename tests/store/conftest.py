"""Folders for embedded servers: an empty one, and one with data made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from server_homes import SMALL, scratch

from sayso.errors import SaysoError
from sayso.store.server import Server


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder with a short path that every user may pass."""
    folder = scratch()
    folder.chmod(0o711)
    yield folder
    for home in [file.parent for file in folder.rglob("alive")]:
        with suppress(SaysoError):
            Server(home).stop(immediate=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A server's folder after initdb and a clean stop, to copy instead of making it for every test."""
    folder = scratch()
    server = Server(folder / "pg", settings=SMALL)
    server.ensure()
    server.release()
    yield folder / "pg"
    shutil.rmtree(folder)


@pytest.fixture
def home(place: Path, made: Path) -> Path:
    shutil.copytree(made, place / "pg", symlinks=True)
    return place / "pg"
