"""The pages on exports: the reference is in step with the roles, and every map in them is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sayso.audit.exports.guessing import SURE
from sayso.audit.exports.mapping import parse
from sayso.audit.exports.problems import MOST_OF_A_SORT
from sayso.audit.exports.reference import reference

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [DOCS / "reference" / "audit-exports.md", DOCS / "how-to" / "audit-your-storefront.md"]


def test_the_page_is_in_step():
    text = PAGES[0].read_text("utf-8")
    before, made = text[: text.index("## Exports that need")], text[text.index("## Exports that need") :]
    assert made == reference(), "put sayso.audit.exports.reference.reference() in its place"
    assert f"The first {MOST_OF_A_SORT} of a sort" in before
    assert f"below {SURE:g} is not used" in before


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_map_on_a_page_is_one(page):
    maps = re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert maps
    for text in maps:
        parse(text, page.name)
