"""Faults that somebody could make in the rules of price, region and verdict, and the tests that they fail."""

from __future__ import annotations

from promise import (
    test_answer,
    test_asking,
    test_decision,
    test_decision_laws,
    test_lines,
    test_price,
    test_price_laws,
    test_reasons,
    test_region,
)
from promise.planting import Fault

THE_PRICE = test_price.test_the_price
BEST = test_price_laws.test_a_price_is_the_best_of_all_that_fit
LADDER = test_price_laws.test_a_ladder_climbed_before_gives_the_price_of_one_look
RULES = test_region.test_what_the_rules_say
A_LINE = test_lines.test_a_line
HELD = test_decision.test_whether_it_is_held

PRICE = (
    Fault(
        "a break is reached only after its quantity", "price_lines.misfit", "quantity < line.min_quantity",
        "quantity <= line.min_quantity", (THE_PRICE,),
    ),
    Fault(
        "a break is looked at with its own quantity, which its unit may not divide",
        "price._climbed", "rungs[place] = _rung(item, customer, account, world, wanted)",
        "rungs[place] = _rung(item, customer, account, world, wanted._replace("
        "quantity=(reached[place - 1] if place else ZERO) / wanted.factor))",
        (THE_PRICE, LADDER),
    ),
    Fault(
        "the ladder mixes currencies up", "price._climbed", "wanted.currency, wanted.country, wanted.day,",
        "wanted.country, wanted.day,", (test_price.test_prices_that_were_asked_in_another_currency_are_not_mixed_up,),
    ),
    Fault(
        "a price that ends today is over", "price_lines.misfit", "line.ends < wanted.day", "line.ends <= wanted.day",
        (THE_PRICE,),
    ),
    Fault(
        "a price that begins tomorrow holds", "price_lines.misfit", "line.starts > wanted.day", "False", (THE_PRICE,),
    ),
    Fault(
        "a price per case is a price per piece", "price_lines.misfit", "if not in_base and uom != wanted.uom:", "if False:",
        (THE_PRICE,),
    ),
    Fault(
        "a discount is taken off twice", "price_figures.off", "unit * (_HUNDRED - percent) / _HUNDRED",
        "unit * (_HUNDRED - percent) / _HUNDRED * (_HUNDRED - percent) / _HUNDRED", (THE_PRICE,),
    ),
    Fault(
        "a price that allows no discount is discounted", "price_figures.candidate", "if line.allow_discount else ZERO", "",
        (THE_PRICE,),
    ),
    Fault(
        "discounts are taken off before the margin is put on", "price_figures.candidate", "        if line.margin_percent:",
        "        if False:",
        (THE_PRICE,),
    ),
    Fault(
        "the dearest price wins", "price_ranking.ranking", "candidate.net, -line.min_quantity, starts",
        "-candidate.net, -line.min_quantity, starts", (THE_PRICE,),
    ),
    Fault(
        "a cheap list price beats the contract", "price_ranking._criteria", "order.get(line.source_type, len(order))",
        "0", (THE_PRICE,),
    ),
    Fault(
        "what includes tax says nothing", "price._rung", "winner.line.includes_tax if winner.line else False", "False",
        (test_price.test_what_includes_tax_says_so,),
    ),
    Fault(
        "amounts are rounded to two places in every currency", "price.priced", "world.places(wanted.currency)", "2",
        (THE_PRICE, BEST),
    ),
    Fault("rates hold before they begin", "world.World._latest", "one.starts <= day", "True", (THE_PRICE,)),
    Fault(
        "a price is rounded in pieces, not in steps", "price_figures._stepped", "nearest(price / step, 0, rules) * step",
        "price",
        (THE_PRICE, BEST),
    ),
    Fault(
        "the other source of prices is forgotten", "price_lines.lines_of",
        "mine += [line for line in own.get(customer.bill_to, ()) if aims(line, item)]", "pass", (THE_PRICE,),
    ),
)  # fmt: skip

