"""The door behind the real server: large bodies, slow bodies, clients that leave, and what uvicorn makes of it."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from sayso.api import examples, logs

AUTH = {"authorization": "Bearer sk_admin", "content-type": "application/json"}


@pytest.fixture
def port(app) -> Iterator[int]:
    """A server on a free port, in a thread."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        http="httptools",
        loop="uvloop",
        log_config=None,
        access_log=False,
        ws="none",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive()


def head_of(port: int, more: str) -> bytes:
    lines = f"POST /v1/promises HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer sk_admin\r\n"
    return (lines + "content-type: application/json\r\n" + more + "\r\n").encode()


def test_a_large_body_gets_a_clear_answer_and_the_connection_lives_on(port, desk):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=AUTH) as http:
        answer = http.post("/v1/promises", content=b" " * 10_000_000)
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:sayso:problem:too-large"
        assert desk.asked == []
        assert http.post("/v1/promises", json=examples.HOLD).status_code == 200


def test_a_client_that_asks_first_need_not_send_a_large_body(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(head_of(port, "content-length: 99000000\r\nexpect: 100-continue\r\n"))
        answer = line.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")


def test_a_large_body_without_a_length_is_not_kept(port, desk):
    def endless():
        for _ in range(200):
            yield b" " * (1 << 16)

    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=AUTH) as http:
        assert http.post("/v1/promises", content=endless()).status_code == 413
    assert desk.asked == []


def test_a_client_that_leaves_in_the_middle_is_let_go(port, desk, monkeypatch):
    stream = io.BytesIO()
    monkeypatch.setattr(logs, "_stream", stream)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(head_of(port, "content-length: 1000\r\n") + b'{"customer":')
    for _ in range(200):
        if stream.getvalue():
            break
        time.sleep(0.01)
    assert [json.loads(each)["status"] for each in stream.getvalue().splitlines()] == [499]
    assert desk.asked == []


def test_head_and_health_over_the_wire(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=AUTH) as http:
        assert http.head("/healthz").status_code == 200
        assert http.get("/healthz").json()["status"] == "ok"
        assert http.request("PROPFIND", "/v1/promises").status_code == 405


def test_a_path_in_percent_codes(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=AUTH) as http:
        assert http.get("/v1/orders/2011%2F0042").json()["order"] == "2011/0042"
        assert http.get("/v1/orders/%00").status_code == 404
        assert http.get("/v1/promises/%FF").status_code == 404
