"""Lines named by ``--assume-independent`` must be lines of the cell."""

import pytest

from perfmagic.analysis.assumptions import unknown_lines
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options

SOURCE = "a = 1\nb = 2\nc = 3\n"
CELL = Cell(source=SOURCE, python=SOURCE)


@pytest.mark.parametrize(
    "lines", [None, frozenset(), frozenset({1, 3})], ids=["no assumption", "everywhere", "first and last"]
)
def test_lines_of_the_cell_are_accepted(lines):
    assert unknown_lines(CELL, Options(assume_independent=lines)) is None


@pytest.mark.parametrize(
    ("lines", "named"),
    [({99}, "names line 99,"), ({0, 2}, "names line 0,"), ({7, 4, 1}, "names lines 4, 7,")],
    ids=["beyond the end", "zero", "two"],
)
def test_other_lines_are_named_with_the_number_of_lines(lines, named):
    message = unknown_lines(CELL, Options(assume_independent=frozenset(lines)))
    assert message is not None
    assert named in message
    assert "the cell has 3 lines" in message


def test_one_line_is_said_in_the_singular():
    message = unknown_lines(Cell(source="a", python="a"), Options(assume_independent=frozenset({2})))
    assert message is not None
    assert "the cell has 1 line (" in message
