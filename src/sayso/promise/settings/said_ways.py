"""Sites, dates, the company, the age of facts and holds, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from sayso.promise.settings.saying import By, Each, Measure, Said, counted, seconds

_WEEK = dict(
    enumerate(("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"), 1)
)

WAYS: Mapping[str, Said] = {
    "company.currency": Said(Measure("Amounts that name no currency are in {value}.")),
    "sourcing.undeclared_lanes": Said(
        By(
            {
                "own_country": "A site without any lane ships within its own country.",
                "anywhere": "A site without any lane ships anywhere.",
                "nowhere": "A site without any lane ships nowhere.",
            }
        )
    ),
    "sourcing.most_sites": Said(
        Measure(
            "A line is gathered from up to {value}, from fewer where fewer suffice.",
            {1: "A line comes from one site."},
            lambda number: counted(number, "site"),
        )
    ),
    "sourcing.split": Said(
        By(
            {
                True: "A line may leave in parts, from several sites or on several days.",
                False: "A line leaves whole, from one site on one day.",
            }
        )
    ),
    "sourcing.substitutes": Said(
        By(
            {
                "never": "Nothing is replaced by a substitute.",
                "on_request": "A line that allows it may be filled with an approved substitute.",
            }
        )
    ),
    "dates.weekend": Said(
        Each(
            "On {all} a named calendar rests unless it says otherwise.",
            _WEEK,
            "A calendar rests on the days that it lists, and on no others.",
        )
    ),
    "dates.transit": Said(
        By(
            {
                "calendar": "Transit is counted in calendar days.",
                "working": "Transit is counted in the site's working days.",
            }
        )
    ),
    "dates.ships": Said(
        By(
            {
                "at_once": "A line that is needed by a day leaves as soon as it can.",
                "as_requested": "A line that is needed by a day leaves no earlier than it has to.",
            }
        )
    ),
    "dates.requested": Said(
        By(
            {
                "shipment": "The requested date of a demand is the day on which it is to leave.",
                "delivery": "The requested date of a demand is the day on which it is to be delivered; shipping time and"
                " handling are counted back from it over the working days.",
            }
        )
    ),
    "freshness.stock_seconds": Said(
        Measure(
            "Stock facts that are older than {value} are stale.",
            {0: "Stock facts may be of any age."},
            seconds,
        )
    ),
    "freshness.credit_seconds": Said(
        Measure(
            "Credit facts that are older than {value} are stale.",
            {0: "Credit facts may be of any age."},
            seconds,
        )
    ),
    "freshness.when_stale": Said(
        By(
            {
                "conditional": "On stale facts a promise is conditional.",
                "refused": "On stale facts nothing is promised.",
            }
        )
    ),
    "holds.longest_seconds": Said(Measure("A hold lasts {value} at the longest.", {}, seconds)),
    "holds.quote_seconds": Said(
        Measure("The figures of a quote are said to stand for {value}.", {}, seconds)
    ),
}
