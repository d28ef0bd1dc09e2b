"""What the ERP would say of credit, asked of books: the verdict on a document with its parts, and what is overdue."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date as Day
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from sayso.audit.parity.asked import Asks, Told
from sayso.canon.decimals import arithmetic, money
from sayso.errors import BadField
from sayso.promise import credit_asked, exposure
from sayso.promise.cards import ZERO, AccountCard, Customer
from sayso.promise.credit_asked import CreditQuestion
from sayso.promise.exposure import Account
from sayso.promise.gather import Books
from sayso.promise.gathered import Row, account_card
from sayso.promise.policy import Policy

_DOCUMENTS = ("demand", "exposures")


class Replaced(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Documents that are replaced, or orders that an invoice bills, and the amount that is: all of it unless told."""

    document: str | list[str] = ""
    amount: Decimal | None = None


class Credit(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document of a customer: its whole amount, as the ERP counts it (with tax or without), in `currency`.

    `document`: its number; where the facts have it already, the new amount replaces the stored one. `replaces`: an
    amount in its place, the document that it replaces, or the orders that an invoice bills. `company` is the selling
    company, where exposure is by company.
    """

    customer: str
    amount: Decimal = ZERO
    currency: str = ""
    currency_factor: Decimal | None = None
    document: str = ""
    replaces: str | list[str] | Replaced = ""
    document_type: Literal["order", "quote", "invoice"] = "order"
    company: str = ""


class Overdue(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a customer's account is late with; of one `company`, where exposure is by company."""

    customer: str
    company: str = ""


def credit(books: Books, asked: Credit, today: Day, policy: Policy) -> Told:
    """Verdict, warning, exposure with its parts, limit, available and overdue. Raises BadField for what cannot be."""
    for name, number in (("amount", asked.amount), ("currency_factor", asked.currency_factor)):
        if number is not None and (not number.is_finite() or (name != "amount" and number <= 0)):
            raise BadField(name, str(number), "not a number that counts", remedy="write e.g. 120.50")
    account, customer = _account(books, asked.customer, today, policy, asked.company)
    question = _question(books, account.card, asked)
    found = credit_asked.examined(account, customer, ZERO, question)
    verdict, places = found.verdict, account.world.places(account.currency)
    parts: dict[str, Decimal] = dict.fromkeys((*policy.credit.parts, "replaced"), ZERO)
    parts.update(verdict.parts)
    answer: dict[str, Any] = {
        "verdict": verdict.verdict,
        "warning": verdict.warning,
        "account": verdict.account,
        "currency": verdict.currency,
        "exposure": money(verdict.exposure, places),
        "parts": {name: money(amount, places) for name, amount in parts.items()},
        "limit": None if verdict.limit is None else money(verdict.limit, places),
        "available": None if verdict.available is None else money(verdict.available, places),
        "overdue": money(found.overdue, places),
        "reasons": [one.code for one in verdict.reasons],
    }
    return Told(answer, found.arithmetic)


def overdue(books: Books, asked: Overdue, today: Day, policy: Policy) -> Told:
    """The overdue sum, the oldest document of it and its days, and whether the policy would remark on it."""
    account, _ = _account(books, asked.customer, today, policy, asked.company)
    with arithmetic():
        late, places = max(account.late, ZERO), account.world.places(account.currency)
        beyond = account.overdue
        looked_at = account.late_told is not None
        answer: dict[str, Any] = {
            "overdue": money(late, places),
            "currency": account.currency,
            "account": account.holder,
            "warning": beyond is not None and looked_at,
            "oldest": None if beyond is None else beyond.document,
            "days": None if beyond is None else beyond.days,
        }
        return Told(answer, list(credit_asked.overdue_told(account)))


def _account(books: Books, name: str, today: Day, policy: Policy, company: str) -> tuple[Account, Customer]:
    if company:
        policy = replace(policy, credit=replace(policy.credit, selling_company=company))
    card = books.account(name)
    customer = card.customers.get(name) or Customer(name)
    return Account(card, "", books.world(policy), today, exposure.holder_of(customer, card, policy)), customer


def _question(books: Books, card: AccountCard, asked: Credit) -> CreditQuestion:
    """The question, with the documents that it names found in the facts."""
    own = _rows(books, card, [asked.document]) if asked.document else {}
    currency, factor = asked.currency, asked.currency_factor
    for row in own.get("demand", ()):
        currency = currency or row.get("currency") or ""
        factor = factor or row.get("currency_factor")
    question = CreditQuestion(
        asked.document_type, asked.amount, currency, factor, stored=_card(card, own) if own else None
    )
    told = asked.replaces
    if not told:
        return question
    names = told.document if isinstance(told, Replaced) else told
    names = [names] if isinstance(names, str) else list(names)
    given = told.amount if isinstance(told, Replaced) else None
    found = _rows(books, card, names)
    if not found:
        return question._replace(replaced=_number(given, names), stored=None)
    if asked.document_type == "invoice" and found.get("demand"):
        return question._replace(orders=_card(card, found), replaced=given)
    if given is not None:
        return question._replace(replaced=given, stored=None)
    return question._replace(stored=_card(card, _both(own, found)))


def _number(given: Decimal | None, names: list[str]) -> Decimal:
    """The amount that `replaces` is, where it names no document of the facts."""
    number = given if given is not None and names == [""] else None
    if number is None and len(names) == 1:
        with suppress(ArithmeticError):
            number = Decimal(names[0])
    if number is not None and number.is_finite():
        return number
    raise BadField(
        "replaces", ", ".join(names), "neither an amount nor a document of this customer's account",
        remedy="give the document in demand or exposures, or write the amount that is replaced",
    )  # fmt: skip


def _rows(books: Books, card: AccountCard, documents: Collection[str]) -> dict[str, list[Row]]:
    """The rows of these documents that belong to the account, by kind; a kind that has none is not in it."""
    members = {card.account, *card.customers}
    found = {
        kind: [
            row for row in books.rows(kind) if row["document"] in documents and (row.get("customer") or "") in members
        ]
        for kind in _DOCUMENTS
    }  # fmt: skip
    return {kind: rows for kind, rows in found.items() if rows}


def _both(one: dict[str, list[Row]], other: dict[str, list[Row]]) -> dict[str, list[Row]]:
    kinds = {**one, **other}
    return {kind: _once([*one.get(kind, ()), *other.get(kind, ())]) for kind in kinds}


def _once(rows: Iterable[Row]) -> list[Row]:
    return list({id(row): row for row in rows}.values())


def _card(card: AccountCard, rows: dict[str, list[Row]]) -> AccountCard:
    """The account with these rows and no others."""
    members = {card.account, *card.customers}
    alone = account_card(
        card.account,
        members,
        lambda kind, customer: [row for row in rows.get(kind, ()) if row.get("customer") == customer],
    )
    return replace(alone, customers=card.customers)


ASKS: Asks = {"credit": (Credit, credit), "overdue": (Overdue, overdue)}
