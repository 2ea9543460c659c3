from dataclasses import replace

import pytest

from perfmagic.model.comparison import Candidate, CandidateStatus, Recommendation, Schedules, Uncertainty
from perfmagic.model.verdict import Status, Verdict
from perfmagic.reports import csv, html, markdown, text
from perfmagic.reports.table import Mark, table
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
        "peak memory": "41.2 MB",
    }
    assert row.mark is Mark.WINNER
    assert row.share == 0.308 / 0.912


def test_memory_has_a_column_only_where_it_is_known():
    assert "peak memory" not in table(ONCE).columns


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
    return [f"{note.title}: {line}" for note in table(comparison).notes for line in note.lines]


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


def test_a_refusal_for_the_same_reason_refers_to_the_first():
    refused = [
        Candidate(strategy=name, status=CandidateStatus.REFUSED, reason=reason, hint=hint)
        for name, reason, hint in (
            ("gather", "the cell awaits nothing", "try threads"),
            ("taskgroup", "the cell awaits nothing", "try threads"),
            ("tasks", "the cell awaits nothing", None),
        )
    ]
    rows = table(replace(WIN, candidates=(BASELINE, *refused))).rows
    assert [row.details for row in rows] == [
        (),
        ("the cell awaits nothing", "hint: try threads"),
        ("as for gather",),
        ("the cell awaits nothing",),
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
    ("schedules", "detail"),
    [
        (Schedules(tried=12), ("no difference in 12 schedules",)),
        (Schedules(tried=1), ("no difference in 1 schedule",)),
        (Schedules(tried=0), ()),
        (None, ()),
    ],
    ids=["all", "one", "none", "not asked"],
)
def test_a_row_says_in_how_many_schedules_there_was_no_difference(schedules, detail):
    comparison = replace(WIN, candidates=(BASELINE, replace(GATHER, schedules=schedules)))
    _, row = row_of(comparison, "gather")
    assert row.details[: len(detail) or None] == detail


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
    assert "schedule" not in " ".join(table(replace(DIFFERENT, candidates=candidates)).rows[0].details)
