"""Other schedules: wrong rewrites are found although they looked right, legal ones are never accused."""

import asyncio
import itertools
import re

import pytest

from perfmagic.comparing.fuzzing import NO_TIME, NOT_ASKED, NOT_HERE, SHARE, TIME_LIMIT, UNREPEATABLE
from perfmagic.comparing.trial import Trial
from perfmagic.model.comparison import CandidateStatus, Schedules
from perfmagic.model.plan import Plan
from perfmagic.model.verdict import Status
from perfmagic.runners.schedules import SCHEDULES
from tests.comparing.fuzzing_runs import fuzzed
from tests.comparing.laboratory import experiment
from tests.comparing.legal_rewrites import LEGAL as LEGAL_BY_HAND
from tests.comparing.wrong_rewrites import WRONG, WRONG_THREADS
from tests.rewrites.test_rewrites import CASES as REWRITES
from tests.strategies.cell_runs import CASES, STRATEGIES, namespace, planned

ALL = len(SCHEDULES)
EACH_WRONG = pytest.mark.parametrize(
    ("wrong", "virtual"),
    [*((each, True) for each in WRONG), *((each, False) for each in WRONG_THREADS)],
    ids=[each.name for each in (*WRONG, *WRONG_THREADS)],
)


@EACH_WRONG
def test_a_plain_run_finds_nothing_wrong_with_these_rewrites(wrong, virtual):
    found = fuzzed(wrong.cell, {"gather": wrong.changed}, virtual=virtual, verify="plain")
    assert found["gather"].verdict.status in {Status.EQUAL, Status.UNKNOWN}


@EACH_WRONG
def test_other_schedules_find_them_and_name_the_lines(wrong, virtual):
    found = fuzzed(wrong.cell, {"gather": wrong.changed}, virtual=virtual)
    candidate = found["gather"]
    assert candidate.status is CandidateStatus.RAN
    assert candidate.verdict.status is Status.DIFFERENT
    assert candidate.verdict.differences
    assert candidate.speedup is None
    assert found.comparison.recommendation.strategy is None
    assert candidate.schedules.different == 1
    assert candidate.schedules.lines == wrong.lines
    assert re.match(rf"schedule {candidate.schedules.tried} of {ALL}: ", candidate.schedules.finding)


@EACH_WRONG
def test_the_user_keeps_what_the_cell_as_written_left(wrong, virtual):
    once = fuzzed(wrong.cell, {}, virtual=virtual)
    found = fuzzed(wrong.cell, {"gather": wrong.changed}, virtual=virtual)
    for name in set(once.names) & {
        "a",
        "b",
        "log",
        "account",
        "cache",
        "calls",
        "buffer",
        "current",
        "price",
        "numbers",
    }:
        assert repr(found.names[name]) == repr(once.names[name]) or "object at" in repr(found.names[name])


def test_the_finding_says_which_schedule_did_what_and_what_conflicts():
    wrong = next(each for each in WRONG if each.name == "the order of appends")
    finding = fuzzed(wrong.cell, {"gather": wrong.changed})["gather"].schedules.finding
    assert finding == (
        "schedule 1 of 12: a (line 7) began 23.0 ms after b (line 8), which had ended; "
        "lines 7 and 8 both write 'the list made here'"
    )


# No false alarm


LEGAL = [
    (f"{case['name']}-{strategy}", case["cell"], strategy, case["raises"])
    for case in CASES
    if case["verdict"] != "refuse"
    for strategy in STRATEGIES
]
LEGAL += [
    (f"rewrite-{name}", source, strategy, None)
    for name, source, strategy, expected in REWRITES
    if not expected.startswith("! ")
]


def is_in_threads(source):
    return "to_thread" in source or "Executor" in source


def test_there_are_many_legal_rewrites_and_each_has_a_name_of_its_own():
    assert len({each[0] for each in LEGAL}) == len(LEGAL) > 200


@pytest.mark.parametrize(
    ("cell", "strategy", "raises"), [each[1:] for each in LEGAL], ids=[each[0] for each in LEGAL]
)
def test_a_legal_rewrite_is_not_accused_under_twelve_schedules(cell, strategy, raises):
    answer = planned(cell, strategy)
    if not isinstance(answer, Plan) or (raises and strategy in {"gather", "taskgroup"}):
        return  # the error that comes first in time is stated as an assumption
    virtual = "await" in cell and not is_in_threads(answer.source)
    found = fuzzed(cell, {strategy: answer}, namespace(), virtual=virtual, rounds=1)[strategy]
    assert found.verdict.status is not Status.DIFFERENT, found.schedules
    assert found.schedules == Schedules(tried=ALL)


