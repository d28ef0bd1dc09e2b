"""Orders out of exports: lines put together, repeats, returns, sums; every row is counted once, every fault is named."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from audit.exported import HEAD, Written, balanced, line, orders, problems
from sayso.audit.exports import timeline as reading_time
from sayso.errors import BadRequest


@pytest.fixture
def exported(tmp_path):
    return Written(tmp_path)


def read(exports):
    found = list(exports.orders())
    assert balanced(exports), exports.intake
    return found


def test_an_order_has_what_its_rows_say(exported):
    exported.write(
        "shop/orders.csv",
        "order,line,placed,customer,country,region,channel,currency,item,variant,quantity,uom,unit_price,amount,total,need_by,"
        "shown_available,shown_date,answer,reason,credit_ok\n"
        "W1,1,2011-02-03T10:00:00Z,C1,GB,SCT,web,GBP,A,RED,2,CS,2.50,5.00,17.00,2011-02-10,40,2011-02-05,yes,,true\n"
        "W1,2,2011-02-03T10:00:00Z,C1,GB,SCT,web,GBP,B,,3,,4.00,12.00,17.00,,0,,no,sold out,true\n",
    )
    (order,) = read(exported.open())
    assert (order.order, order.customer, order.country, order.region, order.channel, order.currency) == (
        "W1",
        "C1",
        "GB",
        "SCT",
        "web",
        "GBP",
    )
    assert order.placed == datetime(2011, 2, 3, 10, tzinfo=UTC)
    assert (order.total, order.credit_ok, order.file) == (Decimal("17.00"), True, "shop/orders.csv")
    first, second = order.lines
    assert (first.line, first.item, first.variant, first.quantity, first.uom, first.row) == (
        1,
        "A",
        "RED",
        Decimal(2),
        "CS",
        2,
    )
    assert (first.unit_price, first.amount, first.shown_available) == (
        Decimal("2.50"),
        Decimal("5.00"),
        Decimal(40),
    )
    assert (str(first.need_by), str(first.shown_date), first.answer) == ("2011-02-10", "2011-02-05", "yes")
    assert (second.answer, second.reason, second.uom, second.need_by) == ("no", "sold out", "", None)


def test_orders_come_in_time_whatever_the_files_order(exported):
    rows = [line(f"W{n}", placed=f"2011-02-{1 + n % 28:02}T10:00:00Z") for n in range(100)]
    random.Random(3).shuffle(rows)
    exported.write("shop/orders-a.csv", orders(*rows[:50]))
    exported.write("shop/orders-b.csv", orders(*rows[50:]))
    found = read(exported.open())
    assert len(found) == 100
    assert [one.placed for one in found] == sorted(one.placed for one in found)


def test_files_in_time_are_streamed_each_after_the_one_before(exported, monkeypatch):
    monkeypatch.setattr("sayso.audit.exports.folders.gathered", lambda orders: pytest.fail("not streamed"))
    exported.write("shop/orders-z.csv", orders(line("W1", placed="2011-02-01")))
    exported.write(
        "shop/orders-a.csv", orders(line("W2", placed="2011-02-02"), line("W3", placed="2011-02-03"))
    )
    assert [one.order for one in read(exported.open())] == ["W1", "W2", "W3"]


def test_an_order_in_pieces_is_one_order(exported):
    exported.write(
        "shop/orders.csv",
        orders(line("W1", "1", total=""), line("W2", total=""), line("W1", "2", item="B", total="")),
    )
    exported.write("shop/orders-2.csv", orders(line("W1", "3", item="C", total="")))
    first, second = sorted(read(exported.open()), key=lambda one: one.order)
    assert [one.item for one in first.lines] == ["A", "B", "C"]
    assert second.order == "W2"


def test_what_is_said_once_of_an_order_holds_for_all_its_rows(exported):
    exported.write(
        "shop/orders.csv",
        HEAD + "\nW1,1,2011-02-03,C1,GB,GBP,A,2,EA,2.50,5.00,10.00\nW1,2,,,,,B,2,EA,2.50,5.00,\n",
    )
    exports = exported.open()
    (order,) = read(exports)
    assert (order.customer, len(order.lines), order.total) == ("C1", 2, Decimal(10))
    assert exports.intake.whole


def test_heads_and_lines_in_files_of_their_own(exported):
    exported.write(
        "shop/orders.csv",
        "Order No.,Order Date,Customer,Country,Currency,Total\nW1,2011-02-03,C1,GB,GBP,5.00\n",
    )
    exported.write("shop/order_lines.csv", "Order No.,Line,Item,Qty,Price\nW1,1,A,2,1.00\nW1,2,B,3,1.00\n")
    exports = exported.open()
    (order,) = read(exports)
    assert (order.customer, [one.item for one in order.lines]) == ("C1", ["A", "B"])
    assert order.file == "shop/order_lines.csv"
    assert (exports.intake.rows, exports.intake.aside) == (3, 1)
    assert exports.intake.whole


def test_rows_that_differ_in_what_they_say_of_the_order(exported):
    exported.write(
        "shop/orders.csv", orders(line(number="1", total=""), line(number="2", customer="C2", total=""))
    )
    exports = exported.open()
    (order,) = read(exports)
    assert order.customer == "C1"
    ((_, row, column, detail),) = problems(exports)
    assert (row, column) == (3, "customer")
    assert "differ" in detail


@pytest.mark.parametrize("apart", [False, True])
def test_a_line_that_stands_there_twice_counts_once(exported, apart):
    again = line("W1", "1")
    between = [line("W2", placed="2011-02-03T11:00:00Z")] if apart else []
    exported.write("shop/orders.csv", orders(again, *between, again))
    exports = exported.open()
    found = read(exports)
    assert [len(one.lines) for one in found] == [1] * (1 + apart)
    assert exports.intake.repeated == 1
    ((_, row, _, detail),) = problems(exports)
    assert row == 3 + apart
    assert "counts once" in detail


def test_a_whole_file_that_stands_there_twice_counts_once(exported):
    content = orders(line("W1", ""), line("W1", "", item="B"), line("W2", ""))
    exported.write("shop/orders.csv", content)
    exported.write("shop/orders-copy.csv", content)
    exports = exported.open()
    assert [len(one.lines) for one in read(exports)] == [2, 1]
    assert exports.intake.repeated == 3


def test_a_line_with_other_content_is_named_and_the_first_one_taken(exported):
    exported.write(
        "shop/orders.csv",
        orders(line(number="1", total=""), line(number="1", quantity="9", amount="22.50", total="")),
    )
    exports = exported.open()
    (order,) = read(exports)
    assert [one.quantity for one in order.lines] == [Decimal(2)]
    ((_, row, column, detail),) = problems(exports)
    assert (row, column) == (3, "line")
    assert "other content: the first one was taken" in detail
    assert exports.intake.dropped == 1


def test_alike_rows_without_line_numbers_are_two_lines_and_named(exported):
    exported.write("shop/orders.csv", orders(line(number="", total=""), line(number="", total="")))
    exports = exported.open()
    (order,) = read(exports)
    assert [one.line for one in order.lines] == [1, 2]
    assert "no line number" in problems(exports)[0][3]


def test_a_return_is_no_order(exported):
    exported.write(
        "shop/orders.csv",
        orders(
            line("W1", "1", total=""),
            line("W1", "2", quantity="-1", amount="-2.50", total=""),
            line("C2", quantity="-5", amount="-12.50", total="", customer=""),
        ),
    )
    exports = exported.open()
    (order,) = read(exports)
    assert [one.line for one in order.lines] == [1]
    assert (exports.intake.returns, exports.intake.problems, exports.intake.orders) == (2, 0, 1)


@pytest.mark.parametrize(
    ("change", "column", "detail"),
    [
        ({"placed": "soon"}, "placed", "not a date"),
        ({"placed": ""}, "placed", "says the placed"),
        ({"customer": ""}, "customer", "says the customer"),
        ({"country": "Freedonia"}, "country", "not an ISO"),
        ({"currency": "GPB"}, "currency", "not an ISO 4217"),
        ({"item": ""}, "item", "names no item"),
        ({"quantity": "some"}, "quantity", "not a number"),
        ({"quantity": "0"}, "quantity", "no quantity, or 0"),
        ({"quantity": ""}, "quantity", "no quantity, or 0"),
        ({"uom": "a big box"}, "uom", "not a unit"),
        ({"order": ""}, "order", "names no order"),
        ({"quantity": "1" * 14}, "quantity", "at most"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_dropped(exported, change, column, detail):
    exported.write(
        "shop/orders.csv", orders(line("W0", placed="2011-02-01"), line(**({"order": "W1"} | change)))
    )
    exports = exported.open()
    assert [one.order for one in read(exports)] == ["W0"]
    ((file, row, named, said),) = problems(exports)
    assert (file, row, named) == ("shop/orders.csv", 3, column)
    assert detail in said
    assert exports.problems[0].dropped
    assert exports.problems[0].remedy
    assert (exports.intake.dropped, exports.intake.whole) == (1, False)


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"price": "2x"}, "unit_price"),
        ({"amount": "five"}, "amount"),
        ({"number": "first"}, "line"),
        ({"total": "?"}, "total"),
    ],
)
def test_a_value_that_can_be_done_without_is_left_out_and_named(exported, change, column):
    exported.write("shop/orders.csv", orders(line(**change)))
    exports = exported.open()
    (order,) = read(exports)
    assert len(order.lines) == 1
    (problem,) = exports.problems
    assert (problem.row, problem.column, problem.dropped) == (2, column, False)


def test_sums_that_do_not_add_up(exported):
    exported.write(
        "shop/orders.csv",
        orders(
            line("W1", amount="6.00", total="6.00"),
            line("W2", amount="5.01", total="5.01"),
            line("W3", total="7.00"),
            line("W4", amount="", total="5.00"),
            line("W5", total="5.02"),
        ),
    )
    exports = exported.open()
    assert len(read(exports)) == 5
    found = problems(exports)
    assert [(row, column) for _, row, column, _ in found] == [(2, "amount"), (4, "total")]
    assert not any(one.dropped for one in exports.problems)


def test_tax_and_freight_are_in_the_total(exported):
    head = "order,line,placed,customer,item,quantity,unit_price,total,tax,freight\n"
    exported.write(
        "shop/orders.csv",
        head + "W1,1,2011-02-03,C1,A,2,2.50,10.00,1.50,3.50\nW2,1,2011-02-03,C1,A,2,2.50,10.00,1.50,3.00\n",
    )
    exports = exported.open()
    read(exports)
    ((_, row, column, _),) = problems(exports)
    assert (row, column) == (3, "total")


def test_prices_with_tax_are_not_compared_with_prices_without(exported):
    head = "order,line,placed,customer,item,quantity,unit_price,amount,total,tax,includes_tax\n"
    rows = "W1,1,2011-02-03,C1,A,2,6.00,12.00,12.00,2.00,true\nW2,1,2011-02-04,C1,A,2,5.00,10.00,12.00,2.00,false\n"
    exported.write("shop/orders.csv", head + rows)
    exports = exported.open()
    gross, net = read(exports)
    assert (gross.lines[0].unit_price, gross.lines[0].amount, gross.total) == (None, None, Decimal(12))
    assert net.lines[0].unit_price == Decimal(5)
    ((_, row, column, detail),) = problems(exports)
    assert (row, column) == (2, "includes_tax")
    assert "with tax" in detail


def test_a_discount_is_taken_off(exported):
    head = "order,line,placed,customer,item,quantity,unit_price,discount\n"
    exported.write("shop/orders.csv", head + "W1,1,2011-02-03,C1,A,3,2.50,1.00\n")
    (order,) = read(exported.open())
    assert (order.lines[0].unit_price, order.lines[0].amount) == (Decimal("2.166667"), Decimal("6.50"))


def test_rows_of_nothing_but_delimiters_are_nothing(exported):
    exported.write("shop/orders.csv", orders(line()) + "," * 11 + "\n")
    exports = exported.open()
    assert len(read(exports)) == 1
    assert exports.intake.whole


def test_only_orders_of_a_time(exported):
    exported.write(
        "shop/orders.csv", orders(*(line(f"W{n}", placed=f"2011-02-{n:02}") for n in range(1, 10)))
    )
    exports = exported.open(since=datetime(2011, 2, 3, tzinfo=UTC), until=datetime(2011, 2, 6, tzinfo=UTC))
    assert [one.order for one in read(exports)] == ["W3", "W4", "W5"]
    assert (exports.intake.outside, exports.intake.orders, exports.intake.lines) == (6, 3, 3)


def test_reading_again_gives_the_same(exported):
    exported.write("shop/orders.csv", orders(line("W2"), line("W1", placed="x"), line("W1", "7")))
    exports = exported.open()
    first, seen = list(exports.orders()), exports.intake
    assert list(exports.orders()) == first
    assert exports.intake == seen


@pytest.mark.parametrize("seed", range(5))
def test_buckets_on_disk_give_what_memory_gives(exported, monkeypatch, seed):
    chance = random.Random(seed)
    rows = [
        line(
            f"W{chance.randrange(60)}",
            str(n),
            placed=f"2011-02-{chance.randint(1, 28):02}T10:00:00Z",
            item=chance.choice("AB"),
            total="",
        )
        for n in range(400)
    ]
    exported.write("shop/orders.csv", orders(*rows))
    exports = exported.open()
    whole = read(exports)
    monkeypatch.setattr(reading_time, "_IN_MEMORY", 0)
    monkeypatch.setattr(reading_time, "_A_BUCKET", 4096)
    assert read(exports) == whole


def test_there_must_be_orders(exported):
    with pytest.raises(BadRequest, match="no exports in it"):
        exported.open()
    exported.write("shop/stock.csv", "item,available\nA,5\n")
    with pytest.raises(BadRequest, match="no orders in it"):
        exported.open()
    exported.write("shop/orders.csv", "")
    with pytest.raises(BadRequest, match=r"no orders in it: shop/orders.csv: it is empty"):
        exported.open()


def test_a_folder_that_is_not_there(exported, tmp_path):
    exported.erp = tmp_path / "nothing"
    with pytest.raises(BadRequest, match="no such folder"):
        exported.open()
    exported.erp = exported.write("shop/orders.csv", orders(line()))
    with pytest.raises(BadRequest, match="not a folder"):
        exported.open()


def test_files_in_time_that_overlap_are_put_together(exported):
    exported.write(
        "shop/orders-a.csv", orders(line("W1", placed="2011-02-01"), line("W3", placed="2011-02-03"))
    )
    exported.write(
        "shop/orders-b.csv", orders(line("W2", placed="2011-02-02"), line("W4", placed="2011-02-04"))
    )
    assert [one.order for one in read(exported.open())] == ["W1", "W2", "W3", "W4"]
