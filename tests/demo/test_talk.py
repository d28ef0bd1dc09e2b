"""Speaking to Sayso: what is sent, what is tried again, and what is said when it fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest

from sayso.demo.batches import Batch
from sayso.demo.talk import MOST_ROWS, Talk
from sayso.errors import BadRequest, NotAuthenticated, SaysoError

NOW = datetime(2011, 1, 10, 12, 30, tzinfo=UTC)
ASKED = {"customer": "17850"}
ANSWERED = {"promise": "prm_1", "verdict": "firm", "held": True, "more": [1], "lines": []}


class Door:
    """Answers from a list; remembers what was sent."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers, self.seen = list(answers), []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def talk(self) -> Talk:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self), base_url="http://sayso")
        return Talk(client, "run")


async def test_a_promise_is_asked_at_its_own_time_under_its_own_key():
    door = Door(httpx.Response(200, json=ANSWERED))
    talk = door.talk()
    answer = await talk.ask(ASKED, NOW, "536365-1")
    assert (answer.promise, answer.held) == ("prm_1", True)
    sent = door.seen[0]
    assert (sent.method, sent.url.path) == ("POST", "/v1/promises")
    assert sent.headers["Sayso-Now"] == "2011-01-10T12:30:00Z"
    assert sent.headers["Idempotency-Key"] == "run-536365-1"
    assert len(talk.latencies) == 1


async def test_a_busy_server_is_asked_again_with_the_same_key():
    busy = httpx.Response(503, headers={"Retry-After": "0"}, json={"detail": "busy"})
    door = Door(busy, httpx.ConnectError("away"), httpx.Response(200, json=ANSWERED))
    await door.talk().ask(ASKED, NOW, "k")
    assert [sent.headers["Idempotency-Key"] for sent in door.seen] == ["run-k"] * 3
    assert len({sent.content for sent in door.seen}) == 1


async def test_a_server_that_is_away_is_named(monkeypatch):
    monkeypatch.setattr("sayso.demo.talk.asyncio.sleep", _at_once)
    door = Door(httpx.ConnectError("refused"))
    with pytest.raises(SaysoError, match="http://sayso cannot be reached: refused") as raised:
        await door.talk().ask(ASKED, NOW, "k")
    assert raised.value.exit_status == 3
    assert "sayso up" in raised.value.remedy


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BadRequest), (401, NotAuthenticated), (422, BadRequest), (500, SaysoError)]
)
async def test_a_problem_is_handed_on_with_its_remedy(status, kind):
    problem = {"detail": "no such item", "remedy": "load it", "errors": [{"field": "lines[0].item"}]}
    with pytest.raises(kind, match=rf"answered with {status}: no such item.*lines\[0\]") as raised:
        await Door(httpx.Response(status, json=problem)).talk().ask(ASKED, NOW, "k")
    assert raised.value.remedy == "load it"


async def test_an_answer_that_is_no_problem_document_is_shown():
    with pytest.raises(SaysoError, match="Bad gateway page"):
        await Door(httpx.Response(501, text="Bad gateway page")).talk().ask(ASKED, NOW, "k")


async def test_facts_go_in_pieces_with_source_and_time():
    door = Door(httpx.Response(200, json={"kind": "stock", "refused": 0}))
    talk = door.talk()
    await talk.load(Batch("stock", "generated", NOW, tuple({"item": str(n)} for n in range(MOST_ROWS + 1))))
    bodies = [json.loads(sent.content) for sent in door.seen]
    assert [len(body["rows"]) for body in bodies] == [MOST_ROWS, 1]
    assert {(body["source"], body["as_of"]) for body in bodies} == {("generated", "2011-01-10T12:30:00Z")}
    assert len({sent.headers["Idempotency-Key"] for sent in door.seen}) == 2
    assert talk.rows == MOST_ROWS + 1


async def test_a_refused_row_stops_the_demo_and_is_shown():
    door = Door(httpx.Response(200, json={"refused": 1, "refusals": [{"field": "on_hand"}]}))
    with pytest.raises(SaysoError, match=r"1 rows of stock were refused.*on_hand"):
        await door.talk().load(Batch("stock", "generated", NOW, ({"item": "A"},)))


async def test_an_order_that_was_decided_anew_is_an_error():
    door = Door(httpx.Response(200, json={"state": "placed", "changed": [{"line": 1}]}))
    with pytest.raises(SaysoError, match="decided anew"):
        await door.talk().order("WEB-1", "prm_1", NOW, "k")


async def _at_once(_seconds: float) -> None:
    return None
