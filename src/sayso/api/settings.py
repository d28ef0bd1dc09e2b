"""What the HTTP door can be told. The values come from the wiring, which alone reads the environment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct


class Settings(Struct, frozen=True, kw_only=True):
    """`clock` gives an aware UTC time. Limits are per request; the rate is per key and process.

    `simulated`: the header Sayso-Now may set the time of one request (demo and tests only).
    `requests_per_second`: 0 is no limit; `burst`: how many may come at once (0: twice the rate).
    `origins`: browser origins that may call (CORS); none by default.
    `metrics_dir`: the folder shared by several processes (prometheus_client's multiprocess mode); the
    environment variable PROMETHEUS_MULTIPROC_DIR has to name it before prometheus_client is imported.
    """

    clock: Callable[[], datetime]
    simulated: bool = False
    body_limit: int = 1 << 20
    facts_limit: int = 32 << 20
    most_lines: int = 500
    most_items: int = 200
    requests_per_second: float = 0.0
    burst: int = 0
    origins: tuple[str, ...] = ()
    metrics_dir: str = ""
    access_log: bool = True
