"""schemathesis on the served document: no server error, and nothing that the document does not say.

Its own pytest fixture support does not yet know pytest 9.2's nodes, so its strategies are used by hand.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from sayso.api.table import CALLS

# For each call and mode; a longer run asks for more. Hypothesis draws on constants of whatever modules are loaded, so that
# few examples may, with another selection of tests, be none that makes sense.
EXAMPLES = int(os.environ.get("SAYSO_EXAMPLES", "40"))


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.operation)
def test_every_call_is_as_described(described, call, mode):
    operation = described[call.path][call.method]
    if mode.is_negative and not operation.body and not call.parameters:
        pytest.skip("nothing that could be wrong")

    excluded = [positive_data_acceptance]
    if any(parameter.repeated for parameter in call.parameters):
        excluded.append(negative_data_rejection)  # "a number in place of a list" is the same text in a query

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def attempt(case):
        answer = case.call_and_validate(
            headers={"Authorization": "Bearer sk_admin"}, excluded_checks=excluded
        )
        accepted.append(answer.status_code < 400)

    accepted: list[bool] = []
    attempt()
    # Not all that a schema allows makes sense (a date, an id that is there), but much has to.
    assert mode.is_negative or "{" in call.path or any(accepted)
