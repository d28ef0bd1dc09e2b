"""YAML and JSON Lines, one case after the other, each value as it is written; and where in the file a value stands.

A plain scalar stays text (so that NO is a country, 007 an item and 16:30 a time); only null, ~ and nothing are none.
What a text means is said by whoever knows what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml
from yaml.events import AliasEvent, Event, MappingStartEvent, NodeEvent, ScalarEvent, SequenceStartEvent

from sayso.canon.values import json_number, visible
from sayso.errors import BadRequest

Value = None | str | list[Any] | dict[str, Any]
Trail = tuple[str | int, ...]

YAML_NAMES = (".yaml", ".yml", ".json")
LINES_NAMES = (".jsonl", ".ndjson")
_NONE = frozenset({"", "~", "null", "Null", "NULL"})
_DEEPEST = 40
_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_lines = msgspec.json.Decoder(float_hook=json_number)


class Flaw(NamedTuple):
    """Something that cannot be read as it stands: where (from 1), what, and what to do."""

    line: int
    column: int
    value: str
    detail: str
    remedy: str


class Found(NamedTuple):
    """One case as it is written, what is wrong with the writing, and what tells where each value stands."""

    value: Value
    flaws: list[Flaw]
    places: Places


class Places:
    """Where the values of a case stand: by its events, or by the line of JSON that it is."""

    def __init__(self, events: Sequence[Event], line: int = 0, text: str = "") -> None:
        self._events = events
        self._line = line
        self._text = text

    @property
    def line(self) -> int:
        """The line on which the case begins, from 1."""
        return self._line or (self._events[0].start_mark.line + 1 if self._events else 1)

    def at(self, path: Trail) -> tuple[int, int]:
        """Line and column, from 1, of the value at a path, or of the last part of it that is there."""
        if self._text and not self._events:
            try:
                self._events = [
                    one for one in yaml.parse(self._text, Loader=yaml.CSafeLoader) if isinstance(one, (NodeEvent, *_ENDS))
                ]  # fmt: skip
            except yaml.YAMLError:
                return self._line, 1
        if not self._events:
            return self._line, 1
        mark = self._events[_walked(self._events, path)].start_mark
        return mark.line + (self._line or 1), mark.column + 1


class Unreadable(BadRequest):
    """A file that cannot be read on from a place in it."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.detail, remedy=flaw.remedy)
        self.flaw = flaw


def cases_of(file: Path) -> Iterator[Found]:
    """The cases of a file, read one by one. Raises Unreadable where it cannot be read on."""
    with file.open("rb") as stream:
        yield from _json_lines(stream) if file.suffix.lower() in LINES_NAMES else _yaml(stream)


def _json_lines(stream: Iterable[bytes]) -> Iterator[Found]:
    for number, line in enumerate(stream, 1):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        try:
            text = line.decode()
            value = _texts(_lines.decode(text))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            byte = re.search(r"\(byte (\d+)\)", str(error))
            detail = f"not JSON: {error}"
            flaw = Flaw(
                number, int(byte[1]) + 1 if byte else 1, "", detail, "a line is one case: {...} in UTF-8"
            )
            yield Found(None, [flaw], Places((), number))
            continue
        yield Found(value, [], Places((), number, text))


