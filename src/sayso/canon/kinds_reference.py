"""The reference of all kinds of facts as Markdown (docs/reference/facts.md), made from the kinds themselves."""

from __future__ import annotations

from collections.abc import Iterator

from sayso.canon.columns import Column, Kind
from sayso.canon.kinds import KINDS
from sayso.canon.values import MOST_CODE, MOST_DECIMALS, MOST_FREE_TEXT

_OPENING = f"""# Facts: every kind and column

Made from `src/sayso/canon/kinds.py`; a test keeps the two in step.

Facts come by `sayso facts load PATH` (CSV, JSON Lines or Parquet, each but Parquet also as `.gz`; a file or a
folder) and by `PUT /v1/facts/{{kind}}`:

```json
{{"source": "erp", "as_of": "2011-02-01T06:00:00Z", "rows": [{{"item": "85123A", "site": "LON", "on_hand": "48"}}]}}
```

## What a row does
- A row is an upsert by the key of its kind. A column that is left out keeps what it has; a blank or `null`
  empties it. Where a column of the key may be blank, blank means any.
- `as_of` says when the source knew the rows: the file's own time unless `--as-of` is given. A row never overwrites
  a newer one; of two with the same `as_of`, the one that comes later stands. A row that says what is held already
  changes nothing but `as_of`, if it is newer.
- Every kind has a further column `deleted`: `true` deletes the row of that key, for every row that is older as well.
  A row that comes back begins empty.
- Two rows of one key in one load: the first is kept; the second is refused if it says something else.
- A snapshot (`--snapshot`, `"snapshot": true`) removes the rows of its kind and source that are older than its
  `as_of` and not in it. If any of its rows was refused, it removes nothing. A row that is told only afterwards,
  older than the snapshot and not in it, is not taken in.
- A refused row is reported by file, line, field, value and remedy, and stops no other; with `--strict` nothing of
  its file is loaded.
- A load that was interrupted goes on where it was when the same command is given again.
- Whatever the order in which loads with the same columns arrive, and however often, the outcome is the same.

## How values are written
| type | written |
| --- | --- |
| text | up to {MOST_CODE} characters (names and reasons {MOST_FREE_TEXT:,}), trimmed; no control characters |
| list | texts separated by `\\|` |
| decimal | digits and a point: `12.5`; at most {MOST_DECIMALS} decimals and 10^12; no thousands separators |
| integer | digits |
| boolean | `true` or `false`, `yes` or `no`, `1` or `0` |
| date | `2011-02-01`, from 1900 to 2200 |
| time | `16:30` |
| timezone | an IANA name: `Europe/London` |
| country | ISO 3166-1 alpha-2: `GB` |
| currency | ISO 4217: `GBP` |
| uom | a UN/ECE Recommendation 20 code, a plain word for one (`EA`, `pcs`, `kg`), or an own code of up to 16 characters |
| enum | one of the words listed |

CSV: UTF-8, or UTF-16 with its mark; comma, semicolon or tab; the first line names the columns. JSON: a decimal is
text or a number, and keeps its digits. The file's name begins with its kind: `stock.csv`, `stock-2011-02.csv`,
`stock_lon.csv.gz`; else `--kind` says it.

"""


def reference() -> str:
    """The whole page."""
    return _OPENING + "\n".join(line for kind in KINDS.values() for line in _kind(kind)) + "\n"


def _kind(kind: Kind) -> Iterator[str]:
    yield f"## {kind.name}"
    yield f"{kind.doc} Key: {', '.join(f'`{column.name}`' for column in kind.key)}."
    yield ""
    yield "| column | type | meaning |"
    yield "| --- | --- | --- |"
    for column in kind.all:
        key = "**" if column in kind.key else ""
        yield f"| {key}{column.name}{key} | {_type(column)} | {_meaning(column)} |"
    yield ""


def _type(column: Column) -> str:
    if column.type == "enum":
        return ", ".join(f"`{choice}`" for choice in column.choices)
    if column.type in ("decimal", "integer") and column.sign != "not negative":
        return f"{column.type}, {'above 0' if column.sign == 'positive' else 'any sign'}"
    return column.type


def _meaning(column: Column) -> str:
    default = f" Blank: {column.default}." if column.default else ""
    return column.doc.replace("|", "\\|") + default + (" May not be blank." if column.needed else "")
