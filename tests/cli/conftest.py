"""Commands run in this process on a database of the test's own, or as real processes on a data folder of their own."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from processes import FACTS, Folder
from sayso.api import logs
from sayso.cli.root import sayso
from sayso.store.server import Server


@pytest.fixture(autouse=True)
def unlogged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command in this process leaves the logs alone: its standard error is gone when it has ended."""
    monkeypatch.setattr(logs, "configure", lambda *_: None)


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """A folder with the small distributor's facts."""
    folder = tmp_path / "facts"
    folder.mkdir()
    for kind, text in FACTS.items():
        (folder / f"{kind}.csv").write_text(text)
    return folder


@pytest.fixture
def command(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a command on the test's database, in a thread: commands have a loop of their own."""
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SAYSO_DATABASE_URL", database)
    monkeypatch.chdir(tmp_path)

    async def run(*words: str, given: bytes | None = None) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, sayso, words, given)

    return run


@pytest.fixture
async def loaded(command: Callable[..., Any], facts: Path) -> Callable[..., Any]:
    """The same, with the small distributor's facts loaded."""
    done = await command("facts", "load", str(facts))
    assert done.exit_code == 0, done.output
    return command


@pytest.fixture(scope="module")
def folder() -> Iterator[Folder]:
    """A data folder for the tests of one module, which share its PostgreSQL."""
    # pytest's own folders make too long a socket path.
    place = Path(tempfile.mkdtemp(prefix="sayso-"))
    made = Folder(place / "home")
    try:
        yield made
    finally:
        for process in made.started:
            if process.poll() is None:
                made.end(process)
        Server(made.home / "postgres").stop(immediate=True)
        shutil.rmtree(place)
