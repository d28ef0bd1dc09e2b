"""A row becomes a fact, or the list of everything that is wrong with it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sayso.canon.kinds import KINDS
from sayso.canon.rows import Fact, Refusal, RowReader, as_mapping
from sayso.errors import BadField, BadRequest


def stock():
    return RowReader(KINDS["stock"])


def test_a_row_of_cells():
    fact = stock().cells(["Item", " site ", "on_hand"]).fact(7, ["85123A", "LON", "48.0"])
    assert fact == Fact(7, 0b001, False, ("85123A", "LON", "", "48", None, None))


def test_a_json_row_gives_only_what_it_names():
    fact = stock().mapping(
        1, {"item": 85123, "site": "LON", "safety_stock": Decimal("5.50"), "reserved": None}
    )
    assert fact == Fact(1, 0b110, False, ("85123", "LON", "", None, None, "5.5"))
    assert as_mapping(KINDS["stock"], fact)["safety_stock"] == Decimal("5.5")


def test_a_blank_in_the_key_means_any_where_it_may():
    fact = RowReader(KINDS["rates"]).mapping(
        1, {"currency": "EUR", "to": "GBP", "rate": "0.86", "starts": ""}
    )
    assert fact.values == ("EUR", "GBP", "-infinity", "0.86")


def test_a_tombstone():
    assert stock().mapping(1, {"item": "A", "site": "L", "deleted": True}).deleted
    assert not stock().mapping(1, {"item": "A", "site": "L", "deleted": ""}).deleted


def test_everything_wrong_with_a_row_is_said_at_once():
    refusals = stock().mapping(3, {"item": "", "on_hand": "1,5", "safty_stock": "5", "reserved": "-1"})
    assert {refusal.field for refusal in refusals} == {"item", "site", "on_hand", "safty_stock", "reserved"}
    assert all(refusal.line == 3 and refusal.remedy for refusal in refusals)
    assert "did you mean safety_stock?" in [refusal.remedy for refusal in refusals]


def test_the_same_wrong_value_is_refused_every_time():
    cells = stock().cells(["item", "site", "on_hand"])
    assert [isinstance(cells.fact(line, ["A", "L", "x"]), list) for line in (1, 2)] == [True, True]


def test_what_may_not_be_blank():
    (refusal,) = RowReader(KINDS["units"]).mapping(1, {"item": "A", "uom": "CS", "factor": " "})
    assert refusal.field == "factor"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"source_type": "customer", "source": "", "target_type": "item", "target": "A"}, "source"),
        ({"source_type": "all", "source": "X", "target_type": "item", "target": "A"}, "source"),
        ({"source_type": "all", "target_type": "item"}, "target"),
    ],
)
def test_a_price_names_whom_and_what_it_is_for(row, field):
    (refusal,) = RowReader(KINDS["prices"]).mapping(1, {"line_type": "price", **row})
    assert refusal.field == field


def test_a_price_for_all():
    row = {"line_type": "price", "source_type": "all", "target_type": "all", "price": 5}
    assert isinstance(RowReader(KINDS["prices"]).mapping(1, row), Fact)


@pytest.mark.parametrize("row", [5, "x", None, ["item"]])
def test_a_row_that_is_no_object(row):
    (refusal,) = stock().mapping(1, row)
    assert "JSON object" in refusal.detail


def test_unknown_columns_are_refused_by_name():
    with pytest.raises(BadField) as refused:
        stock().header(["item", "site", "onhand", "colour"])
    assert refused.value.facts["value"] == "onhand, colour"
    assert refused.value.remedy == "did you mean on_hand?"
    with pytest.raises(BadField) as refused:
        stock().header(["item", "site", "as_of"])
    assert "--as-of" in refused.value.remedy


def test_missing_and_doubled_columns():
    with pytest.raises(BadRequest, match="needs the key column site"):
        stock().header(["item", "on_hand"])
    with pytest.raises(BadRequest, match="item stands there twice"):
        stock().header(["item", "site", "ITEM"])


def test_a_ragged_row():
    (refusal,) = stock().cells(["item", "site"]).fact(9, ["A"])
    assert (refusal.line, refusal.detail) == (9, "the row has 1 cells, the header 2")


def test_a_refusal_reads_like_a_compilers():
    refusal = Refusal(7, "on_hand", "x", "not a decimal number", "write 12.5", "stock.csv")
    assert str(refusal) == "stock.csv:7: on_hand: 'x': not a decimal number; write 12.5"
    assert str(Refusal(2, "", "", "ragged", "")) == "row 2: ragged"
