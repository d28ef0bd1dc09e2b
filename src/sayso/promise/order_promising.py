"""The earliest day for a quantity, as Business Central's order promising finds it: by buckets, then to the day.

Source: codeunit "Available to Promise", CalcEarliestAvailabilityDate, and the tests "SCM Order Promising". Knows what
comes in and what has to leave; calendars, special orders and whose lines count are said by the caller.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from sayso.canon.decimals import plain
from sayso.promise.answer import day_text
from sayso.promise.cards import ZERO
from sayso.promise.look_ahead import Ahead, Net, in_buckets


class Line(NamedTuple):
    """A line that is to be promised, among the demand already: so many, on its own original shipment day."""

    quantity: Decimal
    day: int


class Found(NamedTuple):
    """The day, None where there is none; and how it was come to."""

    day: int | None
    arithmetic: list[str]


class _Scan(NamedTuple):
    """How far the buckets brought it: what is there, whether that is enough, and the days in which it became so."""

    quantity: Decimal
    enough: bool
    first: int
    last: int


def first_day(ahead: Ahead, quantity: Decimal, wanted: int, own: Line | None) -> Found:
    """The earliest day on which a quantity that is wanted on a day can be shipped.

    The line's own demand is added back on its original day, as if it came in. What there is through the bucket of the
    wanted day, then bucket by bucket, says whether it is enough; the day is the one that brings what made it so.
    """
    comes = dict(ahead.comes)
    if own is not None and own.quantity:
        comes[own.day] = comes.get(own.day, ZERO) + own.quantity
    happens = {*comes, *ahead.leaves}
    days = [day for day in sorted(happens) if comes.get(day, ZERO) or ahead.leaves.get(day, ZERO)]
    buckets = in_buckets(comes, ahead.leaves, days, ahead.window)
    told: list[str] = []
    scan = _scanned(ahead, buckets, quantity, wanted, told)
    if not scan.enough:
        told.append(f"never {plain(quantity)} within what is looked at: no day")
        return Found(None, told)
    left = scan.quantity
    for day in reversed([one for one in days if scan.first <= one <= scan.last]):
        received = comes.get(day, ZERO)
        if left - received < quantity:
            told.append(f"{plain(left)} less the {plain(received)} of {day_text(day)} would not do: that day")
            return Found(day, told)
        left -= received
    told.append(f"no receipt up to {day_text(wanted)} is needed: that day")
    return Found(wanted, told)


def _scanned(ahead: Ahead, buckets: list[Net], quantity: Decimal, wanted: int, told: list[str]) -> _Scan:
    """Through the bucket of the wanted day, then each later one, up to the first whose receipts do not matter."""
    early = [one for one in buckets if one.bucket.first <= wanted]
    there = ahead.opening + sum((one.comes - one.leaves for one in early), ZERO)
    last = ahead.window.around(wanted).last
    told.append(f"{plain(there)} through {day_text(last)}, of which {plain(ahead.opening)} are there")
    scan = _Scan(there, there >= quantity, early[0].bucket.first if early else wanted, last)
    reach = ahead.window.reach(wanted)
    for bucket, comes, leaves in buckets[len(early) :]:
        if reach is not None and bucket.first > reach:
            break
        if comes > leaves and scan.enough:
            told.append(f"what comes on {day_text(bucket.first)} is not needed")
            break
        there = scan.quantity + comes - leaves
        told.append(
            f"{plain(there)} through {day_text(bucket.last)}, after {plain(comes)} in and {plain(leaves)} out"
        )
        if comes <= leaves:
            scan = scan._replace(quantity=there, enough=scan.enough and there >= quantity)
        elif there >= quantity:
            return _Scan(there, True, bucket.first, bucket.last)
        else:
            scan = scan._replace(quantity=there)
    return scan
