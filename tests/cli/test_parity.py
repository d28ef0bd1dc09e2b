"""sayso parity: what differs is shown with its arithmetic, what cannot be asked with its place; exit 0, 1 or 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sayso.audit.parity import asked
from sayso.audit.parity import cases as parity_cases
from sayso.cli.root import sayso

CASE = """
- id: {id}
  given:
    today: 2026-03-02
    sites: [{{site: LON, country: GB}}]
    items: [{{item: A, list_price: 2}}]
    stock: [{{item: A, site: LON, on_hand: {on_hand}}}]
    customers: [{{customer: ada}}]
  ask: {{promise: {{customer: ada, ship_to: {{country: GB}}, lines: [{{item: A, quantity: 5}}]}}}}
  expect: {{verdict: firm, lines: [{{parts: [{{quantity: 5}}]}}]}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, *texts: str) -> str:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("".join(texts))
    return name


def enough(name: str = "enough") -> str:
    return CASE.format(id=name, on_hand=5)


def short(name: str = "short") -> str:
    return CASE.format(id=name, on_hand=3)


def parity(*arguments: str) -> Result:
    return CliRunner().invoke(sayso, ["parity", *arguments])


def document(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parity(*arguments, "--json").stdout)
    return found


def test_all_as_expected_ends_with_0_and_shows_the_counts_alone():
    done = parity(write("a.yaml", enough("one"), enough("two")))
    assert done.exit_code == 0
    assert "2 cases, 2 questions: 2 as expected, 0 differ." in done.stdout
    assert "differs " not in done.stdout


def test_what_differs_is_shown_with_its_place_and_its_arithmetic_and_ends_with_1():
    done = parity(write("a.yaml", enough(), short()))
    assert done.exit_code == 1
    assert "differs short: promise, plain, on 2026-03-02  a.yaml:20:11" in done.stdout
    assert "verdict: expected firm, told conditional" in done.stdout
    assert "lines[0].parts[0].quantity: expected 5, told 3 (2 less)" in done.stdout
    assert "LON: on_hand 3, sellable 3" in done.stdout
    assert "1 as expected, 1 differ." in done.stdout


def test_what_cannot_be_asked_is_told_with_line_and_column_and_stops_nothing():
    bad = "- id: bad\n  given: {stock: [{item: A, site: LON, on_hand: '1.000,5'}]}\n"
    done = parity(write("a.yaml", enough(), bad, short()))
    assert done.exit_code == 2
    told = "a.yaml:12:49: bad: given.stock[0].on_hand: a number with a decimal comma ('1.000,5' was given)"
    assert f"cannot be asked {told}; write 1000.5" in done.stdout
    assert "a.yaml:11:3: bad: nothing is asked" in done.stdout
    assert "differs short" in done.stdout
    assert "1 as expected, 1 differ; 2 that cannot be asked" in done.stdout


def test_a_file_that_is_no_yaml_is_told_with_its_place_and_other_files_are_asked():
    done = parity(write("a.yaml", enough(), "- id: [broken\n- id"), write("b.yaml", enough("b")))
    assert done.exit_code == 2
    assert "cannot be asked a.yaml:13:1: not YAML:" in done.stdout
    assert "2 cases, 2 questions: 2 as expected" in done.stdout


def test_the_same_as_one_document():
    bad = "- {id: bad, ask: 3, expect: {a: 1}}\n"
    found = document(write("a.yaml", enough(), short(), bad))
    counts = ("cases", "questions", "passed", "failed", "cannot_be_asked")
    assert [found[name] for name in counts] == [2, 2, 1, 1, 1]
    assert found["by"] == [{"profile": "plain", "ask": "promise", "passed": 1, "failed": 1}]
    differs, cannot = found["findings"]
    assert (differs["finding"], differs["case"]) == ("differs", "short")
    assert (differs["line"], differs["column"]) == (20, 11)
    assert differs["differences"][0] == {
        "field": "verdict",
        "expected": "firm",
        "told": "conditional",
        "by": "",
    }
    assert differs["told"]["verdict"] == "conditional"
    assert differs["arithmetic"]
    assert (cannot["finding"], cannot["case"], cannot["file"], cannot["line"]) == (
        "cannot_be_asked",
        "bad",
        "a.yaml",
        21,
    )
    assert document(write("c.yaml", enough()))["findings"] == []


