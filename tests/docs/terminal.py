"""A terminal for pages: takes the commands out of a page, runs them, and compares what they print with the page.

What differs from run to run (numbers of promises, moments, secrets, speeds) is masked on both sides; dates are compared
by their distance from the day on which the page was written, or is run.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

_FENCED = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_MASKS = [(re.compile(pattern), mask) for pattern, mask in [
    (r"\b(prm|cas|req)_[0-9a-z]{8,}…?", r"\1_X"), (r"\bsk_[\w-]{43}", "sk_X"), (r"\beyJ[\w.-]+", "JWS"),
    (r"(T| |^)\d\d:\d\d(:\d\d(\.\d+)?)?(Z| UTC)?", " MOMENT"), (r"\b\d+(\.\d+)? (GiB|MiB)", r"N \2"),
    (r"│ +[\d,]+ │$", "│ N │"), (r"[─━]{3,}", "---"),
]]  # fmt: skip
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


class Block(NamedTuple):
    """A fenced block: the words after its fence, its text, the line where it begins."""

    info: str
    text: str
    line: int


class Step(NamedTuple):
    """A command, and what the page says it prints ("" where nothing is said)."""

    command: str
    prints: str


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    for found in _FENCED.finditer(page):
        yield Block(found["info"].strip(), found["body"], page.count("\n", 0, found.start()) + 1)


def steps(block: str) -> list[Step]:
    """The commands of a console block: each begins with `$ ` and goes on until it is a whole command."""
    found: list[list[list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append([[line[2:]], []])
        elif found and not found[-1][1] and not _whole("\n".join(found[-1][0])):
            found[-1][0].append(line)
        elif found:
            found[-1][1].append(line)
    return [Step("\n".join(command), "\n".join(prints)) for command, prints in found]


def _whole(command: str) -> bool:
    checked = subprocess.run(["bash", "-n"], input=command, capture_output=True, text=True)
    return not checked.stderr and not command.endswith("\\")


def masked(text: str, day: date) -> str:
    """A text without what differs from run to run; `day` is the day that its dates are told from."""
    for pattern, mask in _MASKS:
        text = "\n".join(pattern.sub(mask, line.rstrip()) for line in text.strip().splitlines())
    text = _DAY.sub(lambda found: f"day {(date.fromisoformat(found[0]) - day).days:+d}", text)
    return re.sub(r" +", " ", text)


def says(expected: str, printed: str) -> bool:
    """Whether a page's masked output is what was printed: `...` stands for any lines, or any part of one."""
    pattern = ""
    for line in expected.splitlines():
        some = ".*?".join(re.escape(part) for part in line.split("..."))
        pattern += r"(?:.*\n)*?" if line.strip() == "..." else f"{some}\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed.splitlines())) is not None


class Terminal:
    """A shell that stays: what one command sets, the next one sees."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], cwd=folder, env=environment, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self._printed: list[str] = []
        self._ends = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def run(self, command: str, seconds: float = 60) -> str:
        """Run a command to its end; what it printed."""
        self._ends += 1
        end = f"end of command {self._ends}"
        self.begin(f"{command}\n_status=$?; printf '\\n%s\\n' '{end}'; (exit $_status)")
        printed = self.until(lambda printed: f"\n{end}\n" in printed, seconds).partition(f"\n{end}\n")[0]
        self._printed.clear()
        return printed

    def begin(self, command: str) -> None:
        """Type a command, and do not wait."""
        assert self._shell.stdin is not None
        self._shell.stdin.write(f"{command}\n")

    def until(self, met: Callable[[str], bool], seconds: float) -> str:
        """What was printed, as soon as it is what was waited for. AssertionError when it does not come."""
        last = time.monotonic() + seconds
        while not met(printed := "".join(self._printed)):
            assert time.monotonic() < last, f"after {seconds} s there is still only:\n{printed}"
            time.sleep(0.02)
        return printed

    def close(self) -> None:
        """Ctrl-C, and close the window."""
        os.killpg(self._shell.pid, signal.SIGINT)
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._shell.wait(60)
        self._reader.join(60)
        assert self._shell.stdout is not None
        self._shell.stdout.close()

    def _read(self) -> None:
        assert self._shell.stdout is not None
        for line in self._shell.stdout:
            self._printed.append(line)
