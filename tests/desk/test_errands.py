"""What an errand sees when it looks, before any lock: what others did a moment ago may be half of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sayso.desk.batch import Looked
from sayso.desk.errands import Asked, Needs, Place
from sayso.errors import Conflict
from sayso.promise.ordering import OrderRequest
from sayso.store.promises import Promise

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def looked(order: str) -> Looked:
    """The orders were read before the promise became this one."""
    promise = Promise(
        "prm_1", "ordered", "ada", "ada", "web", "", "hash", "firm", Decimal(40), NOW, NOW + timedelta(minutes=15), order
    )  # fmt: skip
    return Looked({}, {"prm_1": promise}, {}, {}, {}, {})


def test_who_places_the_same_order_at_the_same_moment_looks_again() -> None:
    errand = Place(Asked("shop", None, "hash", NOW), OrderRequest(order="WEB-1", promise="prm_1"))
    assert errand.look(looked("WEB-1")) == Needs(promises=frozenset(["prm_1"]))


def test_who_comes_with_another_number_is_refused() -> None:
    errand = Place(Asked("shop", None, "hash", NOW), OrderRequest(order="WEB-2", promise="prm_1"))
    with pytest.raises(Conflict, match="became order WEB-1"):
        errand.look(looked("WEB-1"))
