"""What is on record, a page at a time: decisions with their evidence in short, and how promises ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from sayso.canon.decimals import plain
from sayso.canon.times import moment, parse_moment
from sayso.desk.calling import Caller, DecisionQuery, EndsQuery
from sayso.errors import BadField
from sayso.store import endings, journal
from sayso.store.endings import Asked, Ending, Listed
from sayso.store.journal import Filter, Found

#: How many decisions a page looks at, at most: it may be short, or empty, though older ones fit.
LOOKS = 50_000
MOST = 200
_CURSOR = re.compile(r"(prm_[0-9a-z]{1,32}|)~(\S{1,40})")
_NUMBER = re.compile(r"[0-9]{1,18}")


async def decisions(
    pool: Any, query: DecisionQuery, caller: Caller, now: datetime, looks: int = LOOKS
) -> bytes:
    """Recorded decisions as asked, the newest first; `next` is the cursor of the following page, "" at the end.

    Raises BadField for a cursor that is none.
    """
    asked = Filter(
        query.since or journal.FIRST[1], query.until or _beyond(now), (query.promise,) if query.promise else None,
        query.customer or None, query.item or None, query.reason or None, query.verdict or None,
        None if caller.customers is None else tuple(sorted(caller.customers)),
    )  # fmt: skip
    if query.order:
        stands_on = tuple(await journal.of_order(pool, query.order))
        promises = stands_on if asked.promises is None else tuple({*stands_on} & {*asked.promises})
        asked = msgspec.structs.replace(asked, promises=promises)
    before = _key(query.cursor) if query.cursor else journal.LAST
    found, following = await journal.newest(pool, asked, before, query.limit, looks)
    return msgspec.json.encode(
        {
            "decisions": [_decision(one) for one in found],
            "looked_back_to": None if following is None else moment(following[1]),
            "next": "" if following is None else f"{following[0]}~{following[1].isoformat()}",
        }
    )


def _beyond(now: datetime) -> datetime:
    """After every decision, made on whichever clock."""
    return max(now, datetime(9999, 1, 1, tzinfo=UTC))


def _key(cursor: str) -> tuple[str, datetime]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise _no_cursor(cursor)
    return found[1], parse_moment(found[2], field="cursor")


def _no_cursor(cursor: str) -> BadField:
    return BadField("cursor", cursor, "no such cursor", remedy="send `next` of the page before, as it was")


def _decision(one: Found) -> dict[str, Any]:
    """A decision in short: what was asked and answered, why, and what it was made from."""
    recorded = one.recorded
    answer, evidence = msgspec.json.decode(recorded.answer), msgspec.json.decode(recorded.evidence)
    credit = answer["credit"]
    return {
        "promise": recorded.id, "made": moment(recorded.made), "customer": recorded.customer,
        "account": recorded.account, "verdict": recorded.verdict, "held": answer["held"],
        "state": one.state or "answered", "order": one.order or "", "reference": answer["reference"],
        "totals": answer["totals"], "reasons": _codes(answer["reasons"]),
        "lines": [
            {**{name: line[name] for name in ("line", "item", "quantity", "uom", "verdict")},
             "reasons": _codes(line["reasons"])}
            for line in answer["lines"]
        ],
        "credit": None if credit is None else {"verdict": credit["verdict"], "reasons": _codes(credit["reasons"])},
        "evidence": {
            "judgement": evidence["judgement"], "policy": evidence["policy"], "world": evidence["world"],
            "account": evidence["account"][0] if evidence["account"] else None,
            "items": {name: card[0] for name, card in evidence["items"].items()},
            "overridden_by": evidence["overridden_by"],
        },
    }  # fmt: skip


def _codes(reasons: Sequence[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(one["code"] for one in reasons))


def _asked(query: EndsQuery, caller: Caller) -> Asked:
    customers = None if caller.customers is None else sorted(caller.customers)
    return Asked(
        query.since, query.until, query.how or None, query.cause or None, query.customer or None, customers
    )


async def ends(pool: Any, query: EndsQuery, caller: Caller) -> bytes:
    """How promises ended, the last to end first, each with its last word and those before it. Raises BadField."""
    if query.cursor and not _NUMBER.fullmatch(query.cursor):
        raise _no_cursor(query.cursor)
    before = int(query.cursor) if query.cursor else None
    found = await endings.listed(pool, _asked(query, caller), before, query.limit + 1)
    page = found[: query.limit]
    words = await endings.words(pool, [one.promise for one in page])
    following = str(page[-1].number) if len(found) > query.limit else ""
    return msgspec.json.encode(
        {"ends": [_ended(one, words[one.promise][:-1]) for one in page], "next": following}
    )


def _ended(one: Listed, earlier: Sequence[Ending]) -> dict[str, Any]:
    return {
        "promise": one.promise, "ended": moment(one.ended), "how": one.how, "cause": one.cause, "by": one.by,
        "facts": msgspec.json.decode(one.facts), "customer": one.customer, "channel": one.channel,
        "reference": one.reference, "order": one.order or "", "verdict": one.verdict, "amount": one.amount,
        "made": moment(one.made),
        "earlier": [
            {"ended": moment(word.ended), "how": word.how, "cause": word.cause, "by": word.by} for word in earlier
        ],
    }  # fmt: skip


async def rates(pool: Any, query: EndsQuery, caller: Caller) -> dict[str, list[dict[str, Any]]]:
    """How promises ended by cause, customer, channel and item: each with its share of the promises of its key.

    By cause the share is of all that ended. Those most often not kept stand first.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for by in endings.KEYS:
        rows = await endings.rates(pool, _asked(query, caller), by)
        whole: dict[str, int] = {}
        for row in rows:
            key = "" if by == "cause" else row.key
            whole[key] = whole.get(key, 0) + row.promises
        shown = [
            {"key": row.key, "how": row.how, "promises": row.promises, "amount": plain(row.amount),
             "share": plain(_share(row.promises, whole["" if by == "cause" else row.key]))}
            for row in rows
        ]  # fmt: skip
        found[by] = sorted(
            shown, key=lambda one: (one["how"] == "kept", -one["promises"], one["key"], one["how"])
        )
    return found


def _share(part: int, whole: int) -> Decimal:
    return (Decimal(part) / whole).quantize(Decimal("0.0001"))
