"""The reference of all settings as Markdown, made from the settings themselves."""

from __future__ import annotations

from typing import Any, get_type_hints

import msgspec

from sayso.promise.policy import Policy

_OPENING = """# The policy: every setting

Made from `src/sayso/promise/settings`; a test keeps the two in step.

How a company wants to be decided for, as a TOML file with a table for each group below. `profile` names the
[ERP logic profile](profiles.md) that the file starts from, `plain` where it names none. What is not named is as in
that profile (the defaults below are the plain one's); a setting that does not exist, or a value that cannot be, is
refused by name. `sayso policy show` shows what is in force, and its hash, which is in the evidence of each decision.
[How to write one](../how-to/write-a-policy.md).

```toml
profile = "business_central"

[credit]
overdue = "refuse"
grace_days = 7
```
"""


def reference() -> str:
    """The reference of all settings as Markdown (docs/reference/policy.md), made from the settings themselves."""
    groups = (group for group in msgspec.structs.fields(Policy) if group.name != "profile")
    sections = (_section(group.name, group.type) for group in groups)
    return "\n".join((_OPENING, *sections))


def _section(name: str, group: Any) -> str:
    kinds = msgspec.json.schema(group)["$defs"][group.__name__]["properties"]
    hints = get_type_hints(group, include_extras=True)
    usual = group()
    rows = []
    for one, hint in hints.items():
        written = _said(hint, "written") or _may_be(kinds[one])
        cells = (one, written, _said(hint, "unit"), _toml(getattr(usual, one)), _said(hint, "description"))
        rows.append(f"| {' | '.join(cells)} |")
    head = ("| setting | may be | unit | default | meaning |", "| --- | --- | --- | --- | --- |")
    return "\n".join((f"## {name}", group.__doc__, "", *head, *rows, ""))


def _may_be(kind: dict[str, Any]) -> str:
    if "enum" in kind:
        return ", ".join(f'`"{one}"`' for one in kind["enum"])
    if kind["type"] == "array":
        return f"list of {_may_be(kind['items'])}"
    if kind["type"] == "integer":
        return f"{kind['minimum']} to {kind['maximum']}"
    return "`true`, `false`"


def _said(hint: Any, what: str) -> str:
    """What the metadata of a setting say: its unit or its description."""
    for meta in getattr(hint, "__metadata__", ()):
        found = meta.description if what == "description" else (meta.extra or {}).get(what)
        if found:
            return str(found)
    return ""


def _toml(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return f"`{text.replace(',', ', ')}`"
