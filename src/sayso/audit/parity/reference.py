"""The reference of parity cases as Markdown (docs/reference/parity.md); its tables are made from the questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect as kinds

from sayso.audit.parity.asked import ASKED_IN, ask_named
from sayso.audit.parity.given import USUAL_DAY

_FIELDS = "\n".join(
    f"| {name} | {what} |"
    for name, what in (
        ("field", "what"),
        ("---", "---"),
        ("`id`", "what it is called; `--only ID` asks it alone, in which `*` stands for anything"),
        ("`note`", "why, for people"),
        (
            "`profile`",
            "the [ERP logic profile](profiles.md), or the path of a [policy](policy.md) in TOML as seen from the file;"
            " `plain` where none is named",
        ),
        (
            "`policy`",
            "settings that differ from the profile's, nested (`credit: {overdue: refuse}`) or with a dot"
            " (`credit.overdue: refuse`)",
        ),
        (
            "`given`",
            f"rows by [kind of facts](facts.md), and beside them, or beside `given`, `today` ({USUAL_DAY} where none is"
            " said) and `as_of` (when the facts were known; the beginning of today)",
        ),
        ("`ask`", "one question, or several"),
        (
            "`expect`",
            "what is expected of the answer, or of each, unless the questions have their own",
        ),
        (
            "`questions`",
            "instead of `ask` and `expect`: a list of `{ask, expect}`, or a mapping of them by names of your own",
        ),
    )
)

_OPENING = f"""# Parity cases: the file

Its tables are made from the code (`python -m sayso.audit.parity.reference > docs/reference/parity.md`); a test keeps the
two in step. [How to write down what your own ERP answers](../how-to/prove-your-erp.md).

A case says what is given, what is asked and what the ERP answers. `sayso parity FILE...` asks Sayso the same and
compares:

```yaml
- id: a-later-order-keeps-its-goods
  profile: plain
  given:
    today: 2026-03-02
    stock: [{{item: lamp, site: LON, on_hand: 10}}]
    demand: [{{document: SO1, line: 1, item: lamp, site: LON, quantity: 8, due: +6}}]
  ask: {{sellable: {{item: lamp, site: LON}}}}
  expect: {{sellable: 2}}
```

## The file
- `.yaml`, `.yml` or `.json`: a list of cases; or `cases:` with that list, and before it `shared:` for
  what cases share (`&name` here, `*name` there); or one case alone. `<<: *name` merges. An id stands in a
  file once.
- `.jsonl` or `.ndjson`: a case a line, read line by line, so that a file may be as long as you like.
- A folder stands for all such files in it and below it.
- A value that is not quoted is the text that stands there: `NO` is Norway, `007` an item, `16:30` a time. Only `null`,
  `~` and nothing at all are none. A comma in `{{...}}` parts values: quote a text that has one.
- [parity.schema.json](parity.schema.json) describes the file to editors (`sayso parity --schema` prints it).

## A case
{_FIELDS}

**A question** is `{{name: {{parameters}}}}`; or `{{ask: name, ...parameters}}`, for which `question`, `type`, `kind` or
`name` will do; or the name alone, with the parameters beside `ask`, or below `with` (`params`, `parameters`). What
stands beside several questions is for each that has such a parameter. A question may have its own `expect` within.

**Several questions** are a list; or a mapping by their names, or by names of your own; or a list under a question's name.
What is expected is then a list in the same order; or a mapping by the same names; or the answers' fields alone, where
each is answered by one question only:

```yaml
- id: before-and-after
  today: 2026-03-02
  given: {{stock: {{item: lamp, site: LON, on_hand: 10}}}}
  ask: {{before: {{sellable: {{item: lamp}}}}, after: {{warning: {{item: lamp, quantity: 11}}}}}}
  expect: {{before: 10, after: {{warning: true, available_after: -1}}}}
```

Alone, `expect: 10` is enough of `sellable`, `earliest`, `warning` and `overdue`.

**Dates** in `given`, in parameters and in expectations are year-month-day, or a number of days from today: `3`, `+3`,
`-3`, `0`.

**Rows** have the columns of their kind; a kind may have one row instead of a list, or `rows` as a load over HTTP
has them. The key of a row stands once. Of it may be left out: the site of stock,
supply and demand, where no row names one; the number of a document, and of a line, which then is one of its own; of a
price the `line_type` (a discount where it has no price), `source_type` (the customer named, or all) and `target_type`
(the item named, or all). What is `open` of a receivable is its amount unless said otherwise. An item that only prices
name has a price, but a promise is made of items and customers that are given.

Receipts teach when what is on its way arrives, where the policy goes by that (`availability.inbound_date`).

## What is compared
What is named, and nothing else; and that exactly.

