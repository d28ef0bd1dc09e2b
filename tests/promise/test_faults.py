"""Seen to bite: every planted fault fails a test of the judgement, and none does without one."""

from __future__ import annotations

import pytest

from promise.faults import DATES, FALLING, SOURCING, STOCK
from promise.faults_of_credit import CREDIT
from promise.faults_of_money import PRICE, VERDICT
from promise.planting import Fault, bitten, planted

FAULTS = (*STOCK, *DATES, *SOURCING, *FALLING, *PRICE, *CREDIT, *VERDICT)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_fails_a_test(fault: Fault) -> None:
    with planted(fault):
        assert bitten(fault.bites), f"nobody noticed that {fault.what}"


def test_a_fault_is_gone_afterwards() -> None:
    fault = FAULTS[0]
    with planted(fault):
        pass
    assert not bitten(fault.bites)


def test_faults_are_told_apart() -> None:
    assert len({fault.what for fault in FAULTS}) == len(FAULTS) > 40
