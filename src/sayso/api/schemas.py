"""JSON Schemas of the wire shapes: made by msgspec, then given the limits that the door checks by itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from sayso.api.bodies import MOST_TEXT
from sayso.api.settings import Settings
from sayso.promise.asking import MOST_QUANTITY

Schema = dict[str, Any]
Shape = Any  # a Struct class, or an annotation such as dict[str, Any]

_REF = "#/components/schemas/{name}"
#: Names that mean something within Sayso and too little to a reader of the document.
_NAMES = {"Request": "PromiseRequest", "Line": "RequestLine", "Load": "FactsLoad", "Key": "PublicKey"}
_QUANTITY: Schema = {
    "type": ["string", "number"],
    "format": "decimal",
    "description": "A positive decimal of at most 6 places, best sent as text. A JSON number is taken by its "
    "digits, not as a float.",
    "pattern": r"^(?!0+(\.0+)?$)[0-9]{1,12}(\.[0-9]{1,6})?$",
    "exclusiveMinimum": 0,
    "maximum": int(MOST_QUANTITY),
    "examples": ["48"],
}


def schemas(
    reads: Iterable[Shape], answers: Iterable[Shape], settings: Settings
) -> tuple[dict[Shape, Schema], Schema]:
    """The schema (mostly a reference) of each shape, and the components that they refer to."""
    asked, given = list(dict.fromkeys(reads)), list(dict.fromkeys(answers))
    asked_refs, asked_parts = msgspec.json.schema_components(asked, ref_template=_REF)
    given_refs, given_parts = msgspec.json.schema_components(given, ref_template=_REF)
    twice = asked_parts.keys() & given_parts.keys()
    if twice:
        raise ValueError(f"two shapes of one name: {', '.join(sorted(twice))}")
    parts = {name: _limited(schema) for name, schema in asked_parts.items()}
    _count_lines(parts, settings)
    parts |= given_parts
    found = dict(zip([*asked, *given], [*asked_refs, *given_refs], strict=True))
    return {shape: _renamed(schema) for shape, schema in found.items()}, _renamed(parts)


def _limited(schema: Any) -> Any:
    """The same schema of a request, with the limits of texts and quantities that no Struct states."""
    if isinstance(schema, list):
        return [_limited(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return dict(_QUANTITY)
    limited = {name: _limited(inner) for name, inner in schema.items()}
    if schema.get("type") == "string" and not schema.keys() & {"maxLength", "format", "enum"}:
        limited["maxLength"] = MOST_TEXT
    return limited


def _count_lines(parts: Schema, settings: Settings) -> None:
    for name, least in (("Request", 1), ("OrderRequest", 0)):
        if name in parts:
            lines = parts[name]["properties"]["lines"]
            lines |= (
                {"minItems": least, "maxItems": settings.most_lines}
                if least
                else {"maxItems": settings.most_lines}
            )
    if "OrderRequest" in parts:
        parts["OrderRequest"]["oneOf"] = [
            {
                "title": "on a promise",
                "required": ["promise"],
                "properties": {"promise": {"minLength": 1}},
            },
            {
                "title": "on lines",
                "required": ["customer", "ship_to", "lines"],
                "properties": {"lines": {"minItems": 1}, "ship_to": {"type": "object"}},
            },
        ]


def _renamed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_renamed(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    renamed = {
        _NAMES.get(name, name) if _is_shape(inner) else name: _renamed(inner)
        for name, inner in schema.items()
    }
    if isinstance(schema.get("title"), str) and schema.get("type") == "object":
        renamed["title"] = _NAMES.get(schema["title"], schema["title"])
    if isinstance(schema.get("description"), str):
        renamed["description"] = " ".join(schema["description"].split())
    reference = schema.get("$ref")
    if isinstance(reference, str):
        place, _, name = reference.rpartition("/")
        renamed["$ref"] = f"{place}/{_NAMES.get(name, name)}"
    return renamed


def _is_shape(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "object" and "title" in schema


def plain(document: Schema) -> Schema:
    """The document as JSON has it: tuples as lists, every key a text. Raises TypeError for anything else."""
    copy: Schema = json.loads(json.dumps(document))
    return copy
