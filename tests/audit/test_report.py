"""The page: its parts, its sums, hostile names, nothing wrong, a part that is called a part, the same bytes."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal

import pytest
from msgspec.structs import replace

from audit.reported import HOSTILE, PROBLEMS, Read, hostile, kept, part, stricter, told, wrong
from audit.worlds import NOW, audit, line
from sayso.audit.engine.findings import Bar, Figure, Terms
from sayso.audit.report.charts import columns, length, stacked, visible
from sayso.audit.report.page import page
from sayso.audit.report.words import HEADINGS, headline, money, number
from sayso.audit.shapes import CAUSES, DIRECTIONS

D = Decimal


@pytest.fixture(scope="module")
def read() -> Read:
    return Read(page(wrong(), ()))


def test_it_is_one_well_formed_page(read):
    assert (read.open, read.wrong) == ([], [])
    names = [tag for tag, _ in read.tags]
    assert names.count("h1") == names.count("main") == names.count("head") == 1
    assert not {"script", "iframe", "img", "form", "object"} & set(names)
    assert dict(read.tags)["html"] == {"lang": "en"}


def test_nothing_is_fetched(read):
    for tag, attributes in read.tags:
        for name in ("src", "href", "data", "action", "srcset"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,")), (tag, attributes)
    text = page(wrong(), ())
    assert "http://" not in text
    assert "https://" not in text
    assert "url(" not in text
    assert "@import" not in text


def test_the_headline_says_the_money(read):
    assert headline(wrong()) in read.headings
    assert "2,400" not in headline(kept())
    found = wrong().directions
    assert f"{found['yes_no'].money:,.0f} GBP" in headline(wrong())
    assert money(found["no_yes"].money, "GBP") in headline(wrong())


def test_every_table_says_what_its_columns_and_rows_are(read):
    scopes = [attributes.get("scope") for tag, attributes in read.tags if tag == "th"]
    assert scopes
    assert set(scopes) <= {"row", "col"}
    charts = [attributes for tag, attributes in read.tags if tag == "svg"]
    assert all(one.get("aria-label") or one.get("aria-hidden") == "true" for one in charts)
    assert sum(one.get("role") == "img" for one in charts) >= 2


def test_headings_skip_no_level(read):
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_causes_and_their_total_are_the_findings(read):
    findings = wrong()
    for direction, figure in findings.directions.items():
        if not figure.lines:
            continue
        total = ["All", "", number(figure.money), f"{figure.lines:,}", f"{figure.orders:,}"]
        assert total in read.rows
        causes = [bar for bar in findings.causes if bar.direction == direction]
        assert sum((bar.figure.money for bar in causes), D(0)) == figure.money
        for bar in causes:
            row = [number(bar.figure.money), f"{bar.figure.lines:,}", f"{bar.figure.orders:,}"]
            assert any(one[2:] == row and CAUSES[bar.cause] in one[0] for one in read.rows), bar


def test_weeks_add_up_to_the_direction(read):
    findings = wrong()
    for direction in DIRECTIONS:
        _, made = columns(bar for bar in findings.weeks if bar.direction == direction)
        assert sum((one.whole for one in made), D(0)) == findings.directions[direction].money
    for column in columns(bar for bar in findings.weeks if bar.direction == "yes_no")[1]:
        assert [column.first.isoformat(), number(column.whole)] in read.rows


@pytest.mark.parametrize("most", [5, 12, 50])
@pytest.mark.parametrize("heading", ["Customer", "Item", "Site", "Channel"])
def test_tops_and_the_rest_are_all_the_money(heading, most):
    many = told()
    for place in range(14):
        many.fact("items", item=f"X{place}", uom="EA", list_price=10, currency="GBP", status="active")
        many.order(_line(place), at=NOW, channel=f"c{place}")
    findings = audit(many, terms=Terms(most=most))
    read = Read(page(findings, ()))
    start = next(place for place, row in enumerate(read.rows) if row[:1] == [heading])
    shown = []
    for row in read.rows[start + 1 :]:
        if len(row) != 3 or not row[1].replace(",", "").replace(".", "").isdigit():
            break
        shown.append(D(row[1].replace(",", "")))
    assert sum(shown) == sum(figure.money for figure in findings.directions.values())


def _line(place: int):
    return line(3 + place, f"X{place}", shown_available=99)


def test_rules_are_shown_with_what_they_avoid_and_cost(read):
    first = wrong().smallest[0]
    rule = next(one for one in wrong().rules if one.rule == first.rule)
    assert "What to change first" in read.headings
    assert money(rule.avoided.money, "GBP") in read.text
    assert money(first.together, "GBP") in read.text
    assert "It costs no good order" in read.text


def test_a_story_tells_its_arithmetic(read):
    assert (
        "The shop showed 48. The ERP had 60 on hand, 52 reserved for others: 8 could be sold at once."
        in " ".join(read.text.split())
    )
    assert ["could be sold at once", "8"] in read.rows
    assert "Confirmed: the ERP did not do it as promised." in read.text
    assert "What the ERP made of it is not known." in read.text


def test_hostile_names_are_text_and_nothing_else():
    text = page(hostile(), PROBLEMS)
    read = Read(text)
    assert (read.open, read.wrong) == ([], [])
    assert "script" not in {tag for tag, _ in read.tags}
    assert "<script>alert" in read.text
    assert "{{7*7}}" in read.text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert HOSTILE[-300:] not in text


def test_hostile_words_of_problems_and_caveats_are_text():
    bad = replace(
        part(wrong()), caveats=("<b onclick=x>mind</b>",), currency="<i>", erp_profile="</code><p id=x>"
    )
    read = Read(page(bad, PROBLEMS))
    assert (read.open, read.wrong) == ([], [])
    assert not any("onclick" in attributes or attributes.get("id") == "x" for _, attributes in read.tags)
    assert "<b onclick=x>mind</b>" in read.text
    assert "so<o>n" in read.text


def test_a_storefront_that_kept_its_word():
    read = Read(page(kept(), ()))
    assert "The storefront kept its word: it and the ERP agree on every one of 1 line." in read.headings
    assert "Nothing to change" in read.headings
    assert not {"What to change first", "The worst, one by one", "Where it happens"} & set(read.headings)
    assert "not the whole" not in read.text


def test_a_part_is_called_a_part_before_anything_else():
    text = page(part(wrong()), PROBLEMS)
    read = Read(text)
    assert read.headings[0].startswith("Of the part that could be read: ")
    assert read.headings[1] == (
        "This is a part, not the whole: 2 problems in the exports; 2 of 14 rows of orders are in no figure."
    )
    assert ["shop/orders.csv", "placed", "not a date", "2", "2"] in read.rows
    assert "row 3" in read.text
    assert "write year-month-day" in read.text
    clean = Read(page(part(kept()), PROBLEMS))
    assert "That holds for what could be read, and for nothing else." in clean.text


def test_caveats_stand_above_the_figures():
    text = Read(page(wrong(), ())).text
    assert wrong().caveats
    for caveat in wrong().caveats:
        assert 0 < text.index(caveat[1:]) < text.index(HEADINGS["yes_no"])


def test_the_own_policy_is_shown_where_it_is_another():
    assert "the same" in Read(page(kept(), ())).text
    findings = stricter()
    assert findings.directions["yes_policy_no"].lines == 1
    read = Read(page(findings, ()))
    assert "against the company's own policy" in read.headings[0]
    assert "The ERP would let this pass; the company's own policy does not." in read.text


def test_equal_findings_give_equal_bytes():
    assert page(wrong(), ()) == page(audit(told()), ())


def test_a_page_of_much_stays_small():
    many = tuple(Bar("yes_no", f"{1000 + year}-01-06", Figure(1, 1, D(7)), "dates") for year in range(5000))
    text = page(replace(hostile(), weeks=many, caveats=("c" * 5000,) * 500), PROBLEMS * 500)
    assert len(text.encode()) < 250_000


def test_columns_leave_no_week_out_and_hold_many_in_one():
    days = ("2026-03-02", "2026-03-23", "2030-03-04")
    each, made = columns(Bar("yes_no", day, Figure(1, 1, D(5)), "dates") for day in days)
    assert each > 1
    assert len(made) <= 53
    assert sum(one.whole for one in made) == 15
    assert columns([]) == (1, ())
    assert [one.whole for one in columns([Bar("yes_no", day, Figure(1, 1, D(5)), "dates") for day in days[:2]])[1]] == [
        5, 0, 0, 5
    ]  # fmt: skip


def test_blocks_stand_on_one_another_within_the_chart():
    bars = [
        Bar("yes_no", f"2026-03-{day:02}", Figure(1, 1, D(day)), cause)
        for day in (2, 9, 16)
        for cause in CAUSES
    ]
    chart = stacked(columns(bars)[1], 340, 220, 5)
    for x in {block.x for block in chart.blocks}:
        pile = [block for block in chart.blocks if block.x == x]
        assert all(block.x >= 0 and block.x + block.width <= 340 and block.y >= 12 for block in pile)
        assert all(under.y == over.y + over.height for under, over in itertools.pairwise(pile))
        assert pile[0].y + pile[0].height == chart.base
    assert stacked((), 340, 220, 5).blocks == ()


def test_lengths_are_shares_and_what_is_something_is_seen():
    assert (length(D(1), D(4), 1000), length(D(4), D(4), 1000), length(D(1), D(0), 1000)) == (250, 1000, 0)
    assert (visible(D("0.01"), D(100000), 1000), visible(D(0), D(5), 1000)) == (1, 0)


@pytest.mark.parametrize(
    ("most", "labels"),
    [
        (7, ["0", "2", "4", "6", "8"]),
        (35_000, ["0", "10 k", "20 k", "30 k", "40 k"]),
        (1_800_000, ["0", "500 k", "1,000 k", "1,500 k", "2,000 k"]),
        (70_000_000, ["0", "20 m", "40 m", "60 m", "80 m"]),
        (0, ["0", "1", "2", "3", "4"]),
    ],
)
def test_an_axis_is_labelled_in_round_numbers_that_fit(most, labels):
    chart = stacked(columns([Bar("yes_no", "2026-03-02", Figure(1, 1, D(most)), "dates")])[1], 340, 220, 5)
    assert [tick.label for tick in chart.sums] == labels


def test_days_of_more_than_a_year_are_told_with_their_year():
    year = [Bar("yes_no", day, Figure(1, 1, D(1)), "dates") for day in ("2026-03-02", "2027-03-08")]
    assert [one.label for one in columns(year[:1])[1]] == ["2 Mar"]
    assert columns(year)[1][0].label == "Mar 2026"
