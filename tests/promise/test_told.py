"""The arithmetic that is told with an answer, word by word: sums that a person can follow, and that come out.

Asked through the reader of cases, which is how a controller meets them.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest

from sayso.audit.parity.run import Answered, run

#: What is expected is left out: what is looked at is how the answer was come to.
CASES = """\
- id: a-line-and-the-months-after-it
  profile: business_central
  policy: {availability.look_ahead: P2M, availability.bucket: month}
  given:
    today: 2026-03-02
    stock: [{item: A, site: LON, on_hand: 10, reserved: 1}]
    inbound:
      - {document: PO0, line: 1, item: A, site: LON, quantity: 2, due: 2026-03-03}
      - {document: PO1, line: 1, item: A, site: LON, quantity: 9, due: 2026-05-03}
    demand:
      - {document: SO1, line: 1, item: A, site: LON, quantity: 3, due: 2026-03-20}
      - {document: SO2, line: 1, item: A, site: LON, quantity: 4, due: 2026-04-20}
      - {document: SO3, line: 1, item: A, site: LON, quantity: 4, due: 2026-05-20}
      - {document: SO3, line: 2, item: A, site: LON, quantity: 8, due: 2026-06-20}
  questions:
    - {ask: {sellable: {item: A, site: LON, date: 2026-03-04}}}
    - {ask: {warning: {item: A, site: LON, quantity: 2, date: 2026-03-04, replaces: {quantity: 3, date: 2026-03-20}}}}
    - {ask: {warning: {item: A, site: LON, quantity: 2, date: 2026-03-04, replaces: {quantity: 1, date: 2026-03-21}}}}
    - {ask: {earliest: {item: A, site: LON, quantity: 8, requested: 2026-03-04}}}
    - {ask: {earliest: {item: A, site: LON, quantity: 2, requested: 2026-03-04}}}
- id: no-further-than-a-month
  profile: business_central
  policy: {availability.look_ahead: P1M, availability.bucket: week}
  given:
    today: 2026-03-02
    stock: [{item: A, site: LON, on_hand: 10}]
    demand:
      - {document: SO1, line: 1, item: A, site: LON, quantity: 3, due: 2026-03-20}
      - {document: SO2, line: 1, item: A, site: LON, quantity: 4, due: 2026-04-20}
  questions:
    - {ask: {sellable: {item: A, site: LON}}}
- id: two-currencies-and-a-limit
  policy: {company.currency: GBP}
  given:
    today: 2026-03-02
    customers: [{customer: C, credit_limit: 100}, {customer: D}]
    currencies: [{currency: GBP}, {currency: USD}]
    rates: [{currency: USD, to: GBP, starts: 2020-01-01, rate: 0.5}]
    receivables:
      - {document: I1, customer: C, open: 30, due: -3}
      - {document: I2, customer: C, open: 60, due: -1, currency: USD}
    demand: [{document: O1, line: 1, customer: C, amount: 20, currency: USD, currency_factor: 4}]
  questions:
    - {ask: {credit: {customer: C, amount: 50}}}
    - {ask: {credit: {customer: D, amount: 50}}}
    - {ask: {overdue: {customer: C}}}
- id: days-of-grace-and-a-document-that-is-not-checked
  profile: erpnext
  policy: {credit.overdue_from: due_day, credit.grace_days: 2, company.currency: GBP}
  given:
    today: 2026-03-02
    customers: [{customer: C, credit_limit: 10}]
    receivables: [{document: I1, customer: C, open: 30, due: -3}]
  questions:
    - {ask: {overdue: {customer: C}}}
    - {ask: {credit: {customer: C, amount: 5, document_type: quote}}}
- id: prices-that-win-lose-and-do-not-fit
  given:
    today: 2026-03-02
    items: [{item: A, list_price: 10, uom: EA}]
    units: [{item: A, uom: CS, factor: 12}]
    customers: [{customer: C, price_group: T}]
    prices:
      - {line_type: price, source_type: all, target_type: item, target: A, price: 9}
      - {line_type: price, source_type: price_group, source: T, target_type: item, target: A, price: 8, uom: CS,
         min_quantity: 5}
      - {line_type: price, source_type: price_group, source: T, target_type: item, target: A, price: 8.50, min_quantity: 12}
      - {line_type: price, source_type: price_group, source: X, target_type: item, target: A, price: 1}
      - {line_type: price, source_type: customer, source: C, target_type: item, target: A, price: 12, min_quantity: 50}
      - {line_type: discount, source_type: all, target_type: all, discount_percent: 10}
      - {line_type: discount, source_type: all, target_type: all, discount_percent: 5, min_quantity: 99}
  questions:
    - {ask: {price: {customer: C, item: A}}}
    - {ask: {price: {customer: C, item: A, uom: CS, quantity: 4}}}