def _texts(value: Any) -> Any:
    """The same with numbers and truth values as they would be written in YAML."""
    if isinstance(value, dict):
        return {name: _texts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return (
        format(value, "f") if isinstance(value, Decimal) else str(value) if isinstance(value, int) else value
    )


def _yaml(stream: Any) -> Iterator[Found]:
    try:
        yield from _Reader(yaml.parse(stream, Loader=yaml.CSafeLoader)).cases()
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = ", ".join(text for text in (broken.context, broken.problem) if text)
        remedy = "check indentation, colons and quotes just before this place"
        raise Unreadable(Flaw(line, column, "", f"not YAML: {said}", remedy)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as broken:
        raise Unreadable(
            Flaw(1, 1, "", f"not YAML: {broken}", "write the file in UTF-8, as YAML has it")
        ) from None


class _Reader:
    """Values out of the events of a YAML file, one case at a time."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._source = events
        self._named: dict[str, Value] = {}
        self._seen: list[Event] = []
        self._flaws: list[Flaw] = []

    def cases(self) -> Iterator[Found]:
        """The items of the list that the file is, of the list `cases` in it, or the one case that it is."""
        for event in self._source:
            if isinstance(event, SequenceStartEvent):
                yield from self._items()
            elif isinstance(event, MappingStartEvent):
                yield from self._mapping(event)
            elif isinstance(event, ScalarEvent) and self._scalar(event) is not None:
                detail = "a file of cases is a list: each case begins with a dash"
                yield self._found(self._value(event), [_flaw(event, detail, "write - id: ...")])

    def _items(self) -> Iterator[Found]:
        for event in self._source:
            if isinstance(event, _ENDS):
                return
            yield self._found(self._value(event))

    def _mapping(self, start: Event) -> Iterator[Found]:
        """A mapping with a list of `cases` (beside it only `shared`, for anchors), or one that is a case itself."""
        whole: dict[str, Value] = {}
        self._seen.append(start)
        for event in self._source:
            if isinstance(event, _ENDS):
                self._seen.append(event)
                break
            if isinstance(event, ScalarEvent) and event.value == "cases" and not whole.keys() - {"shared"}:
                self._seen.clear()
                following = next(self._source)
                if isinstance(following, SequenceStartEvent):
                    yield from self._items()
                    continue
                self._flaws.append(_flaw(following, "cases is a list", "write each with a dash: - id: ..."))
                yield self._found(self._value(following))
                continue
            name = self._value(event)
            whole[name if isinstance(name, str) else ""] = self._value(next(self._source))
        if whole.keys() - {"shared"}:
            yield self._found(whole)
        self._seen.clear()

    def _found(self, value: Value, flaws: list[Flaw] | None = None) -> Found:
        found = Found(value, (flaws or []) + self._flaws, Places(self._seen))
        self._seen, self._flaws = [], []
        return found

    def _value(self, event: Event, deep: int = 0) -> Value:
        self._seen.append(event)
        if deep > _DEEPEST:
            raise Unreadable(_flaw(event, "values are nested too deeply", "say it with fewer levels"))
        value: Value
        if isinstance(event, ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, AliasEvent):
            if event.anchor not in self._named:
                self._flaws.append(
                    _flaw(event, f"nothing is called &{event.anchor} before this", "name it first")
                )
            return self._named.get(event.anchor)
        elif isinstance(event, SequenceStartEvent):
            value = self._list(deep + 1)
        else:
            value = self._dict(deep + 1)
        if event.anchor is not None:
            self._named[event.anchor] = value
        return value

    def _scalar(self, event: ScalarEvent) -> str | None:
        text: str = event.value
        return None if event.implicit[0] and text in _NONE else text

    def _list(self, deep: int) -> list[Value]:
        found = []
        for event in self._source:
            if isinstance(event, _ENDS):
                self._seen.append(event)
                break
            found.append(self._value(event, deep))
        return found

    def _dict(self, deep: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        merged: list[Value] = []
        for event in self._source:
            if isinstance(event, _ENDS):
                self._seen.append(event)
                break
            name = self._value(event, deep)
            value = self._value(next(self._source), deep)
            if not isinstance(name, str):
                self._flaws.append(_flaw(event, "a name is a text", "write name: value"))
            elif name == "<<" and event.implicit[0]:
                merged += value if isinstance(value, list) else [value]
            elif name in found:
                self._flaws.append(
                    _flaw(event, f"{visible(name)} stands there twice", "leave one of them out")
                )
            else:
                found[name] = value
        if not merged:
            return found
        under: dict[str, Value] = {}
        for one in reversed(merged):
            under.update(one if isinstance(one, dict) else {})
        return {**under, **found}


def _flaw(event: Event, detail: str, remedy: str) -> Flaw:
    mark = event.start_mark
    shown = visible(str(getattr(event, "value", "")))[:80]
    return Flaw(mark.line + 1, mark.column + 1, shown, detail, remedy)


def _walked(events: Sequence[Event], path: Trail) -> int:
    """The number of the event where the value at a path begins, or the last part of it that is there."""
    here = 0
    for step in path:
        below = _step(events, here, step)
        if below is None:
            break
        here = below
    return here


def _step(events: Sequence[Event], here: int, step: str | int) -> int | None:
    start = events[here]
    place = here + 1
    if isinstance(start, SequenceStartEvent):
        number = 0
        while place < len(events) and not isinstance(events[place], _ENDS):
            if number == step:
                return place
            place, number = _past(events, place), number + 1
    elif isinstance(start, MappingStartEvent):
        while place < len(events) and not isinstance(events[place], _ENDS):
            if getattr(events[place], "value", None) == step:
                return _past(events, place)
            place = _past(events, _past(events, place))
    return None


def _past(events: Sequence[Event], place: int) -> int:
    """The event after a whole value."""
    depth = 0
    while place < len(events):
        event = events[place]
        depth += isinstance(event, (SequenceStartEvent, MappingStartEvent)) - isinstance(event, _ENDS)
        place += 1
        if depth == 0:
            break
    return place
