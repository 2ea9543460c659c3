"""What a cell times itself keeps its order."""

import pytest

from perfmagic.model.plan import Plan, Refusal
from tests.strategies.cell_runs import planned

TIMED = {
    "straight_line": "t = time.perf_counter()\na = await f(1)\nb = await g(2)\ntook = time.perf_counter() - t\n",
    "loop": "t = time.time()\nout = []\nfor x in range(3):\n    out.append(await f(x))\ntook = time.time() - t\n",
    "comprehension": "t = time.time()\nr = [await f(x) for x in range(3)]\nprint(time.time() - t)\n",
    "inside_a_with": "t = time.time()\nasync with Client() as s:\n    a = await s.get('/1')\n    b = await s.get('/2')\ntook = time.time() - t\n",
}
UNTIMED = {
    "one_reading": "t = time.time()\na = await f(1)\nb = await g(2)\n",
    "beside_the_readings": "t = time.time()\na = await f(1)\nt = time.time() - t\nb = await g(2)\nc = await f(3)\n",
}


@pytest.mark.parametrize("cell", TIMED.values(), ids=TIMED)
@pytest.mark.parametrize("strategy", ["gather", "taskgroup", "tasks"])
def test_between_two_readings_of_the_clock_nothing_overlaps(strategy, cell):
    answer = planned(cell, strategy)
    assert isinstance(answer, Refusal), answer.source
    assert answer.kind == "effect"
    assert "read the clock" in answer.reason


def test_blocking_calls_between_two_readings_stay_too():
    cell = "t = time.time()\na = sync_io(1)\nb = sync_io(2)\ntook = time.time() - t\n"
    assert isinstance(planned(cell, "threads"), Refusal)


@pytest.mark.parametrize("cell", UNTIMED.values(), ids=UNTIMED)
@pytest.mark.parametrize("strategy", ["gather", "tasks"])
def test_what_is_not_timed_may_overlap(strategy, cell):
    assert isinstance(planned(cell, strategy), Plan)