@pytest.mark.parametrize(("cell", "changed"), LEGAL_BY_HAND.values(), ids=LEGAL_BY_HAND)
def test_pools_retries_limits_and_queues_are_not_taken_for_faults(cell, changed):
    found = fuzzed(cell, {"gather": changed}, rounds=1)["gather"]
    assert found.verdict.status is not Status.DIFFERENT, found.schedules
    assert found.schedules == Schedules(tried=ALL)


# How many are tried, and what is said of those that are not

SETUP = """import asyncio
async def f(x):
    await asyncio.sleep(0.05)
    return x
"""
CELL = SETUP + "a = await f(1)\nb = await f(2)\nc = await f(3)\n"
GATHER = SETUP + "a, b, c = await asyncio.gather(f(1), f(2), f(3))\n"
FORMS = {"gather": GATHER, "tasks": GATHER.replace("a, b, c", "a, b, c  ")}


def test_by_default_the_schedules_come_after_the_rounds_within_the_budget():
    found = fuzzed(CELL, FORMS, verify="auto", rounds=20)
    assert {len(found.samples(each)) for each in FORMS} == {20}
    assert {found[each].schedules.tried for each in FORMS} == {ALL}
    assert found.doubts("candidates[1].verdict") == found.doubts("candidates[2].verdict") == []


def test_the_rounds_beyond_those_that_a_recommendation_takes_leave_time_for_schedules():
    found = fuzzed(CELL, FORMS, verify="auto", rounds=20, budget_s=5.0)
    assert 7 <= len(found.samples("gather")) < 20
    assert min(found[each].schedules.tried for each in FORMS) >= 6


def test_without_time_for_more_rounds_than_that_the_rounds_come_first():
    found = fuzzed(CELL, FORMS, verify="auto", rounds=20, budget_s=2.4)
    rounds = len(found.samples("gather"))
    assert rounds >= 5
    tried = [found[each].schedules.tried if found[each].schedules else 0 for each in FORMS]
    assert max(tried) < ALL
    for index, count in enumerate(tried, start=1):
        known = (
            f"tried only under {count} other schedule{'s' if count > 1 else ''} of 12"
            if count
            else "tried under no other schedule"
        )
        assert found.doubts(f"candidates[{index}].verdict") == [f"{known}: {NO_TIME}"]


RACE = """import asyncio
log = []
async def late(x, seconds):
    await asyncio.sleep(seconds)
    log.append(x)
"""


def test_what_rests_on_an_assumption_is_tried_before_anything_is_timed():
    """However small the budget: a race that luck hides in the plain run is found first, and not timed."""
    found = fuzzed(
        RACE + "await late(1, 0.1)\nawait late(2, 0.15)\nawait late(3, 0.2)\n",
        {"gather": RACE + "await asyncio.gather(late(1, 0.1), late(2, 0.15), late(3, 0.2))\n"},
        verify="auto",
        rounds=20,
        budget_s=3.0,
        assume_independent=frozenset(),
    )
    assert found["gather"].verdict.status is Status.DIFFERENT
    assert found["gather"].speedup is None
    assert found.comparison.recommendation.strategy is None


def test_what_rests_on_an_assumption_and_holds_is_timed_after_its_schedules():
    found = fuzzed(CELL, FORMS, verify="auto", rounds=20, assume_independent=frozenset())
    assert {found[each].schedules.tried for each in FORMS} == {ALL}
    assert min(len(found.samples(each)) for each in FORMS) >= 7


def test_the_budget_bounds_the_schedules_too():
    for budget_s in (1.0, 2.0, 3.0):
        found = fuzzed(CELL, FORMS, verify="auto", rounds=20, budget_s=budget_s)
        assert found.host.spent_s - 0.15 <= budget_s + 0.001


def test_asked_for_all_schedules_are_tried_beyond_the_budget():
    found = fuzzed(CELL, FORMS, verify="fuzz", rounds=20, budget_s=1.0)
    assert {found[each].schedules.tried for each in FORMS} == {ALL}
    assert found.host.spent_s > 1.5


