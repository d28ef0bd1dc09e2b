"""The simulated bank: money comes in and is sometimes taken back. Who pays what, and how, is decided in `payers`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sayso.canon.times import moment
from sayso.systems.simulated.books import ZERO, Transfer
from sayso.systems.simulated.office import Office
from sayso.systems.simulated.system import System


class Bank(System):
    """The company's account. It is asked nothing."""

    role = "bank"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.transfers: dict[str, Transfer] = {}

    def credit(self, transfer: Transfer) -> None:
        """Money came in, now."""
        self.transfers[transfer.ref] = transfer
        known = self.chance.hits(self.setting.names_customer, "names", transfer.ref)
        self._say("CREDIT", transfer, transfer.customer if known else "", "")

    def reverse(self, transfer: Transfer, ref: str, reason: str) -> None:
        """A transfer is taken back, whole."""
        back = Transfer(
            ref, transfer.customer, transfer.amount, transfer.currency, self.now.date(), transfer.remittance,
            transfer.invoices, transfer.ref,
        )  # fmt: skip
        self.transfers[ref] = back
        self._say("REVERSAL", back, "", reason)

    def _say(self, kind: str, one: Transfer, account: str, reason: str) -> None:
        self.say(kind, "", one.ref, {
            "bankRef": one.ref, "revision": 1, "accountNo": account, "payer": f"Customer {one.customer}",
            "amount": str(one.amount), "currency": one.currency, "valueDate": one.on.isoformat(),
            "remittance": list(one.remittance), "reason": reason, "reversesRef": one.reverses, "at": moment(self.now),
        })  # fmt: skip

    def books(self) -> dict[str, Any]:
        """`received`: by reference, what came in (below 0: was taken back); `balance`: the sum; `by_customer`."""
        received = {one.ref: -one.amount if one.reverses else one.amount for one in self.transfers.values()}
        theirs: dict[str, Decimal] = {}
        for one in self.transfers.values():
            theirs[one.customer] = theirs.get(one.customer, ZERO) + received[one.ref]
        return {"received": received, "balance": sum(received.values(), ZERO), "by_customer": theirs}
