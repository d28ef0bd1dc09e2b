"""A clerk in Sayso's place: does the next thing on each message, so that the simulated systems can be tried alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from sayso.systems.seam import Ask, Outcome
from sayso.systems.simulated.company import Company
from sayso.systems.simulated.faults import Faults, parsed
from sayso.systems.simulated.outlet import Kept
from sayso.systems.simulated.remote import InProcess
from sayso.systems.simulated.setting import Setting

START = datetime(2011, 2, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def company(faults: list[dict[str, Any]] | Faults | None = None, **setting: Any) -> Company:
    """A company with plenty of everything, and the faults named."""
    stock = {(item, site): Decimal(1000) for item in ("A", "B", "C", "S") for site in ("LON", "AMS")}
    given = {"seed": 1, "start": START, "stock": stock, **setting}
    if not isinstance(faults, Faults):
        faults = Faults(parsed({"fault": faults or []}, "here"), given["seed"])
    return Company(Setting(**given), faults, Kept())


def submit(order: str, *lines: tuple[str, int], freight: str = "") -> Ask:
    """An order of lines at 2.00 a piece, with a fifth of tax."""
    body = {
        "order": order, "customer": f"C{order[-1]}", "currency": "GBP", "po": "",
        "lines": [
            {"line": place, "item": item, "quantity": str(quantity), "uom": "EA", "unit_price": "2.00",
             "amount": f"{2 * quantity}.00", "tax": str(Decimal(quantity) * 2 / 5), "ship_on": "2011-02-01",
             "site": "LON"}
            for place, (item, quantity) in enumerate(lines, 1)
        ],
        "charges": [{"code": "freight", "amount": freight, "tax": "0"}] if freight else [],
    }  # fmt: skip
    return Ask(
        effect=f"erp:{order}:submit",
        system="erp",
        kind="submit_order",
        order=order,
        cause="placed",
        body=body,
    )


def release(order: str, *lines: tuple[int, str, int], site: str = "LON", **more: Any) -> Ask:
    """Lines (number, item, quantity) released to a site."""
    substitutes = more.pop("substitutes", [])
    body = {
        "order": order, "customer": f"C{order[-1]}", "country": "GB", "ship_complete": False,
        "lines": [
            {"line": line, "item": item, "quantity": str(quantity), "site": site, "ship_on": "2011-02-01",
             "substitutes": substitutes}
            for line, item, quantity in lines
        ],
    } | more  # fmt: skip
    key = f"wms:{order}:release"
    return Ask(effect=key, system="wms", kind="release_order", order=order, cause="accepted", body=body)


def cancel(order: str, system: str, *lines: tuple[int, int], cause: str = "unwanted") -> Ask:
    """So much of lines, or all."""
    body = {
        "order": order, "lines": [{"line": line, "quantity": str(units)} for line, units in lines], "reason": cause,
    }  # fmt: skip
    key = f"{system}:{order}:{cause}"
    return Ask(effect=key, system=system, kind="cancel_order", order=order, cause=cause, body=body)


def asked(kind: str, order: str, body: dict[str, Any], cause: str = "because") -> Ask:
    """Anything asked of receivables."""
    return Ask(
        effect=f"ar:{order}:{kind}:{cause}", system="ar", kind=kind, order=order, cause=cause, body=body
    )


def invoice(order: str, *lines: tuple[int, str, int], freight: str = "", cause: str = "SH-1") -> Ask:
    """Lines at 2.00 a piece with a fifth of tax."""
    body = {
        "customer": f"C{order[-1]}", "currency": "GBP", "issued": "2011-02-02", "due": "2011-03-04", "cause": cause,
        "lines": [
            {"line": line, "item": item, "quantity": str(units), "amount": f"{2 * units}.00",
             "tax": str(Decimal(units) * 2 / 5), "order": order, "shipment": cause}
            for line, item, units in lines
        ],
        "charges": [{"code": "freight", "amount": freight, "tax": "0"}] if freight else [],
    }  # fmt: skip
    return asked("issue_invoice", order, body, cause)


def messages(company: Company, *kinds: str) -> list[dict[str, Any]]:
    """What left, read, of these kinds (or all); what cannot be read is left out."""
    found = []
    for one in company.outlet.deliveries:  # type: ignore[attr-defined]
        if not kinds or one.kind in kinds:
            try:
                found.append(msgspec.json.decode(one.body))
            except msgspec.DecodeError:
                continue
    return found


def played(company: Company, fault: str) -> list[tuple[str, str, str]]:
    """Of a fault what was played: system, kind, order."""
    return [(one.system, one.of, one.order) for one in company.faults.played if one.fault == fault]


class Clerk:
    """Releases what was accepted, invoices what left, applies what was paid; asks again until it is done."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.remotes = {role: InProcess(system) for role, system in company.systems.items()}
        self.waiting: list[Ask] = []
        self.answers: dict[str, Outcome] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self._read = 0
        self._seen: set[str] = set()

    async def submit(self, ask: Ask) -> None:
        self.orders[ask.order] = ask.body
        self.waiting.append(ask)
        await self.work()

    async def work(self) -> None:
        """Ask what waits; what is to come again stays."""
        waiting, self.waiting = self.waiting, []
        for ask in waiting:
            remote = self.remotes[ask.system]
            outcome = await remote.send(ask)
            if outcome.came == "unclear":
                outcome = await remote.find(ask.effect) or outcome
            if outcome.came in ("again", "unclear"):
                self.waiting.append(ask)
            else:
                self.answers[ask.effect] = outcome

    async def run(self, days: int = 120, step: timedelta = HOUR) -> None:
        """Until nothing happens any more."""
        end, now = self.company.now + days * DAY, self.company.now
        while now < end:
            now = now + step if self.waiting else min(end, max(self.company.next or end, now + step))
            await self.company.until(now)
            self._take_in()
            await self.work()
            if self.company.next is None and not self.waiting:
                return

    def _take_in(self) -> None:
        deliveries = self.company.outlet.deliveries  # type: ignore[attr-defined]
        for one in deliveries[self._read :]:
            try:
                told = msgspec.json.decode(one.body)
            except msgspec.DecodeError:
                continue
            if told["messageId"] in self._seen:
                continue
            self._seen.add(told["messageId"])
            self._react(told)
        self._read = len(deliveries)

    def _react(self, told: dict[str, Any]) -> None:
        kind, order = told["message"], told.get("orderRef", "")
        if kind == "ORDERACK":
            lines = [(one["lineNo"], one["itemNo"], int(one["quantity"])) for one in told["lines"]]
            self.waiting.append(release(order, *lines))
        elif kind == "SHIPCONF" and told["revision"] == 1:
            lines = [(one["orderLine"], one["sku"], int(one["qty"])) for one in told["lines"] if "qty" in one]
            if lines:
                self.waiting.append(invoice(order, *lines, cause=told["documentNo"]))
        elif kind == "CREDIT":
            found = [one for one in told["remittance"] if one in self.company.ar.invoices]
            owed = self.company.ar.invoices
            left = Decimal(told["amount"])
            lines_ = []
            for name in found:
                lines_.append({"invoice": name, "amount": str(min(left, owed[name].total))})
                left -= min(left, owed[name].total)
            if lines_:
                body = {"payment": told["bankRef"], "customer": "", "currency": "GBP", "lines": lines_}
                self.waiting.append(asked("post_application", found[0], body, told["bankRef"]))
