"""Identifiers that sort by the time they were made: a prefix and a UUIDv7 (RFC 9562) in Crockford base 32."""

from __future__ import annotations

import os
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}


def new_id(prefix: str, now: datetime) -> str:
    """`prm_` and 26 characters; the first ten tell the millisecond of `now`, the rest is random."""
    milliseconds = int(now.timestamp() * 1000)
    noise = int.from_bytes(os.urandom(10))
    number = (milliseconds << 80) | (7 << 76) | (noise >> 68 << 64) | (2 << 62) | (noise & ((1 << 62) - 1))
    return prefix + "_" + "".join(_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10))


def made_at(identifier: str) -> datetime | None:
    """The moment an identifier was made, or None if it is not one of ours."""
    body = identifier.rpartition("_")[2]
    if len(body) != 26 or any(character not in _VALUE for character in body):
        return None
    number = 0
    for character in body:
        number = number << 5 | _VALUE[character]
    try:
        return datetime.fromtimestamp((number >> 80) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
