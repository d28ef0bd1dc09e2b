"""From lines to orders, returns and corrections."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

from sayso.demo.orders import OrderLine, trade
from sayso.demo.retail import read_lines

TAIL = "17850,United Kingdom"


def test_one_invoice_is_one_order_and_an_item_stands_in_it_once(csv_file):
    found = trade(
        read_lines(
            csv_file(
                f"2,22139,TEA SET,6,2011-07-01 08:27:00,2.00,{TAIL}",
                f"1,22139,TEA SET,6,2011-07-01 08:26:00,2.00,{TAIL}",
                f"1,22139,TEA SET,2,2011-07-01 08:27:00,2.50,{TAIL}",
                f"1,21777,RECIPE BOX,1,2011-07-01 08:26:00,7.95,{TAIL}",
            )
        )
    )
    assert [order.reference for order in found.orders] == ["1", "2"]
    first = found.orders[0]
    assert first.at == datetime(2011, 7, 1, 7, 26, tzinfo=UTC), "London is an hour ahead of UTC in summer"
    assert first.lines == (OrderLine("22139", 8, Decimal("17.00")), OrderLine("21777", 1, Decimal("7.95")))
    assert first.paid == Decimal("24.95")
    assert found.merged_lines == 1


def test_returns_and_corrections_are_no_orders(csv_file):
    found = trade(
        read_lines(
            csv_file(
                f"1,22139,TEA SET,6,2011-01-01 08:26:00,2.00,{TAIL}",
                f"C2,22139,TEA SET,-2,2011-01-02 08:26:00,2.00,{TAIL}",
                "3,22139,damaged,-3,2011-01-03 08:26:00,0,,United Kingdom",
                "4,22139,found,5,2011-01-04 08:26:00,0,,United Kingdom",
                f"5,POST,POSTAGE,1,2011-01-04 08:26:00,18,{TAIL}",
                "6,22139,TEA SET,9,2011-01-04 08:26:00,4.0,,United Kingdom",
            )
        )
    )
    assert len(found.orders) == 1
    assert [(one.document, one.quantity) for one in found.returns] == [("C2", 2)]
    assert [(one.quantity, one.note) for one in found.corrections] == [(-3, "damaged"), (5, "found")]


def test_an_item_is_called_what_customers_were_sold(csv_file):
    found = trade(
        read_lines(
            csv_file(
                "1,22139,wrongly sold sets,6,2011-01-01 08:26:00,2.00,,United Kingdom",
                "1,22139,OTHER NAME,6,2011-01-01 08:26:00,2.00,,United Kingdom",
                f"2,22139,RETROSPOT  TEA SET ,6,2011-01-01 08:26:00,2.00,{TAIL}",
                "3,21777,damaged,6,2011-01-01 08:26:00,2.00,,United Kingdom",
            )
        )
    )
    assert found.names == {"22139": "RETROSPOT TEA SET"}


def test_the_slice_has_the_orders_that_the_documentation_says(distributor):
    orders = distributor.trade.orders
    assert len(orders) == 4_681
    assert sum(len(order.lines) for order in orders) == 91_809
    assert len({order.customer for order in orders}) == 2_132
    assert sum(order.paid for order in orders) == Decimal("2159426.23")
    assert all(one.at <= other.at for one, other in pairwise(orders))
    assert max(len(order.lines) for order in orders) <= 500, "a promise takes 500 lines"
