"""Statements that a cell times itself, with the clock."""

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.gaps import TAKE_OUT, around, clock_gaps
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.steps import Step


def measured(analysis: Analysis, block: Block, statement: int) -> Obstacle | None:
    """Return the readings of the clock around a statement, or around what holds its block; ``None`` if there are none."""
    while True:
        for first, last in _gaps(analysis, block.key):
            if first.statement < statement < last.statement:
                reason, lines = around(first, last)
                return Obstacle(cause="effect", reason=reason, lines=lines, hint=TAKE_OUT)
        if block.parent is None or block.kind in {"function", "class"}:
            return None
        statement, block = block.position, analysis.blocks[block.parent]


def _gaps(analysis: Analysis, block: int) -> tuple[tuple[Step, Step], ...]:
    return analysis.memo.of(("clock gaps", block), lambda: tuple(clock_gaps(analysis.steps[block])))
