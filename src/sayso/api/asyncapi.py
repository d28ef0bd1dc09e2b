"""The AsyncAPI 3.0 document: every event that Sayso takes in and tells, made from the types themselves.

Each type is a channel: over HTTP as CloudEvents in JSON, over a broker under subjects that the servers' part tells.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from sayso import __version__
from sayso.api.call import Ask, Call, House
from sayso.api.schemas import Schema, plain
from sayso.canon.events import TYPES
from sayso.canon.events_examples import example
from sayso.canon.events_out import TYPES_OUT
from sayso.desk.calling import Reply

_REF = "#/components/schemas/{name}"
_ABOUT = """What happens to an order, told as CloudEvents 1.0.

`source` is the system that tells, `id` is unique in it: the same id again does nothing. `subject` is the order (of
stock and receipts: the item and the site). `data` says which document of that system it is, and its revision: of several
tellings of one document the highest revision counts, in whatever order they come. Quantities and amounts are decimal text;
quantities are in the item's base unit, and a line that names another unit of the item is converted."""
_STRUCTURED = "application/cloudevents+json"


@cache
def document() -> bytes:
    """The document, as JSON."""
    refs, parts = _schemas()
    channels, operations, messages = {}, {}, {}
    for type_ in (*TYPES, *TYPES_OUT):
        name = _name(type_)
        out_only = type_ in TYPES_OUT
        messages[name] = _message(type_, refs[type_])
        channels[name] = {
            "address": type_,
            "title": type_,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "bindings": {"nats": {"bindingVersion": "0.1.0"}},
        }
        if not out_only:
            operations[f"take{name}"] = _operation("receive", name, f"{type_} is taken in.")
        operations[f"tell{name}"] = _operation(
            "send", name, f"{type_} is told to subscribers and to the broker."
        )
    return msgspec.json.encode(plain({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sayso", "version": __version__, "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": _STRUCTURED,
        "servers": _SERVERS,
        "channels": channels,
        "operations": operations,
        "components": {
            "schemas": parts,
            "messages": messages,
            "messageTraits": {"cloudEvent": _trait()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "sk_..."}},
        },
    }))  # fmt: skip


async def described(house: House, ask: Ask) -> Reply:
    """GET /asyncapi.json"""
    return Reply(200, document())


CALL = Call(
    method="GET",
    path="/asyncapi.json",
    operation="readEvents",
    tag="about",
    summary="Every event that is taken in and told",
    handle=described,
    answers=dict[str, Any],
    statuses={200: "AsyncAPI 3.0."},
)

_SERVERS: Schema = {
    "http": {
        "host": "localhost:8765",
        "protocol": "http",
        "description": "POST /v1/events takes a CloudEvent, or a batch; subscribers are told by Standard Webhooks.",
        "security": [{"$ref": "#/components/securitySchemes/bearer"}],
    },
    "nats": {
        "host": "localhost:4222",
        "protocol": "nats",
        "description": "JetStream, the body a CloudEvent in structured mode. What is sent goes to `sayso.in.` and the "
        "system's name; what is told comes from `sayso.out.` and the type without its `sayso.`. Both beginnings are "
        "settings.",
    },
}


def _schemas() -> tuple[dict[str, Schema], Schema]:
    shapes = {**TYPES, **TYPES_OUT}
    refs, parts = msgspec.json.schema_components(list(shapes.values()), ref_template=_REF)
    for schema in parts.values():
        if isinstance(schema.get("description"), str):
            schema["description"] = " ".join(schema["description"].split())
    return dict(zip(shapes, refs, strict=True)), _decimal(parts)


def _decimal(schema: Any) -> Any:
    """The same, where a decimal may also be a JSON number, as it is taken."""
    if isinstance(schema, list):
        return [_decimal(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {**schema, "type": ["string", "number"], "pattern": r"^[+-]?[0-9]{1,24}(\.[0-9]{1,24})?$"}
    return {name: _decimal(inner) for name, inner in schema.items()}


def _name(type_: str) -> str:
    """`sayso.order.placed.v1` gives OrderPlacedV1."""
    words = type_.removeprefix("sayso.").replace("_", ".").split(".")
    return "".join(word.capitalize() for word in words)


def _message(type_: str, data: Schema) -> Schema:
    shape = {**TYPES, **TYPES_OUT}[type_]
    return {
        "name": type_,
        "title": type_,
        "summary": " ".join((shape.__doc__ or "").split()),
        "contentType": _STRUCTURED,
        "payload": _envelope(type_, data),
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "examples": [{"name": _name(type_), "payload": example(type_)}],
    }


def _envelope(type_: str, data: Schema) -> Schema:
    text = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**text, "description": "Unique in its source."},
            "source": {**text, "description": "The system that tells."},
            "type": {"const": type_},
            "subject": {"type": "string", "description": "The order; of stock and receipts, item/site."},
            "time": {"type": "string", "format": "date-time", "description": "When it happened."},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {"type": "string"},
            "traceparent": {"type": "string", "description": "W3C Trace Context."},
            "data": data,
        },
    }


def _trait() -> Schema:
    return {
        "description": "A CloudEvent in structured mode.",
        "bindings": {"http": {"bindingVersion": "0.3.0"}, "nats": {"bindingVersion": "0.1.0"}},
    }


def _operation(action: str, name: str, summary: str) -> Schema:
    operation: Schema = {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }
    if action == "receive":
        operation["bindings"] = {"http": {"method": "POST", "bindingVersion": "0.3.0"}}
    return operation
