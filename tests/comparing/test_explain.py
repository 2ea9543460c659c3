"""What a cell holds and what depends on what, told without running it."""

import ast

import pytest

from perfmagic.comparing.explain import explain
from perfmagic.errors import UsageError
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from tests.strategies.cell_runs import CASES, STRATEGIES, namespace

PLANS = {name: module.plan for name, module in STRATEGIES.items()}
CELLS = {case["name"]: case for case in CASES}


def explained(source, names=None, **options):
    cell = Cell(source=source, python=source, filename="<the cell>")
    return explain(cell, namespace() if names is None else names, PLANS, Options(**options))


def shown(block):
    """Each piece as level, role and code."""
    return [(each.level, each.role, each.code) for each in block.pieces]


def links(block):
    """The dependences that no others imply, by the lines of the pieces."""
    lines = [each.lines[0] for each in block.pieces]
    return [
        (lines[each.earlier], lines[each.later], each.kind, each.name)
        for each in block.links
        if not each.implied
    ]


def test_a_diamond_has_two_levels_and_two_flows():
    (block,) = explained(CELLS["diamond"]["cell"]).blocks
    assert shown(block) == [
        (1, "operation", "a = await f(1)"),
        (1, "operation", "b = await g(2)"),
        (2, "operation", "c = await h(a, b)"),
    ]
    assert links(block) == [(1, 3, "flow", "a"), (2, 3, "flow", "b")]
    assert block.levels == ((0, 1), (2,))


def test_every_dependence_has_a_reason_with_lines():
    (block,) = explained(CELLS["diamond"]["cell"]).blocks
    assert [each.reason for each in block.links] == [
        "line 3 reads 'a', which line 1 writes",
        "line 3 reads 'b', which line 2 writes",
    ]


def test_a_name_bound_again_keeps_only_its_binding_waiting():
    (block,) = explained(CELLS["same_name_rebound"]["cell"]).blocks
    assert [each.level for each in block.pieces] == [1, 2, 1, 2]
    assert {(each.kind, each.binds) for each in block.links if each.later == 2} == {
        ("output", True),
        ("anti", True),
    }


def test_operations_inside_one_statement_are_pieces_of_their_own():
    (block,) = explained(CELLS["await_in_args"]["cell"]).blocks
    assert shown(block) == [
        (1, "operation", "await f(1)"),
        (1, "operation", "await g(2)"),
        (2, "operation", "r = await h(await f(1), await g(2))"),
    ]


def test_printed_lines_are_linked_one_after_the_other():
    source = "".join(f"x{i} = await f({i})\nprint(x{i})\n" for i in range(4))
    (block,) = explained(source).blocks
    printed = [each for each in links(block) if each[3] == "stdout"]
    assert [each[:2] for each in printed] == [(2, 4), (4, 6), (6, 8)]
    assert block.levels == ((0, 2, 4, 6),)


@pytest.mark.parametrize(
    "name",
    [
        "line3",
        "diamond",
        "chain",
        "print_between",
        "last_expr",
        "same_name_rebound",
        "alias_arg",
        "conn_reads",
    ],
)
def test_the_levels_give_the_ceiling_that_was_worked_out_by_hand(name):
    (block,) = explained(CELLS[name]["cell"]).blocks
    count = sum(each.waits for each in block.pieces)
    assert count / len(block.levels) == CELLS[name]["ceiling"]


@pytest.mark.parametrize("case", CASES, ids=CELLS)
def test_every_shared_case_is_explained_whole(case):
    found = explained(case["cell"])
    count = len(case["cell"].splitlines())
    assert [each.strategy for each in found.answers] == list(STRATEGIES)
    for answer in found.answers:
        assert (answer.source is None) == (answer.reason is not None)
        assert answer.source is not None or answer.hint
    for block in found.blocks:
        assert [each.lines[0] for each in block.pieces] == sorted(each.lines[0] for each in block.pieces)
        assert all(1 <= each.lines[0] <= each.lines[1] <= count and each.code for each in block.pieces)
        assert all(0 <= each.earlier < each.later < len(block.pieces) for each in block.links)
        for each in block.links:
            earlier, later = block.pieces[each.earlier], block.pieces[each.later]
            if not (each.binds or each.waived or each.kind in {"anti", "output"}):
                assert later.level >= earlier.level + (later.waits and earlier.waits)


def test_nothing_of_the_cell_is_run():
    names = namespace()
    before = set(names)
    found = explained(
        "LOG.append(1)\nasync def k(): LOG.append(2)\na = await k()\nb = await f(1)\n1 / 0\n", names
    )
    assert found.executions == 0
    assert names["LOG"] == []
    assert set(names) == before


