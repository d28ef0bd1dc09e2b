"""The calls of the route table about subscribers (Standard Webhooks). See table.py."""

from __future__ import annotations

from sayso.api import calls_subscribers as calls
from sayso.api import shapes_subscribers as shapes
from sayso.api.call import Call, Parameter
from sayso.api.parameters import TEXT
from sayso.desk.messages.subscribing import Again, Subscription
from sayso.errors import BadField, BadRequest, Busy, Conflict, KeyReused, NotFound, StoreAway, TooLarge

_NAME = Parameter("subscriber", "path", "The subscriber's name.", TEXT, required=True, example="shop")
_CHANGE = (BadField, NotFound, KeyReused, Busy, StoreAway)
_READ = (BadField, NotFound, StoreAway)

#: Who is told what happens, over HTTP.
SUBSCRIBERS = (
    Call(
        method="POST",
        path="/v1/subscribers",
        operation="subscribe",
        tag="subscribers",
        scope="events",
        summary="Subscribe",
        description="From now on everything of these types is posted to the address: a CloudEvent, signed as Standard "
        "Webhooks 1.0 says, in order, at least once, until a 2xx comes back. The secret is in this answer only. A key "
        "that is bound to customers subscribes to theirs.",
        handle=calls.subscribe,
        reads=Subscription,
        answers=shapes.WithSecret,
        writes=True,
        texts=2000,
        problems=(BadRequest, BadField, TooLarge, Conflict, KeyReused, Busy, StoreAway),
        statuses={201: "The subscriber, with its secret."},
        asks={"promises and shipments": shapes.SUBSCRIPTION, "one customer's": shapes.OF_ONE_CUSTOMER},
        gives={"subscribed": shapes.SECRET},
    ),
    Call(
        method="GET",
        path="/v1/subscribers",
        operation="listSubscribers",
        tag="subscribers",
        scope="events",
        summary="List subscribers",
        description="By name, with how far each is and what is wrong with it; without their secrets.",
        handle=calls.subscribers,
        answers=shapes.Subscribers,
        problems=(BadField, StoreAway),
        statuses={200: "All that the key may see."},
        gives={"one that fails": shapes.SUBSCRIBERS},
    ),
    Call(
        method="GET",
        path="/v1/subscribers/{subscriber}",
        operation="readSubscriber",
        tag="subscribers",
        scope="events",
        summary="Read a subscriber",
        handle=calls.subscriber,
        answers=shapes.Subscriber,
        parameters=(_NAME,),
        problems=_READ,
        statuses={200: "The subscriber as it stands."},
        gives={"live": shapes.LIVE, "failing": shapes.FAILING},
    ),
    Call(
        method="DELETE",
        path="/v1/subscribers/{subscriber}",
        operation="unsubscribe",
        tag="subscribers",
        scope="events",
        summary="Unsubscribe",
        description="Nothing is posted to it any more, except what is under way at this moment.",
        handle=calls.remove,
        answers=shapes.Removed,
        parameters=(_NAME,),
        writes=True,
        problems=_CHANGE,
        statuses={200: "It is gone."},
        gives={"gone": shapes.REMOVED},
    ),
    Call(
        method="POST",
        path="/v1/subscribers/{subscriber}/pause",
        operation="pauseSubscriber",
        tag="subscribers",
        scope="events",
        summary="Pause a subscriber",
        description="What happens meanwhile waits for it.",
        handle=calls.pause,
        answers=shapes.Subscriber,
        parameters=(_NAME,),
        writes=True,
        problems=(*_CHANGE, Conflict),
        statuses={200: "The subscriber, paused."},
        gives={"paused": shapes.PAUSED},
    ),
    Call(
        method="POST",
        path="/v1/subscribers/{subscriber}/resume",
        operation="resumeSubscriber",
        tag="subscribers",
        scope="events",
        summary="Resume a subscriber",
        description="One that was paused, that was given up after failing for long, or that ended by answering 410. It "
        "goes on where it stood, at once.",
        handle=calls.resume,
        answers=shapes.Subscriber,
        parameters=(_NAME,),
        writes=True,
        problems=_CHANGE,
        statuses={200: "The subscriber, live."},
        gives={"live": shapes.LIVE},
    ),
    Call(
        method="POST",
        path="/v1/subscribers/{subscriber}/rotate",
        operation="rotateSecret",
        tag="subscribers",
        scope="events",
        summary="Rotate a subscriber's secret",
        description="Calls carry two signatures for a day (by policy), with the new secret and with the one before it.",
        handle=calls.rotate,
        answers=shapes.WithSecret,
        parameters=(_NAME,),
        writes=True,
        problems=_CHANGE,
        statuses={200: "The subscriber, with its new secret."},
        gives={"rotated": shapes.SECRET},
    ),
    Call(
        method="POST",
        path="/v1/subscribers/{subscriber}/redeliver",
        operation="redeliver",
        tag="subscribers",
        scope="events",
        summary="Tell again from a number on",
        description="Everything after it too, in order, each under the webhook-id that it had before.",
        handle=calls.redeliver,
        reads=Again,
        answers=shapes.Subscriber,
        parameters=(_NAME,),
        writes=True,
        problems=(*_CHANGE, BadRequest, TooLarge),
        statuses={200: "The subscriber, set back."},
        asks={"from here": shapes.AGAIN},
        gives={"set back": {**shapes.LIVE, "reached": 41869, "behind": 4}},
    ),
)
