"""The locked requirements hold what pyproject.toml and the .in files ask for, with hashes and no address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from house.source import Finding

_ENTRY = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE
)


def pins(lock: str) -> dict[str, tuple[str, int]]:
    """Name to version and number of hashes."""
    return {
        canonicalize_name(entry["name"]): (entry["version"], entry["rest"].count("--hash=sha256:"))
        for entry in _ENTRY.finditer(lock)
    }


def lock_findings(path: str, lock: str, asked: Iterable[str]) -> Iterator[Finding]:
    """What is asked for and not pinned, pinned out of range or without a hash; options and addresses."""
    pinned = pins(lock)
    for text in asked:
        wanted = Requirement(text)
        version, _ = pinned.get(canonicalize_name(wanted.name), ("", 0))
        if not version:
            yield Finding("locks", path, 1, wanted.name, "asked for and not pinned: make lock")
        elif not wanted.specifier.contains(version, prereleases=True):
            yield Finding("locks", path, 1, f"{wanted.name}=={version}", f"{wanted} is asked for: make lock")
    for name, (version, hashes) in pinned.items():
        if not hashes:
            yield Finding("locks", path, 1, f"{name}=={version}", "no hash: make lock")
    for number, line in enumerate(lock.splitlines(), 1):
        if re.match(r"-|\S+\s*@|https?:", line):
            yield Finding("locks", path, number, line, "nothing but pins in a lock")
