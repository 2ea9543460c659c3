"""Loops as tasks: every operation begins, and the loop awaits each in its turn."""

import ast

from perfmagic.analysis.edits import replace
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import Comprehension, FanOut, InPlace, LoopForm, Pipeline
from perfmagic.analysis.parentheses import awaited
from perfmagic.strategies.awaitables import awaitable
from perfmagic.strategies.cancelling import cancelling
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, Pairing, last_operations
from perfmagic.strategies.loop_lines import generators, header, results_taken, take_results
from perfmagic.strategies.loop_sites import Begun, Turn
from perfmagic.strategies.pipelines import pipeline_lines


class LoopsAsTasks:
    """Writes loops for tasks."""

    definition = "async def"
    waits = True

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
            take_results(made, fan, [], results_taken(last, [f"await {task}"]))
        else:
            names = f"{', '.join(parts.values)} = " if parts.values else ""
            take_results(made, fan, [f"{names}await {task}"], results_taken(last, parts.results))
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
        made, loop = self._draft, found.loop
        assert isinstance(loop, ast.For)
        alone = len(parts.turns) == 1
        several = ["tasks" if alone else f"{each.stem}_tasks" for each in parts.turns]
        lists = [made.names.new(each) for each in several]
        task = made.names.new("task")
        lines = [*parts.lines]
        for turn, name in zip(parts.turns, lists, strict=True):
            lines.append(f"{name} = [{self._begin(turn)} {turn.over}]")
        if found.paired:
            singles = [task if alone else made.names.new(f"{each.stem}_task") for each in parts.turns]
            targets = ", ".join([parts.target, *singles])
            made.edits.append(header(loop, targets, f"zip({', '.join([parts.items, *lists])})", made.text))
            taken = [f"await {each}" for each in singles]
        else:
            wishes = ["started" if alone else f"{each.stem}_started" for each in parts.turns]
            names = [made.names.new(each) for each in wishes]
            lines.extend(f"{name} = iter({each})" for name, each in zip(names, lists, strict=True))
            taken = [f"await next({each})" for each in names]
            if parts.named:
                made.edits.append(header(loop, parts.each, parts.items, made.text))
        made.edits.extend(results_taken([each.operation for each in parts.turns], taken))
        every = lists[0]
        if not alone:
            every = made.names.new("tasks")
            lines.append(f"{every} = [{', '.join(f'*{each}' for each in lists)}]")
        region = made.region(loop, loop)
        made.before(loop, [*lines, "try:"], region=region)
        made.after(loop, cancelling(every, task), region=region)

    def _begin(self, turn: Turn) -> str:
        if turn.function is not None:
            return f"asyncio.create_task({turn.call})"
        return awaitable(self._draft.analysis, turn.operation.expression, turn.call)

    def write_pipeline(self, found: Pipeline, helper: tuple[str, ...], call: str) -> None:
        """Iterate ahead of the loop, with a bounded number of tasks in flight."""
        start = awaitable(self._draft.analysis, found.operation.expression, call)
        pipeline_lines(self._draft, found, helper, f"asyncio.create_task({call})" if helper else start)
