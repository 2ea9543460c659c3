"""Loops with ``asyncio.gather``: all results first, then the loop over them."""

import ast

from perfmagic.analysis.edits import replace
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import Comprehension, FanOut, InPlace, LoopForm
from perfmagic.analysis.parentheses import awaited
from perfmagic.analysis.statements import lines_of
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import Iterate, Pairing, last_operations
from perfmagic.strategies.level_checks import unwatched
from perfmagic.strategies.loop_lines import generators, header, results_taken, stays_empty, take_results
from perfmagic.strategies.loop_sites import Begun, Words, place
from perfmagic.strategies.start_early import is_safe

FIRST_IN_TIME = (
    "no gathered operation fails: gather raises the error that comes first in time and lets the others go on."
)
"""The assumption of every gathered rewrite."""


RESULTS = Words(many="results", one="result", turn="", take="{}")


class GatheredLoops:
    """Writes loops for gather."""

    definition = "async def"
    waits = True
    words = RESULTS

    def __init__(self, made: Draft) -> None:
        self._draft = made

    def note(self, found: FanOut | InPlace) -> None:
        """State the assumption, unless the operations are known not to raise."""
        effects = self._draft.analysis.effects
        if not found.operations or any(
            effects.callee(each.node).may_raise or not is_safe(each.expression) for each in found.operations
        ):
            self._draft.notes.append(FIRST_IN_TIME)

    def body(self, expression: ast.expr) -> str:
        """Return ``await expression``."""
        return f"await {awaited(expression, self._draft.text)}"

    def chosen(self, found: LoopForm) -> LoopForm | Obstacle | None:
        """Leave alone what needs each result, or each error, in its turn."""
        lines = lines_of(found.loop)
        if not unwatched(self._draft, found.block, lines, "the error that comes first in time"):
            return None
        if isinstance(found.loop, ast.AsyncFor):
            reason = (
                f"gather would wait for every item of the loop on line {lines[0]} before the first result"
            )
            return Obstacle(
                cause="loop", reason=reason, lines=lines, hint="tasks takes each result in its turn"
            )
        uncaught = without_handlers(found, "tasks keeps each error in its place")
        return uncaught if isinstance(uncaught, Obstacle) else one_by_one(uncaught)

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """``results = await asyncio.gather(...)``, then the loop over items and results."""
        made = self._draft
        self.note(fan)
        results = made.names.new("results")
        gathered = f"{results} = await asyncio.gather(*[{parts.call} for {parts.each} in {parts.items}])"
        made.before(loop, [*parts.helper, *parts.setup, gathered])
        values = value_of(made, parts)
        made.edits.append(
            header(loop, f"{parts.target}, {values}", f"zip({parts.items}, {results})", made.text)
        )
        left = ["pass"] if fan.head and stays_empty(fan) else []
        results_in_place = ["pass"] if _is_dropped(fan) else parts.results
        take_results(made, fan, left, results_taken(last_operations(fan), results_in_place, made.text))

    def write_comprehension(self, fan: FanOut, loop: Comprehension, parts: Iterate, pairing: Pairing) -> None:
        """Gather inside the expression, or before it if each result comes in its turn."""
        made = self._draft
        self.note(fan)
        assert fan.element is not None
        lines = [*parts.helper, *parts.setup]
        if pairing == "itself":
            text = f"await asyncio.gather(*[{parts.call} {generators(loop, made.text)}])"
            bare = getattr(fan.statement, "value", None) is loop or _is_argument(fan.statement, loop)
            whole = f"set({text})" if isinstance(loop, ast.SetComp) else text if bare else f"({text})"
            made.edits.append(replace(loop, whole))
        elif pairing == "beside its item":
            result = parts.results[0]
            text = f"await asyncio.gather(*[{parts.call} for {parts.each} in {parts.items}])"
            zipped = f"zip({parts.items}, {text})"
            made.edits.append(header(loop.generators[0], f"{parts.target}, {result}", zipped, made.text))
            made.edits.append(replace(fan.element, result))
        else:
            results = made.names.new("results")
            over = generators(loop, made.text, parts.items if parts.setup else None)
            lines.append(f"{results} = iter(await asyncio.gather(*[{parts.call} {over}]))")
            if parts.setup:
                made.edits.append(replace(loop.generators[0].iter, parts.items))
            made.edits.append(replace(fan.element, f"next({results})"))
        if lines:
            made.before(fan.statement, lines)

    def write_in_place(self, found: InPlace, parts: Begun) -> None:
        """Gather every result, then run the loop as it was and take each where its operation stood."""
        made = self._draft
        self.note(found)
        turns = place(made, found, parts, RESULTS)
        calls = [f"asyncio.gather(*[{turn.call} {turn.over}])" for turn in parts.turns]
        lines = [*_gathered(list(parts.lists), calls), *turns]
        if turns and len(parts.lists) == 1:
            lines = [f"{parts.lists[0]} = iter(await {calls[0]})"]
        made.before(found.statement, [*parts.lines, *lines])

    def write_pipeline(self, found: LoopForm, loop: ast.AsyncFor, parts: Iterate) -> None:
        """Never called: `chosen` leaves pipelines alone."""
        raise AssertionError(found, loop, parts)


def _is_dropped(fan: FanOut) -> bool:
    """Whether the loop does nothing with the results."""
    if not (fan.simple and isinstance(fan.last, ast.Expr)):
        return False
    value = fan.operations[0].node
    whole = (fan.last.col_offset, fan.last.end_col_offset) == (value.col_offset, value.end_col_offset)
    return fan.last.value is value and whole


def value_of(made: Draft, parts: Iterate) -> str:
    """Return the target for what one item gives."""
    if len(parts.values) > 1:
        return f"({', '.join(parts.values)})"
    return parts.values[0] if parts.values else made.names.new("result")


def _gathered(lists: list[str], calls: list[str]) -> list[str]:
    if len(lists) == 1:
        return [f"{lists[0]} = await {calls[0]}"]
    rows = [f"    {each}," for each in calls]
    return [f"{', '.join(lists)} = await asyncio.gather(", *rows, ")"]


def _is_argument(statement: ast.stmt, loop: ast.expr) -> bool:
    return any(
        isinstance(each, ast.Call) and any(part is loop for part in each.args) for each in ast.walk(statement)
    )


def without_handlers(found: LoopForm, hint: str) -> LoopForm | Obstacle:
    """Return a loop in a form in which no handler must see the error of its own iteration."""
    if found.caught is None:
        return found
    other = found.otherwise if isinstance(found, InPlace) else None
    if other is not None and other.caught is None:
        return other
    reason = f"the handlers on line {found.caught} would not see the error of their own iteration"
    return Obstacle(cause="control", reason=reason, lines=lines_of(found.loop), hint=hint)


def one_by_one(found: LoopForm) -> LoopForm | Obstacle:
    """Leave a loop alone whose operations wait for each other and cannot be one function."""
    if not (isinstance(found, InPlace) and found.chained):
        return found
    if found.otherwise is not None and found.otherwise.caught is None:
        return found.otherwise
    lines = lines_of(found.loop)
    reason = f"the operations of the loop on line {lines[0]} wait for each other, and its iterations cannot be functions"
    return Obstacle(cause="loop", reason=reason, lines=lines, hint="tasks starts each of them early")
