"""Cells that a careless rewrite would get wrong: every accepted plan gives the outcome of the cell as written."""

import ast

import pytest

from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies.group_members import IN_A_GROUP
from perfmagic.strategies.loops_gathered import FIRST_IN_TIME
from tests.strategies.cell_runs import STRATEGIES, namespace, perturbed, planned, run
from tests.strategies.hostile_cells import CELLS

STATED = (FIRST_IN_TIME, IN_A_GROUP, "unpacks into its targets")
"""Assumptions that an error breaks: the plan says so, and only the error is compared."""


def bound(source: str) -> list[str]:
    """Return the names that a cell may bind, and the state of the prelude."""
    found = {"LOG", "STATE"}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if isinstance(node, ast.MatchAs) and node.name:
            found.add(node.name)
    return sorted(found)


@pytest.mark.parametrize("source", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_accepted_plan_gives_what_the_cell_gives(strategy, source):
    answer = planned(source, strategy)
    if isinstance(answer, Refusal):
        assert answer.reason.endswith("."), answer
        return
    names = bound(source)
    expected = run(source, names)
    for names_of_run in (namespace(), perturbed(1), perturbed(2)):
        if expected.raised is not None and any(
            each in said for each in STATED for said in answer.assumptions
        ):
            assert run(answer.source, names, names_of_run, may_lose=True).raised is not None, answer.source
        else:
            assert run(answer.source, names, names_of_run) == expected, answer.source


def test_many_of_the_cells_are_rewritten():
    made = [
        name
        for name, source in CELLS.items()
        if any(isinstance(planned(source, each), Plan) for each in STRATEGIES)
    ]
    assert len(made) >= 60
