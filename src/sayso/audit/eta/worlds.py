"""Receipts of three made-up worlds that are hard to foretell: vendors change, vendors are many and small, seasons come.

Every draw comes from one seed. Nobody who forecasts knows how a world was made; only the tests and the docs do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sayso.promise.eta import Receipt

FIRST, LAST = date(2022, 1, 3), date(2024, 12, 31)
SEED = 20240229


@dataclass(frozen=True)
class _Vendor:
    """How a made-up vendor delivers. Days are calendar days; `early` and `on_time` are chances."""

    name: str
    lead: int
    every: int
    on_time: float
    early: float
    tail: float
    weekdays: tuple[int, ...]
    items: tuple[str, ...]


def changing(seed: int = SEED) -> Iterator[Receipt]:
    """Twenty vendors over three years; at a day of its own one in three becomes a week and more later, or better."""
    chance = Random(seed)
    for vendor in _vendors(chance, 20, items=12):
        day = FIRST + timedelta(days=chance.randrange(400, 900))
        shift = chance.choice((0, 0, 6, 9, 14, -4)) if int(vendor.name[1:]) % 2 else 0

        def late(on: date, usual: int, day: date = day, shift: int = shift) -> int:
            return usual + shift if on >= day else usual

        yield from _deliveries(chance, vendor, late)


def sparse(seed: int = SEED) -> Iterator[Receipt]:
    """Three hundred vendors with a handful of deliveries each, many of whom were never seen before."""
    chance = Random(seed + 1)
    for vendor in _vendors(chance, 300, items=4):
        few = _Vendor(**{**vars(vendor), "every": chance.choice((90, 150, 240, 400))})
        yield from _deliveries(chance, few, lambda on, usual: usual)


def seasonal(seed: int = SEED) -> Iterator[Receipt]:
    """Twenty vendors who are later from October to January, and later still around the new year of February."""
    chance = Random(seed + 2)
    for vendor in _vendors(chance, 20, items=12):
        strength = chance.uniform(2, 8)

        def late(on: date, usual: int, strength: float = strength) -> int:
            wave = math.cos((on.timetuple().tm_yday - 345) / 365.25 * 2 * math.pi)
            closed = 7 if (2, 1) <= (on.month, on.day) <= (2, 14) else 0
            return usual + round(strength * max(wave, 0.0)) + closed

        yield from _deliveries(chance, vendor, late)


def weekly(seed: int = SEED) -> Iterator[Receipt]:
    """Twenty vendors who promise any day of the week and deliver on some, mostly on the first after the promise."""
    chance = Random(seed + 3)
    for vendor in _vendors(chance, 20, items=12):
        days = chance.choice(((0, 1, 2, 3, 4), (1, 3), (0, 2, 4), (2,), (0, 3)))
        steady = _Vendor(
            **{**vars(vendor), "weekdays": days, "on_time": 0.8, "every": chance.choice((3, 4, 5))}
        )
        yield from _deliveries(chance, steady, lambda on, usual: usual, any_day=True)


WORLDS: Mapping[str, Callable[..., Iterator[Receipt]]] = {
    "changing": changing,
    "sparse": sparse,
    "seasonal": seasonal,
    "weekly": weekly,
}
"""The worlds by name; with another seed each is another draw of the same kind."""


def _vendors(chance: Random, count: int, items: int) -> Iterator[_Vendor]:
    for number in range(count):
        name = f"V{number:03d}"
        weekdays = chance.choice(((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), (1, 3), (0, 2, 4), (2,)))
        yield _Vendor(
            name, chance.choice((7, 10, 14, 28, 42)), chance.choice((5, 7, 14)), chance.uniform(0.2, 0.8),
            chance.uniform(0.0, 0.15), chance.choice((1.5, 3.0, 5.0, 8.0)), weekdays,
            tuple(f"{name}-{item:02d}" for item in range(items)),
        )  # fmt: skip


def _deliveries(
    chance: Random, vendor: _Vendor, late: Callable[[date, int], int], any_day: bool = False
) -> Iterator[Receipt]:
    ordered, number = FIRST + timedelta(days=chance.randrange(vendor.every)), 0
    while ordered <= LAST:
        number += 1
        promised = ordered + timedelta(days=vendor.lead)
        while promised.weekday() > 4 and not any_day:
            promised += timedelta(days=1)
        drawn = chance.random()
        if drawn < vendor.early:
            usual = -chance.randrange(1, 4)
        elif drawn < vendor.early + vendor.on_time:
            usual = 0
        else:
            usual = 1 + int(chance.expovariate(1 / vendor.tail))
        came = max(promised + timedelta(days=late(promised, usual)), ordered + timedelta(days=1))
        while came.weekday() not in vendor.weekdays:
            came += timedelta(days=1)
        picked = chance.sample(vendor.items, chance.randrange(1, min(len(vendor.items), 6) + 1))
        for line, item in enumerate(picked, 1):
            part = chance.random() < 0.05
            quantity = 10 * chance.randrange(1, 20)
            document = f"PO-{vendor.name}-{number:04d}"
            first = quantity // 2 if part else quantity
            yield _receipt(document, line, 1, item, vendor.name, ordered, promised, came, first)
            if part:
                rest = came + timedelta(days=7)
                yield _receipt(
                    document, line, 2, item, vendor.name, ordered, promised, rest, quantity - first
                )
        ordered += timedelta(days=vendor.every)


def _receipt(
    document: str, line: int, number: int, item: str, vendor: str, ordered: date, promised: date, came: date,
    quantity: int,
) -> Receipt:  # fmt: skip
    return Receipt(
        document, str(line), str(number), item, "LON", vendor, ordered, promised, came, Decimal(quantity)
    )
