"""Reading a request's head: bearer key, request id, Idempotency-Key, Sayso-Now, and the query."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from sayso.api.bodies import check_text
from sayso.canon.times import parse_moment
from sayso.errors import BadField, BadRequest, NotAuthenticated, TooLarge

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._~:+/=-]{1,128}")
_VISIBLE = re.compile(rb"[\x21-\x7e]{1,255}")
_MOST_VALUES = 1000


def request_id(headers: Mapping[bytes, bytes]) -> str:
    """The caller's own request id, where it is one that can be echoed and logged; else a new one."""
    given = headers.get(b"x-request-id")
    if given is None or not _REQUEST_ID.fullmatch(given):
        return "req_" + os.urandom(10).hex()
    return given.decode("ascii")


def bearer(headers: Mapping[bytes, bytes]) -> str:
    """The secret of `Authorization: Bearer SECRET`, or NotAuthenticated."""
    given = headers.get(b"authorization")
    if not given:
        raise NotAuthenticated("the request carries no key", remedy="send Authorization: Bearer KEY")
    if given[:7].lower() != b"bearer ":
        raise NotAuthenticated(
            "the Authorization header holds no bearer key", remedy="send Authorization: Bearer KEY"
        )
    return given[7:].decode("latin-1")


def idempotency_key(headers: Mapping[bytes, bytes]) -> str | None:
    """The Idempotency-Key, None where there is none; BadField for one that cannot be kept."""
    given = headers.get(b"idempotency-key")
    if given is None:
        return None
    if not _VISIBLE.fullmatch(given):
        raise BadField(
            "Idempotency-Key",
            given.decode("latin-1"),
            "a key is 1 to 255 visible ASCII characters",
            remedy="send e.g. a UUID, a new one for each thing to be done",
        )
    return given.decode("ascii")


def moment(headers: Mapping[bytes, bytes], now: datetime, simulated: bool) -> datetime:
    """The time of this request: `now`, or what Sayso-Now says where time is simulated."""
    given = headers.get(b"sayso-now")
    if given is None:
        return now
    text = given.decode("latin-1")
    if not simulated:
        raise BadField("Sayso-Now", text, "time is not simulated here", remedy="leave the header out")
    said = parse_moment(text, field="Sayso-Now")
    if not 1970 <= said.year <= 9000:
        raise BadField("Sayso-Now", text, "a time far from any order", remedy="send a year of 1970 to 9000")
    return said


def query(raw: bytes, known: Mapping[str, bool]) -> dict[str, list[str]]:
    """The values by parameter. `known` says which names there are, and which of them may be repeated."""
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_VALUES
        )
    except UnicodeDecodeError:
        raise BadRequest("the query is not UTF-8", remedy="percent-encode it as UTF-8") from None
    except ValueError:
        raise TooLarge(f"the query has over {_MOST_VALUES} values", remedy="ask in several calls") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            raise BadField(
                name[:80],
                value,
                f"{name[:80]} is not a parameter here",
                remedy="leave it out; known here: " + (", ".join(known) or "none"),
            )
        check_text(name, value)
        values.setdefault(name, []).append(value)
    for name, given in values.items():
        if len(given) > 1 and not known[name]:
            raise BadField(name, ", ".join(given), f"{name} stands more than once", remedy="send it once")
    return values
