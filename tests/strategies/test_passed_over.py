"""What a binding that moves passes over is taken not to fail, and the plan says so if it may."""

import pytest

from perfmagic.model.plan import Plan
from tests.strategies.cell_runs import planned

PASSED = "line 2 does not fail: line 3 binds its result before it."


@pytest.mark.parametrize(
    ("between", "stated"),
    [("del never_there", True), ("del a, never_there", True), ("del a", False), ("n = 1", False)],
    ids=["an unknown name", "one of two names", "a name bound before", "a constant"],
)
def test_a_statement_that_may_fail_is_named(between, stated):
    plan = planned(f"a = await f(1)\n{between}\nb = await g(2)\n", "gather")
    assert isinstance(plan, Plan)
    assert (PASSED in plan.assumptions) is stated