- A decimal by value: 10, 10.0 and "10.00" are one. A date as a day.
- `overdue` may be true or false: whether there is any.
- `null` (or `none`) is none. A field that the answer does not have is a difference.
- A mapping may name some fields of a mapping. A list may name some things of a list, in any order, each another one;
  `[]` is a list with nothing in it.

## The questions
"""

_ENDING = """
## What cases cannot say
Tests of ERPs that cannot be told as cases, because the facts do not carry what they are about:

- Business Central: a customer who is allowed no line discounts (say `allow_discount: false` with the prices instead);
  a shipping agent's calendar (put its days into the site's); prices of resources, jobs and purchases;
  capable-to-promise, which plans supply.
- Odoo: rules based on cost or on another list (say the price that comes of it); extra prices of attributes; taxes that
  are mapped to others or fixed amounts; stock of an owner or a shelf. A discount below 0 is a `margin_percent`. Stock
  that is reserved for no demand that is given is taken off the forecast as well.
- ERPNext: several rules at once (their discounts added or on top of each other), free items, conditions in code, limits
  in amounts, mixed or cumulative quantities.
- Tryton: formulas on cost; a list's first line without `priority` (the more particular one is taken). For releases in
  which a sale of 0 is checked as well, say `credit.nothing_asked: checked`.
- Tryton, and Sayso answers otherwise: where a list applies and no line of it fits, Tryton has no price (end a list with a
  line for everything); an assigned move out of the counted place itself, planned for later, is out of Tryton's forecast
  from today; dunning holds back no customer without a limit, and no sale of 0 (leave `hold` out).

## The command
`sayso parity FILE...` shows each difference with the arithmetic that led to Sayso's answer, then the counts by profile
and question. `--profile P` or `--policy FILE` puts another profile or policy in the place of every case's own (its
`policy` settings stand on top of it). `--json` prints one document: `findings`, each with `finding` (`differs` or
`cannot_be_asked`), `case`, `file`, `line` and `column`; then `cases`, `questions`, `passed`, `failed`,
`cannot_be_asked`, `seconds` and `by`.

What cannot be asked is told by file, line, column, field and value, and stops no other case.

| exit status | means |
| --- | --- |
| 0 | every question was answered as expected |
| 1 | some were not |
| 2 | something in a file could not be used, or nothing was asked |
"""

_EXPECTED = {
    "sellable": "`sellable`, in base units; null where the item is not stocked",
    "earliest": "`earliest`; null: no day is known",
    "warning": "`warning`: whether the ERP would warn of a shortage; `available_after`: what is left after the line",
    "price": "`unit_price`, `discount_percent`, `line_amount`, `rule`, `currency`, `includes_tax`; all null without a"
    " price, and `reason` says why",
    "credit": "`verdict`, `warning`, `exposure`, `parts`, `limit` (null: none), `available`, `overdue`, `account`,"
    " `currency`, `reasons`",
    "overdue": "`overdue`, `warning`, `oldest`, `days`, `account`, `currency`",
    "promise": "any part of the answer of `POST /v1/promises` ([Read an answer](../how-to/read-an-answer.md)), unsigned",
}  # fmt: skip


def reference() -> str:
    """The whole page."""
    return _OPENING + "\n".join(line for name in ASKED_IN for line in _question(name)) + _ENDING


def _question(name: str) -> Iterator[str]:
    shape = ask_named(name).parameters
    yield f"### {name}"
    yield " ".join((shape.__doc__ or "").split())
    yield ""
    yield "| parameter | may be | unless told |"
    yield "| --- | --- | --- |"
    for field in msgspec.structs.fields(shape):
        needed = field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
        usual = "needed" if needed else _usual(field.default)
        yield f"| `{field.encode_name}` | {_kind(kinds.type_info(field.type))} | {usual} |"
    yield ""
    yield f"Can be expected: {_EXPECTED[name]}."
    yield ""


def _usual(value: Any) -> str:
    if value is None or value == "" or value is msgspec.NODEFAULT:
        return ""
    return "`true`" if value is True else "`false`" if value is False else f"`{value}`"


def _kind(kind: kinds.Type) -> str:
    """What may stand for a value of this kind, in words."""
    if isinstance(kind, kinds.Metadata):
        return _kind(kind.type)
    if isinstance(kind, kinds.UnionType):
        return " or ".join(_kind(one) for one in kind.types if not isinstance(one, kinds.NoneType))
    if isinstance(kind, kinds.LiteralType):
        return ", ".join(f"`{value}`" for value in kind.values)
    if isinstance(kind, kinds.ListType | kinds.VarTupleType):
        return f"list of {_kind(kind.item_type)}"
    if isinstance(kind, kinds.StructType):
        names = (field.encode_name + ("" if field.required else "?") for field in kind.fields)
        return f"{{{', '.join(names)}}}"
    name = type(kind).__name__.removesuffix("Type").lower()
    return {"str": "text", "int": "whole number", "bool": "`true`, `false`"}.get(name, name)


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference())
