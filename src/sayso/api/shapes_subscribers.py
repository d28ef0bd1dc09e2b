"""The wire shapes of subscribers, with examples. See shapes.py."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sayso.api.shapes import Moment


class Subscriber(Struct, frozen=True):
    """One who is told what happens. `reached` is the number it was told last, `behind` how many came since (not all of
    them need be for it); `failing` since when the next is tried in vain, `tries` how often, `due` when again."""

    subscriber: str
    url: str
    types: tuple[str, ...]
    customers: tuple[str, ...] | None
    state: Literal["live", "paused", "ended"]
    created: Moment
    reached: int
    behind: int
    told: Moment | None
    tries: int
    failing: Moment | None
    due: Moment | None
    problem: str


class WithSecret(Struct, frozen=True):
    """The same with its secret, which is shown only now."""

    subscriber: str
    url: str
    types: tuple[str, ...]
    customers: tuple[str, ...] | None
    state: Literal["live", "paused", "ended"]
    created: Moment
    reached: int
    behind: int
    told: Moment | None
    tries: int
    failing: Moment | None
    due: Moment | None
    problem: str
    secret: str


class Subscribers(Struct, frozen=True):
    """All that the key may see, by name."""

    subscribers: tuple[Subscriber, ...]


class Removed(Struct, frozen=True):
    """It is told nothing more."""

    subscriber: str
    removed: bool


SUBSCRIPTION = {
    "subscriber": "shop",
    "url": "https://shop.example.com/hooks/sayso",
    "types": ["sayso.promise.*", "sayso.shipment.dispatched.v1"],
}
OF_ONE_CUSTOMER = {
    "subscriber": "cornershop",
    "url": "https://cornershop.example.com/sayso",
    "customers": ["13047"],
}
LIVE = {
    **SUBSCRIPTION, "customers": None, "state": "live", "created": "2011-02-01T09:30:00Z", "reached": 41873, "behind": 0,
    "told": "2011-02-01T09:31:12.250Z", "tries": 0, "failing": None, "due": None, "problem": "",
}  # fmt: skip
FAILING = {
    **LIVE, "behind": 212, "tries": 3, "failing": "2011-02-01T09:40:02Z", "due": "2011-02-01T09:41:22Z",
    "problem": "number 41874: answered 503",
}  # fmt: skip
PAUSED = {**LIVE, "state": "paused", "problem": "paused by operations"}
SECRET = {**LIVE, "told": None, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwJq3nVYBq0nQ="}
SUBSCRIBERS = {"subscribers": [FAILING]}
REMOVED = {"subscriber": "shop", "removed": True}
AGAIN = {"number": 41870}
