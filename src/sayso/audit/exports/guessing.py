"""A guess at what a file of an export is, and which of its columns is what: from names, and from values.

Knows no more than a sample of a file's rows. Every guess says how sure it is and why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sayso.audit.exports.columns import Bad, ColumnReader
from sayso.audit.exports.names import FILES, NAMES, words_of
from sayso.audit.exports.presets import PRESETS, Preset
from sayso.audit.exports.roles import ROLES, Role, System, Wanted
from sayso.audit.exports.values import day_part, day_shows

SURE = 0.6
"""From here on a guess is used."""
_PLAIN = 0.85


class Column(NamedTuple):
    """A column of the file that is guessed to be one of the role's; from 0 to 1, and why."""

    name: str
    sure: float
    why: str


class Guess(NamedTuple):
    """What a file seems to be. `role` is blank where nothing fits; `sure` is how well the best role does."""

    role: str
    sure: float
    why: str
    columns: Mapping[str, Column]
    preset: Preset | None = None


def guess(system: System, file: str, names: Sequence[str], sample: Mapping[str, Sequence[str]]) -> Guess:
    """What a file of this name, columns and sample of cells seems to be."""
    for preset in PRESETS:
        if preset.system == system and preset.fits(names):
            columns = {
                name: Column(theirs, 1.0, preset.title)
                for name, theirs in preset.columns.items()
                if theirs in names
            }
            return Guess(preset.role, 1.0, preset.title, columns, preset)
    by_name = _role_by_name(system, file)
    found = []
    for role in ROLES[system].values():
        columns = columns_of(role, names, sample)
        fits = _fit(role, columns)
        bonus = 0.5 if role.name == by_name else 0.0
        found.append((fits + bonus, role.name, columns))
    best = max(found, key=lambda one: one[0])
    if by_name:
        columns = next(columns for _, name, columns in found if name == by_name)
        return Guess(by_name, 0.9, "the file's name", columns)
    if best[0] < SURE:
        return Guess("", best[0], "neither its name nor its columns tell", {})
    return Guess(best[1], min(best[0], 0.8), "its columns", best[2])


def columns_of(
    role: Role, names: Sequence[str], sample: Mapping[str, Sequence[str]], taken: Sequence[str] = ()
) -> dict[str, Column]:
    """The role's columns to the file's, the surest first, each of the file's at most once."""
    candidates: list[tuple[float, int, str, Column]] = []
    for place, wanted in enumerate(role.columns):
        for name in names:
            if name in taken:
                continue
            sure, why = _named(wanted, name)
            if not sure and not _by_values(wanted)[0]:
                continue  # whatever its values are, they would not tell
            rate = _readable(wanted, sample.get(name, ()))
            if sure and rate is not None and rate < 0.98:
                # A name that says it plainly is believed all the same: what cannot be read is to be named.
                sure = max(sure * (0.4 + 0.6 * rate), 0.65 if sure >= _PLAIN else 0.0)
            elif not sure and rate is not None and rate > 0.98:
                sure, why = _by_values(wanted)
            if sure >= 0.4:
                candidates.append((sure, -place, wanted.name, Column(name, round(sure, 2), why)))
    found: dict[str, Column] = {}
    used: set[str] = set()
    for _, _, name, column in sorted(candidates, key=lambda one: one[:2], reverse=True):
        if name not in found and column.name not in used:
            found[name] = column
            used.add(column.name)
    return {wanted.name: found[wanted.name] for wanted in role.columns if wanted.name in found}


def role_named(system: System, file: str) -> str:
    """The role that a file's name tells; blank if it tells none."""
    return _role_by_name(system, file)


def _role_by_name(system: System, file: str) -> str:
    stem = re.sub(r"[^a-z]+", "_", file.lower().split(".")[0]).strip("_")
    known = {name: role for role, words in FILES[system].items() for name in words.split()}
    known |= {name: name for name in ROLES[system]}
    for name in sorted(known, key=len, reverse=True):
        if re.match(rf"{name}(?![a-z])", stem):
            return known[name]
    for name in sorted(known, key=len, reverse=True):
        if re.search(rf"(?<![a-z]){name}(?![a-z])", stem):
            return known[name]
    return ""


def _fit(role: Role, columns: Mapping[str, Column]) -> float:
    """How well columns fit a role: how sure its needed ones are, a little for the others."""
    needed = [columns[name].sure if name in columns else 0.0 for name in role.needed]
    if not needed or min(needed) == 0.0:
        return 0.0
    more = sum(one.sure for name, one in columns.items() if name not in role.needed)
    return sum(needed) / len(needed) * 0.7 + min(more, 8) * 0.03


@lru_cache(maxsize=16384)
def _named(wanted: Wanted, name: str) -> tuple[float, str]:
    """How sure a column is by its name alone."""
    if name.lower().strip() == wanted.name:
        return 1.0, "its name"
    best = 0.0
    leaf = name.rsplit(".", 1)[-1]
    for shown, weight in ((name, 1.0), (leaf, 0.9)):
        said = words_of(shown)
        if shown.endswith(".#") or leaf == "#":
            return (0.95, "its place in the document") if wanted.name == "line" else (0.0, "")
        if not said:
            continue
        own = words_of(wanted.name)
        for place, known in enumerate((" ".join(own), *NAMES.get(wanted.name, ()))):
            best = max(best, weight * _alike(said, tuple(known.split()), place))
    return (round(best, 2), "its name") if best >= 0.4 else (0.0, "")


def _alike(said: tuple[str, ...], known: tuple[str, ...], place: int) -> float:
    """How alike two names are, word by word; the first of the known names weigh most."""
    if said == known:
        return 0.95 - min(place, 12) * 0.01
    short, plain = [w for w in said if w != "no"], [w for w in known if w != "no"]
    if short and short == plain:
        return 0.88 - min(place, 12) * 0.01
    if short and sorted(short) == sorted(plain):  # Fecha pedido, Date commande
        return 0.85 - min(place, 12) * 0.01
    if plain and set(plain) <= set(short) and len(short) - len(plain) <= 1:
        return 0.62 - min(place, 12) * 0.01
    return 0.0


def _readable(wanted: Wanted, cells: Sequence[str]) -> float | None:
    """The share of a sample's cells that the type can read; None where all are blank, or any text would do."""
    filled = Counter(cell for cell in cells if cell.strip())
    if not filled or (wanted.type in ("text", "list", "uom", "enum") and not wanted.moment):
        return None
    read = ColumnReader(wanted)
    good = 0
    for cell, times in filled.items():
        value = read.value(cell)
        dated = wanted.moment or wanted.type == "date"
        if not isinstance(value, Bad) or (dated and day_shows(day_part(cell))) or "decimals?" in value.detail:
            good += times
    return good / filled.total()


def _by_values(wanted: Wanted) -> tuple[float, str]:
    """What values alone say: only countries and currencies have a shape of their own."""
    if wanted.type in ("country", "currency"):
        return 0.5, "its values"
    return 0.0, ""
