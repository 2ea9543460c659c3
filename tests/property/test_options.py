"""What each option allows, and nothing more."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
from tests.property.deep import examples
from tests.property.ipython_text import python_of
from tests.property.judging import NOT_RUN, differences, expected_of, planners
from tests.property.programs import programs
from tests.property.running import analysed

OPTIONS = {
    "speculate": Options(speculate=True),
    "ignore sleeps": Options(ignore_sleeps=True),
    "allow reorder": Options(allow_reorder=True),
    "few at once": Options(limit=2, workers=2),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_under_an_option_the_outcome_is_the_same_but_for_what_it_allows(name):
    """Speculation starts only reads, a pause is no result, and only the order of what is printed may change."""
    any_output_order = name == "allow reorder"

    @examples(fast=10, deep=250)
    @given(programs(), st.integers(0, 999))
    def check(program, seed):
        analysis = analysed(program.source)
        answers = [plan(analysis, OPTIONS[name]) for plan in planners().values()]
        plans = [each for each in answers if isinstance(each, Plan) and each.strategy not in NOT_RUN]
        expected = expected_of(program.source, seed) if plans else None
        if expected is None:
            return
        for plan in plans:
            for found in differences(program.source, plan, expected, seed, any_output_order=any_output_order):
                pytest.fail(
                    f"{found.strategy}, {found.schedule}: {found.what}\n{program.source}\n--- plan\n{found.plan}",
                    pytrace=False,
                )

    check()


@examples(fast=10, deep=250)
@given(programs())
def test_an_assumption_never_makes_a_plan_that_does_not_run(program):
    """With --assume-independent values may differ, but the changed code is still Python and binds only what it says."""
    analysis = analysed(program.source)
    for plan in planners().values():
        answer = plan(analysis, Options(assume_independent=frozenset()))
        if isinstance(answer, Plan):
            compile(python_of(answer.source), "<plan>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
