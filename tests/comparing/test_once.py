"""``--once``: one run, of the changed cell; its state stays, and nothing is claimed of it."""

import pytest

from perfmagic.comparing.once import sequential_s
from perfmagic.model.comparison import CandidateStatus
from perfmagic.model.plan import Refusal
from perfmagic.model.run import Span
from perfmagic.model.verdict import Status
from tests.comparing.laboratory import experiment

CELL = "items.append(1)\ntime.sleep(0.25)\nx = 'as written'\n"
CHANGED = "items.append(2)\ntime.sleep(0.125)\nx = 'changed'\n"
REFUSED = Refusal(strategy="gather", kind="nothing", reason="there is nothing to overlap")


def once(plans, cell=CELL, **more):
    return experiment(cell, plans, names={"items": []}, once=True, **more)


def test_only_the_changed_cell_runs_and_its_state_stays():
    found = once({"gather": CHANGED})
    assert found.clock.log == [0.125]
    assert found.comparison.executions == 1
    assert found.names == {"items": [2], "x": "changed"}


def test_the_first_strategy_that_applies_runs_and_the_others_are_told_so():
    found = once({"gather": REFUSED, "tasks": CHANGED, "threads": CELL})
    assert found["gather"].status is CandidateStatus.REFUSED
    assert found["tasks"].status is CandidateStatus.RAN
    assert found["threads"].status is found["sequential"].status is CandidateStatus.NOT_RUN
    assert found["threads"].reason == found["sequential"].reason == "--once runs only tasks"


def test_nothing_is_claimed():
    found = once({"gather": CHANGED})
    assert found["gather"].verdict.status is Status.UNKNOWN
    assert found["gather"].speedup is None
    assert found.comparison.recommendation.strategy is None
    assert found.comparison.bound is None
    assert found.samples("gather") == (0.125,)


def test_the_sequential_time_is_estimated_from_the_tasks_and_flagged():
    waits = "async def wait():\n    await asyncio.sleep(0.25)\n"
    together = (
        waits + "await asyncio.gather(*(asyncio.create_task(wait()) for _ in range(3)))\ntime.sleep(0.25)\n"
    )
    found = once({"gather": together}, waits + "await wait()\n" * 3)
    (flag,) = found.doubts("candidates[1].speedup")
    assert "estimated at 1.00 s or more, which would make it 2.00x" in flag


def test_a_cell_to_which_nothing_applies_runs_once_as_written():
    found = once({"gather": REFUSED})
    assert found.clock.log == [0.25]
    assert found["sequential"].status is CandidateStatus.RAN
    assert found.names == {"items": [1], "x": "as written"}


def test_an_error_of_the_changed_cell_comes_back():
    found = once({"gather": "items.append(2)\nraise ValueError('of the user')\n"})
    assert isinstance(found.result.error, ValueError)
    assert found.names == {"items": [2]}
    assert found["gather"].error.message == "of the user"
    assert found.result.traceback.tb_frame.f_code.co_filename == "<cell>"


def test_what_may_not_run_twice_may_run_once():
    found = experiment(
        "x = next(numbers)\ntime.sleep(0.25)\n",
        {"gather": "time.sleep(0.125)\nx = next(numbers)\n"},
        names={"numbers": iter([1, 2])},
        once=True,
    )
    assert found["gather"].status is CandidateStatus.RAN
    assert found.names["x"] == 1
    assert next(found.names["numbers"]) == 2


def test_an_interrupt_leaves_what_the_run_had_done():
    found = once({"gather": CHANGED}, interrupt_at=1)
    assert isinstance(found.result.error, KeyboardInterrupt)
    assert found.comparison.interrupted
    assert found.names == {"items": [2]}


def span(start_s, end_s):
    return Span(operation=-1, label="task", start_s=start_s, end_s=end_s)


@pytest.mark.parametrize(
    ("spans", "wall_s", "total_s"),
    [
        ((), 2.0, 2.0),
        ((span(0, 1),), 1.0, 1.0),
        ((span(0, 1),), 1.5, 1.5),
        ((span(0, 1), span(0, 1), span(0, 1)), 1.0, 3.0),
        ((span(0, 2), span(1, 3)), 4.0, 5.0),
        ((span(0, 4), span(1, 2)), 4.0, 5.0),
        ((span(1, 2), span(3, 4)), 5.0, 5.0),
        ((span(3, 4), span(1, 2)), 5.0, 5.0),
    ],
    ids=[
        "no operation",
        "one that fills the run",
        "one, and other code",
        "three side by side",
        "two that overlap in part",
        "one within another",
        "two in a row, with gaps",
        "in any order",
    ],
)
def test_operations_in_a_row_take_their_sum_and_the_time_in_which_none_ran(spans, wall_s, total_s):
    assert sequential_s(spans, wall_s) == pytest.approx(total_s)
