"""Faults that somebody could make in the rules of stock and dates, and the parity case that each of them fails."""

from __future__ import annotations

from promise.planting import Fault


def fault(what: str, where: str, right: str, wrong: str) -> Fault:
    """A rule that reads wrong; what notices it is a case, not a test."""
    return Fault(what, where, right, wrong, ())


#: By the case that dies: what counts, and how many of it.
COUNTED: tuple[tuple[str, Fault], ...] = (
    ("bc-available-to-promise", fault(
        "what is reserved of the stock is sold", "counted.opening_of",
        "reserved_of(card, stock, variant, start, policy) if stock.reserved else stock.reserved", "stock.safety_stock * 0",
    )),
    ("odoo-the-forecast", fault(
        "what is reserved is taken off beside the demand it is part of", "counted.reserved_of",
        "max(stock.reserved - sum(every, ZERO), ZERO)", "stock.reserved",
    )),
    ("erpnext-reserved-is-part-of-the-orders", fault(
        "what is reserved and no order accounts for is sold", "counted.reserved_of",
        "max(stock.reserved - sum(every, ZERO), ZERO)", "ZERO",
    )),
    ("plain-stock-less-reserved-less-safety", fault(
        "the safety stock is sold", "counted.opening_of", "if policy.availability.safety_stock else", "if False else",
    )),
    ("bc-available-to-promise", fault(
        "the safety stock is kept where the ERP knows of none", "counted.opening_of",
        "if policy.availability.safety_stock else", "if True else",
    )),
    ("bc-available-to-promise", fault(
        "a reserved receipt is sold", "counted.supply_of", "inbound.quantity - inbound.reserved if", "inbound.quantity if",
    )),
    ("odoo-the-forecast", fault(
        "a reserved receipt is taken off the forecast", "counted.supply_of", "if netted else inbound.quantity",
        "if True else inbound.quantity",
    )),
    ("odoo-what-is-in-the-forecast", fault(
        "an undated receipt is taken off by what is reserved of it", "counted.undated_of", "if netted else one.quantity",
        "if True else one.quantity",
    )),
    ("bc-past-due-counts", fault(
        "past-due receipts come tomorrow", "counted._overdue",
        'start + 1 if rules.past_due_inbound == "next_day" else start', "start + 1",
    )),
    ("plain-receiving-and-the-horizon", fault(
        "what is expected tomorrow is there today", "counted._overdue",
        'start + 1 if rules.past_due_inbound == "next_day" else start', "start",
    )),
    ("plain-past-due-inbound-is-ignored", fault(
        "past-due inbound is counted", "counted._overdue", 'rules.past_due_inbound == "ignore"', "False",
    )),
    ("plain-receiving-and-the-horizon", fault(
        "receiving takes no time", "counted.supply_of", "ready = day + rules.receiving_days", "ready = day",
    )),
    ("plain-receiving-and-the-horizon", fault(
        "what comes on the last day of the horizon is not promised", "counted.supply_of", "<= horizon", "< horizon",
    )),
    ("bc-drop-shipments-and-special-orders", fault(
        "what a vendor ships straight is supply", "counted._bound", 'rules.drop_ship_inbound == "counts"', "True",
    )),
    ("bc-drop-shipments-and-special-orders", fault(
        "what is bought for a special order is no supply", "counted._bound", 'one.fulfilment == "drop_ship" and', "",
    )),
    ("erpnext-projected", fault(
        "a document that is bound as a whole is supply", "counted._counts", '(inbound.document, "") in bound', "False",
    )),
    ("bc-kinds-of-requirement-and-receipt", fault(
        "an order counts only once it is released", "counted._counts", "not in rules.inbound_status",
        'not in ("confirmed",)',
    )),
    ("plain-what-does-not-count", fault(
        "what is only planned is supply", "counted._counts", "in rules.inbound_kinds",
        'in (*rules.inbound_kinds, "planned")',
    )),
    ("bc-available-to-promise", fault(
        "reserved demand is taken off twice", "counted.demand_of", "demand.quantity - demand.reserved if",
        "demand.quantity if",
    )),
    ("tryton-the-forecast-at-a-day", fault(
        "what is assigned is forecast no more", "counted._needed",
        'demand.quantity - demand.reserved if rules.reserved == "netted" else demand.quantity',
        "demand.quantity - demand.reserved",
    )),
    ("tryton-what-is-past-due-and-not-assigned", fault(
        "a draft move whose day has passed is forecast", "counted._needed",
        'overdue and rules.past_due_demand == "reserved"', "False",
    )),
    ("tryton-what-is-past-due-and-not-assigned", fault(
        "an assigned move whose day has passed is forgotten", "counted._needed",
        "min(demand.reserved, demand.quantity) if", "ZERO if",
    )),
    ("plain-which-date-of-a-demand-counts", fault(
        "the planned date counts before the due one", "counted.demand_of", "demand.due or demand.planned or",
        "demand.planned or demand.due or",
    )),
    ("plain-the-planned-date-counts", fault(
        "no other date than the due one counts", "counted.leaving",
        '(demand.planned if rules.demand_date == "planned" else demand.requested) or usual', "usual",
    )),
    ("plain-the-requested-date-counts", fault(
        "the planned date counts for the requested one", "counted.leaving", "else demand.requested) or usual",
        "else demand.planned) or usual",
    )),
    ("plain-what-does-not-count", fault(
        "quotes are demand", "counted.takes", "in rules.demand_status", 'in (*rules.demand_status, "quote")',
    )),
    ("plain-what-does-not-count", fault(
        "drop shipments are demand", "counted.takes", "in rules.demand_fulfilments",
        'in (*rules.demand_fulfilments, "drop_ship")',
    )),
    ("bc-drop-shipments-and-special-orders", fault(
        "special orders are no demand", "counted.takes", "in rules.demand_fulfilments", 'in ("stock",)',
    )),
    ("erpnext-projected", fault(
        "every kind of demand counts", "counted.takes", "in rules.demand_kinds", 'not in ("",)',
    )),
    ("odoo-the-free-quantity", fault(
        "what is to come and to leave is free", "availability.curve", 'rules.count == "free"', "False",
    )),
    ("odoo-what-is-in-the-forecast", fault(
        "what comes on no known day is not projected", "availability.ahead_of",
        "undated_of(card, site, variant, policy)", "ZERO",
    )),
    ("plain-later-demand-counts-today", fault(
        "what is needed later is sold today", "availability._from_changes",
        "if sellable[place + 1] <= sellable[place]:", "if False:",
    )),
)  # fmt: skip

