"""What differs between an expired promise and the decision made in its place, line by line."""

from __future__ import annotations

from typing import Any

import msgspec

_FIELDS = ("verdict", "parts", "price", "reasons")


def changed(before: bytes, after: bytes) -> list[dict[str, Any]]:
    """The differences, each with the line (None for the whole), the field, and what it was and is."""
    was, now = msgspec.json.decode(before), msgspec.json.decode(after)
    found = [
        {"line": None, "field": field, "was": was[field], "is": now[field]}
        for field in ("verdict", "totals")
        if was[field] != now[field]
    ]
    if _verdict(was) != _verdict(now):
        found.append({"line": None, "field": "credit", "was": _verdict(was), "is": _verdict(now)})
    earlier = {line["line"]: line for line in was["lines"]}
    for line in now["lines"]:
        old = earlier.get(line["line"], {})
        found += [
            {"line": line["line"], "field": field, "was": old.get(field), "is": line[field]}
            for field in _FIELDS
            if old.get(field) != line[field]
        ]
    return found


def _verdict(answer: dict[str, Any]) -> str | None:
    return answer["credit"]["verdict"] if answer["credit"] else None
