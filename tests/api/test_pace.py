"""How fast a key may call."""

from __future__ import annotations

from sayso.api.pace import Pace


def test_a_burst_then_the_rate():
    pace = Pace(rate=2.0, burst=4)
    assert [pace.take("shop", 100.0)[1] for _ in range(5)] == [0, 0, 0, 0, 1]
    assert pace.take("shop", 100.4)[1] == 1
    assert pace.take("shop", 100.5)[1] == 0
    assert pace.take("shop", 100.5)[1] == 1


def test_keys_do_not_share():
    pace = Pace(rate=1.0, burst=1)
    assert pace.take("one", 0.0)[1] == 0
    assert pace.take("two", 0.0)[1] == 0
    assert pace.take("one", 0.0)[1] == 1


def test_a_refused_request_costs_nothing():
    pace = Pace(rate=0.1, burst=1)
    pace.take("shop", 0.0)
    waits = [pace.take("shop", second)[1] for second in (0.0, 1.0, 5.0, 9.0, 10.0)]
    assert waits == [10, 9, 5, 1, 0]


def test_a_long_rest_gives_no_more_than_the_burst():
    pace = Pace(rate=1.0, burst=2)
    assert [pace.take("shop", second)[1] for second in (0.0, 1000.0, 1000.0, 1000.0)] == [0, 0, 0, 1]


async def test_too_many_requests(served, calling):
    app, desk = served(requests_per_second=0.001, burst=2)
    async with calling(app) as http:
        answers = [await http.get("/v1/cases") for _ in range(3)]
        assert (await http.get("/healthz")).status_code == 200
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=2;w=2000'
    assert int(answers[2].headers["retry-after"]) >= 999
    assert answers[2].json()["type"] == "urn:sayso:problem:too-many-requests"
    assert len(desk.asked) == 2


async def test_no_limit_by_default(http):
    answer = await http.get("/v1/cases")
    assert "ratelimit" not in answer.headers
