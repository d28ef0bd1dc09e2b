"""A draft: errands that were looked at and, where that could be, decided ahead of their turn at the locks.

What is decided ahead rests on what the rows are believed to hold. Whether they do is seen under the locks; where
they do not, the same errands are settled again on what stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from sayso.desk.batch import Batch, Looked, Reference
from sayso.desk.cardfile import CardFile
from sayso.desk.errands import Needs, items_held
from sayso.desk.waiting import Answer, Waiting, marks
from sayso.promise.lines import drawn_on
from sayso.store.promises import Expected, Locked

Needing = list[tuple[Waiting, Needs]]


class Group(NamedTuple):
    """Errands that were looked at together."""

    needs: Needing
    looked: Looked


class Rows(NamedTuple):
    """The rows that errands need locked."""

    accounts: set[str]
    items: set[str]
    promises: set[str]


class Draft:
    """What the next transaction will do."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.rows = Rows(set(), set(), set())
        self.early: list[tuple[Waiting, Answer]] = []
        self.settled: list[tuple[Waiting, Answer]] = []
        self.marks: set[object] = set()
        self.later: list[Waiting] = []
        self.filed: Batch | None = None
        self.expected = Expected(0, {}, {}, {})
        self.ahead = True
        self.alone = False

    def __len__(self) -> int:
        return sum(len(group.needs) for group in self.groups)

    def waiting(self) -> list[Waiting]:
        """Everybody whose errand is settled in the transaction."""
        return [waiting for group in self.groups for waiting, _ in group.needs]

    def drop(self, group: Iterable[Waiting]) -> None:
        """Errands that could not be decided leave, and with them all that was decided ahead: the rest is decided anew."""
        gone = set(group)
        if gone.intersection(self.waiting()):
            kept = [
                Group([one for one in each.needs if one[0] not in gone], each.looked) for each in self.groups
            ]
            self.groups = [each for each in kept if each.needs]
            self.marks = {mark for waiting in self.waiting() for mark in marks(waiting.errand)}
            self.filed, self.settled, self.ahead = None, [], False

    def references(self) -> set[Reference]:
        """The references that errands of the transaction are about."""
        return {
            one for group in self.groups for waiting, need in group.needs if not need.said
            for one in waiting.errand.references()
        }  # fmt: skip

    def add(self, group: Group, rows: Rows, underway: set[object]) -> None:
        """More errands, the rows that they need, and what is worked on with them (see waiting.planned)."""
        self.groups.append(group)
        self.marks = underway
        for mine, more in zip(self.rows, rows, strict=True):
            mine |= more

    def believe(self, cards: CardFile, rows: Rows, states: Mapping[str, str]) -> Batch:
        """The batch with the rows of a new group in it, as they are believed to stand."""
        accounts = {
            name: cards.believed_account(name) for name in rows.accounts - self.expected.accounts.keys()
        }
        items = {name: cards.believed_item(name) for name in rows.items - self.expected.items.keys()}
        self.expected.accounts.update(
            {name: (known[0], known[1].promised) for name, known in accounts.items() if known}
        )
        self.expected.items.update(
            {name: (known[0], known[1]) for name, known in items.items() if known[0] is not None}
        )
        self.expected.promises.update(states)
        version, world = cards.believed_world()
        if self.filed is None:
            self.expected = self.expected._replace(world=version)
            self.filed = Batch(world, {}, {}, {})
        self.filed.know(
            {name: known[2] for name, known in items.items()},
            {name: known[1] for name, known in accounts.items() if known},
            states,
        )
        return self.filed

    def holds(self, stands: Locked) -> bool:
        """Whether the rows hold what they were believed to hold."""
        return (
            stands.world == self.expected.world
            and {name: (facts, Decimal(money)) for name, (facts, money) in stands.accounts.items()}
            == self.expected.accounts
            and stands.items == self.expected.items
            and stands.promises == self.expected.promises
        )


def rows_of(needs: Iterable[tuple[Waiting, Needs]], looked: Looked, cards: CardFile) -> Rows:
    """The rows that errands need, components and substitutes by the cards as last seen."""
    rows = Rows(set(), set(), set())
    for waiting, need in needs:
        request = waiting.errand.request() if need.said is None else None
        if request is not None:
            rows.accounts.add(looked.tops[request.customer])
            for line in request.lines:
                rows.items.add(line.item)
                card = cards.seen(line.item)
                if card is not None and (card.kit or line.substitute):
                    rows.items.update(drawn_on(card, line.substitute))
        for name in need.promises:
            rows.promises.add(name)
            held = looked.reservations.get(name, ())
            rows.items.update(items_held(held))
            rows.accounts.update(one.account for one in held)
    return rows
