"""Credit by adding up: every document of the account, one after another, in the account's currency."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sayso.promise.cards import AccountCard, WorldCard
from sayso.promise.policy import Policy

NOTHING = Decimal(0)
TAKES_AWAY = ("draft_from_shipment", "return_order", "return_received", "prepayment")


class Books:
    """What an account owes, and what it may."""

    def __init__(self, account: AccountCard, card: WorldCard, policy: Policy, today: date) -> None:
        self.account, self.card, self.policy, self.today = account, card, policy, today
        self.top = account.customers[account.account]
        self.company = policy.company.currency
        self.currency = self.top.currency or self.company

    def worth(self, amount: Decimal, currency: str, factor: Decimal | None = None) -> Decimal:
        """An amount in the account's currency: by its own factor to the company's first, then by the rate."""
        currency = currency or self.company
        if currency == self.currency:
            return amount
        if factor:
            amount, currency = amount / factor, self.company
        if currency == self.currency:
            return amount
        rates = {(one.currency, one.to): one.rate for one in self.card.rates}
        if (currency, self.currency) in rates:
            return amount * rates[currency, self.currency]
        if (self.currency, currency) in rates:
            return amount * (1 / rates[self.currency, currency])
        return amount

    def parts(self) -> dict[str, Decimal]:
        """The parts of exposure that stand already; nothing that is nothing."""
        total: dict[str, Decimal] = {}
        for due in self.account.receivables:
            _add(total, "receivables", self.worth(due.open, due.currency))
        for order in self.account.orders:
            if (order.status or "confirmed") in self.policy.availability.demand_status:
                factor = order.currency_factor
                _add(total, "open_orders", self.worth(order.amount, order.currency, factor))
                _add(
                    total,
                    "shipped_not_invoiced",
                    self.worth(order.shipped_not_invoiced, order.currency, factor),
                )
        for one in self.account.exposures:
            sign = -1 if one.kind in TAKES_AWAY else 1
            _add(total, one.kind, sign * self.worth(one.amount, one.currency))
        return {kind: cents(amount) for kind, amount in total.items() if amount}

    def limit(self) -> Decimal | None:
        """The limit of the top, else its group's; None: there is none."""
        limit = self.top.credit_limit
        if limit is None and self.top.group:
            groups = {(one.group, one.company): one for one in self.card.credit_groups}
            found = groups.get((self.top.group, self.top.company)) or groups.get((self.top.group, ""))
            if found is not None and found.credit_limit is not None:
                limit = cents(self.worth(found.credit_limit, self.company))
        if limit:
            return limit
        return None if self.policy.credit.without_limit == "unlimited" else NOTHING

    def overdue(self) -> Decimal:
        """What is overdue after the grace, if it is more than is let pass."""
        total = NOTHING
        for one in self.account.receivables:
            if one.due is not None and one.due + timedelta(days=self.policy.credit.grace_days) < self.today:
                total += self.worth(one.open, one.currency)
        return total if total > Decimal(self.policy.credit.overdue_threshold) else NOTHING


def cents(amount: Decimal) -> Decimal:
    """Rounded to a hundredth, halves away from nothing."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _add(total: dict[str, Decimal], name: str, amount: Decimal) -> None:
    total[name] = total.get(name, NOTHING) + amount
