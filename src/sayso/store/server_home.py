"""What lies in the folder of an embedded PostgreSQL: data, socket or port, password, configuration, logs.

Reads and writes these files; starts and stops nothing.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sayso.errors import ServerUnavailable
from sayso.store.server_binaries import ELSEWHERE
from sayso.store.server_process import DATABASE, USER, Address

SETTINGS: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",  # more means a longer recovery: with 8GB it took 11 to 15 seconds
    "min_wal_size": "256MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",  # it would compile for longer than our queries run
    "random_page_cost": "1.1",
    # The ledger's rows are updated all day long: clean them often, a little at a time.
    "autovacuum_naptime": "10s",
    "autovacuum_vacuum_threshold": "500",
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_analyze_scale_factor": "0.05",
    "autovacuum_vacuum_cost_limit": "2000",
    "timezone": "UTC",
    "lc_messages": "C",
    "logging_collector": "on",
    "log_filename": "server-%a.log",  # one for each day of the week, emptied when the day comes again
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}

_SOCKET_PORT = 5432  # names the socket's file; nothing listens on it
_LONGEST_SOCKET = 103  # bytes of a Unix socket's path: 103 on macOS, 107 on Linux
_LAST_LINES = 8

_REMEDIES = (
    ("No space left on device", "Free some space on the disk of {home}."),
    ("Permission denied", "Let the user who runs PostgreSQL write to {home} and pass the folders above it."),
    ("Cannot allocate memory", "Free some memory, or set shared_buffers lower."),
    ("could not resize shared memory", "Give the machine or container more shared memory (/dev/shm)."),
)


@dataclass(frozen=True)
class Home:
    """The folder of one server; `path` is absolute."""

    path: Path

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def start_log(self) -> Path:
        return self.log / "start.log"

    def lay_out(self) -> None:
        """Make the folders. Raises ServerUnavailable if they are another user's."""
        self.path.mkdir(parents=True, exist_ok=True)
        owner = self.path.stat().st_uid
        if owner != os.geteuid():
            raise ServerUnavailable(
                f"{self.path} belongs to the user with id {owner}, and Sayso runs as {os.geteuid()}",
                remedy=f"Run Sayso as that user or name another SAYSO_HOME. {ELSEWHERE}",
            )
        self.path.chmod(0o711)  # the user nobody, who may run PostgreSQL for root, has to pass
        for folder in (self.run, self.log):
            folder.mkdir(mode=0o700, exist_ok=True)

    def made_by(self) -> int | None:
        """The major version that made the data folder; None if there is no data folder yet."""
        return int((self.data / "PG_VERSION").read_text()) if self.data.exists() else None

    def address(self) -> Address:
        """Where the server listens: a Unix socket, or TCP where the socket's path would be too long."""
        path = str(self.run / f".s.PGSQL.{_SOCKET_PORT}")
        if len(os.fsencode(path)) <= _LONGEST_SOCKET and not set(path) & set(',"'):
            return path
        chosen = self.path / "port"
        return "127.0.0.1", int(chosen.read_text()) if chosen.exists() else 0

    def dsn(self) -> str:
        """As asyncpg and libpq read it, with the password."""
        who, address = f"{USER}:{self.password()}", self.address()
        if isinstance(address, str):
            return f"postgresql://{who}@/{DATABASE}?host={quote(str(self.run))}&port={_SOCKET_PORT}"
        return f"postgresql://{who}@{address[0]}:{address[1]}/{DATABASE}?sslmode=disable"

    def password(self) -> str:
        """Read, or made before the data folder is. Raises ServerUnavailable if it got lost."""
        file = self.path / "password"
        if not file.exists():
            if self.data.exists():
                raise ServerUnavailable(
                    f"{file} is missing, and {self.data} cannot be opened without it",
                    remedy=f"Put the file back, or move {self.data} away to begin with an empty database.",
                )
            write_secret(file, secrets.token_urlsafe(32))
        return file.read_text()

    def configure(self, settings: Mapping[str, str]) -> Path:
        """Write postgresql.conf: where to listen and log, SETTINGS, then `settings`. Returns the file."""
        address = self.address()
        if isinstance(address, str):
            host, port, sockets = "", str(_SOCKET_PORT), f'"{self.run}"'
        else:
            host, port, sockets = address[0], str(_free_port(address[1])), ""
            (self.path / "port").write_text(port)
        place = {"listen_addresses": host, "port": port, "unix_socket_directories": sockets}
        chosen = {**place, "log_directory": str(self.log), **SETTINGS, **settings}
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in chosen.items()]
        file = self.data / "postgresql.conf"
        head = "# Written by Sayso at every start. A change made by ALTER SYSTEM stays."
        file.write_text("\n".join([head, *lines, ""]))
        return file

    def last_words(self) -> str:
        """What the server logged since its last start: to start.log, then to the newest of the week's."""
        early = self.start_log.read_text(errors="replace") if self.start_log.exists() else ""
        newest = max(self.log.glob("server-*.log"), key=lambda file: file.stat().st_mtime_ns, default=None)
        if newest is None or "redirecting log output" not in early:
            return early
        text = newest.read_text(errors="replace")
        return text[max(text.rfind("starting PostgreSQL"), 0) :]

    def unavailable(self, what: str, words: str) -> ServerUnavailable:
        """The error for a failure of PostgreSQL, with its own last `words` and the remedy they ask for."""
        last = "\n".join(words.strip().splitlines()[-_LAST_LINES:])
        fitting = (remedy for sign, remedy in _REMEDIES if sign in words)
        remedy = next(fitting, "See the log in {home}/log.").format(home=self.path)
        return ServerUnavailable(f"{what}: {last}", remedy=f"{remedy} {ELSEWHERE}", log=str(self.log))


def write_secret(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(handle)
    draft.replace(file)
    sync(file.parent)


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _free_port(wanted: int) -> int:
    """The wanted port if nobody has it, so that a restart keeps the DSN; else one the system offers."""
    for port in (wanted, 0):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen: int = trial.getsockname()[1]
            return chosen
    raise OSError("no free TCP port on 127.0.0.1")
