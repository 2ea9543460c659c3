"""``--once``: one run, of the changed cell; its state stays, and nothing is claimed of it."""

import asyncio
import traceback

import pytest

from perfmagic.comparing.sequential_time import sequential_s
from perfmagic.model.comparison import CandidateStatus
from perfmagic.model.plan import Plan, Refusal
from perfmagic.model.run import Span
from perfmagic.model.verdict import Status
from perfmagic.runners.spans import HOOK, SLOT
from tests.comparing import laboratory
from tests.comparing.laboratory import FakeClock, experiment

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
    assert "estimated at 1.00 s, which would make it 2.00x" in flag


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


WAIT = "async def wait(seconds=0.25):\n    await asyncio.sleep(seconds)\n    if seconds > 1:\n        raise KeyError('of the user')\n"


def test_a_traceback_holds_no_frames_of_ours():
    source = f"{WAIT}x = 1\nawait wait(2)\n"
    found = once({"gather": source}, source)
    files = {each.filename for each in traceback.extract_tb(found.result.traceback)}
    assert isinstance(found.result.error, KeyError)
    assert files <= {"<cell>", laboratory.__file__}
    assert [each.lineno for each in traceback.extract_tb(found.result.traceback)][:2] == [6, 4]


LIMITED = """
limit = asyncio.Semaphore(2)

async def get(seconds):
    async with limit:
        return await wait(seconds)

tasks = [asyncio.create_task(get(each)) for each in (0.25, 0.25, 0.25, 0.25)]
for task in tasks:
    await task
"""
IN_PLACE = """
b_task = asyncio.create_task(wait(0.25))
await wait(0.25)
await b_task
"""
NESTED = """
async def both():
    await asyncio.gather(wait(), wait())

async with asyncio.TaskGroup() as group:
    group.create_task(both())
    group.create_task(wait())
"""
CONDITIONAL = """
b_task = asyncio.create_task(wait()) if 1 > 2 else None
c_task = asyncio.create_task(wait()) if 1 < 2 else None
await wait()
await c_task
"""


@pytest.mark.parametrize(
    ("changed", "written", "seconds"),
    [
        (LIMITED, "for each in (0.25, 0.25, 0.25, 0.25):\n    await wait(each)\n", "1.00 s"),
        (IN_PLACE, "await wait(0.25)\nawait wait(0.25)\n", "0.500 s"),
        (
            NESTED,
            "async def both():\n    await asyncio.gather(wait(), wait())\nawait both()\nawait wait()\n",
            "0.500 s",
        ),
        (CONDITIONAL, "await wait()\nif 1 > 2:\n    await wait()\nif 1 < 2:\n    await wait()\n", "0.500 s"),
    ],
    ids=[
        "waits for a slot are no work",
        "awaits left in place",
        "tasks of an operation itself",
        "a start that did not happen",
    ],
)
def test_each_operation_counts_once_and_as_long_as_it_worked(changed, written, seconds):
    introduced = frozenset({"limit", "get", "tasks", "task", "b_task", "c_task", "group"})
    plan = Plan(strategy="gather", source=WAIT + changed, introduced=introduced)
    found = once({"gather": plan}, WAIT + written)
    (flag,) = found.doubts("candidates[1].speedup")
    assert f"estimated at {seconds}, which" in flag
    assert not introduced & found.names.keys()
    assert HOOK not in found.host.namespace


def test_tasks_of_others_on_the_loop_are_no_operations():
    found = once({"gather": f"{WAIT}await wait()\n"}, f"{WAIT}await wait()\n", stranger="poller")
    assert "estimated at 250 ms, which would make it 1.00x" in found.doubts("candidates[1].speedup")[0]


def test_an_operation_with_an_outside_effect_happens_once():
    rows = []

    async def insert(row):
        rows.append(row)
        await asyncio.sleep(0)

    changed = "b_task = asyncio.create_task(insert(2))\nawait insert(1)\nawait b_task\n"
    found = experiment(
        "await insert(1)\nawait insert(2)\n", {"tasks": changed}, names={"insert": insert}, once=True
    )
    assert sorted(rows) == [1, 2]
    assert found.comparison.executions == 1


def test_code_that_computes_side_by_side_gives_a_range():
    """Half of the time is CPU time: one may have waited for the other."""
    together = f"{WAIT}await asyncio.gather(wait(), wait())\n"
    found = once({"gather": together}, f"{WAIT}await wait()\nawait wait()\n", clock=Computing())
    assert (
        "estimated at 375 ms to 0.500 s (while one operation computes, others may wait"
        in found.doubts("candidates[1].speedup")[0]
    )


class Computing(FakeClock):
    """Half of the time that passes is CPU time."""

    def cpu_s(self):
        return self.now_s / 2


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


def span(start_s, end_s, parent=None, operation=-1, label="task"):
    return Span(operation=operation, label=label, start_s=start_s, end_s=end_s, parent=parent)


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
        ((span(0, 4), span(0, 4, parent=0), span(1, 3, parent=0)), 4.0, 4.0),
        ((span(0, 4), span(0, 3, parent=0, operation=SLOT)), 4.0, 4.0),
        ((span(0, 3), span(0, 4), span(0, 3, parent=1, operation=SLOT)), 4.0, 4.0),
        ((span(0, 4, label="to_thread"), span(3, 4, parent=0), span(0, 3)), 4.0, 4.0),
        ((span(-2, -1), span(0, 1)), 1.0, 1.0),
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
        "what an operation starts itself",
        "a slot that nobody else held",
        "a slot that another one held",
        "a call that stood in line for a thread",
        "what ended before the run",
    ],
)
def test_operations_in_a_row_take_their_sum_and_the_time_in_which_none_ran(spans, wall_s, total_s):
    assert sequential_s(spans, wall_s, 0.0) == pytest.approx((total_s, total_s))


@pytest.mark.parametrize(("cpu_s", "least_s"), [(0.0, 6.0), (0.5, 5.0), (2.0, 2.0), (4.0, 4.0), (9.0, 6.0)])
def test_what_computes_may_have_kept_the_others_waiting(cpu_s, least_s):
    """Two may have waited all the time that the third computed, but no less was done than was computed."""
    assert sequential_s((span(0, 2), span(0, 2), span(0, 2)), 2.0, cpu_s) == (least_s, 6.0)
