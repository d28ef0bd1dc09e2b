"""Seen to bite: every fault planted in the learning of lateness fails a test of it, and none does without one."""

from __future__ import annotations

import pytest

from promise.faults_of_eta import ETA
from promise.planting import Fault, bitten, planted


@pytest.mark.parametrize("fault", ETA, ids=lambda fault: fault.what)
def test_a_fault_fails_a_test(fault: Fault) -> None:
    with planted(fault):
        assert bitten(fault.bites), f"nobody noticed that {fault.what}"


def test_without_a_fault_these_tests_pass() -> None:
    assert not bitten(tuple({test for fault in ETA for test in fault.bites}))
