"""The act "to cash" for people: what became of the orders, the money and the cases, and whether the books agree."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sayso.demo.cash_figures import Cash, OpenCase, Renamed

_PROMISES = {"refused_by_erp": "refused by the ERP"}


def printed(found: Cash, console: Console) -> None:
    """Write it to a console."""
    console.print(shown(found))


def shown(found: Cash) -> RenderableType:
    """The whole act."""
    parts: list[RenderableType] = [Text(), _heading(found)]
    if found.renamed is not None and found.renamed.held:
        parts += [Text(), *_story(found.renamed)]
    parts += [Text(), _orders(found), Text(), _figures(found), Text(), _cases(found)]
    if found.open_cases:
        parts += [Text(), _left(found.open_cases, sum(one.open for one in found.cases.values()))]
    return Group(*parts, Text(), _agreement(found))


def _heading(found: Cash) -> RenderableType:
    lines = [
        f"[b]{found.placed:,}[/b] of {found.asked:,} real orders of {found.days} days were promised and placed, "
        f"and followed for {found.days_after} days more:",
        "ERP, warehouse, receivables and bank are simulated, each with books of its own, and misbehave as on usual days.",
    ]
    return Panel("\n".join(lines), title="Sayso: the same orders, followed to cash", title_align="left")


def _story(one: Renamed) -> list[RenderableType]:
    """What happened when the warehouse renamed a field, in a few lines."""
    day, begins, ends = one.begins[:10], one.begins[11:16], one.ends[11:16]
    lines = [
        f"{day}, {begins} to {ends}: a new release of the warehouse says quantity where qty was agreed.",
        f"{one.held:,} shipments were held back, each with a case: {one.problem}",
        f"{one.mended_at[:10]}, {one.mended_at[11:16]}: the name is put back in all of them, a dry run shows "
        f"{one.dry_run_effects:,} requests to other systems, then they are replayed: {one.cases_closed:,} cases close.",
        f"{one.later:,} more come later and are mended alike. {one.invoiced:,} of these shipments are invoiced, "
        f"{one.invoiced_twice:,} of them twice.",
    ]
    return [Text("A field is renamed in mid-flight", style="bold cyan"), *(Text(line) for line in lines)]


def _orders(found: Cash) -> Table:
    table = _table("Orders by outcome", "orders", "GBP with tax")
    for words, amount in sorted(found.outcomes.items(), key=lambda one: (one[0] != "closed", -one[1].money)):
        table.add_row(words, f"{amount.many:,}", _money(amount.money))
    return table


def _figures(found: Cash) -> Table:
    table = _table("From promise to cash", "")
    promises = ", ".join(f"{_PROMISES.get(how, how)} {many:,}" for how, many in found.promises.items())
    causes = ", ".join(f"{cause.replace('_', ' ')} {many:,}" for cause, many in found.promise_causes.items())
    invoices, hours, cash = found.invoices, found.ship_to_invoice, found.cash
    messages, effects = found.messages, found.effects
    rows = [
        ("promises of these orders", promises or "none ended"),
        ("  not kept because", causes or "-"),
        ("invoices issued", f"{invoices.issued:,}, {_money(invoices.money)} GBP"),
        ("invoices right first time", f"{invoices.right:,} ({_share(invoices.right, invoices.issued)})"),
        ("from leaving to being invoiced", f"median {hours.median:g} h, nine of ten within {hours.p90:g} h"),
        ("cash received", f"{_money(cash.received)} GBP in {cash.payments:,} payments"),
        ("applied to invoices by Sayso", f"{_money(cash.applied)} GBP ({_part(cash.applied, cash.received)})"),
        ("not applied, in a case", f"{_money(cash.unapplied)} GBP"),
        ("messages received", f"{messages.received:,}, of these repeated {messages.repeated:,}"),
        ("late or overtaken", f"{messages.late:,}; lost and sent again {messages.lost:,}"),
        ("held back", f"{messages.quarantined:,}, mended and replayed {messages.mended:,}, left {messages.left:,}"),
        ("systems were asked", f"{effects.asked:,} things, {effects.retried:,} of them more than once"),
    ]  # fmt: skip
    for words, told in rows:
        table.add_row(words, told)
    return table


def _cases(found: Cash) -> Table:
    table = _table("Cases by kind", "opened", "GBP", "by facts", "by people", "open", "GBP open")
    for kind in found.cases.values():
        table.add_row(
            kind.title, f"{kind.opened:,}", _money(kind.money), f"{kind.by_facts:,}", f"{kind.by_people:,}",
            f"{kind.open:,}", _money(kind.open_money),
        )  # fmt: skip
    return table


def _left(cases: Iterable[OpenCase], many: int) -> Table:
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    found = list(cases)
    table.add_column(f"[cyan]Left for a person: {len(found)} of {many:,}[/cyan]", ratio=3)
    table.add_column("whose", no_wrap=True)
    table.add_column("GBP", justify="right", no_wrap=True)
    table.add_column("next step", ratio=5)
    for one in found:
        table.add_row(Text(f"{one.order}: {one.title}"), one.owner, _money(one.money), Text(one.next_step))
    return table


def _agreement(found: Cash) -> Text:
    one = found.agreement
    words = (
        f"The systems' own books and Sayso's, compared over {one.order_lines:,} order lines (shipped, invoiced, returned), "
        f"{one.customers:,} customers (open) and {one.accounts:,} accounts (received): "
        f"{one.unexplained:,} differences that no open case explains, {one.explained:,} that one does."
    )
    return Text(words, style="bold" if not one.unexplained else "bold red")


def _table(title: str, *columns: str) -> Table:
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column(f"[cyan]{title}[/cyan]")
    for name in columns:
        table.add_column(name, justify="right" if name else "left")
    return table


def _money(amount: Decimal) -> str:
    return f"{amount:,.0f}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _part(part: Decimal, whole: Decimal) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
