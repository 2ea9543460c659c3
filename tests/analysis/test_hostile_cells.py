"""Cells that are too long, too deep or too dynamic: the analysis ends, and says what it cannot follow."""

import pytest

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from tests.analysis.inference import namespace

CELLS = {
    "5,000 lines": "".join(f"a{i} = {i}\n" for i in range(5000)),
    "a sum of 900": "x = " + "+".join(["1"] * 900),
    "a path of 900": "x = a" + ".b" * 900,
    "90 nested branches": "".join(" " * i + f"if a{i}:\n" for i in range(90)) + " " * 90 + "pass",
    "8 nested loops": "".join(" " * i + f"for i{i} in range(2):\n" for i in range(8)) + " " * 8 + "await wait(1)",
    "endless recursion": "def f(n): return f(n - 1) + g(n)\ndef g(n): return f(n)\na = await wait(f(1))",
    "recursion that awaits": "async def f(n): return await f(n - 1) + await f(n - 2)\na = await f(3)\nb = await f(4)",
    "generators of each other": "def g(): yield from h()\ndef h(): yield from g()\na = list(g())\nb = await wait(1)",
    "a constructor that makes its own kind": "class A:\n    def __init__(self): self.a = A()\nx = A()\nawait wait(1)",
    "a decorator that calls itself": "def d(f): return d(f)\n@d\ndef g(): pass\ng()",
    "an attribute that asks for itself": "class A:\n    def __getattr__(self, n): return getattr(self, n)\nA().x",
    "a list in itself": "l = []\nl.append(l)\na = await put(l, 1)\nb = await see(l)",
    "a lambda of itself": "f = lambda x: f(x)\na = f(1)\nb = await wait(2)",
    "20,000 numbers": "x = " + repr(list(range(20_000))),
    "8 nested comprehensions": "x = " + "[" * 8 + "1" + "".join(f" for a{i} in b{i}]" for i in range(8)),
}  # fmt: skip
DYNAMIC = {
    "star import": "from os.path import *\na = await wait(1)",
    "star import of what is not there": "from nowhere_to_be_found import *\na = await wait(1)",
    "exec": "exec('x = 1')\na = await wait(1)",
    "eval": "x = eval('1')\na = await wait(x)",
    "globals": "globals()['x'] = 1\na = await wait(1)",
    "metaclass": "class M(type):\n    def __call__(cls, *a): return cls(*a)\nclass A(metaclass=M): pass\na = A()",
}


@pytest.mark.parametrize("source", CELLS.values(), ids=CELLS.keys())
def test_the_analysis_ends_without_an_error(source: str) -> None:
    analysis = analyse(Cell(source=source, python=source), namespace(""))
    assert analysis.blocks[0].statements


@pytest.mark.parametrize("source", DYNAMIC.values(), ids=DYNAMIC.keys())
def test_what_is_dynamic_is_a_barrier_and_no_error(source: str) -> None:
    analysis = analyse(Cell(source=source, python=source), namespace(""))
    assert any(step.effects.barriers for step in analysis.steps[0])
    assert analysis.effects.hazards


@pytest.mark.parametrize(
    ("source", "line"), [("a = 1\nb = = 2", 2), ("for x in y\n    pass", 1)], ids=["equals", "colon"]
)
def test_a_syntax_error_names_the_line_of_the_cell(source: str, line: int) -> None:
    with pytest.raises(SyntaxError) as raised:
        analyse(Cell(source=source, python=source), {})
    assert raised.value.lineno == line
