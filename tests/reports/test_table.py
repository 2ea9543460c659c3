from dataclasses import replace

import pytest

from perfmagic.model.comparison import Candidate, CandidateStatus, Recommendation, Schedules, Uncertainty
from perfmagic.model.verdict import Status, Verdict
from perfmagic.reports import csv, html, markdown, text
from perfmagic.reports.rows import Mark
from perfmagic.reports.table import table
from tests.reports.examples import (
    BASELINE,
    COMPUTING,
    DIFFERENT,
    EXAMPLES,
    FAILED,
    GATHER,
    INTERRUPTED,
    NO_WINNER,
    ONCE,
    WIN,
)


def row_of(comparison, strategy):
    found = table(comparison)
    row = next(row for row in found.rows if row.strategy == strategy)
    return dict(zip(found.columns, row.cells)), row


def test_a_row_holds_time_speedup_ceiling_result_and_memory():
    cells, row = row_of(WIN, "gather")
    assert cells == {
        "strategy": "gather",
        "result": "equal",
        "median (low-high)": "308 ms (304-316)",
        "speedup": "2.96x (2.91-3.00)",
        "ceiling": "3.00x 99 %",
        "bound by": "waiting 96 %",
        "peak memory": "45.2 MB",
    }
    assert row.mark is Mark.WINNER
    assert row.share == 0.308 / 0.912


def test_memory_has_a_column_only_where_it_is_known():
    assert "peak memory" not in table(ONCE).columns


@pytest.mark.parametrize(
    ("peak_bytes", "shown"), [(41_100_000, False), (41_800_000, False), (42_000_000, True)]
)
def test_memory_has_a_column_only_where_it_tells_strategies_apart(peak_bytes, shown):
    """The baseline's peak is 41.0 MB; what is nearer than 2 % is noise."""
    near = replace(WIN, candidates=(BASELINE, replace(GATHER, peak_bytes=peak_bytes)))
    assert ("peak memory" in table(near).columns) is shown


def test_a_wrong_result_comes_first_without_a_speedup_and_with_three_differences():
    first = table(DIFFERENT).rows[0]
    cells, _ = row_of(DIFFERENT, "threads")
    assert (first.strategy, first.mark, cells["result"], cells["speedup"]) == (
        "threads",
        Mark.WRONG,
        "different",
        "",
    )
    assert first.details == (
        "orders[3].price: expected 12.5, got 13.0",
        "users[0]['name']: expected 'Ada', got 'Bob'",
        r"stdout: expected 'a\nb', got 'b\na'",
        "and 1 more",
    )


@pytest.mark.parametrize("status", [Status.DIFFERENT, Status.UNKNOWN])
def test_a_speedup_without_a_checked_result_is_never_shown(status):
    """The rule holds for whatever a file says: a stated speedup does not get past the verdict."""
    comparison = replace(WIN, candidates=(BASELINE, replace(GATHER, verdict=Verdict(status=status))))
    cells, row = row_of(comparison, "gather")
    assert (cells["speedup"], cells["ceiling"]) == ("", "3.00x")
    assert row.mark is not Mark.WINNER
    assert table(comparison).code is None
    for report in (text, markdown, html, csv):
        assert "2.96" not in report.render(comparison).partition("\n\n")[2]


@pytest.mark.parametrize(
    ("lines", "reason", "detail"),
    [
        ((3, 3), "writes a file", "line 3: writes a file"),
        ((3, 5), "writes a file", "lines 3-5: writes a file"),
        ((3, 3), "line 3 writes a file", "line 3 writes a file"),
        (None, "no blocking call", "no blocking call"),
    ],
)
def test_a_refusal_tells_line_reason_and_hint(lines, reason, detail):
    refused = Candidate(
        strategy="threads", status=CandidateStatus.REFUSED, reason=reason, lines=lines, hint="--rerun"
    )
    _, row = row_of(replace(WIN, candidates=(BASELINE, refused)), "threads")
    assert row.details == (detail, "hint: --rerun")
    assert row.mark is Mark.MUTED


def test_a_failure_tells_its_error():
    cells, row = row_of(FAILED, "gather")
    assert (cells["result"], row.mark) == ("failed", Mark.WRONG)
    assert row.details == ("InterfaceError: another operation is in progress",)


def test_the_changed_code_is_that_of_the_recommended_candidate():
    assert table(WIN).code.after == GATHER.source
    assert table(WIN).code.before == BASELINE.source
    assert table(NO_WINNER).code is None


def notes_of(comparison):
    found = table(comparison)
    return [f"{note.title}: {line}" for note in (*found.findings, *found.notes) for line in note.lines]


def test_notes_tell_assumptions_and_unchecked_parts():
    found = notes_of(DIFFERENT)
    assert "assumed: gather: lines 1 and 2 do not depend on each other (--assume-independent)" in found
    assert "not checked: threads: db: an opaque object" in found


def test_notes_name_uncertain_fields_by_their_strategy():
    assert "uncertain: gather speedup: 3 rounds; the interval needs 6" in notes_of(INTERRUPTED)
    assert "uncertain: bound.work_s: the sequential time is the sum of the operations" in notes_of(ONCE)


