"""The findings on a terminal, in a hundred columns: what weighs most first, and what is a part called a part.

Makes what rich prints; prints nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from sayso.audit.engine.findings import Findings
from sayso.audit.report import words as words
from sayso.audit.report.stories import agreement, stories
from sayso.audit.shapes import DIRECTIONS, Direction, Problem

WIDTH = 100
_MOST_STORIES = 3
_MOST_CAVEATS = 8
_MOST_SORTS = 10
_STYLES: dict[Direction, str] = {
    "yes_no": "bold red",
    "no_yes": "bold yellow",
    "yes_policy_no": "bold magenta",
}


def summary(findings: Findings, problems: Sequence[Problem] = ()) -> RenderableType:
    """The summary, never wider than a hundred columns. With `problems`, also the first of what could not be used."""
    return Constrain(Group(*_blocks(findings, problems)), WIDTH)


def _blocks(findings: Findings, problems: Sequence[Problem]) -> Iterator[RenderableType]:
    if not findings.intake.whole:
        yield Text(words.partial(findings), style="bold yellow")
        yield Text()
    yield Text(words.headline(findings), style="bold")
    yield Text(_counted(findings), style="dim")
    yield from _caveats(findings)
    yield from _figures(findings)
    yield from _changes(findings)
    yield from _examples(findings)
    yield Text(f"\n{agreement(findings)}", style="dim")
    if problems:
        yield from _problems(findings, problems)


def _counted(findings: Findings) -> str:
    intake = findings.intake
    apart = "".join(f", {count:,} {what}" for what, count in words.not_counted(findings))
    lines, orders = words.counted(intake.lines, "line"), words.counted(intake.orders, "order")
    said = f"{words.counted(intake.rows, 'row')}: {lines} of {orders}{apart}; {words.period(findings)}"
    return f"{said}; profile {words.short(findings.erp_profile)}"


def _caveats(findings: Findings) -> Iterator[RenderableType]:
    for caveat in findings.caveats[:_MOST_CAVEATS]:
        yield _hanging(Text(f"Mind: {words.safe(caveat)}", style="yellow"), 0)
    more = len(findings.caveats) - _MOST_CAVEATS
    if more > 0:
        yield Text(f"Mind: and {more} more; --json and --html have them all", style="yellow")


def _figures(findings: Findings) -> Iterator[RenderableType]:
    """Every direction's figure, each with its causes by money."""
    table = Table(
        Column("", ratio=1), Column("Orders", justify="right"), Column("Lines", justify="right"),
        Column(f"Money ({words.short(findings.currency)})", justify="right", no_wrap=True), box=box.SIMPLE_HEAD,
        pad_edge=False, show_edge=False, width=WIDTH,
    )  # fmt: skip
    for direction, whole in findings.directions.items():
        if not whole.lines:
            continue
        said = Text(f"{words.HEADINGS[direction]}\n", style=_STYLES[direction])
        said.append(DIRECTIONS[direction], style="dim")
        money = Text(words.number(whole.money), style="bold")
        table.add_row(said, f"{whole.orders:,}", f"{whole.lines:,}", money)
        causes = [bar for bar in findings.causes if bar.direction == direction]
        for bar in sorted(causes, key=lambda one: (-one.figure.money, -one.figure.lines)):
            figure = bar.figure
            cause = Text(f"  {words.named(bar.cause)}")
            table.add_row(cause, f"{figure.orders:,}", f"{figure.lines:,}", words.number(figure.money))
        table.add_row()
    if not findings.clean:
        yield Text()
        yield table


def _changes(findings: Findings) -> Iterator[RenderableType]:
    if not findings.smallest:
        return
    yield Text("What to change first", style="bold")
    tried = {one.rule: one for one in findings.rules}
    for number, step in enumerate(findings.smallest, 1):
        rule = tried.get(step.rule)
        if rule is None:
            continue
        share = words.share(step.share * 100, 100)
        yield _hanging(Text(f"{number}. {words.rule_words(rule)}"), 0)
        found = []
        if rule.avoided.lines:
            found.append(f"{words.money(rule.avoided.money, findings.currency)} no longer promised in vain")
        if rule.won.lines:
            found.append(f"{words.money(rule.won.money, findings.currency)} sold that is turned away today")
        lost = words.money(rule.lost.money, findings.currency)
        found.append(f"costs {lost} of good orders" if rule.lost.lines else "costs no good order")
        yield _hanging(Text(f"{'; '.join(found)}.", style="cyan"), 3)
        upto = "This alone" if number == 1 else "All up to here"
        yield _hanging(Text(f"{upto}: {share} of what is wrong.", style="dim"), 3)


def _examples(findings: Findings) -> Iterator[RenderableType]:
    """The worst one of each cause, as many as a screen bears."""
    seen: set[tuple[str, str]] = set()
    for story in stories(findings):
        key = (story.spot.direction, story.spot.cause)
        if key in seen or len(seen) == _MOST_STORIES:
            continue
        if not seen:
            yield Text("\nThe worst, for example", style="bold")
        seen.add(key)
        yield _hanging(Text(f"{words.safe(story.title)} ({words.named(story.spot.cause)})"), 0)
        told = " ".join(words.safe(one) for one in (*story.sentences, story.verdict) if one)
        yield _hanging(Text(told, style="dim"), 3)


def _problems(findings: Findings, problems: Sequence[Problem]) -> Iterator[RenderableType]:
    """The first of each sort of what could not be used."""
    yield Text("\nWhat could not be used", style="bold yellow")
    counts = findings.intake.problem_counts
    for count in counts[:_MOST_SORTS]:
        sort = (count.file, count.column, count.detail)
        first = next((one for one in problems if (one.file, one.column, one.detail) == sort), None)
        row = f":{first.row}" if first and first.row else ""
        value = f" {words.short(first.value)!r}" if first and first.value else ""
        remedy = f"; {first.remedy}" if first and first.remedy else ""
        said = f"{count.file}{row}: {count.column}{value}: {count.detail}{remedy} ({count.count:,} times)"
        yield _hanging(Text(words.safe(said)), 0)
    if len(counts) > _MOST_SORTS:
        yield Text(f"and {len(counts) - _MOST_SORTS} other sorts; --json has them all")


def _hanging(text: Text, indent: int) -> RenderableType:
    return Padding(text, (0, 0, 0, indent), expand=False)
