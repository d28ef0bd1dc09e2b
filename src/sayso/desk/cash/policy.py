"""The follow file: how orders are followed here. Each room reads its own sections; an empty file works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sayso.cases import policy as cases
from sayso.cases.policy import CasePolicy
from sayso.cash import policy as cash
from sayso.cash.policy import CashPolicy
from sayso.delivery import policy as delivery
from sayso.delivery import webhooks_policy as webhooks
from sayso.delivery.policy import SystemPolicy
from sayso.delivery.webhooks_policy import WebhookPolicy
from sayso.errors import Misconfigured

_SECTIONS = ("invoicing", "matching", "applying", "cases", "silence", "systems", "webhooks")


@dataclass(frozen=True)
class FollowPolicy:
    """How invoices, payments, cases and systems are dealt with."""

    cash: CashPolicy = field(default_factory=CashPolicy)
    cases: CasePolicy = field(default_factory=CasePolicy)
    systems: Mapping[str, SystemPolicy] = field(default_factory=dict)
    webhooks: WebhookPolicy = field(default_factory=WebhookPolicy)

    @property
    def roles(self) -> dict[str, str]:
        """The system that is asked in each role: the first that the file names for it. Without an address, what it is to be
        asked waits until it has one."""
        found: dict[str, str] = {}
        for name, system in self.systems.items():
            if system.role:
                found.setdefault(system.role, name)
        return found


def read(document: Mapping[str, Any], where: str) -> FollowPolicy:
    """The sections of a follow file. Misconfigured names the section and the key that cannot be used."""
    unknown = sorted(set(document) - set(_SECTIONS))
    if unknown:
        raise Misconfigured(
            f"{where}: there is no section {unknown[0]!r}", remedy=f"known are {', '.join(_SECTIONS)}"
        )
    for name in ("systems", "webhooks"):
        if not isinstance(document.get(name, {}), Mapping):
            raise Misconfigured(f"{where}: {name} is not a table", remedy=f"write it as [{name}]")
    return FollowPolicy(
        cash.read(dict(document), where),
        cases.read(dict(document), where),
        delivery.read(dict(document.get("systems", {})), where),
        webhooks.read(dict(document.get("webhooks", {})), f"{where}: [webhooks]"),
    )