#: How far ahead it is looked.
LOOK_AHEAD: tuple[tuple[str, Fault], ...] = (
    ("bc-the-look-ahead-stops-at-a-surplus", fault(
        "a surplus does not end the look-ahead", "look_ahead._surpluses",
        "place if buckets[place].comes > buckets[place].leaves else", "",
    )),
    ("bc-the-look-ahead-stops-at-a-surplus", fault(
        "a bucket that brings what it needs ends the look-ahead", "look_ahead._surpluses",
        ".comes > buckets[place].leaves", ".comes >= buckets[place].leaves",
    )),
    ("bc-the-look-ahead-is-never-below-zero", fault(
        "the look-ahead adds to what is there", "look_ahead.Ahead.forward",
        "max(found + self._short[end] - self._short[later], ZERO)", "found + self._short[end] - self._short[later]",
    )),
    ("bc-the-look-ahead-by-weeks", fault(
        "the rest of the own bucket is forgotten", "look_ahead.Ahead.forward", "if own > day else", "if False else",
    )),
    ("bc-a-look-ahead-of-no-days", fault(
        "the look-ahead has no end", "look_ahead.Ahead.forward",
        "min(self._ends[later], max(bisect_right(self._firsts, self._last(day)), later))", "self._ends[later]",
    )),
    ("plain-a-look-ahead-ends-with-its-bucket", fault(
        "the look-ahead ends within a bucket", "look_ahead.Window.last", "self.around(reach).last", "reach",
    )),
    ("bc-a-look-ahead-without-end", fault(
        "a blank look-ahead is none", "look_ahead.window", "return Window(None, None, bucket, surplus)",
        "return Window(0, 0, bucket, surplus)",
    )),
    ("plain-a-promise-with-no-look-ahead", fault(
        "no look-ahead has no end", "look_ahead.window", 'look_ahead == "unlimited"',
        'look_ahead in ("unlimited", "none")',
    )),
    ("bc-how-far-it-is-looked", fault(
        "weeks are not counted in days", "look_ahead.window", "7 * weeks + days", "weeks",
    )),
    ("bc-a-bucket-is-the-own-one-from-its-first-day", fault(
        "a week begins on any day", "look_ahead.Window.around", "monday = day - (day - 1) % 7", "monday = day",
    )),
    ("bc-a-look-ahead-of-no-days", fault(
        "a week begins on Sunday", "look_ahead.Window.around", "(day - 1) % 7", "day % 7",
    )),
    ("bc-buckets-of-quarters-and-years", fault(
        "a quarter begins in any month", "look_ahead.Window.around", "(when.month - 1) // size * size + 1", "when.month",
    )),
    ("bc-buckets-are-calendar-months", fault(
        "a month from the 31st runs over", "look_ahead._later",
        "min(date(year, month + 1, 1).toordinal() + when.day - 1, _month_end(year, month + 1))",
        "date(year, month + 1, 1).toordinal() + when.day - 1",
    )),
    ("plain-looking-ahead-for-a-week-only", fault(
        "the least balance is that of the day", "look_ahead.Ahead.sellable", "bisect_right(self._days, self._last(day))",
        "bisect_right(self._days, day)",
    )),
    ("plain-looking-ahead-for-a-week-only", fault(
        "what comes into sight changes nothing", "look_ahead.Ahead._turns",
        "if self.window.days is not None and not self.window.whole:", "if False:",
    )),
    ("bc-a-bucket-is-the-own-one-from-its-first-day", fault(
        "the first day of a bucket changes nothing", "look_ahead.Ahead._turns",
        'if self.window.bucket != "day":', "if False:",
    )),
    ("erpnext-projected-and-come-in", fault(
        "what is projected can leave before it has come in", "look_ahead.Ahead.sellable",
        "(there, day) if there < total else", "",
    )),
    ("bc-a-promise-before-a-surplus", fault(
        "the least balance is looked for in every policy", "availability.curve",
        'or rules.look_ahead_rule == "until_surplus"', "",
    )),
)  # fmt: skip

