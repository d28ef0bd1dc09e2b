"""Every use case of promising, one method each: what the doors call. See calling.Desk for what each takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from sayso.canon.canonical import digest
from sayso.canon.ids import new_id
from sayso.canon.times import moment, parse_duration
from sayso.desk import browse, records, redating
from sayso.desk.calling import Caller, DecisionQuery, EndsQuery, Reply
from sayso.desk.cardfile import CardFile
from sayso.desk.cases.casework import Casework
from sayso.desk.cash.countersign import countersigned
from sayso.desk.errands import Ask, Asked, End, Place, Renew, Said, order_body
from sayso.desk.facts import load_batch
from sayso.desk.lane import Lane
from sayso.desk.looking_ahead import LookedAhead, look_ahead
from sayso.desk.measures import count_decision
from sayso.desk.messages.subscribing import Subscribing
from sayso.desk.replay import rebuilt
from sayso.desk.signing import Signer
from sayso.desk.waiting import same_request
from sayso.errors import BadField, NotAllowed, NotFound
from sayso.promise import answer as shown
from sayso.promise.asking import Request, checked
from sayso.promise.browsing import BrowseQuery
from sayso.promise.explaining import Offer, offers
from sayso.promise.ordering import OrderRequest, to_promise
from sayso.promise.policy import Policy
from sayso.store import promises, redatings
from sayso.store.database import mapped
from sayso.store.promises import Answered, Order, Promise, Recorded

_EVIDENCE = msgspec.json.Decoder(type=dict[str, msgspec.Raw])
_EXPIRES = msgspec.json.Decoder(type=dict[str, datetime])
_REQUEST = msgspec.json.Decoder(type=Request)


class Desk:
    """The use cases, over a pool for reading, a lane for holds and one for quotes."""

    def __init__(
        self, pool: Any, connect: Callable[[], Awaitable[Any]], policy: Policy, signer: Signer, *, most_lines: int = 500,
        settle_load: Callable[..., Awaitable[Any]] | None = None, casework: Casework | None = None,
        subscribing: Subscribing | None = None,
    ) -> None:  # fmt: skip
        self.policy = policy
        self.signer = signer
        self._pool = pool
        self._most_lines = most_lines
        cardfile = CardFile(policy)
        self._holds = Lane(connect, cardfile)
        self._quotes = Lane(connect, cardfile, locks=False, ends=self._holds.settle)
        self._browsed = CardFile(policy, archives=False)
        self._settle_load = settle_load
        self.casework = casework or Casework(pool)
        self.subscribing = subscribing or Subscribing(pool)

    async def start(self) -> None:
        """Connect both lanes."""
        with mapped():
            await self._holds.start()
            await self._quotes.start()

    async def stop(self) -> None:
        """Settle what waits, then leave."""
        await asyncio.gather(self._holds.stop(), self._quotes.stop())

    async def promise(
        self, request: Request, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """Decide; with a hold, reserve. One answer for yes and no."""
        self._check_customer(caller, request.customer)
        seconds = self._hold_seconds(request.hold) if request.hold else 0
        errand = Ask(
            _asked("promise", body, caller, key, now),
            new_id("prm", now),
            checked(request, self._most_lines),
            seconds,
        )
        said = await (self._holds if seconds else self._quotes).settle(errand)
        return await self._promise_reply(said)

    async def read_promise(self, promise_id: str, caller: Caller, now: datetime) -> Reply:
        """A promise as it stands."""
        recorded, row = await self._promise(promise_id, caller)
        state = _state(row, now)
        body = recorded.answer
        if row is not None and moment(row.expires).encode() not in body:
            body = shown.with_expiry(body, row.expires)
        late = await self._redated(promise_id, body) if state in ("held", "ordered") else b""
        return Reply(200, self.signer.signed(body, recorded.made, state, late))

    async def _redated(self, promise_id: str, body: bytes) -> bytes:
        """The parts of a live promise that leave on another day than was promised, as JSON; nothing where none do."""
        with mapped():
            found = await redatings.latest(self._pool, [promise_id])
        late = redating.shown(found, msgspec.json.decode(body)) if found else []
        return msgspec.json.encode(late) if late else b""

    async def offers(self, promise_id: str, caller: Caller) -> list[Offer]:
        """Every price that fitted a promise's lines when it was decided, the one that won first."""
        recorded, _ = await self._promise(promise_id, caller)
        with mapped():
            return offers(*await rebuilt(self._pool, recorded))

    async def renew_promise(
        self, promise_id: str, hold: str, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """A hold lives longer, counted from now."""
        recorded, _ = await self._promise(promise_id, caller)
        asked = _asked(f"renew {promise_id}", body, caller, key, now)
        said = await self._holds.settle(Renew(asked, promise_id, self._hold_seconds(hold)))
        expires = _EXPIRES.decode(said.body)["expires"]
        renewed = shown.with_expiry(recorded.answer, expires)
        return Reply(200, self.signer.signed(renewed, recorded.made, "held"), said.replayed)

    async def release_promise(self, promise_id: str, caller: Caller, key: str | None, now: datetime) -> Reply:
        """A hold is given back. Again is as good as once."""
        await self._promise(promise_id, caller)
        asked = _asked(f"release {promise_id}", b"", caller, key, now)
        said = await self._holds.settle(
            End(asked, promise_id, "released", f"by {caller.name or 'its holder'}")
        )
        return Reply(200, said.body, said.replayed)

    async def override_promise(
        self,
        promise_id: str,
        by: str,
        reason: str,
        body: bytes,
        caller: Caller,
        key: str | None,
        now: datetime,
    ) -> Reply:
        """A named person approves what credit referred or refused; the rest is decided anew, on today's facts."""
        recorded, _ = await self._promise(promise_id, caller)
        evidence = _EVIDENCE.decode(recorded.evidence)
        if not by.strip() or not reason.strip():
            raise BadField(
                "by" if not by.strip() else "reason",
                "",
                "an override has a person and a reason",
                remedy="give both",
            )
        # A decision is found by its moment: one that takes another's place is made after it, on any clock.
        now = max(now, recorded.made + timedelta(milliseconds=1))
        asked = _asked(f"override {promise_id}", body, caller, key, now)
        seconds = msgspec.json.decode(evidence["hold_seconds"], type=int)
        errand = Ask(
            asked,
            promise_id,
            _REQUEST.decode(evidence["request"]),
            seconds,
            overridden_by=f"{by.strip()}: {reason.strip()}",
        )
        return await self._promise_reply(await (self._holds if seconds else self._quotes).settle(errand))

    async def order(
        self, request: OrderRequest, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """An order on a promise, or on lines that are promised and ordered in one step."""
        asked = _asked("order", body, caller, key, now)
        if not request.promise:
            self._check_customer(caller, request.customer)
            errand = Ask(
                asked,
                new_id("prm", now),
                to_promise(request, self._most_lines),
                self._order_seconds,
                order=request,
            )
            return await self._signed_order(request, await self._holds.settle(errand))
        said = await self._holds.settle(Place(asked, request))
        if said.state == "anew":
            before, _ = await self._promise(request.promise, caller)
            evidence = _EVIDENCE.decode(before.evidence)
            errand = Ask(
                asked,
                new_id("prm", now),
                _REQUEST.decode(evidence["request"]),
                self._order_seconds,
                order=request,
                before=before,
            )
            said = await self._holds.settle(errand)
        return await self._signed_order(request, said)

    async def _signed_order(self, request: OrderRequest, said: Said) -> Reply:
        """The order; where its buyer waits for the ERP's word, with that, or as it stands when the patience is over."""
        reply = await self._order_reply(said)
        if not request.wait or said.state != "placed":
            return reply
        with mapped():
            found = await countersigned(self._pool, request.order, request.wait)
        if found is None or found.state == "placed":
            return reply
        later = await self._order_reply(Said(found.promise, body=order_body(found), status=reply.status))
        return Reply(reply.status, later.body, reply.replayed, reply.location)

    async def read_order(self, order: str, caller: Caller, now: datetime) -> Reply:
        """An order as it stands."""
        found = await self._order(order, caller)
        return await self._order_reply(Said(found.promise, body=order_body(found), replayed=False))

    async def cancel_order(
        self, order: str, reason: str, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """An order ends; what it took is sellable again at once."""
        found = await self._order(order, caller)
        asked = _asked(f"cancel {order}", body, caller, key, now)
        said = Said(replayed=True)
        if found.state != "rejected":
            said = await self._holds.settle(
                End(asked, found.promise, "cancelled", reason or f"by {caller.name or 'its buyer'}")
            )
        after = await self._order(order, caller)
        reply = await self._order_reply(Said(after.promise, body=order_body(after)))
        return Reply(reply.status, reply.body, said.replayed, reply.location)

    async def availability(self, query: BrowseQuery, caller: Caller, now: datetime) -> Reply:
        """Sellable quantity, state and dates of many items; waits for nobody."""
        if query.customer:
            self._check_customer(caller, query.customer)
        with mapped():
            async with self._pool.acquire() as connection:
                return Reply(200, await browse.answer(connection, self._browsed, query, now))

    async def load_facts(
        self, kind: str, body: bytes, caller: Caller, key: str | None, now: datetime
    ) -> Reply:
        """A batch of facts of one kind. Loading is safe to repeat: the key only keeps the report."""
        asked = _asked(f"facts {kind}", body, caller, key, now)
        with mapped():
            if known := await self._answered(asked):
                return known
            report = msgspec.json.encode(await load_batch(self._pool, kind, body, now, self.policy))
            return await self._kept(asked, report)

    async def learn_arrivals(self, caller: Caller, key: str | None, now: datetime) -> Reply:
        """What a new day does by itself, now: arrivals learned from receipts, promises dated anew where they change."""
        asked = _asked("learn arrivals", b"", caller, key, now)
        with mapped():
            known = await self._answered(asked)
            return known or await self._kept(asked, msgspec.json.encode(await self._look_ahead(now)))

    async def _look_ahead(self, now: datetime) -> LookedAhead:
        return await look_ahead(self._pool, now, self.policy)

    async def _kept(self, asked: Asked, report: bytes) -> Reply:
        """A report, kept under the key of who asked for it; what was kept first counts."""
        answer = Answered(asked.owner, asked.key or "", asked.hash, "", 200, report, asked.now)
        if asked.key and not await promises.keep_answer(self._pool, answer):
            return await self._answered(asked) or Reply(200, report)
        return Reply(200, report)

    async def _answered(self, asked: Asked) -> Reply | None:
        """What was answered under a key; KeyReused where that was to another request."""
        if not asked.key:
            return None
        found = (await promises.answered(self._pool, [(asked.owner, asked.key)])).get(
            (asked.owner, asked.key)
        )
        return None if found is None else Reply(found.status, same_request(found, asked).body, replayed=True)

    async def decisions(self, query: DecisionQuery, caller: Caller, now: datetime) -> Reply:
        """Recorded decisions, with their evidence in short."""
        with mapped():
            return Reply(200, await records.decisions(self._pool, query, caller, now))

    async def ends(self, query: EndsQuery, caller: Caller, now: datetime) -> Reply:
        """How promises ended, and why."""
        with mapped():
            return Reply(200, await records.ends(self._pool, query, caller))

    def jwks(self) -> bytes:
        """The public keys, as a JWK set."""
        return msgspec.json.encode(self.signer.jwks())

    async def ready(self) -> dict[str, object]:
        """Whether the database answers; raises StoreAway where it does not."""
        with mapped():
            version = await self._pool.fetchval("SHOW server_version")
        return {"database": version, "policy": self.policy.hash}

    @property
    def _order_seconds(self) -> int:
        return min(self.policy.holds.quote_seconds, self.policy.holds.longest_seconds)

    def _hold_seconds(self, hold: str) -> int:
        longest = self.policy.holds.longest_seconds
        seconds = _seconds(hold)
        if not 1 <= seconds <= longest:
            raise BadField(
                "hold", hold, f"a hold lasts from one second to {longest}", remedy='send e.g. "PT15M"'
            )
        return seconds

    def _check_customer(self, caller: Caller, customer: str) -> None:
        if not caller.sees(customer):
            raise NotAllowed(
                f"this key may not ask for customer {customer}", remedy="use a key that is bound to it"
            )

    async def _promise_reply(self, said: Said) -> Reply:
        body, made = said.decision, said.made
        if body is None:
            with mapped():
                recorded = await promises.decided(self._pool, said.promise, said.made)
            if recorded is None:
                raise NotFound(
                    f"the decision {said.promise} is no longer kept", remedy="ask again with a new key"
                )
            body, made = recorded.answer, recorded.made
            if said.body:
                body = shown.with_expiry(body, _EXPIRES.decode(said.body)["expires"])
        else:
            count_decision(_verdict_of(body))
        assert made is not None
        return Reply(
            said.status, self.signer.signed(body, made), said.replayed, f"/v1/promises/{said.promise}"
        )

    async def _order_reply(self, said: Said) -> Reply:
        """The order's own part, and the decision it stands on, signed."""
        body, made = said.decision, said.made
        if body is None:
            with mapped():
                recorded = await promises.decided(self._pool, said.promise)
            body, made = (recorded.answer, recorded.made) if recorded else (None, None)
        decision = self.signer.signed(body, made) if body is not None and made is not None else b"null"
        order = msgspec.json.decode(said.body, type=dict[str, msgspec.Raw])
        number = msgspec.json.decode(order["order"], type=str)
        whole = said.body[:-1] + b',"decision":' + decision + b"}"
        return Reply(said.status, whole, said.replayed, f"/v1/orders/{number}")

    async def _promise(self, promise_id: str, caller: Caller) -> tuple[Recorded, Promise | None]:
        with mapped():
            recorded = await promises.decided(self._pool, promise_id)
            row = (await promises.promises(self._pool, [promise_id])).get(promise_id)
        if recorded is None or not caller.sees(recorded.customer):
            raise NotFound(f"there is no promise {promise_id}", remedy="check the number")
        return recorded, row

    async def _order(self, order: str, caller: Caller) -> Order:
        with mapped():
            found = (await promises.orders(self._pool, [order])).get(order)
        if found is None or not caller.sees(found.customer):
            raise NotFound(f"there is no order {order}", remedy="check the number")
        return found


@lru_cache(maxsize=256)
def _seconds(hold: str) -> int:
    return int(parse_duration(hold, field="hold").total_seconds())


def _asked(what: str, body: bytes, caller: Caller, key: str | None, now: datetime) -> Asked:
    return Asked(caller.name, key, digest(what.encode() + b"\n" + body), now, caller.customers)


def _state(row: Promise | None, now: datetime) -> str:
    if row is None:
        return "answered"
    return "expired" if row.state == "held" and row.expires <= now else row.state


def _verdict_of(body: bytes) -> str:
    """The verdict stands last in the canonical form."""
    return body[body.rindex(b'"verdict":"') + 11 : -2].decode()
