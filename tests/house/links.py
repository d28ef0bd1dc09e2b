"""Links between the project's pages lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from house.source import Finding, Source

_CODE = re.compile(r"^(?P<fence>```+|~~~+).*?^(?P=fence)[^\n]*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(
    r"\[[^\]]*\]\(\s*<?(?P<inline>[^)\s>]+)>?(?:\s+[\"'][^)]*)?\)|^\[[^\]]+\]:\s*(?P<named>\S+)", re.MULTILINE
)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def broken_links(source: Source, pages: dict[str, str], paths: Collection[str]) -> Iterator[Finding]:
    """Relative links to files that are not there, and to headings that no page has.

    `pages` are the texts of the Markdown pages by path, `paths` all files of the project.
    """
    for found in _LINK.finditer(_CODE.sub(_blank, source.text)):
        link = found["inline"] or found["named"]
        if _ELSEWHERE.match(link):
            continue
        target, _, anchor = link.partition("#")
        path = normpath(join(dirname(source.path), unquote(target))) if target else source.path
        line = source.text.count("\n", 0, found.start()) + 1
        if path not in paths and not any(other.startswith(path + "/") for other in paths) and path != ".":
            yield Finding("links", source.path, line, link, "no such file in the project")
        elif anchor and path in pages and anchor not in _anchors(pages[path]):
            yield Finding("links", source.path, line, link, "no such heading on that page")


def _blank(code: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", code.group())


def _anchors(page: str) -> set[str]:
    """The names that headings are linked by: small letters, hyphens for spaces, a number for a repetition."""
    names: set[str] = set()
    for heading in _HEADING.findall(
        _CODE.sub(lambda code: "" if "\n" in code.group() else code.group(), page)
    ):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        count = 1
        while name in names:
            name = f"{name.rstrip('0123456789').rstrip('-')}-{count}"
            count += 1
        names.add(name)
    return names
