"""The same findings on a terminal, as JSON and as CSV: what fits, what is stable, what a spreadsheet may not run."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from audit.reported import HOSTILE, PROBLEMS, hostile, kept, part, spots, stricter, wrong
from sayso.audit.report.document import document, page, schema
from sayso.audit.report.rows import COLUMNS, bare, harmless, rows_into
from sayso.audit.report.terminal import summary
from sayso.audit.report.words import about, day, headline, number, safe, share

D = Decimal
ROOT = Path(__file__).parents[2]


def shown(findings, problems=(), width=140) -> str:
    out = io.StringIO()
    Console(file=out, width=width, highlight=False, force_terminal=False).print(summary(findings, problems))
    return out.getvalue()


@pytest.mark.parametrize("findings", [wrong, hostile, kept, stricter])
@pytest.mark.parametrize("width", [100, 200])
def test_a_terminal_of_a_hundred_columns_is_wide_enough(findings, width):
    text = shown(part(findings()), PROBLEMS, width)
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_what_weighs_most_stands_first():
    text = shown(wrong())
    yes, no = (text.index(f"the storefront said {one}") for one in ("yes", "no"))
    assert text.index(headline(wrong())[:40]) < yes < no < text.index("What to change first")
    figure = wrong().directions["yes_no"]
    row = next(one for one in text.splitlines() if one.startswith("Promised, and the ERP would refuse"))
    assert row.split()[-3:] == [f"{figure.orders:,}", f"{figure.lines:,}", number(figure.money)]


def test_a_terminal_shows_every_cause_with_its_money():
    lines = [one.split() for one in shown(wrong()).splitlines()]
    for bar in wrong().causes:
        figures = [f"{bar.figure.orders:,}", f"{bar.figure.lines:,}", number(bar.figure.money)]
        assert [*bar.cause.split("_"), *figures] in lines, bar


def test_a_terminal_calls_a_part_a_part_first():
    text = shown(part(wrong()), PROBLEMS)
    assert text.startswith("This is a part, not the whole: 2 problems in the exports; 2 of 14 rows")
    assert "shop/orders.csv:3: placed 'so<o>n': not a date; write year-month-day (2 times)" in text
    assert "2 not usable" in text
    assert "part" not in shown(kept()).splitlines()[0]


def test_a_terminal_says_that_nothing_is_wrong():
    assert shown(kept()).startswith("The storefront kept its word")


def test_json_is_as_its_schema_says():
    jsonschema.Draft202012Validator.check_schema(schema())
    valid = jsonschema.Draft202012Validator(schema())
    for findings in (wrong(), hostile(), kept(), stricter(), part(wrong())):
        assert list(valid.iter_errors(json.loads(document(findings, PROBLEMS)))) == []
    broken = json.loads(document(wrong(), ())) | {"causes": "many"}
    assert list(valid.iter_errors(broken))


def test_the_schemas_page_is_made_from_the_code():
    made = (ROOT / "docs" / "reference" / "audit.schema.json").read_text(encoding="utf-8")
    assert made == page(), "write it anew from sayso.audit.report.document.page()"


def test_json_says_whether_it_is_whole_and_what_was_found():
    found = json.loads(document(part(wrong()), PROBLEMS))
    assert (found["format"], found["whole"], found["clean"]) == (1, False, False)
    assert found["headline"].startswith("Of the part that could be read: ")
    assert [one["value"] for one in found["problems_told"]] == ["so<o>n", "later"]
    assert found["directions"]["yes_no"]["money"] == str(wrong().directions["yes_no"].money)
    whole = json.loads(document(kept(), ()))
    assert (whole["whole"], whole["clean"], whole["problems_told"]) == (True, True, [])


def test_json_has_no_float_and_the_same_bytes():
    def refuse(text: str) -> None:
        raise AssertionError(f"a float: {text}")

    json.loads(document(wrong(), ()), parse_float=refuse)
    assert document(wrong(), PROBLEMS) == document(wrong(), PROBLEMS)
    names = list(json.loads(document(wrong(), ())))
    assert names == sorted(names)


def test_csv_comes_back_as_it_went():
    found, out = spots(), io.StringIO(newline="")
    add = rows_into(out)
    for spot in found:
        add(spot)
    rows = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(found)
    for row, spot in zip(rows, found, strict=True):
        texts = (spot.order, spot.customer, spot.item, spot.site, spot.channel, spot.sentence)
        names = ("order", "customer", "item", "site", "channel", "sentence")
        assert tuple(bare(row[name]) for name in names) == texts
        assert (D(row["quantity"]), D(row["money"]), int(row["line"])) == (
            spot.quantity,
            spot.money,
            spot.line,
        )
    assert rows[0]["item"] == f"'{HOSTILE}" or rows[1]["item"] == f"'{HOSTILE}"


def test_figures_of_a_csv_stay_figures():
    out = io.StringIO(newline="")
    spot = wrong().worst[0]
    rows_into(out)(
        type(spot)(**{n: getattr(spot, n) for n in spot.__struct_fields__} | {"quantity": D("-2.50")})
    )
    (row,) = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    assert (row["quantity"], row["confirmed"]) == ("-2.5", "yes")


@pytest.mark.parametrize("text", ["=1+1", "+44", "-x", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@"])
def test_what_a_spreadsheet_would_run_is_harmless(text):
    assert harmless(text) == f"'{text}"
    assert bare(harmless(text)) == text


@given(st.text())
def test_every_text_comes_back(text):
    assert bare(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_figures_for_people():
    assert (number(D("1234.5")), number(D("0.125")), number(D("1E+3"))) == ("1,234.50", "0.125", "1,000.00")
    assert (about(D("99.50"), "GBP"), about(D("1234.50"), "GBP")) == ("99.50 GBP", "1,235 GBP")
    assert (share(1, 1000), share(999, 1000), share(1, 1), share(0, 5), share(3, 0)) == (
        "under 1 %", "over 99 %", "100 %", "0 %", "0 %",
    )  # fmt: skip
    assert (day(kept().since), safe("a\x00b\x1bc\ud800"), len(safe("x" * 5000))) == (
        "2 March 2026",
        "a b c ",
        600,
    )
