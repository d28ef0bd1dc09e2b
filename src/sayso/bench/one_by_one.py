"""What a competent team would write without gathering: a connection pool and one transaction for each request.

The same schema, indexes, statements, decision, signature and fsync as the lane: set-based, rows locked in the one
sorted order. What seldom changes (sites, lanes, rules, rates, which account a customer belongs to, what a kit is
made of) it keeps in memory; the facts of its items and account it reads in its transaction. With `has_cards` it is
given Sayso's card file as well, which its makers would have to come by first, and reads no facts at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sayso.canon.canonical import digest
from sayso.canon.ids import new_id
from sayso.desk.batch import Again, Batch, Looked
from sayso.desk.cardfile import CardFile
from sayso.desk.errands import Ask, Asked
from sayso.desk.signing import Signer
from sayso.promise.asking import Request
from sayso.promise.lines import drawn_on
from sayso.promise.policy import Policy
from sayso.store import cards, promises

_MOST_TRIES = 20


class OneByOne:
    """Decides and holds one request in one transaction."""

    def __init__(self, pool: Any, policy: Policy, signer: Signer, *, has_cards: bool = False) -> None:
        self.cards = CardFile(policy)
        self._has_cards = has_cards
        self._pool = pool
        self._signer = signer
        self._months: set[tuple[int, int]] = set()

    async def promise(self, request: Request, body: bytes, hold_seconds: int, now: datetime) -> bytes:
        """The signed answer, after its commit."""
        errand = Ask(Asked("bench", None, digest(body), now), new_id("prm", now), request, hold_seconds)
        async with self._pool.acquire() as connection:
            for _ in range(_MOST_TRIES):
                try:
                    return await self._settled(connection, errand, request)
                except Again:
                    self.cards.forget_top(request.customer)
        raise Again

    async def _settled(self, connection: Any, errand: Ask, request: Request) -> bytes:
        tops = await self.cards.tops(connection, [request.customer])
        looked = Looked({}, {}, {}, {}, {}, tops)
        items = await self._drawn_on(connection, request)
        await self._ensure_month(connection, errand.asked.now)
        async with connection.transaction():
            stands = await promises.locked(connection, sorted(tops.values()), sorted(items), [])
            known = self.cards if self._has_cards else self.cards.blank()
            batch = Batch(
                await self.cards.world(connection, stands.world),
                await known.items(connection, stands.items, items),
                await known.accounts(connection, stands.accounts, tops.values()),
                stands.promises,
            )
            said = errand.settle(batch, looked)
            batch.finish()
            kept = known.unarchived(batch.addresses) + self.cards.unarchived(
                {batch.world.digest, batch.world.policy.hash}
            )
            await cards.archive(connection, kept)
            await promises.write(connection, batch.writes)
        self.cards.believe(batch.standing(), batch.writes.accounts)
        self.cards.archived(kept)
        assert said.decision is not None
        assert said.made is not None
        return self._signer.signed(said.decision, said.made)

    async def _drawn_on(self, connection: Any, request: Request) -> set[str]:
        """The items whose stock the lines may take: by their cards, where these are known already."""
        names = {line.item for line in request.lines}
        unseen = self.cards.unseen(names)
        if unseen:
            await self.cards.items(connection, await cards.versions(connection, unseen), unseen)
        for line in request.lines:
            card = self.cards.seen(line.item)
            if card is not None and (card.kit or line.substitute):
                names.update(drawn_on(card, line.substitute))
        return names

    async def _ensure_month(self, connection: Any, now: datetime) -> None:
        if (now.year, now.month) not in self._months:
            await promises.ensure_month(connection, now.date())
            self._months.add((now.year, now.month))


def by_number(
    desk: OneByOne, asks: list[tuple[Request, bytes]], now: Callable[[], datetime]
) -> Callable[[int], Awaitable[bool]]:
    """The loop's question: the request of this number, held for a quarter of an hour."""

    async def ask(number: int) -> bool:
        request, body = asks[number % len(asks)]
        return b'"held":true' in await desk.promise(request, body, 900, now())

    return ask
