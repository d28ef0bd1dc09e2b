"""Feeds, facts and outcomes out of exports, and files that cannot be used as they stand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.exported import Written, line, orders, problems
from sayso.audit.shapes import Belief, Outcome
from sayso.errors import BadRequest

T = datetime(2011, 2, 1, 6, tzinfo=UTC)


@pytest.fixture
def exported(tmp_path):
    written = Written(tmp_path)
    written.write("shop/orders.csv", orders(line()))
    return written


def facts(exports, kind="stock"):
    return [(one.as_of, one.values, one.deleted) for one in exports.facts() if one.kind == kind]


def test_facts_are_typed_and_keep_blanks_apart_from_what_is_not_told(exported):
    exported.write(
        "erp/inbound.csv",
        "document,line,item,site,quantity,due,status,as_of\nPO1,1,A,LON,10,2011-03-01,draft,2011-02-01T06:00:00Z\nPO1,2,B,LON,5,,,\n",
    )
    first, second = facts(exported.open(), "inbound")
    assert first == (
        T,
        {"document": "PO1", "line": "1", "variant": "", "item": "A", "site": "LON", "quantity": Decimal(10),
         "due": date(2011, 3, 1), "status": "draft"},
        False,
    )  # fmt: skip
    assert (second[0], second[1]["due"], second[1]["status"]) == (None, None, None)
    assert "vendor" not in second[1]


def test_a_journal_changes_and_deletes(exported):
    exported.write(
        "erp/stock.csv",
        "item,site,on_hand,as_of,deleted\nA,LON,5,2011-02-01T06:00:00Z,\nA,LON,7,2011-02-02,no\nA,LON,,2011-02-03,yes\n",
    )
    exports = exported.open()
    assert [(when and when.day, values["on_hand"], gone) for when, values, gone in facts(exports)] == [
        (1, 5, False), (2, 7, False), (3, None, True)
    ]  # fmt: skip
    assert exports.intake.whole


def test_several_files_of_a_kind_and_of_every_format(exported):
    (exported.erp / "stock.csv").unlink()
    exported.write("erp/stock-2011-02-01.csv", "item,site,on_hand\nA,LON,5\n")
    exported.write("erp/stock_2011-02-02.jsonl", '{"item": "A", "site": "LON", "on_hand": 6}\n')
    pq.write_table(
        pa.table({"item": ["A"], "site": ["LON"], "on_hand": [7]}), exported.erp / "stock20110203.parquet"
    )
    exports = exported.open()
    assert [(when.day, values["on_hand"]) for when, values, _ in sorted(facts(exports), key=str)] == [
        (1, 5), (2, 6), (3, 7)
    ]  # fmt: skip
    assert exports.intake.whole
    assert "tells of 2011-02-0" in " ".join(exports.intake.files[1].said)


def test_a_key_that_stands_there_twice(exported):
    exported.write("erp/stock.csv", "item,site,on_hand\nA,LON,5\nA,LON,5\nA,LON,6\n")
    exports = exported.open()
    assert [values["on_hand"] for _, values, _ in facts(exports)] == [5, 6]
    (_, row, _, same), (_, other_row, _, other) = problems(exports)
    assert (row, other_row) == (3, 4)
    assert "counts once" in same
    assert "the later row was taken" in other


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("A,,5,draft", "site", "it is blank"),
        ("A,LON,some,draft", "on_hand", "not a number"),
        ("A,LON,5", "", "3 cells"),
    ],
)
def test_a_row_of_facts_that_cannot_be_used(exported, row, column, said):
    exported.write("erp/stock.csv", f"item,site,on_hand,note\nB,LON,1,x\n{row}\n")
    exports = exported.open()
    assert len(facts(exports)) == 1
    ((_, line_number, named, detail),) = problems(exports)
    assert (line_number, named) == (3, column)
    assert said in detail


def test_a_plain_price_list_is_read_as_one(exported):
    exported.write(
        "erp/prices.csv", "Item No.,Price,Customer,Min. Qty.\nA,2.50,,\nA,2.25,C1,12\nA,2.00,C1,48\n"
    )
    found = facts(exported.open(), "prices")
    assert [(v["line_type"], v["source_type"], v["source"], v["target_type"], v["target"]) for _, v, _ in found] == [
        ("price", "all", "", "item", "A"),
        ("price", "customer", "C1", "item", "A"), ("price", "customer", "C1", "item", "A"),
    ]  # fmt: skip
    assert [v["min_quantity"] for _, v, _ in found] == [0, 12, 48]


def test_a_price_for_all_that_names_somebody(exported):
    exported.write(
        "erp/prices.csv", "line_type,source_type,source,target_type,target,price\nprice,all,C1,item,A,2\n"
    )
    exports = exported.open()
    assert facts(exports, "prices") == []
    assert "does not name it" in problems(exports)[0][3]


def test_feeds(exported):
    exported.write("shop/stock.csv", "sku,available,updated_at\nA,5,2011-02-01T06:00:00Z\n")
    exported.write(
        "shop/prices.csv", "sku,price,customer,currency,min qty\nA,2.50,C1,GBP,12\nB,-1,C1,GBP,1\n"
    )
    exported.write("shop/credit.csv", "customer,credit_ok\nC1,yes\nC2,blocked\nC3,\nC4,perhaps\n")
    exports = exported.open()
    stock, price, *flags = exports.beliefs()
    assert stock == Belief("stock", T, "A", available=Decimal(5))
    assert price == Belief(
        "price", item="A", customer="C1", currency="GBP", min_quantity=Decimal(12), price=Decimal("2.50")
    )
    assert flags == [
        Belief("credit", customer="C1", credit_ok=True),
        Belief("credit", customer="C2", credit_ok=False),
    ]
    assert [(row, column) for _, row, column, _ in problems(exports)] == [
        (3, "price"),
        (4, "credit_ok"),
        (5, "credit_ok"),
    ]


def test_outcomes(exported):
    exported.write(
        "erp/outcomes.csv",
        "order,line,outcome,reason,quantity,on,unit_price,at,document\nW1,1,Confirmed,,2,2011-02-05,2.50,2011-02-01T06:00:00Z,SO7\nW1,,storniert,x,,,,,\n",
    )
    assert list(exported.open().outcomes()) == [
        Outcome("W1", "accepted", 1, "", Decimal(2), date(2011, 2, 5), Decimal("2.50"), T, "SO7"),
        Outcome("W1", "cancelled", 0, "x"),
    ]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["03/02/2011", "04/02/2011"], "day and month cannot be told apart: '03/02/2011' in placed (row 2)"),
        (
            ["03/02/2011", "25/02/2011", "02/25/2011"],
            "'25/02/2011' in placed (row 3), '02/25/2011' in placed (row 4)",
        ),
    ],
)
def test_days_that_cannot_be_told_apart_are_asked_for(exported, days, said):
    exported.write(
        "shop/orders.csv", orders(*(line(f"W{number}", placed=day) for number, day in enumerate(days)))
    )
    with pytest.raises(BadRequest) as asked:
        exported.open()
    assert "shop/orders.csv: day and month cannot be told apart" in asked.value.detail
    assert said in asked.value.detail
    assert 'write dates = "day first" or "month first" under [storefront.orders]' in asked.value.detail
    for setting, month in (("day first", 2), ("month first", 3)):
        exports = exported.open(f'[storefront.orders]\ndates = "{setting}"\n')
        assert {one.order: one.placed.month for one in exports.orders()}["W0"] == month
        assert bool(exports.problems) == (len(days) == 3)


def test_a_day_that_shows_the_order_decides_for_the_file(exported):
    rows = [line("W1", placed="2011-02-01"), line("W2", placed="03/02/2011"), line("W3", placed="25/02/2011")]
    exported.write("shop/orders.csv", orders(*rows))
    exports = exported.open()
    assert [one.placed.date() for one in exports.orders()] == [
        date(2011, 2, 1),
        date(2011, 2, 3),
        date(2011, 2, 25),
    ]
    assert exports.intake.whole
    assert "days are written day first" in exports.intake.files[0].said


def test_decimals_that_cannot_be_told_apart_are_asked_for(exported):
    exported.write("erp/stock.csv", "item;site;on_hand\nA;LON;1.000\nB;LON;5\n")
    with pytest.raises(
        BadRequest, match=r"thousands and decimals cannot be told apart: '1.000' in on_hand \(row 2\)"
    ):
        exported.open()
    assert facts(exported.open('[erp]\ndecimal = ","'))[0][1]["on_hand"] == 1000
    assert facts(exported.open('[erp.stock]\ndecimal = "."'))[0][1]["on_hand"] == 1
    exported.write("erp/stock.csv", "item;site;on_hand\nA;LON;1.000\nB;LON;5,5\n")
    assert [values["on_hand"] for _, values, _ in facts(exported.open())] == [1000, Decimal("5.5")]
    exported.write("erp/stock.jsonl", '{"item": "A", "site": "LON", "on_hand": 1.125}\n')
    (exported.erp / "stock.csv").unlink()
    assert facts(exported.open())[0][1]["on_hand"] == Decimal("1.125")


def test_a_number_in_the_other_spelling_is_refused_under_a_map(exported):
    exported.write("erp/stock.csv", "item;site;on_hand\nA;LON;1,5\nB;LON;1.5\n")
    exports = exported.open('[erp.stock]\ndecimal = ","')
    assert [values["item"] for _, values, _ in facts(exports)] == ["A"]
    assert "a decimal point, where the file has the other" in problems(exports)[0][3]


def test_all_that_has_to_be_said_is_asked_for_at_once(exported):
    exported.write("shop/orders.csv", "order,placed,item,quantity\nW1,03/02/2011,A,1\n")
    exported.write("erp/stock.csv", "item,on_hand\nA,1.000\n")
    with pytest.raises(BadRequest) as asked:
        exported.open()
    detail = asked.value.detail
    assert detail.startswith("4 things have to be said")
    for said in (
        "no column is the customer",
        "no column is the site",
        "day and month",
        "thousands and decimals",
    ):
        assert said in detail
    assert 'write customer = "..." under [storefront.orders.columns] in the map' in detail
    assert "sayso audit map" in asked.value.remedy
    mapped = '[storefront.orders]\ndates = "day first"\n[storefront.orders.fixed]\ncustomer = "C1"\n'
    mapped += '[erp.stock]\ndecimal = "."\n[erp.stock.fixed]\nsite = "LON"\n'
    exports = exported.open(mapped)
    assert next(exports.orders()).customer == "C1"
    assert facts(exports)[0][1]["site"] == "LON"


@pytest.mark.parametrize(
    ("name", "content", "detail"),
    [
        ("erp/prices.csv", "", "it is empty"), ("erp/demand.csv", "document,line,item\n", "it has no rows"),
        ("erp/items.parquet", "rubbish", "not a Parquet file"), ("erp/notes.xlsx", "x", "not a table by its ending"),
        ("erp/foo.csv", "a,b\n1,2\n", "nothing tells what it is"),
        ("shop/items.csv", "colour,size\n1,2\n", "nothing tells"),
        ("erp/x.csv.gz", "rubbish", "damaged"), ("shop/stock.json", "{", "the document is cut off"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_a_problem_never_silence(exported, name, content, detail):
    exported.write(name, content)
    exports = exported.open()
    list(exports.orders())
    list(exports.facts())
    ((file, _, _, said),) = problems(exports)
    assert file == name
    assert detail in said
    assert not exports.intake.whole


def test_what_is_no_export_is_left_alone(exported):
    for name in ("erp/README.md", "shop/readme.txt", "erp/.hidden.csv", "shop/audit.toml", "erp/LICENSE"):
        exported.write(name, "x")
    exported.write("erp/old.csv", "a,b\n1,2\n")
    exports = exported.open('[erp]\nignore = ["old*"]')
    list(exports.orders())
    assert exports.intake.whole


def test_problems_are_counted_beyond_those_that_are_kept(exported):
    exported.write("erp/stock.csv", "item,site,on_hand\n" + "".join(f"I{n},LON,x\n" for n in range(1000)))
    exports = exported.open()
    assert facts(exports) == []
    assert len(exports.problems) == 20
    (count,) = exports.intake.problem_counts
    assert (count.count, count.dropped, exports.intake.problems) == (1000, 1000, 1000)
