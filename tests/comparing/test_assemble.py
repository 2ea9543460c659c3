"""From the ledger to the comparison: which fields are set, what may be claimed, and what is uncertain."""

import datetime as dt
import re

import pytest

from perfmagic.comparing import assemble as assembling
from perfmagic.comparing.assemble import assemble, environment, pairs
from perfmagic.comparing.ledger import Entry, Ledger
from perfmagic.model.cell import Cell
from perfmagic.model.comparison import Bound, CandidateStatus, ErrorInfo, Recommendation
from perfmagic.model.plan import Plan, Refusal
from perfmagic.model.run import Sample
from perfmagic.model.schema import from_dict, to_dict
from perfmagic.model.verdict import SCALE, Status, Verdict

CELL = Cell(source="x = 1\n", python="x = 1\n", number=3)


def sample(wall_s, cpu_s=0.0, peak_bytes=None):
    return Sample(wall_s=wall_s, cpu_s=cpu_s, peak_bytes=peak_bytes)


def candidate(name="gather", *, status=Status.EQUAL, plan=None, **known):
    answer = plan or Plan(strategy=name, source="x = 1  # changed\n")
    return Entry(strategy=name, answer=answer, source=answer.source, verdict=Verdict(status=status), **known)


def ledger(*entries, samples=(), **known):
    baseline = Entry(
        strategy="sequential", answer=None, source=CELL.source, samples=[sample(s) for s in samples]
    )
    return Ledger(
        baseline=baseline, entries=list(entries), **{"committed": sample(4.0), "executions": 9, **known}
    )


def assembled(made, title=None):
    return assemble(made, magic="concurrent", cell=CELL, title=title)


def doubts(comparison, field):
    return [each.why for each in comparison.uncertain if each.field == field]


def test_the_baseline_comes_first_with_its_samples_in_order_of_time():
    first = assembled(ledger(samples=(3.0, 1.0, 2.0))).candidates[0]
    assert (first.strategy, first.status, first.verdict.status) == (
        "sequential",
        CandidateStatus.RAN,
        Status.BASELINE,
    )
    assert (first.wall_s.median, first.wall_s.low, first.wall_s.high) == (2.0, 1.0, 3.0)
    assert first.wall_s.samples == (3.0, 1.0, 2.0)


def test_without_rounds_the_committed_run_stands_for_the_baseline():
    assert assembled(ledger()).candidates[0].wall_s.samples == (4.0,)


def test_a_baseline_without_any_run_was_not_run():
    first = assembled(ledger(committed=None)).candidates[0]
    assert (first.status, first.wall_s, first.source) == (CandidateStatus.NOT_RUN, None, CELL.source)


def test_a_candidate_without_rounds_shows_its_warm_up_beside_the_committed_run():
    found = assembled(ledger(candidate(warmup=sample(1.0)))).candidates[1]
    assert found.wall_s.samples == (1.0,)
    assert found.speedup.value == pytest.approx(4.0)


def test_a_refusal_has_its_reason_and_no_source():
    answer = Refusal(strategy="gather", kind="flow", reason="line 2 needs line 1", lines=(1, 2), hint="none")
    found = assembled(ledger(Entry(strategy="gather", answer=answer, source=None))).candidates[1]
    assert (found.status, found.reason, found.lines, found.hint, found.source) == (
        CandidateStatus.REFUSED,
        "line 2 needs line 1",
        (1, 2),
        "none",
        None,
    )


def test_a_failure_has_its_error_and_source_and_nothing_measured():
    failed = candidate(failed=True, error=ErrorInfo(type="KeyError", message="'a'"), warmup=sample(1.0))
    found = assembled(ledger(failed)).candidates[1]
    assert (found.status, found.error.type, found.source) == (
        CandidateStatus.FAILED,
        "KeyError",
        "x = 1  # changed\n",
    )
    assert (found.wall_s, found.speedup, found.verdict) == (None, None, None)


