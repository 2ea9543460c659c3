"""One comparison from the cell to the value: what the user keeps, what is not run again, and what an interrupt leaves."""

import io

import pytest

from perfmagic.model.comparison import CandidateStatus
from perfmagic.model.plan import Plan, Refusal
from perfmagic.model.verdict import Status
from tests.comparing.laboratory import FakeClock, experiment

CELL = "items.append(1)\nprint('working')\ntime.sleep(0.25)\nx = len(items)\nx * 2\n"
FASTER = CELL.replace("0.25", "0.125")
FASTEST = CELL.replace("0.25", "0.0625")
NOTHING = Refusal(
    strategy="gather", kind="nothing", reason="there is nothing to overlap", lines=(1, 2), hint="add awaits"
)


def compared(cell=CELL, plans=None, **options):
    return experiment(cell, {"gather": FASTER} if plans is None else plans, names={"items": []}, **options)


def test_the_user_keeps_what_one_run_of_the_cell_as_written_leaves():
    found = compared()
    assert found.names == {"items": [1], "x": 1}
    assert found.result.value == 2
    assert found.host.shown == "working\n"
    assert found.comparison.executions > 20


def test_objects_keep_their_identity():
    items = []
    found = experiment(CELL, {"gather": FASTER}, names={"items": items, "alias": items})
    assert found.names["items"] is found.names["alias"] is items


def test_the_value_is_the_object_of_the_committed_run():
    found = experiment("made = [1]\ntime.sleep(0.25)\nmade\n", {"gather": "made = [1]\nmade\n"})
    assert found.result.value is found.names["made"]


def test_the_faster_candidate_with_an_equal_result_is_recommended():
    found = compared(plans={"gather": FASTER, "tasks": FASTEST})
    assert found.comparison.recommendation.strategy == "tasks"
    assert found["gather"].verdict.status is Status.EQUAL
    assert found["tasks"].verdict.status is Status.EQUAL
    assert found["tasks"].speedup.value == pytest.approx(4.0)
    assert found["sequential"].verdict.status is Status.BASELINE
    assert (found["sequential"].speedup, found["sequential"].ceiling) == (None, None)


def test_a_slower_candidate_is_not_recommended():
    found = compared(plans={"gather": CELL.replace("0.25", "0.5")})
    assert found["gather"].speedup.value == pytest.approx(0.5)
    assert found.comparison.recommendation.strategy is None


def test_the_comparison_says_what_was_compared_where():
    found = compared(title="three queries").comparison
    assert (found.magic, found.title, found.baseline, found.interrupted) == (
        "concurrent",
        "three queries",
        "sequential",
        False,
    )
    assert (found.cell.source, found.cell.number) == (CELL, 7)
    assert [each.source for each in found.candidates] == [CELL, FASTER]


def test_names_that_a_plan_introduces_do_not_stay_and_do_not_count_as_a_difference():
    plan = Plan(strategy="gather", source="helper = 3\n" + FASTER, introduced=frozenset({"helper"}))
    found = compared(plans={"gather": plan})
    assert found["gather"].verdict.status is Status.EQUAL
    assert "helper" not in found.names


def test_assumptions_of_a_plan_are_kept():
    plan = Plan(strategy="gather", source=FASTER, assumptions=("'items' is not shared",))
    assert compared(plans={"gather": plan})["gather"].assumptions == ("'items' is not shared",)


def test_a_cell_that_awaits_is_compared_with_what_overlaps_its_waits():
    source = "async def wait():\n    await asyncio.sleep(0.25)\n    return 1\na = await wait()\nb = await wait()\n(a, b)\n"
    together = source.replace(
        "a = await wait()\nb = await wait()", "a, b = await asyncio.gather(wait(), wait())"
    )
    found = experiment(source, {"gather": together})
    assert found.result.value == (1, 1)
    assert found["gather"].speedup.value == pytest.approx(2.0)
    assert found["gather"].ceiling == pytest.approx(2.0)
    assert (found.comparison.bound.work_s, found.comparison.bound.span_s) == (0.5, 0.25)


# What is not run again


def test_refusals_are_results_and_the_cell_then_runs_once():
    found = compared(plans={"gather": NOTHING})
    assert found.comparison.executions == len(found.clock.log) == 1
    refused = found["gather"]
    assert (refused.status, refused.reason) == (CandidateStatus.REFUSED, NOTHING.reason)
    assert (refused.lines, refused.hint, refused.source) == ((1, 2), "add awaits", None)
    assert found.comparison.recommendation.strategy is None
    assert found.samples("sequential") == (0.25,)
    assert found.names == {"items": [1], "x": 1}


def test_without_strategies_the_cell_runs_once():
    found = compared(plans={})
    assert found.comparison.executions == 1
    assert [each.strategy for each in found.comparison.candidates] == ["sequential"]


