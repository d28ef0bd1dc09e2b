"""How a card is put together from rows: which column stands in which field, what is summed, and in which order.

The same cards as store/queries/cards.sql makes from tables, byte for byte; a test holds the two together. A row is a
mapping of columns to typed values (see sayso.canon.rows.as_mapping); None, and a column left out, is blank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

import msgspec

from sayso.promise.cards import (
    ZERO,
    AccountCard,
    Allocation,
    Component,
    Currency,
    Customer,
    Demand,
    Due,
    Duty,
    Exposure,
    GroupLimit,
    Inbound,
    ItemCard,
    Lane,
    OpenOrders,
    PriceLine,
    Rate,
    Rule,
    Site,
    Stock,
    Substitute,
    Tax,
    WorldCard,
)

Row = Mapping[str, Any]
RowsOf = Callable[[str], Iterable[Row]]
"""The rows of a kind that a card is made from."""

_Part = TypeVar("_Part", bound=msgspec.Struct)
_NULL, _TEXT, _NUMBER, _TRUTH = range(4)


def item_card(item: str, of: RowsOf) -> ItemCard:
    """Everything about one item, from its own rows of each kind; one that nobody knows has a card that says so."""
    own = next(iter(of("items")), None)
    stock = list(of("stock"))
    demand = [row for row in of("demand") if row.get("quantity")]
    return _part(
        ItemCard,
        own or {},
        item=item,
        known=own is not None,
        units=_units(of("units")),
        stock=_parts(Stock, stock, "site", "variant"),
        inbound=_parts(
            Inbound, (row for row in of("inbound") if row.get("quantity")), "document", "line", "variant"
        ),
        demand=_summed(
            Demand,
            (row for row in demand if row.get("kind") != "allocation"),
            {"quantity": "quantity", "reserved": "reserved"},
        ),
        allocations=tuple(
            _part(Allocation, row, due=row.get("due") or row.get("planned") or row.get("requested"))
            for row in _by(filter(_protects, demand), "document", "line", "variant")
        ),
        kit=_parts(Component, (row for row in of("kits") if _above_zero(row, "quantity")), "component"),
        substitutes=tuple(
            _part(Substitute, row, item=row["substitute"]) for row in _by(of("substitutes"), "substitute")
        ),
        prices=_prices(of("prices")),
        as_of=_oldest(stock),
    )


def account_card(
    account: str, members: Iterable[str], of: Callable[[str, str], Iterable[Row]]
) -> AccountCard:
    """A credit account from the rows of its customers, `of(kind, customer)`."""
    all_of = sorted(set(members))

    def rows(kind: str) -> list[Row]:
        return [row for member in all_of for row in of(kind, member)]

    receivables, exposures = rows("receivables"), rows("exposures")
    prices = {member: _prices(of("prices", member)) for member in all_of}
    return AccountCard(
        account,
        customers={row["customer"]: _part(Customer, row) for row in rows("customers")},
        receivables=_dues(account, (row for row in receivables if row.get("open"))),
        orders=_orders(account, rows("demand")),
        exposures=_merged(
            Exposure,
            (
                {**_owed(account, row, "kind", "currency"), "amount": row["amount"]}
                for row in exposures
                if row.get("amount")
            ),
            ("amount",),
        ),
        prices={member: lines for member, lines in prices.items() if lines},
        as_of=_oldest(receivables),
    )


def world_card(of: RowsOf) -> WorldCard:
    """Everything that belongs to no single item or account; of the prices only those that `of` gives."""
    calendars: dict[str, dict[date, bool]] = {}
    for row in of("calendars"):
        calendars.setdefault(row["calendar"], {})[row["date"]] = bool(row.get("working"))
    return WorldCard(
        sites=_parts(Site, of("sites"), "site"),
        lanes=_parts(Lane, of("lanes"), "site", "country", "region"),
        calendars=calendars,
        rules=_parts(Rule, (row for row in of("rules") if row.get("effect")), "rule"),
        taxes=_parts(Tax, _rated(of("taxes")), "country", "region", "category"),
        duties=_parts(Duty, _rated(of("duties")), "country", "hs_code", "origin"),
        currencies=_parts(Currency, of("currencies"), "currency"),
        rates=_parts(
            Rate, (row for row in of("rates") if _above_zero(row, "rate")), "currency", "to", "starts"
        ),
        credit_groups=_parts(GroupLimit, of("credit_groups"), "group", "company"),
        prices=_prices(of("prices")),
    )


def _part(kind: type[_Part], row: Row, **given: Any) -> _Part:
    """A part of a card: each field from the column of its name, blank where that is blank."""
    of = row.get
    values = {name: blank if (value := of(name)) is None else value for name, blank in _blanks(kind).items()}
    if given:
        blanks = _blanks(kind)
        values.update({name: blanks[name] if value is None else value for name, value in given.items()})
    return kind(**values)


def _parts(kind: type[_Part], rows: Iterable[Row], *by: str) -> tuple[_Part, ...]:
    found = _by(rows, *by)
    return tuple(_part(kind, row) for row in found) if found else ()


def _by(rows: Iterable[Row], *columns: str) -> list[Row]:
    """In the order of their key; a day since ever comes first."""
    found = list(rows)
    if len(found) > 1:
        found.sort(key=lambda row: tuple(_first(row.get(column)) for column in columns))
    return found


def _first(value: Any) -> Any:
    return (value or date.min) if value is None or isinstance(value, date) else value


def _summed(kind: type[_Part], rows: Iterable[Row], sums: Mapping[str, str]) -> tuple[_Part, ...]:
    """Rows that differ in nothing but what is summed (field: column) as one part, in the order of their JSON."""
    blanks = [(name, blank) for name, blank in _blanks(kind).items() if name not in sums]
    alike = [name for name, _ in blanks]
    columns = list(sums.values())
    totals: dict[tuple[Any, ...], list[Decimal]] = {}
    for row in rows:
        of = row.get
        key = tuple([blank if (value := of(name)) is None else value for name, blank in blanks])
        amounts = [of(column) or ZERO for column in columns]
        known = totals.get(key)
        totals[key] = (
            amounts if known is None else [one + more for one, more in zip(known, amounts, strict=True)]
        )
    names = [*alike, *sums]
    shown = [dict(zip(names, (*key, *amounts), strict=True)) for key, amounts in totals.items()]
    if len(shown) > 1:  # all have the same names: what differs tells their order
        first = shown[0]
        # (A sum always may: 1 and 1.0 are equal, and their texts are not.)
        differ = [name for name in names if name in sums or any(one[name] != first[name] for one in shown)]
        differ.sort(key=_by_length)
        shown.sort(key=lambda one: [_ranked(one[name]) for name in differ])
    return tuple([kind(**one) for one in shown])


def _dues(account: str, rows: Iterable[Row]) -> tuple[Due, ...]:
    totals: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        due, number = row.get("due"), row["document"]
        whose = _owed(account, row, "currency")
        key = (*whose.values(), due, row["open"] < 0)
        known = totals.get(key)
        if known is None:
            known = totals[key] = {**whose, "open": ZERO, "due": due, "documents": 0, "first": number}
        known["open"] += row["open"]
        known["documents"] += 1
        known["first"] = min(known["first"], number)
    return _told(
        Due, (one if one["customer"] or one["company"] else _nobodys(one) for one in totals.values())
    )


def _nobodys(due: dict[str, Any]) -> dict[str, Any]:
    """What is the account's own, as most of it is, names nobody, and is sorted so."""
    return {name: value for name, value in due.items() if name not in ("customer", "company")}


