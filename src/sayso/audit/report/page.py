"""The audit's report as one page of HTML that needs nothing else: no script, no picture, no request.

Chooses and arranges what the page says; how it looks is in report_page.html.jinja and report_page.css.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from sayso.audit.engine.findings import ZERO, Bar, Figure, Findings, Ranking, RuleTried
from sayso.audit.report import charts as charts
from sayso.audit.report import words as words
from sayso.audit.report.stories import agreement, stories
from sayso.audit.shapes import CAUSES, DIRECTIONS, Direction, Problem

MOST_RANKED = 10
MOST_PROBLEMS = 25
MOST_SORTS = 40
MOST_FILES = 60
MOST_RULES = 30
MOST_CAVEATS = 40
_BAR = 1000
_DIMENSIONS = {"customers": "Customers", "items": "Items", "sites": "Sites", "channels": "Channels"}


class Row(NamedTuple):
    """A figure in a table, with a bar so long (of 1000)."""

    direction: str
    of: str
    figure: Figure
    length: int
    meaning: str = ""


class Section(NamedTuple):
    """A direction: its figure, its causes, and its money over time in a wide and a narrow chart."""

    direction: Direction
    heading: str
    says: str
    figure: Figure
    causes: tuple[Row, ...]
    each: int
    columns: tuple[charts.Column, ...]
    wide: charts.Weeks
    narrow: charts.Weeks


class Top(NamedTuple):
    """The first of a dimension, and the rest of it: both together are the whole."""

    heading: str
    rows: tuple[Row, ...]
    others: int
    rest: Figure


class Change(NamedTuple):
    """A rule of the smallest set. `share` is what all up to this one avoid and win together, in percent (0 to 100)."""

    rule: RuleTried
    together: Decimal
    share: Decimal


def page(findings: Findings, problems: Sequence[Problem]) -> str:
    """The page. `problems` are the first things that could not be used; equal findings give an equal page."""
    sections = [
        _section(findings, direction) for direction in DIRECTIONS if findings.directions[direction].lines
    ]
    return _template().render(
        found=findings,
        intake=findings.intake,
        headline=words.headline(findings),
        partial=words.partial(findings),
        agreement=agreement(findings),
        directions=_cards(findings),
        sections=sections,
        causes=_glossary(findings),
        changes=_changes(findings),
        sells=_sells(findings),
        stories=stories(findings),
        tops=[_top(heading, getattr(findings, name)) for name, heading in _DIMENSIONS.items()],
        problems=problems[:MOST_PROBLEMS],
        css=_css(),
        at_most={"sorts": MOST_SORTS, "files": MOST_FILES, "rules": MOST_RULES, "caveats": MOST_CAVEATS},
    )  # fmt: skip


@cache
def _template() -> Template:
    here = Path(__file__).parent
    made = Environment(
        loader=FileSystemLoader(here), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_finalized, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters.update(
        money=words.money, about=words.about, named=words.named, day=words.day, exactly=words.exactly,
        share=words.share, short=words.short,
    )  # fmt: skip
    made.globals.update(
        counted=words.counted, period=words.period, two_policies=words.two_policies, HEADINGS=words.HEADINGS,
        not_counted=words.not_counted, instead=words.instead, rule_words=words.rule_words,
    )  # fmt: skip
    return made.get_template("report_page.html.jinja")


def _finalized(value: Any) -> Any:
    """Whatever is not our own markup may come from a file: no control characters, and not without end."""
    return words.safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _css() -> Markup:
    return Markup(Path(__file__).with_name("report_page.css").read_text(encoding="utf-8"))


def _cards(findings: Findings) -> list[tuple[Direction, str, Figure]]:
    """The figures at the top: what the own policy says only where it is another."""
    return [
        (direction, words.HEADINGS[direction], figure)
        for direction, figure in findings.directions.items()
        if direction != "yes_policy_no" or words.two_policies(findings)
    ]


def _section(findings: Findings, direction: Direction) -> Section:
    causes = [bar for bar in findings.causes if bar.direction == direction]
    each, columns = charts.columns(bar for bar in findings.weeks if bar.direction == direction)
    return Section(
        direction, words.HEADINGS[direction], DIRECTIONS[direction], findings.directions[direction],
        tuple(_rows(sorted(causes, key=lambda bar: (-bar.figure.money, -bar.figure.lines)), by_cause=True)), each,
        columns, charts.stacked(columns, 720, 240, 9), charts.stacked(columns, 340, 220, 4),
    )  # fmt: skip


def _rows(bars: Sequence[Bar], *, by_cause: bool) -> list[Row]:
    most = max((bar.figure.money for bar in bars), default=ZERO)
    return [
        Row(
            bar.direction, bar.cause if by_cause else bar.of, bar.figure,
            charts.visible(bar.figure.money, most, _BAR),
            CAUSES.get(bar.cause, "") if by_cause else "",  # type: ignore[call-overload]
        )
        for bar in bars
    ]  # fmt: skip


def _top(heading: str, ranking: Ranking) -> Top:
    shown, others = ranking.bars[:MOST_RANKED], ranking.bars[MOST_RANKED:]
    rest = Figure()
    for figure in (ranking.rest, *(bar.figure for bar in others)):
        rest.add(figure)
    return Top(heading, tuple(_rows(shown, by_cause=False)), len(others) + ranking.left_off, rest)


def _changes(findings: Findings) -> list[Change]:
    tried = {one.rule: one for one in findings.rules}
    return [
        Change(tried[step.rule], step.together, step.share * 100)
        for step in findings.smallest
        if step.rule in tried
    ]


def _sells(findings: Findings) -> list[tuple[str, str, Decimal, int]]:
    """What could be sold: a class for its colour, what it is, the money, the length of its bar."""
    sells = findings.sells
    every = (
        ("at-once", "in time all the same, from what the ERP has", sells.at_once),
        ("later", "with the date that the ERP would have named", sells.later),
        ("terms", "if a person lets the credit pass", sells.on_better_terms),
        ("never", "not at all", sells.never),
    )
    whole = sum((amount for _, _, amount in every), ZERO)
    return [(name, what, amount, charts.visible(amount, whole, _BAR)) for name, what, amount in every]


def _glossary(findings: Findings) -> list[tuple[str, str]]:
    """The causes that occur, then the others."""
    seen = {bar.cause for bar in findings.causes}
    return sorted(CAUSES.items(), key=lambda one: one[0] not in seen)
