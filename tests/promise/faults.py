"""Faults that somebody could make in the rules of stock, dates and sourcing, and the tests that they fail."""

from __future__ import annotations

from promise import (
    test_availability,
    test_availability_laws,
    test_calendars,
    test_decision,
    test_decision_laws,
    test_kits,
    test_lines,
    test_look_ahead_laws,
    test_risk,
    test_showing,
    test_sourcing,
    test_sourcing_falling,
    test_sourcing_laws,
    test_substitution,
)
from promise.planting import Fault

CAN_LEAVE = test_availability.test_what_can_leave
LEAST = test_availability_laws.test_what_can_leave_is_the_least_projected_balance_from_then_to_the_horizon
LOWERED = test_availability_laws.test_a_curve_lowered_is_the_curve_drawn_anew
ADDS_UP = test_availability_laws.test_the_arithmetic_adds_up_and_each_figure_is_what_it_says
DRAWS = test_decision.test_what_is_protected_first_is_drawn_first_and_what_is_there_before_what_is_not
SUCCESSIVE = test_decision.test_parts_and_lines_draw_on_an_allocation_one_after_another
LAW_1 = test_decision_laws.test_law_1_nothing_is_sold_twice
NO_PLAN = test_sourcing_laws.test_no_plan_takes_what_is_not_there
PARTS = test_sourcing.test_the_parts_of_the_first_line
REASONS = test_sourcing.test_what_supply_and_dates_make_of_a_line

STOCK = (
    Fault(
        "what is there today can leave, whatever is committed for later",
        "availability._from_changes", "if sellable[place + 1] <= sellable[place]:", "if False:", (LEAST,),
    ),
    Fault(
        "commitments after the horizon are looked at",
        "availability._from_changes", "days[-1] > horizon", "False", (CAN_LEAVE,),
    ),
    Fault(
        "inbound that is past due counts as on hand",
        "counted._overdue", 'if rules.past_due_inbound == "ignore":', "if False:", (CAN_LEAVE,),
    ),
    Fault(
        "inbound can leave on the day it is due, also where it has to be received",
        "counted.supply_of", "ready = day + rules.receiving_days", "ready = day", (CAN_LEAVE,),
    ),
    Fault(
        "inbound on the last day of the horizon is left out",
        "counted.supply_of", "<= horizon", "< horizon", (CAN_LEAVE,),
    ),
    Fault(
        "what the ERP reserved of an inbound is promised again",
        "counted.supply_of", "inbound.quantity - inbound.reserved if", "inbound.quantity if", (CAN_LEAVE,),
    ),
    Fault(
        "what is only planned is supply",
        "counted._counts", "in rules.inbound_kinds", "in (*rules.inbound_kinds, 'planned')", (CAN_LEAVE,),
    ),
    Fault(
        "demand that is past due is forgotten",
        "counted.demand_of", "if demand.site == site",
        "if (not demand.due or demand.due.toordinal() >= start) and demand.site == site", (CAN_LEAVE,),
    ),
    Fault(
        "demand without a date is forgotten",
        "counted.demand_of", "if due else start", "if due else start + 400", (CAN_LEAVE,),
    ),
    Fault(
        "what the vendor ships straight is taken from stock",
        "counted.takes", "in rules.demand_fulfilments", 'in (*rules.demand_fulfilments, "drop_ship")', (CAN_LEAVE,),
    ),
    Fault("quotes are demand", "counted.takes", '(demand.status or "confirmed")', '"confirmed"', (CAN_LEAVE,)),
    Fault("the safety stock is sold", "counted.opening_of", "opening - stock.safety_stock", "opening", (CAN_LEAVE,)),
    Fault(
        "a buyer's own allocation is kept from it", "counted.protected_of", "not owner.owns(allocation)", "True",
        (CAN_LEAVE,),
    ),
    Fault(
        "one of two owners that an allocation names is enough",
        "counted.Owner.owns", 'and allocation.contract in ("", self.contract)', "", (CAN_LEAVE,),
    ),
    Fault(
        "an allocation for nobody in particular is everybody's",
        "counted.Owner.owns", "and bool(allocation.customer or allocation.group or allocation.contract)", "",
        (CAN_LEAVE,),
    ),
    Fault(
        "what was drawn of an allocation is protected still",
        "counted.protected_of", "- taken.drawn.get(allocation.key, ZERO)", "", (CAN_LEAVE,),
    ),
    Fault(
        "two parts draw on the same allocation",
        "answering.reserved", "facts = drawn.get(name, good.facts)", "facts = good.facts", (LAW_1, SUCCESSIVE),
    ),
    Fault(
        "what is protected last is drawn first",
        "availability.own_allocation", "one.due or date.min", "-(one.due or date.min).toordinal()", (DRAWS,),
    ),
    Fault(
        "a reservation that leaves after the horizon takes nothing",
        "counted.promised_of", "min(max(_ordinal(day), start), horizon)", "max(_ordinal(day), start)", (CAN_LEAVE,),
    ),
    Fault("live reservations take nothing", "counted.promised_of", ".items():", ".items() and []:", (LAW_1,)),
    Fault(
        "what was taken for a later day is there today",
        "availability.lowered", "earlier.append(min(value, rest))", "earlier.append(value)", (LOWERED,),
    ),
    Fault(
        "the day that binds is told wrong after a reservation",
        "availability.lowered", "lows.append(its_low if value < rest else low)", "lows.append(its_low)", (LOWERED,),
    ),
    Fault(
        "the arithmetic counts all inbound, whenever it comes",
        "availability.explained", "if one.day <= until), ZERO)", "), ZERO)", (ADDS_UP,),
    ),
    Fault(
        "the arithmetic leaves live reservations out",
        "facts.ItemFacts.explained", '"promised": plain(unpromised - sellable), ', "", (ADDS_UP,),
    ),
    Fault(
        "a quantity is there a day before its supply",
        "availability.Curve.first_day_for", "return max(self.days[later], earliest)",
        "return max(self.days[later] - 1, earliest)",
        (test_availability_laws.test_the_first_day_is_the_first_day,),
    ),
    Fault(
        "a promise that was made first loses first",
        "risk.at_risk", "for place, take in here:", "for place, take in reversed(here):",
        (test_risk.test_the_latest_promise_loses_first,),
    ),
    Fault(
        "a backorder makes what is in stock missing",
        "risk.at_risk", 'if take.state == "backorder":', "if False:",
        (test_risk.test_what_is_on_backorder_never_claimed_to_be_there,),
    ),
)  # fmt: skip

