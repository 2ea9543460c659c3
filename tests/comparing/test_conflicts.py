"""From what started to the lines of the cell as written that conflict, and to a sentence."""

import pytest

from perfmagic.analysis.analysis import analyse
from perfmagic.comparing.conflicts import conflict, operations_of
from perfmagic.comparing.fuzzing_words import finding
from perfmagic.comparing.watching import changed_lines
from perfmagic.model.cell import Cell
from perfmagic.model.verdict import Difference, Status, Verdict
from perfmagic.runners.schedules import SCHEDULES
from perfmagic.runners.schedules_imposed import Start

CELL = """import asyncio
seen, other = [], []
async def f(x):
    await asyncio.sleep(1)
    seen.append(x)
async def g(x):
    await asyncio.sleep(1)
    other.append(x)
a = await f(1)
b = await g(2)
c = await f(3)
d = await g(4)
"""
SETUP = "".join(CELL.splitlines(keepends=True)[:8])
GATHERED = SETUP + "a, b, c, d = await asyncio.gather(\n    f(1),\n    g(2),\n    f(3),\n    g(4),\n)\n"
TASKS = SETUP + "b_task = asyncio.create_task(g(2))\nc_task = asyncio.create_task(f(3))\n"
HELPER = (
    SETUP
    + "async def first():\n    return await f(1), await f(3)\npair = await asyncio.gather(first(), g(2))\n"
)


def starts(*told):
    """Return starts by label, line, the second at which each began and ended, and the body's line."""
    return [
        Start(number=number, label=label, line=line, began_s=began, ended_s=ended, body=body)
        for number, (label, line, began, ended, body) in enumerate(told)
    ]


def differing(path):
    return Verdict(status=Status.DIFFERENT, differences=(Difference(path=path, expected="1", actual="2"),))


def found(source, made, path):
    analysis = analyse(Cell(source=CELL, python=CELL), {})
    return conflict(analysis, source, changed_lines(CELL, source), made, differing(path))


ALL_BACKWARDS = starts(("f", 9, 3, 4, 3), ("g", 9, 2, 3, 6), ("f", 9, 1, 2, 3), ("g", 9, 0, 1, 6))


def labels(source, made):
    analysis = analyse(Cell(source=CELL, python=CELL), {})
    return [
        [each.label for each in one]
        for one in operations_of(analysis, source, changed_lines(CELL, source), made)
    ]


def test_several_starts_of_one_function_are_told_apart_by_their_turn():
    assert labels(GATHERED, ALL_BACKWARDS) == [["a"], ["b"], ["c"], ["d"]]


def test_a_start_on_a_line_of_its_own_is_what_stands_there():
    assert labels(TASKS, starts(("g", 9, 0, 1, 6), ("f", 10, 0, 1, 3))) == [["b"], ["c"]]


def test_a_function_that_only_the_changed_cell_has_stands_for_all_that_it_does():
    assert labels(HELPER, starts(("first", 11, 0, 1, 9), ("g", 11, 0, 1, 6))) == [["a", "c"], ["b"]]


def test_a_start_that_cannot_be_found_again_has_no_operation():
    assert labels(GATHERED, starts(("unknown", 9, 0, 1, None))) == [[]]


def test_a_changed_cell_with_other_syntax_in_it_is_matched_by_names():
    assert labels("%time x\n" + GATHERED, ALL_BACKWARDS) == [["a"], ["b"], ["c"], ["d"]]


def test_of_the_exchanged_pairs_the_one_that_the_analysis_knows_to_conflict_is_named():
    known = found(GATHERED, ALL_BACKWARDS, "seen[0]")
    assert known.lines == (9, 11)
    assert known.reason.startswith("lines 9 and 11 both write")
    assert [each.number for each in known.pair] == [0, 2]


def test_a_pair_that_kept_its_order_is_not_accused_first():
    made = starts(("f", 9, 0, 1, 3), ("g", 9, 3, 4, 6), ("f", 9, 1, 2, 3), ("g", 9, 2, 3, 6))
    assert found(GATHERED, made, "elsewhere").lines == (10, 12)


def test_without_a_known_conflict_the_lines_of_the_exchanged_ones_are_given():
    made = starts(("f", 9, 2, 3, 3), ("g", 9, 0, 1, 6), ("f", 9, 4, 5, 3), ("g", 9, 6, 7, 6))
    free = found(GATHERED, made[:2], "elsewhere")
    assert free.reason is None
    assert [each.number for each in free.pair] == [0, 1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "b (line 10) began 4.00 s after d (line 12), which had ended"),
        ({"ended_s": 9.0}, "b (line 10) began 4.00 s after d (line 12), which still ran"),
        ({"paused_s": 0.04}, "d (line 12) paused 40.0 ms where it waits"),
    ],
    ids=["apart", "overlapping", "a pause"],
)
def test_the_sentence_says_what_the_schedule_did(changes, words):
    made = starts(("f", 9, 3, 4, 3), ("g", 9, 4, 5, 6), ("f", 9, 5, 6, 3), ("g", 9, 0, 1, 6))
    for name, value in changes.items():
        setattr(made[3], name, value)
    sentence = finding(SCHEDULES[6], made, found(GATHERED, made, "elsewhere"))
    assert sentence.startswith(f"schedule 7 of 12: {words}; ")


def test_the_sentence_never_calls_anything_safe():
    made = starts(("f", 9, 0, 1, 3), ("g", 9, 0, 1, 6))
    for schedule in SCHEDULES:
        sentence = finding(schedule, made, found(GATHERED, made, "elsewhere"))
        assert "safe" not in sentence
        assert sentence.startswith(f"schedule {schedule.number} of 12: ")


def test_lines_that_the_cell_as_written_has_are_not_changed_lines():
    assert changed_lines("a = 1\nb = 2\n", "a = 1\nc = 3\n  b = 2\n") == {2}


def test_lines_are_also_counted_as_the_shell_counts_them_after_leading_blank_ones():
    assert changed_lines("\n\na = 1\n", "\n\nb = 1\n") == {3, 1}
