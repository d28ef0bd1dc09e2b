"""Files of facts: which there are, of which kind, in which order; each is read as a stream, row by row.

The formats themselves are read by systems/files_csv.py, files_json.py and files_parquet.py.
"""

from __future__ import annotations

import difflib
import gzip
import hashlib
import re
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from sayso.canon.columns import Kind
from sayso.canon.kinds import KINDS, kind_named
from sayso.canon.rows import Reading, RowReader
from sayso.canon.times import moment
from sayso.canon.values import visible
from sayso.errors import BadRequest, SaysoError
from sayso.systems import files_csv, files_json, files_parquet

_FORMATS = {
    ".csv": files_csv, ".jsonl": files_json, ".ndjson": files_json, ".parquet": files_parquet
}  # fmt: skip
_PACKED = (".csv", ".jsonl", ".ndjson")
SUFFIXES = (*_FORMATS, *(f"{suffix}.gz" for suffix in _PACKED))
"""The endings that are read."""
_NOTE_EVERY = 512


class Format(Protocol):
    """How a format is read: `check` refuses what cannot be read at all, `rows` leaves out the first ones."""

    def check(self, stream: IO[bytes], rows: RowReader) -> None: ...

    def rows(self, stream: IO[bytes], rows: RowReader, skipped: int) -> Generator[Reading, None, None]: ...


@dataclass
class FactFile:
    """A file of rows of one kind. `name` is how the user named it; `bytes_read` grows while it is read."""

    path: Path
    name: str
    kind: Kind
    size: int
    modified: datetime
    format: Format
    packed: bool
    bytes_read: int = field(default=0, compare=False)

    def check(self) -> None:
        """BadRequest if nothing of the file can be loaded: it is empty, damaged, or its columns are wrong."""
        with self._opened() as (stream, _):
            self.format.check(stream, RowReader(self.kind))

    def rows(self, skipped: int = 0) -> Iterator[Reading]:
        """Its rows but the first ones: facts, or what is wrong with them. BadRequest where it is damaged."""
        with self._opened() as (stream, raw):
            with closing(self.format.rows(stream, RowReader(self.kind), skipped)) as read:
                for number, row in enumerate(read):
                    if number % _NOTE_EVERY == 0:
                        self.bytes_read = raw.tell()
                    yield [replace(one, file=self.name) for one in row] if isinstance(row, list) else row
            self.bytes_read = self.size

    def resume_key(self, source: str, as_of: datetime, snapshot: bool) -> str:
        """What names a load of exactly this content, so that it can go on after an interruption."""
        parts = (
            self.path.resolve(), self.size, self.modified.isoformat(), self.kind.name, source, moment(as_of),
            snapshot,
        )  # fmt: skip
        return hashlib.sha256("\n".join(map(str, parts)).encode("utf-8", "surrogateescape")).hexdigest()

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """The content, and the file itself, whose position tells how far it was read."""
        try:
            with self.path.open("rb") as raw:
                stream: IO[bytes] = gzip.GzipFile(fileobj=raw) if self.packed else raw  # type: ignore[assignment]
                yield stream, raw
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise BadRequest(f"{self.name}: damaged: {error}", remedy="pack or export it again") from None
        except OSError as error:
            raise BadRequest(
                f"{self.name}: cannot be read: {error.strerror or error}", remedy="check it"
            ) from None
        except SaysoError as error:
            error.detail = f"{self.name}: {error.detail}"
            raise


def found(path: Path, kind: str | None = None) -> list[FactFile]:
    """The file, or the files of a folder in the order in which they are loaded: items before what names them.

    The kind is told by the file's name (stock.csv, stock-2011-02.csv, stock_lon.csv.gz) unless it is given.
    Raises BadRequest for what is not there, has no known ending or no known kind.
    """
    given = kind_named(kind) if kind else None
    if not path.exists():
        raise BadRequest(f"{path}: no such file or folder", remedy="check the path")
    if not path.is_dir():
        return [_file(path, given)]
    paths = sorted(one for one in path.iterdir() if one.is_file() and _suffix(one) and one.name[0] != ".")
    if not paths:
        raise BadRequest(f"{path}: no files of facts in it", remedy="they end in " + ", ".join(SUFFIXES))
    order = {name: place for place, name in enumerate(KINDS)}
    return sorted((_file(one, given) for one in paths), key=lambda one: (order[one.kind.name], one.name))


def _file(path: Path, given: Kind | None) -> FactFile:
    suffix = _suffix(path)
    if not suffix:
        raise BadRequest(f"{path}: not a file of facts by its ending", remedy="use " + ", ".join(SUFFIXES))
    kind = given or _kind_of(path, path.name[: -len(suffix)].lower())
    state = path.stat()
    modified = datetime.fromtimestamp(state.st_mtime, UTC)
    packed = suffix.endswith(".gz")
    form: Format = _FORMATS[suffix.removesuffix(".gz")]
    return FactFile(path, visible(str(path)), kind, state.st_size, modified, form, packed)


def _suffix(path: Path) -> str:
    name = path.name.lower()
    return next((suffix for suffix in SUFFIXES if name.endswith(suffix) and name != suffix), "")


def _kind_of(path: Path, stem: str) -> Kind:
    for name in sorted(KINDS, key=len, reverse=True):
        if re.match(rf"{name}(?![a-z])", stem):
            return KINDS[name]
    near = difflib.get_close_matches(stem, KINDS, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise BadRequest(
        f"{path}: its name does not begin with a kind of facts",
        remedy=f"{hint}Give --kind, or name it after one of {', '.join(KINDS)}",
    )