def test_a_plain_verification_says_so():
    found = fuzzed(CELL, FORMS, verify="plain")
    assert found["gather"].schedules is None
    assert found.doubts("candidates[1].verdict") == [f"tried under no other schedule: {NOT_ASKED}"]


def test_without_verification_nothing_is_tried_and_the_result_is_unknown():
    found = fuzzed(CELL, FORMS, verify="off")
    assert found["gather"].schedules is None
    assert found["gather"].verdict.status is Status.UNKNOWN
    assert found.doubts("candidates[1].verdict") == []


def test_a_candidate_that_starts_nothing_says_so():
    found = fuzzed(CELL, {"faster": CELL.replace("await f(3)", "await  f(3)")})
    assert found["faster"].schedules is None
    assert found.doubts("candidates[1].verdict") == [f"tried under no other schedule: {NOT_HERE}"]


def test_a_cell_without_candidates_to_delay_is_run_no_more_than_before():
    plain = experiment("time.sleep(0.25)\nx = 1\n", {"gather": "time.sleep(0.125)\nx = 1\n"}, verify="plain")
    found = experiment("time.sleep(0.25)\nx = 1\n", {"gather": "time.sleep(0.125)\nx = 1\n"})
    assert found.comparison.executions == plain.comparison.executions


def test_the_kept_share_is_below_one_half():
    assert 0 < SHARE < 0.5


# Who is not accused


def test_a_cell_that_gives_another_result_each_time_is_not_accused():
    """It repeats itself as long as the rounds go on, and no longer."""
    ending = "d = max(0, next(ticks) - 12)\n"
    ticks = itertools.count()
    found = fuzzed(CELL + ending, {"gather": GATHER + ending}, {"ticks": ticks})
    assert next(ticks) > 12
    assert found["gather"].verdict.status is not Status.DIFFERENT
    assert found["gather"].schedules.finding is None
    assert found.doubts("candidates[0].verdict")
    assert any(UNREPEATABLE in each for each in found.doubts("candidates[1].verdict"))


LIMITED = {
    "an error": "async with asyncio.timeout(0.12):\n    {}\n",
    "a value": "try:\n    async with asyncio.timeout(0.12):\n        {}\nexcept TimeoutError:\n    a = None\n",
}


@pytest.mark.parametrize("limited", LIMITED.values(), ids=LIMITED)
def test_delays_that_run_into_a_time_limit_of_the_cell_tell_nothing(limited):
    """The limit is tighter than the cell as written would allow it to be."""
    gathered = SETUP + limited.format("a, b = await asyncio.gather(f(1), f(2))")
    written = SETUP + limited.format("a = await f(1); b = await f(2)")
    found = fuzzed(written, {"gather": gathered.replace("0.12", "0.08")})
    assert found["gather"].verdict.status is Status.EQUAL
    assert 0 < found["gather"].schedules.tried < ALL
    assert found["gather"].schedules.finding is None
    assert any(TIME_LIMIT in each for each in found.doubts("candidates[1].verdict"))


def test_what_the_cell_as_written_starts_itself_is_not_delayed():
    """Its own race is not the fault of the rewrite."""
    race = (
        "log = []\nasync def g(x, seconds):\n    await asyncio.sleep(seconds)\n    log.append(x)\n"
        "await asyncio.gather(g(1, 0.01), g(2, 0.02))\n"
    )
    ending = "a = await f(1)\nb = await f(2)\n"
    gathered = "a, b = await asyncio.gather(f(1), f(2))\n"
    found = fuzzed(SETUP + race + ending, {"gather": SETUP + race + gathered})
    assert found["gather"].verdict.status is Status.EQUAL
    assert found["gather"].schedules.tried == ALL


# What counts as a difference


def test_a_candidate_that_waits_for_itself_under_a_schedule_is_different():
    setup = """import asyncio
one, two = asyncio.Lock(), asyncio.Lock()
async def move(first, second, wait):
    await asyncio.sleep(wait)
    async with first:
        await asyncio.sleep(0.01)
        async with second:
            return wait
"""
    cell = setup + "a = await move(one, two, 0.0)\nb = await move(two, one, 0.03)\ndel one, two\n"
    found = fuzzed(
        cell,
        {
            "gather": setup
            + "a, b = await asyncio.gather(move(one, two, 0.0), move(two, one, 0.03))\ndel one, two\n"
        },
    )
    assert found["gather"].verdict.status is Status.DIFFERENT
    (difference,) = found["gather"].verdict.differences
    assert (difference.path, difference.expected) == ("run", "an end")
    assert difference.actual.startswith("stopped after ")


