"""What an order may say: on a promise, or on lines that are promised and ordered in one step."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from sayso.errors import BadField
from sayso.promise import asking

MOST_WAIT = 30
_BESIDE_LINES = ("customer", "ship_to", "currency", "channel", "reference", "accept_conditional")


class OrderRequest(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`order` is the storefront's own number. Either `promise`, or `lines` with customer and ship_to.
    `wait` is how many seconds to wait for the ERP's countersign."""

    order: Annotated[str, Meta(min_length=1, max_length=100)]
    promise: Annotated[str, Meta(max_length=100)] = ""
    customer: str = ""
    ship_to: asking.ShipTo | None = None
    lines: tuple[asking.Line, ...] = ()
    currency: str = ""
    channel: str = ""
    reference: str = ""
    accept_conditional: bool = False
    po: Annotated[str, Meta(max_length=100, description="The buyer's purchase order number.")] = ""
    wait: Annotated[int, Meta(ge=0, le=MOST_WAIT)] = 0


def checked_order(request: OrderRequest, most_lines: int = 500) -> OrderRequest:
    """The same request, or BadField / TooLarge: one of promise and lines, and what belongs to each."""
    order = request.order
    if not order.isprintable() or order != order.strip():
        raise BadField(
            "order",
            order,
            "an order number is visible characters with no blank at either end",
            remedy="send the storefront's own number, e.g. WEB-1001",
        )
    asking.check_text("po", request.po)
    if request.promise:
        asking.check_text("promise", request.promise)
        for name in ("lines", *_BESIDE_LINES):
            if getattr(request, name):
                raise BadField(name, "given", f"{name} stands in the promise already", remedy="leave it out")
        return request
    if not request.lines:
        raise BadField(
            "promise",
            "",
            "an order needs a promise or lines",
            remedy='send "promise": "prm_...", or "customer", "ship_to" and "lines"',
        )
    if not request.customer:
        raise BadField(
            "customer", "", "an order on lines needs a customer", remedy="send the customer's number"
        )
    to_promise(request, most_lines)
    return request


def to_promise(request: OrderRequest, most_lines: int = 500) -> asking.Request:
    """The promise request within an order on lines, checked. BadField where there is no ship_to."""
    if request.ship_to is None:
        raise BadField(
            "ship_to", "", "an order on lines needs a destination", remedy='send e.g. {"country": "GB"}'
        )
    return asking.checked(
        asking.Request(
            customer=request.customer,
            ship_to=request.ship_to,
            lines=request.lines,
            currency=request.currency,
            channel=request.channel,
            reference=request.reference,
            accept_conditional=request.accept_conditional,
        ),
        most_lines,
    )
