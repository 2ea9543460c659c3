"""No refusal for a wrong reason: the kind and the lines of each are what is true of the cell, and each says what to change."""

import ast
import re

import pytest

from perfmagic.model.plan import Refusal
from tests.strategies.cell_runs import CASES, STRATEGIES, planned
from tests.strategies.refusal_cells import CELLS

SHARED = {
    "chain": ("flow", (1, 2)),
    "aug_on_attr": ("output", (1, 2)),
    "callee_mutates_global": ("output", (1, 2)),
    "callee_writes_other_reads": ("flow", (1, 2)),
    "alias_arg": ("output", (3, 4)),
    "global_rebound_in_fn": ("output", (5, 6)),
    "sleep_as_rate_limit": ("effect", (1, 2)),
    "time_measure": ("effect", (3, 4)),
    "conn_reads": ("exclusive", (1, 2)),
    "conn_in_with": ("exclusive", (2, 3)),
    "write_then_read": ("flow", (1, 2)),
    "read_then_write": ("anti", (1, 2)),
    "for_carried": ("loop", (3, 3)),
    "for_break": ("control", (6, 6)),
    "while_paging": ("loop", (3, 5)),
    "for_conn": ("exclusive", (3, 3)),
    "for_iter_mutated": ("loop", (3, 5)),
    "for_closure": ("loop", (4, 4)),
    "short_circuit": ("control", (1, 1)),
    "ternary": ("control", (2, 2)),
    "walrus": ("flow", (1, 2)),
    "assert_guard": ("control", (2, 3)),
    "finally_order": ("control", (1, 5)),
    "lock_scope": ("effect", (2, 5)),
    "contextvar": ("effect", (4, 5)),
    "taskgroup_exists": ("already", (1, 1)),
    "created_task": ("already", (1, 1)),
    "handler_param_conn": ("exclusive", (2, 3)),
    "method_self": ("output", (6, 7)),
    "decorated": ("output", (8, 9)),
    "async_lru": ("output", (5, 6)),
    "del_name": ("flow", (2, 4)),
    "sync_mutating": ("output", (2, 3)),
}
"""For each shared case that must be refused: what keeps it in order, and the lines that say so."""

REFUSED = {case["name"]: case["cell"] for case in CASES if case["verdict"] == "refuse"}
AWAITING = [name for name in STRATEGIES if name not in {"threads", "processes"}]


def asked(name):
    """Strategies that have something to say about a case: those for awaits, or the one for threads."""
    return ["threads"] if name == "sync_mutating" else AWAITING


PAIRS = [(name, strategy) for name in REFUSED for strategy in asked(name)]
OWN = [(name, strategy) for name, cell in CELLS.items() for strategy in cell.strategies]


def test_every_shared_case_that_must_be_refused_has_its_reason():
    assert set(SHARED) == set(REFUSED)


@pytest.mark.parametrize(("name", "strategy"), PAIRS, ids=[f"{a}-{b}" for a, b in PAIRS])
def test_a_shared_case_is_refused_for_what_is_true_of_it(name, strategy):
    answer = planned(REFUSED[name], strategy)
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.lines) == SHARED[name]


@pytest.mark.parametrize(("name", "strategy"), OWN, ids=[f"{a}-{b}" for a, b in OWN])
def test_a_cell_is_refused_for_what_is_true_of_it(name, strategy):
    wanted = CELLS[name]
    answer = planned(wanted.cell, strategy)
    assert isinstance(answer, Refusal), answer.source
    assert answer.kind == wanted.kind, answer.reason
    assert wanted.lines is None or answer.lines == wanted.lines
    assert wanted.hint in answer.hint


@pytest.mark.parametrize(
    "cell", [*REFUSED.values(), *(each.cell for each in CELLS.values())], ids=[*REFUSED, *CELLS]
)
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_refusal_is_a_sentence_with_lines_of_the_cell_and_a_hint(cell, strategy):
    answer = planned(cell, strategy)
    assert isinstance(answer, Refusal)
    assert answer.hint
    assert answer.reason.endswith(".")
    assert "None" not in answer.reason
    count = len(cell.splitlines())
    named = [int(each) for each in re.findall(r"\blines? (\d+)", answer.reason)]
    assert all(1 <= each <= count for each in (*named, *(answer.lines or ())))


@pytest.mark.parametrize("cell", [each.cell for each in CELLS.values()], ids=CELLS)
def test_the_cells_are_python(cell):
    assert ast.parse(cell).body
