"""The story of one order: what was told of it and what Sayso did, in the order of what happened, with when it was known.

Knows rows; where they come from and who may see them is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from sayso.canon.decimals import plain
from sayso.canon.events import TYPES
from sayso.canon.times import moment
from sayso.insight.telling import sentence
from sayso.store.transactions import Case, Document, Done, Effect, Held, Redated, Stood, Word

_DECODERS = {type_: msgspec.json.Decoder(data) for type_, data in TYPES.items()}
_OURS = "sayso"


class Entry(Struct, frozen=True):
    """One thing that happened: `at` when it did, `known` when Sayso knew of it, `by` the system or person that did or told
    it, `what` of which kind, `says` one sentence. `superseded`: a later revision of the document took its place.
    `message` is the number of the message that told it, null for what Sayso did."""

    at: str
    known: str
    by: str
    what: str
    says: str
    document: str = ""
    revision: int = 0
    superseded: bool = False
    message: int | None = None


class Story(Struct, frozen=True, kw_only=True):
    """The rows that an order's story is told from."""

    order: str
    documents: Sequence[Document] = ()
    stood: Stood | None = None
    ends: Sequence[Word] = ()
    redatings: Sequence[Redated] = ()
    effects: Sequence[Effect] = ()
    cases: Sequence[Case] = ()
    done: Sequence[Done] = ()
    held: Sequence[Held] = ()


def told(story: Story, known_at: datetime | None = None) -> list[Entry]:
    """The whole story, or as much as was known at a moment. Of what happened at once, what was known first is first."""
    entries = [
        *_documents(story), *_promise(story), *_effects(story.effects), *_cases(story.cases, story.done),
        *_messages(story.held),
    ]  # fmt: skip
    if known_at is not None:
        until = moment(known_at)
        entries = [one for one in entries if one.known <= until]
    return sorted(entries, key=lambda one: (_sortable(one.at), _sortable(one.known)))


def _sortable(text: str) -> str:
    """A moment's text that sorts by time: with its milliseconds, where it has none."""
    return text if "." in text else text[:-1] + ".000Z"


def _documents(story: Story) -> Iterator[Entry]:
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for one in story.documents:
        key, mark = (one.family, one.document), (-one.revision, one.digest)
        last[key] = min(last.get(key, mark), mark)
    for one in story.documents:
        data = _DECODERS[one.type].decode(one.data)
        # Changes of an order go on from each other; of all else the highest revision counts.
        superseded = one.family != "order.changed" and last[one.family, one.document] != (
            -one.revision,
            one.digest,
        )
        yield Entry(
            moment(one.occurred), moment(one.received), one.source, one.family,
            sentence(one.family, data, one.source, story.order), one.document, one.revision, superseded, one.message,
        )  # fmt: skip


def _ours(at: datetime, what: str, says: str, by: str = _OURS, document: str = "") -> Entry:
    return Entry(moment(at), moment(at), by, what, says, document)


def _promise(story: Story) -> Iterator[Entry]:
    stood = story.stood
    if stood is None:
        return
    if stood.made is not None:
        says = f"Promise {stood.promise} was made: {stood.verdict}"
        yield _ours(stood.made, "promise.made", says, document=stood.promise)
    if not any(one.family == "order.placed" for one in story.documents):
        yield _ours(
            stood.placed,
            "order.placed",
            f"The order was placed on promise {stood.promise}",
            document=story.order,
        )
    for word in story.ends:
        how, cause = word.how.replace("_", " "), word.cause.replace("_", " ")
        says = f"Promise {stood.promise} ended {how}, because of {cause}"
        yield _ours(word.ended, "promise.ended", says, word.by or _OURS, stood.promise)
    for part in story.redatings:
        if part.quantity:
            day = part.day or "a day that nobody knows"
            says = f"{plain(part.quantity)} of {part.item} leave {part.site} on {day}, not on {part.promised}"
            says += f", because of {part.because.replace('_', ' ')}" if part.because else ""
        else:
            says = f"{part.item} leaves {part.site} on its promised day again, {part.promised}"
        yield _ours(part.at, "promise.redated", says, document=stood.promise)


_CAME = {
    "done": "{system} did it: {what}",
    "refused": "{system} refused to {what}",
    "failed": "{system} could not be brought to {what}",
    "dropped": "Given up: {system} is not to {what}",
    "unclear": "It is not clear whether {system} did it: {what}",
}


def _effects(effects: Iterable[Effect]) -> Iterator[Entry]:
    for one in effects:
        what = one.kind.replace("_", " ")
        money = f", {plain(one.amount)} {one.currency}".rstrip() if one.amount is not None else ""
        says = f"{one.system} is to {what}{money}, because of {one.cause}"
        yield _ours(one.decided, "effect.decided", says, document=one.effect)
        came = _CAME.get(one.state)
        at = one.settled or one.sent
        if came and at:
            says = came.format(system=one.system, what=what)
            says += f" ({one.problem})" if one.problem else ""
            tries = f", at the {_th(one.tries)} try" if one.tries > 1 else ""
            yield _ours(at, f"effect.{one.state}", says + tries, one.system, one.effect)


def _th(number: int) -> str:
    last = number % 10 if number % 100 not in (11, 12, 13) else 0
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"


def _cases(cases: Iterable[Case], done: Iterable[Done]) -> Iterator[Entry]:
    for one in cases:
        kind = one.kind.replace("_", " ")
        money = f", {plain(one.amount)} {one.currency or ''}".rstrip() if one.amount else ""
        says = f"Case for {one.owner}: {kind}{money}. {one.next_step}"
        yield _ours(one.opened, "case.opened", says, document=one.case)
        if one.closed is not None:
            says = f"Case closed: {kind}{f', {one.closed_why}' if one.closed_why else ''}"
            yield _ours(one.closed, "case.closed", says, document=one.case)
    for act in done:
        if act.by and act.action not in ("opened", "closed"):
            says = f"{act.by}: {act.action.replace('_', ' ')}{f', {act.note}' if act.note else ''}"
            yield _ours(act.at, "case.worked", says, act.by, act.case)


def _messages(held: Iterable[Held]) -> Iterator[Entry]:
    for one in held:
        if one.state == "quarantined":
            says = f"Message {one.number} ({one.kind or one.id}) is held back: {one.problem or 'it could not be used'}"
        else:
            says = f"Message {one.number} ({one.kind or one.id}) waits"
        at = moment(one.received)
        yield Entry(at, at, one.source, f"message.{one.state}", says, one.id, message=one.number)
