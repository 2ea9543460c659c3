"""The gaps between a block's readings of the clock."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from perfmagic.analysis.effects import Kind
from perfmagic.analysis.statements import Lines
from perfmagic.analysis.steps import Step

TAKE_OUT = "take the measurement out of the cell: the report gives the times"


def clock_gaps(steps: Sequence[Step]) -> Iterator[tuple[Step, Step]]:
    """Yield each pair of neighbouring steps that read the clock themselves: what stands between them is timed by the cell."""
    readings = [each for each in steps if each.role != "operation" and _reads_the_clock(each)]
    yield from pairwise(readings)


def around(first: Step, last: Step) -> tuple[str, Lines]:
    """Return the reason why nothing between two readings may overlap, without the final stop, and the lines."""
    lines = (first.lines[0], last.lines[1])
    return f"lines {lines[0]} and {lines[1]} read the clock, and would measure something else", lines


def _reads_the_clock(step: Step) -> bool:
    return any(each.kind is Kind.CLOCK for each in step.effects.writes)