def test_refused_and_run_candidates_keep_the_order_of_the_strategies():
    found = compared(plans={"gather": NOTHING, "tasks": FASTER})
    assert [each.status for each in found.comparison.candidates] == [
        CandidateStatus.RAN,
        CandidateStatus.REFUSED,
        CandidateStatus.RAN,
    ]


NOT_AGAIN = {
    "an iterator is consumed": ("x = next(numbers)\ntime.sleep(0.25)\n", "numbers"),
    "input is asked for": ("time.sleep(0.25)\nx = input()\n", "line 2"),
    "a file is written": ("time.sleep(0.25)\nx = open(path, 'w').close()\n", "line 2"),
    "code is made at run time": ("time.sleep(0.25)\nexec('x = 1')\n", "line 2"),
    "an unknown function is called": ("time.sleep(0.25)\nx = unknown()\n", "line 2"),
}


def without_source():
    """Return a function that the analysis cannot read."""
    made = {}
    exec("def unknown():\n    return 1\n", made)
    return made["unknown"]


@pytest.fixture
def outside(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("typed\n" * 100))
    return {"numbers": iter(range(1000)), "path": str(tmp_path / "out.txt"), "unknown": without_source()}


@pytest.mark.parametrize(("cell", "named"), NOT_AGAIN.values(), ids=NOT_AGAIN)
def test_a_cell_that_cannot_be_put_back_runs_once_and_says_why(cell, named, outside):
    found = experiment(cell, {"gather": cell.replace("0.25", "0.125"), "tasks": NOTHING}, names=outside)
    assert found.comparison.executions == len(found.clock.log) == 1
    skipped = found["gather"]
    assert skipped.status is CandidateStatus.NOT_RUN
    assert named in skipped.reason
    assert "--rerun" in skipped.hint
    assert skipped.source is not None
    assert found["tasks"].status is CandidateStatus.REFUSED


@pytest.mark.parametrize(("cell", "_named"), NOT_AGAIN.values(), ids=NOT_AGAIN)
def test_with_rerun_it_runs_again_all_the_same(cell, _named, outside):
    found = experiment(
        cell, {"gather": cell.replace("0.25", "0.125")}, names=outside, rerun=True, verify="off", rounds=2
    )
    assert found["gather"].status is CandidateStatus.RAN
    assert found.comparison.executions == 1 + 3 + 1 + 4


def test_a_task_that_outlives_the_cell_forbids_a_rerun():
    cell = "poll = asyncio.create_task(asyncio.Event().wait(), name='poll')\nawait asyncio.sleep(0.25)\n"
    found = experiment(cell, {"gather": cell})
    assert found.comparison.executions == 1
    assert found["gather"].status is CandidateStatus.NOT_RUN
    assert "task 'poll' outlives the cell" in found["gather"].reason


def test_an_object_that_changes_while_an_earlier_task_runs_forbids_a_rerun():
    found = compared(stranger="pump")
    assert found.comparison.executions == 1
    assert "items changed while task 'pump' of an earlier cell runs" in found["gather"].reason


# Errors of the user


RAISING = "items.append(1)\ntime.sleep(0.25)\nx = 1\nraise ValueError('of the user')\n"


def test_a_cell_that_raises_is_still_compared_and_its_error_comes_back():
    found = compared(RAISING, {"gather": RAISING})
    assert isinstance(found.result.error, ValueError)
    assert found["gather"].status is CandidateStatus.RAN
    assert found["gather"].verdict.status is Status.EQUAL
    assert found["gather"].speedup.value == pytest.approx(1.0)
    assert found["gather"].error.type == found["sequential"].error.type == "ValueError"
    assert found["gather"].error.message == "of the user"
    assert found.names == {"items": [1], "x": 1}


def test_a_change_that_only_fails_sooner_than_its_ceiling_allows_is_given_no_speedup():
    found = compared(RAISING, {"gather": RAISING.replace("0.25", "0.125")})
    assert found["gather"].verdict.status is Status.EQUAL
    assert found["gather"].speedup is None
    assert "fails sooner" in found.doubts("candidates[1].speedup")[0]
    assert found.comparison.recommendation.strategy is None


def test_the_traceback_begins_in_the_cell():
    found = compared(RAISING)
    code = found.result.traceback.tb_frame.f_code
    assert (code.co_filename, found.result.traceback.tb_lineno) == ("<cell>", 4)
    assert found.result.traceback.tb_next is None


