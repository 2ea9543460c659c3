"""The input transformer: which cells it turns into an ``await``, and that it leaves all others as they are."""

import ast

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from perfmagic.shell.transformer import awaits, make_transformer

RUNNER = object()


class Shell:
    """What the transformer asks of a shell: IPython's own transformations, and then the transformer itself."""

    def __init__(self, *, autoawait=True, loop_runner=RUNNER):
        self.autoawait, self.loop_runner = autoawait, loop_runner
        self.transform = make_transformer(self, ("concurrent",), RUNNER)

    def transform_cell(self, raw_cell):
        return "".join(self.transform(stock(raw_cell).splitlines(keepends=True)))


def transformed(cell, **state):
    return Shell(**state).transform_cell(cell)


def stock(cell):
    return TransformerManager().transform_cell(cell)


def arguments(text):
    """Return name, line and body of a rewritten cell."""
    module = compile(text, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    (statement,) = module.body
    assert isinstance(statement.value, ast.Await)
    call = statement.value.value
    assert ast.unparse(call.func) == "get_ipython().await_cell_magic"
    return tuple(ast.literal_eval(each) for each in call.args)


AWAITING = {
    "an await": "a = await f()\n",
    "async for": "async for x in y:\n    pass\n",
    "async with": "async with y:\n    pass\n",
    "an asynchronous comprehension": "a = [x async for x in y]\n",
    "an await behind IPython syntax": "!ls\n%time 1\na = await f()\n",
    "an await of the help of nothing": "'''doc'''\nawait f()\n",
    "quotes, backslashes and braces": "a = await f('\\'', \"\\\\n\", '{x}')\n",
    "several lines and a trailing semicolon": "a = await f()\na;\n",
    "a non-ASCII name": "été = await f('é')\n",
    "no newline at the end": "a = await f()",
}


@pytest.mark.parametrize("body", AWAITING.values(), ids=AWAITING)
def test_a_body_that_awaits_is_awaited_with_its_text_unchanged(body):
    name, line, text = arguments(transformed("%%concurrent --rounds 3\n" + body))
    assert (name, line.strip()) == ("concurrent", "--rounds 3")
    assert text.rstrip("\n") == body.rstrip("\n")


LEFT_ALONE = {
    "an ordinary body of ours": "%%concurrent\nx = 1\n",
    "awaits only inside a function": "%%concurrent\nasync def f():\n    await g()\n",
    "awaits only in a string": "%%concurrent\nx = 'await f()'\n",
    "another cell magic": "%%time\nawait f()\n",
    "a magic whose name starts like ours": "%%concurrently\nawait f()\n",
    "capture above an ordinary cell": "%%capture held\nawait f()\n",
    "capture above another magic": "%%capture held\n%%time\nawait f()\n",
    "capture above ours without an await": "%%capture held\n%%concurrent\nx = 1\n",
    "capture above nothing": "%%capture held\n",
    "capture above two percent signs": "%%capture held\n%%\nawait f()\n",
    "a cell without a magic": "a = await f()\n",
    "our name in a string": "s = \"get_ipython().run_cell_magic('concurrent', '', 'await f()')\"\n",
    "the stock call written by hand, with more arguments": "get_ipython().run_cell_magic('concurrent', '', 'await f()', 1, 2)\n"
    "x = 1\n",
    "the stock call with names": "get_ipython().run_cell_magic(name, line, cell)\n",
    "the stock call cut short": "get_ipython().run_cell_magic('concurrent'\n",
    "the stock call and more": "get_ipython().run_cell_magic('concurrent', '', 'await f()'); x = 1\n",
    "an empty cell": "",
}


@pytest.mark.parametrize("cell", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_other_cells_are_left_as_they_are(cell):
    assert transformed(cell) == stock(cell)


STATES = {
    "autoawait is off": {"autoawait": False},
    "another loop runner": {"loop_runner": object()},
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_cell_that_cannot_be_awaited_here_is_left_to_the_magic_which_refuses_it(state):
    cell = "%%concurrent\nawait f()\n"
    assert transformed(cell, **state) == stock(cell)


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_syntax_error_is_shown_also_where_nothing_can_be_awaited(state):
    assert transformed("%%concurrent\nb = = 2\n", **state) == "b = = 2\n"


def test_capture_above_ours_is_awaited_with_all_that_stands_below_it():
    cell = "%%capture --no-stderr held\n%%concurrent --quiet\na = await f()\n"
    name, line, body = arguments(transformed(cell))
    assert (name, line.strip()) == ("capture", "--no-stderr held")
    assert body == "%%concurrent --quiet\na = await f()\n"


def test_a_syntax_error_below_capture_and_ours_is_shown_without_either():
    assert transformed("%%capture held\n%%concurrent\nb = = 2\n") == "b = = 2\n"


@pytest.mark.parametrize("body", ["", "\n", "   \n\n"], ids=["nothing", "an empty line", "blanks"])
def test_a_magic_without_a_body_becomes_the_line_magic_that_explains_it(body):
    text = transformed("%%concurrent --help\n" + body)
    call = ast.parse(text, mode="eval").body
    assert ast.unparse(call.func) == "get_ipython().run_line_magic"
    assert [ast.literal_eval(each).strip() for each in call.args] == ["concurrent", "--help"]


BROKEN = {
    "a fault in the first line": ("b = = 2\n", 1),
    "a fault in a later line": ("a = await f()\nb = = 2\n", 2),
    "a bracket left open": ("a = await f()\nb = (\n", 2),
    "return outside a function": ("a = 1\nreturn a\n", 2),
    "an indent too many": ("a = 1\n  b = 2\n", 2),
}


@pytest.mark.parametrize(("body", "line"), BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_not_python_takes_the_place_of_the_magic(body, line):
    """The shell then reports the fault itself, in the user's line of the body."""
    text = transformed("%%concurrent\n" + body)
    assert text == body
    with pytest.raises(SyntaxError) as caught:
        compile(text, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert caught.value.lineno == line


EVERY_CELL = {
    **{f"awaiting: {name}": "%%concurrent\n" + body for name, body in AWAITING.items()},
    **{f"left alone: {name}": cell for name, cell in LEFT_ALONE.items()},
    **{f"broken: {name}": "%%concurrent\n" + body for name, (body, _) in BROKEN.items()},
    "captured": "%%capture held\n%%concurrent\na = await f()\n",
    "without a body": "%%concurrent --quiet\n",
}


@pytest.mark.parametrize("cell", EVERY_CELL.values(), ids=EVERY_CELL)
def test_transforming_is_pure_and_a_second_time_changes_nothing(cell):
    transform = Shell().transform
    lines = stock(cell).splitlines(keepends=True)
    given = list(lines)
    once = list(transform(lines))
    assert lines == given
    assert list(transform(given)) == once
    assert list(transform(once)) == once


@pytest.mark.parametrize("cell", EVERY_CELL.values(), ids=EVERY_CELL)
def test_every_line_of_the_answer_ends_in_a_newline_as_the_shell_expects(cell):
    lines = stock(cell).splitlines(keepends=True)
    assert all(line.endswith("\n") for line in Shell().transform(lines))


def test_a_body_that_ipython_itself_cannot_read_is_left_to_the_magic():
    class Refusing(Shell):
        def transform_cell(self, raw_cell):
            raise SyntaxError("no")

    lines = ["get_ipython().run_cell_magic('concurrent', '', 'await f()')\n"]
    assert Refusing().transform(lines) == lines


def test_switching_autoawait_takes_effect_at_once():
    shell = Shell()
    lines = stock("%%concurrent\nawait f()\n").splitlines(keepends=True)
    awaited = shell.transform(lines)
    shell.autoawait = False
    assert shell.transform(lines) == lines
    shell.autoawait = True
    assert shell.transform(lines) == awaited != lines


@pytest.mark.parametrize(
    ("python", "needed"),
    [
        ("await f()", True),
        ("[x async for x in y]", True),
        ("[await x for x in y]", True),
        ("async def f():\n    await g()\n", False),
        ("lambda: (yield)", False),
        ("x = 1", False),
        ("", False),
    ],
)
def test_a_loop_is_needed_only_for_awaits_at_the_top(python, needed):
    assert awaits(python) is needed


def test_code_that_is_not_python_needs_no_answer():
    with pytest.raises(SyntaxError):
        awaits("b = = 2")
