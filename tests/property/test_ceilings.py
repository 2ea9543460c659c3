"""No plan by tasks is faster than the ceiling that the dependences give, and most come near to it."""

import pytest
from hypothesis import given

from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
from perfmagic.strategies import tasks
from tests.property.ceilings import gain
from tests.property.deep import examples
from tests.property.programs import programs
from tests.property.running import analysed
from tests.property.tally import Tally

ROUNDING = 1.001


def test_a_plan_by_tasks_is_never_faster_than_its_ceiling(record_property):
    tally = Tally()

    @examples(fast=60, deep=800)
    @given(programs())
    def check(program):
        analysis = analysed(program.source)
        answer = tasks.plan(analysis, Options())
        tally.add(["tasks"] if isinstance(answer, Plan) else [])
        found = gain(analysis, answer) if isinstance(answer, Plan) else None
        if found is None:
            return
        tally.reached.append(found.reached / found.ceiling)
        if found.reached > found.ceiling * ROUNDING:
            pytest.fail(f"{found}\n{program.source}\n--- plan\n{answer.source}", pytrace=False)

    check()
    record_property("ceilings", tally.text())
