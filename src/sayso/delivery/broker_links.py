"""One broker, three kinds: how NATS JetStream, Kafka and RabbitMQ are spoken to, by one library.

Only this module knows the library. Each kind brings messages in their order, a batch at a time, and takes what is
published; nothing is acknowledged before it was kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, Protocol
from urllib.parse import urlsplit

from sayso.delivery.broker_in import STRUCTURED, Arrived
from sayso.delivery.broker_out import Outward
from sayso.errors import Misconfigured

Take = Callable[[Sequence[Arrived]], Awaitable[None]]
"""Returns when all of them are kept for good. Raises only to have them brought again."""

_DURABLE = "sayso"
_BATCH = 200
_WAIT = 0.5  # seconds until a batch that is not full is handed on
# Short: what the server sends just as a fetch ends is brought again only then. What is kept twice has one effect.
_ACK_WAIT = 5.0  # seconds after which what was not acknowledged is brought again
_AGAIN_WITHIN = 600.0  # seconds in which the broker drops what is published twice under one id
_ANSWERS_WITHIN = 5.0
_PATIENCE = 2.0  # seconds that what is being kept gets to end, when asked to stop


class Link(Protocol):
    """A connection to a broker of some kind."""

    async def start(self) -> None:
        """Connect, make what is missing, and begin to bring. Waits for a broker that is away, or raises."""

    async def publish(self, outward: Outward) -> None:
        """Returns when the broker has it for good."""

    async def check(self) -> None:
        """Raises if messages can no longer come."""

    async def stop(self) -> None:
        """Leave. What is under way is finished if it is quick."""


def linked(url: str, prefix_in: str, prefix_out: str, take: Take) -> Link:
    """A link to the broker of a URL, not connected yet. A blank prefix: that direction is not used.

    Raises Misconfigured for a URL of no known kind, or where the library for it is not installed.
    """
    scheme = urlsplit(url).scheme
    if scheme not in _KINDS:
        raise Misconfigured(
            f"broker cannot begin with {scheme!r}",  # the rest may hold a password
            remedy="a URL that begins with nats://, tls://, kafka://, amqp:// or amqps://",
        )
    return _KINDS[scheme](url, prefix_in, prefix_out, take)


async def _whole(message: Any) -> Any:
    """What handlers are given: the message itself, not what the library would make of its body."""
    return message


class _Linked:
    """What the kinds share: the library's broker, and its end."""

    _library = ""

    def __init__(self, url: str, prefix_in: str, prefix_out: str, take: Take) -> None:
        self._url = url
        self._in = prefix_in
        self._out = prefix_out
        self._take = take
        self._taking: set[asyncio.Future[None]] = set()
        self._library_of = _library(self._library)
        self._broker = self._opened()

    def _opened(self) -> Any:
        raise NotImplementedError

    async def start(self) -> None:
        raise NotImplementedError

    async def publish(self, outward: Outward) -> None:
        raise NotImplementedError

    async def check(self) -> None:
        return None

    async def stop(self) -> None:
        if self._taking:
            _, late = await asyncio.wait(self._taking, timeout=_PATIENCE)
            for task in late:
                task.cancel()
        with suppress(Exception):
            await asyncio.wait_for(self._broker.stop(), _ANSWERS_WITHIN)

    async def _taken(self, arrived: Sequence[Arrived], message: Any) -> None:
        """Take and acknowledge; what was not taken when it must stop is given back (or not acknowledged in time)."""
        task = asyncio.ensure_future(self._take(arrived))
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)
        try:
            await task
        except BaseException:
            task.cancel()
            with suppress(Exception):
                await message.nack()
            raise
        await message.ack()


class _Nats(_Linked):
    """NATS JetStream: a stream for each direction, a durable pull consumer."""

    _library = "nats"

    def _opened(self) -> Any:
        return self._library_of.NatsBroker(
            [self._url], logger=None, apply_types=False, decoder=None, max_reconnect_attempts=-1,
            reconnect_time_wait=1, connect_timeout=2, graceful_timeout=_ANSWERS_WITHIN, error_cb=_quiet,
        )  # fmt: skip

    async def start(self) -> None:
        client = await self._broker.connect()
        self._jetstream = client.jetstream(timeout=_ANSWERS_WITHIN)
        self._client = client
        for prefix in filter(None, (self._in, self._out)):
            await self._ensure(prefix)
        if self._in:
            self._listen()
        await self._broker.start()

    async def _ensure(self, prefix: str) -> None:
        """The stream of a prefix, made if it is not there; one that is there is used as it is."""
        api, errors = import_module("nats.js.api"), import_module("nats.js.errors")
        try:
            await self._jetstream.stream_info(_stream(prefix))
        except errors.NotFoundError:
            await self._jetstream.add_stream(
                api.StreamConfig(
                    name=_stream(prefix), subjects=[f"{prefix}.>"], duplicate_window=_AGAIN_WITHIN,
                    storage=api.StorageType.FILE,
                )
            )  # fmt: skip

    def _listen(self) -> None:
        api = import_module("nats.js.api")
        stream = self._library_of.JStream(_stream(self._in), declare=False)
        subscriber = self._broker.subscriber(
            f"{self._in}.>", stream=stream, durable=_DURABLE, decoder=_whole,
            pull_sub=self._library_of.PullSub(batch_size=_BATCH, timeout=_WAIT, batch=True),
            config=api.ConsumerConfig(ack_wait=_ACK_WAIT, max_ack_pending=_BATCH, max_deliver=-1),
            ack_policy=_manual(),
        )  # fmt: skip

        @subscriber  # type: ignore[untyped-decorator]
        async def bring(message: Any) -> None:
            await self._taken([_from_nats(each) for each in message.raw_message], message)

    async def publish(self, outward: Outward) -> None:
        await self._broker.publish(
            outward.body, outward.topic, stream=_stream(self._out), timeout=_ANSWERS_WITHIN,
            headers={"content-type": STRUCTURED, "Nats-Msg-Id": outward.id},
        )  # fmt: skip

    async def check(self) -> None:
        if self._in:
            await self._jetstream.consumer_info(_stream(self._in), _DURABLE)

    async def stop(self) -> None:
        await super().stop()
        if client := getattr(self, "_client", None):
            with suppress(Exception):
                await asyncio.wait_for(client.close(), 1)


