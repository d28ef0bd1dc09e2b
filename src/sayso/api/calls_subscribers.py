"""What each call of subscribers does with a request that was read and admitted: the door's own checks, then the desk."""

from __future__ import annotations

import re

from sayso.api.call import Ask, House
from sayso.desk.calling import Reply
from sayso.desk.messages.subscribing import NAME
from sayso.errors import NotFound


async def subscribe(house: House, ask: Ask) -> Reply:
    """POST /v1/subscribers"""
    return await house.desk.subscribing.add(ask.value, ask.body, ask.caller, ask.key, ask.now)


async def subscribers(house: House, ask: Ask) -> Reply:
    """GET /v1/subscribers"""
    return await house.desk.subscribing.listed(ask.caller)


async def subscriber(house: House, ask: Ask) -> Reply:
    """GET /v1/subscribers/{subscriber}"""
    return await house.desk.subscribing.shown(_name(ask), ask.caller)


async def remove(house: House, ask: Ask) -> Reply:
    """DELETE /v1/subscribers/{subscriber}"""
    return await house.desk.subscribing.remove(_name(ask), ask.caller, ask.key, ask.now)


async def pause(house: House, ask: Ask) -> Reply:
    """POST /v1/subscribers/{subscriber}/pause"""
    return await house.desk.subscribing.pause(_name(ask), ask.caller, ask.key, ask.now)


async def resume(house: House, ask: Ask) -> Reply:
    """POST /v1/subscribers/{subscriber}/resume"""
    return await house.desk.subscribing.resume(_name(ask), ask.caller, ask.key, ask.now)


async def rotate(house: House, ask: Ask) -> Reply:
    """POST /v1/subscribers/{subscriber}/rotate"""
    return await house.desk.subscribing.rotate(_name(ask), ask.caller, ask.key, ask.now)


async def redeliver(house: House, ask: Ask) -> Reply:
    """POST /v1/subscribers/{subscriber}/redeliver"""
    return await house.desk.subscribing.redeliver(
        _name(ask), ask.value, ask.body, ask.caller, ask.key, ask.now
    )


def _name(ask: Ask) -> str:
    name = ask.path["subscriber"]
    if not re.fullmatch(NAME, name):
        raise NotFound("there is no subscriber of this name", remedy="see GET /v1/subscribers")
    return name
