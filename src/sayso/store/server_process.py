"""Whether a PostgreSQL server lives and answers, told by the kernel and the server, never by a file alone."""

from __future__ import annotations

import os
import signal
import socket
import struct
from enum import Enum
from pathlib import Path

USER = "sayso"
DATABASE = "postgres"

Address = str | tuple[str, int]
"""Of a Unix socket its path, of TCP its host and port."""


class Answer(Enum):
    """What a server said to a new connection."""

    READY = "ready"
    NOT_YET = "it is starting, recovering, stopping or too busy to say"
    NONE = "nobody listens"


def ask(address: Address) -> Answer:
    """Open a connection up to the demand for a password (PostgreSQL's documentation, 54.2.1 Start-up)."""
    words = b"\0".join((b"user", USER.encode(), b"database", DATABASE.encode(), b"", b""))
    hello = struct.pack("!ii", 8 + len(words), 196608) + words
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        try:
            line.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            return Answer.NONE
        except OSError:
            return Answer.NOT_YET
        try:
            line.sendall(hello)
            said = line.recv(1024)
        except OSError:
            return Answer.NOT_YET
    # 57P03: cannot_connect_now. Any other refusal, as of too many connections, is that of a running server.
    return Answer.NOT_YET if not said or b"\0C57P03\0" in said else Answer.READY


def postmaster(data: Path) -> int | None:
    """The process id of the server on this data folder; None if that process is gone or another program."""
    try:
        process = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return process if process > 1 and _works_in(process, data) else None


def leftovers(data: Path) -> list[int]:
    """All processes that work in the data folder; where the kernel does not tell (no /proc), none."""
    processes = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
    return [process for process in processes if _works_in(process, data, sure=True)]


def signal_to(process: int, number: signal.Signals) -> None:
    """Send a signal; a process that is gone by now is no error."""
    try:
        os.kill(process, number)
    except ProcessLookupError:
        return


def _works_in(process: int, data: Path, *, sure: bool = False) -> bool:
    """PostgreSQL's processes work in their data folder under their program's name, and no zombie does.

    Where the kernel hides another user's folder (a container without ptrace) the name must do, and where it
    has no /proc (macOS) that the process exists, unless the caller has to be `sure`.
    """
    try:
        name, _, state = Path(f"/proc/{process}/stat").read_text().partition("(")[2].rpartition(") ")
        if name not in ("postgres", "postmaster") or state[0] in "ZX":
            return False
        return os.path.samefile(f"/proc/{process}/cwd", data)
    except PermissionError:
        return not sure
    except OSError:
        return not sure and not os.path.exists("/proc/self") and _exists(process)


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
