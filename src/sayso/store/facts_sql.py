"""Each kind's SQL, built once from canon/kinds.py and the templates in queries/facts.sql. Runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sayso.canon.columns import Kind, Touch
from sayso.canon.kinds import KINDS
from sayso.store.database import queries

_FIRST_COLUMN = 8
"""The parameters of `merge` before the columns: as_of, source, load, lines, given, deleted, seen lines."""


@dataclass(frozen=True)
class Statements:
    """The SQL of one kind: `sweep` begins at the first key, `sweep_on` after a given one."""

    merge: str
    sweep: str
    sweep_on: str


@cache
def statements(name: str) -> Statements:
    """The SQL of the kind of this name."""
    kind, sql = KINDS[name], queries("facts")
    words = _words(kind)
    parts = [f"($5::text[])[{place}]::{column.sql_type}" for place, column in enumerate(kind.key, 1)]
    return Statements(
        sql.merge.format_map(words),
        sql.sweep.format_map({**words, "after": ""}),
        sql.sweep.format_map({**words, "after": f"AND ({words['key']}) > ({', '.join(parts)})"}),
    )


def _words(kind: Kind) -> dict[str, str]:
    """What fills the templates for a kind."""
    key, columns = [_quoted(one.name) for one in kind.key], [_quoted(one.name) for one in kind.columns]
    touches = _Touches(kind)
    return {
        "kind": kind.name,
        "table": _quoted(kind.name),
        "key": ", ".join(key),
        "all": ", ".join(key + columns),
        "all_of_t": ", ".join(f"t.{name}" for name in key + columns),
        "key_as_text": ", ".join(f"{name}::text" for name in key),
        "key_descending": ", ".join(f"{name} DESC" for name in key),
        "key_of_i": ", ".join(f"i.{name}" for name in key),
        "same_key": " AND ".join(f"t.{name} = i.{name}" for name in key),
        "incoming_typed": ", ".join(f"i.{_quoted(one.name)}::{one.sql_type}" for one in kind.all),
        "incoming_arrays": ", ".join(
            f"${place}::text[]" for place in range(_FIRST_COLUMN, _FIRST_COLUMN + len(kind.all))
        ),
        "inserted_values": ", ".join(key + [f"CASE WHEN NOT is_deleted THEN {name} END" for name in columns]),
        "differs": _differs(columns),
        "set_columns": "".join(_new_value(place, name) for place, name in enumerate(columns)),
        "clear_columns": "".join(f"{name} = NULL, " for name in columns),
        "touches": touches.of(""),
        "gone_touches": touches.of("", reported=False),
        "held_touches_now": touches.of("held."),
        "held_touches": "".join(f"{text} AS old_{name}, " for name, text in touches.expressions("held.")),
        "touch_names": ", ".join(touches.names),
        "old_touch_names": ", ".join(
            f"old_{name}" if name != "touch_order" else "NULL" for name in touches.names
        ),
        "touched_arrays": touches.arrays(),
    }


def _differs(columns: Sequence[str]) -> str:
    """Whether an incoming row i says something else than the row held, in the columns that it gives."""
    parts = [
        f"((i.given & {1 << place}) <> 0 AND held.{name} IS DISTINCT FROM i.{name})"
        for place, name in enumerate(columns)
    ]
    return f"CASE WHEN i.is_deleted THEN NOT held.deleted ELSE held.deleted OR {' OR '.join(parts)} END"


def _new_value(place: int, name: str) -> str:
    """A column after an update: what is given, else what it was, or nothing where the row was deleted."""
    return (
        f"{name} = CASE WHEN i.is_deleted THEN NULL WHEN (i.given & {1 << place}) <> 0 THEN i.{name} "
        f"WHEN NOT held.deleted THEN held.{name} END, "
    )


class _Touches:
    """The columns of a kind that say whom a row concerns, as SQL."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._items = [f"touch_item_{place}" for place, _ in enumerate(kind.touches.items)]
        self._customers = [f"touch_customer_{place}" for place, _ in enumerate(kind.touches.customers)]
        self._order = ["touch_order"] if "order" in kind.by_name else []
        self.names = ["touch_world", *self._items, *self._customers, *self._order]

    def expressions(self, row: str) -> list[tuple[str, str]]:
        """Each name with its SQL over `row` (an alias and a point, or nothing)."""
        touches = self._kind.touches
        told = [_told(touch, row) for touch in touches.items + touches.customers]
        nobody = " AND ".join(f"{text} IS NULL" for text in told)
        world = {"always": "true", "never": "false", "otherwise": nobody}[touches.world]
        order = [f'{row}"order"'] if self._order else []
        return list(zip(self.names, [world, *told, *order], strict=True))

    def of(self, row: str, *, reported: bool = True) -> str:
        """The list of expressions for a SELECT or RETURNING; a row that is gone reports no order."""
        found = self.expressions(row)
        return ", ".join(
            f"{'NULL::text' if name == 'touch_order' and not reported else text} AS {name}"
            for name, text in found
        )

    def arrays(self) -> str:
        """The last columns of a statement: whom the rows in `touched` concern."""
        return ", ".join(
            [
                f"{_distinct(self._items)} AS items",
                f"{_distinct(self._customers)} AS customers",
                "(SELECT coalesce(bool_or(touch_world), false) FROM touched) AS world",
                f"{self._reported()} AS reported",
            ]
        )

    def _reported(self) -> str:
        if not self._order:
            return "NULL::text[]"
        named = "touch_order IS NOT NULL AND touch_item_0 IS NOT NULL"
        return f"(SELECT array_agg(DISTINCT ARRAY[touch_order, touch_item_0]) FROM touched WHERE {named})"  # noqa: S608


def _told(touch: Touch, row: str) -> str:
    name = f"{row}{_quoted(touch.column)}"
    if touch.when is None:
        return name
    column, value = touch.when
    return f"CASE WHEN {row}{_quoted(column)} = '{value}' THEN {name} END"


def _distinct(names: Sequence[str]) -> str:
    if not names:
        return "NULL::text[]"
    each = " UNION ALL ".join(f"SELECT {name} FROM touched" for name in names)  # noqa: S608
    return f"(SELECT array_agg(DISTINCT one) FROM ({each}) AS each (one) WHERE one IS NOT NULL)"  # noqa: S608


def _quoted(name: str) -> str:
    """A column's or table's name as SQL; `order`, `group` and `to` are words of SQL's own."""
    return f'"{name}"'