def test_a_task_that_outlives_the_cell_under_a_schedule_is_a_difference():
    changed = (
        SETUP
        + "task = asyncio.create_task(f(1))\nb = await f(2)\nc = await f(3)\na = task.result() if task.done() else 1\ndel task\n"
    )
    found = fuzzed(CELL, {"tasks": changed})
    assert found["tasks"].verdict.status is Status.DIFFERENT
    assert found["tasks"].verdict.differences[0].path == "tasks"
    assert "outlives the cell" in found["tasks"].verdict.differences[0].actual


def test_an_error_that_only_a_schedule_brings_about_is_shown():
    wrong = next(each for each in WRONG if each.name.startswith("a connection"))
    candidate = fuzzed(wrong.cell, {"gather": wrong.changed})["gather"]
    assert (candidate.error.type, candidate.error.message) == (
        "InterfaceError",
        "another operation is in progress",
    )
    assert candidate.verdict.differences[0].path == "error"


PRINTING = """import asyncio
async def step(name):
    await asyncio.sleep(0.02)
    print(name)
"""


@pytest.mark.parametrize(("allowed", "status"), [(True, Status.REORDERED), (False, Status.DIFFERENT)])
def test_printed_lines_in_another_order_are_different_unless_that_is_allowed(allowed, status):
    cell = PRINTING + "await step('one')\nawait step('two')\ndone = 1\n"
    changed = PRINTING + "await asyncio.gather(step('one'), step('two'))\ndone = 1\n"
    found = fuzzed(cell, {"gather": changed}, allow_reorder=allowed)
    assert found["gather"].verdict.status is status
    assert found.host.shown == "one\ntwo\n"


def test_other_lines_are_different_even_if_their_order_is_free():
    cell = PRINTING + "await step('one')\nawait step('two')\n"
    found = fuzzed(cell, {"gather": cell.replace("'two'", "'three'")}, allow_reorder=True)
    assert found["gather"].verdict.status is Status.DIFFERENT


def test_a_candidate_with_a_difference_is_not_run_again():
    wrong = WRONG[0]
    found = fuzzed(wrong.cell, {"gather": wrong.changed})
    legal = fuzzed(CELL, {"gather": GATHER})
    assert found["gather"].schedules.tried == 1
    assert (
        legal.comparison.executions - found.comparison.executions == ALL - 2
    )  # one run confirmed the cell as written


# Interrupts


@pytest.mark.parametrize("schedules_before", [0, 3])
def test_an_interrupt_keeps_the_schedules_that_were_tried_and_the_committed_state(schedules_before):
    cell = CELL + "items.append(a)\n"
    plans = {"gather": GATHER + "items.append(a)\n"}
    whole = fuzzed(cell, plans, {"items": []}, verify="plain")
    at = whole.host.runs + schedules_before + 1
    found = fuzzed(cell, plans, {"items": []}, interrupt_at=at)
    assert found.comparison.interrupted
    assert isinstance(found.result.error, KeyboardInterrupt)
    tried = found["gather"].schedules
    assert (tried.tried if tried else 0) == schedules_before
    assert (found.names["a"], found.names["b"], found.names["items"]) == (1, 2, [1])
    assert found.doubts("candidates[1].verdict")
    assert found.comparison.executions == at


@pytest.mark.parametrize("interrupt_at", [None, 3], ids=["too slow", "interrupted"])
def test_tasks_of_a_run_that_was_stopped_end_before_the_state_is_put_back(monkeypatch, interrupt_at):
    left = []

    async def fast():
        await asyncio.sleep(0.1)

    async def endless():
        asyncio.get_running_loop().create_task(asyncio.Event().wait(), name="background")
        await asyncio.sleep(1000)

    def noted(trial, finish=Trial.finish):
        left.extend(each.get_name() for each in asyncio.all_tasks())
        finish(trial)

    monkeypatch.setattr(Trial, "finish", noted)
    found = fuzzed(
        "a = await fast()\nb = await fast()\n",
        {"gather": "a = await endless()\nb = await fast()\n"},
        {"fast": fast, "endless": endless},
        interrupt_at=interrupt_at,
    )
    assert found.comparison.interrupted == (interrupt_at is not None)
    assert left
    assert "background" not in left
