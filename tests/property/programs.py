"""Whole programs: statements put together, then written in some layout."""

import ast
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.property.choosing import Chooser, Drawn
from tests.property.expressions import Scope
from tests.property.ipython_text import python_of
from tests.property.layout import laid_out
from tests.property.statements import Compound

MOST_STATEMENTS = 8


@dataclass(frozen=True)
class Program:
    """One generated cell."""

    source: str
    waits: bool


def program(chooser: Chooser, *, plain_layout: bool = False) -> Program:
    """Return a program that the chooser decides on."""
    waits = chooser.number(0, 4) < 4
    hostility = chooser.pick((0, 0, 1, 1, 2, 4))
    scope = Scope(waits=waits, hostility=hostility)
    author = Compound(chooser)
    blocks = [author.statement(scope) for _ in range(chooser.number(2, MOST_STATEMENTS))]
    if chooser.number(0, 2) == 2:
        blocks.append(
            [
                chooser.pick(
                    ("p", "(p, q, u)", author.write.integer(scope), author.write.waiting(scope), "LOG")
                )
            ]
        )
    if plain_layout:
        return Program("\n".join(line for block in blocks for line in block) + "\n", waits)
    return Program(laid_out(chooser, blocks), waits)


def parses(made: Program) -> bool:
    """Whether this Python reads the program: before 3.12 a formatted string cannot hold its own kind of quotes."""
    try:
        compile(
            python_of(made.source), "<program>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
        )
    except SyntaxError:
        return False
    return True


@st.composite
def _programs(draw: st.DrawFn) -> Program:
    return program(Drawn(draw))


def programs() -> st.SearchStrategy[Program]:
    """Return programs of every class."""
    return _programs().filter(parses)
