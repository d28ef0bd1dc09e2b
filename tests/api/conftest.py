"""The HTTP door in front of a desk that only remembers what it was asked, and answers with the examples."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
import schemathesis

from api.followed import follow_of
from api.subscribed import FakeSubscribing
from sayso.api import Settings, asks, build, examples, shapes_cases
from sayso.api.bodies import Reader
from sayso.canon.times import parse_duration
from sayso.cases.acting import checked
from sayso.desk.calling import SCOPES, Caller, Reply
from sayso.errors import KeyReused, NotAuthenticated, NotFound, StoreAway

NOW = datetime(2011, 2, 1, 9, 30, tzinfo=UTC)
KEYS = {
    "sk_admin": Caller("admin", frozenset({"admin"})),
    "sk_shop": Caller("shop", frozenset({"availability", "promises", "orders"})),
    "sk_bound": Caller("branch", frozenset(SCOPES), frozenset({"13047"})),
    "sk_wms": Caller("wms", frozenset({"events", "messages"}), None, frozenset({"wms"})),
    **{f"sk_{scope}": Caller(scope, frozenset({scope})) for scope in SCOPES if scope != "admin"},
}


class FakeKeys:
    """Knows the keys above; `away` is a database that cannot be reached."""

    away = False

    async def find(self, secret: str, now: datetime) -> Caller:
        if self.away:
            raise StoreAway("PostgreSQL cannot be reached")
        if secret not in KEYS:
            raise NotAuthenticated("the key is not known", remedy="ask for a key", given=True)
        return KEYS[secret]


class FakeDesk:
    """Answers with the examples; `asked` holds the name and arguments of every use; `error` is raised by all."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.error: Exception | None = None
        self._replies: dict[tuple[str, str], tuple[bytes, Reply]] = {}
        self._loads = Reader(asks.Load)

    def _use(self, *asked: Any) -> None:
        self.asked.append(asked)
        if self.error is not None:
            raise self.error

    def _once(self, caller: Caller, key: str | None, what: Any, reply: Reply) -> Reply:
        if key is None:
            return reply
        digest = hashlib.sha256(repr(what).encode()).digest()
        known = self._replies.setdefault((caller.name, key), (digest, reply))
        if known[0] != digest:
            raise KeyReused("this Idempotency-Key came before with another body", remedy="send a new key")
        if known[1] is reply:
            return reply
        return Reply(known[1].status, known[1].body, True, known[1].location)

    def _find_promise(self, promise_id: str, caller: Caller) -> Reply:
        if promise_id != examples.PROMISE_ID or not caller.sees("13047"):
            raise NotFound(f"there is no promise {promise_id}")
        return _reply(examples.FIRM)

    def _find_order(self, order: str, caller: Caller, found: Any) -> Reply:
        if order not in ("WEB-1001", "2011/0042") or not caller.sees("13047"):
            raise NotFound(f"there is no order {order}")
        return _reply({**found, "order": order})

    async def promise(self, request, body, caller, key, now):
        self._use("promise", request, body, caller, key, now)
        return self._once(caller, key, body, _reply(examples.FIRM))

    async def read_promise(self, promise_id, caller, now):
        self._use("read_promise", promise_id, caller, now)
        return self._find_promise(promise_id, caller)

    async def renew_promise(self, promise_id, hold, body, caller, key, now):
        self._use("renew_promise", promise_id, hold, body, caller, key, now)
        parse_duration(hold, field="hold")
        return self._once(caller, key, (promise_id, body), self._find_promise(promise_id, caller))

    async def release_promise(self, promise_id, caller, key, now):
        self._use("release_promise", promise_id, caller, key, now)
        self._find_promise(promise_id, caller)
        return self._once(caller, key, promise_id, _reply(examples.RELEASED))

    async def override_promise(self, promise_id, by, reason, body, caller, key, now):
        self._use("override_promise", promise_id, by, reason, body, caller, key, now)
        return self._once(caller, key, (promise_id, body), self._find_promise(promise_id, caller))

    async def order(self, request, body, caller, key, now):
        self._use("order", request, body, caller, key, now)
        placed = {**examples.PLACED, "order": request.order}
        return self._once(caller, key, body, _reply(placed, 201, f"/v1/orders/{request.order}"))

    async def read_order(self, order, caller, now):
        self._use("read_order", order, caller, now)
        return self._find_order(order, caller, examples.PLACED)

    async def cancel_order(self, order, reason, body, caller, key, now):
        self._use("cancel_order", order, reason, body, caller, key, now)
        return self._once(caller, key, (order, body), self._find_order(order, caller, examples.CANCELLED))

    async def availability(self, query, caller, now):
        self._use("availability", query, caller, now)
        items = [{**examples.BROWSED["items"][0], "item": item} for item in query.items]
        return _reply({"items": items})

    async def load_facts(self, kind, body, caller, key, now):
        self._use("load_facts", kind, body, caller, key, now)
        self._loads.value(body)
        return self._once(caller, key, (kind, body), _reply({**examples.LOADED, "kind": kind}))

    async def learn_arrivals(self, caller, key, now):
        self._use("learn_arrivals", caller, key, now)
        return self._once(caller, key, "learn", _reply(examples.LOOKED_AHEAD))

    @property
    def casework(self):
        return FakeCasework(self)

    @property
    def subscribing(self):
        return FakeSubscribing(self)

    async def decisions(self, query, caller, now):
        self._use("decisions", query, caller, now)
        return _reply(examples.DECISIONS)

    async def ends(self, query, caller, now):
        self._use("ends", query, caller, now)
        return _reply(examples.ENDS)

    def jwks(self) -> bytes:
        return msgspec.json.encode(examples.KEY_SET)

    async def ready(self) -> dict[str, object]:
        self._use("ready")
        return {"postgresql": "18.6"}


