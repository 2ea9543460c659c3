"""What must stay in order inside a block, by kind and with its words."""

import pytest

from perfmagic.analysis.analysis import parse
from perfmagic.model.cell import Cell
from tests.strategies.cell_runs import analysed


def causes(source: str, block: int = 0) -> set[tuple[str, str]]:
    analysis = analysed(source)
    steps = analysis.steps[block]
    return {
        (each.kind, each.cause)
        for each in analysis.dependences_in(block)
        if steps[each.later].role == "operation"
        and steps[each.earlier].statement != steps[each.later].statement
    }


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = await f(1)\nb = await g(2)\n", set()),
        ("a = await f(1)\nb = await g(a)\n", {("flow", "flow")}),
        ("l = [1]\na = await h(l)\nl = 2\nb = await f(1)\n", {("flow", "flow")}),
        ("a = await f(1)\nassert a\nb = await f(2)\n", {("control", "control")}),
        ("a = await f(1)\nif a: raise ValueError\nb = await f(2)\n", {("control", "control")}),
        ("a = await f(1)\nfor i in []:\n    break\nb = await f(2)\n", set()),
        (
            "a = await f(1)\nawait asyncio.sleep(1)\nb = await f(2)\n",
            {("control", "control"), ("effect", "effect")},
        ),
    ],
    ids=["none", "flow", "rebound after use", "assert", "raise", "break of an inner loop", "pause"],
)
def test_reasons_between_operations(source, expected):
    assert causes(source) == expected


def test_a_write_that_cannot_be_taken_back_waits_for_what_may_fail():
    found = analysed("a = await f(1)\nb = await noisy(2)\n").dependences
    assert "line 2 prints, and line 1 may fail before it" in {each.reason for each in found}


def test_a_message_names_the_name_and_both_lines():
    (found,) = [
        each for each in analysed("a = await f(1)\nb = await g(a)\n").dependences if each.location is not None
    ]
    assert (found.reason, found.lines, found.label) == ("line 2 reads 'a', which line 1 writes", (1, 2), "a")


def test_operations_come_in_evaluation_order_with_their_conditions():
    analysis = analysed(
        "r = {await f(1): await f(2)}\ns = (await f(3)) or (await f(4))\nt = [await f(x) for x in r]\n"
    )
    found = [(each.expression.args[0], each.conditional) for each in analysis.operations]
    assert [conditional for _, conditional in found] == [False, False, False, True, True]
    assert [each.value for each, _ in found[:4]] == [1, 2, 3, 4]


def test_a_nested_operation_is_needed_by_the_outer_one():
    (block,) = analysed("r = await h(await f(1), await g(2))\n").steps
    outer = next(each for each in block if each.role == "operation" and each.needs)
    assert [block[each].operation.label for each in outer.needs] == ["f(1)", "g(2)"]


def test_blocks_know_their_place():
    analysis = analysed("async def k():\n    with x:\n        a = 1\nif 1:\n    pass\nelse:\n    b = 2\n")
    assert [(each.kind, each.parent, each.position) for each in analysis.blocks] == [
        ("module", None, 0),
        ("function", 0, 0),
        ("if", 0, 1),
        ("if", 0, 1),
        ("with", 1, 0),
    ]


@pytest.mark.parametrize(
    ("source", "line"), [("a = 1\nb = (\n", 2), ("x = 1\nreturn 5\n", 2)], ids=["parser", "compiler"]
)
def test_code_that_does_not_parse_is_reported_at_the_users_line(source, line):
    with pytest.raises(SyntaxError) as caught:
        parse(Cell(source=source, python=source, filename="<cell 7>"))
    assert (caught.value.filename, caught.value.lineno) == ("<cell 7>", line)


def test_top_level_await_is_noticed_outside_definitions_only():
    assert analysed("a = await f(1)\n").awaits
    assert not analysed("async def k():\n    await f(1)\n").awaits


def test_a_cell_of_five_thousand_lines_is_read_and_kept_as_it_is():
    analysis = analysed("".join(f"a{each} = await f({each})\n" for each in range(5_000)))
    assert all(each.earlier + 1 == each.later for each in analysis.dependences)
    assert len(analysis.dependences) >= len(analysis.steps[0]) - 1
