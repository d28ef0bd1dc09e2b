"""A guessed map as a TOML file, each guess with how sure it is and why, ready to be corrected by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sayso.audit.exports.guessing import SURE, Column
from sayso.audit.exports.mapping import lines, quoted
from sayso.audit.exports.opening import Opened
from sayso.audit.exports.roles import ROLES
from sayso.audit.exports.rows import DEFAULTED
from sayso.audit.exports.sources import Source

_HEAD = """\
# A map of exports for `sayso audit --map`, guessed from names and values. Correct what is wrong.
# left: what Sayso calls it; right: what your file calls it; then how sure the guess is, 1 is certain, and why.
# A line that begins with # is not used. What the map does not say is guessed again.
"""


def written(opened: Opened) -> str:
    """The map of what was opened."""
    said = [_HEAD]
    if opened.questions:
        said.append("# To be said before an audit can run:")
        said += [f"#   {one.file}: {one.detail}\n#     {one.remedy}" for one in opened.questions]
        said.append("")
    for system, roles in ROLES.items():
        for role in roles:
            sources = [
                one for one in opened.sources
                if one.role.system == system and one.role.name == role and one.file in opened.guesses
            ]  # fmt: skip
            parts = list(_alike(sources).values())
            for group in parts:
                said += _part(group, opened.guesses[group[0].file].columns, several=len(parts) > 1)
                said.append("")
    unknown = [one for one in opened.unused if one.system and not one.role]
    said += [f"# not used: {one.file}: {'; '.join(one.said)}" for one in unknown]
    return "\n".join(said).rstrip("\n") + "\n"


def _alike(sources: list[Source]) -> Mapping[tuple[object, ...], list[Source]]:
    """Files that are read in one way, together."""
    found: dict[tuple[object, ...], list[Source]] = {}
    for one in sources:
        key = (tuple(one.columns.items()), tuple(one.fixed.items()), one.spelling)
        found.setdefault(key, []).append(one)
    return found


def _part(group: list[Source], guesses: Mapping[str, Column], *, several: bool) -> Iterator[str]:
    source = group[0]
    place = f"{source.role.system}.{source.role.name}"
    yield f"[[{place}]]" if several else f"[{place}]"
    for said in source.said:
        yield f"# {said}"
    yield f"files = [{', '.join(quoted(one.file.split('/', 1)[1]) for one in group)}]"
    if source.spelling.dates:
        yield f"dates = {quoted(source.spelling.dates)}"
    if source.spelling.decimal == ",":
        yield 'decimal = ","'
    if any(one.moment for name, one in source.role.by_name.items() if name in source.columns):
        yield f"timezone = {quoted(source.spelling.zone)}  # of times that are written without an offset"
    yield f"[{place}.columns]"
    yield from _columns(source, guesses)
    for table, values in (("fixed", source.fixed), *((f"words.{n}", w) for n, w in source.words.items())):
        if values:
            yield f"[{place}.{table}]"
            yield from lines(values)


def _columns(source: Source, guesses: Mapping[str, Column]) -> Iterator[str]:
    for name, wanted in source.role.by_name.items():
        theirs = source.columns.get(name)
        guessed = guesses.get(name)
        doc = wanted.column.doc
        if theirs is not None:
            why = f"{guessed.sure:g}, {guessed.why}" if guessed and guessed.name == theirs else "from the map"
            yield f"{lines({name: theirs})[0]}  # {why}"
        elif guessed is not None and guessed.sure < SURE and guessed.name not in source.columns.values():
            yield f"# {lines({name: guessed.name})[0]}  # {guessed.sure:g}, {guessed.why}: too weak to be used. {doc}"
        elif wanted.needed and not source.has(name) and (source.role.name, name) not in DEFAULTED:
            yield f'# {name} = "..."  # needed. {doc}'
    spare = [one for one in source.table.names if one not in source.columns.values()]
    if spare:
        yield f"# not used: {', '.join(spare)[:400]}"