#: The earliest day of Business Central.
PROMISING: tuple[tuple[str, Fault], ...] = (
    ("bc-available-when-wanted-or-when-received", fault(
        "a line stands against itself", "order_promising.first_day", "own is not None and own.quantity", "False",
    )),
    ("bc-the-bucket-of-the-wanted-day-ends-no-search", fault(
        "the bucket of the wanted day does not count", "order_promising._scanned", "one.bucket.first <= wanted",
        "one.bucket.last <= wanted",
    )),
    ("bc-a-later-need-takes-what-was-there", fault(
        "a later need takes nothing", "order_promising._scanned", "enough=scan.enough and there >= quantity",
        "enough=scan.enough",
    )),
    ("bc-a-surplus-ends-the-search", fault(
        "a surplus that is not needed is waited for", "order_promising._scanned", "comes > leaves and scan.enough", "False",
    )),
    ("bc-the-period-ends-the-search", fault(
        "the period has no end", "order_promising._scanned", "reach is not None and bucket.first > reach", "False",
    )),
    ("bc-the-exact-day-within-a-bucket", fault(
        "the last receipt of a bucket is waited for", "order_promising.first_day", "left - received < quantity",
        "left >= quantity",
    )),
    ("bc-the-exact-day-within-a-bucket", fault(
        "a receipt is not taken off again", "order_promising.first_day", "left -= received", "pass",
    )),
    ("bc-lines-that-are-requested-later-do-not-count", fault(
        "lines that are requested later count", "audit/parity/line_dates.Lines.latest",
        'wish.line_day if self._policy.availability.later_requests == "leave_out" else None', "None",
    )),
    ("bc-later-lines-count-where-the-policy-says-so", fault(
        "lines that are requested later never count", "audit/parity/line_dates.Lines.latest",
        'if self._policy.availability.later_requests == "leave_out" else None', "",
    )),
    ("bc-requirements-that-are-no-orders-count-however-late", fault(
        "no requirement that is later counts",
        "audit/parity/line_dates.Lines.place", '(row.get("kind") or "order") != "order"',
        "False",
    )),
    ("bc-the-line-itself-always-counts", fault(
        "the line itself does not count where it is requested later",
        "audit/parity/line_dates.Lines.place", "row is own or ", "",
    )),
    ("bc-the-shipping-time-of-another-line", fault(
        "another line is requested to be shipped when it is to be delivered", "audit/parity/line_dates.Lines.shipped",
        'self._policy.dates.requested == "delivery"', "False",
    )),
    ("plain-requested-is-to-leave", fault(
        "every requested date is one of delivery", "audit/parity/line_dates.Lines.shipped",
        'self._policy.dates.requested == "delivery"', "True",
    )),
    ("bc-not-before-it-has-to-leave", fault(
        "it may be sooner than it is requested",
        "audit/parity/line_dates.Lines.leaves", "wish.floor and day < wish.day", "False",
    )),
    ("bc-sooner-where-no-delivery-is-requested", fault(
        "it may never be sooner than its shipment date",
        "audit/parity/line_dates.Lines.leaves", "wish.floor and day", "day",
    )),
    ("bc-not-before-it-has-to-leave", fault(
        "handling takes no time", "calendars.shipment_day", "site.back(leaves, handling_days) if", "leaves if",
    )),
    ("bc-over-the-working-calendars", fault(
        "shipping time runs while the site rests", "calendars.shipment_day", "site.back(delivery, shipping_days) if",
        "delivery - shipping_days if",
    )),
    ("bc-over-the-working-calendars", fault(
        "it is delivered while the buyer rests", "calendars.shipment_day", "buyer.next(delivery)", "delivery",
    )),
    ("bc-the-shipping-time-of-the-lane", fault(
        "without a shipping time of its own a customer has none",
        "audit/parity/line_dates.Lines._counted_back", "days is None",
        "False",
    )),
    ("bc-a-line-that-only-says-when-it-is-to-be-delivered", fault(
        "it is shipped when it is to be delivered", "audit/parity/line_dates.Lines._meant",
        'self._policy.dates.requested == "shipment"', "True",
    )),
    ("bc-a-day-that-does-not-work-moves", fault(
        "it leaves while the site rests", "audit/parity/line_dates.Lines.leaves", ".next(day.toordinal())",
        ".before(day.toordinal())",
    )),
    ("bc-a-special-order-waits-for-its-purchase", fault(
        "a special order takes what others bought", "sellable.earliest", 'own.demand.fulfilment == "special_order"',
        "False",
    )),
    ("bc-a-later-line-has-reserved-it", fault(
        "a reserved line waits like others", "sellable._promised", "own.demand.quantity <= own.demand.reserved", "False",
    )),
    ("bc-what-is-never-checked", fault(
        "a drop shipment waits for stock", "sellable.earliest", 'own.demand.fulfilment == "drop_ship"', "False",
    )),
    ("bc-what-is-never-checked", fault(
        "what is not stocked waits for stock", "sellable.earliest", "not place.card.stocked", "False",
    )),
    ("bc-needed-later-leaves-when-it-has-to", fault(
        "what is needed later leaves at once", "shelves.Wish.first", "route.waits and self.need_by is not None", "False",
    )),
    ("bc-needed-later-leaves-when-it-has-to", fault(
        "what is in stock leaves at once, needed later or not", "sourcing._at_once", " or route.waits", "",
    )),
)  # fmt: skip

