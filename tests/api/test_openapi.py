"""The document: complete, true to the routes, and every example of the shape it claims."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest

from sayso.api import asks, shapes
from sayso.api.openapi import _SAMPLES, problems_of
from sayso.api.problems import PROBLEMS, body_of
from sayso.api.table import CALLS
from sayso.desk.calling import SCOPES
from sayso.promise.reasons import KINDS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "http.md"


def exact(shape, body: bytes) -> None:
    """Fails unless the body has the shape, and nothing that the shape does not name."""
    assert json.loads(msgspec.json.encode(msgspec.json.decode(body, type=shape))) == json.loads(body)


@pytest.fixture
async def document(http) -> dict:
    return (await http.get("/openapi.json")).json()


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


async def test_every_call_is_described_and_none_besides(document):
    described = {(path, method.upper()) for path, method, _ in operations(document)}
    assert described == {(call.path, call.method) for call in CALLS}
    assert document["openapi"] == "3.1.0"


async def test_operations_are_complete(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    for _, _, operation in operations(document):
        assert operation["summary"]
        assert operation["tags"][0] in {tag["name"] for tag in document["tags"]}
        assert "500" in operation["responses"]
        for status, response in operation["responses"].items():
            (media, content), *others = response["content"].items()
            assert not others
            assert response["headers"]["X-Request-Id"]
            if int(status) >= 400:
                assert media == "application/problem+json"
                assert content["examples"]


async def test_every_reference_leads_somewhere(document):
    def follow(part):
        if isinstance(part, dict):
            if "$ref" in part:
                found = document
                for step in part["$ref"].removeprefix("#/").split("/"):
                    found = found[step]
            for inner in part.values():
                follow(inner)
        elif isinstance(part, list):
            for inner in part:
                follow(inner)

    follow(document)


async def test_scopes_and_keys(document):
    for path, method, operation in operations(document):
        call = next(call for call in CALLS if (call.path, call.method.lower()) == (path, method))
        assert operation["security"] == [{"bearer": [one]} for one in (call.scope, *call.also) if one]
        assert not call.scope or call.scope in SCOPES
        assert {"401", "403", "429"} <= operation["responses"].keys() or not call.scope
        taken = {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"]
        assert taken == (method != "get")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


async def test_a_simulated_clock_shows(http, served, calling):
    assert "Sayso-Now" not in (await http.get("/openapi.json")).text
    app, _ = served(simulated=True)
    async with calling(app) as other:
        assert "Sayso-Now" in (await other.get("/openapi.json")).text


async def test_work_is_called_for_only_where_the_clock_is_simulated(http, served, calling):
    assert "/v1/work" not in (await http.get("/openapi.json")).json()["paths"]
    assert (await http.post("/v1/work")).status_code == 404
    app, _ = served(simulated=True)
    async with calling(app) as other:
        assert "/v1/work" in (await other.get("/openapi.json")).json()["paths"]
        assert (await other.post("/v1/work")).status_code == 200


async def test_requests_in_the_examples_fit_schema_and_struct(document):
    for path, method, operation in operations(document):
        call = next(call for call in CALLS if (call.path, call.method.lower()) == (path, method))
        if call.reads is None:
            continue
        content = operation["requestBody"]["content"]["application/json"]
        schema = {**content["schema"], "components": document["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema)
        assert content["examples"]
        for example in content["examples"].values():
            validator.validate(example["value"])
            msgspec.convert(example["value"], call.reads, strict=False)


@pytest.mark.parametrize("call", [call for call in CALLS if call.gives], ids=lambda call: call.operation)
async def test_answers_in_the_examples_have_their_shape(document, call):
    for example in call.gives.values():
        exact(call.answers, msgspec.json.encode(example))
    operation = document["paths"][call.path][call.method.lower()]
    for status in call.statuses:
        (content,) = operation["responses"][str(status)]["content"].values()
        validator = jsonschema_rs.Draft202012Validator(
            {**content["schema"], "components": document["components"]}
        )
        for example in call.gives.values():
            validator.validate(example)


def test_a_field_that_the_shape_does_not_name_is_noticed():
    with pytest.raises(AssertionError):
        exact(shapes.Health, b'{"status":"ok","version":"1","more":1}')


async def test_every_problem_has_an_example_of_its_shape(document):
    assert {type(sample) for sample in _SAMPLES} == set(PROBLEMS)
    for sample in _SAMPLES:
        exact(shapes.Problem, body_of(sample, "req_1"))
        assert sample.remedy
    assert set(document["components"]["examples"]) == {f"problem-{problem.slug}" for problem in PROBLEMS}


def test_every_call_names_what_can_go_wrong():
    for call in CALLS:
        assert set(problems_of(call)) <= set(PROBLEMS)


async def test_every_reason_is_in_the_schema(document):
    assert document["components"]["schemas"]["Reason"]["properties"]["code"]["enum"] == list(KINDS)


async def test_limits_follow_the_settings(served, calling):
    app, _ = served(most_lines=7)
    async with calling(app) as http:
        document = (await http.get("/openapi.json")).json()
    assert document["components"]["schemas"]["PromiseRequest"]["properties"]["lines"]["maxItems"] == 7


async def test_names_within_sayso_do_not_leak(document):
    assert not {"Request", "Line", "Load", "Key"} & document["components"]["schemas"].keys()
    assert asks.Load.__name__ == "Load"


def test_the_reference_lists_every_call_problem_and_scope():
    text = REFERENCE.read_text("utf-8")
    for call in CALLS:
        assert f"`{call.method} {call.path}`" in text, call.operation
    for problem in PROBLEMS:
        assert f"`{problem.slug}`" in text, problem.slug
    for scope in SCOPES:
        assert f"`{scope}`" in text, scope
