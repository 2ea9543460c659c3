"""``async for`` loops as pipelines: a small generator that iterates ahead and gives each item with its task, in order."""

import ast

from perfmagic.analysis.edits import INDENT
from perfmagic.analysis.loop_forms import FanOut, LoopForm
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, last_operations
from perfmagic.strategies.loop_limits import limit_of
from perfmagic.strategies.loop_lines import header, results_taken, take_results


def write_pipeline(made: Draft, found: LoopForm, loop: ast.AsyncFor, parts: Iterate, start: str) -> None:
    """Write the pipeline; ``start`` begins the operation of one item.

    An error of the iterator waits until the items before it are dealt with.
    """
    tasks, task, started = (made.names.new(each) for each in ("tasks", "task", "started"))
    error, raised, item = (made.names.new(each) for each in ("error", "raised", "item"))
    most = limit_of(made, found.operations)
    made.bounded = True
    generator = [
        f"async def {started}():",
        f"{error} = None",
        "try:",
        f"{INDENT}async for {parts.each} in {parts.items}:",
        f"{INDENT * 2}{tasks}.append(({_item(parts.each)}, {start}))",
        f"{INDENT * 2}while {tasks} and (len({tasks}) == {most} or {tasks}[0][1].done()):",
        f"{INDENT * 3}yield {tasks}.pop(0)",
        f"except Exception as {raised}:",
        f"{INDENT}{error} = {raised}",
        f"while {tasks}:",
        f"{INDENT}yield {tasks}.pop(0)",
        f"if {error} is not None:",
        f"{INDENT}raise {error}",
    ]
    body = [generator[0], *(f"{INDENT}{each}" for each in generator[1:])]
    region = made.region(loop, loop)
    made.before(loop, [*parts.helper, f"{tasks} = []", "", *body, "", "try:"], region=region)
    made.edits.append(header(loop, f"{parts.target}, {task}", f"{started}()", made.text))
    _take(made, found, parts, task)
    closing = [
        "finally:",
        f"{INDENT}for {item}, {task} in {tasks}:",
        f"{INDENT * 2}{task}.cancel()",
        f"{INDENT}await asyncio.gather(*[{task} for {item}, {task} in {tasks}], return_exceptions=True)",
    ]
    made.after(loop, closing, region=region)


def _item(target: str) -> str:
    return target if target.isidentifier() else f"({target.strip('()')})"


def _take(made: Draft, found: LoopForm, parts: Iterate, task: str) -> None:
    """Put the results where the operations stood."""
    if isinstance(found, FanOut) and not found.simple:
        names = f"{', '.join(parts.values)} = " if parts.values else ""
        taken = results_taken(last_operations(found), parts.results, made.text)
        take_results(made, found, [f"{names}await {task}"], taken)
    else:
        made.edits.extend(results_taken([found.operations[0]], [f"await {task}"], made.text))
