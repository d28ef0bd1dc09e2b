"""The JSON Schema of a file of parity cases, made from the kinds of facts, the settings and the questions themselves.

For editors and other programs: what they read as a number or a truth value, Sayso reads as the text that stands there,
so that every text may be one of these too.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sayso.audit.parity.asked import ASKED_IN, ask_named
from sayso.audit.parity.given import USUAL_DAY
from sayso.audit.parity.left_out import MAY_BE_LEFT_OUT
from sayso.audit.parity.questions import BESIDE, NAMED_BY
from sayso.canon.columns import Column, Kind
from sayso.canon.kinds import KINDS
from sayso.errors import BadField
from sayso.promise.policy import PROFILE_NAMES, Policy

_TEXT = ["string", "number", "boolean"]
_DAY = {
    "description": "A day: year-month-day, or a number of days from today.",
    "anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}],
}
_DECIMAL = {"type": ["string", "number", "null"]}


def page() -> str:
    """The schema as docs/reference/parity.schema.json has it."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=1).decode() + "\n"


def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of a file of cases; of one line of JSON Lines it is `$defs/case`."""
    case = {"$ref": "#/$defs/case"}
    cases = {"type": "array", "items": case}
    parameters, shapes = _parameters()
    policy, settings = _policy()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Parity cases",
        "description": "What an ERP answers, written down, to be compared with what Sayso answers.",
        "anyOf": [
            cases,
            case,
            {
                "type": "object",
                "properties": {"shared": {}, "cases": cases},
                "required": ["cases"],
                "additionalProperties": False,
            },
        ],
        "$defs": {
            "case": _case(parameters, shapes),
            "given": _given(),
            "policy": policy,
            "settings": settings,
            "ask": {
                "anyOf": [
                    {"enum": list(parameters)},
                    {"$ref": "#/$defs/asked"},
                    {
                        "type": "object",
                        "minProperties": 1,
                        "properties": {"expect": {"$ref": "#/$defs/expects"}},
                        "additionalProperties": {"$ref": "#/$defs/asked"},
                    },
                ]
            },
            "asked": _asked(parameters, shapes),
            "expects": {
                "anyOf": [{"$ref": "#/$defs/expect"}, {"type": "array", "items": {"$ref": "#/$defs/expect"}}]
            },
            "expect": {
                "type": ["object", "string", "number", "boolean"],
                "minProperties": 1,
                "description": "Fields of the answer; what is not named is not compared. null is none.",
            },
            **shapes,
        },
    }


def _case(parameters: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    asks = {"anyOf": [{"$ref": "#/$defs/ask"}, {"type": "array", "items": {"$ref": "#/$defs/ask"}}]}
    expects = {"$ref": "#/$defs/expects"}
    beside = {name: {"type": "object", "description": "Parameters beside `ask`."} for name in BESIDE}
    known = (shapes[shape["$ref"].rpartition("/")[2]]["properties"] for shape in parameters.values())
    beside |= {name: {} for properties in known for name in properties}
    about = {"today": _DAY, "as_of": {"type": "string", "description": "As in given."}}
    return {
        "type": "object",
        "properties": {
            **beside,
            **about,
            "id": {"type": _TEXT, "description": "What the case is called; each id once in a file."},
            "note": {"type": _TEXT, "description": "Why, for people."},
            "profile": {
                "description": "The ERP logic profile, or the path of a policy in TOML as seen from this file.",
                "anyOf": [{"enum": list(PROFILE_NAMES)}, {"type": "string", "pattern": r"/|\.toml$"}],
                "default": "plain",
            },
            "policy": {"$ref": "#/$defs/policy"},
            "given": {"$ref": "#/$defs/given"},
            "ask": asks,
            "expect": expects,
            "questions": {
                "type": ["array", "object"],
                "minItems": 1,
                "items": _question(asks, expects, beside),
                "additionalProperties": _question(asks, expects, beside),
            },
        },
        "required": ["id"],
        "anyOf": [{"required": ["ask"]}, {"required": ["questions"]}],
        "additionalProperties": False,
    }


def _question(asks: Any, expects: Any, beside: dict[str, Any]) -> dict[str, Any]:
    """One of `questions`: ask and expect, or a question that has its expect within."""
    under_ask = {
        "type": "object",
        "properties": {**beside, "ask": asks, "expect": expects, "note": {"type": _TEXT}},
        "required": ["ask", "expect"],
        "additionalProperties": False,
    }
    return {"anyOf": [under_ask, {"$ref": "#/$defs/asked", "required": ["expect"]}]}


def _given() -> dict[str, Any]:
    kinds = {
        "type": ["object", "null"],
        "properties": {
            "today": {
                "type": "string",
                "description": "The day of the case.",
                "default": USUAL_DAY.isoformat(),
            },
            "as_of": {"type": "string", "description": "When the facts were known, as RFC 3339 has it."},
            **{name: _rows(kind) for name, kind in KINDS.items()},
        },
        "additionalProperties": False,
    }
    return {"anyOf": [kinds, {"type": "array", "items": kinds}]}


def _rows(kind: Kind) -> dict[str, Any]:
    row = {
        "type": "object",
        "properties": {column.name: _column(column) for column in kind.all}
        | {"deleted": {"type": "boolean"}},
        "required": [name for name in kind.required if name not in MAY_BE_LEFT_OUT],
        "additionalProperties": False,
    }
    rows = {"type": "array", "items": row}
    load = {
        "type": "object",
        "properties": {
            "rows": rows,
            "source": {"type": "string"},
            "as_of": {"type": "string"},
            "snapshot": {},
        },
        "required": ["rows"],
        "additionalProperties": False,
    }
    return {"description": kind.doc, "anyOf": [rows, row, load, {"type": "null"}]}


def _column(column: Column) -> dict[str, Any]:
    doc = {"description": column.doc}
    if column.type == "date":
        return {**_DAY, **doc}
    if column.type in ("decimal", "integer"):
        return {**_DECIMAL, **doc}
    if column.type == "enum":
        return {"enum": [*column.choices, "", None], **doc}
    if column.type == "list":
        return {"type": [*_TEXT, "array", "null"], **doc}
    return {"type": [*_TEXT, "null"], **doc}


def _policy() -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings nested by group, or named with a dot; and the shape of each by its dotted name."""
    groups: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    for group in msgspec.structs.fields(Policy):
        if group.name == "profile":
            continue
        _, parts = msgspec.json.schema_components([group.type], ref_template="#/$defs/{name}")
        own = {name: _lenient(one) for name, one in parts[group.type.__name__]["properties"].items()}
        for name, one in own.items():
            one.pop("default", None)
            settings[f"{group.name}.{name}"] = one
        within = {name: {"$ref": f"#/$defs/settings/{group.name}.{name}"} for name in own}
        groups[group.name] = {"type": "object", "properties": within, "additionalProperties": False}
    policy = {
        "type": ["object", "null"],
        "description": "Settings that differ from the profile's, nested by group or named with a dot.",
        "properties": groups | {name: {"$ref": f"#/$defs/settings/{name}"} for name in settings},
        "additionalProperties": False,
    }
    return policy, settings


