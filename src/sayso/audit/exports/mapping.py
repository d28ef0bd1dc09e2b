"""The map: a small TOML file that says which file of an export is what, and which of its columns.

Knows its shape only. What it leaves out is guessed (guessing.py); what it says is taken as it is.
"""

from __future__ import annotations

import codecs
import difflib
import tomllib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from typing import Annotated, Any, Literal, get_args
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta, Struct, field

from sayso.audit.exports.roles import ROLES, Role, System
from sayso.audit.exports.values import Dates
from sayso.errors import BadField, BadRequest

_SHARED = ("timezone", "dates", "decimal", "encoding", "delimiter", "ignore")


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """What the map says of the files of a role. Blank: find it out.

    `files` are names or patterns (orders-*.csv); without them, it holds for all files that look like this role.
    `columns`: the role's column to the file's; blank: the file has none. `fixed`: a value for every row.
    `words`: by the role's column, what a text in the file means. `as_of`: from when on the file's rows are true.
    """

    files: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    dates: Dates | None = None
    decimal: Literal["", ".", ","] | None = None
    timezone: str = ""
    encoding: str = ""
    delimiter: Annotated[str, Meta(max_length=1)] = ""
    as_of: str = ""

    def names(self, file: str) -> bool:
        """Whether a file is named by it."""
        return any(fnmatch(file.lower(), pattern.lower()) for pattern in self.files)


class Map(Struct, frozen=True):
    """The whole map: the parts of each role, and what holds for all files of a system."""

    parts: dict[tuple[System, str], tuple[Part, ...]] = field(default_factory=dict)
    shared: dict[System, Part] = field(default_factory=dict)
    ignored: dict[System, tuple[str, ...]] = field(default_factory=dict)
    name: str = ""

    def role_of(self, system: System, file: str) -> str:
        """The role of a file that the map names; blank if it names it nowhere."""
        for (of, role), parts in self.parts.items():
            if of == system and any(part.names(file) for part in parts):
                return role
        return ""

    def ignores(self, system: System, file: str) -> bool:
        """Whether the map says to leave a file out."""
        return any(fnmatch(file.lower(), pattern.lower()) for pattern in self.ignored.get(system, ()))

    def part(self, system: System, role: str, file: str) -> Part:
        """What it says of a file: its own part over the role's over the system's."""
        parts = self.parts.get((system, role), ())
        own = [part for part in parts if not part.files] + [part for part in parts if part.names(file)]
        merged = self.shared.get(system, Part())
        for part in own:
            merged = _over(merged, part)
        return merged


def parse(text: str, name: str) -> Map:
    """A map from the text of a file called `name`. BadRequest or BadField name what is wrong in it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise BadRequest(f"{name}: {broken}", remedy="the map is TOML in UTF-8") from None
    parts: dict[tuple[System, str], tuple[Part, ...]] = {}
    shared: dict[System, Part] = {}
    ignored: dict[System, tuple[str, ...]] = {}
    for system in tables:
        if system not in ROLES:
            raise _unknown(name, system, get_args(System))
        of: System = system  # type: ignore[assignment]
        settings = {key: tables[system].pop(key) for key in _SHARED if key in tables[system]}
        ignored[of] = tuple(settings.pop("ignore", ()))
        shared[of] = _part(f"{name}: [{system}]", settings)
        for role, given in tables[system].items():
            if role not in ROLES[of]:
                raise _unknown(name, f"{system}.{role}", [f"{system}.{one}" for one in ROLES[of]])
            several = given if isinstance(given, list) else [given]
            place = f"{name}: [{system}.{role}]"
            parts[of, role] = tuple(_checked(place, _part(place, one), ROLES[of][role]) for one in several)
    return Map(parts, shared, ignored, name)


def _part(place: str, given: Any) -> Part:
    try:
        part = msgspec.convert(given, Part, strict=True)
    except msgspec.ValidationError as refused:
        raise BadRequest(f"{place}: {refused}", remedy="see docs/reference/audit-exports.md") from None
    if part.timezone and part.timezone not in available_timezones():
        near = difflib.get_close_matches(part.timezone, available_timezones(), 1)
        remedy = f"did you mean {near[0]}?" if near else "write e.g. Europe/London"
        raise BadField(f"{place} timezone", part.timezone, "not an IANA time zone", remedy=remedy)
    if part.encoding and not _is_encoding(part.encoding):
        remedy = "write e.g. utf-8, utf-16, windows-1252, latin-1"
        raise BadField(f"{place} encoding", part.encoding, "not an encoding", remedy=remedy)
    return part


def _is_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False


def _checked(place: str, part: Part, role: Role) -> Part:
    for table in (part.columns, part.fixed, part.words):
        for name in table:
            if name not in role.by_name:
                raise _unknown(place, name, list(role.by_name))
    return part


def _over(below: Part, above: Part) -> Part:
    """What one part says, over what another one does."""
    return Part(
        above.files or below.files,
        {**below.columns, **above.columns},
        {**below.fixed, **above.fixed},
        {**below.words, **above.words},
        above.dates if above.dates is not None else below.dates,
        above.decimal if above.decimal is not None else below.decimal,
        above.timezone or below.timezone,
        above.encoding or below.encoding,
        above.delimiter or below.delimiter,
        above.as_of or below.as_of,
    )


def _unknown(place: str, name: str, known: Sequence[str]) -> BadField:
    near = difflib.get_close_matches(name, known, 1)
    remedy = f"did you mean {near[0]}?" if near else "one of " + ", ".join(known)
    return BadField(f"{place}: {name}", "", "there is nothing of this name to map", remedy=remedy)


def quoted(text: str) -> str:
    """A text as TOML writes it."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007F")


def lines(table: Mapping[str, str]) -> list[str]:
    """A table's lines."""
    return [f"{_key(name)} = {quoted(value)}" for name, value in table.items()]


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else quoted(name)
