"""What waits in a lane, and how it is answered: errands with their callers, looked at, settled, given back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sayso.desk.batch import Again, Batch, Looked, Reference
from sayso.desk.cardfile import CardFile
from sayso.desk.errands import Asked, Errand, Needs, Said
from sayso.errors import KeyReused, SaysoError
from sayso.store.promises import Answered, Promise, Reservation

_MOST_MOVES = 4
Answer = Said | Exception


class Stood(NamedTuple):
    """What was looked up before, as it is under the lock."""

    promises: Mapping[str, Promise]
    reservations: Mapping[str, list[Reservation]]
    references: Mapping[Reference, Promise]


class Waiting:
    """An errand in the queue, and who waits for it."""

    __slots__ = ("answer", "errand", "moves", "tries")

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self.answer: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self.tries = 0
        self.moves = 0


def planned(
    batch: Iterable[Waiting], looked: Looked, underway: set[object]
) -> tuple[list[tuple[Waiting, Answer]], list[tuple[Waiting, Needs]]]:
    """Answers that are known without a lock, and what the others need locked.

    `underway` has the keys, references, promises and orders that are worked on already; each is worked on once.
    """
    answers: list[tuple[Waiting, Answer]] = []
    needs: list[tuple[Waiting, Needs]] = []
    for waiting in batch:
        errand = waiting.errand
        own = marks(errand)
        if own & underway:
            answers.append((waiting, Again()))
            continue
        try:
            said = _answered_before(errand, looked) or _seen(errand, looked)
        except SaysoError as problem:
            answers.append((waiting, problem))
            continue
        if isinstance(said, Said):
            answers.append((waiting, said))
        else:
            underway |= own
            needs.append((waiting, said))
    return answers, needs


def moved(
    needs: Iterable[tuple[Waiting, Needs]], looked: Looked, batch: Batch, cards: CardFile
) -> set[Waiting]:
    """Errands whose customer is not in the account it was last seen in: it has moved, or is not known at all."""
    found: set[Waiting] = set()
    for waiting, need in needs:
        request = waiting.errand.request()
        if request is not None and need.said is None:
            account = batch.accounts.get(looked.tops[request.customer])
            if account is None or request.customer not in account.card.customers:
                cards.forget_top(request.customer)
                if account is not None and waiting.moves < _MOST_MOVES:
                    waiting.moves += 1
                    found.add(waiting)
    return found


def outdated(needs: Iterable[tuple[Waiting, Needs]], looked: Looked, stood: Stood) -> set[Waiting]:
    """Errands about promises that under the lock are not as they were when looked at, or take something else."""
    seen = {promise.id: promise for promise in (*looked.promises.values(), *looked.references.values())}
    found: set[Waiting] = set()
    for waiting, need in needs:
        references = () if need.said else waiting.errand.references()
        if any(
            stood.promises.get(name) != seen.get(name)
            or stood.reservations.get(name, []) != looked.reservations.get(name, [])
            for name in need.promises
        ) or any(stood.references.get(one) != looked.references.get(one) for one in references):
            found.add(waiting)
    return found


def settle_all(
    needs: Iterable[tuple[Waiting, Needs]], batch: Batch, looked: Looked, strays: set[Waiting]
) -> list[tuple[Waiting, Answer]]:
    """Settle one after another; an errand that finds things changed leaves no trace in the batch."""
    answers: list[tuple[Waiting, Answer]] = []
    for waiting, need in needs:
        errand = waiting.errand
        try:
            if waiting in strays:
                raise Again
            said = need.said or errand.settle(batch, looked)
        except (SaysoError, Again) as problem:
            answers.append((waiting, problem))
            continue
        if errand.asked.key:
            batch.writes.answers.append(_answer(errand, said))
        answers.append((waiting, said))
    return answers


def _seen(errand: Errand, looked: Looked) -> Said | Needs:
    """What is known without a lock stands for a new Idempotency-Key too, once that is written down."""
    said = errand.look(looked)
    return Needs(said=said) if isinstance(said, Said) and errand.asked.key and said.promise else said


def _answer(errand: Errand, said: Said) -> Answered:
    asked = errand.asked
    return Answered(
        asked.owner, asked.key or "", asked.hash, said.promise, said.status, said.body, said.made or asked.now
    )


def _answered_before(errand: Errand, looked: Looked) -> Said | None:
    """What was answered under this Idempotency-Key; KeyReused where it came with another body."""
    asked = errand.asked
    found = looked.answers.get((asked.owner, asked.key)) if asked.key else None
    if found is None:
        return None
    same_request(found, asked)
    return Said(found.promise, found.made, body=found.body, status=found.status, replayed=True)


def same_request(found: Answered, asked: Asked) -> Answered:
    """An answer that was given under the key of a request, if that was the same request; else KeyReused."""
    if found.asked != asked.hash:
        raise KeyReused(
            f"Idempotency-Key {asked.key} was used with another request",
            remedy="give every new request a new key",
        )
    return found


def marks(errand: Errand) -> set[object]:
    """What two errands of one batch must not share: a key, a reference, a promise, an order."""
    asked = errand.asked
    keys: set[object] = {(asked.owner, asked.key)} if asked.key else set()
    return (
        keys
        | set(errand.references())
        | set(errand.promises())
        | {("order", number) for number in errand.orders()}
    )


def give(waiting: Waiting, answer: Answer) -> None:
    if waiting.answer.done():
        return
    if isinstance(answer, Said):
        waiting.answer.set_result(answer)
    else:
        waiting.answer.set_exception(answer)


def fail(batch: Iterable[Waiting], problem: SaysoError) -> None:
    for waiting in batch:
        give(waiting, problem)
