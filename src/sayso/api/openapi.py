"""The OpenAPI 3.1 document, made from the route table: what is served and what is described cannot differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from sayso import __version__
from sayso.api.call import Call, Parameter
from sayso.api.problems import (
    PROBLEMS,
    TooFast,
    Unexpected,
    WrongMedia,
    WrongMethod,
    body_of,
)
from sayso.api.schemas import Schema, plain, schemas
from sayso.api.settings import Settings
from sayso.api.shapes import Problem
from sayso.desk.calling import SCOPES
from sayso.desk.messages.taking import MOST_EVENTS
from sayso.errors import (
    BadField,
    BadRequest,
    Busy,
    Conflict,
    KeyReused,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    SaysoError,
    StoreAway,
    TooLarge,
)

_ABOUT = """What a distributor's storefront, ERP and partners ask of Sayso.

Quantities and amounts are decimal text; times are RFC 3339 in UTC, dates ISO 8601, countries ISO 3166-1
alpha-2, currencies ISO 4217, units UN/ECE Recommendation 20 codes with plain aliases. Unknown fields and
parameters are refused by name. More fields may be added to answers within version 1. Every GET may also be a
HEAD. A text holds no NUL character. A business "no" is an answer with status 200; a 4xx is for what cannot be
understood or is not allowed, and is always application/problem+json (RFC 9457)."""

_TAGS = {
    "promises": "Decide on stock, price, credit, region and date at once; hold, renew, release.",
    "orders": "Place an order on a promise; read and cancel it.",
    "availability": "Browse without holding.",
    "facts": "Tell Sayso what the back office knows.",
    "cases": "What went wrong, and whose it is.",
    "events": "What systems tell: events, and messages in their own format.",
    "subscribers": "Who is told what happens, over HTTP (Standard Webhooks).",
    "transactions": "Orders from promise to cash, and their whole story.",
    "quarantine": "Messages held back: look, mend, try, replay.",
    "insight": "What was decided and why, and how promises ended.",
    "about": "This document, health, measures, public keys. No key needed.",
}

_SAMPLES: tuple[SaysoError, ...] = (
    BadRequest("the body is not JSON: invalid character (byte 75)", remedy="send valid JSON (RFC 8259)"),
    BadField("lines[0].quantity", "-3", "a quantity is a positive number", remedy='send e.g. "12"'),
    NotAuthenticated("the request carries no key", remedy="send Authorization: Bearer KEY"),
    NotAllowed("this call needs the scope facts", remedy="use a key that carries it", scope="facts"),
    NotFound("there is no promise of this number", remedy="check the number"),
    WrongMethod("PATCH is not served here", remedy="use GET, HEAD", allow="GET, HEAD"),
    Conflict("the hold has expired", remedy="ask for a promise anew"),
    TooLarge("the body is over 1048576 bytes", remedy="send it in parts", limit=1048576),
    WrongMedia("the body is text/plain", remedy="send Content-Type: application/json in UTF-8"),
    KeyReused(
        "this Idempotency-Key came before with another body", remedy="send a new key for a new request"
    ),
    TooFast("the key's rate is spent", remedy="try again in 1 s", retry_after=1),
    Unexpected("a fault in Sayso", remedy="report the request id to whoever runs Sayso"),
    Busy("too many requests are waiting", remedy="try again after a moment", retry_after=1),
    StoreAway("the database cannot be reached", remedy="try again after a moment", retry_after=1),
)

_REQUEST_ID = "req_05xk9wz3r81vgq6m2d4t7bnehc"

_HEADERS: Schema = {
    "X-Request-Id": {
        "description": "The request's id: the caller's own, or one made here. Also in log and problems.",
        "required": True, "schema": {"type": "string"}, "example": _REQUEST_ID,
    },
    "Idempotent-Replayed": {
        "description": "The answer was given before to the same Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Location": {"description": "Where it can be read.", "schema": {"type": "string"}},
    "RateLimit": {
        "description": "What is left of the key's rate (IETF draft), where there is one.",
        "schema": {"type": "string"}, "example": '"key";r=19;t=1',
    },
    "RateLimit-Policy": {
        "description": "The key's rate (IETF draft), where there is one.",
        "schema": {"type": "string"}, "example": '"key";q=20;w=2',
    },
    "Retry-After": {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "RFC 6750.", "required": True, "schema": {"type": "string"}},
}  # fmt: skip

_PARAMETERS: Schema = {
    "IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "required": False,
        "description": "Makes a retry safe: the same key and body give the same answer, the same key with "
        "another body is refused (422). 1 to 255 visible ASCII characters.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "example": "0f6bd5a4-5a0e-4c1d-9f5e-3f1f0a0d9c11",
    },
    "RequestId": {
        "name": "X-Request-Id", "in": "header", "required": False,
        "description": "The caller's own id of this request, echoed in the answer; up to 128 letters, digits "
        "and ._~:+/=-. Another form is passed over.",
        "schema": {"type": "string"}, "example": "checkout-7f3a",
    },
    "SaysoNow": {
        "name": "Sayso-Now", "in": "header", "required": False,
        "description": "The time of this request (RFC 3339). Only where time is simulated.",
        "schema": {"type": "string", "format": "date-time"}, "example": "2011-02-01T09:30:00Z",
    },
}  # fmt: skip


def build(calls: Sequence[Call], settings: Settings) -> bytes:
    """The document of these calls, as JSON."""
    reads = [call.reads for call in calls if call.reads is not None]
    found, parts = schemas(reads, [*(call.answers for call in calls), Problem], settings)
    paths: Schema = {}
    for call in calls:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(call, found, settings)
    parameters = {
        name: each for name, each in _PARAMETERS.items() if name != "SaysoNow" or settings.simulated
    }
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Sayso", "version": __version__, "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": parts,
            "parameters": parameters,
            "headers": _HEADERS,
            "examples": {_sample_name(type(error)): _sample(error) for error in _SAMPLES},
            "securitySchemes": {"bearer": _security()},
        },
    }  # fmt: skip
    return msgspec.json.encode(plain(document))


def problems_of(call: Call) -> list[type[SaysoError]]:
    """Every problem that a call can answer with: its own, and those that the door adds."""
    found: set[type[SaysoError]] = {Unexpected, *call.problems}
    if call.scope:
        found |= {NotAuthenticated, NotAllowed, BadField, BadRequest, TooLarge, TooFast, StoreAway}
    if call.reads is not None:
        found |= {BadRequest, BadField, TooLarge, WrongMedia}
    return [problem for problem in PROBLEMS if problem in found]


def _security() -> Schema:
    scopes = "\n".join(f"- `{name}`: {text}" for name, text in SCOPES.items())
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "sk_...",
        "description": "A key made by `sayso keys create`. It may be bound to customers. Its scopes:\n"
        + scopes,
    }


def _operation(call: Call, found: Mapping[Any, Schema], settings: Settings) -> Schema:
    operation: Schema = {
        "operationId": call.operation,
        "summary": call.summary,
        "tags": [call.tag],
        "security": [{"bearer": [scope]} for scope in (call.scope, *call.also) if scope],
        "parameters": _parameters(call, settings),
        "responses": _responses(call, found),
    }
    if call.description:
        operation["description"] = call.description
    if call.reads is not None:
        operation["requestBody"] = {
            "required": True,
            "content": _content(call, found[call.reads]),
        }
    return operation


def _content(call: Call, schema: Schema) -> Schema:
    content: Schema = {"application/json": {"schema": schema, "examples": _examples(call.asks)}}
    for media, what in call.accepts.items():
        if what == "list":
            content[media] = {"schema": {"type": "array", "items": schema, "maxItems": MOST_EVENTS}}
        elif media != "application/json":
            content[media] = {"schema": schema if what == "one" else {}}
    return content


def _parameters(call: Call, settings: Settings) -> list[Schema]:
    names = ["RequestId"]
    if call.writes:
        names.append("IdempotencyKey")
    if call.scope and settings.simulated:
        names.append("SaysoNow")
    own = [_parameter(each) for each in call.parameters]
    return own + [{"$ref": f"#/components/parameters/{name}"} for name in names]


def _parameter(each: Parameter) -> Schema:
    shown: Schema = {
        "name": each.name, "in": each.where, "description": each.description, "required": each.required,
        "schema": each.schema,
    }  # fmt: skip
    if each.repeated:
        shown |= {"style": "form", "explode": True}
    if each.example is not None:
        shown["example"] = each.example
    return shown


def _responses(call: Call, found: Mapping[Any, Schema]) -> Schema:
    responses: Schema = {}
    for status, text in call.statuses.items():
        content: Schema = {"schema": found[call.answers]}
        if call.gives:
            content["examples"] = _examples(call.gives)
        responses[str(status)] = {
            "description": text,
            "headers": _headers(call, ["Location"] if status == 201 else []),
            "content": {call.media.partition(";")[0]: content},
        }
    problems = problems_of(call)
    for status in sorted({problem.status for problem in problems}):
        responses[str(status)] = _problem(call, [each for each in problems if each.status == status])
    return responses


def _problem(call: Call, problems: list[type[SaysoError]]) -> Schema:
    said = [(problem.__doc__ or problem.title).split("\n")[0].rstrip(".") for problem in problems]
    more = {401: ["WWW-Authenticate"], 403: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}
    examples = {
        problem.slug: {"$ref": f"#/components/examples/{_sample_name(problem)}"} for problem in problems
    }
    return {
        "description": "; or: ".join(said) + ".",
        "headers": _headers(call, more.get(problems[0].status, [])),
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": examples,
            }
        },
    }


def _headers(call: Call, more: Iterable[str]) -> Schema:
    names = ["X-Request-Id", *more]
    if call.writes:
        names.append("Idempotent-Replayed")
    if call.scope:
        names += ["RateLimit", "RateLimit-Policy"]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _examples(examples: Mapping[str, Any]) -> Schema:
    return {name.replace(" ", "-"): {"summary": name, "value": value} for name, value in examples.items()}


def _sample_name(problem: type[SaysoError]) -> str:
    return f"problem-{problem.slug}"


def _sample(error: SaysoError) -> Schema:
    return {"summary": error.title, "value": msgspec.json.decode(body_of(error, _REQUEST_ID))}
