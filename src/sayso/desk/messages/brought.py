"""What a broker brings, kept as if it had come over HTTP: the same id, kind and order, so that both ways are one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sayso.delivery.broker import Keep
from sayso.delivery.broker_in import Brought
from sayso.desk.messages.glance import Glance
from sayso.store import inbox
from sayso.store.database import mapped
from sayso.store.inbox import Message


def keeping(pool: Any, now: Callable[[], datetime]) -> Keep:
    """What a Broker keeps with: a system's raw message is looked at by its contract, as Taking does."""
    glance = Glance(pool)

    async def keep(brought: Sequence[Brought]) -> None:
        with mapped():
            found = [one.message if one.event else await _looked(glance, one) for one in brought]
            async with pool.acquire() as connection, connection.transaction():
                await inbox.keep(connection, found, now())

    return keep


async def _looked(glance: Glance, one: Brought) -> Message:
    message = one.message
    looked = await glance.look(message.source, message.content_type, message.body)
    id_ = message.id if one.named else looked.id or message.id
    return message._replace(id=id_, kind=looked.kind, key=looked.order)
