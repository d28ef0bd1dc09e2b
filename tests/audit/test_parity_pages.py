"""The schema, the reference and the how-to of parity cases: in step with the code, and true of real files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from audit.parity_ways import SEVERAL, STRANGERS
from sayso.audit.parity.reference import reference
from sayso.audit.parity.run import Answered, Tally, files_of, run
from sayso.audit.parity.schema import page, schema

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to" / "prove-your-erp.md"
SCHEMA = jsonschema.Draft202012Validator(schema())


def as_an_editor(text: str) -> Any:
    """What an ordinary reader makes of the file, days as text."""
    return _plain(yaml.safe_load(text))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def worked() -> str:
    """The file that the how-to works out."""
    found = re.search(r"^```yaml\n(.*?)^```$", HOW_TO.read_text(), re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_the_schemas_page_is_made_from_the_code():
    made = (ROOT / "docs" / "reference" / "parity.schema.json").read_text()
    assert made == page(), "run: sayso parity --schema, as written by sayso.audit.parity.schema.page()"


def test_the_reference_is_made_from_the_code():
    made = (ROOT / "docs" / "reference" / "parity.md").read_text()
    assert made == reference(), "run: python -m sayso.audit.parity.reference > docs/reference/parity.md"


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("file", files_of([ROOT / "parity"]), ids=lambda file: file.stem)
def test_shipped_files_are_as_the_schema_says(file):
    SCHEMA.validate(as_an_editor(file.read_text()))


CASE = {"id": "a", "ask": {"sellable": {"item": "A"}}, "expect": {"sellable": 1}}


@pytest.mark.parametrize(
    "fields",
    [
        {"id": None}, {"expect": {}}, {"expect": None}, {"profile": "odo"}, {"polcy": {}},
        {"policy": {"credit": {"overdu": "x"}}}, {"policy": {"credit.overdue": "maybe"}}, {"policy": {"credt": {}}},
        {"given": {"stok": []}}, {"given": {"stock": [{"site": "L"}]}},
        {"given": {"stock": [{"item": "A", "site": "L", "x": 1}]}},
        {"given": {"inbound": [{"document": "P", "line": 1, "due": [1]}]}},
        {"given": {"items": [{"item": "A", "status": "on"}]}},
        {"ask": {"selable": {"item": "A"}}}, {"ask": {"sellable": {"itm": "A"}}}, {"ask": 3}, {"itm": "A"},
        {"questions": []}, {"questions": [{"ask": "sellable"}]},
    ],
    ids=str,
)  # fmt: skip
def test_the_schema_refuses_what_sayso_refuses(fields):
    assert SCHEMA.is_valid([CASE])
    assert not SCHEMA.is_valid([{**CASE, **fields}])


@pytest.mark.parametrize("text", [STRANGERS, SEVERAL], ids=["one", "several"])
def test_the_schema_takes_what_sayso_understands(text):
    SCHEMA.validate(as_an_editor(text))


def test_the_how_tos_file_is_ten_cases_that_hold(tmp_path):
    file = tmp_path / "our-erp.yaml"
    file.write_text(worked())
    SCHEMA.validate(as_an_editor(worked()))
    tally = Tally()
    for one in run([file]):
        assert isinstance(one, Answered), str(one)
        assert not one.differences, (one.case, list(map(str, one.differences)))
        tally.add(one)
    said = f"{tally.cases} cases, {tally.passed} questions: {tally.passed} as expected, 0 differ."
    assert tally.cases == 10
    assert said in HOW_TO.read_text()
    for row in tally.as_rows():
        assert re.search(
            rf"^{row['profile']} +{row['ask']} +{row['passed']} +-$", HOW_TO.read_text(), re.MULTILINE
        )


def test_the_how_tos_difference_is_what_is_shown(tmp_path):
    file = tmp_path / "our-erp.yaml"
    file.write_text(worked().replace("expect: {sellable: 8}", "expect: {sellable: 10}"))
    (one,) = run([file], only=["stock-less-reservations"])
    assert isinstance(one, Answered)
    assert (
        f"on {one.today}  our-erp.yaml:{one.line}:{one.column}\n    {one.differences[0]}\n"
        in HOW_TO.read_text()
    )
