"""What counts as sellable, in sentences: a sentence for every setting of the group, and for each of its values."""

from __future__ import annotations

from collections.abc import Mapping

from sayso.promise.settings.saying import By, Each, Measure, Said, days, lasting

SUPPLY = {
    "purchase": "purchase orders",
    "production": "production orders",
    "transfer": "transfers",
    "assembly": "assembly orders",
    "sales_return": "sales returns",
    "planned": "planned orders",
}
DEMAND = {
    "order": "sales orders",
    "work_order": "work orders",
    "transfer": "transfers",
    "job": "jobs",
    "component": "components of production and assembly",
    "purchase_return": "purchase returns",
    "planning": "planning lines",
}
_INBOUND = {"draft": "what is not yet released", "confirmed": "what is confirmed"}
STATUS = {**_INBOUND, "quote": "what is quoted"}

_OVER_TIME = {"availability.count": ("dated",)}
_BY_DATE = {"availability.count": ("dated", "forecast")}

STOCK: Mapping[str, Said] = {
    "availability.count": Said(
        By(
            {
                "dated": "Stock is counted over time: what comes in counts from its day on, what has to leave on its day.",
                "free": "Stock is counted without dates: what is on hand and not reserved can leave, whatever comes in or"
                " leaves when.",
                "forecast": "Stock is counted without dates: everything on hand and on its way, less everything that is"
                " asked for; no more leaves than has come in.",
            }
        )
    ),
    "availability.look_ahead": Said(
        Measure(
            "Past the day on which something is to leave, commitments of the next {value} are looked at.",
            {
                "unlimited": "Past the day on which something is to leave, all later commitments are looked at.",
                "none": "Past the day on which something is to leave, nothing is looked at: later commitments keep no"
                " goods back.",
            },
            lasting,
        ),
        _OVER_TIME,
    ),
    "availability.bucket": Said(
        By(
            {
                name: f"Later commitments are netted against later supply {how}."
                for name, how in (
                    ("day", "day by day"),
                    ("week", "week by week, from Monday"),
                    ("month", "month by month"),
                    ("quarter", "quarter by quarter"),
                    ("year", "year by year"),
                )
            }
        ),
        _OVER_TIME,
    ),
    "availability.look_ahead_rule": Said(
        By(
            {
                "least_balance": "What can leave is the least balance of any day from then on, so that every later"
                " commitment keeps its goods.",
                "until_surplus": "What later periods need beyond what they bring is taken off, up to the first that brings"
                " more than it needs; what comes after that period is not looked at.",
            }
        ),
        _OVER_TIME,
    ),
    "availability.horizon_days": Said(
        Measure("Nothing beyond {value} is looked at, or promised from.", {}, days), _BY_DATE
    ),
    "availability.receiving_days": Said(
        Measure(
            "What comes in can leave {value} after its day.",
            {0: "What comes in can leave on the day on which it comes."},
            days,
        ),
        _BY_DATE,
    ),
    "availability.safety_stock": Said(
        By({True: "Safety stock is kept out of what can be sold.", False: "Safety stock can be sold."})
    ),
    "availability.inbound_status": Said(
        Each(
            "Of what comes in, {all} counts.", _INBOUND, "Nothing that comes in counts, whatever its status."
        ),
        _BY_DATE,
    ),
    "availability.inbound_kinds": Said(
        Each("As supply count {all}.", SUPPLY, "Nothing that comes in counts as supply."), _BY_DATE
    ),
    "availability.past_due_inbound": Said(
        By(
            {
                "ignore": "What should have come by now does not count until it has a new date.",
                "next_day": "What should have come by now is expected tomorrow.",
                "today": "What should have come by now counts as if it came today.",
            }
        ),
        _BY_DATE,
    ),
    "availability.drop_ship_inbound": Said(
        By(
            {
                "counts": "A purchase for a drop shipment counts as supply like any other.",
                "left_out": "A purchase for a drop shipment is no supply: it never comes to the site.",
            }
        ),
        _BY_DATE,
    ),
    "availability.inbound_date": Said(
        By(
            {
                "stated": "What comes in is expected on the date that its document states.",
                "p50": "What comes in is expected on the day by which, as receipts taught, half of such deliveries are in.",
                "p90": "What comes in is expected on the day by which, as receipts taught, nine in ten of such deliveries"
                " are in.",
            }
        ),
        _BY_DATE,
    ),
    "availability.demand_status": Said(
        Each(
            "Of what is asked for, {all} counts.",
            STATUS,
            "Nothing that is asked for counts, whatever its status.",
        )
    ),
    "availability.demand_kinds": Said(
        Each("As demand count {all}.", DEMAND, "Nothing that is asked for counts as demand."),
        _BY_DATE,
    ),
    "availability.demand_fulfilments": Said(
        Each(
            "Demand counts that is to be met from {all}; a drop shipment never does.",
            {"stock": "stock", "special_order": "a purchase of its own (a special order)"},
            "No demand counts, however it is to be met.",
        ),
        _BY_DATE,
    ),
    "availability.demand_date": Said(
        By(
            {
                "due": "Demand counts on the day by which it has to leave.",
                "planned": "Demand counts on the day on which it is planned to leave.",
                "requested": "Demand counts on the day that the customer asked for.",
            }
        ),
        _OVER_TIME,
    ),
    "availability.past_due_demand": Said(
        By(
            {
                "today": "Demand whose day has passed counts today.",
                "reserved": "Of demand whose day has passed, only what is reserved for it still counts.",
            }
        ),
        _BY_DATE,
    ),
    "availability.reserved": Said(
        By(
            {
                "netted": "What is reserved is taken off stock and supply, and off the demand that it serves.",
                "within_demand": "What is reserved is part of the demand that it serves, which counts whole; only more than"
                " all demand together is taken off stock.",
            }
        ),
        _BY_DATE,
    ),
    "availability.later_requests": Said(
        By(
            {
                "count": "Where the earliest date of a line is looked for, all other lines count.",
                "leave_out": "Where the earliest date of a line is looked for, order lines that are requested later do not"
                " count.",
            }
        ),
        _BY_DATE,
    ),
    "availability.below_zero": Said(
        By(
            {
                "as_zero": "Where more is asked for than there is, nothing is left: 0 is told.",
                "as_it_is": "Where more is asked for than there is, a quantity below 0 is told.",
            }
        )
    ),
    "availability.backorder": Said(
        By(
            {
                True: "What has no supply may be promised by its lead time, conditionally.",
                False: "A line without enough supply is refused.",
            }
        )
    ),
}
