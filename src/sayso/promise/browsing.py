"""What a page of a storefront may ask: availability of many items at once, without a hold."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from sayso.errors import BadField, TooLarge
from sayso.promise.asking import check_country, check_quantity, check_text

MOST_ITEMS = 200


class BrowseQuery(Struct, frozen=True):
    """`items` as asked, each once. `quantity`, `uom` and `variant` hold for every item; without a quantity
    the earliest date is the first on which anything can leave."""

    items: tuple[str, ...]
    customer: str = ""
    country: str = ""
    region: str = ""
    quantity: Decimal | None = None
    uom: str = ""
    variant: str = ""


def checked_query(query: BrowseQuery, most_items: int = MOST_ITEMS) -> BrowseQuery:
    """The same query, or BadField / TooLarge naming what cannot be used."""
    if not query.items:
        raise BadField("item", "", "at least one item is needed", remedy="repeat item= once per item")
    if len(query.items) > most_items:
        raise TooLarge(f"{len(query.items)} items; the limit is {most_items}", remedy="ask in several calls")
    if not all(query.items):
        raise BadField("item", "", "an item number is blank", remedy="leave it out")
    for item in query.items:
        check_text("item", item)
    for name in ("customer", "region", "uom", "variant"):
        check_text(name, getattr(query, name))
    if query.country:
        check_country("country", query.country)
    if query.quantity is not None:
        check_quantity("quantity", query.quantity)
    return query