DATES = (
    Fault(
        "the cut-off is not looked at", "calendars.first_ship_day", "if site.cutoff and", "if False and",
        (test_calendars.test_the_first_day_on_which_an_order_leaves,),
    ),
    Fault(
        "an order at the minute of the cut-off is too late",
        "calendars.first_ship_day", '{here:%H:%M}" > site.cutoff', '{here:%H:%M}" >= site.cutoff',
        (test_calendars.test_the_first_day_on_which_an_order_leaves,),
    ),
    Fault(
        "the cut-off is meant in UTC", "calendars.first_ship_day", "here = now.astimezone(zone(site.timezone))",
        "here = now", (test_calendars.test_the_first_day_is_the_first_working_day_in_time,),
    ),
    Fault(
        "handling takes days, working or not",
        "calendars.first_ship_day", "calendar.after(day, site.handling_days)", "calendar.next(day) + site.handling_days",
        (test_calendars.test_the_first_day_on_which_an_order_leaves,),
    ),
    Fault(
        "exceptions of a calendar are not heeded", "calendars.Calendar.works", "if working is None else working", "",
        (test_calendars.test_a_calendar_names_its_exceptions_and_rests_at_the_weekend,),
    ),
    Fault(
        "it is delivered on a day on which nobody receives",
        "calendars.Route.arrival", "self._receives.next(day)", "day", (test_calendars.test_when_it_arrives,),
    ),
    Fault(
        "it leaves on a day on which nobody works", "calendars.Route.ships", "self._calendar.next(ready)", "ready",
        (test_calendars.test_what_is_ready_leaves_on_the_next_working_day,),
    ),
    Fault(
        "the last day to leave is a day too early",
        "calendars.Route.last_ship_day", "need_by - self.transit, self.first)", "need_by - self.transit - 1, self.first)",
        (test_calendars.test_the_last_day_to_leave_is_the_last_that_arrives_in_time,),
    ),
)  # fmt: skip