class FakeCasework:
    """The cases of a desk that only remembers."""

    def __init__(self, desk: FakeDesk) -> None:
        self._desk = desk

    async def listed(self, query, caller, now):
        self._desk._use("cases", query, caller, now)
        return _reply(shapes_cases.CASES)

    async def shown(self, case, caller, now):
        self._desk._use("case", case, caller, now)
        return _reply(self._found(case, caller, shapes_cases.WHOLE))

    async def act(self, case, asked, body, caller, key, now):
        self._desk._use("act", case, asked, body, caller, key, now)
        checked(asked, "short_pick")
        found = self._found(case, caller, shapes_cases.ACTED)
        return self._desk._once(caller, key, (case, body), _reply(found))

    @staticmethod
    def _found(case, caller, found):
        if case != shapes_cases.CASE["case"] or not caller.sees("13047"):
            raise NotFound(f"there is no case {case}")
        return found


def _reply(answer: Any, status: int = 200, location: str = "") -> Reply:
    return Reply(status, msgspec.json.encode(answer), False, location)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def keys() -> FakeKeys:
    return FakeKeys()


@pytest.fixture
def settings() -> Settings:
    return Settings(clock=lambda: NOW)


@pytest.fixture
def app(desk: FakeDesk, keys: FakeKeys, settings: Settings) -> Any:
    """The application under test."""
    return build(desk, keys=keys, settings=settings, follow=follow_of(desk))


@pytest.fixture
def served() -> Callable[..., tuple[Any, FakeDesk]]:
    """Makes an application with other settings, and its desk."""

    def make(**more: Any) -> tuple[Any, FakeDesk]:
        fake = FakeDesk()
        made = Settings(**{"clock": lambda: NOW, **more})
        return build(fake, keys=FakeKeys(), settings=made, follow=follow_of(fake)), fake

    return make


def client_of(app: Any, key: str = "sk_admin") -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sayso", headers=headers)


@pytest_asyncio.fixture
async def http(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose key may do everything."""
    async with client_of(app) as client:
        yield client


@pytest.fixture
def calling() -> Callable[..., httpx.AsyncClient]:
    """Makes a client of an application, with a key (or none, for "")."""
    return client_of


@pytest.fixture(scope="session")
def described() -> Any:
    """The application that schemathesis tries, as its own document describes it. Its key is `sk_admin`."""
    fake = FakeDesk()
    made = Settings(clock=lambda: NOW, access_log=False)
    app = build(fake, keys=FakeKeys(), settings=made, follow=follow_of(fake))
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.fixture(scope="module")
def patient_desk() -> FakeDesk:
    """A desk for many requests in a row."""
    return FakeDesk()


@pytest.fixture(scope="module")
def patient(patient_desk: FakeDesk) -> httpx.AsyncClient:
    """A client of that desk, whose key may do everything."""
    made = Settings(clock=lambda: NOW, access_log=False, simulated=True)
    return client_of(build(patient_desk, keys=FakeKeys(), settings=made, follow=follow_of(patient_desk)))