- id: a-rule-on-top-of-the-base-price
  profile: erpnext
  given:
    today: 2026-03-02
    items: [{item: A, list_price: 10}]
    customers: [{customer: C}]
    prices:
      - {line_type: discount, source_type: customer, source: C, target_type: item, target: A, discount_percent: 10}
  questions:
    - {ask: {price: {customer: C, item: A}}}
    - {ask: {price: {customer: D, item: A}}}
- id: a-rule-on-top-of-an-item-price
  profile: erpnext
  given:
    today: 2026-03-02
    items: [{item: A, list_price: 10}]
    customers: [{customer: C}]
    prices:
      - {line_type: price, source_type: all, target_type: item, target: A, price: 20}
      - {line_type: discount, source_type: customer, source: C, target_type: item, target: A, discount_percent: 10}
  questions:
    - {ask: {price: {customer: C, item: A}}}
"""

TOLD: list[tuple[str, int, list[str]]] = [
    ("a-line-and-the-months-after-it", 1, [
        "10 on hand - 1 reserved + 2 inbound - 7 look_ahead = 4, counted to 2026-03-03",
        "later within the bucket of 2026-03-01 counts as it is",
        "2026-04-01 brings 0 and needs 4",
        "2026-05-01 brings 9 and needs 4: no further",
    ]),
    ("a-line-and-the-months-after-it", 2, [
        "without the line's earlier 3",
        "10 on hand - 1 reserved + 2 inbound - 4 look_ahead = 7, counted to 2026-03-03",
        "later within the bucket of 2026-03-01 counts as it is",
        "2026-04-01 brings 0 and needs 4",
        "2026-05-01 brings 9 and needs 4: no further",
        "7 - 2 of this line = 5",
    ]),
    ("a-line-and-the-months-after-it", 3, [
        "without the line's earlier 1, which no demand says",
        "10 on hand - 1 reserved + 2 inbound - 7 look_ahead = 4, counted to 2026-03-03",
        "later within the bucket of 2026-03-01 counts as it is",
        "2026-04-01 brings 0 and needs 4",
        "2026-05-01 brings 9 and needs 4: no further",
        "4 - 2 of this line = 2",
    ]),
    ("a-line-and-the-months-after-it", 4, [
        "wanted to be shipped on 2026-03-04",
        "8 through 2026-03-31, of which 9 are there",
        "4 through 2026-04-30, after 0 in and 4 out",
        "9 through 2026-05-31, after 9 in and 4 out",
        "9 less the 9 of 2026-05-03 would not do: that day",
    ]),
    ("a-line-and-the-months-after-it", 5, [
        "wanted to be shipped on 2026-03-04",
        "8 through 2026-03-31, of which 9 are there",
        "4 through 2026-04-30, after 0 in and 4 out",
        "what comes on 2026-05-01 is not needed",
        "no receipt up to 2026-03-04 is needed: that day",
    ]),
    ("no-further-than-a-month", 1, [
        "10 on hand - 3 look_ahead = 7, counted to 2026-03-02",
        "2026-03-16 brings 0 and needs 3",
    ]),
    ("two-currencies-and-a-limit", 1, [
        "receivables: 30 GBP + 60 USD at the rate of the day = 60.00 GBP",
        "open_orders: 20 USD / 4 = 5.00 GBP",
        "exposure of C: receivables 60.00 + open_orders 5.00 + this 50.00 = 115.00 GBP",
        "available: limit 100.00 - exposure 115.00 = -15.00 GBP",
        "overdue: 30 GBP due 2026-02-27 (I1)",
        "overdue: 60 USD due 2026-03-01 (I2)",
        "overdue: 60.00 GBP in all, due before 2026-03-02",
    ]),
    ("two-currencies-and-a-limit", 2, [
        "exposure of D: this 50.00 = 50.00 GBP",
        "limit: none",
        "overdue: 0.00 GBP in all, due before 2026-03-02",
    ]),
    ("two-currencies-and-a-limit", 3, [
        "overdue: 30 GBP due 2026-02-27 (I1)",
        "overdue: 60 USD due 2026-03-01 (I2)",
        "overdue: 60.00 GBP in all, due before 2026-03-02",
    ]),
    ("days-of-grace-and-a-document-that-is-not-checked", 1, [
        "overdue: 30 GBP due 2026-02-27 (I1)",
        "overdue: 30.00 GBP in all, due on or before 2026-03-02, less 2 days of grace",
    ]),
    ("days-of-grace-and-a-document-that-is-not-checked", 2, [
        "receivables: 30 GBP = 30.00 GBP",
        "exposure of C: receivables 30.00 + this 5.00 = 35.00 GBP",
        "available: limit 10.00 - exposure 35.00 = -25.00 GBP",
        "the document is not checked for credit",
        "overdue: 30 GBP due 2026-02-27 (I1)",
        "overdue: 30.00 GBP in all, due on or before 2026-03-02, less 2 days of grace",
    ]),
    ("prices-that-win-lose-and-do-not-fit", 1, [
        "asked: 1 EA of A, in GBP, on 2026-03-02, for C",
        "discount: 10 %, of list, all 10 %",
        "wins: list: 9 less 10 % = 8.1 GBP per EA",
        "loses: item A list price: 10 less 10 % = 9 GBP per EA; it is the base price",
        "does not fit: customer C, from 50; it holds from 50 EA on",
        "does not fit: list, all, from 99; it holds from 99 EA on",
        "does not fit: price_group T, from 12; it holds from 12 EA on",
        "does not fit: price_group T, from 5 CS; it is per CS",
        "is not for C: price_group X",
        "amount: 1 x 9 less 10 % = 8.10 GBP",
    ]),
    ("prices-that-win-lose-and-do-not-fit", 2, [
        "asked: 4 CS of A, which is 48 EA, in GBP, on 2026-03-02, for C",
        "discount: 10 %, of list, all 10 %",
        "wins: price_group T, from 12: 102 less 10 % = 91.8 GBP per CS",
        "loses: list: 108 less 10 % = 97.2 GBP per CS; whom it is for decides",
        "loses: item A list price: 120 less 10 % = 108 GBP per CS; it is the base price",
        "does not fit: customer C, from 50; it holds from 50 EA on",
        "does not fit: list, all, from 99; it holds from 99 EA on",
        "does not fit: price_group T, from 5 CS; it holds from 5 CS on",
        "is not for C: price_group X",
        "amount: 4 x 102 less 10 % = 367.20 GBP",
    ]),
    ("a-rule-on-top-of-the-base-price", 1, [
        "asked: 1 EA of A, in GBP, on 2026-03-02, for C",
        "wins: customer C: 10 less 10 % = 9 GBP per EA",
        "loses: item A list price: 10 GBP per EA; it is the base price",
        "amount: 1 x 10 less 10 %, each rounded = 9.00 GBP",
    ]),
    ("a-rule-on-top-of-the-base-price", 2, [
        "asked: 1 EA of A, in GBP, on 2026-03-02, for D",
        "wins: item A list price: 10 GBP per EA",
        "amount: 1 x 10 = 10.00 GBP",
    ]),
    ("a-rule-on-top-of-an-item-price", 1, [
        "asked: 1 EA of A, in GBP, on 2026-03-02, for C",
        "wins: customer C: 20 less 10 % = 18 GBP per EA",
        "loses: list: 20 GBP per EA; it is the base price",
        "amount: 1 x 20 less 10 %, each rounded = 18.00 GBP",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "number", "lines"), TOLD, ids=[f"{case}-{number}" for case, number, _ in TOLD]
)
def test_the_arithmetic_is_told_word_by_word(case: str, number: int, lines: list[str]) -> None:
    found = [one for one in asked(case) if one.number == number]
    assert [list(one.told.arithmetic) for one in found] == [lines]


def test_every_question_is_looked_at() -> None:
    assert [(one.case, one.number) for one in asked("*")] == [(case, number) for case, number, _ in TOLD]


def asked(case: str) -> list[Answered]:
    """The questions of a case, answered; all where it is *."""
    found = list(run([written()], only=[case]))
    assert all(isinstance(one, Answered) for one in found), found
    return [one for one in found if isinstance(one, Answered)]


@cache
def written() -> Path:
    """The cases as a file, each question with something to expect, as a file of cases needs it."""
    file = Path(tempfile.mkdtemp(prefix="sayso-told-")) / "cases.yaml"
    file.write_text("\n".join(expecting(line) for line in CASES.splitlines()))
    return file


def expecting(line: str) -> str:
    """A line of a question, with an answer that nobody looks at."""
    return f"{line[:-1]}, expect: {{whatever: 1}}}}" if line.lstrip().startswith("- {ask:") else line
