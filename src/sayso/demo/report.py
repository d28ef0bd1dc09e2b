"""The summary for people: what was promised, what a naive storefront would have promised, and what became
of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sayso.demo.retail import KINDS
from sayso.demo.summary import Summary, Tally

_WORDS: Mapping[str, str] = {
    "committed": "the stock already belonged to somebody else",
    "safety_stock": "only the safety stock was left",
    "credit_limit": "over the credit limit",
    "over_limit": "over the credit limit",
    "overdue": "invoices overdue",
    "on_hand": "not enough on hand this morning",
    "credit_flag": "the credit flag was set",
    "region": "a rule forbids it there",
    "flag_outdated": "the credit flag was out of date",
    "dated_supply": "a purchase order would have covered it in time",
    "stock_short": "not enough stock, now or on order in time",
    "late": "only later than the buyer would wait",
    "no_date": "no supply in sight",
    "region_forbidden": "a rule forbids it there",
    "licence_missing": "a licence is missing",
    "late_inbound": "a purchase order came late",
    "stock_count": "stock was written off",
    "oversold": "oversold",
}


def shown(summaries: Sequence[Summary]) -> RenderableType:
    """One or more replays, side by side by stock setting."""
    first = summaries[0]
    return Group(
        Text(),
        _heading(first),
        _table(summaries),
        Text(_conclusion(summaries), style="bold"),
        Text(),
        _small_print(first),
    )


def printed(summaries: Sequence[Summary], console: Console) -> None:
    """Write it to a console."""
    console.print(shown(summaries))


def _heading(one: Summary) -> RenderableType:
    data = one.data
    lines = [
        f"[b]{data.orders:,}[/b] real orders of [b]{data.customers:,}[/b] customers "
        f"in [b]{data.countries}[/b] countries, "
        f"{data.order_lines:,} lines over {data.items:,} items, {data.first} to {data.last}.",
        f"Replayed: {one.sayso.asked.orders:,} orders in {one.days} days, "
        "each promised, held and ordered over HTTP.",
        f"[yellow]Generated (seed {data.seed})[/yellow]: {data.generated}. "
        "The data has none of these; see docs/explanation/demo-distributor.md.",
    ]
    return Panel(
        "\n".join(lines), title="Sayso: a distributor's real orders, answered live", title_align="left"
    )


def _table(summaries: Sequence[Summary]) -> Table:
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("orders / lines / GBP", no_wrap=False)
    for one in summaries:
        table.add_column(f"{one.setting} stock", justify="right")
    for title, rows in (
        ("A storefront that reads on-hand and a credit flag", _naive_rows(summaries)),
        ("Sayso", _sayso_rows(summaries)),
        ("What became of Sayso's promises", _kept_rows(summaries)),
    ):
        table.add_section()
        table.add_row(f"[b cyan]{title}[/b cyan]", *[""] * len(summaries))
        for words, cells in rows:
            table.add_row(words, *cells)
    return table


_Rows = list[tuple[str, list[str]]]


def _naive_rows(summaries: Sequence[Summary]) -> _Rows:
    broken = "[b red]yeses the back office could not keep[/b red]"
    rows = [
        _row("said yes to the whole order", summaries, lambda one: one.naive.in_full),
        _row("said yes to part of the order", summaries, lambda one: one.naive.in_part),
        _row(broken, summaries, lambda one: one.naive.broken_beyond_safety),
        _row("  and with safety stock kept safe", summaries, lambda one: one.naive.broken_orders),
    ]
    rows += _by_cause("  lines, because ", summaries, lambda one: one.naive.broken)
    rows += _by_cause("said no: ", summaries, lambda one: one.naive.refused)
    return rows + _by_cause("  of these, wrongly: ", summaries, lambda one: one.naive.missed)


def _sayso_rows(summaries: Sequence[Summary]) -> _Rows:
    rows = [
        _row("promised and ordered in full", summaries, lambda one: one.sayso.in_full),
        _row("promised and ordered in part", summaries, lambda one: one.sayso.in_part),
    ]
    rows += _by_cause("  lines done without: ", summaries, lambda one: one.sayso.struck)
    rows += _by_cause("refused: ", summaries, lambda one: one.sayso.lost)
    rows.append(("price exactly as the real invoice", [
        _share(one.sayso.lines_priced_as_paid, one.sayso.lines_priced) for one in summaries
    ]))  # fmt: skip
    rows.append(("answer over HTTP, p50 / p99", [
        f"{one.sayso.latency.p50:.1f} / {one.sayso.latency.p99:.1f} ms" for one in summaries
    ]))  # fmt: skip
    return rows


def _kept_rows(summaries: Sequence[Summary]) -> _Rows:
    rows = [("left on the promised day (lines)", [
        f"{one.sayso.kept.parts_kept:,} of {one.sayso.kept.parts_due:,}" for one in summaries
    ])]  # fmt: skip
    causes = sorted({cause for one in summaries for cause in one.sayso.kept.parts_broken} | {"oversold"})
    for cause in causes:
        words = (
            "[b]oversold by Sayso[/b]"
            if cause == "oversold"
            else f"broken afterwards: {_WORDS.get(cause, cause)}"
        )
        rows.append((words, [f"{one.sayso.kept.parts_broken.get(cause, 0):,}" for one in summaries]))
    return rows


def _by_cause(
    before: str, summaries: Sequence[Summary], of: Callable[[Summary], Mapping[str, Tally]]
) -> _Rows:
    """A row for each cause, the one that costs most first."""
    worth: dict[str, Decimal] = {}
    for one in summaries:
        for cause, tally in of(one).items():
            worth[cause] = worth.get(cause, Decimal(0)) + tally.money
    return [
        (before + _WORDS.get(cause, cause), [_cell(of(one).get(cause, Tally())) for one in summaries])
        for cause in sorted(worth, key=lambda cause: (-worth[cause], cause))
    ]


def _row(words: str, summaries: Sequence[Summary], of: Callable[[Summary], Tally]) -> tuple[str, list[str]]:
    return words, [_cell(of(one)) for one in summaries]


def _cell(tally: Tally) -> str:
    return f"{tally.orders:,} / {tally.lines:,} / {tally.money:,.0f}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _conclusion(summaries: Sequence[Summary]) -> str:
    sentences = []
    for one in summaries:
        yes = one.naive.in_full.orders + one.naive.in_part.orders
        broken, with_safety = one.naive.broken_beyond_safety, one.naive.broken_orders
        oversold = one.sayso.kept.parts_broken.get("oversold", 0)
        sentences.append(
            f"{one.setting.capitalize()} stock: of {yes:,} orders that the storefront said yes to, "
            f"{broken.orders:,} ({_share(broken.orders, yes)}), worth {broken.money:,.0f} GBP, could not be "
            f"kept by the back office: the stock was somebody else's, or credit control stopped them "
            f"({with_safety.orders:,} where safety stock is not to be touched). "
            f"Sayso oversold {oversold:,} lines."
        )
    return "\n".join(sentences)


def _small_print(one: Summary) -> Text:
    kinds = "; ".join(f"{number:,} {KINDS[kind]}" for kind, number in one.data.lines_by_kind.items())
    return Text(
        f"Lines of {one.data.file}: {kinds}. Money is without tax: Sayso's is what the real customers paid, "
        "the storefront's what its price list asks. "
        "Data: Chen, D. (2015), Online Retail, UCI Machine Learning Repository, "
        "doi:10.24432/C5BW33, CC BY 4.0.",
        style="dim",
    )