@pytest.mark.parametrize(
    ("known", "reason"),
    [({}, "the comparison was interrupted"), ({"reason": "the budget is spent"}, "the budget is spent")],
    ids=["without a reason", "with one"],
)
def test_a_candidate_that_never_ran_says_why(known, reason):
    entry = Entry(strategy="gather", answer=Plan(strategy="gather", source="y\n"), source="y\n", **known)
    found = assembled(ledger(entry)).candidates[1]
    assert (found.status, found.reason, found.source) == (CandidateStatus.NOT_RUN, reason, "y\n")


CLAIMED = {Status.EQUAL, Status.CLOSE, Status.REORDERED}


@pytest.mark.parametrize("status", SCALE)
def test_a_speedup_is_claimed_only_of_a_result_that_was_checked(status):
    made = ledger(candidate(status=status, samples=[sample(1.0)] * 6), samples=(2.0,) * 6)
    found = assembled(made)
    speedup = found.candidates[1].speedup
    assert (speedup is not None) is (status in CLAIMED)
    if status in CLAIMED:
        assert speedup.value == pytest.approx(2.0)


def test_of_an_unknown_result_only_the_raw_ratio_is_told_and_as_uncertain():
    made = ledger(candidate(status=Status.UNKNOWN, samples=[sample(1.0)] * 6), samples=(2.0,) * 6)
    found = assembled(made)
    assert doubts(found, "candidates[1].speedup") == [
        "no claim: the result is unknown; the raw ratio is 2.00x"
    ]
    assert found.recommendation.strategy is None


def test_of_a_different_result_no_ratio_is_told_at_all():
    made = ledger(candidate(status=Status.DIFFERENT, samples=[sample(1.0)] * 6), samples=(2.0,) * 6)
    assert doubts(assembled(made), "candidates[1].speedup") == []


@pytest.mark.parametrize(
    ("rounds", "flags"),
    [
        (1, ["1 round; the interval needs 6"]),
        (5, ["5 rounds; the interval needs 6"]),
        (6, []),
    ],
)
def test_an_estimate_without_an_interval_is_uncertain(rounds, flags):
    made = ledger(candidate(samples=[sample(1.0)] * rounds), samples=(2.0,) * rounds)
    assert doubts(assembled(made), "candidates[1].speedup") == flags


def test_only_samples_of_the_same_rounds_are_paired():
    entry = candidate(samples=[sample(1.0), sample(2.0)])
    made = ledger(entry, samples=(5.0, 6.0, 7.0))
    assert [[each.wall_s for each in side] for side in pairs(made, entry)] == [[5.0, 6.0], [1.0, 2.0]]


def test_a_candidate_without_any_run_has_no_pairs():
    entry = candidate()
    assert pairs(ledger(entry), entry) == ((), ())


@pytest.mark.parametrize(
    ("plan", "ceiling"),
    [
        (Plan(strategy="gather", source="y\n"), 4.0),
        (Plan(strategy="gather", source="y\n", slots=2), 2.0),
        (Plan(strategy="gather", source="y\n", slots=8), 4.0),
    ],
    ids=["without bounds", "two slots", "more slots than work"],
)
def test_the_ceiling_is_work_over_span_and_slots(plan, ceiling):
    made = ledger(candidate(plan=plan, warmup=sample(1.0)), bound=Bound(work_s=4.0, span_s=1.0))
    assert assembled(made).candidates[1].ceiling == pytest.approx(ceiling)