def test_notes_tell_how_often_the_cell_ran_and_how_the_intervals_were_made():
    found = notes_of(WIN)
    assert "runs: the cell ran 18 times" in found
    assert "intervals: Hodges-Lehmann on log ratios, exact signed-rank interval, 98.4 %" in found


def test_notes_tell_counters():
    counted = replace(GATHER, counters={"hits": 3, "misses": 2})
    assert "counters: gather: hits 3, misses 2" in notes_of(replace(WIN, candidates=(BASELINE, counted)))


def test_the_recommendation_is_told_once():
    """The first line holds the gain, the note what it does not say."""
    assert "recommendation: asyncio, not threads: the cell waits 99 % of its time" in notes_of(WIN)
    said = replace(
        WIN, recommendation=Recommendation(strategy="gather", reason="gather is 2.96x faster (2.91-3.00)")
    )
    assert not [line for line in notes_of(said) if line.startswith("recommendation")]
    assert [line for line in notes_of(NO_WINNER) if line.startswith("recommendation")]


def refused(name, reason, *, lines=None, hint=None):
    return Candidate(strategy=name, status=CandidateStatus.REFUSED, reason=reason, lines=lines, hint=hint)


def test_refusals_for_the_same_reason_are_one_row():
    both = [refused(name, "line 3 prints", lines=(3, 3), hint="do not") for name in ("gather", "tasks")]
    other = refused("taskgroup", "line 4 prints", lines=(4, 4))
    rows = table(replace(WIN, candidates=(BASELINE, both[0], other, both[1]))).rows
    assert [(row.strategy, row.details) for row in rows] == [
        ("sequential", ()),
        ("gather, tasks", ("line 3 prints", "hint: do not")),
        ("taskgroup", ("line 4 prints",)),
    ]


def test_of_refusals_for_the_same_reason_each_hint_names_whom_it_is_for():
    rows = table(
        replace(
            WIN,
            candidates=(
                BASELINE,
                refused("gather", "line 3 prints", hint="wait"),
                refused("taskgroup", "line 3 prints", hint="go"),
                refused("tasks", "line 3 prints", hint="wait"),
                refused("threads", "line 3 prints"),
            ),
        )
    ).rows
    assert rows[1].strategy == "gather, taskgroup, tasks, threads"
    assert rows[1].details == ("line 3 prints", "hint for gather, tasks: wait", "hint for taskgroup: go")


def test_a_strategy_without_a_subject_in_the_cell_takes_no_row():
    idle = [refused(name, "the cell awaits nothing.", hint="x") for name in ("gather", "tasks")]
    found = replace(WIN, candidates=(BASELINE, replace(GATHER, strategy="threads"), *idle))
    assert [row.strategy for row in table(found).rows] == ["sequential", "threads"]
    assert "not for this cell: gather, tasks (the cell awaits nothing)" in notes_of(found)
    assert not [each for each in notes_of(found) if each.startswith("hint")]


def test_where_no_strategy_has_a_subject_the_reasons_are_in_the_first_line():
    idle = replace(
        WIN,
        candidates=(
            BASELINE,
            refused("gather", "the cell awaits nothing.", hint="threads are for calls"),
            refused("tasks", "the cell awaits nothing.", hint="threads are for calls"),
            refused("threads", "the cell calls nothing.", hint="only faster code helps"),
        ),
        recommendation=Recommendation(strategy=None, reason="nothing was timed"),
    )
    assert table(idle).headline == "nothing to overlap: the cell awaits nothing; the cell calls nothing"
    assert "not for this cell: gather, tasks, threads" in notes_of(idle)
    assert "hint: only faster code helps" in notes_of(idle)


def test_where_every_result_is_wrong_the_first_line_says_why_nothing_is_recommended():
    none = Recommendation(strategy=None, reason="nothing is recommended: threads gives a different result")
    found = replace(DIFFERENT, candidates=(BASELINE, DIFFERENT.candidates[2]), recommendation=none)
    assert table(found).headline == "threads gives a different result"
    assert not [each for each in notes_of(found) if each.startswith("recommendation")]


def test_a_refusal_that_does_not_speak_of_the_cell_keeps_its_row_and_its_hint():
    """Such as that a library is missing: the strategy might have a subject, and the user can do something."""
    found = replace(
        WIN, candidates=(BASELINE, GATHER, refused("mine", "'lib' is not there", hint="install it"))
    )
    assert table(found).rows[-1].details == ("'lib' is not there", "hint: install it")


