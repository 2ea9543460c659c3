"""Loops with ``asyncio.TaskGroup``: all tasks in one group first, then the loop over their results."""

import ast

from perfmagic.analysis.edits import replace
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import Comprehension, FanOut, InPlace, LoopForm
from perfmagic.analysis.parentheses import awaited
from perfmagic.analysis.statements import lines_of
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, Pairing, last_operations
from perfmagic.strategies.group_members import COMES_OUT, IN_A_GROUP, starts_in_group
from perfmagic.strategies.level_checks import may_raise, unwatched
from perfmagic.strategies.loop_lines import generators, header, indented, results_taken, take_results
from perfmagic.strategies.loop_sites import Begun, Words, place
from perfmagic.strategies.loops_gathered import one_by_one, without_handlers

GROUPED = Words(many="tasks", one="task", turn="started", take="{}.result()")
IN_TURN = "tasks takes each result, and each error, in its turn"


class GroupedLoops:
    """Writes loops for taskgroup."""

    definition = "async def"
    waits = True
    words = GROUPED

    def __init__(self, made: Draft) -> None:
        self._draft = made

    def body(self, expression: ast.expr) -> str:
        """Return ``await expression``."""
        return f"await {awaited(expression, self._draft.text)}"

    def chosen(self, found: LoopForm) -> LoopForm | Obstacle | None:
        """Leave alone what needs each result, or each error, in its turn, and what is no coroutine."""
        lines = lines_of(found.loop)
        if not unwatched(self._draft, found.block, lines, COMES_OUT):
            return None
        if isinstance(found.loop, ast.AsyncFor):
            reason = (
                f"a group would wait for every item of the loop on line {lines[0]} before the first result"
            )
            return Obstacle(cause="loop", reason=reason, lines=lines, hint=IN_TURN)
        uncaught = without_handlers(found, IN_TURN)
        if isinstance(uncaught, Obstacle) or uncaught is not found:
            return uncaught
        odd = next(
            (each for each in found.operations if not starts_in_group(self._draft.analysis, each)), None
        )
        if odd is not None:
            reason = f"what line {odd.lines[0]} awaits is not known to be a coroutine, and a TaskGroup starts nothing else"
            hint = "gather and tasks start whatever can be awaited"
            return Obstacle(cause="unknown", reason=reason, lines=odd.lines, hint=hint)
        return one_by_one(found)

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """Start all in a group, then take the result of each in its turn."""
        made = self._draft
        tasks, task = made.names.new("tasks"), made.names.new("task")
        over = f"for {parts.each} in {parts.items}"
        made.before(loop, [*parts.helper, *parts.setup, *self._grouped(fan, {tasks: (parts.call, over)})])
        made.edits.append(header(loop, f"{parts.target}, {task}", f"zip({parts.items}, {tasks})", made.text))
        last = last_operations(fan)
        if fan.simple:
            take_results(made, fan, [], results_taken(last, [f"{task}.result()"], made.text))
        else:
            names = f"{', '.join(parts.values)} = " if parts.values else ""
            take_results(
                made, fan, [f"{names}{task}.result()"], results_taken(last, parts.results, made.text)
            )

    def write_comprehension(self, fan: FanOut, loop: Comprehension, parts: Iterate, pairing: Pairing) -> None:
        """Start all in a group, then build the collection from the results."""
        made = self._draft
        assert fan.element is not None
        tasks, task = made.names.new("tasks"), made.names.new("task")
        over = f"for {parts.each} in {parts.items}"
        if pairing != "beside its item":
            over = generators(loop, made.text, parts.items if parts.setup else None)
        lines = [*parts.helper, *parts.setup, *self._grouped(fan, {tasks: (parts.call, over)})]
        if pairing == "itself":
            text = f"{task}.result() for {task} in {tasks}"
            made.edits.append(replace(loop, f"{{{text}}}" if isinstance(loop, ast.SetComp) else f"[{text}]"))
        elif pairing == "beside its item":
            items = f"zip({parts.items}, {tasks})"
            made.edits.append(header(loop.generators[0], f"{parts.target}, {task}", items, made.text))
            made.edits.append(replace(fan.element, f"{task}.result()"))
        else:
            started = made.names.new("started")
            lines.append(f"{started} = iter({tasks})")
            if parts.setup:
                made.edits.append(replace(loop.generators[0].iter, parts.items))
            made.edits.append(replace(fan.element, f"next({started}).result()"))
        made.before(fan.statement, lines)

    def write_in_place(self, found: InPlace, parts: Begun) -> None:
        """Start every operation in a group, then run the loop as it was and take each result where it stands."""
        made = self._draft
        turns = place(made, found, parts, GROUPED)
        started = {name: (turn.call, turn.over) for turn, name in zip(parts.turns, parts.lists, strict=True)}
        made.before(found.statement, [*parts.lines, *self._grouped(found, started), *turns])

    def write_pipeline(self, found: LoopForm, loop: ast.AsyncFor, parts: Iterate) -> None:
        """Never called: `chosen` leaves pipelines alone."""
        raise AssertionError(found, loop, parts)

    def _grouped(self, found: LoopForm, started: dict[str, tuple[str, str]]) -> list[str]:
        """Return the lines of a group that starts a list of tasks for each name: a call, and the loop it is made for."""
        made = self._draft
        if not found.operations or may_raise(made.analysis, found.operations):
            made.notes.append(IN_A_GROUP)
        group = made.names.new("group")
        rows = [f"{name} = [{group}.create_task({call}) {over}]" for name, (call, over) in started.items()]
        return [f"async with asyncio.TaskGroup() as {group}:", *indented(rows)]
