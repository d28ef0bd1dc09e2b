"""The reference of all events (docs/reference/events.md), made from the types themselves, so that it cannot go stale."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import FieldInfo, fields

from sayso.canon.events import TYPES
from sayso.canon.events_examples import example
from sayso.canon.events_out import TYPES_OUT
from sayso.canon.events_shared import Told

_HEAD = """# Events

What happens to an order, as CloudEvents 1.0: every type that Sayso takes in (`POST /v1/events`, or a broker), and
those that it tells itself. The same with JSON Schemas is served at `/asyncapi.json`. This page is made from
`src/sayso/canon/events.py` and its neighbours; a test keeps the two in step.

The envelope:

| attribute | meaning |
| --- | --- |
| `specversion` | `1.0` |
| `id` | unique in its source: the same id again does nothing; with another body it is a case |
| `source` | the system that tells, by the name that it has here |
| `type` | one of those below; the version stands last |
| `subject` | the order; of stock and receipts the item and the site, `ITEM/SITE`; of payments it may be left out |
| `time` | when it happened (RFC 3339, with an offset); left out, it is when it came |
| `traceparent` | W3C Trace Context, kept and passed on |
| `data` | the document, as below |

In the data:

- `document` is the document's own number in that system and `revision` counts what was said of it. Of several
  tellings of one document the highest revision counts, in whatever order they come; a system that does not count
  sends 0, or nothing. Each change of an order stays beside the others.
- Quantities and amounts are decimal text (`"12.5"`); a JSON number is taken by its digits. Quantities are in the
  item's base unit; where a line names another of the item's units in `uom`, it is converted, and `original` keeps
  what was told.
- Money is net of tax unless said otherwise, with at most as many decimals as its currency has.
- A field that is not below is refused by name: a field that was renamed must not be lost without a word.
"""


def markdown() -> str:
    """The whole page."""
    parts: dict[str, type[Struct]] = {}
    told = "\n".join(_type(name, shape, parts) for name, shape in TYPES.items())
    out = "\n".join(_type(name, shape, parts) for name, shape in TYPES_OUT.items())
    shared = "\n".join(_part(parts[name], parts) for name in sorted(parts))
    return (
        f"{_HEAD}\n## Taken in\n\n{told}\n## Told by Sayso only\n\nThey go out to subscribers and the broker, and are "
        f"refused as input.\n\n{out}\n## Parts\n\nWhat lines and the like are made of.\n\n{shared}"
    )


def _type(name: str, shape: type[Struct], parts: dict[str, type[Struct]]) -> str:
    shown = json.dumps(example(name), indent=2)
    return f"### {name}\n\n{_said(shape)}\n\n{_table(shape, parts)}\n\n```json\n{shown}\n```\n"


def _part(shape: type[Struct], parts: dict[str, type[Struct]]) -> str:
    return f"### {shape.__name__}\n\n{_said(shape)}\n\n{_table(shape, parts)}\n"


def _said(shape: type[Struct]) -> str:
    return " ".join((shape.__doc__ or "").split())


def _table(shape: type[Struct], parts: dict[str, type[Struct]]) -> str:
    rows = [f"| `{field.name}` | {_kind(field, parts)} | {_default(field)} |" for field in _in_order(shape)]
    return "\n".join(["| field | what | left out |", "| --- | --- | --- |", *rows])


def _in_order(shape: type[Struct]) -> Iterator[FieldInfo]:
    """The document first, what must be there next, then the rest."""
    found = fields(shape)
    head = ("document", "revision") if issubclass(shape, Told) else ()
    return iter(
        sorted(
            found, key=lambda field: (field.name not in head, field.name not in head and not field.required)
        )
    )


_WORDS: Mapping[str, str] = {
    "str": "text", "int": "whole number", "Decimal": "decimal", "bool": "true or false", "date": "date",
    "datetime": "time",
}  # fmt: skip


def _kind(field: FieldInfo, parts: dict[str, type[Struct]]) -> str:
    return _words(field.type, parts)


def _words(annotation: Any, parts: dict[str, type[Struct]]) -> str:
    inner = [one for one in getattr(annotation, "__args__", ()) if one not in (type(None), Ellipsis)]
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        if annotation.__name__ not in parts:
            parts[annotation.__name__] = annotation
            _table(annotation, parts)
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if getattr(annotation, "__origin__", None) is tuple:
        return f"list of {_words(inner[0], parts)}"
    if inner and all(isinstance(one, str) for one in inner):
        return "one of " + ", ".join(f"`{one}`" for one in inner)
    if inner:
        return " or ".join(_words(one, parts) for one in inner)
    return _WORDS[re.sub(r".*\.", "", annotation.__name__)]


def _default(field: FieldInfo) -> str:
    if field.required:
        return "no"
    value = field.default
    if value is None or value == "" or value == ():
        return "yes"
    shown = str(value).lower() if isinstance(value, bool) else value
    return f"yes: {shown}"
