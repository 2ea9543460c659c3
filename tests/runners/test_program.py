"""A compiled cell: its value, whether it awaits, and where its traceback begins."""

import ast
import asyncio
import inspect
import traceback

import pytest

from perfmagic.runners.program import compile_program, execute, user_traceback


def program(source, filename="<cell>"):
    def compile_code(node, name, mode):
        return compile(node, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)

    tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return compile_program(tree, filename, compile_code)


def drive(made, names, local_names=None):
    """Run a program that does not await, without an event loop."""
    coroutine = execute(made, names, names if local_names is None else local_names)
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    return end.value.value


VALUES = {
    "an expression": ("1 + 1\n", 2, 1),
    "statements, then an expression": ("x = 2\nx * 3\n", 6, 2),
    "a semicolon changes nothing here": ("x = 2\nx;\n", 2, 2),
    "two expressions": ("1\n2\n", 2, 2),
    "only statements": ("x = 2\n", None, 1),
    "an expression, then a statement": ("1\nx = 2\n", None, 1),
    "an expression inside a block": ("if True:\n    5\n", None, 1),
    "a docstring alone": ("'text'\n", "text", 1),
    "nothing": ("", None, 1),
    "only a comment": ("# nothing\n", None, 1),
}


@pytest.mark.parametrize(("source", "value", "codes"), VALUES.values(), ids=VALUES)
def test_the_value_is_that_of_the_last_expression(source, value, codes):
    made = program(source)
    assert drive(made, {}) == value
    assert len(made.codes) == codes
    assert made.has_value is (value is not None)


AWAITING = {
    "await in a statement": ("x = await one()\n", True),
    "await in the last expression": ("x = 1\nawait one()\n", True),
    "await in both": ("x = await one()\nawait one()\n", True),
    "async for": ("async for x in several():\n    pass\n", True),
    "async with": ("async with held():\n    pass\n", True),
    "an asynchronous comprehension": ("[x async for x in several()]\n", True),
    "await inside a definition": ("async def f():\n    await one()\n", False),
    "no await": ("x = 1\nx\n", False),
}


@pytest.mark.parametrize(("source", "awaits"), AWAITING.values(), ids=AWAITING)
def test_a_program_awaits_if_one_of_its_codes_is_a_coroutine(source, awaits):
    made = program(source)
    assert made.awaits is awaits
    assert any(code.co_flags & inspect.CO_COROUTINE for code in made.codes) is awaits


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("await one()\n", 1),
        ("x = await one()\nx + 1\n", 2),
        ("x = await one()\n", None),
        ("x = 5\nawait one()\n", 1),
    ],
    ids=["the value itself", "then an expression", "only a binding", "a plain statement before"],
)
async def test_awaits_run_in_the_task_of_the_caller(source, value):
    seen = []

    async def one():
        seen.append(asyncio.current_task())
        return 1

    names = {"one": one}
    assert await execute(program(source), names, names) == value
    assert seen == [asyncio.current_task()]


def test_a_coroutine_that_the_cell_shows_without_awaiting_stays_one():
    async def one():
        return 1

    value = drive(program("one()\n"), {"one": one})
    assert inspect.iscoroutine(value)
    value.close()


def test_names_are_bound_where_they_live():
    global_names, local_names = {}, {}
    drive(program("x = 1\ndef f():\n    global y\n    y = 2\nf()\n"), global_names, local_names)
    assert local_names["x"] == 1
    assert global_names["y"] == 2
    assert "x" not in global_names


def test_statements_before_an_error_keep_their_effect():
    names = {}
    with pytest.raises(ZeroDivisionError):
        execute(program("x = 1\n1 / 0\n"), names, names).send(None)
    assert names["x"] == 1


@pytest.mark.parametrize(
    "source", ["x = 1\nreturn x\n", "break\n", "x = yield 1\n"], ids=["return", "break", "yield"]
)
def test_a_fault_that_only_the_compiler_finds_is_a_syntax_error_with_its_line(source):
    with pytest.raises(SyntaxError) as caught:
        program(source)
    assert caught.value.lineno == source.count("\n")


def test_the_tree_that_was_compiled_is_not_changed():
    source = "x = 1\nx\n"
    tree = ast.parse(source)
    before = ast.dump(tree)
    compile_program(tree, "<cell>", lambda node, name, mode: compile(node, name, mode))
    assert ast.dump(tree) == before


def raised(made, names):
    try:
        execute(made, names, names).send(None)
    except StopIteration:
        pytest.fail("nothing was raised")
    except BaseException as error:
        return error


def lines_of(shown):
    return [(frame.filename, frame.lineno) for frame in traceback.extract_tb(shown)]


def test_the_traceback_begins_in_the_cell():
    made = program("x = 1\n1 / 0\n")
    error = raised(made, {})
    assert len(lines_of(error.__traceback__)) > 1
    assert lines_of(user_traceback(error.__traceback__, [made])) == [("<cell>", 2)]


def test_frames_below_the_cell_are_kept():
    made = program("def f():\n    raise KeyError\nf()\n")
    assert lines_of(user_traceback(raised(made, {}).__traceback__, [made])) == [("<cell>", 3), ("<cell>", 2)]


def test_the_cell_is_found_among_several_programs():
    one, two = program("x = 1\n"), program("1 / 0\n", "<other>")
    assert lines_of(user_traceback(raised(two, {}).__traceback__, [one, two])) == [("<other>", 1)]


def test_a_traceback_without_a_frame_of_the_cell_is_kept_whole():
    error = raised(program("1 / 0\n"), {})
    assert user_traceback(error.__traceback__, [program("x = 1\n")]) is error.__traceback__
    assert user_traceback(error.__traceback__, []) is error.__traceback__


def test_an_error_that_was_never_raised_has_no_traceback():
    assert user_traceback(ValueError().__traceback__, [program("x = 1\n")]) is None
