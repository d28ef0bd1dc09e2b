"""The demo as one call: load the distributor, replay it against a running Sayso, show what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sayso.demo import replay as replays
from sayso.demo.distributor import Distributor, load
from sayso.demo.report import printed
from sayso.demo.summary import Summary

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)


async def run_demo(
    base_url: str, key: str, *, setting: str = "usual", days: int | None = None, data: Path | None = None,
    json: bool = False, distributor: Distributor | None = None, out: Console | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Replay against an empty Sayso at `base_url` and return the summary as JSON values.

    `key` needs the scopes facts, promises and orders; Sayso has to accept simulated time. `data` is the
    folder with the full file (the setting SAYSO_DATA), None for the shipped slice. Progress goes to
    standard error; unless `json`, the summary is shown on `out` (standard output). `transport` leads to
    an application in the same process. Raises as `replay` and `load` do.
    """
    found = distributor or load(data)
    summary = await run_setting(base_url, key, found, setting=setting, days=days, transport=transport)
    if not json:
        printed([summary], out or Console())
    return summary.document()


async def run_side_by_side(
    doors: Mapping[str, tuple[str, str]], *, days: int | None = None, data: Path | None = None, json: bool = False,
    distributor: Distributor | None = None, out: Console | None = None,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The same for several stock settings, one after another, shown side by side.

    `doors` maps each setting to the base URL and key of an empty Sayso of its own. Returns
    `{"settings": [a document for each]}`.
    """
    found, led = distributor or load(data), transports or {}
    summaries = [
        await run_setting(base_url, key, found, setting=setting, days=days, transport=led.get(setting))
        for setting, (base_url, key) in doors.items()
    ]
    if not json:
        printed(summaries, out or Console())
    return {"settings": [one.document() for one in summaries]}


async def run_setting(
    base_url: str, key: str, distributor: Distributor, *, setting: str = "usual", days: int | None = None,
    transport: httpx.AsyncBaseTransport | None = None, exports: Path | None = None,
) -> Summary:  # fmt: skip
    """The same, as a summary that can be shown beside others: each setting needs an empty Sayso of its
    own."""
    headers = {"Authorization": f"Bearer {key}"}
    with progress_bar(f"{setting} stock") as tell:
        async with httpx.AsyncClient(
            base_url=base_url, headers=headers, timeout=_TIMEOUT, transport=transport
        ) as client:
            return await replays.replay(
                client, distributor, setting=setting, days=days, progress=tell, exports=exports
            )


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[replays.Progress], None]]:
    """A bar on standard error that a replay tells how far it is."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("orders"),
        TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def tell(step: replays.Progress) -> None:
            words = "loading facts" if step.doing == "facts" else f"{step.day}"
            bar.update(task, description=f"{title}, {words}", completed=step.done, total=step.orders)

        yield tell
