"""Every plan that a strategy gives for a generated program has the outcome of the program, under every schedule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
from tests.property.deep import DEEP, examples
from tests.property.judging import NOT_RUN, differences, expected_of, planners
from tests.property.programs import Program, programs
from tests.property.running import analysed
from tests.property.tally import Tally

WANTED_SHARE = 0.35
PARTS = range(4) if DEEP else range(1)


@pytest.mark.parametrize("part", PARTS)
def test_accepted_plans_give_equal_outcomes_under_perturbed_schedules(part, record_property):
    tally = Tally()

    @examples(fast=200, deep=600)
    @given(programs(), st.integers(0, 999))
    def check(program: Program, seed: int) -> None:
        analysis = analysed(program.source)
        answers = {name: plan(analysis, Options()) for name, plan in planners().items()}
        tally.add([name for name, answer in answers.items() if isinstance(answer, Plan)])
        plans = [each for name, each in answers.items() if isinstance(each, Plan) and name not in NOT_RUN]
        expected = expected_of(program.source, seed) if plans else None
        if expected is None:
            return
        for plan in plans:
            for found in differences(program.source, plan, expected, seed):
                pytest.fail(
                    f"{found.strategy}, {found.schedule}: {found.what}\n{program.source}\n--- plan\n{found.plan}",
                    pytrace=False,
                )

    check()
    record_property("programs", tally.text())
    assert tally.share >= WANTED_SHARE, tally.text()


@examples(fast=20, deep=100)
@given(programs(), st.integers(0, 999))
def test_a_program_run_twice_under_one_schedule_gives_one_outcome(program, seed):
    """The ground that the property stands on: runs differ only by their schedule."""
    assert expected_of(program.source, seed) == expected_of(program.source, seed)