def test_the_same_differences_are_told_once_below_the_last_that_has_them():
    wrong = DIFFERENT.candidates[2]
    other = replace(
        wrong,
        strategy="tasks",
        verdict=Verdict(status=Status.DIFFERENT, differences=wrong.verdict.differences[:1]),
    )
    finding = Schedules(tried=3, different=1, finding="schedule 3 of 12: b began late", lines=(1, 2))
    again = replace(wrong, strategy="gather", schedules=finding)
    rows = table(replace(DIFFERENT, candidates=(BASELINE, wrong, other, again))).rows
    assert [(row.strategy, row.mark) for row in rows[:3]] == [
        ("threads", Mark.WRONG), ("gather", Mark.WRONG), ("tasks", Mark.WRONG),
    ]  # fmt: skip
    assert [row.details for row in rows] == [
        (),
        (
            "gather: schedule 3 of 12: b began late",
            "threads, gather: orders[3].price: expected 12.5, got 13.0",
            "threads, gather: users[0]['name']: expected 'Ada', got 'Bob'",
            r"threads, gather: stdout: expected 'a\nb', got 'b\na'",
            "threads, gather: and 1 more",
        ),
        ("orders[3].price: expected 12.5, got 13.0",),
        (),
    ]


def test_what_holds_for_several_candidates_is_told_once():
    both = tuple(
        replace(GATHER, strategy=name, assumptions=("nothing fails",)) for name in ("gather", "taskgroup")
    )
    why = "tried under no other schedule"
    doubts = tuple(Uncertainty(field=f"candidates[{i}].verdict", why=why) for i in (1, 2))
    found = notes_of(replace(WIN, candidates=(BASELINE, *both), uncertain=doubts))
    assert "assumed: gather, taskgroup: nothing fails" in found
    assert f"uncertain: gather verdict, taskgroup verdict: {why}" in found


def test_notes_tell_what_went_to_other_processes():
    assert "transfer: processes: 2.1 kB to other processes and 41.0 MB back, 12.3 ms in one run" in notes_of(
        COMPUTING
    )


@pytest.mark.parametrize(("count", "shown"), [(5, 5), (6, 6), (7, 5), (40, 5)])
def test_a_long_list_is_folded(count, shown):
    """One line alone is not worth a fold."""
    assumed = tuple(f"assumption {i}" for i in range(count))
    long = replace(WIN, candidates=(BASELINE, replace(GATHER, assumptions=assumed)))
    for report, fold in (
        (text, "and {} more"),
        (markdown, "and {} more"),
        (html, "<summary>assumed: {} more</summary>"),
    ):
        page = report.render(long)
        assert (fold.format(count - shown) in page) is (shown < count)
        assert (f"assumption {count - 1}" in page) is (shown == count or report is html)


@pytest.mark.parametrize("comparison", EXAMPLES.values(), ids=EXAMPLES)
def test_every_format_shows_the_same_numbers(comparison):
    """All numbers come from one formatter, so each cell is found in the text, the page and the Markdown."""
    found = table(comparison)
    pages = [text.render(comparison), html.render(comparison), markdown.render(comparison)]
    cells = [cell for row in found.rows for cell in row.cells[1:] if cell]
    assert [(cell, page) for cell in cells for page in pages if cell not in page] == []


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("candidates", "all candidates"),
        ("candidates[1]", "gather"),
        ("candidates[1].wall_s", "gather wall_s"),
        ("candidates[9].wall_s", "candidates[9].wall_s"),
        ("executions", "executions"),
    ],
)
def test_an_uncertain_field_is_named_for_people(field, named):
    flagged = replace(WIN, uncertain=(Uncertainty(field=field, why="a reason"),))
    assert f"uncertain: {named}: a reason" in notes_of(flagged)


@pytest.mark.parametrize(
    ("tried", "told"),
    [
        ((12, 12), ["schedules: gather, tasks: no difference in 12 schedules"]),
        ((12, 1), ["schedules: gather: no difference in 12 schedules; tasks: in 1 schedule"]),
        ((0, 3), ["schedules: tasks: no difference in 3 schedules"]),
        ((None, 0), []),
    ],
    ids=["all", "some", "one not", "none"],
)
def test_a_note_says_in_how_many_schedules_there_was_no_difference(tried, told):
    both = [
        replace(GATHER, strategy=name, schedules=None if count is None else Schedules(tried=count))
        for name, count in zip(("gather", "tasks"), tried)
    ]
    found = notes_of(replace(WIN, candidates=(BASELINE, *both)))
    assert [each for each in found if each.startswith("schedules")] == told


def test_what_a_schedule_found_stands_before_the_differences():
    wrong = next(each for each in DIFFERENT.candidates if each.strategy == "threads")
    found = Schedules(
        tried=3,
        different=1,
        finding="schedule 3 of 12: b began late; lines 1 and 2 both write 'x'",
        lines=(1, 2),
    )
    candidates = tuple(
        replace(each, schedules=found) if each is wrong else each for each in DIFFERENT.candidates
    )
    row = table(replace(DIFFERENT, candidates=candidates)).rows[0]
    assert row.details[0] == found.finding
    assert "no difference" not in " ".join(row.details)


def test_a_result_that_differed_without_a_schedule_is_given_no_praise_for_schedules():
    wrong = next(each for each in DIFFERENT.candidates if each.strategy == "threads")
    candidates = tuple(
        replace(each, schedules=Schedules(tried=4)) if each is wrong else each
        for each in DIFFERENT.candidates
    )
    assert not [each for each in notes_of(replace(DIFFERENT, candidates=candidates)) if "schedule" in each]