class _Kafka(_Linked):
    """Kafka: one topic for each direction (the prefix), keyed by subject."""

    _library = "kafka"

    def _opened(self) -> Any:
        return self._library_of.KafkaBroker(
            urlsplit(self._url).netloc, logger=None, apply_types=False, acks="all",
            graceful_timeout=_ANSWERS_WITHIN,
        )  # fmt: skip

    async def start(self) -> None:
        if self._in:
            subscriber = self._broker.subscriber(
                self._in, group_id=_DURABLE, auto_offset_reset="earliest", batch=True, max_records=_BATCH,
                batch_timeout_ms=int(_WAIT * 1000), decoder=_whole, ack_policy=_manual(),
            )  # fmt: skip

            @subscriber  # type: ignore[untyped-decorator]
            async def bring(message: Any) -> None:
                await self._taken([_from_kafka(each) for each in message.raw_message], message)

        await self._broker.start()

    async def publish(self, outward: Outward) -> None:
        await self._broker.publish(
            outward.body, self._out, key=outward.key.encode(),
            headers={"content-type": STRUCTURED, "message-id": outward.id},
        )  # fmt: skip


class _Rabbit(_Linked):
    """RabbitMQ: a durable topic exchange for each direction (the prefix), a durable queue for what comes in."""

    _library = "rabbit"

    def _opened(self) -> Any:
        return self._library_of.RabbitBroker(
            self._url, logger=None, apply_types=False, graceful_timeout=_ANSWERS_WITHIN,
            default_channel=self._library_of.Channel(prefetch_count=1),
        )  # fmt: skip

    def _exchange(self, prefix: str) -> Any:
        library = self._library_of
        return library.RabbitExchange(prefix, type=library.ExchangeType.TOPIC, durable=True)

    async def start(self) -> None:
        if self._in:
            queue = self._library_of.RabbitQueue(self._in, durable=True, routing_key=f"{self._in}.#")
            subscriber = self._broker.subscriber(
                queue, self._exchange(self._in), decoder=_whole, ack_policy=_manual()
            )

            @subscriber  # type: ignore[untyped-decorator]
            async def bring(message: Any) -> None:
                await self._taken([_from_rabbit(message.raw_message)], message)

        await self._broker.start()
        if self._out:
            await self._broker.declare_exchange(self._exchange(self._out))

    async def publish(self, outward: Outward) -> None:
        await self._broker.publish(
            outward.body, exchange=self._exchange(self._out), routing_key=outward.topic, persist=True,
            message_id=outward.id, content_type=STRUCTURED,
        )  # fmt: skip


_KINDS: dict[str, type[_Linked]] = {
    "nats": _Nats, "tls": _Nats, "kafka": _Kafka, "amqp": _Rabbit, "amqps": _Rabbit,
}  # fmt: skip


def _library(kind: str) -> Any:
    try:
        return import_module(f"faststream.{kind}")
    except ImportError:
        remedy = "pip install 'sayso[broker]'" if kind == "nats" else f"pip install 'faststream[{kind}]'"
        raise Misconfigured(
            f"a {kind} broker is set, and its library is not installed", remedy=remedy
        ) from None


def _manual() -> Any:
    return import_module("faststream").AckPolicy.MANUAL


async def _quiet(error: Exception) -> None:
    """What the client says of each lost connection; that the broker is away we say ourselves."""


def _stream(prefix: str) -> str:
    return prefix.replace(".", "_")


def _from_nats(message: Any) -> Arrived:
    told = message.metadata
    place = f"{told.stream}:{told.sequence.stream}"
    return Arrived(message.subject, place, message.headers or {}, message.data)


def _from_kafka(record: Any) -> Arrived:
    headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
    place = f"{record.topic}:{record.partition}:{record.offset}"
    return Arrived(record.topic, place, headers, record.value or b"")


def _from_rabbit(message: Any) -> Arrived:
    from sayso.canon.canonical import digest

    headers = {name: str(value) for name, value in message.headers.items()}
    if message.content_type:
        headers["content-type"] = message.content_type
    if message.message_id:
        headers["message-id"] = message.message_id
    # A queue has no sequence: what has no id of its own is known by its content.
    return Arrived(message.routing_key or "", digest(message.body), headers, message.body)