def test_folders_are_gone_through_and_json_lines_read():
    write("cases/b.yaml", enough("b"))
    write("cases/notes.txt", "no cases")
    given = {"today": "2026-03-02", "items": [{"item": "A"}], "customers": [{"customer": "ada"}]}
    line = {
        "id": "c", "given": given, "expect": {"verdict": "refused"},
        "ask": {"promise": {"customer": "ada", "ship_to": {"country": "GB"}, "lines": [{"item": "A", "quantity": 1.5}]}},
    }  # fmt: skip
    write("cases/c.jsonl", json.dumps(line) + "\n" + json.dumps({**line, "id": "d"}) + "\n")
    assert document("cases")["cases"] == 3


def test_only_the_cases_that_are_named():
    write("a.yaml", enough("one"), short("two"), "- {id: broken}\n")
    assert parity("a.yaml", "--only", "on*").exit_code == 0
    assert document("a.yaml", "--only", "two")["failed"] == 1
    nothing = parity("a.yaml", "--only", "three")
    assert nothing.exit_code == 2
    assert "no case is called three" in nothing.stderr


def test_another_profile_or_policy_for_every_case():
    write(
        "a.yaml",
        short()
        .replace("verdict: firm", "verdict: refused")
        .replace(", lines: [{parts: [{quantity: 5}]}]", ""),
    )
    write("strict.toml", 'profile = "odoo"\n[availability]\nbackorder = false\n[sourcing]\nsplit = false\n')
    assert parity("a.yaml").exit_code == 1
    assert document("a.yaml", "--policy", "strict.toml")["by"] == [
        {"profile": "strict.toml", "ask": "promise", "passed": 1, "failed": 0}
    ]
    assert document("a.yaml", "--profile", "./strict.toml")["passed"] == 1
    assert document("a.yaml", "--profile", "erpnext")["by"][0]["profile"] == "erpnext"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no file is named"),
        (("none.yaml",), "there is no none.yaml"),
        (("empty",), "empty has no cases"),
        (("a.yaml", "--profile", "odo"), "did you mean odoo?"),
        (("a.yaml", "--policy", "none.toml"), "none.toml cannot be read"),
        (("a.yaml", "--policy", "x.toml", "--profile", "odoo"), "cannot stand together"),
    ],
)
def test_a_wrong_request_ends_with_2_and_says_what_to_do(arguments, said):
    write("a.yaml", enough())
    Path("empty").mkdir()
    done = parity(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_file_without_a_case_is_no_success():
    assert parity(write("a.yaml", "# later\n")).exit_code == 2


def test_an_id_stands_in_a_file_once():
    done = parity(write("a.yaml", enough("one"), enough("one")))
    assert done.exit_code == 2
    assert "a.yaml:13:7: one: id: the id stands on line 2 already" in done.stdout.replace(
        "a.yaml:12", "a.yaml:13"
    )


def test_what_the_judgement_refuses_to_look_at_is_told_at_the_question():
    done = parity(write("a.yaml", enough().replace("quantity: 5}]}}", "quantity: -5}]}}")))
    assert done.exit_code == 2
    assert "lines[0].quantity: a quantity is a positive number ('-5' was given)" in done.stdout


def test_a_question_that_differs_is_shown_at_its_own_place():
    ask = "{promise: {customer: ada, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}}"
    text = f"""
- id: two
  questions:
  - {{ask: {ask}, expect: {{customer: ada}}}}
  - {{ask: {ask}, expect: {{customer: bob}}}}
"""
    done = parity(write("a.yaml", text))
    assert "differs two (question 2): promise, plain, on 2024-01-01  a.yaml:5:" in done.stdout


def test_the_schema_is_one_document():
    found = json.loads(parity("--schema").stdout)
    assert found["$defs"]["case"]["required"] == ["id"]


def test_a_fault_that_a_case_brings_out_is_told_and_stops_no_other(monkeypatch):
    def broken(books, asked, today, policy):
        raise ZeroDivisionError("by nothing")

    asks = {
        "sellable": asked.Ask(asked.ask_named("sellable").parameters, broken),
        "promise": asked.ask_named("promise"),
    }
    monkeypatch.setattr(parity_cases, "ask_named", asks.__getitem__)
    text = "- {id: broken, ask: {sellable: {item: A}}, expect: {sellable: 1}}\n"
    done = parity(write("a.yaml", text, enough()))
    assert done.exit_code == 2
    assert (
        "a.yaml:1:32: broken: sellable: an unexpected ZeroDivisionError: by nothing; this is a fault"
        in done.stdout
    )
    assert "1 as expected, 0 differ; 1 that cannot be asked" in done.stdout
