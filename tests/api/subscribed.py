"""Subscribers, for a door in front of nothing: remembers with the fake desk what it was asked; knows one, `shop`."""

from __future__ import annotations

from typing import Any

import msgspec

from sayso.api import shapes_subscribers as shapes
from sayso.desk.calling import Reply
from sayso.desk.messages.subscribing import check_types, check_url
from sayso.errors import NotFound


def _reply(answer: Any, status: int = 200, location: str = "") -> Reply:
    return Reply(status, msgspec.json.encode(answer), False, location)


class FakeSubscribing:
    """Keeps nothing."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    async def add(self, asked, body, caller, key, now):
        self._desk._use("subscribe", asked, body, caller, key, now)
        check_url(asked.url, private=False)
        check_types(asked.types)
        made = {**shapes.SECRET, "subscriber": asked.subscriber}
        return self._desk._once(caller, key, body, _reply(made, 201, f"/v1/subscribers/{asked.subscriber}"))

    async def listed(self, caller):
        self._desk._use("subscribers", caller)
        return _reply(shapes.SUBSCRIBERS)

    async def shown(self, name, caller):
        return self._one("subscriber", name, caller, shapes.LIVE)

    async def remove(self, name, caller, key, now):
        return self._desk._once(
            caller, key, ("remove", name), self._one("remove", name, caller, shapes.REMOVED)
        )

    async def pause(self, name, caller, key, now):
        return self._desk._once(caller, key, ("pause", name), self._one("pause", name, caller, shapes.PAUSED))

    async def resume(self, name, caller, key, now):
        return self._desk._once(caller, key, ("resume", name), self._one("resume", name, caller, shapes.LIVE))

    async def rotate(self, name, caller, key, now):
        return self._desk._once(
            caller, key, ("rotate", name), self._one("rotate", name, caller, shapes.SECRET)
        )

    async def redeliver(self, name, asked, body, caller, key, now):
        return self._desk._once(
            caller, key, ("redeliver", name, body), self._one("redeliver", name, caller, shapes.LIVE)
        )

    def _one(self, what, name, caller, found):
        self._desk._use(what, name, caller)
        if name != "shop":
            raise NotFound(f"there is no subscriber {name}", remedy="see GET /v1/subscribers")
        return _reply(found)
