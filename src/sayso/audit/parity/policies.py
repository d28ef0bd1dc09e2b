"""The policy that a case is decided under: a named profile or an own file, and what the case changes of it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from sayso.audit.parity.files import Trail, Value
from sayso.audit.parity.given import Trouble, shown
from sayso.audit.parity.parameters import refusal
from sayso.errors import Misconfigured
from sayso.promise import policy as policies
from sayso.promise.policy import PROFILE_NAMES, Policy

_MOST = 4096


class Under(NamedTuple):
    """A policy, and the name of the profile or file that it starts from."""

    profile: str
    policy: Policy


class Policies:
    """Policies by what names them, each read once. `instead` is a profile or a file for every case."""

    def __init__(self, instead: str = "", folder: Path | None = None) -> None:
        self._instead = instead
        self.folder = folder or Path()
        self._bases: dict[str, Under] = {}
        self._known: dict[tuple[str, bytes], Under] = {}

    def of(self, profile: Value, changes: Value, troubles: list[Trouble]) -> Under | None:
        """The policy of a case; None where it cannot be had, and why is added to `troubles`."""
        base = self._base(profile, troubles)
        if changes is None or base is None:
            return base
        if not isinstance(changes, dict):
            remedy = "write e.g. policy: {credit.overdue: refuse}"
            troubles.append(Trouble(("policy",), shown(changes), "a policy is a mapping of settings", remedy))
            return None
        key = (str(self._named(profile)), msgspec.json.encode(changes, order="sorted"))
        if key not in self._known:
            found = changed(base.policy, changes, troubles)
            if found is None:
                return None
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = Under(base.profile, found)
        return self._known[key]

    def base(self, named: str) -> Under:
        """The policy of a profile's name or of a file. Raises Misconfigured."""
        if named not in self._bases:
            self._bases[named] = _read(named)
        return self._bases[named]

    def _base(self, profile: Value, troubles: list[Trouble]) -> Under | None:
        if profile is not None and not isinstance(profile, str):
            troubles.append(Trouble(("profile",), shown(profile), "a profile is named by a text", _remedy()))
            return None
        try:
            return self.base(self._named(profile))
        except Misconfigured as wrong:
            troubles.append(Trouble(("profile",), shown(profile), wrong.detail, wrong.remedy))
            return None

    def _named(self, profile: Value) -> str:
        """The profile's name, or the path of a file as seen from the case's folder."""
        if self._instead:
            return self._instead
        named = profile if isinstance(profile, str) else "plain"
        return named if named in PROFILE_NAMES or not _is_path(named) else str(self.folder / named)


def _read(named: str) -> Under:
    if named in PROFILE_NAMES:
        return Under(named, policies.profiled(named))
    if not _is_path(named):
        near = get_close_matches(named, PROFILE_NAMES, 1)
        raise Misconfigured(
            f"no profile is called {named!r}", remedy=f"did you mean {near[0]}?" if near else _remedy()
        )
    try:
        text = Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Misconfigured(f"{named} cannot be read: {problem}", remedy="name a policy in TOML") from None
    return Under(Path(named).name, policies.parse(text, named))


def _is_path(named: str) -> bool:
    return named.endswith(".toml") or "/" in named


def _remedy() -> str:
    return f"name one of {', '.join(PROFILE_NAMES)}, or a policy in TOML by its path"


def changed(base: Policy, changes: dict[str, Value], troubles: list[Trouble]) -> Policy | None:
    """The policy with these settings changed, nested by group or named with a dot."""
    settings: dict[str, Any] = msgspec.to_builtins(base)
    before = len(troubles)
    for trail, group, name, value in _flat(changes, troubles):
        kinds = _settings().get(group)
        if kinds is None or name not in kinds:
            troubles.append(_no_such(trail, group, name, value))
            continue
        try:
            settings[group][name] = msgspec.to_builtins(msgspec.convert(value, kinds[name], strict=False))
        except msgspec.ValidationError as wrong:
            found = refusal(wrong, value, trail)
            troubles.append(
                found._replace(remedy="see docs/reference/policy.md for every setting and its values")
            )
    if len(troubles) > before:
        return None
    try:
        return policies.read(settings, "policy")
    except Misconfigured as wrong:
        troubles.append(Trouble(("policy",), "", wrong.detail, wrong.remedy))
        return None


def _flat(changes: dict[str, Value], troubles: list[Trouble]) -> Iterator[tuple[Trail, str, str, Value]]:
    for key, value in changes.items():
        group, dot, name = key.partition(".")
        if dot:
            yield ("policy", key), group, name, value
        elif key not in _settings():
            troubles.append(_no_such(("policy", key), key, "", value))
        elif not isinstance(value, dict):
            remedy = f"write e.g. {key}: {{{next(iter(_settings()[key]))}: ...}}"
            troubles.append(Trouble(("policy", key), shown(value), f"{key} is a group of settings", remedy))
        else:
            for below, one in value.items():
                yield ("policy", key, below), key, below, one


def _no_such(trail: Trail, group: str, name: str, value: Value) -> Trouble:
    known = [f"{one}.{setting}" for one, settings in _settings().items() for setting in settings]
    near = get_close_matches(f"{group}.{name}" if name else group, known if name else _settings(), 1)
    remedy = f"did you mean {near[0]}?" if near else "see docs/reference/policy.md for every setting"
    return Trouble(trail, shown(value), "there is no such setting", remedy)


@cache
def _settings() -> dict[str, dict[str, Any]]:
    """The kinds of values by group and setting."""
    return {
        group.name: {field.name: field.type for field in msgspec.structs.fields(group.type)}
        for group in msgspec.structs.fields(Policy)
        if group.name != "profile"
    }
