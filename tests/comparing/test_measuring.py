"""Runs within a budget: rounds in random order, the inner loop of short cells, and what is flagged."""

import random
from collections import Counter

import pytest

from perfmagic.comparing import disturbance
from perfmagic.comparing.trial import Trial
from perfmagic.model.comparison import CandidateStatus
from perfmagic.model.plan import Plan
from perfmagic.model.verdict import Status
from perfmagic.runners.inline import Overrun
from perfmagic.runners.worker_processes import NotStarted
from tests.comparing.laboratory import FakeClock, experiment

SLOW, FAST, MIDDLE = 0.25, 0.125, 0.1875
CELL = f"time.sleep({SLOW})\nx = 1\n"
PLANS = {"gather": f"time.sleep({FAST})\nx = 1\n", "tasks": f"time.sleep({MIDDLE})\nx = 1\n"}
TWO_WAITS = "async def wait():\n    await asyncio.sleep(2)\na = await wait()\nb = await wait()\n"
WAITING_PLANS = {
    "threads": Plan(strategy="threads", source=TWO_WAITS, slots=1),
    "gather": Plan(strategy="gather", source=TWO_WAITS.replace("(2)", "(1)"), redefined=frozenset({"wait"})),
}
MILLISECOND = 2**-10


def rounds_in(log, strategies=3, before=6):
    """Cut the log of sleeps into rounds.

    What comes before is one committed run, three instrumented, two warm-ups; at the end everybody is probed once.
    """
    timed = log[before:-strategies]
    assert len(timed) % strategies == 0
    return [timed[i : i + strategies] for i in range(0, len(timed), strategies)]


@pytest.mark.parametrize("rounds", [1, 2, 3, 7, 20])
def test_at_most_so_many_rounds_are_timed_as_were_asked_for(rounds):
    found = experiment(CELL, PLANS, rounds=rounds, budget_s=1000.0)
    for name, seconds in (("sequential", SLOW), ("gather", FAST), ("tasks", MIDDLE)):
        assert found.samples(name) == (seconds,) * rounds
    assert found.comparison.executions == len(found.clock.log) == 1 + 3 + 2 + 3 * rounds + 3


def test_rounds_end_when_the_budget_is_spent():
    """Three instrumented runs and two warm-ups take 1.0625 s, and a round 0.5625 s: 20 of them fit into 12.32 s.

    The time of the last one is kept for the runs that are probed.
    """
    before_s, round_s = 3 * SLOW + FAST + MIDDLE, SLOW + FAST + MIDDLE
    found = experiment(CELL, PLANS, rounds=100, budget_s=before_s + 20.01 * round_s)
    assert len(found.samples("gather")) == 19
    assert found.clock.now_s == 1024 + SLOW + before_s + 20 * round_s


@pytest.mark.parametrize(("fitting", "timed"), [(3, 3), (4, 3), (6, 5), (7, 7), (8, 7), (9, 8)])
def test_rounds_that_a_recommendation_needs_come_before_probed_runs(fitting, timed):
    """Two candidates need 7 rounds: only what is left after them is kept for probing.

    Where 7 do not fit, all but three rounds can wait.
    """
    before_s = round_s = SLOW + FAST + MIDDLE
    found = experiment(CELL, PLANS, budget_s=before_s + (fitting + 0.01) * round_s)
    assert len(found.samples("gather")) == timed
    assert found.comparison.executions == 1 + 1 + 2 + 3 * fitting


def test_every_candidate_runs_once_in_every_round():
    found = experiment(CELL, PLANS, budget_s=1000.0)
    assert all(sorted(each) == [FAST, MIDDLE, SLOW] for each in rounds_in(found.clock.log))


def test_the_order_within_a_round_is_random():
    """All six orders come up, each place is held by everybody, and another seed gives another order."""
    logs = [
        experiment(CELL, PLANS, budget_s=1000.0, rounds=60, order=random.Random(seed)).clock.log
        for seed in (1, 2)
    ]
    orders = Counter(tuple(each) for each in rounds_in(logs[0]))
    assert len(orders) == 6
    assert max(orders.values()) <= 22
    assert logs[0] != logs[1]


