"""What counts as sellable, and how each ERP counts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from sayso.promise.settings.common import Days, ProfileName

DemandStatus = Literal["draft", "quote", "confirmed"]
InboundKind = Literal["purchase", "production", "transfer", "assembly", "sales_return", "planned"]
DemandKind = Literal["order", "work_order", "transfer", "job", "component", "purchase_return", "planning"]


class Availability(Struct, frozen=True, forbid_unknown_fields=True):
    """What counts as sellable."""

    count: Annotated[
        Literal["dated", "free", "forecast"],
        Meta(
            description="How sellable is counted: over time, by the dates of what comes in and what has to leave; on"
            " hand less what is reserved, whatever comes or leaves when (free); or everything that is counted, whatever"
            " its date, of which no more leaves than has come in (forecast)."
        ),
    ] = "dated"
    look_ahead: Annotated[
        str,
        Meta(
            pattern=r"^(unlimited|none|P(?=[0-9])([0-9]{1,2}Y)?([0-9]{1,3}M)?([0-9]{1,3}W)?([0-9]{1,4}D)?)$",
            extra={
                "unit": "calendar time",
                "written": '`"unlimited"`, `"none"`, or a duration such as `"P14D"`, `"P2W"`, `"P1M"`',
            },
            description="How far past the day on which something is to leave later commitments are looked at, to the end"
            " of the bucket in which that ends: to the horizon, not at all, or so long. Counted over time only.",
        ),
    ] = "unlimited"
    bucket: Annotated[
        Literal["day", "week", "month", "quarter", "year"],
        Meta(
            description="The calendar periods in which later commitments are netted against later supply; weeks begin on"
            " Monday. Within the bucket of the day itself, what comes later still counts."
        ),
    ] = "day"
    look_ahead_rule: Annotated[
        Literal["least_balance", "until_surplus"],
        Meta(
            description="What later commitments leave: the least projected balance on any day that is looked at; or the"
            " day's balance less what each later bucket needs more than it brings, up to the first bucket that brings"
            " more than it needs, and never less than nothing."
        ),
    ] = "least_balance"
    horizon_days: Annotated[
        Days,
        Meta(
            description="How far ahead the projected balance is looked at, and supply is promised from."
            " Commitments after it are not looked at; a promise that leaves after it counts on its last day."
        ),
    ] = 365
    receiving_days: Annotated[
        Days, Meta(description="Days between an inbound's due date and the day its goods can leave.")
    ] = 0
    safety_stock: Annotated[
        bool,
        Meta(description="Whether the safety stock of an item and site is kept out of what is sellable."),
    ] = True
    inbound_status: Annotated[
        tuple[Literal["draft", "confirmed"], ...],
        Meta(description="Statuses of inbound documents that count as supply."),
    ] = ("confirmed",)
    inbound_kinds: Annotated[
        tuple[InboundKind, ...], Meta(description="Kinds of inbound documents that count as supply.")
    ] = ("purchase", "production", "transfer", "assembly", "sales_return")
    past_due_inbound: Annotated[
        Literal["ignore", "next_day", "today"],
        Meta(
            description="Inbound whose due date has passed: ignore it until it has a new date, expect it tomorrow, or"
            " count it as of today."
        ),
    ] = "ignore"
    drop_ship_inbound: Annotated[
        Literal["counts", "left_out"],
        Meta(
            description="Whether an inbound line that a drop-shipped demand names as its supply counts as supply of the"
            " site like any other, or is left out."
        ),
    ] = "counts"
    inbound_date: Annotated[
        Literal["stated", "p50", "p90"],
        Meta(
            description="The day on which an inbound is expected: as its document states, or the day by which it has"
            " arrived at even odds (p50) or nine times in ten (p90), by what receipts taught; as stated where they"
            " taught nothing."
        ),
    ] = "stated"
    demand_status: Annotated[
        tuple[DemandStatus, ...],
        Meta(
            description="Statuses of demand documents that count as demand, and as open orders in exposure."
        ),
    ] = ("confirmed",)
    demand_kinds: Annotated[
        tuple[DemandKind, ...], Meta(description="Kinds of demand documents that count as demand of stock.")
    ] = ("order", "work_order", "transfer", "job", "component", "purchase_return", "planning")
    demand_fulfilments: Annotated[
        tuple[Literal["stock", "special_order"], ...],
        Meta(
            description="How demand has to be fulfilled to count as demand of stock. A drop shipment never counts."
        ),
    ] = ("stock",)
    demand_date: Annotated[
        Literal["due", "planned", "requested"],
        Meta(
            description="Which of a demand's dates it counts on; where it has not this one, the first that it has of due,"
            " planned and requested, and today where it has none."
        ),
    ] = "due"
    past_due_demand: Annotated[
        Literal["today", "reserved"],
        Meta(
            description="Demand whose date has passed: all of it counts today, or only what of it is reserved."
        ),
    ] = "today"
    reserved: Annotated[
        Literal["netted", "within_demand"],
        Meta(
            description="Reservations of the ERP: taken off stock, off inbound and off the demand that they serve; or"
            " part of that demand, which counts whole, so that only more than all demand together is taken off stock."
        ),
    ] = "netted"
    later_requests: Annotated[
        Literal["count", "leave_out"],
        Meta(
            description="Whether, where the earliest date of a line is looked for, order lines count that are requested"
            " to be shipped later than it."
        ),
    ] = "count"
    below_zero: Annotated[
        Literal["as_zero", "as_it_is"],
        Meta(description="How a sellable quantity below zero is told where a parity case asks for it."),
    ] = "as_zero"
    backorder: Annotated[
        bool,
        Meta(
            description="Whether quantity without supply may be promised by lead time, conditionally;"
            " else the line is refused. What is discontinued never is."
        ),
    ] = True


#: Business Central: codeunits "Available to Promise", "AvailabilityManagement" and "Item-Check Avail." and their tests.
_BUSINESS_CENTRAL = Availability(
    # Company Information: a blank "Check-Avail. Period Calc." looks ahead without end (GetForwardPeriodEndDate); the
    # usual bucket is the day. CalculateForward adds what buckets need, up to the first with more receipts than needs.
    look_ahead="unlimited",
    bucket="day",
    look_ahead_rule="until_surplus",
    # There is no horizon but the look-ahead.
    horizon_days=3650,
    # Neither the warning nor order promising knows of safety stock.
    safety_stock=False,
    # CalcScheduledReceipt: planned and firm production, purchase, transfer and assembly orders, sales returns; an order
    # counts from the moment it is one, released or not.
    inbound_status=("draft", "confirmed"),
    inbound_kinds=("purchase", "production", "transfer", "assembly", "sales_return", "planned"),
    demand_status=("draft", "confirmed"),
    # The date filter has no beginning: what is past due counts as if it came today.
    past_due_inbound="today",
    # "Drop Shipment Filter" is no, on sales and on purchase lines; special orders count on both sides.
    drop_ship_inbound="left_out",
    demand_fulfilments=("stock", "special_order"),
    # Gross requirements count on the line's "Shipment Date".
    demand_date="due",
    # "Reserved Qty. on Inventory", reserved receipts and reserved requirements are each taken off their side.
    reserved="netted",
    # IncludeSalesLineToAvailCalc: a line requested to be shipped later is left out of order promising.
    later_requests="leave_out",
    below_zero="as_it_is",
)

#: Odoo: stock (product quantities) and website_sale_stock.
_ODOO = Availability(
    # The web shop caps a cart at free_qty of its warehouse: on hand less reserved; incoming moves do not count.
    count="free",
    horizon_days=3650,
    safety_stock=False,
    # virtual_available: on hand + incoming - outgoing moves that are confirmed; drafts and quotations have none.
    inbound_kinds=("purchase", "production", "transfer", "assembly", "sales_return"),
    past_due_inbound="today",
    # A drop shipment moves from vendor to customer and never touches stock; made to order has moves like any other.
    drop_ship_inbound="left_out",
    demand_fulfilments=("stock", "special_order"),
    # The forecast counts whole moves, reserved or not.
    reserved="within_demand",
    below_zero="as_it_is",
)

#: ERPNext: stock/doctype/bin and stock/stock_balance.
_ERPNEXT = Availability(
    # projected = actual + ordered + indented + planned - reserved (orders, production, sub-contract); no dates.
    count="forecast",
    horizon_days=3650,
    safety_stock=False,
    # Ordered are purchase orders, indented material requests (to buy, make or move), planned are work orders.
    inbound_kinds=("purchase", "production", "transfer", "planned"),
    past_due_inbound="today",
    # Items that the supplier delivers are in neither sum.
    drop_ship_inbound="left_out",
    demand_kinds=("order", "work_order", "transfer", "job", "component", "planning"),
    demand_fulfilments=("stock", "special_order"),
    # Reserved is ordered less delivered of open orders; a stock reservation is part of it.
    reserved="within_demand",
    below_zero="as_it_is",
)

#: Tryton: stock (compute_quantities) and product.forecast_quantity.
_TRYTON = Availability(
    # forecast_quantity at stock_date_end: done moves, and moves that are planned up to that day; none after it.
    look_ahead="none",
    horizon_days=3650,
    safety_stock=False,
    # A draft move whose planned date has passed is in no forecast, in or out; one that is assigned is.
    past_due_inbound="ignore",
    past_due_demand="reserved",
    # A drop shipment's moves are between supplier and customer; supplied on request, a sale has moves like any other.
    drop_ship_inbound="left_out",
    demand_fulfilments=("stock", "special_order"),
    # Moves count on their planned date.
    demand_date="planned",
    # Assigning does not change the forecast.
    reserved="within_demand",
    below_zero="as_it_is",
)

#: The settings of this group by the name of the profile.
PROFILES: Mapping[ProfileName, Availability] = {
    "plain": Availability(),
    "business_central": _BUSINESS_CENTRAL,
    "odoo": _ODOO,
    "erpnext": _ERPNEXT,
    "tryton": _TRYTON,
}
