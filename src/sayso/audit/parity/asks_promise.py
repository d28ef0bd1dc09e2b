"""A whole promise, asked of books: stock, price, credit, region and date in one verdict, as the API answers it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from sayso.audit.parity.asked import Asks, Told
from sayso.canon.times import parse_duration
from sayso.promise.asking import Question, Request, checked
from sayso.promise.decision import decide
from sayso.promise.gather import Books
from sayso.promise.policy import Policy

_NUMBER = "prm_case"


class Promise(Request, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A promise request, as POST /v1/promises takes it, and the time of day (UTC) at which it is made."""

    at: Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "09:00"


def promise(books: Books, asked: Promise, today: date, policy: Policy) -> Told:
    """The answer of POST /v1/promises, unsigned. Raises BadField or TooLarge for what cannot be asked."""
    request = checked(
        Request(**{name: getattr(asked, name) for name in Request.__struct_fields__}), most_lines=500
    )
    hold = int(parse_duration(request.hold, field="hold").total_seconds()) if request.hold else 0
    hour, minute = map(int, asked.at.split(":"))
    now = datetime(today.year, today.month, today.day, hour, minute, tzinfo=UTC)
    decision = decide(Question(_NUMBER, request, now, hold), books.facts(request, policy))
    answer: dict[str, Any] = msgspec.json.decode(decision.body)
    return Told(answer, list(_arithmetic(answer)))


def _arithmetic(answer: dict[str, Any]) -> Iterator[str]:
    """The figures behind each line, and behind the credit account's answer."""
    yield from (f"whole: {_because(one)}" for one in answer["reasons"])
    for line in answer["lines"]:
        name = f"line {line['line']} ({line['quantity']} {line['uom']} {line['item']})"
        yield f"{name}: {line['verdict']}"
        for part in line["parts"]:
            yield (
                f"{name}: {part['quantity']} {part['state']} from {part['site']}"
                f" leaving {part['ship_on'] or 'on no known day'}, there {part['deliver_by'] or 'on no known day'}"
            )
        for place, figures in line["arithmetic"].items():
            yield f"{name}, {place}: {_figures(figures)}"
        if line["price"]:
            yield f"{name}: price {_figures(line['price'])}"
        yield from (f"{name}: {_because(one)}" for one in line["reasons"])
    credit = answer["credit"]
    if credit:
        yield f"credit of {credit['account']}: {credit['verdict']}, exposure {credit['exposure']} {credit['currency']}"
        yield f"credit of {credit['account']}: {_figures(credit['parts'])}; limit {credit['limit'] or 'none'}"
        yield from (f"credit of {credit['account']}: {_because(one)}" for one in credit["reasons"])


def _because(reason: dict[str, Any]) -> str:
    return f"because {reason['code']}: {_figures(reason.get('facts', {}))}"


def _figures(figures: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items()) or "no figures"


ASKS: Asks = {"promise": (Promise, promise)}