def test_samples_are_kept_in_order_of_time_and_side_by_side():
    """Each round is slower than the one before: the ratios stay what they are."""
    clock = FakeClock(stretch=lambda count: 1.0 if count <= 6 else 2.0 ** ((count - 7) // 3))
    found = experiment(CELL, PLANS, rounds=6, budget_s=1e6, clock=clock)
    assert found.samples("sequential") == tuple(SLOW * 2**n for n in range(6))
    assert found.samples("gather") == tuple(FAST * 2**n for n in range(6))
    assert found["gather"].speedup.low == found["gather"].speedup.high == pytest.approx(2.0)


def test_a_spent_budget_runs_only_the_candidate_with_the_highest_ceiling():
    """4 s of waiting: the cell and one instrumented run leave 6 s, and a warm-up and a round of both take 16 s."""
    found = experiment(TWO_WAITS, WAITING_PLANS)
    assert found["gather"].status is CandidateStatus.RAN
    assert (found["gather"].ceiling, found["threads"].ceiling) == (2.0, None)
    skipped = found["threads"]
    assert (skipped.status, skipped.reason) == (CandidateStatus.NOT_RUN, "the budget is spent")
    assert (skipped.hint, skipped.source) == ("--budget 100", TWO_WAITS)


def test_the_budget_that_the_hint_names_runs_them_all():
    found = experiment(TWO_WAITS, WAITING_PLANS, budget_s=100.0)
    assert [each.status for each in found.comparison.candidates] == [CandidateStatus.RAN] * 3
    assert len(found.samples("gather")) >= 8


def test_a_cell_longer_than_half_the_budget_is_not_instrumented():
    found = experiment("time.sleep(6)\nx = 1\n", {"gather": "time.sleep(3)\nx = 1\n"})
    assert found.comparison.bound is None
    assert found["gather"].ceiling is None
    assert found.clock.log == [6, 3]


def test_a_single_run_of_each_gives_a_ratio_that_is_not_recommended():
    found = experiment("time.sleep(6)\nx = 1\n", {"gather": "time.sleep(3)\nx = 1\n"})
    assert found["gather"].speedup.value == pytest.approx(2.0)
    assert found["gather"].speedup.confidence is None
    assert found.comparison.recommendation.strategy is None
    assert found.doubts("candidates[1].speedup") == [
        "the only run of the cell as written is its first, which may have been cold",
        "1 round; the interval needs 6",
    ]


@pytest.mark.parametrize(("rounds", "confident"), [(3, False), (5, False), (6, True), (20, True)])
def test_too_few_rounds_for_an_interval_are_flagged(rounds, confident):
    found = experiment(CELL, PLANS, rounds=rounds, budget_s=1000.0)
    flags = [] if confident else [f"{rounds} rounds; the interval needs 6"]
    assert found.doubts("candidates[1].speedup") == found.doubts("candidates[2].speedup") == flags
    assert (found["gather"].speedup.confidence is not None) is confident


SHORT = {"a body that rebinds what it does not read": "x = 1\ntime.sleep({s})\n"}
SHORT_BUT_CHANGING = {
    "reads a name before it rebinds it": "n = n + 1\ntime.sleep({s})\n",
    "adds to a name": "n += 1\ntime.sleep({s})\n",
    "changes a list that existed": "items.append(1)\ntime.sleep({s})\n",
    "changes a dict that existed": "counts['a'] = counts.get('a', 0) + 1\ntime.sleep({s})\n",
}


def short(body, seconds=MILLISECOND, faster=MILLISECOND / 2):
    names = {"n": 0, "items": [], "counts": {}}
    plans = {"gather": body.format(s=faster)}
    return experiment(body.format(s=seconds), plans, rounds=6, names=names)


@pytest.mark.parametrize("body", SHORT.values(), ids=SHORT)
def test_a_short_body_runs_in_an_inner_loop_with_one_count_for_all(body):
    """The fastest takes about half a millisecond: eleven make a sample of 5 ms."""
    found = short(body)
    assert found.samples("sequential") == pytest.approx((MILLISECOND,) * 6)
    assert found.samples("gather") == pytest.approx((MILLISECOND / 2,) * 6)
    assert found.comparison.executions == len(found.clock.log) == 1 + 3 + 1 + 6 * 2 * 11
    assert found.doubts("candidates[0].wall_s") == found.doubts("candidates[1].wall_s") == []


@pytest.mark.parametrize("body", SHORT_BUT_CHANGING.values(), ids=SHORT_BUT_CHANGING)
def test_a_short_body_that_would_not_be_the_same_twice_runs_once_and_is_flagged(body):
    found = short(body)
    assert found.comparison.executions == len(found.clock.log) == 1 + 3 + 1 + 6 * 2
    assert (
        found.doubts("candidates[0].wall_s") == found.doubts("candidates[1].wall_s") == ["cold, below 5 ms"]
    )


def test_only_the_samples_below_5_ms_are_flagged():
    found = short(SHORT_BUT_CHANGING["adds to a name"], seconds=0.0625)
    assert found.doubts("candidates[0].wall_s") == []
    assert found.doubts("candidates[1].wall_s") == ["cold, below 5 ms"]


def test_a_cell_that_remembers_is_flagged_and_nothing_is_recommended():
    clock = FakeClock(stretch=lambda count: 8.0 if count == 1 else 1.0)
    found = experiment(CELL, PLANS, clock=clock)
    flag = "first run 2.00 s, reruns 250 ms: something is remembered"
    assert found.doubts("candidates[0].wall_s") == [flag]
    assert found.comparison.recommendation.strategy is None
    assert flag in found.comparison.recommendation.reason


def test_a_first_run_that_is_little_slower_is_no_memory():
    clock = FakeClock(stretch=lambda count: 2.5 if count == 1 else 1.0)
    found = experiment(CELL, PLANS, clock=clock)
    assert found.doubts("candidates[0].wall_s") == []
    assert found.comparison.recommendation.strategy == "gather"


@pytest.fixture
def busy(monkeypatch):
    """Let other programs use so many cores while the samples are taken."""

    def use(cores):
        readings = iter([0.0, cores, None])
        monkeypatch.setattr(disturbance, "busy_cpu_s", lambda: next(readings))
        monkeypatch.setattr(disturbance.time, "perf_counter", iter([0.0, 1.0]).__next__)
        monkeypatch.setattr(disturbance.time, "process_time", iter([0.0, 0.25]).__next__)

    return use


@pytest.mark.parametrize(("cores", "flagged"), [(2.25, "2.0"), (1.0, "0.8"), (0.75, None), (0.25, None)])
def test_load_of_other_programs_is_flagged_from_half_a_core(busy, monkeypatch, cores, flagged):
    busy(cores)
    monkeypatch.setattr(disturbance.os, "cpu_count", lambda: 4)
    notes = experiment(CELL, PLANS, rounds=2).disturbances()
    assert notes == ([f"other programs used {flagged} of 4 cores meanwhile"] if flagged else [])


def test_a_system_that_does_not_tell_its_load_is_not_flagged(monkeypatch):
    monkeypatch.setattr(disturbance, "busy_cpu_s", lambda: None)
    assert experiment(CELL, PLANS, rounds=2).disturbances() == []


def test_a_task_of_an_earlier_cell_is_named(monkeypatch):
    monkeypatch.setattr(disturbance, "busy_cpu_s", lambda: None)
    found = experiment(CELL, PLANS, rounds=2, stranger="poll")
    assert found.disturbances() == ["tasks or threads of earlier cells were alive meanwhile: task 'poll'"]


DIFFERENT = {"gather": "time.sleep(0.125)\nx = 2\n"}


def test_a_candidate_that_differs_has_one_sample_no_rounds_and_no_speedup():
    found = experiment(CELL, {**DIFFERENT, "tasks": PLANS["tasks"]}, rounds=6)
    wrong = found["gather"]
    assert (wrong.status, wrong.verdict.status) == (CandidateStatus.RAN, Status.DIFFERENT)
    assert (wrong.wall_s.samples, wrong.speedup) == ((0.125,), None)
    assert [(each.path, each.expected, each.actual) for each in wrong.verdict.differences] == [
        ("x", "1", "2")
    ]
    assert found.clock.log.count(0.125) == 1
    assert len(found.samples("tasks")) == 6


def test_no_rounds_are_timed_if_all_candidates_differ():
    found = experiment(CELL, DIFFERENT)
    assert found.comparison.executions == 1 + 3 + 1
    assert found.comparison.recommendation.strategy is None


def test_a_candidate_that_differs_only_later_loses_its_speedup():
    """Equal in its warm-up, different in a round: the worst verdict stands."""
    plans = {"gather": "time.sleep(0.125)\nx = 1 + (len(_clock_.log) > 8)\n"}
    found = experiment(CELL, plans, rounds=6)
    assert found["gather"].verdict.status is Status.DIFFERENT
    assert found["gather"].speedup is None
    assert found.comparison.recommendation.strategy is None


CHANGING = "time.sleep(0.25)\nx = time.perf_counter_ns()\n"


def test_a_cell_that_differs_from_itself_makes_differences_unknown():
    found = experiment(CHANGING, {"gather": CHANGING.replace("0.25", "0.125")}, rounds=6)
    verdict = found["gather"].verdict
    assert verdict.status is Status.UNKNOWN
    assert "everything: the cell as written gives another result each time it runs" in verdict.unchecked
    assert found["gather"].speedup is None
    assert found.comparison.recommendation.strategy is None
    (flag,) = found.doubts("candidates[0].verdict")
    assert flag.startswith("the cell as written gives another result each time (x: ")
    assert found.doubts("candidates[1].speedup") == [
        "no claim: the result is unknown; the raw ratio is 2.00x"
    ]


def test_without_verification_every_verdict_is_unknown():
    found = experiment(CELL, {**PLANS, "wrong": "time.sleep(0.125)\nx = 2\n"}, verify="off", rounds=6)
    for name in ("gather", "tasks", "wrong"):
        assert found[name].verdict.status is Status.UNKNOWN
        assert found[name].verdict.unchecked == ("everything: no results were compared",)
        assert found[name].speedup is None
    assert found.doubts("candidates[1].speedup") == [
        "no claim: the result is unknown; the raw ratio is 2.00x"
    ]
    assert found.comparison.recommendation.strategy is None


def test_floats_within_the_tolerance_are_close():
    cell = "time.sleep(0.25)\nx = 1.0\n"
    plans = {"gather": "time.sleep(0.125)\nx = 1.0 + 1e-12\n"}
    assert experiment(cell, plans, rounds=6)["gather"].verdict.status is Status.DIFFERENT
    tolerant = experiment(cell, plans, rounds=6, rtol=1e-9)["gather"]
    assert tolerant.verdict.status is Status.CLOSE
    assert tolerant.speedup.value == pytest.approx(2.0)


def test_a_candidate_that_raises_where_the_cell_does_not_has_failed_and_is_not_timed():
    found = experiment(CELL, {"gather": "time.sleep(0.125)\n1 / 0\n", "tasks": PLANS["tasks"]}, rounds=6)
    failed = found["gather"]
    assert (failed.status, failed.speedup, failed.wall_s) == (CandidateStatus.FAILED, None, None)
    assert (failed.error.type, failed.error.message) == ("ZeroDivisionError", "division by zero")
    assert failed.source == "time.sleep(0.125)\n1 / 0\n"
    assert found.result.error is None
    assert len(found.samples("tasks")) == 6
    assert found.clock.log.count(0.125) == 1


@pytest.mark.parametrize(
    ("failure", "error"), [(Overrun, "TimeoutError"), (NotStarted, "RunError")], ids=["no end", "no workers"]
)
def test_a_candidate_that_cannot_be_run_in_a_round_costs_the_others_nothing(monkeypatch, failure, error):
    rerun, seen = Trial.rerun, []

    async def fails_later(self, program, **options):
        if options.get("patience_s") is not None:
            seen.append(program)
        if seen and program is seen[0] and seen.count(program) == 3:
            raise failure("of this round")
        return await rerun(self, program, **options)

    monkeypatch.setattr(Trial, "rerun", fails_later)
    found = experiment(CELL, PLANS)
    assert found["gather"].error.type == error
    assert "of this round" in found["gather"].error.message
    assert len(found.samples("tasks")) == len(found.samples("sequential")) >= 10
    assert not any("ended early" in each for each in found.doubts("candidates"))