def test_the_cpu_time_of_one_thread_bounds_its_plan():
    """Half of four seconds is CPU time: no more than twice as fast on one thread."""
    made = ledger(
        candidate(warmup=sample(1.0)), bound=Bound(work_s=4.0, span_s=1.0), committed=sample(4.0, 2.0)
    )
    assert assembled(made).candidates[1].ceiling == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("gil", "cpu_s", "ceiling"),
    [(True, 1.0, 2.0), (True, 2.5, 4.0), (False, 1.0, 4.0)],
    ids=["CPU time under the lock adds up", "CPU time that overlapped does not", "without the lock neither"],
)
def test_threads_are_bound_by_the_interpreter_lock(monkeypatch, gil, cpu_s, ceiling):
    monkeypatch.setattr(assembling.sys, "_is_gil_enabled", lambda: gil, raising=False)
    threads = Plan(strategy="threads", source="y\n", one_thread=False)
    entry = candidate("threads", plan=threads, samples=[sample(1.0, cpu_s)] * 3)
    made = ledger(entry, bound=Bound(work_s=4.0, span_s=1.0), committed=sample(4.0, 2.0))
    assert assembled(made).candidates[1].ceiling == pytest.approx(ceiling)


def test_without_a_bound_there_is_no_ceiling():
    assert assembled(ledger(candidate(warmup=sample(1.0)))).candidates[1].ceiling is None


def test_the_peak_is_the_highest_of_all_runs_and_unknown_if_none_tells():
    entry = candidate(samples=[sample(1.0, peak_bytes=5), sample(1.0), sample(1.0, peak_bytes=7)])
    found = assembled(ledger(entry, samples=(2.0,) * 3))
    assert (found.candidates[1].peak_bytes, found.candidates[0].peak_bytes) == (7, None)


def test_what_holds_for_the_whole_is_taken_over():
    found = assembled(
        ledger(interrupted=True, executions=14, bound=Bound(work_s=2.0, span_s=1.0)), title="a title"
    )
    assert (found.interrupted, found.executions, found.title, found.magic) == (
        True,
        14,
        "a title",
        "concurrent",
    )
    assert (found.baseline, found.cell, found.bound.parallelism) == ("sequential", CELL, 2.0)


def test_what_is_withheld_is_not_recommended():
    entry = candidate(samples=[sample(1.0)] * 12)
    assert assembled(ledger(entry, samples=(2.0,) * 12)).recommendation.strategy == "gather"
    held = assembled(ledger(entry, samples=(2.0,) * 12, withheld="something is remembered")).recommendation
    assert held == Recommendation(strategy=None, reason="nothing is recommended: something is remembered")


def test_a_failed_candidate_is_no_contender():
    failed = candidate(failed=True, samples=[sample(0.1)] * 12)
    entry = candidate("tasks", samples=[sample(1.0)] * 12)
    assert assembled(ledger(failed, entry, samples=(2.0,) * 12)).recommendation.strategy == "tasks"


def test_each_comparison_has_an_id_of_its_own_and_the_time_with_its_zone():
    one, two = assembled(ledger()), assembled(ledger())
    assert one.id != two.id
    assert re.fullmatch(r"[0-9a-f]{32}", one.id)
    assert dt.datetime.fromisoformat(one.created).utcoffset() == dt.timedelta(0)


def test_what_is_assembled_can_be_exported_and_read_back():
    refused = Entry(
        strategy="tasks", answer=Refusal(strategy="tasks", kind="nothing", reason="nothing"), source=None
    )
    made = ledger(candidate(samples=[sample(1.0)] * 6), refused, samples=(2.0,) * 6)
    found = assembled(made)
    assert to_dict(from_dict(to_dict(found))) == to_dict(found)


def test_the_environment_names_the_packages_that_are_there(monkeypatch):
    monkeypatch.setattr(assembling, "_SHOWN_PACKAGES", ("pytest", "no-such-package-at-all"))
    found = environment()
    assert dict(found.packages) == {"pytest": pytest.__version__}
    assert found.cpu_count >= 1


def test_a_free_threaded_interpreter_is_told(monkeypatch):
    monkeypatch.setattr(assembling.sys, "_is_gil_enabled", lambda: False, raising=False)
    assert environment().gil_enabled is False