def _orders(account: str, rows: Iterable[Row]) -> tuple[OpenOrders, ...]:
    """Open order amounts; a document by itself where it has a factor of its own, or a line below 0."""
    counted, below = [], set()
    for row in rows:
        money = _money(row)
        if row.get("kind") != "allocation" and (money["amount"] or money["shipped_not_invoiced"]):
            counted.append((row, money))
            if money["amount"] < 0:
                below.add(row["document"])
    merged = []
    for row, money in counted:
        factor, company, document = row.get("currency_factor"), row.get("company") or None, row["document"]
        alone = factor is not None or document in below
        merged.append({
            **_owed(account, row, "currency", "status"), "currency_factor": factor,
            "site": None if company else row.get("site") or None, "document": document if alone else None,
            "percent_billed": row.get("percent_billed"), **money,
        })  # fmt: skip
    sums = ("amount", "shipped_not_invoiced", "net", "shipped_not_invoiced_net")
    return _merged(
        OpenOrders, merged, sums, {"net": "amount", "shipped_not_invoiced_net": "shipped_not_invoiced"}
    )


def _money(row: Row) -> dict[str, Decimal]:
    """The open amounts of a row of demand, with tax and without; each stands for the other where that is not told."""
    told = [row.get(name) for name in ("amount", "amount_net")]
    shipped = [row.get(f"amount_shipped_not_invoiced{which}") for which in ("", "_net")]
    return {
        "amount": _first_told(*told), "net": _first_told(*reversed(told)),
        "shipped_not_invoiced": _first_told(*shipped), "shipped_not_invoiced_net": _first_told(*reversed(shipped)),
    }  # fmt: skip


