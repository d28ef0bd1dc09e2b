"""What no file of the project says: foreign tools and folders, things left for later, download addresses.

The patterns are written so that they do not match themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from house.source import Finding, Source

_FOREIGN = re.compile(
    r"cl[a]ude|op[e]nai|chatg[p]t|cop[i]lot|anthr[o]pic|\.\./shar[e]d|(?<![\w.-])/wor[k]/", re.IGNORECASE
)
_LATER = re.compile(r"\b(?:TO[D]O|FIX[M]E)\b")
_ADDRESSES = re.compile(
    r"py[p]i\.(?:org|python\.org)/(?:simple|packages|pypi)|files\.pythonh[o]sted|test\.py[p]i\.org"
    r"|regi[s]try\.(?:npmjs|yarnpkg)|deb\.debi[a]n\.org|proxy\.gola[n]g\.org|(?:static|index)\.cra[t]es\.io"
    r"|(?<!no-emit-)(?<!\w)(?:extra-)?ind[e]x-url|(?<!no-emit-)fin[d]-links|(?<!no-emit-)trust[e]d-host"
    r"|PIP_(?:EXTRA_)?IND[E]X_URL",
    re.IGNORECASE,
)
# The one file that may name where real files lie on the machine that checks a change.
_MAY_NAME_DATA = {".ci/run": "../shar" + "ed/data"}


def foreign(source: Source) -> Iterator[Finding]:
    """Nobody's tools and nobody's folders are named."""
    allowed = _MAY_NAME_DATA.get(source.path)
    text = source.text.replace(allowed, "") if allowed else source.text
    yield from _findings("foreign", source.path, text, _FOREIGN, "leave it out")


def later(source: Source) -> Iterator[Finding]:
    """What is left to do is an issue, not a comment."""
    yield from _findings("later", source.path, source.text, _LATER, "do it, or open an issue")


def addresses(source: Source) -> Iterator[Finding]:
    """Where packages are downloaded from is for each machine's own configuration to say."""
    yield from _findings(
        "addresses", source.path, source.text, _ADDRESSES, "no registry, no download address"
    )


def _findings(law: str, path: str, text: str, pattern: re.Pattern[str], remedy: str) -> Iterator[Finding]:
    for found in pattern.finditer(text):
        yield Finding(law, path, text.count("\n", 0, found.start()) + 1, found.group(), remedy)
