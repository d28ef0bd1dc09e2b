"""What each call does with a request that was read and admitted: the door's own checks, then the desk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import NoReturn

import msgspec

from sayso import __version__
from sayso.api import measures
from sayso.api.bodies import MOST_TEXT, PLAIN_NUMBER
from sayso.api.call import Ask, House
from sayso.canon.kinds import KINDS
from sayso.canon.times import parse_moment
from sayso.desk.calling import Caller, DecisionQuery, EndsQuery, Reply
from sayso.errors import BadField, NotAllowed, NotFound
from sayso.promise import asking
from sayso.promise.browsing import BrowseQuery, checked_query
from sayso.promise.ordering import checked_order
from sayso.promise.reasons import KINDS as REASONS
from sayso.promise.reasons import SEVERITY
from sayso.store.endings import HOW as ENDS

MOST_CASES = 200
USUAL_CASES = 50

_PROMISE_ID = re.compile(r"prm_[0-9a-hjkmnp-tv-z]{26}")


async def availability(house: House, ask: Ask) -> Reply:
    """GET /v1/availability"""
    values = ask.query
    query = BrowseQuery(
        items=tuple(dict.fromkeys(values.get("item", ()))),
        customer=one(values, "customer"),
        country=one(values, "country"),
        region=one(values, "region"),
        quantity=_quantity(values["quantity"][0]) if "quantity" in values else None,
        uom=one(values, "uom"),
        variant=one(values, "variant"),
    )
    checked_query(query, house.settings.most_items)
    if query.customer:
        _must_see(ask.caller, query.customer)
    return await house.desk.availability(query, ask.caller, ask.now)


async def promise(house: House, ask: Ask) -> Reply:
    """POST /v1/promises"""
    request = asking.checked(ask.value, house.settings.most_lines)
    _must_see(ask.caller, request.customer)
    return await house.desk.promise(request, ask.body, ask.caller, ask.key, ask.now)


async def read_promise(house: House, ask: Ask) -> Reply:
    """GET /v1/promises/{id}"""
    return await house.desk.read_promise(_promise_id(ask), ask.caller, ask.now)


async def release_promise(house: House, ask: Ask) -> Reply:
    """DELETE /v1/promises/{id}"""
    return await house.desk.release_promise(_promise_id(ask), ask.caller, ask.key, ask.now)


async def renew_promise(house: House, ask: Ask) -> Reply:
    """POST /v1/promises/{id}/renew"""
    hold: str = ask.value.hold
    return await house.desk.renew_promise(_promise_id(ask), hold, ask.body, ask.caller, ask.key, ask.now)


async def override_promise(house: House, ask: Ask) -> Reply:
    """POST /v1/promises/{id}/override"""
    by, reason = _said("by", ask.value.by), _said("reason", ask.value.reason)
    return await house.desk.override_promise(
        _promise_id(ask), by, reason, ask.body, ask.caller, ask.key, ask.now
    )


async def order(house: House, ask: Ask) -> Reply:
    """POST /v1/orders"""
    request = checked_order(ask.value, house.settings.most_lines)
    if request.customer:
        _must_see(ask.caller, request.customer)
    return await house.desk.order(request, ask.body, ask.caller, ask.key, ask.now)


async def read_order(house: House, ask: Ask) -> Reply:
    """GET /v1/orders/{order}"""
    return await house.desk.read_order(order_number(ask), ask.caller, ask.now)


async def cancel_order(house: House, ask: Ask) -> Reply:
    """POST /v1/orders/{order}/cancel"""
    reason = _said("reason", ask.value.reason)
    return await house.desk.cancel_order(order_number(ask), reason, ask.body, ask.caller, ask.key, ask.now)


def _unbound(ask: Ask) -> None:
    if ask.caller.customers is not None:
        raise NotAllowed(
            "a key bound to customers cannot load facts", remedy="use a key that is bound to none"
        )


async def learn_arrivals(house: House, ask: Ask) -> Reply:
    """POST /v1/arrivals/learn"""
    _unbound(ask)
    return await house.desk.learn_arrivals(ask.caller, ask.key, ask.now)


async def load_facts(house: House, ask: Ask) -> Reply:
    """PUT /v1/facts/{kind}"""
    _unbound(ask)
    kind = ask.path["kind"]
    if kind not in KINDS:
        _no_such("kind of facts", kind, remedy="use one of: " + ", ".join(KINDS))
    return await house.desk.load_facts(kind, ask.body, ask.caller, ask.key, ask.now)


async def decisions(house: House, ask: Ask) -> Reply:
    """GET /v1/decisions"""
    values = ask.query
    query = DecisionQuery(
        **{name: one(values, name) for name in ("promise", "order", "customer", "item", "cursor")},
        reason=one_of(values, "reason", tuple(REASONS)), verdict=one_of(values, "verdict", tuple(SEVERITY)),
        since=moment(values, "since"), until=moment(values, "until"), limit=limit(ask),
    )  # fmt: skip
    return await house.desk.decisions(query, ask.caller, ask.now)


async def ends(house: House, ask: Ask) -> Reply:
    """GET /v1/promises/ends"""
    values = ask.query
    query = EndsQuery(
        **{name: one(values, name) for name in ("cause", "customer", "cursor")},
        how=one_of(values, "how", ENDS), since=moment(values, "since"), until=moment(values, "until"),
        limit=limit(ask),
    )  # fmt: skip
    return await house.desk.ends(query, ask.caller, ask.now)


def limit(ask: Ask) -> int:
    """How many in a page."""
    text = one(ask.query, "limit", str(USUAL_CASES))
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_CASES:
        raise BadField("limit", text, f"a limit is 1 to {MOST_CASES}", remedy="send e.g. 50")
    return int(text)


def one_of(values: Mapping[str, list[str]], name: str, known: tuple[str, ...]) -> str:
    """A parameter that is one of a few words, "" where it is left out; BadField for another."""
    value = one(values, name)
    if name in values and value not in known:
        raise BadField(name, value, f"there is no such {name}", remedy="one of " + ", ".join(known))
    return value


def moment(values: Mapping[str, list[str]], name: str) -> datetime | None:
    """A parameter that is a moment; None where it is left out."""
    return parse_moment(one(values, name), field=name) if name in values else None


async def document(house: House, ask: Ask) -> Reply:
    """GET /openapi.json"""
    return Reply(200, house.document)


async def health(house: House, ask: Ask) -> Reply:
    """GET /healthz: the process answers. Never asks the database."""
    return Reply(200, msgspec.json.encode({"status": "ok", "version": __version__}))


async def readiness(house: House, ask: Ask) -> Reply:
    """GET /readyz: the database answers too, else StoreAway."""
    return Reply(
        200, msgspec.json.encode({"status": "ready", "details": await house.desk.ready()}, enc_hook=str)
    )


async def metrics(house: House, ask: Ask) -> Reply:
    """GET /metrics"""
    house.answered.flush()
    folder = house.settings.metrics_dir
    page = await asyncio.to_thread(measures.page, folder) if folder else measures.page()
    return Reply(200, page)


async def jwks(house: House, ask: Ask) -> Reply:
    """GET /.well-known/jwks.json"""
    return Reply(200, house.desk.jwks())


def one(values: Mapping[str, list[str]], name: str, usual: str = "") -> str:
    """A parameter that stands at most once."""
    return values[name][0] if name in values else usual


def _quantity(text: str) -> Decimal:
    if not PLAIN_NUMBER.fullmatch(text):
        raise BadField("quantity", text, "not a plain decimal number", remedy="send e.g. 12.5")
    return Decimal(text)


def _must_see(caller: Caller, customer: str) -> None:
    if not caller.sees(customer):
        raise NotAllowed(
            "the key is bound to other customers",
            remedy="ask for one of the key's own customers",
            customer=customer,
        )


def _said(field: str, text: str) -> str:
    if not text.strip():
        raise BadField(field, text, f"{field} is blank", remedy="write it out: it is recorded")
    return text


def _promise_id(ask: Ask) -> str:
    identifier = ask.path["id"]
    if not _PROMISE_ID.fullmatch(identifier):
        _no_such("promise", identifier)
    return identifier


def order_number(ask: Ask) -> str:
    """The order that a path names; NotFound for what no order can be called."""
    number = ask.path["order"]
    if not number or len(number) > MOST_TEXT or not number.isprintable():
        _no_such("order", number)
    return number


def _no_such(
    what: str, named: str, remedy: str = "check it, and which customers the key is bound to"
) -> NoReturn:
    shown = named[:80] if named.isprintable() else "of this name"
    raise NotFound(f"there is no {what} {shown}", remedy=remedy)
