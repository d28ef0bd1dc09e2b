"""Cuts the shipped slice from the full file: `python -m sayso.demo.slice SOURCE OUT`. Lines are copied as
they are."""

from __future__ import annotations

import csv
import io
import lzma
from pathlib import Path

import click

from sayso.demo.retail import unpacked
from sayso.errors import SaysoError

FIRST_MONTH, LAST_MONTH = "2010-12", "2011-03"
SHIPPED = Path(__file__).parent / "data" / "online_retail_2010-12_2011-03.csv.xz"
_PATTERNS = ("*nline*etail*.csv", "*nline*etail*.csv.gz", "*nline*etail*.csv.xz")


def cut(source: Path, first_month: str = FIRST_MONTH, last_month: str = LAST_MONTH) -> bytes:
    """The lines of whole months, both included, header first, as xz. Equal input gives equal bytes."""
    kept = io.StringIO()
    writer = csv.writer(kept, lineterminator="\n")
    rows = csv.reader(io.StringIO(unpacked(source).decode()))
    header = next(rows)
    day = header.index("InvoiceDate")
    writer.writerow(header)
    writer.writerows(row for row in rows if first_month <= row[day][:7] <= last_month)
    return lzma.compress(kept.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME, check=lzma.CHECK_CRC64)


def find(folder: Path | None) -> Path:
    """The file to read: in the given folder (or one below it), the file itself if it is one, else the
    shipped slice."""
    if folder is None:
        return SHIPPED
    if folder.is_file():
        return folder
    for place in (folder, *sorted(one for one in folder.glob("*") if one.is_dir())):
        for pattern in _PATTERNS:
            found = sorted(place.glob(pattern))
            if found:
                return found[0]
    raise SaysoError(
        f"no Online Retail file in {folder}",
        remedy="leave SAYSO_DATA unset to use the slice that comes with Sayso",
    )


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def main(source: Path, out: Path) -> None:
    """Write the months 2010-12 to 2011-03 of SOURCE (the full CSV, .gz and .xz too) to OUT (.csv.xz)."""
    body = cut(source)
    out.write_bytes(body)
    click.echo(f"{out}: {len(body):,} bytes")


if __name__ == "__main__":
    main()
