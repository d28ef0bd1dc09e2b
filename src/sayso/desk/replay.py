"""One recorded decision, made again on the very facts it was made from. Whole journals: see audit/replaying."""

from __future__ import annotations

from typing import Any

from sayso.errors import NotFound, SaysoError
from sayso.promise.decision import Decision, Question, decide
from sayso.promise.facts import Facts
from sayso.promise.rebuilding import Cards, thawed
from sayso.store import cards
from sayso.store.promises import Recorded


async def replayed(connection: Any, recorded: Recorded) -> Decision:
    """The decision, made again from its evidence. Its `body` and `evidence` are to be those that were recorded.

    Raises Conflict where another version of the judgement made it, which alone could make it again, NotFound
    where a card it was made from is no longer kept, and SaysoError where one is not what it was.
    """
    question, facts = await rebuilt(connection, recorded)
    return decide(question, facts)


async def rebuilt(connection: Any, recorded: Recorded) -> tuple[Question, Facts]:
    """The question of a recorded decision, and the facts it was made from. Raises as `replayed` does."""
    evidence = thawed(recorded.evidence, recorded.id)
    bodies, known = await cards.archived(connection, evidence.addresses), Cards()
    if missing := [address for address in evidence.addresses if address not in bodies]:
        raise NotFound(
            f"{recorded.id} was decided on facts that are no longer kept: {', '.join(missing)}",
            remedy="restore the table cards",
        )
    if damaged := known.add(bodies):
        raise SaysoError(
            f"{recorded.id} was decided on facts that have been changed since: {', '.join(sorted(damaged))}",
            remedy="restore the table cards",
        )
    return evidence.question, known.facts(evidence)
