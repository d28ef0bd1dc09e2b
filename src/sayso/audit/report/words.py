"""The words and figures of a report: headings, numbers with their currency, text that is safe to show anywhere.

Knows no page and no terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sayso.audit.engine.findings import Figure, Findings, RuleTried
from sayso.audit.shapes import Direction
from sayso.canon.times import moment

#: What each direction is called, short enough for a heading.
HEADINGS: Mapping[Direction, str] = {
    "yes_no": "Promised, and the ERP would refuse",
    "no_yes": "Turned away, and the ERP would sell",
    "yes_policy_no": "Let pass by the ERP, against the company's own policy",
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WHOLE_FROM = 100
_LONGEST = 600
_LONGEST_NAME = 60
_PERCENT = Decimal(100)


def money(amount: Decimal, currency: str) -> str:
    """An amount to the last digit: 1,234.50 GBP."""
    return f"{number(amount)} {currency}".strip()


def about(amount: Decimal, currency: str) -> str:
    """An amount for a headline: without its pence where nobody minds them."""
    if abs(amount) < _WHOLE_FROM:
        return money(amount, currency)
    return f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,f} {currency}".strip()


def number(value: Decimal) -> str:
    """A decimal with its thousands apart; money keeps at least two places."""
    exponent = value.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return f"{value:,.{max(places, 2)}f}"


def price(text: str, currency: str) -> str:
    """Money that is told as text, with its currency; what is no number stays as it is."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        return text
    return money(value, currency) if value.is_finite() else text


def quantity(text: str) -> str:
    """A quantity that is told as text, with its thousands apart; what is no number stays as it is."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        return text
    return f"{value:,f}" if value.is_finite() else text


def counted(count: int, one: str, many: str = "") -> str:
    """1 line, 2 lines."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share(part: Decimal | int, whole: Decimal | int) -> str:
    """A part in percent; a part that is not all never rounds to all, and one that is not nothing never to nothing."""
    if not whole:
        return "0 %"
    percent = Decimal(part) * _PERCENT / Decimal(whole)
    shown = percent.quantize(Decimal(1), ROUND_HALF_UP)
    if shown >= _PERCENT > percent:
        return "over 99 %"
    if shown == 0 < percent:
        return "under 1 %"
    return f"{shown} %"


def named(name: str) -> str:
    """A cause, an outcome or another name of ours as words: late inbound."""
    return name.replace("_", " ")


def day(when: datetime | date) -> str:
    """2 December 2010."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def day_of(text: str) -> str:
    """A day that is told as ISO 8601, in words; another text as it is."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def safe(text: str, longest: int = _LONGEST) -> str:
    """Text of others: no control characters (a terminal obeys some, a page may hold none), and not without end."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def short(name: str) -> str:
    """A name of others, short enough for a heading or a cell."""
    return safe(name, _LONGEST_NAME)


def period(findings: Findings) -> str:
    """From when until when the orders are."""
    if findings.since is None or findings.until is None:
        return "no order"
    first, last = day(findings.since), day(findings.until)
    return first if first == last else f"{first} to {last}"


def exactly(when: datetime | None) -> str:
    """A moment to the second."""
    return moment(when) if when is not None else "unknown"


def two_policies(findings: Findings) -> bool:
    """Whether the company's own policy was asked as well."""
    return findings.own_policy != findings.erp_policy


def headline(findings: Findings) -> str:
    """What was found, in one sentence with the money. A part is called a part."""
    found, currency = findings.directions, findings.currency
    part = "" if findings.intake.whole else "Of the part that could be read: "
    if findings.clean:
        every = counted(findings.lines, "line")
        return f"{part}The storefront kept its word: it and the ERP agree on every one of {every}."
    wrong, missed, own = found["yes_no"], found["no_yes"], found["yes_policy_no"]
    said = []
    if wrong.lines:
        taken = findings.taken.money
        of = f" ({share(wrong.money, taken)} of what it took)" if taken and wrong.money else ""
        said.append(f"The storefront promised {worth(wrong, currency)} that the ERP would refuse{of}")
    if missed.lines:
        who = "turned" if said else "The storefront turned"
        said.append(f"{who} away {worth(missed, currency)} that the ERP would have sold")
    if own.lines:
        who = "took" if said else "The storefront took"
        said.append(f"{who} {worth(own, currency)} against the company's own policy")
    joined = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"{part}{joined}."


def worth(figure: Figure, currency: str) -> str:
    """What a figure comes to in a headline: its money, or its lines where the exports tell no money."""
    return about(figure.money, currency) if figure.money else counted(figure.lines, "line")


def partial(findings: Findings) -> str:
    """Why the figures are of a part; blank where they are of the whole."""
    intake = findings.intake
    if intake.whole:
        return ""
    dropped = f"{intake.dropped:,} of {counted(intake.rows, 'row')} of orders are in no figure"
    if not intake.dropped:
        dropped = (
            "every row of the orders is in the figures, but something that they rest on could not be used"
        )
    return f"This is a part, not the whole: {counted(intake.problems, 'problem')} in the exports; {dropped}."


def not_counted(findings: Findings) -> list[tuple[str, int]]:
    """Rows of the storefront's orders that are no line of the audit, by what they are."""
    intake = findings.intake
    every = (
        ("returned", intake.returns), ("repeated", intake.repeated), ("set aside", intake.aside),
        ("outside the time", intake.outside), ("not usable", intake.dropped),
    )  # fmt: skip
    return [(what, count) for what, count in every if count]


def rule_words(rule: RuleTried) -> str:
    """What a changed rule means, as the beginning of a sentence."""
    meaning = rule.meaning.removesuffix(", 0 days later to be safe")
    return f"{meaning[:1].upper()}{meaning[1:]}"


def instead(rule: RuleTried) -> str:
    """What becomes of the lines that a changed rule would not promise wrongly."""
    away, kept = rule.turned_away, rule.avoided.lines - rule.turned_away
    if not away:
        return "sold with a date or price that holds"
    if not kept:
        return "an honest no"
    return f"{away:,} an honest no, {kept:,} sold with a date or price that holds"
