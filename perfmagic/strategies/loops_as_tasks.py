"""Loops as tasks: every operation begins, and the loop awaits each in its turn."""

import ast

from perfmagic.analysis.edits import replace
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import Comprehension, FanOut, InPlace, LoopForm
from perfmagic.analysis.parentheses import awaited
from perfmagic.strategies.awaitables import awaitable
from perfmagic.strategies.cancelling import cancelling
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, Pairing, last_operations
from perfmagic.strategies.loop_lines import generators, header, results_taken, take_results
from perfmagic.strategies.loop_sites import Begun, Turn, Words, place
from perfmagic.strategies.pipelines import write_pipeline

STARTED = Words(many="tasks", one="task", turn="started", take="await {}")


class LoopsAsTasks:
    """Writes loops for tasks."""

    definition = "async def"
    waits = True
    words = STARTED

    def __init__(self, made: Draft) -> None:
        self._draft = made

    def body(self, expression: ast.expr) -> str:
        """Return ``await expression``."""
        return f"await {awaited(expression, self._draft.text)}"

    def chosen(self, found: LoopForm) -> LoopForm | Obstacle:
        """Take the form that was found."""
        return found

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """Start all, then await each where the loop did."""
        made = self._draft
        tasks, task = made.names.new("tasks"), made.names.new("task")
        started = f"{tasks} = [{self._start(fan, parts)} for {parts.each} in {parts.items}]"
        region = made.region(loop, loop)
        made.before(loop, [*parts.helper, *parts.setup, started, "try:"], region=region)
        made.edits.append(header(loop, f"{parts.target}, {task}", f"zip({parts.items}, {tasks})", made.text))
        last = last_operations(fan)
        if fan.simple:
            take_results(made, fan, [], results_taken(last, [f"await {task}"], made.text))
        else:
            names = f"{', '.join(parts.values)} = " if parts.values else ""
            take_results(made, fan, [f"{names}await {task}"], results_taken(last, parts.results, made.text))
        made.after(loop, cancelling(tasks, task), region=region)

    def _start(self, fan: FanOut, parts: Iterate) -> str:
        if parts.helper:
            return f"asyncio.create_task({parts.call})"
        return awaitable(self._draft.analysis, fan.operations[0].expression, parts.call)

    def write_comprehension(self, fan: FanOut, loop: Comprehension, parts: Iterate, pairing: Pairing) -> None:
        """Start all in a list, then await each inside the comprehension."""
        made = self._draft
        assert fan.element is not None
        tasks, task = made.names.new("tasks"), made.names.new("task")
        over = f"for {parts.each} in {parts.items}"
        if pairing != "beside its item":
            over = generators(loop, made.text, parts.items if parts.setup else None)
        region = made.region(fan.statement, fan.statement)
        lines = [*parts.helper, *parts.setup, f"{tasks} = [{self._start(fan, parts)} {over}]"]
        if pairing == "itself":
            text = f"await {task} for {task} in {tasks}"
            made.edits.append(replace(loop, f"{{{text}}}" if isinstance(loop, ast.SetComp) else f"[{text}]"))
        elif pairing == "beside its item":
            items = f"zip({parts.items}, {tasks})"
            made.edits.append(header(loop.generators[0], f"{parts.target}, {task}", items, made.text))
            made.edits.append(replace(fan.element, f"await {task}"))
        else:
            started = made.names.new("started")
            lines.append(f"{started} = iter({tasks})")
            if parts.setup:
                made.edits.append(replace(loop.generators[0].iter, parts.items))
            made.edits.append(replace(fan.element, f"await next({started})"))
        made.before(fan.statement, [*lines, "try:"], region=region)
        shown = made.keep_value_shown(fan.block, fan.statement)
        made.after(fan.statement, [*cancelling(tasks, task), *shown], region=region)

    def write_in_place(self, found: InPlace, parts: Begun) -> None:
        """Start every operation, then run the loop as it was and await each where it stands."""
        made, loop = self._draft, found.statement
        turns = place(made, found, parts, STARTED)
        begun = zip(parts.turns, parts.lists, strict=True)
        lines = [
            *parts.lines,
            *(f"{name} = [{self._begin(turn)} {turn.over}]" for turn, name in begun),
            *turns,
        ]
        tasks = parts.lists[0]
        if len(parts.lists) > 1:
            tasks = made.names.new("tasks")
            lines.append(f"{tasks} = [{', '.join(f'*{each}' for each in parts.lists)}]")
        region = made.region(loop, loop)
        made.before(loop, [*lines, "try:"], region=region)
        task = parts.taken[0] if found.paired and len(parts.taken) == 1 else made.names.new("task")
        made.after(loop, cancelling(tasks, task), region=region)

    def _begin(self, turn: Turn) -> str:
        if turn.function is not None:
            return f"asyncio.create_task({turn.call})"
        return awaitable(self._draft.analysis, turn.operation.expression, turn.call)

    def write_pipeline(self, found: LoopForm, loop: ast.AsyncFor, parts: Iterate) -> None:
        """Iterate ahead of the loop, with a bounded number of tasks in flight."""
        call = parts.call
        start = f"asyncio.create_task({call})"
        if not parts.helper:
            start = awaitable(self._draft.analysis, found.operations[0].expression, call)
        write_pipeline(self._draft, found, loop, parts, start)
