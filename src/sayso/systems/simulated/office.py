"""What the simulated systems of one company share: its setting, chance, faults, the way out, and what they tell each other.

What goes through here never leaves the company, so no fault touches it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from sayso.systems.simulated.books import Invoice, OrderLine, Shipment
from sayso.systems.simulated.chance import Chance
from sayso.systems.simulated.faults import Faults
from sayso.systems.simulated.outlet import Outlet
from sayso.systems.simulated.setting import Place, Setting


class Office:
    """The hand-overs inside a company."""

    def __init__(self, setting: Setting, faults: Faults, outlet: Outlet) -> None:
        self.setting, self.faults, self.outlet = setting, faults, outlet
        self.chance = Chance(setting.seed)
        self.when_shipped: list[Callable[[Shipment], None]] = []
        self.when_invoiced: list[Callable[[Invoice, datetime], None]] = []
        self.when_carried: list[Callable[[Invoice, datetime], None]] = []
        """An invoice is older than the simulation."""
        self.when_withdrawn: list[Callable[[Invoice, datetime], None]] = []
        """A dispute of the invoice is over, and the customer was wrong."""
        self.stop: Callable[[str, dict[int, Decimal]], bool] = lambda *_: True
        """The warehouse lets go of so much of an order's lines, all of it or nothing; whether it could."""
        self.incoming: Callable[[Place], list[tuple[datetime, Decimal]]] = lambda _: []
        """What the ERP expects at a place, with the day."""
        self.cancelled: dict[tuple[str, str], bool] = {}
        """By order and cause, whether it was cancelled. ERP and warehouse are both told of one cancellation."""
        self.sites: dict[OrderLine, dict[str, Decimal]] = {}
        """Where the ERP has each line leave from, and how much of it."""
        self.on_hand: Callable[[str], dict[str, Decimal]] = lambda _: {}
        """What the warehouse has of an item, by site."""
