"""What the answers of a system asked over HTTP mean; over a real connection where the network itself is at fault."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from sayso.systems import http_remote
from sayso.systems.http_remote import HttpRemote, header
from sayso.systems.seam import Ask, Outcome

ASK = Ask(
    effect="WEB-1/submit?é", system="erp", kind="submit_order", order="WEB-1", cause="placed",
    body={"total": Decimal("36.72"), "lines": []},
)  # fmt: skip
EVENT = {"id": "e-1", "type": "sayso.order.accepted.v1", "quantity": Decimal("12.50")}


def remote(answer: Callable[[httpx.Request], httpx.Response]) -> HttpRemote:
    return HttpRemote("http://erp.example/api/", "secret", transport=httpx.MockTransport(answer))


def answering(status: int, body: Any = None, **headers: str) -> HttpRemote:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body, order=None)
    return remote(lambda _: httpx.Response(status, content=content, headers=headers))


async def test_an_effect_is_posted_under_its_key_and_numbers_stay_as_they_are() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        body = b'{"events":[{"id":"e-1","type":"sayso.order.accepted.v1","quantity":12.50}]}'
        return httpx.Response(200, content=body)

    asked = remote(answer)
    assert await asked.send(ASK) == Outcome(came="done", events=(EVENT,))
    assert await asked.find(ASK.effect) == Outcome(came="done", events=(EVENT,))
    post, get = seen
    assert (post.method, str(post.url)) == ("POST", "http://erp.example/api/effects")
    assert post.headers["idempotency-key"] == "WEB-1%2Fsubmit%3F%C3%A9"
    assert post.headers["authorization"] == "Bearer secret"
    assert b'"total":36.72' in post.content
    assert get.url.raw_path == b"/api/effects/WEB-1%2Fsubmit%3F%C3%A9"


def test_a_key_that_a_header_can_carry_is_sent_as_it_is() -> None:
    assert header("WEB-1/submit 2") == "WEB-1/submit 2"
    assert header("WEB-1\nx: y") == "WEB-1%0Ax%3A%20y"
    assert header(" WEB-1") == "%20WEB-1"


@pytest.mark.parametrize(
    ("status", "body", "came", "failure"),
    [
        (200, {"events": []}, "done", ""),
        (201, {"events": [], "more": 1}, "done", ""),
        (200, b"", "unclear", ""),
        (200, b'{"events": [{"id": "e-1", "ty', "unclear", ""),
        (200, {"events": [{"type": "x"}]}, "unclear", ""),
        (200, ["events"], "unclear", ""),
        (409, {"detail": "no such customer"}, "refused", ""),
        (422, {"detail": "no such customer"}, "refused", ""),
        (400, {"detail": "no such customer"}, "refused", ""),
        (429, None, "again", "throttled"),
        (503, None, "again", "down"),
        (500, None, "unclear", ""),
        (502, None, "unclear", ""),
        (504, b"<html>", "unclear", ""),
        (408, None, "unclear", ""),
        (401, None, "again", "server"),
        (404, None, "again", "server"),
        (301, None, "again", "server"),
    ],
)
async def test_what_an_answer_to_asking_means(status: int, body: Any, came: str, failure: str) -> None:
    found = await answering(status, body).send(ASK)
    assert (found.came, found.failure) == (came, failure)
    if came == "refused":
        assert found.detail == "no such customer"
    elif came != "done":
        assert found.detail


@pytest.mark.parametrize(
    ("status", "body", "came"),
    [
        (200, {"events": []}, "done"),
        (404, {"detail": "none"}, None),
        (409, {"detail": "no"}, "refused"),
        (422, {"detail": "no"}, "refused"),
        (200, b"<html>", "again"),
        (429, None, "again"),
        (500, None, "again"),
        (401, None, "again"),
        (302, None, "again"),
    ],
)
async def test_what_an_answer_to_looking_up_means(status: int, body: Any, came: str | None) -> None:
    found = await answering(status, body).find(ASK.effect)
    assert (found and found.came) == came


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "99999999999"}, 86_400.0),
        ({"retry-after": "Tue, 04 Jan 2011 09:01:00 GMT", "date": "Tue, 04 Jan 2011 09:00:00 GMT"}, 60.0),
        ({"retry-after": "Tue, 04 Jan 2011 08:00:00 GMT", "date": "Tue, 04 Jan 2011 09:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
async def test_when_it_may_be_asked_again(headers: dict[str, str], seconds: float | None) -> None:
    assert (await answering(429, None, **headers).send(ASK)).retry_after == seconds


@pytest.mark.parametrize(
    ("error", "came", "failure", "looked_up"),
    [
        (httpx.ConnectError, "again", "down", "down"),
        (httpx.ConnectTimeout, "again", "down", "down"),
        (httpx.PoolTimeout, "again", "down", "down"),
        (httpx.ReadTimeout, "unclear", "", "network"),
        (httpx.WriteError, "unclear", "", "network"),
        (httpx.ReadError, "unclear", "", "network"),
        (httpx.RemoteProtocolError, "unclear", "", "network"),
    ],
)
async def test_what_silence_means(
    error: type[httpx.HTTPError], came: str, failure: str, looked_up: str
) -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise error("nothing")

    found = await remote(silent).send(ASK)
    assert (found.came, found.failure) == (came, failure)
    found = await remote(silent).find(ASK.effect)
    assert found is not None
    assert (found.came, found.failure) == ("again", looked_up)


@pytest.fixture
async def port() -> AsyncIterator[Callable[[str], Any]]:
    """Opens a port whose server takes a request and then does as it is told: closes, or says nothing."""
    servers: list[asyncio.Server] = []

    async def opened(how: str) -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            if how == "silent":
                await reader.read()
            writer.close()

        servers.append(await asyncio.start_server(serve, "127.0.0.1", 0))
        return f"http://127.0.0.1:{servers[-1].sockets[0].getsockname()[1]}"

    yield opened
    for server in servers:
        server.close()


@pytest.mark.parametrize("how", ["closes", "silent"])
async def test_a_real_connection_that_ends_without_an_answer_is_unclear(port: Any, how: str) -> None:
    asked = HttpRemote(await port(how), timeout=0.2)
    assert (await asked.send(ASK)).came == "unclear"
    await asked.close()


async def test_a_real_port_that_nobody_listens_on_is_down() -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()
    asked = HttpRemote(url, timeout=1)
    found = await asked.send(ASK)
    assert (found.came, found.failure) == ("again", "down")
    await asked.close()


@pytest.mark.parametrize(
    "event",
    [{"id": "e\x00", "type": "t"}, {"id": "", "type": "t"}, {"id": "e" * 201, "type": "t"}, {"id": "e", "type": "\x1b[2J"},
     {"id": "e", "type": "t", "subject": "W\x00"}, {"id": "e", "type": "t", "subject": 7}],
)  # fmt: skip
async def test_an_answer_that_cannot_be_kept_is_none(event: dict[str, Any]) -> None:
    """Kept, it would fail in the database at each try, and be asked for for ever."""
    asked = answering(200, {"events": [event]})
    assert (await asked.send(ASK)).came == "unclear"
    found = await asked.find(ASK.effect)
    assert found is not None
    assert (found.came, found.failure) == ("again", "server")


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_without_an_end_is_not_read_to_it(
    monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr(http_remote, "_MOST_READ", 100_000)
    read = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal read
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        for _ in range(10_000):
            read += 50_000
            yield (
                packer.compress(bytes(50_000)) + packer.flush(zlib.Z_SYNC_FLUSH) if packed else b" " * 50_000
            )

    headers = {"content-encoding": "gzip"} if packed else {}
    asked = remote(lambda _: httpx.Response(200, content=flood(), headers=headers))
    came = await asked.send(ASK)
    assert came.came == "unclear"
    assert "longer than" in came.detail
    assert read < 1_000_000


async def test_an_answer_that_is_packed_is_read() -> None:
    body = gzip.compress(msgspec.json.encode({"events": [EVENT]}))
    assert (await answering(200, body, **{"content-encoding": "gzip"}).send(ASK)).came == "done"
