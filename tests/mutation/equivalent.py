"""Mutants that change nothing that anybody could notice, each with the reason."""

from __future__ import annotations

_SHORTCUT = "a shortcut: the longer way comes to the same"
_GUARD = "what the condition guards against is kept out before"

#: By module and name, as `make mutate MUTATE_ARGS=--show` names them.
EQUIVALENT: dict[str, str] = {
    "counted.supply_of: len(found) > 1 -> True": _SHORTCUT,
    "counted.supply_of: len(found) > 1 -> len(found) >= 1": _SHORTCUT,
    "counted.opening_of: stock.reserved -> True": _SHORTCUT,
    "counted.demand_of: rules.demand_date != 'due' -> True": _SHORTCUT,
    "counted._bound: one.fulfilment == 'drop_ship' and one.supply_document -> one.fulfilment == 'drop_ship'":
        "a blank document binds nothing: every inbound has a document",
    "sellable.earliest: _less(place.card, own.demand, own.demand.quantity, False, policy)"
    " -> _less(place.card, own.demand, own.demand.quantity, True, policy)":
        "what is later matters only where buckets are walked to a surplus, which is answered before",
    "sellable._there: rules.count == 'forecast' and found.ahead is not None -> rules.count == 'forecast'": _GUARD,
    "credit.judged: amount > 0 -> amount > 1": _SHORTCUT,
    "credit.judged: limit is not None and over -> over": _GUARD,
    "credit._is_over: exposure == limit and policy.at_limit == 'over' -> policy.at_limit == 'over'":
        "it is asked only from the limit on",
    "price.priced: customer.customer in account.prices or (customer.bill_to and customer.bill_to in account.prices)"
    " -> True": _SHORTCUT,
    "price.priced: customer.bill_to and customer.bill_to in account.prices -> customer.bill_to": _SHORTCUT,
    "price.priced: rung.simply -> False": _SHORTCUT,
    "price._climbed: len(item.memo) > _MOST_REMEMBERED -> True": "what is forgotten is worked out again",
    "price._climbed: reached is None -> True": _SHORTCUT,
    "price._climbed: place not in rungs -> True": _SHORTCUT,
    "price._rung: rules.tax != 'as_stated' -> rules.tax != 'as_stated~'": _SHORTCUT,
    "price.in_conflict: world.policy.price.conflicts != 'refused' -> False": _SHORTCUT,
    "price_figures.asked_terms: rules.tax != 'as_stated' and (percent := _tax_moved(includes_tax, item, world, wanted))"
    " -> (percent := _tax_moved(includes_tax, item, world, wanted))": _SHORTCUT,
    "price_lines.buyer_of: rules.buyer != 'bill_to' or not payer or payer == customer.customer"
    " -> rules.buyer != 'bill_to' or not payer": _SHORTCUT,
    "price_ranking.best: len(equal) == 1 -> False": _SHORTCUT,
    "price_ranking.unrivalled: max((one.line.priority for one in rules if one.line), default=0)"
    " -> max((one.line.priority for one in rules if one.line), default=1)": "where there are no rules none wins",
    "price_ranking.unrivalled: one.line and (one.line.price is None or one.line.currency)"
    " -> one.line.price is None or one.line.currency": _GUARD,
    "price_ranking.unrivalled: one.line and one.line.variant -> one.line.variant": _GUARD,
    "price_ranking.unrivalled: one.line and _whom(one.line)[respect] -> _whom(one.line)[respect]": _GUARD,
    "price_weighing._base_of: Decimal(1) -> Decimal(2)": "an item price has no break and no end in quantity",
    "price_weighing._base_of: line.starts.toordinal() if line.starts else 0"
    " -> line.starts.toordinal() if line.starts else 1": "no price starts on the first day of the calendar",
    "price_weighing.top_discount: line.discount_percent or ZERO -> line.discount_percent": _GUARD,
    "charging._Telling._because: self.winner.line is None or self.winner.base -> False": _GUARD,
    "charging._Telling._because: self.winner.line is None or self.winner.base -> self.winner.base": _GUARD,
    "charging._Telling._because: self.winner.line is None or self.winner.base -> self.winner.line is None": _GUARD,
    "credit_asked._limit_told: verdict.limit is None or verdict.available is None -> verdict.available is None":
        "without a limit there is nothing available to tell, and the other way round",
    "credit_asked._limit_told: verdict.limit is None or verdict.available is None -> verdict.limit is None":
        "without a limit there is nothing available to tell, and the other way round",
}  # fmt: skip