def _first_told(*amounts: Decimal | None) -> Decimal:
    return next((amount for amount in amounts if amount is not None), ZERO)


def _owed(account: str, row: Row, *columns: str) -> dict[str, Any]:
    """Whose money a row tells of: nobody's name stands for the account's own."""
    customer = row["customer"]
    whose = {"customer": None if customer == account else customer, "company": row.get("company") or None}
    return {**whose, **{name: row.get(name) or "" for name in columns}}


def _merged(
    kind: type[_Part],
    rows: Iterable[dict[str, Any]],
    sums: Sequence[str],
    same: Mapping[str, str] | None = None,
) -> tuple[_Part, ...]:
    """Rows that differ in nothing but what is summed as one; a sum is left out where it is the `same` as another."""
    totals: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(value for name, value in row.items() if name not in sums)
        known = totals.get(key)
        if known is None:
            totals[key] = dict(row)
        else:
            for name in sums:
                known[name] += row[name]
    for one in totals.values():
        for name, other in (same or {}).items():
            one[name] = None if one[name] == one[other] else one[name]
    return _told(kind, totals.values())


def _told(kind: type[_Part], shown: Iterable[Mapping[str, Any]]) -> tuple[_Part, ...]:
    """Parts in the order of their JSON, in which what is not told is null."""
    return tuple(
        kind(**{name: value for name, value in one.items() if value is not None})
        for one in sorted(shown, key=_as_json)
    )


def _prices(rows: Iterable[Row]) -> tuple[PriceLine, ...]:
    lines = [_part(PriceLine, row) for row in rows]
    if len(lines) < 2:
        return tuple(lines)
    names = _fields(PriceLine)
    found = ({name: getattr(line, name) for name in names} for line in lines)
    shown = [{name: value for name, value in one.items() if value is not None} for one in found]
    order = sorted(range(len(lines)), key=lambda place: _as_json(shown[place]))
    return tuple(lines[place] for place in order)


def _units(rows: Iterable[Row]) -> dict[str, Decimal]:
    return {row["uom"]: row["factor"] for row in rows if _above_zero(row, "factor")}


def _protects(row: Row) -> bool:
    """Whether a row of demand is stock protected for somebody."""
    return (
        row.get("kind") == "allocation"
        and row.get("status") in (None, "", "confirmed")
        and _above_zero(row, "quantity")
    )


def _rated(rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if row.get("rate") is not None)


def _above_zero(row: Row, column: str) -> bool:
    value = row.get(column)
    return value is not None and value > 0


def _oldest(rows: Sequence[Row]) -> datetime | None:
    return min((row["as_of"] for row in rows if row.get("as_of") is not None), default=None)


def _as_json(shown: Mapping[str, Any]) -> tuple[Any, ...]:
    """What PostgreSQL sorts objects of jsonb by: how many pairs, then each, the shorter names first.

    https://www.postgresql.org/docs/current/datatype-json.html#JSON-INDEXING
    """
    order: list[Any] = [len(shown)]
    for name in sorted(shown, key=_by_length):
        order += name, _ranked(shown[name])
    return tuple(order)


def _by_length(name: str) -> tuple[int, str]:
    return len(name), name


def _ranked(value: Any) -> tuple[int, Any]:
    if type(value) is str:  # as most are
        return (_TEXT, value)
    if value is None:
        return (_NULL, None)
    if isinstance(value, bool):
        return (_TRUTH, value)
    if isinstance(value, int):
        return (_NUMBER, value)
    if isinstance(value, Decimal):
        return (_TEXT, format(value, "f"))
    return (_TEXT, value.isoformat() if isinstance(value, date) else value)


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return kind.__struct_fields__


@cache
def _blanks(kind: type[msgspec.Struct]) -> Mapping[str, Any]:
    """What a field holds where its column is blank: its default, else no text or nothing."""
    return {field.name: _blank(field) for field in msgspec.structs.fields(kind)}


def _blank(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return {"Decimal": ZERO, "str": ""}.get(getattr(field.type, "__name__", ""))
