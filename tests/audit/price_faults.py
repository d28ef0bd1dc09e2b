"""Faults that somebody could make in the rules of price, and the parity case that each of them fails."""

from __future__ import annotations

from promise.planting import Fault


def fault(what: str, where: str, right: str, wrong: str) -> Fault:
    """A rule that reads wrong; what notices it is a case, not a test."""
    return Fault(what, where, right, wrong, ())


#: By the case that dies.
FAULTS: tuple[tuple[str, Fault], ...] = (
    ("bc-a-blank-unit-counts-base-units", fault(
        "a break without a unit counts the asked unit", "price_lines.misfit",
        "wanted.quantity * wanted.factor if in_base", "wanted.quantity if in_base",
    )),
    ("bc-a-blank-unit-counts-base-units", fault(
        "a price without a unit is not multiplied", "price_figures.candidate",
        "price *= wanted.factor", "pass",
    )),
    ("bc-a-stated-unit-holds-for-that-unit", fault(
        "a line of one unit fits another", "price_lines.misfit",
        "if not in_base and uom != wanted.uom:", "if False:",
    )),
    ("bc-a-stated-unit-holds-for-that-unit", fault(
        "a line that names the base unit holds for every unit", "price_lines.misfit",
        'and rules.base_unit == "any_unit"', "",
    )),
    ("plain-a-break-is-reached-at-its-quantity", fault(
        "a break is reached only after its quantity", "price_lines.misfit",
        "quantity < line.min_quantity", "quantity <= line.min_quantity",
    )),
    ("erpnext-limits-are-in-stock-units", fault(
        "a rule ends before its greatest quantity", "price_lines.misfit",
        "quantity > line.max_quantity", "quantity >= line.max_quantity",
    )),
    ("plain-a-price-holds-from-its-first-day-to-its-last", fault(
        "a price is over on its last day", "price_lines.misfit",
        "line.ends < wanted.day", "line.ends <= wanted.day",
    )),
    ("plain-a-price-holds-from-its-first-day-to-its-last", fault(
        "a price holds before its first day", "price_lines.misfit", "line.starts > wanted.day", "False",
    )),
    ("bc-currency-and-variant-are-worth-the-same", fault(
        "a price of one variant is one of all", "price_ranking._criteria",
        "-bool(line.variant) - (line.currency not in own)", "-(line.currency not in own)",
    )),
    ("bc-the-currency-beats-a-lower-price", fault(
        "naming the currency is worth nothing", "price_ranking._criteria",
        "-bool(line.variant) - (line.currency not in own)", "-bool(line.variant)",
    )),
    ("bc-the-own-currency-is-a-blank-currency", fault(
        "naming the own currency is worth something", "price_ranking._criteria",
        '("", world.policy.company.currency)', '("",)',
    )),
    ("bc-sources-compete-on-equal-terms", fault(
        "the dearest of equals wins", "price_ranking.ranking",
        "candidate.net, -line.min_quantity, starts", "-candidate.net, -line.min_quantity, starts",
    )),
    ("plain-the-contract-wins-dearer-or-not", fault(
        "no source stands before another", "price_ranking._criteria",
        "order.get(line.source_type, len(order))", "0",
    )),
    ("odoo-the-largest-minimum-applies", fault(
        "the smallest break wins", "price_ranking.ranking",
        "-line.min_quantity, candidate.net, starts", "line.min_quantity, candidate.net, starts",
    )),
    ("odoo-variant-over-product-over-category-over-all", fault(
        "a target is as good as another", "price_ranking._criteria", "_TARGETS.get(line.target_type, 2)", "0",
    )),
    ("odoo-variant-over-product-over-category-over-all", fault(
        "naming the variant is worth nothing", "price_ranking._criteria",
        '"variant": lambda line: not line.variant', '"variant": lambda line: 0',
    )),
    ("tryton-the-sequence-decides", fault(
        "the lowest priority wins", "price_ranking._criteria", "-line.priority", "line.priority",
    )),
    ("bc-the-item-card-is-the-last-resort", fault(
        "the item card's price is a rival", "price_ranking.best",
        "[one for one in found if not one.base] or found",
        "[min(found, key=lambda one: one.net)]",
    )),
    ("bc-vat-is-taken-out-before-comparing", fault(
        "tax is put on where it is to be taken out", "price_figures.asked_terms",
        "price / share if includes_tax", "price * share if includes_tax",
    )),
    ("bc-vat-is-taken-out-before-comparing", fault(
        "a price whose tax was taken out is said to be with it", "price_figures.with_tax", "else not stated", "else stated",
    )),
    ("bc-changed-prices-are-rounded-to-the-precision", fault(
        "prices are changed the other way round", "price_figures.asked_terms", "price * rate", "price / rate",
    )),
    ("bc-changed-prices-are-rounded-to-the-precision", fault(
        "unit prices are not rounded", "price_figures._stepped", "nearest(price / step, 0, rules) * step", "price",
    )),
    ("bc-changed-prices-are-rounded-to-the-precision", fault(
        "a currency's own precision is not looked at", "price_figures._stepped",
        "world.precision(wanted.currency) or ", "",
    )),
    ("bc-the-usual-precision-is-five-places", fault(
        "without a precision prices are not rounded", "price_figures._stepped", " or _step(rules.unit_step)", "",
    )),
    ("bc-the-highest-discount-wins", fault(
        "the lowest discount wins", "price_weighing.top_discount", "max((line", "min((line",
    )),
    ("bc-the-more-particular-discount-wins", fault(
        "a discount for all beats the variant's", "price_weighing.top_discount",
        "standing(line, world) == best", "True",
    )),
    ("bc-the-net-price-is-compared-where-discounts-are-allowed", fault(
        "a price that allows no discount is discounted", "price_figures.candidate",
        "discount if line.allow_discount else ZERO", "discount",
    )),
    ("bc-the-net-price-is-compared-where-discounts-are-allowed", fault(
        "prices are compared before the discount", "price_ranking.ranking",
        "candidate.net, -line.min_quantity, starts", "candidate.unit, -line.min_quantity, starts",
    )),
    ("bc-a-lines-own-discount-competes", fault(
        "a price line's own discount is no discount of others", "price_lines._parted",
        "if joins and not competes", "if False and not competes",
    )),
    ("bc-price-groups-have-prices-discount-groups-discounts", fault(
        "every source has discounts", "price_lines._parted",
        "            if line.source_type in rules.discount_sources:", "            if True:",
    )),
    ("bc-price-groups-have-prices-discount-groups-discounts", fault(
        "every source has prices", "price_lines._parted", "and line.source_type in rules.price_sources", "",
    )),
    ("bc-prices-are-those-of-who-is-invoiced", fault(
        "the buyer's own prices hold", "price_lines.buyer_of", 'rules.buyer != "bill_to" or', "True or",
    )),
    ("bc-amount-and-discount-are-rounded-apart", fault(
        "the amount is rounded once", "price_figures.amount_of",
        'if rules.line_amount != "gross_less_discount":', "if True:",
    )),
    ("bc-the-sign-does-not-matter", fault(
        "a return reaches no break", "charging._charged", "wanted.quantity < 0 and", "False and",
    )),
    ("bc-the-sign-does-not-matter", fault(
        "a return costs what a sale does", "charging._charged", "amount=-found.amount", "amount=found.amount",
    )),
    ("odoo-a-percentage-is-a-rule-like-a-price", fault(
        "a rule without a price has none", "price_figures.candidate",
        "base.unit if base is not None else None", "None",
    )),
    ("tryton-tiers-are-formulas-on-the-list-price", fault(
        "a discount is taken off twice", "price_figures.off",
        "unit * (_HUNDRED - percent) / _HUNDRED", "unit * (_HUNDRED - percent - percent) / _HUNDRED",
    )),
    ("odoo-discounts-may-be-in-the-price", fault(
        "discounts are always shown apart", "price_figures.off", 'if shown == "in_price" or', "if",
    )),
    ("odoo-a-formula-is-the-price", fault(
        "what a formula takes off is shown apart", "price_figures.off", 'and line.line_type == "price"', "and False",
    )),
    ("odoo-a-formula-discounts-rounds-and-adds", fault(
        "a formula does not round", "price_figures._by_formula", "if line.round_to:", "if False:",
    )),
    ("odoo-a-formula-discounts-rounds-and-adds", fault(
        "a surcharge is per line", "price_figures._by_formula", "wanted.factor if per_base_unit(", "1 if per_base_unit(",
    )),
    ("odoo-a-formula-discounts-rounds-and-adds", fault(
        "a formula forgets its discount", "price_figures._by_formula",
        "unit = unit * (_HUNDRED - percent) / _HUNDRED", "pass",
    )),
    ("odoo-a-buyer-has-one-pricelist", fault(
        "general prices hold beside the buyer's list", "price_lines.speaks_to",
        'return not (rules.lists == "own_else_general" and customer.price_group)', "return True",
    )),
    ("odoo-prices-are-those-of-the-buyer", fault(
        "who is invoiced always has a say", "price_lines.lines_of", 'rules.buyer == "both" and', "",
    )),
    ("erpnext-a-priority-wins-and-equals-conflict", fault(
        "the priority is not looked at", "price_ranking.unrivalled", "one.line.priority == top", "True",
    )),
    ("erpnext-item-and-customer-over-item-over-group", fault(
        "a customer's rule is no more than a general one", "price_ranking.unrivalled",
        "            if found:", "            if False:",
    )),
    ("erpnext-two-respects-conflict", fault(
        "a variant's rule always wins", "price_ranking.unrivalled",
        "if _alike(left, _whom) and _alike(left, _campaign):", "if True:",
    )),
    ("erpnext-a-variants-own-rule-beats-its-templates", fault(
        "a variant's rule is no more than its template's", "price_ranking.unrivalled",
        "[one for one in left if one.line and one.line.variant] or left", "left",
    )),
    ("erpnext-a-rate-in-the-currency-of-the-document", fault(
        "a rate that has to be changed is as good", "price_ranking.unrivalled", "left = named or left", "pass",
    )),
    ("erpnext-a-rule-of-the-item-hides-the-groups", fault(
        "rules of all targets are rivals", "price_weighing._competing", "_target(line) <= hidden and", "",
    )),
    ("erpnext-a-rule-of-the-item-hides-the-groups", fault(
        "only a rule whose quantity is reached hides others", "price_weighing._hiding",
        "whatever_quantity=True", "whatever_quantity=False",
    )),
    ("erpnext-a-margin-applies-before-the-discount", fault(
        "a rule's margin on the base price is forgotten", "price_figures.candidate",
        "elif line.price is None and line.margin_percent:", "elif False:",
    )),
    ("erpnext-rules-apply-to-the-item-price", fault(
        "the customer's item price is no more than the general one", "price_weighing._base_of",
        '0 if line.source_type == "customer" else 1', "1",
    )),
    ("erpnext-whose-item-price-in-which-unit", fault(
        "a customer's item price of the stock unit holds for every unit", "price_weighing._base_of",
        "if tier and line.uom == item.uom", "if line.uom == item.uom",
    )),
    ("erpnext-a-rule-of-the-stock-unit-holds-for-it-alone", fault(
        "an item price of the stock unit holds for it alone", "price_weighing._base_of",
        "line.uom == item.uom and line.uom != wanted.uom", "False",
    )),
    ("erpnext-the-net-rate-is-rounded-first", fault(
        "the net rate is not rounded", "price_figures.off", 'if rules.line_amount == "rounded_net":', "if False:",
    )),
    ("tryton-four-places-and-halves-to-even", fault(
        "halves are rounded up", "price_figures.nearest", 'rules.halves == "away_from_zero"', "True",
    )),
    ("plain-a-promise-is-priced-by-the-same-rules", fault(
        "a line without a price is firm", "lines.considered", "if price is None:", "if False:",
    )),
    ("erpnext-a-conflict-refuses-the-promise", fault(
        "a conflict is not told", "lines.considered", "if rivals else {}", "if False else {}",
    )),
)  # fmt: skip