SOURCING = (
    Fault(
        "the first site that has it wins, not the earliest",
        "sourcing._cost", "return len(shipments), latest,", "return len(shipments), -latest,",
        (PARTS, test_sourcing_laws.test_lines_that_can_leave_today_come_from_the_best_of_the_smallest_sets_of_sites),
    ),
    Fault(
        "two sites are asked where one has it all", "sourcing._together", "for size in range(1, ", "for size in range(2, ",
        (PARTS,),
    ),
    Fault(
        "lines of one request do not see what each other takes",
        "shelves.Shelves.take", "self._drawn[key] = lowered(", "_ = lowered(", (NO_PLAN,),
    ),
    Fault(
        "a line asked twice is served twice at once",
        "sourcing._at_once", "if key in seen or", "if", (NO_PLAN,),
    ),
    Fault(
        "what comes too late is firm", "answering.supplied", "(need_by is None or only.arrival <= need_by)", "True",
        (REASONS,),
    ),
    Fault(
        "only the first eight sites are looked at", "sourcing.planned", "search = _search(wishes, routes,",
        "routes = routes[:8]; search = _search(wishes, routes,",
        (test_sourcing.test_stock_at_the_ninth_site_is_found,),
    ),
    Fault(
        "a line that has to wait waits for the slowest site",
        "waiting._completed", "found[:3] < best[:3]", "found[:3] > best[:3]", (PARTS,),
    ),
    Fault(
        "a line that ships complete is sent in parts", "waiting._completed", "wish.whole or not split", "False", (PARTS,),
    ),
    Fault(
        "more sites than the policy wants are asked", "waiting._scraped", "len(sites) == most_sites", "False",
        (PARTS, test_sourcing_laws.test_no_line_comes_from_more_sites_than_the_policy_wants),
    ),
    Fault(
        "what has no supply is promised for today",
        "waiting._backordered", "route.today.toordinal() + wish.lead_days", "route.today.toordinal()", (PARTS,),
    ),
    Fault(
        "what is undated takes of today's stock",
        "shelves.dated_together", "part._replace(ship_day=None, arrival=None)",
        "part._replace(ship_day=None, arrival=None, held_from=part.route.first)", (NO_PLAN,),
    ),
    Fault(
        "a part names what comes after it as well",
        "shelves.Shelves._leaning", "supply.day <= ready and", "", (test_sourcing.test_the_documents_that_it_waits_for,),
    ),
    Fault(
        "packs are broken over sites", "lines._step", "return step or pack or", "return step or",
        (test_lines.test_what_is_split_over_sites_is_split_by_packs_and_by_units,),
    ),
    Fault(
        "what is discontinued is waited for", "lines._wish", 'backorder and card.status != "discontinued"', "backorder",
        (PARTS,),
    ),
    Fault(
        "a kit is as many as its commonest component", "shelves.Shelves.sellable", "quantity = min(\n", "quantity = max(\n",
        (test_kits.test_how_many_kits,),
    ),
    Fault(
        "a substitute is promised beside the line that orders it",
        "substitution._filled", "shelves.take(wish, part)", "pass",
        (test_substitution.test_a_substitute_that_another_line_takes_is_not_promised_twice,),
    ),
    Fault(
        "a substitute goes where it may not", "substitution.substituted", "not allowed(facts.card)", "False",
        (test_substitution.test_what_is_filled_by_what,),
    ),
    Fault(
        "what is blocked is shown as sellable", "showing.shown", 'if card.status == "blocked":', "if False:",
        (test_showing.test_what_is_shown,),
    ),
)  # fmt: skip

#: Where what can leave falls again from one day to a later one.
FALLING = (
    Fault(
        "the most in time is what is there last",
        "shelves.Shelves.most", "first == last or self._rising(wish, route)", "True",
        (test_sourcing_falling.test_the_best_day_in_time_is_looked_for,),
    ),
    Fault(
        "what waits for the rest is set aside only when it leaves",
        "shelves.dated_together", "part.held_from if part.kept else day", "day",
        (test_sourcing_falling.test_what_waits_for_the_rest_is_set_aside_while_it_is_there,),
    ),
    Fault(
        "the components of a kit need not be there together",
        "shelves.Shelves._there", "if day == before or len(wish.goods) == 1:", "if True:",
        (test_sourcing_falling.test_all_components_are_there_on_the_day_that_a_kit_leaves,),
    ),
    Fault(
        "what was there before is in stock, though it waits for what brings it again",
        "shelves.Shelves._leaning", "if leaves is not None:", "if False:",
        (test_sourcing_falling.test_a_part_leans_on_what_brings_it_again,),
    ),
    Fault(
        "what is ready on a day of rest is there on the next day of work",
        "shelves.Shelves.first_day_for", "if ships == ready or self._there(wish, route, quantity, ships) == ships:",
        "if True:", (test_sourcing_falling.test_a_day_of_rest_may_be_a_day_too_late,),
    ),
    Fault(
        "a curve is lowered as if it never fell",
        "availability.lowered", "if known.ahead is not None:", "if False:",
        (test_look_ahead_laws.test_a_curve_lowered_is_the_curve_drawn_anew,),
    ),
)  # fmt: skip
