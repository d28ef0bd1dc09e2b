"""What `replay` and `decisions` share: the options that say which recorded decisions are meant, and what they come to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any, TypeVar

import click

from sayso.canon.times import parse_date, parse_moment
from sayso.errors import BadField, NotFound
from sayso.promise.reasons import KINDS, SEVERITY
from sayso.store import journal
from sayso.store.journal import Filter

Function = TypeVar("Function", bound=Callable[..., Any])

NAMES = ("since", "until", "promise", "order", "customer", "item", "reason", "verdict")

_OPTIONS = (
    click.option("--since", metavar="TIME", help="Made then or later: a day, or a time (RFC 3339)."),
    click.option("--until", metavar="TIME", help="Made before then."),
    click.option("--promise", metavar="ID", help="Of this number."),
    click.option("--order", metavar="O", help="That this order stands on."),
    click.option("--customer", metavar="C", help="Asked by this customer."),
    click.option("--item", metavar="I", help="That asked for this item, or drew on it."),
    click.option("--reason", metavar="CODE", help="With this reason code."),
    click.option("--verdict", metavar="V", help="firm, conditional or refused."),
)


def chosen(function: Function) -> Function:
    """Options that say which decisions; the command gets each by its name."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def moment_of(text: str, option: str) -> datetime:
    """A day (from its beginning, UTC) or a time. BadField names the option."""
    if len(text) <= 10:
        return datetime.combine(parse_date(text, field=option), time(), UTC)
    return parse_moment(text, field=option)


def checked(given: dict[str, str | None]) -> None:
    """Raise BadField for a reason code or a verdict that there is not."""
    for option, known in (("reason", tuple(KINDS)), ("verdict", tuple(SEVERITY))):
        value = given.get(option)
        if value is not None and value not in known:
            raise BadField(
                f"--{option}", value, f"there is no such {option}", remedy=f"one of {', '.join(known)}"
            )


async def filter_of(connection: Any, given: dict[str, str | None], until: datetime) -> Filter:
    """Which decisions are meant; `until` is used where none was given. Raises BadField, and NotFound for an order."""
    checked(given)
    since = moment_of(given["since"], "--since") if given["since"] else journal.FIRST[1]
    until = moment_of(given["until"], "--until") if given["until"] else until
    if since >= until:
        raise BadField(
            "--since",
            given["since"],
            "nothing lies between --since and --until",
            remedy="give an earlier one",
        )
    promises: tuple[str, ...] | None = (given["promise"],) if given["promise"] else None
    if given["order"]:
        stands_on = await journal.of_order(connection, given["order"])
        if not stands_on:
            raise NotFound(f"there is no order {given['order']}", remedy="check the number")
        promises = tuple(one for one in stands_on if promises is None or one in promises)
    return Filter(since, until, promises, given["customer"], given["item"], given["reason"], given["verdict"])
