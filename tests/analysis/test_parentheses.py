"""An expression keeps its meaning in another place."""

import ast

import pytest

from perfmagic.analysis.edits import apply
from perfmagic.analysis.parentheses import arguments_of, awaited, encloses, in_place, returned, target

PRIMARY = [
    "f(1)",
    "a",
    "a.b",
    "a[0]",
    "a.b(1)[2].c()",
    "(a if b else c)(1)",
    "[a]",
    "{a: b}",
    "(a for a in b)",
    "'a' 'b'",
    "f'{a}'",
]
LOOSER = [
    "a if b else c", "a or b", "not a", "lambda: a", "a < b", "a + b", "-a", "a ** b", "await a", "a := b", "a | b", "a in b",
    "a\n.b()", "yield", "yield a",
]  # fmt: skip


def value(text: str) -> tuple[ast.expr, str]:
    """Return an expression that stands in parentheses, and the text around it."""
    source = f"async def x():\n    y = ({text})\n"
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.AsyncFunctionDef)
    assert isinstance(function.body[0], ast.Assign)
    return function.body[0].value, source


@pytest.mark.parametrize("text", PRIMARY)
def test_what_binds_tightly_is_awaited_as_it_is(text):
    assert awaited(*value(text)) == text


@pytest.mark.parametrize("text", [*PRIMARY, *LOOSER])
def test_what_is_awaited_or_returned_stays_one_expression(text):
    node, source = value(text)
    for made, write in ((awaited, "await {}"), (returned, "{}")):
        code = f"async def x():\n    return ({write.format(made(node, source))}, 1)\n"
        function = ast.parse(code).body[0]
        found = function.body[0].value.elts[0]
        assert ast.dump(found.value if made is awaited else found) == ast.dump(node)


@pytest.mark.parametrize("text", LOOSER)
def test_what_binds_loosely_is_awaited_in_parentheses(text):
    assert awaited(*value(text)) == f"({text})"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("(a, b)", True),
        ("[a, b]", True),
        ("(a), b", False),
        ("(a, b), (c, d)", False),
        ("a", False),
        ("[a][b]", False),
        ("(')')", True),
    ],
)
def test_brackets_enclose_a_text_or_not(text, whole):
    assert encloses(text) is whole


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("a", "a"),
        ("(a, b)", "(a, b)"),
        ("(a, b), c", "((a, b), c)"),
        ("[a], b", "([a], b)"),
        ("a,", "(a,)"),
        ("*a, b", "(*a, b)"),
        ("a.b", "(a.b)"),
    ],
)
def test_a_target_stands_beside_another(text, beside):
    statement = ast.parse(f"for {text} in x: pass").body[0]
    assert isinstance(statement, ast.For)
    assert target(statement.target, f"for {text} in x: pass") == beside


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("f()", ""),
        ("f( (1), (2), )", "(1), (2)"),
        ("(f)((1))", "(1)"),
        ("(f\n)(\n 1,\n)", "1"),
        ("f(x for x in y)", "(x for x in y)"),
        ("f((x for x in y), )", "(x for x in y)"),
        ("f(*a, b=(c), **d)", "*a, b=(c), **d"),
        ("é.f('é', (ß))", "'é', (ß)"),
        ("f(1, # one\n)", "1, # one\n"),
    ],
)
def test_the_arguments_of_a_call_keep_their_parentheses(call, arguments):
    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    assert arguments_of(node, call) == arguments


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("a = (await x).b", "a = n.b"),
        ("a = (await x) + 1", "a = n + 1"),
        ("a = f(await x)", "a = f(n)"),
        ("a = f((await x), 1)", "a = f(n, 1)"),
        ("a = f (await x)", "a = f (n)"),
        ("a = not(await x)", "a = not(n)"),
        ("a = (  # why\n    await x)", "a = (  # why\n    n)"),
        ("a = [(await x)]", "a = [n]"),
        ("a = (await x)(1)", "a = (n)(1)"),
        ("(await x).b", "(n).b"),
        ("é = (await x)", "é = n"),
    ],
)
def test_parentheses_that_only_the_operation_needed_go_with_it(code, after):
    tree = compile(code, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    node = next(each for each in ast.walk(tree) if isinstance(each, ast.Await))
    assert apply(code, (in_place(node, "n", code),)) == after
