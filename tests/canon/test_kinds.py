"""The kinds of facts are those of the interface, and their reference is in step with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso.canon import codes, units
from sayso.canon.kinds import KINDS
from sayso.canon.kinds_reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "facts.md"

# Key, then the other columns, as other people's files name them. More may be added; none may go.
PROMISED = {
    "sites": ("site", "name company country region timezone cutoff calendar handling_days"),
    "items": (
        "item",
        "name uom status stocked category discount_group pack minimum available_from origin hs_code hazard weight_kg "
        "list_price currency lead_days",
    ),
    "units": ("item uom", "factor"),
    "customers": (
        "customer",
        "name bill_to parent company group price_group discount_group campaigns segment country region currency "
        "terms_days credit_limit hold shipping_days calendar tax_exempt licences",
    ),
    "credit_groups": ("group company", "credit_limit"),
    "prices": (
        "line_type source_type source target_type target uom currency variant min_quantity starts",
        "ends price discount_percent margin_percent includes_tax priority country allow_discount "
        "max_quantity round_to surcharge",
    ),
    "currencies": ("currency", "decimals price_precision"),
    "rates": ("currency to starts", "rate"),
    "stock": ("item site variant", "on_hand reserved safety_stock"),
    "inbound": ("document line variant", "item site quantity reserved due vendor status kind"),
    "demand": (
        "document line variant",
        "order item site quantity reserved requested planned due customer group contract status kind fulfilment "
        "supply_document supply_line amount amount_shipped_not_invoiced currency currency_factor amount_net "
        "amount_shipped_not_invoiced_net percent_billed company",
    ),
    "receivables": ("document", "customer amount open currency issued due posted company"),
    "exposures": ("document", "customer kind amount currency company"),
    "receipts": ("document line receipt", "item site vendor ordered promised received quantity"),
    "lanes": ("site country region", "transit_days cost carrier"),
    "rules": ("rule", "effect item category hazard country region licence reason"),
    "substitutes": ("item substitute", "rank factor"),
    "kits": ("item component", "quantity"),
    "calendars": ("calendar date", "working"),
    "taxes": ("country region category", "rate"),
    "duties": ("country hs_code origin", "rate"),
}


@pytest.mark.parametrize("name", PROMISED)
def test_a_kind_has_the_columns_that_were_promised(name):
    key, columns = PROMISED[name]
    assert [column.name for column in KINDS[name].key] == key.split()
    assert [column.name for column in KINDS[name].columns] == columns.split()


def test_there_is_no_kind_that_was_not_promised():
    assert set(KINDS) == set(PROMISED)


def test_what_others_refer_to_is_loaded_first():
    order = list(KINDS)
    assert order.index("items") < order.index("stock") < order.index("demand")
    assert order.index("customers") < order.index("receivables")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_column_is_documented_and_well_formed(kind):
    for column in kind.all:
        assert column.doc.endswith(".")
        assert (column.type == "enum") == bool(column.choices)
        assert column in kind.key or not column.optional
    assert not kind.key[0].optional or kind.name in ("taxes", "duties", "credit_groups")


@pytest.mark.parametrize(
    ("name", "items", "customers", "world"),
    [
        ("stock", ["item"], [], "never"),
        ("demand", ["item"], ["customer"], "never"),
        ("receivables", [], ["customer"], "never"),
        ("prices", ["target"], ["source"], "otherwise"),
        ("sites", [], [], "always"),
        ("receipts", [], [], "never"),
    ],
)
def test_whom_a_row_concerns(name, items, customers, world):
    touches = KINDS[name].touches
    assert [touch.column for touch in touches.items] == items
    assert [touch.column for touch in touches.customers] == customers
    assert touches.world == world


def test_the_reference_is_in_step():
    assert PAGE.read_text("utf-8") == reference(), "write sayso.canon.kinds_reference.reference() to the page"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EA", "EA"), ("each", "EA"), (" pcs ", "EA"), ("C62", "EA"), ("H87", "EA"), ("CS", "CS"), ("XCS", "CS"),
        ("pallet", "PL"), ("kg", "KGM"), ("KGM", "KGM"), ("TRAY6", "TRAY6"), ("HUR", "HUR"), ("", None),
        ("a very long unit of measure", None), ("½", None), ("EA CS", None),
    ],
)  # fmt: skip
def test_a_unit_is_known_by_its_names(text, code):
    assert units.unit(text) == code


def test_a_package_goes_out_by_its_code_in_rec_20():
    assert [units.rec20(code) for code in ("CS", "PL", "EA", "TRAY6")] == ["XCS", "XPX", "EA", "TRAY6"]


def test_an_alias_never_stands_for_another_alias():
    assert not set(units.ALIASES) & set(units.ALIASES.values())


def test_countries_and_currencies():
    assert codes.is_country("GB")
    assert not codes.is_country("UK")
    assert codes.is_currency("GBP")
    assert not codes.is_currency("XXX")
    assert [codes.minor_unit(code) for code in ("GBP", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