@pytest.mark.parametrize(
    "ending",
    ["raise ValueError('another')\n", "raise KeyError('of the user')\n", "\n"],
    ids=["another message", "another type", "no error"],
)
def test_a_candidate_that_ends_in_another_way_is_different(ending):
    changed = RAISING.replace("raise ValueError('of the user')\n", ending)
    found = compared(RAISING, {"gather": changed})
    assert found["gather"].verdict.status is Status.DIFFERENT
    assert found["gather"].speedup is None


def test_a_candidate_that_raises_leaves_nothing_behind():
    found = compared(plans={"gather": "items.clear()\nitems.append(9)\nx = 5\nraise KeyError\n"})
    assert found["gather"].status is CandidateStatus.FAILED
    assert found.names == {"items": [1], "x": 1}
    assert found.result.error is None


@pytest.mark.parametrize("options", [{}, {"rerun": True}], ids=["asked nothing", "--rerun"])
def test_a_cell_that_exits_is_not_run_again(options):
    found = compared("items.append(1)\ntime.sleep(0.25)\nraise SystemExit(3)\n", **options)
    assert found.comparison.executions == 1
    assert isinstance(found.result.error, SystemExit)
    assert "SystemExit" in found["gather"].reason
    assert found.names == {"items": [1]}


def test_a_cell_that_is_not_python_runs_nothing():
    with pytest.raises(SyntaxError) as caught:
        compared("x = 1\nb = = 2\n")
    assert caught.value.lineno == 2


# Interrupts: the commit is the first sleep, three instrumented runs follow, then warm-ups of both, then rounds

BOTH = {"gather": FASTER, "tasks": FASTEST}


def test_an_interrupt_of_the_committed_run_leaves_what_it_had_done():
    found = compared(plans=BOTH, interrupt_at=1)
    assert found.comparison.interrupted
    assert isinstance(found.result.error, KeyboardInterrupt)
    assert found.comparison.executions == 1
    assert found.names == {"items": [1]}
    assert found["gather"].status is found["tasks"].status is CandidateStatus.NOT_RUN
    assert found["gather"].reason == "the comparison was interrupted"


@pytest.mark.parametrize(
    ("interrupt_at", "gather", "tasks"),
    [
        (2, CandidateStatus.NOT_RUN, CandidateStatus.NOT_RUN),
        (5, CandidateStatus.NOT_RUN, CandidateStatus.NOT_RUN),
        (6, CandidateStatus.RAN, CandidateStatus.NOT_RUN),
        (7, CandidateStatus.RAN, CandidateStatus.RAN),
        (9, CandidateStatus.RAN, CandidateStatus.RAN),
    ],
    ids=[
        "an instrumented run",
        "the first warm-up",
        "the second warm-up",
        "the first round",
        "the end of a round",
    ],
)
def test_an_interrupt_later_puts_the_committed_state_back_and_keeps_what_was_measured(
    interrupt_at, gather, tasks
):
    found = compared(plans=BOTH, interrupt_at=interrupt_at)
    assert found.comparison.interrupted
    assert isinstance(found.result.error, KeyboardInterrupt)
    assert found.comparison.executions == len(found.clock.log) == interrupt_at
    assert found.names == {"items": [1], "x": 1}
    assert (found["gather"].status, found["tasks"].status) == (gather, tasks)
    assert found.samples("sequential") == (0.25,)
    assert found.comparison.recommendation.strategy is None


def test_an_interrupt_in_a_round_keeps_the_complete_rounds():
    found = compared(plans=BOTH, interrupt_at=6 + 4 * 3 + 2)
    assert found.samples("sequential") == (0.25,) * 4
    assert found.samples("gather") == (0.125,) * 4
    assert found["gather"].verdict.status is Status.EQUAL
    assert found.comparison.recommendation.strategy is not None


def test_an_interrupt_of_a_cell_that_awaits_ends_it_the_same_way():
    source = "items.append(1)\nawait asyncio.sleep(0.25)\nx = 1\n"
    found = compared(source, {"gather": source.replace("0.25", "0.125")}, interrupt_at=1)
    assert isinstance(found.result.error, KeyboardInterrupt)
    assert found.names == {"items": [1]}


def test_a_cell_that_catches_the_interrupt_still_ends_the_comparison():
    source = "try:\n    time.sleep(0.25)\nexcept KeyboardInterrupt:\n    x = 'caught'\n"
    found = compared(source, {"gather": source.replace("0.25", "0.125")}, interrupt_at=1)
    assert isinstance(found.result.error, KeyboardInterrupt)
    assert found.comparison.interrupted
    assert found.names == {"items": [], "x": "caught"}
    assert found["gather"].status is CandidateStatus.NOT_RUN


def test_cpu_time_is_measured_beside_wall_time():
    found = compared(clock=FakeClock(busy=0.5))
    assert found["sequential"].cpu_s.median == pytest.approx(0.125)
    assert found["gather"].cpu_s.median == pytest.approx(0.0625)