def _asked(parameters: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    """One question or several in a mapping: by their names, or with the name among the parameters."""
    names = {"enum": list(parameters)}
    own = {name: shapes[shape["$ref"].rpartition("/")[2]]["properties"] for name, shape in parameters.items()}
    known: dict[str, Any] = {one: {} for properties in own.values() for one in properties}
    beside = {"expect": {"$ref": "#/$defs/expects"}, **{name: {"type": "object"} for name in BESIDE}}
    within = {}
    for name, properties in own.items():
        one = {"type": "object", "properties": {**properties, **beside}, "additionalProperties": False}
        within[name] = {"anyOf": [one, {"type": "array", "items": one}, {"type": "null"}]}
    return {
        "type": "object",
        "properties": {**known, **beside, **{name: {"type": "string"} for name in NAMED_BY}, **within},
        "anyOf": [
            *(
                {"required": [name], "properties": {name: {"type": ["object", "array", "null"]}}}
                for name in own
            ),
            *({"required": [name], "properties": {name: names}} for name in NAMED_BY),
        ],
    }


def _parameters() -> tuple[dict[str, Any], dict[str, Any]]:
    """The shape of each question's parameters, and the shapes that these are made of."""
    found = {}
    for name in ASKED_IN:
        try:
            found[name] = ask_named(name).parameters
        except BadField:
            continue
    shapes, parts = msgspec.json.schema_components(list(found.values()), ref_template="#/$defs/{name}")
    return dict(zip(found, shapes, strict=True)), {name: _lenient(part) for name, part in parts.items()}


def _lenient(part: Any) -> Any:
    """The same shape for what an editor makes of unquoted text: numbers, truth values, days from today."""
    if isinstance(part, list):
        return [_lenient(one) for one in part]
    if not isinstance(part, dict):
        return part
    if part.get("format") == "date":
        return _DAY
    found = {name: _lenient(one) for name, one in part.items() if name != "format"}
    if found.get("type") == "string" and "enum" not in found and "pattern" not in found:
        found["type"] = _TEXT
    elif found.get("type") == "integer":
        found["type"] = ["integer", "string"]
    return found