def test_the_body_of_a_loop_is_a_block_of_its_own():
    outer, inner = explained(CELLS["for_append_expr"]["cell"]).blocks
    assert shown(outer)[1] == (1, "block", "for x in range(5):")
    assert (inner.title, inner.depth, inner.repeated) == ("for x in range(5) (line 2)", 1, True)
    assert [each.independent for each in outer.loops] == [True]


def test_a_loop_that_stays_in_order_says_why():
    outer, _ = explained(CELLS["for_carried"]["cell"]).blocks
    (loop,) = outer.loops
    assert (loop.line, loop.independent) == (2, False)
    assert loop.reason == "line 3 reads 't' from the iteration before"


def test_a_function_that_the_cell_calls_is_a_block_and_one_that_it_does_not_call_says_so():
    called = explained(CELLS["handler"]["cell"]).blocks[1]
    assert (called.title, called.notes) == ("async def handler(uid) (line 1)", ())
    (uncalled,) = explained("async def later():\n    a = await f(1)\n    b = await f(2)\n").blocks[1:]
    assert "the cell does not call it itself" in uncalled.notes[0]


def test_every_kind_of_block_has_a_title():
    source = """\
if LOG:
    a = await f(1)
else:
    a = await f(2)
try:
    b = await f(3)
except ValueError:
    b = await f(4)
finally:
    c = await f(5)
while a:
    a = await f(6)
async with Client() as s:
    d = await f(7)
match a:
    case 1:
        e = await f(8)
class K:
    async def m(self):
        return await f(9)
"""
    assert [each.title for each in explained(source).blocks] == [
        "the cell",
        "if LOG (line 1)",
        "else of line 1",
        "try (line 5)",
        "except ValueError (line 7)",
        "finally of line 5",
        "while a (line 11)",
        "async with Client() as s (line 13)",
        "a case (line 17)",
        "class K (line 18)",
        "async def m(self) (line 19)",
    ]


def test_what_the_user_told_us_to_assume_is_shown_as_waived():
    source = CELLS["callee_mutates_global"]["cell"]
    assert len(explained(source).blocks[0].levels) == 2
    (block,) = explained(source, assume_independent=frozenset()).blocks
    assert len(block.levels) == 1
    assert any(each.waived for each in block.links)


def test_code_of_the_shell_is_shown_as_the_user_wrote_it():
    cell = Cell(source="!ls\na = await f(1)\n", python="get_ipython().system('ls')\na = await f(1)\n")
    (block,) = explain(cell, namespace(), PLANS, Options()).blocks
    assert [each.code for each in block.pieces] == ["!ls", "a = await f(1)"]


def test_a_statement_of_several_lines_is_shown_on_one():
    (block,) = explained("a = await f(\n    1,  # one\n)\nb = 'é'; c = 2\n").blocks
    assert [each.code for each in block.pieces] == ["a = await f( 1,  # one )", "b = 'é'", "c = 2"]


def test_hazards_say_why_the_cell_would_not_be_run_again():
    (found,) = explained("x = input()\na = await f(1)\n").obstructions
    assert found.line == 1
    assert "input" in found.reason


def test_a_syntax_error_points_at_the_line_of_the_user():
    with pytest.raises(SyntaxError) as raised:
        explained("a = await f(1)\nb = = 2\n")
    assert (raised.value.filename, raised.value.lineno) == ("<the cell>", 2)


def test_lines_that_the_cell_has_not_are_told():
    with pytest.raises(UsageError, match="line 9"):
        explained("a = await f(1)\n", assume_independent=frozenset({9}))


@pytest.mark.parametrize("source", ["", "# nothing\n", "pass\n", "'''text'''\n"])
def test_a_cell_without_operations_has_one_block_and_no_level(source):
    (block,) = explained(source).blocks
    assert block.levels == ()


def test_deeply_nested_code_is_explained_or_refused_but_never_fails():
    source = "x = " + "-" * 900 + "1\na = await f(1)\nb = await f(2)\n"
    assert len(explained(source).blocks) == 1


def test_an_answer_is_found_by_the_name_of_its_strategy():
    found = explained(CELLS["chain"]["cell"])
    assert found.answer("tasks").kind == "flow"
    with pytest.raises(KeyError, match="gather"):
        found.answer("nobody")


def test_a_changed_cell_is_python():
    found = explained(CELLS["line3"]["cell"])
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
    assert compile(found.answer("tasks").source, "<changed>", "exec", flags)
