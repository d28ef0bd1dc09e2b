"""The pages on contracts: the example works as it stands, and nothing that a contract may say is left out."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import fields

from sayso.canon.events import as_json
from sayso.contracts.contract import Contract, EventMap, Meaning, Sum
from sayso.contracts.expressions import Source
from sayso.contracts.reading import read_message
from sayso.contracts.shapes import Breach, Lookups, Unusable
from sayso.systems.contracts import contract_in

DOCS = Path(__file__).parents[2] / "docs"
LOOKUPS = Lookups(
    identities={("north", "item", "OLD-1"): "85123A", ("north", "order", "4711"): "WEB-1"},
    factors={("85123A", "CS"): Decimal(12)},
    bases={"85123A": "EA", "22423": "EA"},
)


@pytest.fixture(scope="module")
def example() -> dict[str, list[str]]:
    """The blocks of the page, by language."""
    text = (DOCS / "how-to" / "connect-a-system.md").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for language, block in re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        found.setdefault(language, []).append(block)
    return found


def read(example, body: str):
    contract = contract_in(example["yaml"][0], "the page")
    return read_message("north", "application/json", "", body.encode(), {contract.kind: contract}, LOOKUPS)


def test_the_example_makes_what_the_page_shows(example):
    message, shown = example["json"]
    found = read(example, message)
    assert found.warnings == ()
    (event,) = found.events
    assert json.loads(json.dumps(as_json(event), default=str)) == json.loads(shown)


def test_the_sentence_of_the_page_is_said(example):
    page = (DOCS / "how-to" / "connect-a-system.md").read_text("utf-8")
    with pytest.raises(Unusable) as raised:
        read(example, example["json"][0].replace("count", "quantity"))
    assert re.search(r"^> (.*)$", page, re.MULTILINE)[1] in raised.value.breaches[0].sentence


@pytest.mark.parametrize("shape", [Contract, Meaning, EventMap, Source, Sum])
def test_every_field_is_on_the_page(shape):
    page = (DOCS / "reference" / "contracts.md").read_text("utf-8")
    for field in fields(shape):
        assert f"`{field.encode_name}`" in page, field.encode_name


def test_every_kind_of_breach_is_on_the_page():
    page = (DOCS / "reference" / "contracts.md").read_text("utf-8")
    for kind in re.findall(r"[a-z]+", Breach.__doc__.partition("`kind` is ")[2].partition(";")[0]):
        assert kind == "or" or f"| `{kind}` |" in page, kind
