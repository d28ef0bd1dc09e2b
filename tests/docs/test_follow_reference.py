"""docs/reference/follow.md names every setting of the follow file with its default, and its example can be read."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sayso.cases.policy import STAGES, FeedPolicy, KindPolicy
from sayso.cash.policy import Applying, Invoicing, Matching
from sayso.delivery.policy import Breaker, Budget, Retry, Shares, SystemPolicy
from sayso.delivery.webhooks_policy import WebhookPolicy
from sayso.desk.cash.policy import read

PAGE = (Path(__file__).parents[2] / "docs/reference/follow.md").read_text(encoding="utf-8")
SECTIONS = [
    (SystemPolicy, "## `[systems.NAME]`"), (Retry, "### `retry`"), (Breaker, "### `breaker`"), (Budget, "### `budget`"),
    (Shares, "### `budget`"), (Invoicing, "## `[invoicing]`"), (Matching, "## `[matching]`"),
    (Applying, "## `[applying]`"), (KindPolicy, "## `[cases]`"), (FeedPolicy, "`[silence.feeds.NAME]`"),
    (WebhookPolicy, "## `[webhooks]`"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "title"), SECTIONS, ids=lambda one: getattr(one, "__name__", ""))
def test_every_setting_stands_there_with_its_default(kind: Any, title: str) -> None:
    section = PAGE[PAGE.index(title) :]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section.split("\n## ", 2)[0], re.MULTILINE))
    if title.startswith("## "):
        rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", section[3:].split("\n## ")[0], re.MULTILINE))
    for field in msgspec.structs.fields(kind):
        if field.name in ("retry", "breaker", "budget"):
            assert f"### `{field.name}`" in section
            continue
        assert field.name in rows
        if isinstance(field.default, bool):
            assert rows[field.name] == f"`{str(field.default).lower()}`"
        elif isinstance(field.default, int | float | Decimal) or (
            isinstance(field.default, str) and field.default
        ):
            assert rows[field.name] == f"`{field.default}`"


def test_every_stage_stands_there() -> None:
    for name, usual in STAGES.items():
        assert f"| `{name}` | {f'`{usual}`' if usual else 'not watched'} |" in PAGE


def test_the_example_can_be_read() -> None:
    example = PAGE.split("```toml\n")[1].split("```")[0]
    found = read(tomllib.loads(example), "follow.toml")
    assert found.systems["erp"].retry.of("throttled").base == 10.0
    assert found.roles == {"erp": "erp", "wms": "depot"}
