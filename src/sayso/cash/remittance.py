"""Which documents a payer means: references as people write them, held against numbers that are known.

Knows spelling only: case, punctuation, blanks and leading zeros do not count; amounts and dates are no numbers of
documents; a number that is short is not taken for one by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from sayso.cash.shapes import OpenItem

LEAST_DIGITS = 4
"""A number alone, without the letters before it, has to have so many digits to be taken for a document's."""

_ATOM = re.compile(r"[^\W\d_]+|[0-9]+")
_DATES = re.compile(
    r"(?<!\w)(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./][0-9]{1,2}[./](?:[0-9]{4}|[0-9]{2}))(?!\w)"
)
_AMOUNTS = re.compile(
    r"(?<![\w.,])[0-9]{1,3}(?:[.,' ][0-9]{3})+[.,][0-9]{2}(?![\w])|(?<![\w.,-])[0-9]+[.,][0-9]{2}(?!\w)"
)
_JOINED = re.compile(r"(?<!\w)[^\W\d_]{1,8}(?:[-/_][0-9]+|\.?[0-9]{4,})(?!\w)")
_CALLED = re.compile(
    r"(?<!\w)(?:inv|invoices?|rechnung|rg|facture|factura|fattura|faktura|faktuur)[ .:#-]*(?:n[or]?[ .:]*)?"
    r"([0-9]+)(?![\w.,/-])",
    re.IGNORECASE,
)
# What stands before a number without being part of it, in the languages that remittances are mostly written in.
_PLAIN_WORDS = frozenset({
    "inv", "invs", "invoice", "invoices", "no", "nos", "nr", "num", "number", "ref", "refs", "reference", "bill", "doc",
    "document", "rechnung", "rechnungen", "rg", "re", "facture", "factures", "fact", "factura", "facturas", "fattura",
    "faktura", "faktuur", "and", "und", "et", "y", "e", "for", "of", "pay", "paying", "payment", "paid", "n", "our", "your",
})  # fmt: skip
_KEPT_BACK = frozenset(
    {"less", "minus", "short", "deduct", "deducted", "deduction", "without", "excl", "abzgl", "moins"}
)

Atoms = tuple[str, ...]


class Named(NamedTuple):
    """What the references name among known items, in the items' order; `by` is how: `invoice`, or `order` for an
    order's number or a customer's own reference. `strange`: they name something that is not known."""

    items: tuple[OpenItem, ...] = ()
    by: str = ""
    strange: tuple[str, ...] = ()


def atoms(text: str) -> Atoms:
    """Runs of letters and of digits, folded: "INV-001001" gives inv, 1001."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return tuple(one.lstrip("0") or "0" if one[0].isdigit() else one for one in _ATOM.findall(folded))


def named(references: Sequence[str], items: Iterable[OpenItem], trusted: bool) -> Named:
    """What the references name. Invoices count before orders; a bare number counts only where it fits one invoice.

    `trusted`: the payer is known and the items are its own. Of strangers only whole numbers of invoices are read.
    """
    known = sorted(items, key=age)
    whole = [atoms(reference) for reference in references]
    bare = [_numbers(reference) for reference in references]
    found = [item for item in known if _written(atoms(item.invoice), whole, bare, strict=not trusted)]
    if trusted:
        found += _by_tail(known, bare, found)
    strange = _strange(references, bare, known)
    if found:
        return Named(tuple(sorted(found, key=age)), "invoice", strange)
    if not trusted:
        return Named((), "", strange)
    by_order = [
        item
        for item in known
        if any(
            _written(atoms(number), whole, bare, strict=False) for number in (*item.orders, *item.references)
        )
    ]
    return Named(tuple(by_order), "order" if by_order else "", () if by_order else strange)


def age(item: OpenItem) -> tuple[object, str]:
    """The order in which items are paid: the older first, then by number."""
    return item.issued, item.invoice


def kept_back(references: Iterable[str]) -> str:
    """What the payer says was kept back: the words behind "less" and the like. Blank where nothing is said."""
    for reference in references:
        words = [word for word in atoms(_AMOUNTS.sub(" ", reference)) if not word.isdigit()]
        for place, word in enumerate(words):
            if word in _KEPT_BACK:
                return " ".join(words[place + 1 : place + 4]) or word
    return ""


def alike(references: Iterable[str]) -> frozenset[Atoms]:
    """References in the form in which two are compared."""
    return frozenset(found for found in map(atoms, references) if found)


def _written(key: Atoms, whole: Iterable[Atoms], bare: Iterable[Sequence[str]], strict: bool) -> bool:
    """Whether a document's number stands in the references. One of digits alone counts as a bare number."""
    if not key:
        return False
    if len(key) == 1 and key[0].isdigit():
        return len(key[0]) >= LEAST_DIGITS + strict and any(key[0] in numbers for numbers in bare)
    if strict and sum(len(atom) for atom in key if atom.isdigit()) < LEAST_DIGITS:
        return False
    return any(_within(key, text) for text in whole)


def _within(key: Atoms, text: Atoms) -> bool:
    """Whether the atoms stand in the text one after another: whole ones, so that 1001 is not found in 10012."""
    return any(text[place : place + len(key)] == key for place in range(len(text) - len(key) + 1))


def _by_tail(
    known: Sequence[OpenItem], bare: Iterable[Sequence[str]], found: Sequence[OpenItem]
) -> list[OpenItem]:
    """Items whose number ends in a number that stands alone in the references, where that is so of one only."""
    tails: dict[str, list[OpenItem]] = {}
    for item in known:
        key = atoms(item.invoice)
        if len(key) > 1 and key[-1].isdigit() and len(key[-1]) >= LEAST_DIGITS:
            tails.setdefault(key[-1], []).append(item)
    meant = {number for numbers in bare for number in numbers}
    return [
        items[0]
        for number, items in sorted(tails.items())
        if number in meant and len(items) == 1 and items[0] not in found
    ]


def _numbers(reference: str) -> tuple[str, ...]:
    """The numbers in a reference that may be a document's by themselves: no date, no amount, and no other word's."""
    text = _AMOUNTS.sub(" ", _DATES.sub(" ", reference))
    found: list[str] = []
    before = ""
    for atom in atoms(text):
        if atom.isdigit() and (not before or before.isdigit() or before in _PLAIN_WORDS):
            found.append(atom)
        before = atom
    return tuple(found)


def _strange(
    references: Iterable[str], bare: Iterable[Sequence[str]], known: Iterable[OpenItem]
) -> tuple[str, ...]:
    """What looks like a document's number and is in none that is known: AB-1 in one word, a number behind the word for an
    invoice, or a longer one alone."""
    numbers = [atoms(number) for item in known for number in (item.invoice, *item.orders, *item.references)]
    parts = {atom for number in numbers for atom in number}
    told = [one for found in bare for one in found if len(one) >= LEAST_DIGITS and one not in parts]
    for reference in references:
        for number in _CALLED.findall(reference):
            if (key := number.lstrip("0")) and key not in parts and key not in told:
                told.append(key)
        for word in _JOINED.findall(reference):
            key = atoms(word)
            if not any(_within(key, number) for number in numbers) and key[-1] not in told:
                told.append(word)
    return tuple(dict.fromkeys(told))


def sum_of(items: Iterable[OpenItem]) -> Decimal:
    """What the items have open together."""
    return sum((item.open for item in items), Decimal(0))
