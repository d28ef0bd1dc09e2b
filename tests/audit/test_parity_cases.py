"""A case as it is written, read into what can be asked, or into everything that is wrong with it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from audit.parity_ways import SEVERAL, STRANGERS
from sayso.audit.parity.cases import Case, read_case
from sayso.audit.parity.files import Value, cases_of
from sayso.audit.parity.policies import Policies
from sayso.promise.policy import profiled

PROMISE: dict[str, Value] = {
    "customer": "ada",
    "ship_to": {"country": "GB"},
    "lines": [{"item": "A", "quantity": "1"}],
}
ASK: dict[str, Value] = {"promise": PROMISE}
USUAL: dict[str, Value] = {"id": "a", "ask": ASK, "expect": {"verdict": "firm"}}


def case(**fields: Any) -> Case:
    found = read_case({**USUAL, **fields}, Policies())
    assert isinstance(found, Case), found
    return found


def wrong(value: Value = None, folder: Path | None = None, **fields: Any) -> list[str]:
    found = read_case(value or {**USUAL, **fields}, Policies(folder=folder))
    assert isinstance(found, list)
    return [f"{one.field}: {one.value}: {one.detail}; {one.remedy}" for one in found]


def test_facts_are_rows_of_their_kinds_with_days_from_today():
    given = case(
        given={
            "today": "2026-03-02",
            "inbound": [{"document": "P", "line": "1", "item": "A", "quantity": "5.50", "due": "+3"}],
            "demand": {"document": "S", "line": "1", "item": "A", "quantity": "1", "requested": "-2", "due": "2026-04-01"},
        }
    ).given  # fmt: skip
    assert given.today == date(2026, 3, 2)
    (inbound,) = given.books.item("A").inbound
    assert (inbound.due, inbound.quantity) == (date(2026, 3, 5), Decimal("5.5"))
    (demand,) = given.books.item("A").demand
    assert (demand.requested, demand.due) == (date(2026, 2, 28), date(2026, 4, 1))


def test_facts_are_as_of_the_day_unless_they_say():
    stock = [{"item": "A", "site": "LON", "on_hand": "1"}]
    books = case(given={"today": "2026-03-02", "stock": stock}).given.books
    assert books.item("A").as_of == datetime(2026, 3, 2, tzinfo=UTC)
    books = case(given={"as_of": "2026-03-01T06:00:00Z", "stock": stock}).given.books
    assert books.item("A").as_of == datetime(2026, 3, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("x", "given: x: given is a mapping of kinds of facts; write stock: [...]"),
        ({"today": "+3"}, "given.today: +3: not a date; write year-month-day, e.g. 2026-03-02"),
        ({"stok": []}, "given.stok: stok: there is no such kind of facts; did you mean stock?"),
        ({"stock": "x"}, "given.stock: x: the rows of a kind are a list; write each row with a dash: - {item: A, ...}"),
        (
            {"stock": ["x"]},
            "given.stock[0]: x: a row is a mapping of columns to values; write e.g. {item: ..., site: ..., variant: ...}",
        ),
        (
            {"stock": [{"item": "A", "site": "L", "on_hand": "1,5"}]},
            "given.stock[0].on_hand: 1,5: a number with a decimal comma; write 1.5",
        ),
        (
            {"stock": [{"item": "A", "site": "L", "onhand": "1"}]},
            "given.stock[0].onhand: 1: stock has no such column; did you mean on_hand?",
        ),
        (
            {"stock": [{"item": "A"}, {"item": "A", "site": "L"}]},
            "given.stock[0].site: : a column of the key is blank or missing; the key of stock is item, site, variant",
        ),
        (
            {"stock": [{"item": "A", "site": "L"}, {"item": "A", "site": "L", "on_hand": "1"}]},
            "given.stock[1]: A L: a row of this key stands there already; the key is item, site, variant",
        ),
        (
            {"inbound": [{"document": "P", "line": "1", "item": "A", "due": "soon"}]},
            "given.inbound[0].due: soon: not a date; write year-month-day, e.g. 2011-02-01",
        ),
        (
            {"as_of": "monday"},
            "given.as_of: monday: not a point in time with an offset, as RFC 3339 has it; send e.g. 2011-02-01T06:00:00Z",
        ),
    ],
)  # fmt: skip
def test_facts_that_cannot_be_used_are_named(given, said):
    assert wrong(given=given) == [said]


def test_settings_are_nested_or_named_with_a_dot_and_typed_from_their_text():
    found = case(
        profile="odoo",
        policy={"credit.grace_days": "7", "credit": {"overdue": "refuse"}, "dates": {"weekend": ["5", "6"]},
                "availability": {"safety_stock": "false"}},
    )  # fmt: skip
    assert found.profile == "odoo"
    assert found.policy.profile == "odoo"
    assert (found.policy.credit.grace_days, found.policy.credit.overdue) == (7, "refuse")
    assert found.policy.dates.weekend == (5, 6)
    assert found.policy.availability.safety_stock is False
    assert found.policy.price == profiled("odoo").price


def test_a_profile_may_be_a_policy_file_beside_the_cases(tmp_path):
    (tmp_path / "own.toml").write_text('profile = "erpnext"\n[credit]\ngrace_days = 9\n')
    found = read_case(
        {**USUAL, "profile": "own.toml", "policy": {"credit.overdue": "ignore"}}, Policies(folder=tmp_path)
    )
    assert isinstance(found, Case)
    assert found.profile == "own.toml"
    assert found.policy.profile == "erpnext"
    assert (found.policy.credit.grace_days, found.policy.credit.overdue) == (9, "ignore")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"profile": "odo"}, "profile: odo: no profile is called 'odo'; did you mean odoo?"),
        ({"profile": ["odoo"]}, "profile: ['odoo']: a profile is named by a text; name one of plain,"),
        ({"profile": "none.toml"}, "profile: none.toml: none.toml cannot be read:"),
        ({"policy": "x"}, "policy: x: a policy is a mapping of settings;"),
        (
            {"policy": {"credit.overdu": "x"}},
            "policy.credit.overdu: x: there is no such setting; did you mean credit.overdue?",
        ),
        ({"policy": {"credt": {}}}, "policy.credt: {}: there is no such setting; did you mean credit?"),
        ({"policy": {"credit": "x"}}, "policy.credit: x: credit is a group of settings; write e.g. credit: {"),
        (
            {"policy": {"credit": {"grace_days": "many"}}},
            "policy.credit.grace_days: many: expected a whole number, got a text; see docs/reference/policy.md",
        ),
        ({"policy": {"credit.overdue": "maybe"}}, "policy.credit.overdue: maybe: invalid enum value 'maybe'; see"),
        ({"id": None}, "id: : every case has an id, a text;"),
        ({"aks": "x"}, "aks: : there is no such field; did you mean ask?"),
        ({"ask": [], "expect": []}, ": : nothing is asked; write ask: {sellable: {...}}; one of sellable,"),
        ({"ask": None}, ": : nothing is asked; write ask: {sellable: {...}}; one of sellable,"),
        ({"ask": {"promis": {}}}, "ask.promis: promis: there is no such question; did you mean promise?"),
        ({"ask": {"promise": "x", "of": "y"}}, "ask: {'promise': 'x', 'of': 'y'}: a question names one thing"),
        ({"ask": "promise", "with": "x"}, "with: x: parameters are a mapping of names to values; write {item: A,"),
        ({"ask": ["sellable", "overdue"], "with": {"x": "1"}, "expect": [{"sellable": "1"}, {"overdue": "1"}]},
         "with.x: 1: none of these questions has such a parameter;"),
        ({"ask": {"sellable": {"item": "A"}, "warning": {"item": "A", "quantity": "1"}}, "expect": {"promise": "x"}},
         "expect.promise: x: none of these questions answers it; write expect as a list, or by the questions' names: "
         "sellable, warning"),
        ({"ask": {"credit": {"customer": "c"}, "overdue": {"customer": "c"}}, "expect": {"warning": "true"}},
         "expect.warning: true: several of these questions answer it; write expect as a list, or by the questions'"),
        ({"ask": {**ASK, "expect": {"verdict": "firm"}}, "expect": {"verdict": "firm"}},
         "expect: {'verdict': 'firm'}: each question has its own expect already; leave one of the two out"),
        ({"today": "2026-01-01", "given": {"today": "2026-01-02"}}, "given.today: 2026-01-02: today is told twice,"),
        ({"expect": None}, "expect: : what is expected is a mapping of the answer's fields to values;"),
        ({"expect": {}}, "expect: {}: what is expected is a mapping of the answer's fields to values;"),
        ({"ask": [ASK, ASK]}, "expect.verdict: firm: several of these questions answer it; write expect as a list,"),
        ({"ask": [ASK, ASK], "expect": [{"verdict": "firm"}]}, "expect: [{'verdict': 'firm'}]: 2 things are asked,"),
        ({"questions": []}, "ask: : ask and questions cannot stand together; move ask into a question"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_case_is_named_with_its_value_and_what_to_do(fields, said):
    assert wrong(**fields)[0].startswith(said), wrong(**fields)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ({"custmer": "ada"}, "ask.promise.custmer: ada: there is no such parameter; did you mean customer?"),
        ({"ship_to": None}, "ask.promise.ship_to: : this is missing; write ship_to: ..."),
        ({"lines": [{"item": "A", "quantity": "x"}]}, "ask.promise.lines[0].quantity: x: "),
        ({"lines": [{"item": "A", "quantity": "1", "need_by": "x"}]}, "ask.promise.lines[0].need_by: x: "),
        (
            {"lines": [{"item": "A", "quantity": "1e400"}]},
            "ask.promise.lines[0].quantity: 1E+400: no such number",
        ),
        (
            {"lines": [{"item": "A", "quantity": "NaN"}]},
            "ask.promise.lines[0].quantity: NaN: no such number can be",
        ),
        ({"lines": "A"}, "ask.promise.lines: A: expected a list, got a text; see"),
    ],
)
def test_parameters_that_do_not_fit_are_named(ask, said):
    parameters = {**PROMISE, **ask}
    assert wrong(ask={"promise": parameters})[0].startswith(said), wrong(ask={"promise": parameters})


def test_everything_that_is_wrong_is_told_at_once():
    found = wrong(
        {"id": "a", "polcy": "1", "given": {"stok": []}, "ask": {"promise": {"x": "1"}}, "expect": {}}
    )
    assert [one.split(":")[0] for one in found] == [
        "polcy", "given.stok", "expect", "ask.promise.x", "ask.promise.customer",
    ]  # fmt: skip


def test_a_parameter_that_is_a_date_may_be_days_from_today():
    ask = {"promise": {**PROMISE, "lines": [{"item": "A", "quantity": "1", "need_by": "+5"}]}}
    asked: Any = case(ask=ask, given={"today": "2026-03-02"}).questions[0].asked
    assert asked.lines[0].need_by == date(2026, 3, 7)


def test_receipts_teach_when_what_is_on_its_way_arrives():
    late = [
        {"document": f"P{number}", "line": "1", "receipt": "1", "item": "A", "vendor": "V", "quantity": "1",
         "promised": str(-10 * number), "received": str(5 - 10 * number)}
        for number in range(1, 30)
    ]  # fmt: skip
    inbound = {
        "document": "I",
        "line": "1",
        "item": "A",
        "site": "L",
        "vendor": "V",
        "quantity": "1",
        "due": "4",
    }
    given = {"today": "2026-03-02", "receipts": late, "inbound": [inbound]}
    (found,) = case(given=given).given.books.item("A").inbound
    assert (found.due, found.p90) == (date(2026, 3, 6), date(2026, 3, 11))


WAYS = """
- id: one
  ask: {promise: {customer: c, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}}
  expect: {verdict: refused}