VERDICT = (
    Fault("a licence is not asked for", "region.restricted", "rule.licence not in customer.licences", "False", (RULES,)),
    Fault(
        "a hold releases what is forbidden", "region.restricted", "verdict = worst(verdict, CONDITIONAL)",
        "verdict = CONDITIONAL", (RULES, test_region.test_a_rule_speaks_where_all_that_it_names_is_so),
    ),
    Fault(
        "a rule of one country holds in all", "world.World.rules", 'and rule.country in ("", country)', "", (RULES,),
    ),
    Fault(
        "tax is guessed where no rate is known", "region.tax_percent",
        "return world.tax_rate(country, region, item.category)",
        "return world.tax_rate(country, region, item.category) or ZERO",
        (test_region.test_a_tax_that_is_not_known_is_not_guessed,),
    ),
    Fault(
        "the first tax that fits is taken", "world.World.tax_rate", "max(fitting, key=_tax_weight, default=None)",
        "next(iter(fitting), None)",
        (test_region.test_the_most_particular_tax_is_found_by_trying_the_most_particular_first,),
    ),
    Fault("the minimum is not asked for", "lines._sellable_at_all", "quantity < card.minimum", "False", (A_LINE,)),
    Fault("packs are not asked for", "lines._sellable_at_all", "quantity % card.pack:", "False:", (A_LINE,)),
    Fault("what is blocked is sold", "lines._sellable_at_all", 'card.status == "blocked"', "False", (A_LINE,)),
    Fault(
        "what has no price is given away", "lines.considered",
        'verdict = worst(verdict, REFUSED if world.policy.price.without_price == "refuse" else CONDITIONAL)', "pass",
        (A_LINE,),
    ),
    Fault(
        "reasons stand as they were found", "reasons.in_order",
        "return sorted(reasons, key=lambda found: _PLACE[found.code])", "return reasons",
        (test_decision.test_the_reasons_of_a_line_stand_in_their_order,
         test_reasons.test_reasons_are_put_in_order_and_equal_ones_stay_as_they_were_found),
    ),
    Fault(
        "credit has no say in the verdict", "decision._decided",
        "verdict = worst(verdict, _CREDIT_VERDICT[credit.verdict])", "pass", (test_decision.test_the_verdict,),
    ),
    Fault(
        "an unknown customer is served", "decision._of_the_whole", "verdict = REFUSED", "pass",
        (test_decision.test_the_verdict,),
    ),
    Fault(
        "over the limit is held where conditions were accepted", "decision._may_hold",
        "credit.over_limit and not question.overridden_by", "False",
        (HELD, test_decision_laws.test_law_2_exposure_stays_within_the_limit_unless_a_named_person_lets_it),
    ),
    Fault(
        "what is conditional is held unasked", "decision._may_hold",
        "return verdict == FIRM or question.request.accept_conditional", "return True", (HELD,),
    ),
    Fault(
        "a quote is held", "decision._may_hold", "not question.hold_seconds or", "", (HELD,),
    ),
    Fault(
        "what is refused counts in the sum", "decision._totals", "if line.verdict == REFUSED or one.price is None:",
        "if one.price is None:", (test_decision.test_what_a_promise_adds_to_the_exposure,),
    ),
    Fault(
        "old facts are as good as new ones", "decision._of_the_whole", "(now - as_of).total_seconds() > most", "False",
        (test_decision.test_facts_are_as_old_as_the_oldest_of_them,),
    ),
    Fault(
        "the evidence forgets what was taken", "evidence._item_evidence", "[item.digest, taken] if", "[item.digest] if",
        (test_decision_laws.test_law_7_also_after_others_have_taken,),
    ),
    Fault(
        "the answer depends on its caller's decimals", "decision.decide", "with arithmetic():", "if True:",
        (test_decision.test_who_calls_with_other_decimals_gets_the_same_answer,),
    ),
    Fault(
        "names beyond the sixteen-bit ones are sorted otherwise than the canonical form has it",
        "answer._canonical", "data if data.isascii() else canonical(answer)", "data",
        (test_answer.test_names_in_any_script_are_sorted_as_the_canonical_form_has_it,),
    ),
    Fault(
        "a NUL comes through", "asking.check_text", "if unseen is not None:", "if False:",
        (test_asking.test_characters_that_are_not_seen_are_refused_in_every_text,),
    ),
    Fault(
        "nothing of something may be asked", "asking.check_quantity", "quantity <= 0", "quantity < 0",
        (test_asking.test_what_cannot_be_used_is_named,),
    ),
)  # fmt: skip
