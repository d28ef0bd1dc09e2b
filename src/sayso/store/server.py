"""The embedded PostgreSQL: made, started, shared by Sayso's processes, recovered after a crash, stopped.

Knows one data folder and the processes on it; nothing of schemas, tables or the connections others open.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from sayso.errors import ServerUnavailable
from sayso.store import server_locks as locks
from sayso.store.server_binaries import ELSEWHERE, Binaries, Runner, find, runner
from sayso.store.server_home import Home, sync, write_secret
from sayso.store.server_process import USER, Answer, ask, leftovers, postmaster, signal_to

PATIENCE = 120.0  # seconds for another process's initdb, for a recovery, for a stop; measured: 0.2 to 15
GRACE = 5.0  # seconds for the backends of a killed server to leave by themselves; measured: 0.0 to 2.4


class Server:
    """One PostgreSQL server on the folder `home`, shared by all that called `ensure` and not yet `release`.

    `binaries` is a folder with PostgreSQL's programs, looked for by default; `settings` go before
    those of server_home.SETTINGS. Every call blocks, for seconds at a first start; any thread may call.

    Three lock files in `home` tell the state, and the kernel keeps them true through every kind of death:
    `lock` is held while the server is started or stopped, `users` is shared by those who use it, and `alive`
    is inherited by every process of the server: it is free only when all of them are gone, and with them the
    shared memory they held.
    """

    def __init__(
        self, home: Path, binaries: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.home = Home(home.expanduser().resolve())
        self._given = binaries
        self._settings = dict(settings or {})
        self._use: int | None = None

    def ensure(self) -> str:
        """Make, recover or start the server unless it runs, and return its DSN, for asyncpg and libpq.

        The caller counts as a user until `release` or its own end. May be called again at any time, as when
        connections break: the DSN stays the same. Raises ServerUnavailable, which names the remedy.
        """
        if sys.platform == "win32":
            raise ServerUnavailable("the embedded PostgreSQL needs Linux or macOS", remedy=ELSEWHERE)
        try:
            self.home.lay_out()
            with self._alone():
                joined = self._join()
                try:
                    self._run()
                    return self.home.dsn()
                except BaseException:
                    if joined:
                        self._leave()
                    raise
        except OSError as error:
            raise self.home.unavailable("the embedded PostgreSQL cannot be used", str(error)) from error

    def release(self) -> None:
        """Say that this object needs the server no longer; the last user stops it."""
        if self._use is None:
            return
        with self._alone():
            self._leave()
            last = locks.take(self.home.path / "users")
            if last is not None:
                locks.release(last)
                self._stop(signal.SIGINT)

    def stop(self, immediate: bool = False) -> None:
        """Stop the server whoever uses it. `immediate` is a crash, which the next start recovers from."""
        if not self.home.path.exists():
            return
        with self._alone():
            self._leave()
            self._stop(signal.SIGQUIT if immediate else signal.SIGINT)

    def _alone(self) -> AbstractContextManager[None]:
        return locks.held(self.home.path / "lock", PATIENCE)

    def _join(self) -> bool:
        """Become a user; False if this object is one already."""
        if self._use is not None:
            return False
        self._use = locks.take(self.home.path / "users", shared=True)
        return True

    def _leave(self) -> None:
        if self._use is not None:
            os.close(self._use)
            self._use = None

    def _run(self) -> None:
        alive = self._settle()
        if alive is None:
            return
        try:
            made_by = self.home.made_by()
            binaries = find(self._given, made_by)
            if made_by not in (None, binaries.major):
                raise ServerUnavailable(
                    f"{self.home.data} was made by PostgreSQL {made_by}, the programs are {binaries.version}",
                    remedy=f"Name programs of version {made_by} by SAYSO_PG_BIN, or carry the data over with "
                    f"pg_dump or pg_upgrade. {ELSEWHERE} The data folder was not touched.",
                )
            who = runner(binaries, self.home.path)
            for folder in (self.home.run, self.home.log):
                who.give(folder)
            if made_by is None:
                self._make(binaries, who, alive)
            self._start(binaries, who, alive)
        finally:
            os.close(alive)  # not released: the server holds it now

    def _settle(self) -> int | None:
        """Wait until the server answers (None), or no process of an older one is left (the lock `alive`)."""
        begun = time.monotonic()
        while (waited := time.monotonic() - begun) < PATIENCE:
            if (alive := locks.take(self.home.path / "alive")) is not None:
                return alive
            answer = ask(self.home.address())
            if answer is Answer.READY and self.home.data.exists():
                return None
            if answer is Answer.NONE and waited > GRACE and postmaster(self.home.data) is None:
                self._end_leftovers(signal.SIGQUIT if waited < 2 * GRACE else signal.SIGKILL)
            time.sleep(0.02)
        raise self.home.unavailable("an earlier server neither answers nor ends", self.home.last_words())

    def _end_leftovers(self, number: signal.Signals) -> None:
        """End backends that outlive their killed server in some long work that nobody can ever commit."""
        for process in leftovers(self.home.data):
            signal_to(process, number)

    def _make(self, binaries: Binaries, who: Runner, alive: int) -> None:
        """Make the data folder under another name and rename it, so that it exists only whole."""
        draft, secret = self.home.path / "data.new", self.home.run / "password"
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        write_secret(secret, self.home.password())
        who.give(draft)
        who.give(secret)
        locale = ["--locale=C.UTF-8"]
        if binaries.major >= 17:  # PostgreSQL's own order of letters: a new C library cannot break an index
            locale = ["--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = who.run(
            binaries.program("initdb"), f"--pgdata={draft}", f"--username={USER}", f"--pwfile={secret}",
            "--auth=scram-sha-256", "--encoding=UTF8", *locale, "--data-checksums", "--no-instructions",
            keep=[alive],
        )  # fmt: skip
        secret.unlink()
        if done.returncode != 0:
            raise self.home.unavailable("PostgreSQL's initdb failed", done.stdout)
        draft.rename(self.home.data)
        sync(self.home.path)

    def _start(self, binaries: Binaries, who: Runner, alive: int) -> None:
        """Start on a folder that no process works on: whatever there says otherwise is a dead server's."""
        if (stranger := postmaster(self.home.data)) is not None:
            raise ServerUnavailable(
                f"process {stranger} serves {self.home.data} and was not started by Sayso",
                remedy=f"Stop it: pg_ctl stop -D {self.home.data}. {ELSEWHERE}",
            )
        for stale in (self.home.data / "postmaster.pid", *self.home.run.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        who.give(self.home.data)
        lz4 = "--with-lz4" in who.run(binaries.program("pg_config"), "--configure").stdout
        compression = {"wal_compression": "lz4" if lz4 else "pglz"}
        who.give(self.home.configure({**compression, **self._settings}))
        self.home.start_log.unlink(missing_ok=True)
        done = who.run(
            binaries.program("pg_ctl"), "start", "--silent", "--wait", f"--timeout={PATIENCE:.0f}",
            f"--pgdata={self.home.data}", f"--log={self.home.start_log}", keep=[alive],
        )  # fmt: skip
        if done.returncode != 0:
            words = self.home.last_words() or done.stdout
            raise self.home.unavailable(f"PostgreSQL {binaries.version} did not start", words)

    def _stop(self, number: signal.Signals) -> None:
        """Signal the server until all its processes are gone; after half the patience, as in a crash."""
        begun, told = time.monotonic(), None
        while (alive := locks.take(self.home.path / "alive")) is None:
            waited = time.monotonic() - begun
            if waited > PATIENCE:
                raise self.home.unavailable("the server does not stop", self.home.last_words())
            if waited > PATIENCE / 2:
                number = signal.SIGQUIT
            server = postmaster(self.home.data)
            if server is None:
                self._end_leftovers(signal.SIGQUIT)
            elif told != (server, number):
                signal_to(server, number)
                told = (server, number)
            time.sleep(0.01)
        locks.release(alive)
