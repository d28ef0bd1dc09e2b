"""What every request passes: no stack trace, one log line without secrets, counts, health, safe headers."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable

import pytest
import structlog
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from sayso.api import examples, logs
from sayso.errors import Busy, StoreAway

PROMISE = f"/v1/promises/{examples.PROMISE_ID}"


async def test_a_fault_shows_no_trace(http, desk):
    desk.error = RuntimeError("SELECT secret FROM cellar")
    with capture_logs() as lines:
        answer = await http.get(PROMISE, headers={"x-request-id": "r-1"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:sayso:problem:internal"
    assert "cellar" not in answer.text
    assert "Traceback" not in answer.text
    fault = next(line for line in lines if line["event"] == "unexpected")
    assert (fault["request_id"], fault["exc_info"]) == ("r-1", True)


async def test_a_fault_in_health_is_a_problem_too(http, desk):
    desk.error = ZeroDivisionError()
    assert (await http.get("/readyz")).json()["status"] == 500
    assert (await http.head(PROMISE)).content == b""


@pytest.fixture
def written(monkeypatch) -> Callable[[], list[dict]]:
    """What the access log wrote until now."""
    stream = io.BytesIO()
    monkeypatch.setattr(logs, "_stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_the_access_log_holds_no_key_and_no_data(http, written):
    await http.get(PROMISE + "?buyer=Jane", headers={"x-request-id": "r-2"})
    await http.get("/nowhere/Jane")
    await asyncio.sleep(0.1)
    first, second = written()
    assert first.pop("ms") >= 0
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "request", "level": "info", "method": "GET", "route": "/v1/promises/{id}", "status": 400,
        "caller": "admin", "request_id": "r-2",
    }  # fmt: skip
    assert second["route"] == "unknown"
    assert "Jane" not in repr(written())
    assert "sk_admin" not in repr(written())


async def test_many_answers_do_not_wait_for_the_log(http, written):
    for _ in range(300):
        await http.get("/healthz")
    await asyncio.sleep(0.1)
    assert len(written()) == 300


async def test_the_last_answers_are_written_when_the_server_stops(app, http, written):
    async with app.router.lifespan_context(app):
        await http.get("/healthz")
        assert written() == []
    assert len(written()) == 1


async def test_a_closed_log_refuses_nobody(http, monkeypatch):
    stream = io.BytesIO()
    stream.close()
    monkeypatch.setattr(logs, "_stream", stream)
    for _ in range(260):
        assert (await http.get("/healthz")).status_code == 200


async def test_the_access_log_can_be_left_out(served, calling, written):
    app, _ = served(access_log=False)
    async with calling(app) as http:
        await http.get("/healthz")
        await http.get("/metrics")
    assert written() == []


@pytest.mark.parametrize(
    "error", [StoreAway("PostgreSQL cannot be reached"), Busy("too much", retry_after=7)]
)
async def test_what_passes_can_be_tried_again(http, desk, error):
    desk.error = error
    with capture_logs() as lines:
        answer = await http.post("/v1/promises", json=examples.HOLD)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == str(error.facts.get("retry_after", 1))
    assert lines[0]["problem"] == error.slug


async def test_health_does_not_ask_and_readiness_does(http, desk):
    desk.error = StoreAway("PostgreSQL cannot be reached")
    assert (await http.get("/healthz")).status_code == 200
    assert desk.asked == []
    assert (await http.get("/readyz")).status_code == 503
    desk.error = None
    assert (await http.get("/readyz")).json() == {"status": "ready", "details": {"postgresql": "18.6"}}


async def test_every_answer_carries_safe_headers(http):
    for path in ("/healthz", "/nowhere", "/v1/cases", "/v1/promises"):
        headers = (await http.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-request-id"]
        assert "access-control-allow-origin" not in headers


async def test_browsers_of_other_origins_may_call_only_if_told_so(served, calling):
    app, _ = served(origins=("https://shop.example",))
    asking = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    async with calling(app) as http:
        allowed = await http.options("/v1/promises", headers={"origin": "https://shop.example", **asking})
        assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
        refused = await http.options("/v1/promises", headers={"origin": "https://other.example", **asking})
        assert "access-control-allow-origin" not in refused.headers
        for path, status in (("/v1/cases", 200), ("/v1/promises", 405), ("/v1/orders/none", 404)):
            answer = await http.get(path, headers={"origin": "https://shop.example"})
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == "https://shop.example"
            assert "Idempotent-Replayed" in answer.headers["access-control-expose-headers"]


async def counted(http, route: str, method: str, status: str) -> float:
    await http.get("/metrics")
    labels = {"route": route, "method": method, "status": status}
    return REGISTRY.get_sample_value("sayso_http_request_seconds_count", labels) or 0.0


async def test_requests_are_counted_by_template(http):
    asked = [("/v1/promises/{id}", "GET", "200"), ("unknown", "GET", "404")]
    before = [await counted(http, *each) for each in asked]
    await http.get(PROMISE)
    await http.get("/one")
    await http.get("/two")
    after = [await counted(http, *each) for each in asked]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 2]
    page = (await http.get("/metrics")).text
    assert 'sayso_http_request_seconds_bucket{le="0.001",method="GET",route="/v1/promises/{id}"' in page
    assert "sayso_http_in_flight 1.0" in page


async def test_strange_methods_do_not_make_new_labels(http):
    before = await counted(http, "/v1/promises", "other", "405")
    await http.request("BREW", "/v1/promises")
    assert await counted(http, "/v1/promises", "other", "405") == before + 1


_WORKER = """
import sys
from sayso.api import measures
from sayso.desk.measures import count_decision
measures.count("/v1/promises", "POST", 200, 0.01)
count_decision("firm", 2)
"""
_PAGE = "import sys; from sayso.api import measures; sys.stdout.buffer.write(measures.page(sys.argv[1]))"


def test_several_processes_are_one_page(tmp_path):
    env = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", _WORKER], env=env, check=True)
    shown = subprocess.run(
        [sys.executable, "-c", _PAGE, str(tmp_path)], env=env, check=True, capture_output=True, text=True
    )
    page = shown.stdout
    assert 'sayso_http_request_seconds_count{method="POST",route="/v1/promises",status="200"} 2.0' in page
    assert 'sayso_decisions_total{verdict="firm"} 4.0' in page


@pytest.fixture
def _logging_restored():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logs._stream = None
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_logging_restored")
def test_a_log_line_is_one_json_object():
    stream = io.BytesIO()
    logs.configure("info", stream)
    log = structlog.get_logger("test")
    log.info("request", status=200)
    log.debug("not shown")
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        log.exception("unexpected")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request %s", "received.")
    logging.getLogger("uvicorn.error").info("not shown")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["request", "unexpected", "Invalid HTTP request received."]
    assert lines[0]["status"] == 200
    assert lines[0]["timestamp"].endswith("Z")
    assert "ZeroDivisionError" in lines[1]["exception"]
    assert lines[2]["level"] == "warning"
