"""JSON pointers (RFC 6901) into a message, with * for every element of a list. `./` begins at the line being read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

Parts = tuple[str, ...]


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()


def parts_of(pointer: str) -> Parts:
    """`/lines/0/qty` gives ("lines", "0", "qty"); "" the whole. Raises ValueError for what is no pointer."""
    if pointer and not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is no JSON pointer: it begins with /")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def pointer_of(parts: tuple[str | int, ...] | list[str | int]) -> str:
    """The text of a pointer: ("lines", 0, "a/b") gives /lines/0/a~1b."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def find(document: Any, parts: Parts) -> Any:
    """What stands there, or MISSING. A * finds nothing here: see `each`."""
    here = document
    for part in parts:
        if isinstance(here, dict):
            here = here.get(part, MISSING)
        elif isinstance(here, list) and part.isascii() and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            return MISSING
    return here


def each(document: Any, parts: Parts, at: str = "") -> Iterator[tuple[str, Any]]:
    """Everything that stands there, with its pointer: * goes through all elements of a list."""
    if not parts:
        if document is not MISSING:
            yield at, document
        return
    head, *rest = parts
    if head == "*":
        if isinstance(document, list):
            for place, element in enumerate(document):
                yield from each(element, tuple(rest), f"{at}/{place}")
        return
    yield from each(find(document, (head,)), tuple(rest), at + pointer_of((head,)))
