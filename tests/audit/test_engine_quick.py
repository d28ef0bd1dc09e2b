"""Asked without words or with: the findings are the same bytes, over generated months and worlds by chance."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.faithful import faithful
from audit.months import Extent, Months
from audit.test_engine import _busy
from sayso.audit.engine import causes_put
from sayso.audit.engine import order as engine_order
from sayso.audit.engine.audited import audited
from sayso.audit.engine.findings import body
from sayso.audit.engine.order import Bench
from sayso.audit.shapes import Exports, Spot
from sayso.promise.policy import PROFILE_NAMES, Policy, profiled, read


def found(exports: Exports, erp: Policy, own: Policy) -> tuple[bytes, list[Spot], int]:
    """The findings as bytes, every spot, and how many there are."""
    spots: list[Spot] = []
    findings = audited(exports, erp, own, spots=spots.append)
    return body(findings), spots, len(spots)


def slowly(exports: Exports, erp: Policy, own: Policy) -> tuple[bytes, list[Spot], int]:
    """The same where every order is decided with all its words, and every line asked about among all others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bench, "_plain", lambda *_: None)
        patch.setattr(engine_order, "reduced", lambda matter: matter)
        return found(exports, erp, own)


def test_over_generated_months() -> None:
    erp, own = profiled("plain"), read({"availability": {"safety_stock": False}})
    quick = found(Months(Extent(6_000, 200, 80, 2_000)), own, erp)
    assert quick == slowly(Months(Extent(6_000, 200, 80, 2_000)), own, erp)
    assert quick[2] > 100


def test_over_some_busy_days() -> None:
    erp, own = read({"availability": {"safety_stock": False}}), read({})
    quick = found(_busy(), erp, own)
    assert quick == slowly(_busy(), erp, own)
    assert quick[2] > 20


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(seed=st.integers(0, 10**9), profiles=st.lists(st.sampled_from(PROFILE_NAMES), min_size=3, max_size=3))
def test_in_worlds_by_chance(seed: int, profiles: list[str]) -> None:
    asked, erp, own = (profiled(name) for name in profiles)  # type: ignore[arg-type]
    told = faithful(seed, asked)
    assert found(told, erp, own) == slowly(told, erp, own)


def test_a_line_is_asked_about_with_what_takes_the_same_goods(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    real = causes_put.heard

    def counted(about: object, *rest: object) -> object:
        sizes.append(len(about.lines))  # type: ignore[attr-defined]
        return real(about, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(causes_put, "heard", counted)
    found(Months(Extent(2_000, 200, 80, 2_000)), read({}), read({}))
    assert sizes.count(1) > len(sizes) / 4
