"""The call that is served with a simulated clock only: the work that workers do, done at the moment that the request
names. With the machine's own clock it is not there (app.py), and workers work by themselves."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from sayso.api.call import Ask, Call, House
from sayso.desk.calling import Reply
from sayso.errors import BadField, BadRequest, Busy, Conflict, StoreAway


class Worked(Struct, frozen=True):
    """How many messages were applied and requests made."""

    done: int


async def work(house: House, ask: Ask) -> Reply:
    """POST /v1/work"""
    doing = house.follow.work if house.follow else None
    if doing is None:
        raise Conflict("workers do this by themselves", remedy="start sayso worker; there is nothing to call")
    return Reply(200, msgspec.json.encode(Worked(await doing(ask.now))))


#: Served beside the table where the clock is simulated.
WORK = (
    Call(
        method="POST",
        path="/v1/work",
        operation="work",
        tag="events",
        scope="admin",
        summary="Do all work that is due (simulated clock only)",
        description="Messages are applied, effects carried out and silence is noticed, at the time of the request, until "
        "nothing is left to do. Where the clock is the machine's, workers do it and this call is not there.",
        handle=work,
        answers=Worked,
        writes=True,
        problems=(BadRequest, BadField, Busy, Conflict, StoreAway),
        statuses={200: "Nothing is left to do."},
        gives={"done": {"done": 12}},
    ),
)
