"""pgbench with the least transaction that does a held promise's writes: what PostgreSQL itself can do one at a time.

It decides nothing, asks nothing beforehand, signs nothing, and is written in C.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urlsplit

from sayso.bench import processors
from sayso.bench.drive import Tally, Window, until
from sayso.bench.world import Scale
from sayso.errors import SaysoError
from sayso.store import benchmark
from sayso.store.benchmark import Sample
from sayso.store.server_binaries import find
from sayso.wiring import Clock

# pgbench's Zipf needs an exponent above 1; ours is 1.
_ZIPF = "1.001"


@dataclass(frozen=True)
class PgBench:
    """The program, the database it works on, and texts of the sizes that Sayso writes."""

    program: Path
    dsn: str
    schema: str
    scale: Scale
    sample: Sample

    async def run(self, load: str, callers: int, window: Window) -> Tally:
        """One run that has begun to work before the window opens; what was done within it."""
        shift = Clock().now().timestamp() - monotonic()  # pgbench's log has the time of day
        with tempfile.TemporaryDirectory(prefix="sayso-pgbench-") as folder:
            script = Path(folder) / "least.sql"
            script.write_text(self.script(load))
            seconds = ceil(window.closes - monotonic())
            command = self._command(script, Path(folder) / "log", callers, seconds)
            process = await asyncio.create_subprocess_exec(
                *command,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=self._environment(),
            )
            told = asyncio.create_task(process.communicate())
            await until(window.opens)
            before = processors.of_processes([process.pid]) or 0.0
            await until(window.closes)
            used = (processors.of_processes([process.pid]) or before) - before
            _, errors = await told
            if process.returncode:
                raise SaysoError(f"pgbench failed: {errors.decode()[-500:]}", remedy="see what it says")
            tally = await asyncio.to_thread(_read, Path(folder), window.opens + shift, window.closes + shift)
            tally.cpu = used
            return tally

    def script(self, load: str) -> str:
        """The script: five items by the same popularity, a customer, and one statement."""
        scale = self.scale
        draws = [
            f"(random_zipfian(1, {scale.items}, {_ZIPF}) * {scale.stride}) % {scale.items}" for _ in range(5)
        ]
        if load == "hot":
            draws[0] = str(scale.number(1))
        lines = [f"\\set i{place} {draw}" for place, draw in enumerate(draws, 1)]
        lines.append(f"\\set c random(0, {scale.customers - 1})")
        lines.append("\\set a case when :c % 10 = 1 or :c % 10 = 2 then :c - :c % 10 else :c end")
        return "\n".join([*lines, benchmark.SQL.least_writes])

    def _command(self, script: Path, log: Path, callers: int, seconds: int) -> Sequence[str]:
        texts = {
            "taken": self.sample.taken, "answer": self.sample.answer.decode(), "evidence": self.sample.evidence.decode(),
        }  # fmt: skip
        threads = min(callers, os.cpu_count() or 1)
        return [
            str(self.program), "--no-vacuum", "--protocol=prepared", f"--client={callers}", f"--jobs={threads}",
            f"--time={seconds}", f"--file={script}", "--log", f"--log-prefix={log}",
            *(f"--define={name}={text}" for name, text in texts.items()), self._address(),
        ]  # fmt: skip

    def _address(self) -> str:
        """The DSN without its password, which would stand in the list of processes."""
        parts = urlsplit(self.dsn)
        return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")).geturl()

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.defpath, "PGPASSWORD": unquote(urlsplit(self.dsn).password or ""),
            "PGOPTIONS": f"-c search_path={self.schema} -c jit=off -c timezone=UTC",
        }  # fmt: skip


def program() -> Path | None:
    """pgbench beside the PostgreSQL that Sayso would start, if it is there."""
    found = Path(find(None, None).program("pgbench"))
    return found if os.access(found, os.X_OK) else None


def _read(folder: Path, opens: float, closes: float) -> Tally:
    """The transactions that ended within a window, from pgbench's logs: latency, and when each ended."""
    tally = Tally()
    for log in sorted(folder.glob("log*")):
        for line in log.read_text().splitlines():
            fields = line.split()
            tally.acknowledged += 1
            if opens <= int(fields[4]) + int(fields[5]) / 1e6 < closes:
                tally.held += 1
                tally.latencies.append(int(fields[2]) / 1000)
    return tally
