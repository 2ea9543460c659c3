"""Characters at which other programs end lines are no line ends of Python's."""

import pytest

from perfmagic.model.plan import Plan
from tests.strategies.cell_runs import planned, run


@pytest.mark.parametrize("strategy", ["gather", "tasks", "taskgroup"])
@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x1c", "\v", "\f"], ids=ascii)
def test_lines_end_only_where_python_ends_them(strategy, character):
    start = "\f" if character == "\f" else ""
    cell = f"a = await f(1)  # {character} one\n{start}b = await g(2)  # {character} two\n"
    plan = planned(cell, strategy)
    assert isinstance(plan, Plan)
    assert run(plan.source, ["a", "b"]) == run(cell, ["a", "b"])
