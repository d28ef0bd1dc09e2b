"""Opening exports: which files there are, what each is, what its columns are, and what has to be asked first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sayso.audit.exports.central import Central
from sayso.audit.exports.columns import Bad, ColumnReader
from sayso.audit.exports.guessing import SURE, Guess, columns_of, guess, role_named
from sayso.audit.exports.mapping import Map, Part
from sayso.audit.exports.problems import Problems
from sayso.audit.exports.roles import ROLES, Role, System
from sayso.audit.exports.rows import DEFAULTED
from sayso.audit.exports.sources import Question, Source, Survey
from sayso.audit.exports.timeline import Order
from sayso.audit.exports.values import Spelling, Unreadable, moment
from sayso.audit.shapes import FileRead, Problem
from sayso.errors import BadRequest, SaysoError
from sayso.systems.files_batches import Batch, Fault, How, Table
from sayso.systems.files_delimited import Delimited
from sayso.systems.files_tables import SUFFIXES, suffix_of, table

_SAMPLE = 300
_NO_EXPORTS = re.compile(
    r"(?:read[-_ ]?me|licen[cs]e|notice|changelog)\b.*|.*\.(?:toml|md|html?|log)", re.IGNORECASE
)
_DAY = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")


@dataclass
class Opened:
    """The files of both folders. `joined`: orders are put together from several kinds of files."""

    sources: list[Source] = field(default_factory=list)
    unused: list[FileRead] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)
    questions: list[Question] = field(default_factory=list)
    order: dict[str, Order] = field(default_factory=dict)
    guesses: dict[str, Guess] = field(default_factory=dict)
    joined: bool = False


def opened(
    storefront: Path, erp: Path, mapped: Map, progress: Callable[[str, int, int], None], *, ask: bool = True
) -> Opened:
    """Both folders, looked through. BadRequest for what is not there; with `ask` also for what has to be said."""
    found = Opened()
    folders: tuple[tuple[System, Path], ...] = (("storefront", storefront), ("erp", erp))
    for system, folder in folders:
        if not folder.is_dir():
            what = "is a file, not a folder" if folder.exists() else "no such folder"
            raise BadRequest(f"{folder}: {what}", remedy=f"give the folder with the exports of the {system}")
    for system, folder in folders:
        _open_folder(found, system, folder, mapped)
    _check_needed(found)
    _survey(found, mapped, progress)
    _date_by_names(found)
    if ask and found.questions:
        raise _asked(found.questions, mapped)
    if not any(one.role.name == "orders" for one in found.sources) and ask:
        raise _no_orders(storefront, found)
    return found


def _open_folder(found: Opened, system: System, folder: Path, mapped: Map) -> None:
    paths = sorted(
        path for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )  # fmt: skip
    central = Central(folder.name)
    used = 0
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if mapped.ignores(system, name) or (
            _NO_EXPORTS.fullmatch(path.name) and not mapped.role_of(system, name)
        ):
            continue
        used += 1
        _open_file(found, system, path, name, mapped, central)
    if not used:
        raise BadRequest(f"{folder}: no exports in it", remedy="their names end in " + ", ".join(SUFFIXES))
    for made in central.made(found.problems):
        found.sources.append(Source(ROLES["erp"][made.kind], made.file, made, {one: one for one in made.names},
                                    said=made.said))  # fmt: skip


def _open_file(found: Opened, system: System, path: Path, name: str, mapped: Map, central: Central) -> None:
    shown = (
        f"{path.parent.name}/{name}" if "/" not in name else f"{path.parents[name.count('/')].name}/{name}"
    )
    if not suffix_of(path):
        remedy = "save it as CSV, JSON Lines or Parquet"
        found.problems.add(Problem(shown, 0, "", "", "not a table by its ending: it was not read", remedy), 0)
        return
    role_name = mapped.role_of(system, name)
    part = mapped.part(system, role_name or role_named(system, name), name)
    try:
        read = table(path, How(part.encoding, part.delimiter))
        sample = _sample(read)
        if not read.names:
            fault = next(one for one in read.batches() if isinstance(one, Fault))
            raise BadRequest(f"line {fault.line}: {fault.detail}", remedy=fault.remedy)
    except SaysoError as error:
        found.problems.add(Problem(shown, 0, "", "", error.detail, error.remedy), 0)
        found.unused.append(FileRead(shown, system, "", 0, (error.detail,)))
        return
    if system == "erp" and not role_name and central.takes(shown, name, read):
        found.unused.append(FileRead(shown, system, "", 0, ("an export of Business Central's API",)))
        return
    guessed = guess(system, name, read.names, sample)
    if not role_name and not _looks_like(mapped, system, guessed, name):
        detail = f"nothing tells what it is ({', '.join(read.names)[:100]}): it was not used"
        remedy = f'name it in the map (files = ["{name}"]), or write ignore = ["{name}"] under [{system}]'
        found.problems.add(Problem(shown, 0, "", "", detail, remedy), 0)
        found.unused.append(FileRead(shown, system, "", 0, ("nothing tells what it is",)))
        return
    role = ROLES[system][role_name or guessed.role]
    part = mapped.part(system, role.name, name)
    found.sources.append(_source(found, role, shown, read, guessed, part, sample))


def _looks_like(mapped: Map, system: System, guessed: Guess, name: str) -> bool:
    """Whether a file is worth asking about: a name alone, without a column that fits, is not enough."""
    if not guessed.role:
        return False
    role, part = ROLES[system][guessed.role], mapped.part(system, guessed.role, name)
    known = {one for one, column in guessed.columns.items() if column.sure >= SURE} | part.columns.keys()
    needed = [one for one in role.needed if (role.name, one) not in DEFAULTED]
    return any(one in known for one in needed or role.by_name)


def _source(
    found: Opened, role: Role, shown: str, read: Table, guessed: Guess, part: Part, sample: Mapping[str, Any]
) -> Source:
    """A file with its columns: those of the map, and what is left by guessing."""
    own = {name: theirs for name, theirs in part.columns.items() if theirs}
    for name, theirs in own.items():
        if theirs not in read.names:
            detail = f"the map says that {name} is the column {theirs!r}, and there is none"
            found.questions.append(Question(shown, detail, "it has " + ", ".join(read.names)[:300]))
    own = {name: theirs for name, theirs in own.items() if theirs in read.names}
    given = {*part.columns, *part.fixed}
    guesses = guessed.columns if guessed.role == role.name else {}
    if guessed.preset is None:
        guesses = columns_of(role, read.names, sample, tuple(own.values()))
    columns = {
        name: one.name for name, one in guesses.items()
        if one.sure >= SURE and name not in given and one.name not in own.values()
    } | own  # fmt: skip
    preset = guessed.preset if guessed.role == role.name else None
    words = {**(preset.words if preset else {}), **part.words}
    said = [*read.said, *([preset.said] if preset and preset.said else [])]
    if guessed.role == role.name and not part.files:
        said.append(f"taken for {role.name} by {guessed.why}")
    weak = [
        f"{one.name} ({name})"
        for name, one in guesses.items()
        if columns.get(name) == one.name and one.sure < 0.8
    ]
    if weak:
        said.append(f"not sure of {', '.join(weak)}")
    found.guesses[shown] = guessed._replace(columns={**guesses, **{n: guesses[n] for n in guesses}})
    as_of = _as_of(found, shown, part.as_of)
    zone = part.timezone or "UTC"
    source = Source(
        role, shown, read, _ordered(role, columns), dict(part.fixed), words, Spelling(zone=zone), said, as_of,
        documents=any(name.endswith(".#") for name in read.names),
        typed=not isinstance(read, Delimited),
    )  # fmt: skip
    _check_fixed(found, source)
    return source


def _check_fixed(found: Opened, source: Source) -> None:
    for name, text in source.fixed.items():
        value = ColumnReader(source.role.by_name[name], source.spelling, source.words.get(name)).value(text)
        if isinstance(value, Bad):
            found.questions.append(
                Question(source.file, f"fixed {name} = {text!r}: {value.detail}", value.remedy)
            )


def _as_of(found: Opened, shown: str, text: str) -> datetime | None:
    try:
        return moment(text) if text else None
    except Unreadable as error:
        found.questions.append(Question(shown, f"as_of = {text!r}: {error.detail}", error.remedy))
        return None


def _ordered(role: Role, columns: Mapping[str, str]) -> dict[str, str]:
    return {one.name: columns[one.name] for one in role.columns if one.name in columns}


def _sample(read: Table) -> dict[str, Sequence[str]]:
    """The first rows, column by column."""
    for batch in read.batches():
        if isinstance(batch, Batch):
            return {
                name: (cells[:_SAMPLE] if isinstance(cells, list) else cells[:_SAMPLE].to_pylist())
                for name, cells in zip(read.names, batch.columns, strict=True)
            }
    return dict.fromkeys(read.names, ())


def _check_needed(found: Opened) -> None:
    """Ask for columns without which a file is of no use; those of orders may be in several files."""
    orders = [one for one in found.sources if one.role.name == "orders"]
    for source in found.sources:
        role = source.role
        missing = [n for n in role.needed if not source.has(n) and (role.name, n) not in DEFAULTED]
        if role.name == "orders":
            missing = [n for n in missing if n == "order" or not any(one.has(n) for one in orders)]
            found.joined = found.joined or any(not source.has(n) for n in role.needed)
        for name in missing:
            found.questions.append(_missing(source, name))


def _missing(source: Source, name: str) -> Question:
    role = source.role
    spare = [one for one in source.table.names if one not in source.columns.values()]
    doc = role.by_name[name].column.doc
    detail = f"taken for {role.name}, and no column is the {name} ({doc[:1].lower() + doc[1:].rstrip('.')})"
    remedy = (
        f'write {name} = "..." under [{role.system}.{role.name}.columns] in the map'
        f"{' with one of ' + ', '.join(spare)[:200] if spare else ''}; or a value for all rows under "
        f'[{role.system}.{role.name}.fixed]; or ignore = ["{source.file.split("/", 1)[1]}"] under [{role.system}]'
    )
    return Question(source.file, detail, remedy)


def _survey(found: Opened, mapped: Map, progress: Callable[[str, int, int], None]) -> None:
    """Look at every row once: spellings, and how orders follow each other."""
    whole, done = max(sum(one.table.size for one in found.sources), 1), 0
    for source in found.sources:
        survey = Survey(source)
        order = Order(source) if source.role.name == "orders" else None
        rows = 0
        for batch in source.table.batches():
            if isinstance(batch, Batch):
                rows += len(batch.lines)
                survey.look(batch)
                if order:
                    order.look(batch)
                progress("a first look", done + source.table.bytes_read, whole)
        done += source.table.size
        part = mapped.part(source.role.system, source.role.name, source.file.split("/", 1)[1])
        source.spelling, questions = survey.spelling(part.dates, part.decimal)
        found.questions += questions
        if order:
            found.order[source.file] = order
        if not rows:
            detail, remedy = "it has no rows", "export it again, or leave it out"
            found.problems.add(Problem(source.file, 0, "", "", detail, remedy, dropped=False))
        _say(source, survey)


def _say(source: Source, survey: Survey) -> None:
    kinds = {evidence.kind for evidence in survey.evidence.values()}
    if source.spelling.dates and "day" in kinds:
        source.said.append(f"days are written {source.spelling.dates}")
    if source.spelling.decimal == ",":
        source.said.append("decimals come after a comma")
    if source.spelling.zone != "UTC":
        source.said.append(f"times are meant in {source.spelling.zone}")


def _date_by_names(found: Opened) -> None:
    """What has no times of its own, but a day in its file's name, is true from that day on."""
    for source in found.sources:
        if source.role.name in ("orders", "outcomes") or source.has("as_of") or source.as_of is not None:
            continue
        source.as_of = _day_in(source.file)
        if source.as_of:
            source.said.append(f"by its name, it tells of {source.as_of:%Y-%m-%d}")


def _day_in(file: str) -> datetime | None:
    found = _DAY.search(file.rsplit("/", 1)[-1])
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC) if found else None
    except ValueError:
        return None


def _asked(questions: Sequence[Question], mapped: Map) -> BadRequest:
    """One error with all that has to be said."""
    told = [f"{one.file}: {one.detail}\n    {one.remedy}" for one in questions]
    count = f"{len(questions)} things have" if len(questions) > 1 else "one thing has"
    where = f"write it in {mapped.name}" if mapped.name else "write it in a file and give that as --map FILE"
    begin = "" if mapped.name else "; sayso audit map writes one to begin with"
    return BadRequest(f"{count} to be said in the map first:\n  " + "\n  ".join(told), remedy=where + begin)


def _no_orders(folder: Path, found: Opened) -> BadRequest:
    said = "; ".join(f"{one.file}: {one.detail}" for one in found.problems.kept[:5])
    return BadRequest(
        f"{folder}: no orders in it{': ' + said if said else ''}",
        remedy='an audit needs the storefront\'s orders: name their files in the map, [storefront.orders] files = ["..."]',
    )
