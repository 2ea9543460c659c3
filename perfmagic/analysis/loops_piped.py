"""``async for`` loops as pipelines."""

from perfmagic.analysis.loop_checks import Around, Obstacle
from perfmagic.analysis.loop_forms import Pipeline
from perfmagic.analysis.statements import lines_of


def piped(around: Around) -> Pipeline | Obstacle:
    """Return the loop as a pipeline, or why that would change something."""
    loop = around.loop
    reason = f"the loop on line {loop.lineno} waits for each item"
    return Obstacle(cause="loop", reason=reason, lines=lines_of(loop))
