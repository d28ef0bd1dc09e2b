"""The pages for readers do what they say: the tutorials run as they stand, and what pages name exists.

Links between pages are a law of the house (tests/test_house.py).
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import click
import pytest

from docs.terminal import Block, Terminal, blocks, masked, says, steps
from sayso.api.table import CALLS
from sayso.cli.root import sayso

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = sorted((ROOT / "docs" / "tutorial").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]
PORT = "8080"  # as pages have it
READER = "/home/ada"  # the reader's home, as pages have it

_WRITTEN = re.compile(r"<!-- Outputs of (\d{4}-\d\d-\d\d)\.")
_IN_CODE = re.compile(r"`sayso ((?:-|[a-z])[^`]*)`", re.DOTALL)
_TYPED = re.compile(r"(?:^|[(=] ?)sayso ((?:-|[a-z])[^|;)&>]*)", re.MULTILINE)
_CALL = re.compile(r"\b(GET|POST|PUT|DELETE) (/[\w./{}$%-]+)")
_OF_THE_SOURCE = re.compile(r"(?<![\w/])((?:src|tests)/[\w*./-]*[\w*/])")
_LINKED = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?:\$API|127\.0\.0\.1:8080)(/[\w./{}$%-]*)")


class Reader:
    """Somebody with two terminals, in a home of their own, who follows a page."""

    def __init__(self, home: Path) -> None:
        programs = home / "bin"
        programs.mkdir(parents=True)
        for name, what in (("sayso", "-m sayso "), ("python3", "")):
            (programs / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {what}"$@"\n')
            (programs / name).chmod(0o755)
        self.home, self.port = str(home), _free_port()
        environment = {
            "PATH": f"{programs}:{os.environ['PATH']}", "HOME": self.home, "TZ": "UTC", "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT / "src"), "SAYSO_PORT": self.port,
        }  # fmt: skip
        self.first, self.second = (Terminal(home, environment) for _ in range(2))

    def follow(self, block: Block, written: date, today: date) -> None:
        """Do what a block says, and compare."""
        language, _, where = block.info.partition(" ")
        if language == "sh" and where in ("", "both"):
            for terminal in (self.first, self.second) if where else (self.first,):
                terminal.run(self._typed(block.text))
        if language != "console":
            return
        for step in steps(block.text):
            expected, command = masked(step.prints, written), self._typed(step.command)
            if where == "second":
                self.second.begin(f"{command} 2>>log")
                self.second.until(partial(self._shows, expected, today), 60)
                continue
            printed = self._seen(self.first.run(command), today)
            told = f"line {block.line}: {step.command}\nprints\n{printed}\nnot\n{expected}"
            assert says(expected, printed), told

    def _shows(self, expected: str, today: date, printed: str) -> bool:
        return says(expected, self._seen(printed, today))

    def _typed(self, text: str) -> str:
        return text.replace(f":{PORT}", f":{self.port}")

    def _seen(self, printed: str, today: date) -> str:
        return masked(printed.replace(self.home, READER).replace(f":{self.port}", f":{PORT}"), today)


@pytest.fixture
def reader() -> Iterator[Reader]:
    if shutil.which("bash") is None or shutil.which("curl") is None:
        pytest.skip("the tutorial is followed with bash and curl")
    place = Path(tempfile.mkdtemp(prefix="sayso-"))  # pytest's own folders make too long a socket path
    found = Reader(place / "ada")
    try:
        yield found
    finally:
        for terminal in (found.first, found.second):
            terminal.close()
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_is_true(reader: Reader, tutorial: Path) -> None:
    page = tutorial.read_text("utf-8")
    written = _WRITTEN.search(page)
    assert written is not None
    today = datetime.now(UTC).date()
    try:
        for block in blocks(page):
            reader.follow(block, date.fromisoformat(written[1]), today)
    except AssertionError:
        if datetime.now(UTC).date() != today:
            pytest.skip("the day changed meanwhile, and with it the dates")
        raise


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return str(trial.getsockname()[1])


def commands(page: str) -> Iterator[str]:
    """What a page has after `sayso `, in running text and in blocks that are typed."""
    for block in blocks(page):
        language = block.info.partition(" ")[0]
        typed = {"sh": [block.text], "console": [one.command for one in steps(block.text)]}.get(language, [])
        for text in typed:
            yield from (found[1] for found in _TYPED.finditer(text.replace("\\\n", " ")))
    yield from (found[1] for found in _IN_CODE.finditer(page))


def unknown(command: str) -> str:
    """The first word of a command line that Sayso does not know; "" where it knows them all."""
    found: click.Command = sayso
    known = {"--help", "-h"}
    for word in command.replace("[", " ").replace("]", " ").split():
        known.update(name for one in found.params for name in (*one.opts, *one.secondary_opts))
        below = found.get_command(click.Context(found), word) if isinstance(found, click.Group) else None
        wants_one = isinstance(found, click.Group) and not found.invoke_without_command
        if below is not None:
            found = below
        elif word.partition("=")[0] not in known if word.startswith("-") else wants_one and word.islower():
            return word
    return ""


def unserved(page: str) -> list[str]:
    """The calls that a page names and that no row of the route table answers."""
    served = [(call.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", call.path))) for call in CALLS]
    asked = [(found[1], found[2]) for found in _CALL.finditer(page)]
    asked += [("", found[1]) for found in _PATH.finditer(page) if found[1] != "/"]
    return [
        f"{method} {path}".strip()
        for method, path in asked
        if not any(method in ("", one) and where.fullmatch(path.rstrip(".")) for one, where in served)
    ]


def missing(page: str) -> list[str]:
    """The files and folders of the source and the tests that a page names and that are not there."""
    return [found[1] for found in _OF_THE_SOURCE.finditer(page) if not any(ROOT.glob(found[1].rstrip("/")))]


def test_a_file_that_is_not_there_is_found() -> None:
    page = "`src/sayso/errors.py`, `tests/desk`, `tests/audit/planted*.py`, `tests/desk/test_nothing.py` `src/say/`"
    assert missing(page) == ["tests/desk/test_nothing.py", "src/say/"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not missing(text)
    assert not {command: word for command in commands(text) if (word := unknown(command))}
    assert not unserved(text)


def orphans(index: str, pages: Iterable[str]) -> list[str]:
    """The pages, by their paths from the index, that it does not link exactly once."""
    linked = Counter(found[1].partition("#")[0] for found in _LINKED.finditer(index))
    return [page for page in pages if linked[page] != 1]


def test_the_index_has_every_page_once() -> None:
    index = ROOT / "docs" / "index.md"
    pages = [
        page.relative_to(index.parent) for page in PAGES if index.parent in page.parents and page != index
    ]
    assert not orphans(index.read_text("utf-8"), [str(one) for one in pages if one.parts[0] != "decisions"])


def test_a_page_that_the_index_forgets_or_has_twice_is_found() -> None:
    index = "[a](how-to/a.md) [b](how-to/b.md), [b](how-to/b.md#there) [c](reference/c.md#x)"
    assert orphans(index, ["how-to/a.md", "how-to/b.md", "reference/c.md", "d.md"]) == ["how-to/b.md", "d.md"]


@pytest.mark.parametrize(
    ("page", "finds"),
    [
        ("`sayso fact load x`", "fact"), ("`sayso up --prot 1`", "--prot"), ("`sayso keys\nrotate`", "rotate"),
        ("```console\n$ KEY=$(sayso keys make x)\n```", "make"), ("```sh\nsayso up --x\n```", "--x"),
    ],
)  # fmt: skip
def test_a_command_that_does_not_exist_is_found(page: str, finds: str) -> None:
    assert [unknown(command) for command in commands(page)] == [finds]


def test_calls_that_do_not_exist_are_found() -> None:
    page = "`POST /v1/promise`, `PUT /v1/orders`, `$API/v1/case`; `GET /v1/promises/{id}`, `$API/v1/orders/WEB-1`."
    assert unserved(page) == ["POST /v1/promise", "PUT /v1/orders", "/v1/case"]


PAGE = "a\n...\nleft 7 ... of prm_05xk9wz3r81vgq6m2d4t7bnehc on 2026-11-22, 09:53 UTC"
DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("printed", "same"),
    [
        ("a\nleft 7 x of prm_15xk9wz3r81vgq6m2d4t7bnehd on 2027-01-01, 10:00 UTC", True),
        ("a\nb\nc\nleft  7 of of prm_15xk9wz3r81vgq6m2d4t7bnehd on 2027-01-01, 10:00 UTC\n", True),
        ("a\nleft 7 x of prm_15xk9wz3r81vgq6m2d4t7bnehd on 2027-01-02, 10:00 UTC", False),
        ("a\nleft 8 x of prm_15xk9wz3r81vgq6m2d4t7bnehd on 2027-01-01, 10:00 UTC", False),
        ("a\nleft 7 x of prm_15xk9wz3r81vgq6m2d4t7bnehd on 2027-01-01, 10:00 UTC\nmore", False),
        ("", False),
    ],
)  # fmt: skip
def test_an_output_that_differs_is_found(printed: str, same: bool) -> None:
    assert says(masked(PAGE, DAY), masked(printed, date(2027, 1, 1))) is same


def test_a_command_goes_on_until_it_is_whole() -> None:
    found = steps("$ cat <<END\na\nEND\na\n$ curl -d '{\n}' | \\\n  cat\n")
    assert found == [("cat <<END\na\nEND", "a"), ("curl -d '{\n}' | \\\n  cat", "")]
