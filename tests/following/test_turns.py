"""What one turn of a batch finds, and the next finds no more."""

from __future__ import annotations

from datetime import UTC, datetime

from sayso.canon.findings import Finding
from sayso.desk.cash.consequences import Consequences
from sayso.desk.cash.policy import FollowPolicy
from sayso.promise.policy import Policy

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LEFT = Finding(kind="overpaid", key="TRX-1", document="TRX-1")
BACK = Finding(kind="payment_reversed", key="TRX-1", document="TRX-1")


def test_a_rest_that_the_next_turn_uses_up_is_no_finding() -> None:
    consequences = Consequences(Policy(), FollowPolicy(), NOW)
    consequences.folded({}, [])
    consequences.on_payment("TRX-1", [LEFT])
    consequences.on_payment("TRX-1", [BACK])
    assert consequences.of_payments == [LEFT, BACK]
    consequences.folded({}, [])
    consequences.on_payment("TRX-1", [BACK])
    assert consequences.of_payments == [BACK]
    consequences.folded({}, [])
    assert consequences.of_payments == [BACK]
