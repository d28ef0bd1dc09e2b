"""A promise's answer as a person reads it: verdict, parts, price, credit, reasons, arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sayso.cli import options
from sayso.cli.sentences import sentence
from sayso.promise.explaining import Offer

_STYLES = {
    "firm": "bold green",
    "conditional": "bold yellow",
    "refused": "bold red",
    "approved": "green",
    "refer": "yellow",
}
_SIGNS = {
    "on_hand": "", "reserved": "- ", "safety_stock": "- ", "inbound": "+ ", "demand": "- ", "allocated": "- ",
    "promised": "- ",
}  # fmt: skip


def shown(answer: dict[str, Any], offers: Sequence[Offer] | None, console: Console) -> None:
    """Print an answer; with `offers`, also how each sellable quantity came about, and which prices it was chosen from."""
    console.print(Group(*_blocks(answer, offers)))


def _blocks(answer: dict[str, Any], offers: Sequence[Offer] | None) -> Iterator[RenderableType]:
    yield _head(answer)
    yield Text()
    yield _lines(answer)
    yield Text()
    yield from _money(answer)
    reasons = list(_reasons(answer))
    if reasons:
        yield Text("\nWhy", style="bold")
        yield from reasons
    if offers is not None:
        yield Text("\nHow it was worked out", style="bold")
        yield from _arithmetic(answer)
        yield Text("\nPrices that fit", style="bold")
        yield _prices(offers)
    yield Text(f"\n{_small_print(answer)}", style="dim")


def _head(answer: dict[str, Any]) -> Text:
    verdict = answer["verdict"]
    until = _moment(answer["expires"])
    stands = f"held until {until}" if answer["held"] else f"not held; its figures stand until {until}"
    if verdict == "refused":
        stands = "nothing is held"
    head = Text.assemble(
        (verdict.upper(), _STYLES[verdict]), f"  {answer['promise']}  customer {answer['customer']}, {stands}"
    )
    if answer.get("reference"):
        head.append(f", reference {answer['reference']}")
    return head


def _lines(answer: dict[str, Any]) -> Table:
    table: Table = options.table(
        "Line", "Item", "Asked", "Verdict", "Part", "Site", "State", "Ships", "Arrives", "Unit", "Amount",
        right=("Asked", "Part", "Unit", "Amount"),
    )  # fmt: skip
    for line in answer["lines"]:
        price = line["price"] or {"unit": "", "amount": ""}
        asked = f"{line['quantity']} {line['uom']}".strip()
        first = [
            str(line["line"]),
            line["item"],
            asked,
            Text(line["verdict"], style=_STYLES[line["verdict"]]),
        ]
        rows = [_part(part) for part in line["parts"]] or [[""] * 5]
        for place, row in enumerate(rows):
            before, after = (first, [price["unit"], price["amount"]]) if place == 0 else ([""] * 4, ["", ""])
            table.add_row(
                *(cell if isinstance(cell, Text) else Text(cell) for cell in (*before, *row, *after))
            )
    return table


def _part(part: dict[str, Any]) -> list[str]:
    state = part["state"].replace("_", " ")
    leans_on = ", ".join(f"{one['document']} due {one['due']}" for one in part["leans_on"])
    state += f" ({leans_on})" if leans_on else ""
    state += f", substitute {part['item']}" if part.get("item") else ""
    return [
        part["quantity"],
        part["site"],
        state,
        part["ship_on"] or "no date",
        part["deliver_by"] or "no date",
    ]


def _prices(offers: Sequence[Offer]) -> Table:
    table: Table = options.table(
        "Line", "Item", "Rule", "Unit", "After discount", "", right=("Unit", "After discount")
    )
    for one in offers:
        won = Text("won", style="bold") if one.wins else Text("")
        table.add_row(
            str(one.line), Text(one.item), Text(one.rule), one.unit, f"{one.net} {one.currency}", won
        )
    return table


def _money(answer: dict[str, Any]) -> Iterator[RenderableType]:
    totals = answer["totals"]
    tax = "tax unknown" if totals["tax"] is None else f"tax {_grouped(totals['tax'])}"
    gross = "" if totals["gross"] is None else f" = {_grouped(totals['gross'])}"
    yield Text(f"Total   net {_grouped(totals['net'])}, {tax}{gross} {totals['currency']}")
    for line in answer["lines"]:
        if line["price"]:
            discount = line["price"].get("discount_percent")
            off = f", {discount} % off" if discount else ""
            yield Text(f"Price   line {line['line']}: {line['price']['rule']}{off}")
    credit = answer["credit"]
    if credit:
        limit = "no limit" if credit["limit"] is None else f"limit {_grouped(credit['limit'])}"
        left = "" if credit["available"] is None else f", leaves {_grouped(credit['available'])}"
        told = f"account {credit['account']}, exposure {_grouped(credit['exposure'])}, {limit}{left} {credit['currency']}"
        yield Text.assemble(
            "Credit  ", (credit["verdict"], _STYLES.get(credit["verdict"], "bold red")), f"  {told}"
        )
        if credit["overridden_by"]:
            yield Text(f"        overridden by {credit['overridden_by']}")


def _reasons(answer: dict[str, Any]) -> Iterator[RenderableType]:
    places = [
        ("", answer["reasons"]),
        *((f"line {line['line']}: ", line["reasons"]) for line in answer["lines"]),
    ]
    credit = answer["credit"] or {"reasons": [], "remedies": []}
    places.append(("credit: ", credit["reasons"]))
    for place, reasons in places:
        for reason in reasons:
            said = sentence(reason["code"], reason["facts"])
            waiting = " (waiting helps)" if reason["waiting_helps"] else ""
            yield _hanging(Text.assemble(f"{place}{said.says}", (waiting, "dim")))
            if said.helps and not (place == "credit: " and credit["remedies"]):
                yield _hanging(Text(f"-> {said.helps}", style="cyan"), 4)
    for remedy in credit["remedies"]:
        yield _hanging(Text(f"-> {remedy['text']}", style="cyan"), 4)


def _arithmetic(answer: dict[str, Any]) -> Iterator[RenderableType]:
    for line in answer["lines"]:
        for place, figures in line["arithmetic"].items():
            steps = " ".join(
                f"{sign}{figures[name]} {name.replace('_', ' ')}"
                for name, sign in _SIGNS.items()
                if name in figures
            )
            until = f" up to {figures['until']}" if "until" in figures else ""
            yield _hanging(Text(f"line {line['line']}, {place}{until}: {steps} = {_left(figures)}"))
    credit = answer["credit"]
    if credit:
        parts = " + ".join(f"{amount} {name.replace('_', ' ')}" for name, amount in credit["parts"].items())
        yield _hanging(Text(f"credit: {parts} = {credit['exposure']} {credit['currency']}"))


def _left(figures: dict[str, str]) -> str:
    if "sellable" in figures:
        return f"{figures['sellable']} sellable"
    left = sum(
        (
            -Decimal(value) if _SIGNS[name] == "- " else Decimal(value)
            for name, value in figures.items()
            if name in _SIGNS
        ),
        Decimal(0),
    )
    return f"{left.normalize():f} before what is promised already"


def _small_print(answer: dict[str, Any]) -> str:
    evidence = answer["evidence"]
    ages = ", ".join(
        f"{name} as of {_moment(when)}" for name, when in evidence["as_of"].items() if when is not None
    )
    return f"Decided {_moment(answer['made'])}{' on ' + ages if ages else ''}; policy {evidence['policy']}; signed."


def _hanging(text: Text, indent: int = 2) -> RenderableType:
    return Padding(text, (0, 0, 0, indent), expand=False)


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _grouped(amount: str) -> str:
    return f"{Decimal(amount):,}"
