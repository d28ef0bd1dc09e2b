"""Orders of real storefronts as they send them, read without a map. Skipped where SAYSO_DATA names no folder."""

from __future__ import annotations

import gzip
import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from audit.exported import Written, balanced, problems

DATA = os.environ.get("SAYSO_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="SAYSO_DATA names no folder with real files")


@pytest.fixture
def exported(tmp_path):
    return Written(tmp_path)


def take(exported, folder, *names):
    """Copy real files into the storefront's folder, as somebody would who was sent them."""
    for name in names:
        found = sorted(Path(DATA, folder).glob(name))
        assert found, name
        for path in found:
            shutil.copy(path, exported.shop / path.name)


def read(exports):
    found = list(exports.orders())
    assert balanced(exports)
    return found


def test_shopify(exported):
    take(exported, "storefronts/shopify/shopify_api", "order.json", "orders.json")
    exports = exported.open()
    (order,) = read(exports)
    assert (order.order, order.customer, order.country, order.region, order.currency, order.channel) == (
        "#1001", "207119551", "US", "KY", "USD", "web"
    )  # fmt: skip
    assert order.placed.isoformat() == "2008-01-10T16:00:00+00:00"
    assert [(one.line, one.item, one.quantity, one.unit_price) for one in order.lines] == [
        (1, "IPOD2008GREEN", 1, Decimal("199.00")), (2, "IPOD2008RED", 1, Decimal("199.00")),
        (3, "IPOD2008BLACK", 1, Decimal("199.00")),
    ]  # fmt: skip
    assert exports.intake.repeated == 3
    assert any("total is not the sum" in detail for *_, detail in problems(exports))  # the sample's own


def test_woocommerce(exported):
    take(exported, "storefronts/woocommerce/json", "orders_0*.json")
    words = '[storefront.orders.words.customer]\n0 = "GUEST"\n26 = "C26"\n'
    exports = exported.open(words)
    found = {one.order: one for one in read(exports)}
    order = found["727"]
    assert (order.customer, order.country, order.region, order.currency) == ("GUEST", "US", "CA", "USD")
    assert order.placed.isoformat() == "2017-03-22T19:28:02+00:00"
    assert [(one.line, one.item, one.quantity, one.amount) for one in order.lines] == [
        (2, "Bar3", 1, Decimal("12.00"))
    ]
    assert "the line names no item" in {detail for *_, detail in problems(exports)}
    assert any("orders_06" in file for file, *_ in problems(exports))  # a request to change orders is none


def test_woocommerce_without_customers_that_the_erp_knows(exported):
    take(exported, "storefronts/woocommerce/json", "orders_02*.json")
    exports = exported.open()
    assert read(exports) == []
    assert "no row of the order says the customer" in {detail for *_, detail in problems(exports)}


def test_orderspace(exported):
    take(exported, "storefronts/orderspace_b2b/json_repaired", "orders_0*.json", "webhook_events_1[24]*.json")
    take(exported, "storefronts/orderspace_b2b/json", "inventory_levels_0[12]*.json")
    exports = exported.open()
    (order,) = read(exports)
    assert (order.order, order.customer, order.country, order.currency) == (
        "1204",
        "cu_gpbOljAn",
        "GB",
        "GBP",
    )
    (only,) = order.lines
    assert (only.item, only.quantity, only.unit_price, only.amount, str(only.need_by)) == (
        "AM-D-CHR-10", 10, Decimal(30), Decimal(300), "2020-04-09"
    )  # fmt: skip
    beliefs = {one.item: one.available for one in exports.beliefs()}
    assert beliefs == {
        "AA-RED-XS": 5,
        "AD-10": 4,
        "AD-12": 45,
        "AD-14": 0,
    }


def test_bigcommerce_sends_no_order_in_its_webhook_and_that_is_said(exported):
    take(exported, "storefronts/bigcommerce/webhook_samples", "store_order_created.json")
    take(exported, "storefronts/shopify/shopify_api", "order.json")
    exports = exported.open()
    read(exports)
    assert any(file.endswith("store_order_created.json") for file, *_ in problems(exports))


def test_eight_months_of_a_wholesaler(exported):
    source = Path(DATA, "online_retail", "online_retail_2010-12_2011-08.csv.gz")
    shutil.copy(source, exported.shop / "orders.csv.gz")
    exports = exported.open()
    found = read(exports)
    with gzip.open(source) as file:
        rows = sum(1 for _ in file) - 1
    seen = exports.intake
    assert seen.rows == rows
    assert seen.orders == len(found) > 10_000
    assert seen.returns > 5_000
    assert [one.placed for one in found] == sorted(one.placed for one in found)
    assert "no row of the order says the customer" in {one.detail for one in seen.problem_counts}
    assert {one.country for one in found} >= {"GB", "DE", "FR", "IE"}
