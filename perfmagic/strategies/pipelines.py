"""``async for`` loops as pipelines: a small generator that iterates ahead and gives each item with its task, in order."""

from perfmagic.analysis.loop_forms import Pipeline
from perfmagic.strategies.draft import Draft


def pipeline_lines(made: Draft, found: Pipeline, helper: tuple[str, ...], start: str) -> None:
    """Write the pipeline; ``start`` begins the operation of one item."""
    raise NotImplementedError
