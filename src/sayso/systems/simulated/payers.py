"""The customers of a simulated company as payers: by terms, late, short, twice, two invoices at once, with poor references.

They know the invoices and credit memos that they were sent, and what they have paid.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from sayso.systems.simulated.ar import Ar
from sayso.systems.simulated.bank import Bank
from sayso.systems.simulated.books import ZERO, Invoice, Transfer, cents
from sayso.systems.simulated.faults import Rule
from sayso.systems.simulated.office import Office

_DAY = timedelta(days=1)
_BANKING = time(10, tzinfo=UTC)


class Payers:
    """All customers. What they do stands on the bank's agenda."""

    def __init__(self, office: Office, bank: Bank, ar: Ar) -> None:
        self.office, self.bank, self.ar = office, bank, ar
        self.chance, self.setting = office.chance, office.setting
        self.invoices: dict[str, list[Invoice]] = defaultdict(list)
        """By customer."""
        self.paid: dict[str, Decimal] = defaultdict(Decimal)
        """By invoice: what they paid on it, less what the bank took back; a payment made twice counts once."""
        self._settled: set[str] = set()
        office.when_invoiced.append(self._billed)
        office.when_carried.append(self._billed)
        office.when_withdrawn.append(self._pay_rest)

    def _billed(self, invoice: Invoice, at: datetime) -> None:
        self.invoices[invoice.customer].append(invoice)
        table = self.setting.payers.get(invoice.customer, self.setting.days_late)
        late = self.chance.weighted(table, "pays", invoice.customer, invoice.number)
        day = max(invoice.due + late * _DAY, at.date() + _DAY)
        when = datetime.combine(day, _BANKING)
        self.bank.later(when, f"pay {invoice.number}", lambda: self._pay(invoice))

    def _owed(self, invoice: Invoice) -> Decimal:
        return invoice.total - sum(invoice.credited.values(), ZERO) - self.paid[invoice.number]

    def _pay(self, invoice: Invoice) -> None:
        if invoice.number in self._settled or self._owed(invoice) <= 0:
            return
        if self._due("unpaid", invoice) is not None:
            self._play("unpaid", invoice)
            return
        together = [invoice, *self._with(invoice)]
        amounts = {one.number: self._owed(one) for one in together}
        references = [self._reference(one) for one in together]
        short = self._due("short_payment", invoice) if len(together) == 1 else None
        if short is not None:
            kept, why = self._kept_back(invoice, short)
            kept = min(kept, amounts[invoice.number])
            if kept:
                amounts[invoice.number] -= kept
                references[0] = f"{references[0]} less {why}".strip()
                self._play("short_payment", invoice, f"{kept} kept back: {why}")
        self._settled.update(amounts)
        self._transfer(invoice, amounts, references)

    def _with(self, invoice: Invoice) -> list[Invoice]:
        """Other invoices that are paid at once."""
        others = [
            one for one in self.invoices[invoice.customer]
            if one is not invoice and one.number not in self._settled and one.currency == invoice.currency
            and self._owed(one) > 0
        ]  # fmt: skip
        rule = self._due("combined_payment", invoice) if others else None
        if rule is None:
            return []
        found = others[: max(rule.times, 1)]
        self._play("combined_payment", invoice, ", ".join(one.number for one in found))
        return found

    def _kept_back(self, invoice: Invoice, rule: Rule) -> tuple[Decimal, str]:
        """How much, and what for: freight, a line that is disputed, or something."""
        what = rule.what or self.chance.choice(("freight", "line", "some"), "kept back", invoice.number)
        freight = invoice.charges.get("freight", ZERO)
        if what == "freight" and freight:
            return freight, "freight"
        if what == "line" and invoice.lines:
            line = self.chance.choice(invoice.lines, "disputed line", invoice.number)
            amount = line.amount + line.tax
            self.ar.later(
                self.bank.now, f"dispute {invoice.number}",
                lambda: self.ar.disputes_line(invoice.number, line.line, amount, "damaged"),
            )  # fmt: skip
            return amount, f"line {line.line} damaged"
        percent = rule.share or 1 + self.chance.below(15, "some", invoice.number)
        return cents(invoice.total * percent / 100), "deduction"

    def _reference(self, invoice: Invoice) -> str:
        rule = self._due("sloppy_reference", invoice)
        if rule is None:
            return invoice.number
        digits = invoice.number.partition("-")[2]
        order = invoice.lines[0].order if invoice.lines else digits
        written = rule.what or self.chance.choice(
            (digits, invoice.number.lower().replace("-", " "), f"inv no. {digits}", order, invoice.number[:-1], ""),
            "sloppy", invoice.number,
        )  # fmt: skip
        self._play("sloppy_reference", invoice, repr(written))
        return written

    def _transfer(self, invoice: Invoice, amounts: dict[str, Decimal], references: list[str]) -> None:
        total = sum(amounts.values(), ZERO)
        if total <= 0:
            return
        for number, amount in amounts.items():
            self.paid[number] += amount
        remittance = tuple(one for one in references if one)
        first = self._send(invoice, total, remittance, tuple(amounts))
        twice = self._due("duplicate_payment", invoice)
        if twice is not None:
            self._play("duplicate_payment", invoice, first.ref)
            self.bank.later(
                self.bank.now + (twice.by or 3 * _DAY), f"pay again {invoice.number}",
                lambda: self._send_again(invoice, first),
            )  # fmt: skip
        back = self._due("reversed_payment", invoice)
        if back is not None:
            after = back.by or 4 * _DAY
            self.bank.later(
                self.bank.now + after, f"reverse {invoice.number}",
                lambda: self._reverse(invoice, first, amounts, back),
            )  # fmt: skip

    def _send(
        self, invoice: Invoice, total: Decimal, remittance: tuple[str, ...], invoices: tuple[str, ...]
    ) -> Transfer:
        transfer = Transfer(
            self._ref("TRX", invoice), invoice.customer, total, invoice.currency, self.bank.now.date(), remittance,
            invoices,
        )  # fmt: skip
        self.bank.credit(transfer)
        return transfer

    def _send_again(self, invoice: Invoice, first: Transfer) -> None:
        self._send(invoice, first.amount, first.remittance, first.invoices)

    def _reverse(self, invoice: Invoice, first: Transfer, amounts: dict[str, Decimal], rule: Rule) -> None:
        for number, amount in amounts.items():
            self.paid[number] -= amount
        self.bank.reverse(first, self._ref("REV", invoice), "insufficient funds")
        self._play("reversed_payment", invoice, first.ref)
        if rule.resend is not None:
            at = self.bank.now + rule.resend
            self.bank.later(at, f"pay once more {invoice.number}", lambda: self._pay_again(invoice))

    def _pay_again(self, invoice: Invoice) -> None:
        amount = self._owed(invoice)
        if amount > 0:
            self.paid[invoice.number] += amount
            self._send(invoice, amount, (invoice.number,), (invoice.number,))

    def _pay_rest(self, invoice: Invoice, at: datetime) -> None:
        """A dispute was withdrawn: what was kept back is paid."""
        if invoice.number in self._settled:
            self.bank.later(at + 5 * _DAY, f"pay rest {invoice.number}", lambda: self._pay_again(invoice))

    def _ref(self, stem: str, invoice: Invoice) -> str:
        for turn in range(1000):
            ref = f"{stem}-{self.chance.number(9, stem, invoice.number, turn)}"
            if ref not in self.bank.transfers:
                return ref
        raise AssertionError("nine digits are enough for a thousand payments of an invoice")

    def _due(self, fault: str, invoice: Invoice) -> Rule | None:
        order = invoice.lines[0].order if invoice.lines else ""
        return self.office.faults.due("bank", fault, "CREDIT", order, invoice.number, self.bank.now)

    def _play(self, fault: str, invoice: Invoice, detail: str = "") -> None:
        order = invoice.lines[0].order if invoice.lines else ""
        self.office.faults.play(self.bank.now, "bank", fault, "CREDIT", order, invoice.number, detail)
