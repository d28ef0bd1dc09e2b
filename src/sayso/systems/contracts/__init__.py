"""The contracts that come with Sayso, a file for each kind of message of the simulated systems; and reading such files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from sayso.contracts.contract import Contract, contract_of
from sayso.contracts.mapping import plan_of
from sayso.errors import Misconfigured

_MOST = 200_000  # values in one contract


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML with the plain values of version 1.2, which are JSON's: `no` and `on` are texts and may name a field, a date
    stays as it is written, and no name stands twice in a mapping."""


_JSON = {
    "tag:yaml.org,2002:bool": (r"true|false", "tf"),
    "tag:yaml.org,2002:int": (r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
}
_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in resolvers if pair[0].rpartition(":")[2] not in ("timestamp", "bool", "int")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, (_pattern, _first) in _JSON.items():
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))


def _mapping(loader: _Loader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    names = [loader.construct_object(name, deep=True) for name, _ in node.value]
    for name in names:
        if names.count(name) > 1:
            line = node.start_mark.line + 1
            raise yaml.YAMLError(f"{name} stands twice, again in line {line} and after; say it once")
    made: dict[Any, Any] = yaml.SafeLoader.construct_mapping(loader, node, deep=True)
    return made


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


@cache
def shipped(system: str) -> dict[str, Contract]:
    """The contracts of a simulated system (erp, wms, ar, bank) by kind of message; {} for any other name."""
    found = (contract_in(text, name) for name, text in _texts(files(__package__), system))
    return {contract.kind: contract for contract in found}


def simulated() -> tuple[str, ...]:
    """The systems that contracts come with."""
    return tuple(
        sorted(each.name for each in files(__package__).iterdir() if each.is_dir() and each.name[:1] != "_")
    )


def contract_file(path: Path) -> Contract:
    """A contract from a YAML or JSON file. Raises Misconfigured naming the file, the field and the remedy."""
    try:
        return contract_in(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}", remedy="check the file; it is UTF-8") from None


def contract_in(text: str, where: str) -> Contract:
    """A contract from the text of a file, its map compiled. Raises Misconfigured."""
    try:
        value = yaml.load(text, _Loader)
        if _weight(value, {}) > _MOST:
            raise Misconfigured(
                f"{where}: it stands for more than {_MOST:,} values", remedy="write fewer aliases"
            )
    except RecursionError:
        raise Misconfigured(f"{where}: it is nested too deeply", remedy="write it flatter") from None
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise Misconfigured(f"{where}: not YAML: {said}", remedy="correct it there") from None
    contract = contract_of(value, where)
    plan_of(contract)
    return contract


def _weight(value: Any, known: dict[int, int]) -> int:
    """How many values it is when it is written out: an alias stands for all that it names, again and again."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = _MOST + 1  # of what holds itself there is no end
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_weight(one, known) for one in inner)
    return known[id(value)]


def _texts(folder: Traversable, system: str) -> Iterator[tuple[str, str]]:
    here = folder / system
    if not system or not here.is_dir():
        return
    for each in sorted(here.iterdir(), key=lambda one: one.name):
        if each.name.endswith(".yaml"):
            yield f"{system}/{each.name}", each.read_text("utf-8")
