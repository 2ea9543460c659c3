from dataclasses import replace

import pytest

from perfmagic.model.comparison import Candidate, CandidateStatus
from perfmagic.reports import text
from perfmagic.reports.columns import width
from tests.reports.examples import BASELINE, COMPUTING, DIFFERENT, EXAMPLES, GATHER, SOURCE, WIN


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("comparison", EXAMPLES.values(), ids=EXAMPLES)
def test_lines_fit_into_the_columns(comparison, columns):
    assert max(map(width, text.render(comparison, columns=columns).split("\n"))) <= columns


def test_a_column_that_does_not_fit_is_told_below_the_table():
    narrow, wide = text.render(WIN), text.render(WIN, columns=120)
    assert "\npeak memory: sequential 41.0 MB, gather 45.2 MB\n" in narrow
    assert "\nbound by: sequential waiting 99 %, gather waiting 96 %\n" in narrow
    assert "peak memory:" not in wide
    assert "bound by:" not in wide
    assert wide.split("\n")[3].endswith("ceiling     bound by      peak memory")


def test_shares_of_one_row_are_told_from_those_of_the_next():
    told = "bound by: sequential CPU 99 %, GIL 98 %; threads GIL 99 %, CPU 98 %; processes\n  CPU 188 %\n"
    assert told in text.render(COMPUTING)


def test_the_result_is_the_last_thing_to_go():
    assert text.render(WIN, columns=24).split("\n\n")[1].split("\n")[0] == "strategy    result"


def test_without_being_asked_there_is_no_colour():
    assert "\x1b" not in text.render(DIFFERENT)


def test_a_wrong_result_is_red_and_the_winner_green():
    lines = text.render(DIFFERENT, colour=True).split("\n")
    assert [line for line in lines if line.startswith("\x1b[1;31mthreads") and line.endswith("\x1b[0m")]
    assert [line for line in lines if line.startswith("\x1b[1;32mgather")]


def test_wide_names_keep_the_columns_aligned():
    wide = replace(GATHER, strategy="時間計測")
    lines = text.render(replace(WIN, candidates=(BASELINE, wide))).split("\n")
    starts = [
        width(line[: line.index(word)])
        for line in lines[3:6]
        for word in ("result", "baseline", "equal")
        if word in line
    ]
    assert len(set(starts)) == 1
    assert len(starts) == 3


def test_bars_are_in_proportion():
    lines = [line for line in text.render(WIN).split("\n") if "█" in line]
    assert lines == ["sequential  " + "█" * 40, "gather      " + "█" * 13 + "▌"]


def test_a_short_cell_is_shown_whole():
    code = text.render(WIN).partition("the cell under gather:\n\n")[2].partition("\n\n")[0]
    assert code.endswith("  report = render(users, orders, stock)")


def test_the_code_to_keep_stands_before_the_notes():
    found = text.render(WIN)
    places = [
        found.index(each) for each in ("recommendation: ", "the cell under gather", "bound: ", "runs: ")
    ]
    assert places == sorted(places)


def test_several_names_in_a_row_without_numbers_widen_no_column():
    both = [
        Candidate(strategy=name, status=CandidateStatus.REFUSED, reason="line 3 prints", lines=(3, 3))
        for name in ("taskgroup", "threads", "processes")
    ]
    lines = text.render(replace(WIN, candidates=(BASELINE, GATHER, *both))).split("\n")
    assert lines[3].startswith("strategy    result    median (low-high)")
    assert "taskgroup, threads, processes  refused" in lines


def test_equal_cells_that_do_not_fit_are_told_together():
    both = [replace(GATHER, strategy=name) for name in ("gather", "tasks")]
    assert "\nbound by: sequential waiting 99 %; gather, tasks waiting 96 %\n" in text.render(
        replace(WIN, candidates=(BASELINE, *both))
    )


def test_of_a_long_cell_only_the_changes_are_shown():
    rest = "".join(f"x{i} = {i}\n" for i in range(20))
    cell = replace(WIN.cell, source=SOURCE + rest)
    long = replace(WIN, cell=cell, candidates=(BASELINE, replace(GATHER, source=GATHER.source + rest)))
    shown = text.render(long).partition("what gather changes:\n")[2]
    assert "  -orders = await db.get_orders()\n" in shown
    assert "  +users, orders, stock = await asyncio.gather(\n" in shown
    assert "x12" not in shown


def test_a_share_is_not_torn_from_its_number():
    for columns in range(30, 80):
        told = text.render(COMPUTING, columns=columns)
        assert "\n  %" not in told
        assert "\0" not in told


def test_an_empty_line_of_the_code_holds_no_blanks():
    spaced = replace(WIN, candidates=(BASELINE, replace(GATHER, source="import x\n\nx()\n")))
    assert "\n  import x\n\n  x()\n" in text.render(spaced)
