"""What a payment is for: applied to invoices by reference, by amount or by a combination, or kept until somebody knows.

Knows one payment, open items and the policy. Nothing is guessed: what fits two ways equally well is not applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import ZERO, arithmetic, plain, rounded
from sayso.canon.events_money import Application, PaymentApplied, PaymentReceived
from sayso.canon.findings import Finding
from sayso.cash.amounts import places_of
from sayso.cash.combining import combinations
from sayso.cash.policy import Applying, CashPolicy
from sayso.cash.remittance import Named, age, alike, kept_back, named, sum_of
from sayso.cash.shapes import AppliedLine, OpenItem, PaymentState

BY = "sayso"


class Applied(NamedTuple):
    """What is done with a payment: the application, if there is a new one; what is left of the money; what is unclear."""

    application: PaymentApplied | None
    findings: tuple[Finding, ...]
    unapplied: Decimal


class _Paying(NamedTuple):
    """A payment that is being applied: `amount` is what of it is left, `family` whose invoices it may pay unasked."""

    payment: PaymentReceived
    amount: Decimal
    policy: Applying
    family: frozenset[str]

    def finding(self, kind: str, amount: Decimal, key: str = "", document: str = "", **facts: str) -> Finding:
        """One about this payment."""
        told = self.payment
        return Finding(
            kind=kind, key=key or told.document, customer=told.customer, document=document or told.document,
            amount=amount, currency=told.currency,
            facts={"payment": told.document, "payer": told.payer, "references": "; ".join(told.references), **facts},
        )  # fmt: skip


_Lines = tuple[Application, ...]
_Answer = tuple[_Lines, tuple[Finding, ...]]


def apply_payment(
    payment: PaymentReceived, open_items: Sequence[OpenItem], policy: CashPolicy,
    earlier: Sequence[PaymentReceived] = (), family: frozenset[str] = frozenset(),
) -> Applied:  # fmt: skip
    """What a payment that was just heard of is applied to.

    `open_items` are those of the payer's account; where the payer is not known, those of all. Settled ones (`open` 0)
    may be among them: they tell a second payment from one for an invoice that is not known yet. `earlier` are
    other payments of the account, `family` its customers (none: the payer alone).
    """
    with arithmetic():
        paying = _Paying(payment, payment.amount, policy.applying, family or _alone(payment))
        return _answered(paying, open_items, earlier, (), 0)


def reapply(
    payment: PaymentReceived, state: PaymentState, open_items: Sequence[OpenItem], policy: CashPolicy,
    earlier: Sequence[PaymentReceived] = (), family: frozenset[str] = frozenset(),
) -> Applied:  # fmt: skip
    """The same for what is left of a payment, when something has changed: an invoice came, a payment was taken back.

    `state` is what stands of it now, `open_items` with that counted. What was applied stays applied.
    """
    with arithmetic():
        if state.unapplied <= 0:
            return Applied(None, (), ZERO)
        paying = _Paying(payment, state.unapplied, policy.applying, family or _alone(payment))
        own = application_of(payment.document)
        kept = tuple(_as_told(line) for line in state.lines if line.document == own)
        return _answered(paying, open_items, earlier, kept, state.revision + 1)


def application_of(payment: str) -> str:
    """The document under which Sayso tells what it applied a payment to."""
    return f"app/{payment}"


def _as_told(line: AppliedLine) -> Application:
    return Application(
        invoice=line.invoice, amount=line.amount, deduction=line.deduction, write_off=line.write_off,
        discount=line.discount, reason=line.reason,
    )  # fmt: skip


def _alone(payment: PaymentReceived) -> frozenset[str]:
    return frozenset({payment.customer} - {""})


def _answered(
    paying: _Paying,
    items: Sequence[OpenItem],
    earlier: Sequence[PaymentReceived],
    kept: _Lines,
    revision: int,
) -> Applied:
    payment = paying.payment
    if paying.amount <= 0:
        return Applied(None, (), paying.amount)
    lines, findings = _decided(paying, items, earlier)
    left = paying.amount - sum((line.amount for line in lines), ZERO)
    if not lines:
        return Applied(None, findings, left)
    customers = {item.invoice: item.customer for item in items}
    application = PaymentApplied(
        document=application_of(payment.document), revision=revision, payment=payment.document, by=BY,
        customer=payment.customer or customers[lines[0].invoice], currency=payment.currency,
        lines=_merged((*kept, *lines)),
    )  # fmt: skip
    return Applied(application, findings, left)


def _merged(lines: Iterable[Application]) -> _Lines:
    """One line for each invoice, in the order in which they were first named."""
    found: dict[str, Application] = {}
    for line in lines:
        known = found.get(line.invoice)
        found[line.invoice] = line if known is None else Application(
            invoice=line.invoice, amount=known.amount + line.amount, deduction=line.deduction,
            write_off=known.write_off + line.write_off, discount=known.discount + line.discount,
            reason=line.reason or known.reason,
        )  # fmt: skip
    return tuple(found.values())


def _decided(paying: _Paying, items: Sequence[OpenItem], earlier: Sequence[PaymentReceived]) -> _Answer:
    """By what it names; else, where it names nothing and the payer is known, by its amount."""
    payment = paying.payment
    trusted = bool(paying.family)
    own = [item for item in items if not trusted or item.customer in paying.family]
    found = named(payment.references, own, trusted)
    if not found.items and trusted:
        # Somebody may pay another's invoice, if it is named in full.
        others = named(payment.references, items, trusted=False)
        found = others if others.items else found
    if found.items:
        return _by_reference(paying, found, earlier)
    if found.strange:
        before = [one for one in earlier if _came(one) < _came(payment)]
        twin = _twin(paying, before)
        if twin is not None:
            return (), (paying.finding("payment_duplicate", paying.amount, other=twin.document),)
        unknown = ", ".join(found.strange)
        return (), (paying.finding("payment_for_unknown_invoice", paying.amount, invoice=unknown),)
    if not trusted:
        return (), (paying.finding("payment_unidentified", paying.amount),)
    return _by_amount(paying, [item for item in own if _payable(paying, item)])


def _payable(paying: _Paying, item: OpenItem) -> bool:
    return item.open > 0 and item.currency == paying.payment.currency


def _by_reference(paying: _Paying, found: Named, earlier: Sequence[PaymentReceived]) -> _Answer:
    items = [item for item in found.items if _payable(paying, item)]
    if items:
        lines, findings = _settle(paying, items)
        left = paying.amount - sum((line.amount for line in lines), ZERO)
        if left > 0 and found.strange:
            strange = paying.finding("payment_for_unknown_invoice", left, invoice=", ".join(found.strange))
            return lines, (strange, *(one for one in findings if one.kind != "overpaid"))
        return lines, findings
    other = next((item for item in found.items if item.open > 0), None)
    if other is not None:
        return (), (
            paying.finding(
                "payment_currency_differs", paying.amount, expected=other.currency, found=paying.payment.currency,
                invoice=other.invoice,
            ),
        )  # fmt: skip
    twin = _twin(paying, earlier)
    if twin is not None:
        return (), (paying.finding("payment_duplicate", paying.amount, other=twin.document),)
    return (), (_overpaid(paying, paying.amount),)


def _came(payment: PaymentReceived) -> tuple[date, str]:
    return payment.received, payment.document


def _twin(paying: _Paying, earlier: Sequence[PaymentReceived]) -> PaymentReceived | None:
    """The payment that this one seems to repeat: same payer, amount and references, on a day that is near."""
    told = paying.payment
    days = paying.policy.duplicate_days
    for other in sorted(earlier, key=_came):
        if (
            other.document != told.document
            and (other.customer, other.payer if not told.customer else "")
            == (told.customer, told.payer if not told.customer else "")
            and (other.amount, other.currency) == (told.amount, told.currency)
            and alike(other.references) == alike(told.references)
            and abs((other.received - told.received).days) <= days
        ):
            return other
    return None


def _by_amount(paying: _Paying, items: list[OpenItem]) -> _Answer:
    """The one invoice, else the one set of invoices, that has exactly this open."""
    if not paying.policy.by_amount or not items:
        return (), (_overpaid(paying, paying.amount),)
    items = sorted(items, key=age)
    fits: list[tuple[OpenItem, ...]] = [(item,) for item in items if item.open == paying.amount]
    fits = fits or [(item,) for item in items if item.open - _discount(paying, item) == paying.amount]
    if not fits:
        searched = items[: paying.policy.most_searched]
        sets = combinations([item.open for item in searched], paying.amount, paying.policy.most_combined)
        if sets is None:
            return (), (paying.finding("payment_ambiguous", paying.amount, candidates="too many to tell"),)
        fits = [tuple(searched[place] for place in places) for places in sets]
    if len(fits) == 1:
        return _settle(paying, list(fits[0]))
    if not fits:
        return (), (_overpaid(paying, paying.amount),)
    told = " or ".join(" + ".join(item.invoice for item in one) for one in fits[:3])
    return (), (paying.finding("payment_ambiguous", paying.amount, candidates=told),)


def _settle(paying: _Paying, items: list[OpenItem]) -> _Answer:
    """The money put to these invoices: in full, with what may be taken off or given up, or short."""
    short = sum_of(items) - paying.amount
    if short <= 0:
        findings = (_overpaid(paying, -short),) if short < 0 else ()
        return tuple(Application(invoice=item.invoice, amount=item.open) for item in items), findings
    discounts = {item.invoice: _discount(paying, item) for item in items}
    off = sum(discounts.values(), ZERO)
    if off and short == off:
        return tuple(
            Application(
                invoice=item.invoice, amount=item.open - discounts[item.invoice], discount=discounts[item.invoice],
                reason="paid early" if discounts[item.invoice] else "",
            )
            for item in items
        ), ()  # fmt: skip
    charged = _charge(items, short)
    if charged is not None:
        return _kept_back(paying, items, {charged[0]: short}, charged[1])
    if (
        short <= paying.policy.write_off_amount
        and short <= sum_of(items) * paying.policy.write_off_percent / 100
    ):
        return _given_up(items, short), ()
    return _short(paying, items, short)


def _discount(paying: _Paying, item: OpenItem) -> Decimal:
    """What may be taken off an invoice that is paid on that day."""
    last = item.issued + timedelta(days=paying.policy.discount_days)
    if not paying.policy.discount_percent or paying.payment.received > last:
        return ZERO
    return rounded(item.open * paying.policy.discount_percent / 100, places_of(item.currency))


def _charge(items: Iterable[OpenItem], short: Decimal) -> tuple[str, str] | None:
    """The invoice and the name of a charge on it that is exactly what is missing."""
    for item in items:
        for code, amount in item.charges:
            if amount == short and item.open >= short:
                return item.invoice, code
    whole = sum((amount for item in items for _, amount in item.charges), ZERO)
    first = next((item for item in items if item.charges and item.open >= short), None)
    if whole == short and first is not None and len(list(items)) == 1:
        return first.invoice, " and ".join(code for code, _ in first.charges)
    return None


def _given_up(items: Sequence[OpenItem], short: Decimal) -> _Lines:
    """A small difference is given up on the invoice with the most open, the oldest of several."""
    largest = max(items, key=lambda item: item.open)
    return tuple(
        Application(
            invoice=item.invoice, amount=item.open - (short if item is largest else ZERO),
            write_off=short if item is largest else ZERO, reason="small difference" if item is largest else "",
        )
        for item in items
    )  # fmt: skip


def _short(paying: _Paying, items: Sequence[OpenItem], short: Decimal) -> _Answer:
    """Less came than is open: the older invoices are paid first, and what is missing is missing from the last of them."""
    missing: dict[str, Decimal] = {}
    left = short
    for item in reversed(items):
        missing[item.invoice] = min(item.open, left)
        left -= missing[item.invoice]
    said = paying.payment.deduction_reason or kept_back(paying.payment.references)
    return _kept_back(paying, items, missing, said or "short")


def _kept_back(
    paying: _Paying, items: Iterable[OpenItem], missing: dict[str, Decimal], reason: str
) -> _Answer:
    """What came is applied, and what was kept back is marked on each invoice that something came for."""
    findings: list[Finding] = []
    lines: list[Application] = []
    for item in items:
        back = missing.get(item.invoice, ZERO)
        if back == item.open:
            continue
        marked = reason if back else ""
        lines.append(
            Application(invoice=item.invoice, amount=item.open - back, deduction=back, reason=marked)
        )
        if back:
            findings.append(
                paying.finding("deduction_open", back, key=item.invoice, document=item.invoice, reason=reason)
            )
    if paying.policy.deductions == "hold":
        return (), tuple(findings)
    return tuple(lines), tuple(findings)


def _overpaid(paying: _Paying, amount: Decimal) -> Finding:
    return paying.finding("overpaid", amount, left=plain(amount))


def with_more(before: Iterable[AppliedLine], more: Application) -> _Lines:
    """What a payment was applied to, and something beside it."""
    return _merged((*map(_as_told, before), more))