#: The warning, and what is told.
WARNING: tuple[tuple[str, Fault], ...] = (
    ("bc-the-warning-is-strict", fault(
        "the last one makes a shortage", "sellable.warning", "after < 0", "after <= 0",
    )),
    ("bc-a-line-of-nothing-warns-of-nothing", fault(
        "a line of nothing warns", "sellable.warning", "quantity > 0 and", "",
    )),
    ("bc-a-changed-line", fault(
        "a changed line stands against itself", "sellable.warning", "replaced is not None and own is not None", "False",
    )),
    ("bc-a-changed-line", fault(
        "more is given back than was there", "audit/parity/line_dates.Lines.stood",
        'and row["quantity"] >= quantity', "",
    )),
    ("bc-a-changed-line", fault(
        "any day's demand is given back",
        "audit/parity/line_dates.Lines.stood", "and self._stands(self._meant(row)) == day", "",
    )),
    ("bc-a-changed-line-that-stood-later-keeps-its-reservation", fault(
        "a line that stood later gives back its reservation", "sellable._less", "(released if later else ZERO)", "ZERO",
    )),
    ("bc-a-changed-line-with-a-reservation", fault(
        "a reserved line gives back only what is not reserved", "sellable._less", "(released if later else ZERO)",
        "released",
    )),
    ("plain-a-changed-line-is-left-out-first", fault(
        "what was reserved for a changed line stays reserved", "sellable._given_back", "min(released, held)", "ZERO",
    )),
    ("erpnext-a-changed-order-gives-back-what-was-reserved", fault(
        "what was reserved for a changed order stays reserved", "sellable._given_back",
        "max(min(held, everything) - max(everything - quantity, ZERO), ZERO)", "ZERO",
    )),
    ("plain-a-line-does-not-stand-against-itself", fault(
        "a line that is being promised stands against itself", "sellable.earliest", "    if own is not None:\n",
        "    if False:\n",
    )),
    ("plain-below-zero-is-nothing", fault(
        "a storefront is told less than nothing", "sellable.sellable", 'policy.availability.below_zero == "as_zero"',
        "False",
    )),
    ("bc-a-line-of-nothing-warns-of-nothing", fault(
        "a shortage is told as nothing", "sellable.sellable", 'policy.availability.below_zero == "as_zero"', "True",
    )),
    ("bc-past-due-counts", fault(
        "a day that has passed is seen as today", "sellable._there", 'day < today and rules.past_due_inbound == "today"',
        "False",
    )),
    ("erpnext-projected", fault(
        "what is projected has a date", "sellable._there", 'rules.count == "forecast" and', "False and",
    )),
    ("bc-drop-shipments-and-special-orders", fault(
        "a drop shipment warns", "sellable.warning", 'fulfilment == "drop_ship"', "False",
    )),
    ("plain-kits-and-what-is-not-stocked", fault(
        "a kit is as many as its commonest component makes", "sellable.kits_of", "min(counted", "max(counted",
    )),
    ("plain-kits-and-what-is-not-stocked", fault(
        "what is not stocked is counted", "sellable.sellable", "not place.card.stocked", "False",
    )),
    ("plain-kits-and-what-is-not-stocked", fault(
        "what is not stocked warns", "sellable.warning", "not place.card.stocked", "False",
    )),
    ("plain-variants-and-sites", fault(
        "all variants are one", "audit/parity/line_dates._together", "if one.variant == variant", "",
    )),
)  # fmt: skip

FAULTS = (*COUNTED, *LOOK_AHEAD, *PROMISING, *WARNING)
