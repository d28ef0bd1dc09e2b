"""The AsyncAPI document: every type, true to what is taken in, and each example of the shape that it claims."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from sayso.api import asyncapi
from sayso.canon import events_reference
from sayso.canon.events import TYPES
from sayso.canon.events_examples import example
from sayso.canon.events_out import TYPES_OUT
from sayso.contracts.reading import read_message
from sayso.contracts.shapes import Unusable

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"
ALL = [*TYPES, *TYPES_OUT]


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads(asyncapi.document())


def message(document, type_) -> dict:
    return next(each for each in document["components"]["messages"].values() if each["name"] == type_)


def validator(document, type_) -> jsonschema.Draft202012Validator:
    """An independent validator of a type's events."""
    schema = {**message(document, type_)["payload"], "components": document["components"]}
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


async def test_it_is_served_to_anybody(http):
    answer = await http.get("/asyncapi.json", headers={"Authorization": ""})
    assert answer.status_code == 200
    assert answer.content == asyncapi.document()


def test_it_is_what_it_says(document):
    assert document["asyncapi"] == "3.0.0"
    assert set(document) <= {
        "asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components",
    }  # fmt: skip
    assert {server["protocol"] for server in document["servers"].values()} == {"http", "nats"}


def test_every_type_is_a_channel_and_none_besides(document):
    assert [channel["address"] for channel in document["channels"].values()] == ALL
    for channel in document["channels"].values():
        ((name, reference),) = channel["messages"].items()
        assert reference == {"$ref": f"#/components/messages/{name}"}
        assert document["components"]["messages"][name]["name"] == channel["address"]


def test_what_goes_out_only_is_never_taken(document):
    actions: dict[str, set[str]] = {}
    for operation in document["operations"].values():
        name = operation["channel"]["$ref"].rpartition("/")[2]
        assert operation["messages"] == [{"$ref": f"#/channels/{name}/messages/{name}"}]
        actions.setdefault(document["channels"][name]["address"], set()).add(operation["action"])
    assert {type_ for type_, found in actions.items() if "receive" in found} == set(TYPES)
    assert all("send" in found for found in actions.values())


def test_every_reference_leads_somewhere(document):
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


@pytest.mark.parametrize("type_", ALL)
def test_an_example_is_of_its_own_shape(type_, document):
    (shown,) = message(document, type_)["examples"]
    assert shown["payload"] == example(type_)
    validator(document, type_).validate(shown["payload"])
    msgspec.convert(shown["payload"]["data"], {**TYPES, **TYPES_OUT}[type_], strict=True)


@pytest.mark.parametrize("type_", ALL)
def test_the_shape_refuses_what_is_not_of_it(type_, document):
    for name in ("id", "source", "type", "data", "specversion"):
        broken = {key: value for key, value in example(type_).items() if key != name}
        assert not validator(document, type_).is_valid(broken), name
    other = copy.deepcopy(example(type_))
    other["data"][next(iter(other["data"]))] = {"no": "such"}
    assert not validator(document, type_).is_valid(other)


@pytest.mark.parametrize("type_", TYPES)
def test_what_the_shape_refuses_is_refused_at_the_door(type_, document):
    """A required field of the data taken out, one at a time: the schema and the door agree."""
    check = validator(document, type_)
    for name in example(type_)["data"]:
        told = copy.deepcopy(example(type_))
        del told["data"][name]
        body = json.dumps(told).encode()
        try:
            read_message("x", "application/cloudevents+json", "", body, {})
            taken = True
        except Unusable:
            taken = False
        assert check.is_valid(told) == taken, name


def test_the_reference_page_is_in_step():
    assert PAGE.read_text("utf-8") == events_reference.markdown()