- id: by name
  ask: promise
  with: {customer: c, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}
  expect: {verdict: refused}
- id: flat
  ask: {ask: promise, customer: c, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}
  expect: {verdict: refused}
- id: within
  ask: {promise: {customer: c, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}, expect: {verdict: refused}}
- id: lists
  ask:
  - {promise: {customer: c, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}}
  - {promise: {customer: d, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}}
  expect: [{verdict: refused}, {customer: d}]
- id: beside
  ask:
  - promise: {customer: c, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}
    expect: {verdict: refused}
  - {ask: promise, customer: d, ship_to: {country: GB}, lines: [{item: A, quantity: 1}], expect: {customer: d}}
- id: questions
  questions:
  - ask: {promise: {customer: c, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}}
    expect: {verdict: refused}
  - {ask: promise, with: {customer: d, ship_to: {country: GB}, lines: [{item: A, quantity: 1}]}, expect: {customer: d}}
"""


def test_one_question_or_several_may_be_written_in_each_of_these_ways(tmp_path):
    file = tmp_path / "ways.yaml"
    file.write_text(WAYS)
    read = [read_case(found.value, Policies()) for found in cases_of(file)]
    found = [[(one.name, one.asked.customer, one.expect) for one in case.questions] for case in read]  # type: ignore[union-attr,attr-defined]
    one, other = ("promise", "c", {"verdict": "refused"}), ("promise", "d", {"customer": "d"})
    assert found == [[one], [one], [one], [one], [one, other], [one, other], [one, other]]


def read(tmp_path: Path, text: str) -> dict[str, Any]:
    file = tmp_path / "ways.yaml"
    file.write_text(text)
    return {found.value["id"]: read_case(found.value, Policies()) for found in cases_of(file)}


def test_one_question_is_understood_however_a_stranger_writes_it(tmp_path):
    for name, found in read(tmp_path, STRANGERS).items():
        assert isinstance(found, Case), (name, found)
        (one,) = found.questions
        assert (one.name, one.asked.item, one.asked.site) == ("sellable", "A", "LON"), name  # type: ignore[attr-defined]
        assert one.expect == {"sellable": "10"}, name


def test_several_questions_are_understood_however_a_stranger_writes_them(tmp_path):
    for name, found in read(tmp_path, SEVERAL).items():
        assert isinstance(found, Case), (name, found)
        one, other = found.questions
        assert (one.name, one.asked.item, one.expect) == ("sellable", "A", {"sellable": "10"}), name  # type: ignore[attr-defined]
        assert (other.name, other.asked.item, other.expect) == ("warning", "A", {"warning": "true"}), name  # type: ignore[attr-defined]


def test_a_list_under_a_name_asks_as_often():
    found = case(
        ask={"sellable": [{"item": "A"}, {"item": "B"}]}, expect={"sellable": ["1", {"sellable": None}]}
    )
    assert [(one.asked.item, one.expect) for one in found.questions] == [  # type: ignore[attr-defined]
        ("A", {"sellable": "1"}),
        ("B", {"sellable": None}),
    ]


def test_the_day_may_stand_beside_what_is_given():
    stock = {"stock": {"item": "A", "site": "LON", "on_hand": "1"}}
    found = case(today="2026-03-02", given=stock)
    assert found.today == date(2026, 3, 2)
    assert found.given.books.item("A").as_of == datetime(2026, 3, 2, tzinfo=UTC)


def test_kinds_may_stand_in_a_list_and_rows_as_a_load_has_them():
    load = {
        "source": "erp",
        "as_of": "2026-03-01T06:00:00Z",
        "rows": [{"item": "A", "site": "L", "on_hand": "1"}],
    }
    books = case(
        given=[{"today": "2026-03-02"}, {"stock": load}, {"stock": {"item": "A", "site": "M"}}]
    ).given.books
    item = books.item("A")
    assert len(item.stock) == 2
    assert item.as_of == datetime(2026, 3, 1, 6, tzinfo=UTC)


def test_what_is_said_of_answers_is_what_they_have():
    from sayso.audit.parity.expected import ANSWERED

    given = {"items": {"item": "A", "list_price": "1"}, "customers": {"customer": "c"}}
    asked = {
        "sellable": {"item": "A"}, "earliest": {"item": "A", "quantity": "1"}, "warning": {"item": "A", "quantity": "1"},
        "price": {"item": "A"}, "credit": {"customer": "c"}, "overdue": {"customer": "c"},
    }  # fmt: skip
    for name, parameters in asked.items():
        found = case(given=given, ask={name: parameters}, expect={"x": "1"})
        (one,) = found.questions
        answer = one.ask.answer(found.given.books, one.asked, found.today, found.policy).answer
        assert set(ANSWERED[name]) - {"reason"} == set(answer) - {"reason"}, name


def test_none_alone_is_expected_where_the_question_has_one_figure():
    found = case(ask={"earliest": {"item": "A", "quantity": "1"}}, expect=None)
    assert found.questions[0].expect == {"earliest": None}


def test_what_a_line_replaces_may_be_its_quantity_alone():
    ask = {"warning": {"item": "A", "quantity": "5", "date": "1", "replaces": "4"}}
    given = {
        "stock": {"item": "A", "site": "X", "on_hand": "5"},
        "demand": {"document": "S", "line": "1", "item": "A", "site": "X", "quantity": "4", "due": "1"},
    }
    found = case(given=given, ask=ask, expect={"warning": "false"})
    (one,) = found.questions
    told = one.ask.answer(found.given.books, one.asked, found.today, found.policy).answer
    assert told == {"warning": False, "available_after": "0"}


def test_what_a_line_replaces_may_be_a_document_alone():
    ask = {"warning": {"item": "A", "quantity": "5", "date": "1", "replaces": {"document": "S"}}}
    given = {
        "stock": {"item": "A", "on_hand": "5"},
        "demand": {"document": "S", "item": "A", "quantity": "4", "due": "1"},
    }
    found = case(given=given, ask=ask, expect={"warning": "false"})
    (one,) = found.questions
    told = one.ask.answer(found.given.books, one.asked, found.today, found.policy).answer
    assert told == {"warning": False, "available_after": "0"}


def test_a_blank_site_is_none_that_is_named():
    found = case(ask={"sellable": {"item": "A", "site": ""}}, expect={"sellable": "1"})
    assert found.questions[0].asked.site is None  # type: ignore[attr-defined]


def test_an_item_that_only_prices_name_has_a_price():
    given = {"prices": {"target": "A", "price": "5"}}
    found = case(given=given, ask={"price": {"item": "A", "quantity": "2"}}, expect={"unit_price": "5"})
    (one,) = found.questions
    told = one.ask.answer(found.given.books, one.asked, found.today, found.policy).answer
    assert (told["unit_price"], told["line_amount"]) == ("5.00", "10.00")
    found = case(given=given, ask={"price": {"item": "B", "quantity": "2"}}, expect={"unit_price": "5"})
    (one,) = found.questions
    assert (
        one.ask.answer(found.given.books, one.asked, found.today, found.policy).answer["reason"]
        == "unknown_item"
    )
