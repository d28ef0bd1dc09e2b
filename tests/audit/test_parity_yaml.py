"""Values as they are written, one case at a time, and where in the file each stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso.audit.parity.files import Found, Unreadable, cases_of


def read(tmp_path: Path, text: str, name: str = "cases.yaml") -> list[Found]:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return list(cases_of(file))


def values(tmp_path: Path, text: str, name: str = "cases.yaml") -> list[object]:
    found = read(tmp_path, text, name)
    assert [one.flaws for one in found] == [[] for _ in found]
    return [one.value for one in found]


def test_what_is_not_quoted_stays_the_text_that_stands_there(tmp_path):
    text = "- {country: NO, item: 007, at: 16:30, day: 2026-03-02, price: 1.10, yes: no, n: 1_000, big: 1e3, o: 010}"
    assert values(tmp_path, text) == [
        {
            "country": "NO", "item": "007", "at": "16:30", "day": "2026-03-02", "price": "1.10", "yes": "no", "n": "1_000",
            "big": "1e3", "o": "010",
        }
    ]  # fmt: skip


def test_none_is_null_a_tilde_or_nothing_but_not_a_quoted_text(tmp_path):
    assert values(tmp_path, "- {a: null, b: ~, c: , d: '', e: 'null'}") == [
        {"a": None, "b": None, "c": None, "d": "", "e": "null"}
    ]


def test_a_file_is_a_list_or_has_a_list_of_cases_or_is_one_case(tmp_path):
    assert values(tmp_path, "- {id: a}\n- {id: b}\n") == [{"id": "a"}, {"id": "b"}]
    assert values(tmp_path, "cases:\n- {id: a}\n") == [{"id": "a"}]
    assert values(tmp_path, "id: a\nask: b\n") == [{"id": "a", "ask": "b"}]
    assert values(tmp_path, "- {id: a}\n---\n- {id: b}\n") == [{"id": "a"}, {"id": "b"}]
    assert values(tmp_path, "# nothing yet\n") == []
    assert values(tmp_path, '[{"id": "a", "n": 1.50}]', "cases.json") == [{"id": "a", "n": "1.50"}]


def test_anchors_and_merges_say_once_what_cases_share(tmp_path):
    text = """
shared:
  shop: &shop {sites: [{site: LON}], today: 2026-03-02}
cases:
- {id: a, given: *shop}
- id: b
  given: {<<: *shop, today: 2026-03-09}
- id: c
  given: {<<: [{today: 2026-01-01}, *shop]}
"""
    a, b, c = values(tmp_path, text)
    assert a == {"id": "a", "given": {"sites": [{"site": "LON"}], "today": "2026-03-02"}}
    assert b == {"id": "b", "given": {"sites": [{"site": "LON"}], "today": "2026-03-09"}}
    assert c == {"id": "c", "given": {"sites": [{"site": "LON"}], "today": "2026-01-01"}}


def test_a_place_is_that_of_the_value_at_a_path(tmp_path):
    text = (
        "- id: a\n"
        "  given:\n"
        "    stock:\n"
        "      - {item: A, site: LON}\n"
        "      - item: A\n"
        "        on_hand: x\n"
        "- {id: b}\n"
    )
    first, second = read(tmp_path, text)
    assert first.places.at(("given", "stock", 1, "on_hand")) == (6, 18)
    assert first.places.at(("given", "stock", 0, "site")) == (4, 25)
    assert first.places.at(("given", "stock", 0, "missing")) == (4, 9)
    assert first.places.at(()) == (1, 3)
    assert second.places.at(("id",)) == (7, 8)


def test_json_lines_are_read_line_by_line_with_the_same_texts(tmp_path):
    text = '{"id": "a", "n": 1.50, "t": true, "x": null}\n\n{"id": "b", "given": {"today": "2026-03-02"}}\n'
    assert values(tmp_path, text, "cases.jsonl") == [
        {"id": "a", "n": "1.50", "t": "true", "x": None},
        {"id": "b", "given": {"today": "2026-03-02"}},
    ]
    found = read(tmp_path, text, "cases.jsonl")
    assert found[1].places.at(("given", "today")) == (3, 32)


def test_a_line_that_is_no_json_is_named_and_stops_no_other(tmp_path):
    found = read(tmp_path, '{"id": "a"}\n{"id": \n{"id": "c"}\n', "cases.jsonl")
    assert [one.value for one in found] == [{"id": "a"}, None, {"id": "c"}]
    (flaw,) = found[1].flaws
    assert (flaw.line, flaw.detail[:9]) == (2, "not JSON:")


@pytest.mark.parametrize(
    ("text", "line", "column", "detail"),
    [
        ("- {id: a, id: b}\n", 1, 11, "id stands there twice"),
        ("- id: a\n  given: *shop\n", 2, 10, "nothing is called &shop before this"),
        ("- {[a, b]: c}\n", 1, 4, "a name is a text"),
        ("just text\n", 1, 1, "a file of cases is a list: each case begins with a dash"),
        ("cases: text\n", 1, 8, "cases is a list"),
    ],
)
def test_what_is_wrong_with_the_writing_is_told_with_its_place(tmp_path, text, line, column, detail):
    (found,) = read(tmp_path, text)
    assert [(one.line, one.column, one.detail) for one in found.flaws] == [(line, column, detail)]


@pytest.mark.parametrize(
    ("text", "line"), [("- id: a\n- {id: b\n- id: c\n", 3), ("- id: a\n\t- b\n", 2), ("- " + "[" * 60, 1)]
)
def test_a_file_that_cannot_be_read_on_says_where(tmp_path, text, line):
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, text)
    assert refused.value.flaw.line == line


def test_bytes_that_are_no_text_are_refused(tmp_path):
    file = tmp_path / "cases.yaml"
    file.write_bytes(b"- id: \xff\xfe\n")
    with pytest.raises(Unreadable):
        list(cases_of(file))


def test_cases_are_read_as_they_are_asked_for(tmp_path):
    file = tmp_path / "cases.yaml"
    file.write_text("- {id: a}\n" * 5000 + "- {id: \n")
    reading = cases_of(file)
    assert next(reading).value == {"id": "a"}  # the broken end was not looked at
