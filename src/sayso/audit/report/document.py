"""The findings as one JSON document: every figure, the headline, whether it is whole, and what could not be used.

Decimals are strings, moments RFC 3339 in UTC, names in one order: equal findings give equal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from sayso.audit.engine.findings import Findings
from sayso.audit.report.words import headline
from sayso.audit.shapes import Problem

#: Rises when a name goes or changes its meaning. New names may come at any time.
FORMAT = 1
MOST_PROBLEMS = 200


class Document(Findings, frozen=True, kw_only=True):
    """What `sayso audit --json` prints: all that an audit found, and beside it:

    `format` of this document; `headline`, the outcome in one sentence; `clean`, whether storefront, ERP and policy
    agree on every line; `whole`, whether nothing was wrong with any file (else every figure is of a part);
    `problems_told`, the first things that could not be used. `intake.problem_counts` counts them all.
    """

    format: int = FORMAT
    headline: str = ""
    clean_: bool = msgspec.field(name="clean", default=True)
    whole: bool = True
    problems_told: tuple[Problem, ...] = ()


def document(findings: Findings, problems: Sequence[Problem]) -> bytes:
    """The document as bytes, without a new line at its end."""
    parts = {name: getattr(findings, name) for name in findings.__struct_fields__}
    whole = Document(
        **parts, headline=headline(findings), clean_=findings.clean, whole=findings.intake.whole,
        problems_told=tuple(problems[:MOST_PROBLEMS]),
    )  # fmt: skip
    return msgspec.json.encode(whole, order="sorted")


def schema() -> dict[str, Any]:
    """The document's JSON Schema (2020-12): docs/reference/audit.schema.json."""
    found = msgspec.json.schema(Document)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def page() -> str:
    """The schema as the file holds it."""
    return json.dumps(schema(), indent=1, sort_keys=True) + "\n"
