"""An OCEL 2.0 log as a SQLite file, as the standard lays its tables out. Knows tables; what the log says is told to it.

The file is written a row at a time, so that a log may be larger than memory; the JSON form is read back from it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

_TYPES = {"string": "TEXT", "float": "REAL", "integer": "INTEGER", "boolean": "INTEGER", "time": "TIMESTAMP"}
_BATCH = 5000


class Kind(Struct, frozen=True):
    """A type of events or objects: its name, the name of its tables, its attributes with their types."""

    name: str
    table: str
    attributes: Mapping[str, str]


class OcelFile:
    """A log that is being written, in `path`, which must not exist."""

    def __init__(self, path: Path, events: Sequence[Kind], objects: Sequence[Kind]) -> None:
        self._db = sqlite3.connect(path)
        self._db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF"
        )
        self._events = {kind.name: kind for kind in events}
        self._objects = {kind.name: kind for kind in objects}
        self._waiting: dict[str, list[tuple[Any, ...]]] = {}
        self._count = 0
        for statement in self._tables():
            self._db.execute(statement)
        for what, kinds in (("event", events), ("object", objects)):
            rows = [(kind.name, kind.table) for kind in kinds]
            self._db.executemany(f"INSERT INTO {what}_map_type VALUES (?, ?)", rows)  # noqa: S608

    def _tables(self) -> Iterator[str]:
        for what in ("event", "object"):
            yield f"CREATE TABLE {what}_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT)"
            yield (
                f"CREATE TABLE {what} (ocel_id TEXT PRIMARY KEY, ocel_type TEXT,"
                f" FOREIGN KEY (ocel_type) REFERENCES {what}_map_type (ocel_type))"
            )
        yield (
            "CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT,"
            " PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier),"
            " FOREIGN KEY (ocel_event_id) REFERENCES event (ocel_id),"
            " FOREIGN KEY (ocel_object_id) REFERENCES object (ocel_id))"
        )
        yield (
            "CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT,"
            " PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier),"
            " FOREIGN KEY (ocel_source_id) REFERENCES object (ocel_id),"
            " FOREIGN KEY (ocel_target_id) REFERENCES object (ocel_id))"
        )
        for kind in self._events.values():
            yield (
                f"CREATE TABLE event_{kind.table} (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP{_columns(kind)},"
                " FOREIGN KEY (ocel_id) REFERENCES event (ocel_id))"
            )
        for kind in self._objects.values():
            yield (
                f"CREATE TABLE object_{kind.table} (ocel_id TEXT, ocel_time TIMESTAMP,"
                f" ocel_changed_field TEXT{_columns(kind)}, FOREIGN KEY (ocel_id) REFERENCES object (ocel_id))"
            )
            # What is told of an object again is no second one.
            yield (
                f"CREATE UNIQUE INDEX once_{kind.table} ON object_{kind.table} (ocel_id)"
                " WHERE ocel_changed_field IS NULL"
            )

    def event(self, id_: str, kind: str, time: str, attributes: Mapping[str, Any]) -> None:
        """An event; attributes that are not given are null."""
        known = self._events[kind]
        self._put("event", (id_, kind))
        self._put(f"event_{known.table}", (id_, time, *(attributes.get(name) for name in known.attributes)))

    def object(
        self, id_: str, kind: str, time: str, attributes: Mapping[str, Any], changed: str = ""
    ) -> None:
        """An object with its attributes from a time on, or one attribute that `changed` then.

        What is told first of an object counts; with `changed` it must be there.
        """
        known = self._objects[kind]
        if not changed:
            self._put("object", (id_, kind))
        values = [attributes.get(name) for name in known.attributes]
        self._put(f"object_{known.table}", (id_, time, changed or None, *values))

    def concerns(self, event: str, object_: str, qualifier: str) -> None:
        """The event is about the object."""
        self._put("event_object", (event, object_, qualifier))

    def belongs(self, source: str, target: str, qualifier: str) -> None:
        """An object stands in a relation to another."""
        self._put("object_object", (source, target, qualifier))

    def _put(self, table: str, row: tuple[Any, ...]) -> None:
        self._waiting.setdefault(table, []).append(row)
        self._count += 1
        if self._count >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        for table, rows in self._waiting.items():
            marks = ", ".join("?" * len(rows[0]))
            self._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)  # noqa: S608
        self._waiting.clear()
        self._count = 0

    def finish(self) -> dict[str, int]:
        """Drop relations to what is not in the log, and say how much there is: events, objects."""
        self._flush()
        self._db.execute("DELETE FROM event_object WHERE ocel_object_id NOT IN (SELECT ocel_id FROM object)")
        self._db.execute(
            "DELETE FROM object_object WHERE ocel_target_id NOT IN (SELECT ocel_id FROM object)"
            " OR ocel_source_id NOT IN (SELECT ocel_id FROM object)"
        )
        self._db.commit()
        events = self._db.execute("SELECT count(*) FROM event").fetchone()[0]
        return {"events": events, "objects": self._db.execute("SELECT count(*) FROM object").fetchone()[0]}

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def events(self) -> Iterator[dict[str, Any]]:
        """The events as the JSON form has them."""
        for kind in self._events.values():
            for row in self._db.execute(f"SELECT * FROM event_{kind.table} ORDER BY rowid"):  # noqa: S608
                about = self._db.execute(
                    "SELECT ocel_object_id, ocel_qualifier FROM event_object WHERE ocel_event_id = ?",
                    (row[0],),
                )
                values = zip(kind.attributes, row[2:], strict=True)
                yield {
                    "id": row[0], "type": kind.name, "time": row[1],
                    "attributes": [
                        {"name": name, "value": _shown(kind, name, value)} for name, value in values if value is not None
                    ],
                    "relationships": [{"objectId": one, "qualifier": qualifier} for one, qualifier in about],
                }  # fmt: skip

    def objects(self) -> Iterator[dict[str, Any]]:
        """The objects as the JSON form has them."""
        for kind in self._objects.values():
            ids = self._db.execute(
                "SELECT ocel_id FROM object WHERE ocel_type = ? ORDER BY rowid", (kind.name,)
            )
            for (id_,) in ids:
                told = f"SELECT * FROM object_{kind.table} WHERE ocel_id = ? ORDER BY rowid"  # noqa: S608
                rows = self._db.execute(told, (id_,))
                about = self._db.execute(
                    "SELECT ocel_target_id, ocel_qualifier FROM object_object WHERE ocel_source_id = ?",
                    (id_,),
                )
                yield {
                    "id": id_, "type": kind.name,
                    "attributes": [
                        {"name": name, "time": row[1], "value": _shown(kind, name, value)}
                        for row in rows for name, value in zip(kind.attributes, row[3:], strict=True)
                        if value is not None and row[2] in (None, name)
                    ],
                    "relationships": [{"objectId": one, "qualifier": qualifier} for one, qualifier in about],
                }  # fmt: skip

    def index(self) -> None:
        """Make looking things up by object quick, for the JSON form."""
        for kind in self._objects.values():
            self._db.execute(f"CREATE INDEX by_id_{kind.table} ON object_{kind.table} (ocel_id)")


def _columns(kind: Kind) -> str:
    return "".join(f", {name} {_TYPES[type_]}" for name, type_ in kind.attributes.items())


def _shown(kind: Kind, name: str, value: Any) -> Any:
    return bool(value) if kind.attributes[name] == "boolean" else value
