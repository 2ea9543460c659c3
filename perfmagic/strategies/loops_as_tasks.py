"""Loops as tasks: every operation begins, and the loop awaits each in its turn."""

import ast

from perfmagic.analysis.edits import replace
from perfmagic.analysis.loops import FanOut
from perfmagic.analysis.parentheses import awaited
from perfmagic.strategies.awaitables import awaitable
from perfmagic.strategies.cancelling import cancelling
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, generators, header, results_taken, without_head


class LoopsAsTasks:
    """Writes loops for tasks."""

    definition = "async def"
    waits = True

    def __init__(self, made: Draft) -> None:
        self._draft = made

    def body(self, expression: ast.expr) -> str:
        """Return ``await expression``."""
        return f"await {awaited(expression, self._draft.text)}"

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """Start all, then await each where the loop did."""
        made = self._draft
        tasks, task = made.names.new("tasks"), made.names.new("task")
        started = f"{tasks} = [{self._start(fan, parts)} for {parts.each} in {parts.items}]"
        region = made.region(loop, loop)
        made.before(loop, [*parts.helper, *parts.setup, started, "try:"], region=region)
        made.edits.append(header(loop, f"{parts.target}, {task}", f"zip({parts.items}, {tasks})", made.text))
        made.edits.extend(without_head(fan))
        if fan.simple:
            made.edits.extend(results_taken(fan, [f"await {task}"]))
        else:
            assert fan.last is not None
            made.before(fan.last, [f"{parts.value.strip('()')} = await {task}"])
            made.edits.extend(results_taken(fan, parts.results))
        made.after(loop, cancelling(tasks, task), region=region)

    def _start(self, fan: FanOut, parts: Iterate) -> str:
        if parts.helper:
            return f"asyncio.create_task({parts.call})"
        return awaitable(self._draft.analysis, fan.operations[0].expression, parts.call)

    def write_comprehension(self, fan: FanOut, loop: ast.expr, parts: Iterate, *, exact: bool) -> None:
        """Start all in a list, then await each inside the comprehension."""
        made = self._draft
        assert isinstance(loop, ast.ListComp | ast.SetComp | ast.DictComp)
        tasks, task = made.names.new("tasks"), made.names.new("task")
        over = generators(loop, made.text) if exact else f"for {parts.each} in {parts.items}"
        region = made.region(fan.statement, fan.statement)
        started = f"{tasks} = [{self._start(fan, parts)} {over}]"
        made.before(fan.statement, [*parts.helper, *parts.setup, started, "try:"], region=region)
        if exact:
            text = f"await {task} for {task} in {tasks}"
            made.edits.append(replace(loop, f"{{{text}}}" if isinstance(loop, ast.SetComp) else f"[{text}]"))
        else:
            made.edits.append(
                header(
                    loop.generators[0], f"{parts.target}, {task}", f"zip({parts.items}, {tasks})", made.text
                )
            )
            made.edits.extend(results_taken(fan, [f"await {task}"]))
        shown = made.keep_value_shown(fan.block, fan.statement)
        made.after(fan.statement, [*cancelling(tasks, task), *shown], region=region)
