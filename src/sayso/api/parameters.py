"""Parameters that calls of several tables take: texts of the query, and a page of a list."""

from __future__ import annotations

from typing import Any

from sayso.api import calls
from sayso.api.bodies import MOST_TEXT
from sayso.api.call import Parameter

MOMENT = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$",
}
TEXT = {"type": "string", "maxLength": MOST_TEXT}


def query(name: str, description: str, schema: dict[str, Any], **more: Any) -> Parameter:
    """A parameter of the query."""
    return Parameter(name, "query", description, schema, **more)


PAGE = (
    query(
        "limit",
        "How many in a page.",
        {"type": "integer", "minimum": 1, "maximum": calls.MOST_CASES, "default": calls.USUAL_CASES},
    ),
    query("cursor", "`next` of the page before.", TEXT),
)
