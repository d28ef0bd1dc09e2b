"""The audit: every order that the storefront took or turned away, decided again by the one judgement on the ERP's facts
as they stood at that moment, under the ERP's profile and under the company's own policy.

Time is cut into pieces that are gone through by several processes; the findings are the same, byte for byte.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory
from typing import Any

from sayso.audit.engine.caveats import caveats
from sayso.audit.engine.findings import Findings, Sells, Terms
from sayso.audit.engine.journal import Layout, laid_out
from sayso.audit.engine.order import Sides
from sayso.audit.engine.slices import Piece, SpotFile, gone_through, noted, pieces
from sayso.audit.engine.tally import Tally
from sayso.audit.shapes import Exports, Spot
from sayso.canon.decimals import arithmetic
from sayso.promise.decision import JUDGEMENT
from sayso.promise.policy import Policy, thaw

#: Below so many lines another process costs more than it gives.
_FEW = 20_000
_SPAWN = multiprocessing.get_context("spawn")
_LISTEN_SECONDS = 0.2

Progress = Callable[[str, int, int], None]


def audited(
    exports: Exports, erp: Policy, own: Policy, terms: Terms | None = None, *, processes: int = 1,
    progress: Progress | None = None, spots: Callable[[Spot], None] | None = None,
) -> Findings:  # fmt: skip
    """Everything that an audit finds. Raises what reading the exports raises.

    `erp` is the ERP's logic, `own` the company's policy (the same: nothing is held against it). `progress` hears
    (stage, done, of how many; 0 where that is not known yet): reading `facts`, `beliefs`, `outcomes`, `orders`, then
    judging `lines`. `spots` is handed every spot, in the order of time, once everything was judged.
    """
    told = progress or _silent
    terms = terms or Terms()
    with TemporaryDirectory(prefix="sayso-audit-") as name, arithmetic():
        folder = Path(name)
        layout = laid_out(exports, folder, lambda stage, done: told(stage, done, 0))
        many = processes if sum(layout.lines.values()) >= _FEW else 1
        cut = pieces(layout, many, folder if spots else None)
        sides = Sides(erp, own if own.hash != erp.hash else None, terms)
        tally = _judged(layout, cut, sides, told)
        if spots is not None:
            for spot in noted(cut):
                spots(spot)
    return _found(exports, layout, tally, erp, own, terms)


def _silent(stage: str, done: int, whole: int) -> None:
    """Nobody listens."""


def _judged(layout: Layout, cut: list[Piece], sides: Sides, told: Progress) -> Tally:
    whole = sum(layout.lines.values())
    done = 0

    def heard(lines: int) -> None:
        nonlocal done
        done += lines
        told("lines", done, whole)

    tally = Tally(sides.terms)
    if len(cut) < 2:
        for piece in cut:
            tally.add(_of_a_piece(layout, piece, sides, heard))
        return tally
    with _several(layout, cut, sides) as (futures, listen):
        while futures and not all(future.done() for future in futures):
            wait(futures, timeout=_LISTEN_SECONDS)
            listen(heard)
        for future in futures:  # in the order of time
            tally.add(future.result())
        listen(heard)
    if done < whole:  # what the last told may still be on its way
        heard(whole - done)
    return tally


def _of_a_piece(layout: Layout, piece: Piece, sides: Sides, told: Callable[[int], None]) -> Tally:
    with arithmetic():
        if not piece.spots:
            return gone_through(layout, piece, sides, told)
        file = SpotFile(piece.spots)
        tally = gone_through(layout, piece, sides, told, file.add)
        file.flush()
        return tally


@contextmanager
def _several(
    layout: Layout, cut: list[Piece], sides: Sides
) -> Iterator[tuple[list[Future[Tally]], Callable[[Callable[[int], None]], None]]]:
    """A process for each piece, and how to listen to all of them."""
    queue: Any = _SPAWN.Queue()

    def listen(heard: Callable[[int], None]) -> None:
        while True:
            try:
                heard(queue.get_nowait())
            except Empty:
                return

    own = sides.own.body if sides.own is not None else b""
    with ProcessPoolExecutor(len(cut), mp_context=_SPAWN, initializer=_listened, initargs=(queue,)) as pool:
        yield (
            [pool.submit(_elsewhere, layout, piece, sides.erp.body, own, sides.terms) for piece in cut],
            listen,
        )
    queue.close()
    queue.join_thread()


_tell: list[Any] = []


def _listened(queue: Any) -> None:
    """In another process: remember who listens."""
    _tell.append(queue)


def _elsewhere(layout: Layout, piece: Piece, erp: bytes, own: bytes, terms: Terms) -> Tally:
    """In another process: go through a piece."""
    sides = Sides(thaw(erp), thaw(own) if own else None, terms)
    return _of_a_piece(layout, piece, sides, _tell[0].put)


def _found(
    exports: Exports, layout: Layout, tally: Tally, erp: Policy, own: Policy, terms: Terms
) -> Findings:
    return Findings(
        JUDGEMENT, erp.profile, own.profile, erp.hash, own.hash, erp.company.currency, terms, layout.first,
        layout.last, tally.orders, tally.lines, tally.taken, tally.turned_away, tally.directions,
        tally.bars("cause"), tally.bars("week"), tally.ranking("customer"), tally.ranking("item"),
        tally.ranking("site"), tally.ranking("channel"), tally.examples_of_all(), Sells(**tally.sells),
        tally.tried.ranked(), tally.tried.smallest(), tally.agreement(), caveats(layout, tally), exports.intake,
    )  # fmt: skip
