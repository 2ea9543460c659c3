"""All conformance cases: nothing that must keep its order is overlapped, and accepted plans give the same outcome."""

import sys

import pytest

from perfmagic.model.plan import Plan, Refusal
from tests.strategies.cell_runs import CASES, STRATEGIES, planned, run

OUTSIDE = {"fstring"} if sys.version_info < (3, 12) else set()
"""Cases whose operations stand where old Pythons do not tell: refusing them is safe."""

IDS = [case["name"] for case in CASES]


@pytest.mark.parametrize(
    "case", [each for each in CASES if each["verdict"] == "refuse"], ids=lambda each: each["name"]
)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_dependent_cell_is_refused_by_every_strategy(case, strategy):
    answer = planned(case["cell"], strategy)
    assert isinstance(answer, Refusal), answer.source
    assert answer.reason.endswith(".")


@pytest.mark.parametrize(
    "case",
    [each for each in CASES if each["verdict"] != "refuse" and each["name"] not in OUTSIDE],
    ids=lambda each: each["name"],
)
def test_an_independent_cell_is_rewritten_by_some_strategy(case):
    assert any(isinstance(planned(case["cell"], strategy), Plan) for strategy in STRATEGIES)


@pytest.mark.parametrize("case", CASES, ids=IDS)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_accepted_plan_gives_the_same_outcome(case, strategy):
    answer = planned(case["cell"], strategy)
    if isinstance(answer, Refusal):
        assert answer.strategy == strategy
        return
    expected = run(case["cell"], case["check"])
    assert run(answer.source, case["check"]) == expected
    assert (expected.raised or "").split(":")[0] == (case["raises"] or "")
