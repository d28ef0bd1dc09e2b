"""What is counted at the HTTP door, and the page that shows every count of the process, or of all of them."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_seconds = Histogram(
    "sayso_http_request_seconds",
    "Time from a request's head to the end of its answer; its _count is the number of requests.",
    ["route", "method", "status"],
    buckets=_SECONDS,
)
in_flight = Gauge(
    "sayso_http_in_flight", "Requests that are being answered now.", multiprocess_mode="livesum"
)

#: Looked up once for each combination: labels() takes a lock and builds a key every time.
_known: dict[tuple[str, str, int], Histogram] = {}


def count(route: str, method: str, status: int, seconds: float) -> None:
    """One request answered. `route` is the template, never the path, so that their number stays small."""
    found = _known.get((route, method, status))
    if found is None:
        found = _known[route, method, status] = _seconds.labels(route, method, str(status))
    found.observe(seconds)


def page(folder: str = "") -> bytes:
    """Every measure in Prometheus' text format. With `folder`, of all processes that share it."""
    if not folder:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
