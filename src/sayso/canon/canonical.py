"""One value, one sequence of bytes: the JSON Canonicalization Scheme (RFC 8785), and an address made from it.

Knows plain data; what goes into a signature or into evidence is chosen by the caller.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any

import msgspec

from sayso.canon.decimals import plain
from sayso.canon.times import moment

MOST_INTEGER = 2**53 - 1
"""Beyond this, readers that hold numbers as doubles (RFC 7493, 2.2) would read another one."""

_SORTING = msgspec.json.Encoder(order="sorted")
_AS_GIVEN = msgspec.json.Encoder()
_AS_IT_IS = frozenset({str, bool, type(None)})


def canonical(value: Any) -> bytes:
    """The canonical JSON of a value: keys sorted by UTF-16 code units, no spaces, no needless escapes, UTF-8.

    Takes None, bool, int, str, lists, tuples, dicts with text keys, and msgspec Structs of these. A Decimal
    becomes its plain text (48.000 and 48 are one), a datetime RFC 3339 in UTC to the millisecond, a date ISO
    8601, an enumeration its value. Raises TypeError for a float and all else, because it has no one canonical
    form here, and ValueError for integers beyond 2**53 - 1, NaN, naive datetimes and lone surrogates.
    """
    normal = _normal(value)
    data = _SORTING.encode(normal)
    # The encoder sorts by code point, RFC 8785 (3.2.3) by UTF-16 code unit; for ASCII they are one.
    return data if data.isascii() else _AS_GIVEN.encode(_by_utf16(normal))


def digest(data: bytes) -> str:
    """The content address of some bytes: the first 128 bits of SHA-256 in base64url, 22 characters unpadded.

    Names one content among some 10**19 before two are likely to meet by chance. A signature does not lean on
    it: it covers the bytes themselves.
    """
    return urlsafe_b64encode(sha256(data).digest()[:16])[:22].decode("ascii")


def _normal(value: Any) -> Any:
    return _FORMS.get(type(value), _unusual)(value)


def _object(value: dict[str, Any]) -> dict[str, Any]:
    # Spelled out here and in _array: one call less for every text halves the cost of a promise.
    return {
        key: item if type(item) in _AS_IT_IS else _FORMS.get(type(item), _unusual)(item)
        for key, item in value.items()
    }


def _array(value: list[Any] | tuple[Any, ...]) -> list[Any]:
    return [item if type(item) in _AS_IT_IS else _FORMS.get(type(item), _unusual)(item) for item in value]


def _integer(value: int) -> int:
    if -MOST_INTEGER <= value <= MOST_INTEGER:
        return value
    raise ValueError(f"{value} is beyond 2**53 - 1; send it as text")


def _itself(value: Any) -> Any:
    return value


def _by_utf16(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _by_utf16(value[key]) for key in sorted(value, key=_utf16)}
    return [_by_utf16(item) for item in value] if isinstance(value, list) else value


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def _unusual(value: Any) -> Any:
    if isinstance(value, Enum):
        return _normal(value.value)
    if isinstance(value, msgspec.Struct):
        fields = msgspec.to_builtins(value, builtin_types=(Decimal, datetime, date), order="deterministic")
        return _normal(fields)
    raise TypeError(f"{type(value).__name__} has no canonical form: {value!r:.80}")


_FORMS: dict[type, Callable[[Any], Any]] = {
    str: _itself,
    bool: _itself,
    type(None): _itself,
    int: _integer,
    list: _array,
    tuple: _array,
    dict: _object,
    Decimal: plain,
    datetime: moment,
    date: date.isoformat,
}
