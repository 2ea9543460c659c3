"""Whole programs: statements put together, then written in some layout."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.property.choosing import Chooser, Drawn
from tests.property.expressions import Scope
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


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Return programs of every class."""
    return program(Drawn(draw))
