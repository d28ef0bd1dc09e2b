"""The wire shapes of what comes in and what becomes of it: events, messages, transactions, quarantine. See shapes.py."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from sayso.api.shapes import Moment, Number
from sayso.cash.shapes import State

_Who = Annotated[str, Meta(min_length=1, max_length=200)]
_Why = Annotated[str, Meta(max_length=1000)]
_Reason = Annotated[str, Meta(min_length=1, max_length=1000)]
_CLEAR = r"\x00-\x1f\x7f-\x9f"
_Name = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=rf"^[^{_CLEAR}]*[^\s{_CLEAR}][^{_CLEAR}]*$")
]
MOST_TEXT = 1_000_000


class CloudEvent(Struct, frozen=True):
    """A CloudEvent (1.0), as much of it as is looked at before it is taken. Whether the rest of it is right is found out
    later: an event that cannot be used is held back, not refused."""

    id: _Name
    source: _Name
    type: _Name
    specversion: Literal["1.0"] = "1.0"
    subject: Any = None
    time: Any = None
    data: Any = None


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """The body put in the place of a message's: `body` where it is JSON, `text` where it is anything else; by whom."""

    by: _Who
    why: _Why = ""
    body: Any = None
    text: Annotated[str, Meta(max_length=MOST_TEXT)] | None = None


class Dropping(Struct, frozen=True, forbid_unknown_fields=True):
    """Who gives a message up, and why. Both are kept."""

    by: _Who
    why: _Reason


class ReplayOfMany(Struct, frozen=True, forbid_unknown_fields=True):
    """Which held messages are applied again: of a system, of a kind, with these words in the sentence why; blank: any."""

    system: Annotated[str, Meta(max_length=200)] = ""
    kind: Annotated[str, Meta(max_length=200)] = ""
    problem: Annotated[str, Meta(max_length=200)] = ""
    dry_run: bool = False


class TakenMessage(Struct, frozen=True):
    """What was known of a message: `taken` now, `repeated` (the same content came before under its id), `conflicting`
    (another content did: that one counts, and a case is opened)."""

    id: str
    state: Literal["taken", "repeated", "conflicting"]
    number: int


class Taken(Struct, frozen=True):
    """An acknowledgement: what is named here is kept and will not be lost."""

    taken: int
    repeated: int
    conflicting: int
    messages: tuple[TakenMessage, ...]


class TransactionMoney(Struct, frozen=True):
    """The order's money. What is open, to invoice, or not shipped is with tax."""

    ordered: Number
    open_order: Number
    to_invoice: Number
    invoiced: Number
    paid: Number
    credited: Number
    written_off: Number
    disputed: Number
    open: Number


class TransactionShort(Struct, frozen=True):
    """An order from promise to cash, in short. `operational`, `financial`: whether it is complete so."""

    order: str
    customer: str
    currency: str
    stage: str
    operational: bool
    financial: bool
    amount: Number
    placed: Moment | None
    changed: Moment
    money: TransactionMoney
    missing: tuple[str, ...]
    conflicts: tuple[str, ...]


class TransactionPage(Struct, frozen=True):
    """A page of transactions by the number of the order. `next` is the cursor of the following page, "" at the end."""

    transactions: tuple[TransactionShort, ...]
    next: str


class TransactionCase(Struct, frozen=True):
    """A case of the order."""

    case: str
    kind: str
    state: str
    owner: str
    opened: Moment
    closed: Moment | None
    due: Moment | None
    line: int
    item: str
    amount: Number | None
    currency: str
    next_step: str
    assigned: str


class TransactionEffect(Struct, frozen=True):
    """Something a system was, or is, to be asked to do for the order, once."""

    effect: str
    system: str
    kind: str
    cause: str
    state: Literal["waiting", "sending", "unclear", "done", "refused", "failed", "dropped"]
    decided: Moment
    settled: Moment | None
    tries: int
    problem: str
    amount: Number | None
    currency: str


class TransactionHeld(Struct, frozen=True):
    """A message about the order that is not applied: held back, or standing behind one that is."""

    number: int
    source: str
    id: str
    kind: str
    state: Literal["quarantined", "waiting", "behind"]
    received: Moment
    problem: str


class TimelineEntry(Struct, frozen=True):
    """One thing that happened: `at` when, `known` when Sayso knew of it, `by` the system or person, `says` one sentence.
    `superseded`: a later revision of the document counts. `message` told it; null for what Sayso did itself."""

    at: Moment
    known: Moment
    by: str
    what: str
    says: str
    document: str
    revision: int
    superseded: bool
    message: int | None


class Transaction(Struct, frozen=True):
    """An order's state and its whole story. With `known_at`, what was known then. A null state: nothing was told yet."""

    order: str
    known_at: Moment | None
    state: State | None
    cases: tuple[TransactionCase, ...]
    effects: tuple[TransactionEffect, ...]
    held: tuple[TransactionHeld, ...]
    timeline: tuple[TimelineEntry, ...]


class HeldMessage(Struct, frozen=True):
    """A message held back: why, how many of its order's wait behind it, and what the order is worth."""

    number: int
    system: str
    id: str
    kind: str
    received: Moment
    order: str
    problem: str
    behind: int
    amount: Number | None
    currency: str
    customer: str


class HeldPage(Struct, frozen=True):
    """A page of messages held back, by number. `next` is the cursor of the following page, "" at the end."""

    messages: tuple[HeldMessage, ...]
    next: str


class MessageBreach(Struct, frozen=True):
    """One thing in a message that is not as its contract says; `where` is a JSON pointer."""

    kind: str
    where: str
    says: str
    value: str


class MessageEdit(Struct, frozen=True):
    """A body that somebody put in the place of a message's."""

    edited: Moment
    by: str
    why: str
    body: str


class OtherContent(Struct, frozen=True):
    """Another content that came under a message's id."""

    received: Moment
    body: str


class WholeMessage(Struct, frozen=True):
    """A message: `body` as it counts now, `first` as it came, and all that is wrong with it."""

    number: int
    system: str
    id: str
    kind: str
    state: Literal["waiting", "behind", "applied", "quarantined", "dropped"]
    received: Moment
    applied: Moment | None
    order: str
    content_type: str
    problem: str
    repeats: int
    body: str
    first: str
    edited: bool
    breaches: tuple[MessageBreach, ...]
    edits: tuple[MessageEdit, ...]
    conflicts: tuple[OtherContent, ...]


class ReplayedMessage(Struct, frozen=True):
    """What became of a message that was applied again."""

    number: int
    state: Literal["applied", "quarantined", "dropped"]
    problem: str


class StateChange(Struct, frozen=True):
    """A value of an order's state that is another one afterwards; `where` is its place: lines[0].shipped."""

    order: str
    where: str
    was: Any
    becomes: Any


class DecidedEffect(Struct, frozen=True):
    """Something that a system is to be asked to do because of it."""

    effect: str
    system: str
    kind: str
    order: str
    cause: str
    amount: Number | None
    currency: str
    body: dict[str, Any]


class ChangedCase(Struct, frozen=True):
    """A case that is opened or closed by it."""

    case: str
    kind: str
    owner: str
    order: str
    next_step: str
    amount: Number | None
    currency: str


class Replayed(Struct, frozen=True):
    """What came of applying messages again, or would come of it: `kept` is false where nothing was kept."""

    kept: bool
    applied: int
    held: int
    messages: tuple[ReplayedMessage, ...]
    changes: tuple[StateChange, ...]
    effects: tuple[DecidedEffect, ...]
    cases_opened: tuple[ChangedCase, ...]
    cases_closed: tuple[ChangedCase, ...]
