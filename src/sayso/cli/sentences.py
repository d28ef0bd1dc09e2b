"""Reasons of an answer in sentences, each with what would help. Says nothing that the answer does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sayso.promise.reasons import KINDS


class Sentence(NamedTuple):
    """What a reason says, with its figures, and what would help."""

    says: str
    helps: str


#: By reason code; where one code has several sentences, the first whose figures are all there is taken.
SENTENCES: Mapping[str, tuple[Sentence, ...]] = {
    "unknown_customer": (
        Sentence("no customer {customer} is known", "check the number, or load the facts: customers"),
    ),
    "unknown_item": (Sentence("no item {item} is known", "check the number, or load the facts: items"),),
    "unknown_uom": (
        Sentence("{item} is not sold by {uom}", "ask by one of: {sold_in}"),
        Sentence("{item} is not sold by {uom}", "leave the unit out"),
    ),
    "customer_held": (
        Sentence(
            "customer {customer} or its account {account} is on hold ({hold})",
            "whoever set the hold in the back office lifts it",
        ),
    ),
    "region_forbidden": (
        Sentence(
            "rule {rule} ({effect}) stands against {country}: {reason}",
            "ship elsewhere, or ask who owns the rule",
        ),
        Sentence(
            "rule {rule} ({effect}) stands against {country}", "ship elsewhere, or ask who owns the rule"
        ),
    ),
    "licence_missing": (
        Sentence(
            "rule {rule} asks for the licence {licence} in {country}: {reason}",
            "record the buyer's licence {licence}",
        ),
        Sentence(
            "rule {rule} asks for the licence {licence} in {country}", "record the buyer's licence {licence}"
        ),
    ),
    "discontinued": (
        Sentence("the item is discontinued, and {sellable} of {asked} are left", "ask for {sellable}"),
        Sentence("{item} is {status}", "choose another item"),
    ),
    "below_minimum": (
        Sentence("{asked} {uom} is less than the minimum", "ask for at least {minimum} {uom}"),
    ),
    "not_a_pack": (
        Sentence("{asked} {uom} is no whole number of packs of {pack}", "ask for {below} or {above} {uom}"),
        Sentence("{asked} {uom} is no whole number of packs of {pack}", "ask for {above} {uom}"),
    ),
    "no_price": (
        Sentence("{item} has no price in {currency} by {uom} for this buyer", "load the facts: prices"),
        Sentence("{item} has no price in {currency} for this buyer", "load the facts: prices"),
    ),
    "no_site": (
        Sentence("no site ships {item} there", "load the facts: lanes, or see sourcing.undeclared_lanes"),
    ),
    "overdue": (
        Sentence(
            "{overdue} {currency} is overdue; the oldest, {oldest}, by {days} days",
            "have it paid, or override",
        ),
    ),
    "over_limit": (
        Sentence(
            "exposure would be {exposure} {currency}, which is {over_by} over the limit of {limit}",
            "have {over_by} {currency} paid, ask for less, or override",
        ),
    ),
    "stock_short": (
        Sentence("{sellable} of {asked} can be supplied", "ask for {sellable}, or accept conditionally"),
    ),
    "late": (
        Sentence("the last of it arrives {deliver_by}, and is needed by {need_by}", "ask for less, or later"),
    ),
    "no_date": (
        Sentence("{quantity} have no date: no supply and no lead time is known", "ask for less, or wait"),
    ),
    "stale_facts": (
        Sentence(
            "the facts on {facts} are of {as_of}; the policy lets them be {most_seconds} s old",
            "load them anew, or see freshness.{facts}_seconds",
        ),
    ),
    "system_away": (Sentence("a system that has to be asked cannot be reached", "ask again in a while"),),
}


def sentence(code: str, facts: Mapping[str, str]) -> Sentence:
    """A reason in a sentence. A code or figures that are not known here are shown as they are."""
    given = {name: value for name, value in facts.items() if value and (name, value) != ("below", "0")}
    for one in SENTENCES.get(code, ()):
        try:
            return Sentence(one.says.format_map(given), one.helps.format_map(given))
        except KeyError:
            continue
    figures = ", ".join(f"{name} {value}" for name, value in given.items())
    meaning = KINDS[code].meaning if code in KINDS else code
    return Sentence(meaning + (f" ({figures})" if figures else ""), "")
