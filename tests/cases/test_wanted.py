"""Cases as findings call for them: properties of what is opened, changed and closed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.canon.findings import Finding
from sayso.cases.kinds import KINDS
from sayso.cases.policy import CasePolicy
from sayso.cases.wanted import Known, Wanted, differs, wanted

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KIND = ["short_pick", "on_hold", "payment_reversed", "feed_silent"]
findings = st.lists(
    st.builds(
        Finding, kind=st.sampled_from(KIND), key=st.sampled_from(["a", "b", "c"]),
        amount=st.none() | st.decimals(0, 9, places=2),
        facts=st.dictionaries(st.sampled_from(["short", "x"]), st.sampled_from("12")),
    ),
    max_size=8,
)  # fmt: skip


class Shelf:
    """Cases as a table would hold them."""

    def __init__(self) -> None:
        self.cases: dict[tuple[str, str], Known] = {}

    def settle(self, found: list[Finding]) -> int:
        plan = differs(list(self.cases.values()), wanted(found, CasePolicy(), NOW))
        for case in (*plan.opened, *(case for _, case in (*plan.reopened, *plan.changed))):
            self.put(case)
        for one in plan.closed:
            self.cases[one.kind, one.key] = one._replace(state="closed", closed_by="")
        return sum(len(part) for part in plan)

    def put(self, case: Wanted) -> None:
        self.cases[case.kind, case.key] = Known(
            f"cas_{case.kind}_{case.key}", case.kind, case.key, "open", case.digest
        )

    def open(self) -> set[tuple[str, str]]:
        return {name for name, one in self.cases.items() if one.state == "open"}


@given(st.lists(findings, max_size=5))
@settings(max_examples=200, deadline=None)
def test_after_settling_what_is_found_is_open_and_nothing_else_that_the_facts_close(
    rounds: list[list[Finding]],
) -> None:
    shelf = Shelf()
    for found in rounds:
        shelf.settle(found)
        there = {(one.kind, one.key) for one in found}
        assert there <= shelf.open()
        assert all(not KINDS[kind].by_facts for kind, _ in shelf.open() - there)
        assert shelf.settle(found) == 0
        assert shelf.settle(found[::-1]) == 0


@given(findings, findings)
@settings(max_examples=200, deadline=None)
def test_what_a_person_closed_is_opened_again_by_another_finding_only(
    first: list[Finding], then: list[Finding]
) -> None:
    shelf = Shelf()
    shelf.settle(first)
    was = {name: one.digest for name, one in shelf.cases.items()}
    shelf.cases = {name: one._replace(state="closed", closed_by="ann") for name, one in shelf.cases.items()}
    shelf.settle(then)
    found = {(case.kind, case.key): case.digest for case in wanted(then, CasePolicy(), NOW)}
    assert shelf.open() == {name for name, digest in found.items() if was.get(name) != digest}


@given(
    st.permutations(
        [Finding(kind="on_hold", key="a", amount=Decimal(n % 3), facts={"x": str(n)}) for n in range(6)]
    )
)
def test_of_several_findings_of_one_trouble_the_same_counts_in_any_order(found: list[Finding]) -> None:
    (case,) = wanted(found, CasePolicy(), NOW)
    assert case.amount == 2
    assert case == wanted(sorted(found, key=lambda one: one.facts["x"]), CasePolicy(), NOW)[0]
