"""A simulated company: its five systems under one time, one set of faults, one way out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import httpx

from sayso.systems.simulated.ar import Ar
from sayso.systems.simulated.bank import Bank
from sayso.systems.simulated.erp import Erp
from sayso.systems.simulated.faults import Faults
from sayso.systems.simulated.office import Office
from sayso.systems.simulated.outlet import Kept, Outlet
from sayso.systems.simulated.payers import Payers
from sayso.systems.simulated.setting import Place, Setting
from sayso.systems.simulated.storefront import Storefront
from sayso.systems.simulated.system import System
from sayso.systems.simulated.wms import Wms


class Company:
    """Everything behind and before Sayso. `client` is the storefront's own way to Sayso; `simulated`, whether it tells
    Sayso the time."""

    def __init__(
        self, setting: Setting, faults: Faults | None = None, outlet: Outlet | None = None,
        client: httpx.AsyncClient | None = None, *, simulated: bool = True,
    ) -> None:  # fmt: skip
        self.setting = setting
        self.faults = faults if faults is not None else Faults()
        self.outlet: Outlet = outlet if outlet is not None else Kept()
        self.office = Office(setting, self.faults, self.outlet)
        self.erp, self.wms = Erp(self.office), Wms(self.office)
        self.ar, self.bank = Ar(self.office), Bank(self.office)
        self.storefront = Storefront(self.office, client, simulated=simulated)
        self.payers = Payers(self.office, self.bank, self.ar)
        self.systems: dict[str, System] = {
            one.role: one for one in (self.erp, self.wms, self.ar, self.bank, self.storefront)
        }
        self.wms.when_received.append(self.erp.facts_of.arrived)
        self.now = setting.start

    def reach(self, now: datetime) -> None:
        """Do what is due until then in all systems, in the order of time; nothing is sent yet, and no buyer comes."""
        while (system := self._first(now)) is not None:
            self._tell_time(system.next or now)
            system.step()
        self._tell_time(now)

    async def until(self, now: datetime) -> None:
        """The same with the buyers, and hand everything over."""
        while (at := self.storefront.next_basket) is not None and at <= now:
            self.reach(max(at, self.now))
            await self.outlet.flush()
            await self.storefront.serve()
        self.reach(now)
        await self.outlet.flush()

    @property
    def next(self) -> datetime | None:
        """When anything happens next by itself; None where all rests."""
        times = [one.next for one in self.systems.values()] + [self.storefront.next_basket]
        return min((at for at in times if at is not None), default=None)

    def _first(self, now: datetime) -> System | None:
        found, when = None, now
        for system in self.systems.values():
            at = system.next
            if at is not None and (at < when or (found is None and at == when)):
                found, when = system, at
        return found

    def _tell_time(self, now: datetime) -> None:
        """All clocks of a company agree, or one system could answer another from the past."""
        self.now = max(self.now, now)
        for system in self.systems.values():
            system.now = max(system.now, now)

    def buy(
        self,
        document: str,
        line: int,
        place: Place,
        quantity: Decimal,
        due: date,
        arrives: datetime,
        vendor: str = "",
    ) -> None:
        """A purchase order line: expected by the ERP on `due`, come in at the warehouse at `arrives`."""
        self.erp.facts_of.expect(document, line, place, quantity, due, vendor)
        self.wms.receive_at(arrives, place, quantity, document, line)

    def resend(self, order: str | None = None) -> int:
        """All systems send again what was lost for good, of an order or all; the number of messages."""
        return sum(system.resend(order) for system in self.systems.values())

    def facts(self, now: datetime) -> dict[str, list[dict[str, Any]]]:
        """What changed since the last time until `now`, as rows for `PUT /v1/facts/{kind}`: stock, demand, inbound."""
        self.reach(now)
        return self.wms.facts() | self.erp.facts()

    def books(self) -> dict[str, dict[str, Any]]:
        """The books of all systems, by role."""
        return {role: system.books() for role, system in self.systems.items()}
