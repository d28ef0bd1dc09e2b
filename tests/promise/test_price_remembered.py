"""What is worked out for one buyer is told to another only where both are charged alike.

An item's card remembers how prices climb with the quantity; here one card is asked by one buyer after the other.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from promise.making import TODAY, account, customer, item, policy, price, world
from sayso.canon.decimals import arithmetic
from sayso.promise.price import Wanted, priced

PRICES = {"OWN": (price(7, "OWN"),), "TOO": (price(4, "TOO"),), "PAYER": (price(8, "PAYER"),)}
#: What each pays for one, and for ten.
CHARGED = {"OWN": ("7", "7"), "TOO": ("4", "4"), "BRANCH": ("8", "8"), "TRADE": ("5", "5"), "ANY": ("9", "6")}
BUYERS: dict[str, dict[str, Any]] = {
    "OWN": {}, "TOO": {}, "BRANCH": {"bill_to": "PAYER"}, "TRADE": {"price_group": "T"}, "ANY": {"bill_to": "OTHER"},
}  # fmt: skip


@pytest.mark.parametrize("order", list(permutations(CHARGED)))
def test_a_buyer_pays_its_own_price_whoever_asked_before(order: tuple[str, ...]) -> None:
    card = item(
        prices=(price(9), price(6, min_quantity=10), price(5, "T", source_type="price_group")),
        list_price=None,
    )
    here = world(policy())
    for name in order:
        buyer = customer(name, **BUYERS[name])
        owes = account(buyer, prices=PRICES).card
        for quantity, unit in zip((1, 10, 1), (*CHARGED[name], CHARGED[name][0]), strict=True):
            wanted = Wanted(Decimal(quantity), "EA", Decimal(1), "", "GBP", "GB", TODAY)
            with arithmetic():
                won = priced(card, buyer, owes, here, wanted)
            assert won is not None
            assert (name, quantity, won.unit) == (name, quantity, Decimal(unit))
