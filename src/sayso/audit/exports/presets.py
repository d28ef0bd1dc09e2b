"""Exports whose columns are known: the orders of Shopify, WooCommerce and Orderspace, UCI's Online Retail.

Each is recognised by columns that nobody else has. The paths are those of the vendors' public documentation of
their order objects (Shopify Admin REST "Order", WooCommerce REST API v3 "Orders", Orderspace API v1 "Orders").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sayso.audit.exports.roles import System


class Preset(NamedTuple):
    """An export that is known: by which columns, what they are, and what has to be said about it."""

    title: str
    system: System
    role: str
    signs: tuple[str, ...]
    columns: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]] = {}
    fixed: Mapping[str, str] = {}
    said: str = ""

    def fits(self, names: Sequence[str]) -> bool:
        """Whether a file with these columns is this export."""
        return all(sign in names for sign in self.signs)


_NEVER_PLACED = {
    **dict.fromkeys(("cancelled", "failed", "trash", "checkout-draft", "auto-draft", "draft"), "yes"),
    **dict.fromkeys(
        ("pending", "processing", "on-hold", "completed", "refunded", "new", "released", "part_fulfilled",
         "preorder", "fulfilled", "standing_order", "invoiced", "dispatched"),
        "no",
    ),
}  # fmt: skip

_SHOPIFY = Preset(
    "Shopify's order",
    "storefront",
    "orders",
    ("line_items.sku", "line_items.quantity", "created_at", "total_price"),
    {
        "order": "name", "line": "line_items.#", "placed": "created_at", "customer": "customer.id",
        "country": "shipping_address.country_code", "region": "shipping_address.province_code",
        "channel": "source_name", "currency": "currency", "total": "total_price", "tax": "total_tax",
        "freight": "shipping_lines.price", "item": "line_items.sku", "quantity": "line_items.quantity",
        "unit_price": "line_items.price", "discount": "line_items.total_discount", "aside": "test",
        "includes_tax": "taxes_included",
    },
    said="its customers are known by Shopify's own numbers; words.customer says which of the ERP's they are",
)  # fmt: skip

_SHOPIFY_CSV = Preset(
    "Shopify's order export",
    "storefront",
    "orders",
    ("Name", "Lineitem sku", "Lineitem quantity", "Lineitem price"),
    {
        "order": "Name", "placed": "Created at", "customer": "Email", "country": "Shipping Country",
        "region": "Shipping Province", "channel": "Source", "currency": "Currency", "total": "Total",
        "tax": "Taxes", "freight": "Shipping", "item": "Lineitem sku", "quantity": "Lineitem quantity",
        "unit_price": "Lineitem price", "discount": "Lineitem discount",
    },
    said="its customers are known by their e-mail; words.customer says which of the ERP's they are",
)  # fmt: skip

_WOOCOMMERCE = Preset(
    "WooCommerce's order",
    "storefront",
    "orders",
    ("line_items.sku", "line_items.product_id", "date_created_gmt", "order_key"),
    {
        "order": "number", "line": "line_items.#", "placed": "date_created_gmt", "customer": "customer_id",
        "country": "shipping.country", "region": "shipping.state", "channel": "created_via",
        "currency": "currency", "total": "total", "tax": "total_tax", "freight": "shipping_total",
        "item": "line_items.sku", "quantity": "line_items.quantity", "amount": "line_items.total",
        "unit_price": "line_items.price", "aside": "status",
    },
    {"aside": _NEVER_PLACED, "customer": {"0": ""}},
    said="its customers are known by WooCommerce's own numbers; words.customer says which of the ERP's they are",
)  # fmt: skip

_ORDERSPACE = Preset(
    "Orderspace's order",
    "storefront",
    "orders",
    ("order_lines.sku", "order_lines.quantity", "created", "gross_total"),
    {
        "order": "number", "line": "order_lines.#", "placed": "created", "customer": "customer_id",
        "country": "shipping_address.country", "region": "shipping_address.state", "currency": "currency",
        "total": "net_total", "item": "order_lines.sku", "quantity": "order_lines.quantity",
        "unit_price": "order_lines.unit_price", "amount": "order_lines.sub_total", "need_by": "delivery_date",
        "aside": "order_lines.shipping",
    },
    said="its customers are known by Orderspace's own numbers; words.customer says which of the ERP's they are",
)  # fmt: skip

_ORDERSPACE_STOCK = Preset(
    "Orderspace's inventory level",
    "storefront",
    "stock",
    ("sku", "on_hand", "available"),
    {"item": "sku", "available": "available"},
)

_ONLINE_RETAIL = Preset(
    "UCI's Online Retail",
    "storefront",
    "orders",
    ("InvoiceNo", "StockCode", "InvoiceDate", "CustomerID"),
    {
        "order": "InvoiceNo", "placed": "InvoiceDate", "customer": "CustomerID", "country": "Country",
        "item": "StockCode", "quantity": "Quantity", "unit_price": "UnitPrice",
    },
)  # fmt: skip

PRESETS = (_SHOPIFY, _SHOPIFY_CSV, _WOOCOMMERCE, _ORDERSPACE, _ORDERSPACE_STOCK, _ONLINE_RETAIL)
"""In the order in which they are tried."""
