"""``asyncio.gather``, level by level: the code that everybody knows.

An operation joins the earliest level at which everything it needs has ended; its binding goes with it if that is legal,
and otherwise stays where it was and takes a temporary name. An error is the one that comes first in time, and the
operations beside it go on: the plan states that as an assumption.
"""

import ast
from dataclasses import dataclass, field

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.edits import INDENT, remove, replace
from perfmagic.analysis.parentheses import target as beside
from perfmagic.analysis.statements import simple_target
from perfmagic.analysis.steps import Step
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies.awaitables import always_raises, awaitable_text
from perfmagic.strategies.awaiting import plan_awaiting
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import rewrite_loops
from perfmagic.strategies.loops_gathered import FIRST_IN_TIME, GatheredLoops
from perfmagic.strategies.names import stem
from perfmagic.strategies.ordering import Ordering, operation_of, ordering
from perfmagic.strategies.separate_lines import with_separate_lines
from perfmagic.strategies.start_early import is_safe

NAME = "gather"
LAST = 1_000_000
WIDTH = 88

Place = tuple[int, int]


@dataclass(slots=True, kw_only=True)
class Level:
    """Operations that are awaited together, before or in the place of the statement of the first."""

    place: Place
    members: list[Step] = field(default_factory=list[Step])
    direct: set[int] = field(default_factory=set[int])


def plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return the cell with independent awaits gathered level by level, or why no two of them can share a level."""
    return with_separate_lines(_plan, analysis, options)


def _plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    return plan_awaiting(NAME, analysis, options, _rewrite_block)


def _rewrite_block(made: Draft, block: Block, done: set[int]) -> bool:
    if block.key in done or block.parent in done:
        done.add(block.key)
        return False
    looped = rewrite_loops(made, block, GatheredLoops(made), done)
    return _rewrite(made, block) or looped


def _rewrite(made: Draft, block: Block) -> bool:
    order = ordering(made.analysis, block, made.options)
    levels = [each for each in _levels(order) if len(each.members) > 1]
    if not levels or not _acceptable(made, order, levels):
        return False
    taken: dict[ast.expr, str] = {}
    for level in levels:
        _write(made, order, level, taken)
    made.orderings.append(order)
    made.overlapped.extend(operation_of(each) for each in order.operations)
    if any(_may_raise(made, step) for level in levels for step in level.members):
        made.notes.append(FIRST_IN_TIME)
    return True


def _may_raise(made: Draft, step: Step) -> bool:
    operation = operation_of(step)
    return made.analysis.effects.callee(operation.node).may_raise or not is_safe(operation.expression)


def _acceptable(made: Draft, order: Ordering, levels: list[Level]) -> bool:
    block = order.block
    widest = max(levels, key=lambda each: len(each.members))
    line = widest.members[0].lines[0]
    span = (line, widest.members[-1].lines[1])
    failing = [
        step
        for level in levels
        for step in level.members
        if always_raises(made.analysis, operation_of(step).expression)
    ]
    if len(widest.members) > made.options.limit:
        count = len(widest.members)
        reason = f"{count} operations from line {line} on would be in flight at once, more than the limit of {made.options.limit}"
        made.refuse("limit", reason, span, f"--limit {count}")
        return False
    if failing:
        where = failing[0].lines
        reason = f"line {where[0]} raises: gather would raise the error that comes first in time"
        made.refuse("control", reason, where, "tasks keeps the first error in program order")
        return False
    if block.kind == "try" and isinstance(block.owner, ast.Try | ast.TryStar) and block.owner.handlers:
        reason = f"the handlers of the try statement on line {block.owner.lineno} would see the error that comes first in time"
        made.refuse("control", reason, span, "tasks keeps the first error in program order")
        return False
    statements = [block.statements[step.statement] for level in levels for step in level.members]
    return made.alone(statements)


def _levels(order: Ordering) -> list[Level]:
    levels: list[Level] = []
    places: dict[int, Place] = {each.index: (each.statement, LAST) for each in order.steps}
    for step in order.operations:
        level = next((each for each in levels if _joins(order, each, levels, places, step)), None)
        if level is None:
            at = sum(each.place[0] == step.statement for each in levels)
            level = Level(place=(step.statement, at))
            levels.append(level)
            levels.sort(key=lambda each: each.place)
        level.members.append(step)
        places[step.index] = level.place
        if _moves_binding(order, level, places, step):
            level.direct.add(step.index)
            if step is not level.members[0]:
                places[order.rest(step.statement).index] = level.place
    return levels


def _joins(order: Ordering, level: Level, levels: list[Level], places: dict[int, Place], step: Step) -> bool:
    """Whether an operation may be awaited at a level: all that it needs has ended before it."""
    first = level.members[0]
    if step.pinned is not None or first.pinned is not None or not _stands_free(order, first):
        return False
    for each in order.before.get(step.index, ()):
        place = places[each.earlier]
        if place >= level.place or (place[0] == level.place[0] and not _is_level(levels, place)):
            return False
    return _arguments_are_there(step, level, places)


def _stands_free(order: Ordering, first: Step) -> bool:
    """Whether the first operation of a level needs nothing of its own statement but what stands inside it."""
    own = {
        each.earlier
        for each in order.before.get(first.index, ())
        if order.steps[each.earlier].statement == first.statement
    }
    return own <= set(first.needs)


def _is_level(levels: list[Level], place: Place) -> bool:
    return any(each.place == place and len(each.members) > 1 for each in levels)


def _arguments_are_there(step: Step, level: Level, places: dict[int, Place]) -> bool:
    return all(places[each] < level.place for each in step.needs)


def _moves_binding(order: Ordering, level: Level, places: dict[int, Place], step: Step) -> bool:
    """Whether the statement only binds the result, and the binding may move to the level."""
    statement = order.block.statements[step.statement]
    node = operation_of(step).node
    if not _only_binds(statement, node):
        return False
    is_last = order.block.kind == "module" and statement is order.block.statements[-1]
    if isinstance(statement, ast.Expr) and is_last:
        return False
    if step is level.members[0]:
        return True
    members = {each.index for each in level.members}
    before = order.before.get(order.rest(step.statement).index, ())
    return all(each.earlier in members or places[each.earlier] < level.place for each in before)


def _only_binds(statement: ast.stmt, node: ast.expr) -> bool:
    if isinstance(statement, ast.Expr):
        return statement.value is node
    target = simple_target(statement, node)
    return isinstance(statement, ast.Assign) and target is not None and _is_plain(target)


def _is_plain(target: ast.expr) -> bool:
    return all(
        isinstance(each, ast.Name | ast.Tuple | ast.List | ast.Starred | ast.expr_context)
        for each in ast.walk(target)
    )


def _write(made: Draft, order: Ordering, level: Level, taken: dict[ast.expr, str]) -> None:
    statements = order.block.statements
    targets: list[str] = []
    values: list[str] = []
    dropped = all(
        isinstance(statements[step.statement], ast.Expr) and step.index in level.direct
        for step in level.members
    )
    for step in level.members:
        operation = operation_of(step)
        values.append(awaitable_text(made, operation, taken))
        targets.append("" if dropped else _target(made, statements[step.statement], step, level))
    for step, target in zip(level.members, targets, strict=True):
        node = operation_of(step).node
        if step.index not in level.direct:
            taken[node] = target
    _place(made, order, level, _gathered(targets, values, statements[level.place[0]].col_offset), taken)


def _target(made: Draft, statement: ast.stmt, step: Step, level: Level) -> str:
    node = operation_of(step).node
    if step.index in level.direct:
        target = simple_target(statement, node)
        if target is not None:
            return beside(target, made.text)
    return made.names.new(f"{stem(operation_of(step).label)}_result")


def _gathered(targets: list[str], values: list[str], column: int) -> str:
    left = f"{', '.join(targets)} = " if any(targets) else ""
    short = f"{left}await asyncio.gather({', '.join(values)})"
    if column + len(short) <= WIDTH and "\n" not in short:
        return short
    pad = " " * column
    rows = "".join(f"{pad}{INDENT}{each},\n" for each in values)
    return f"{left}await asyncio.gather(\n{rows}{pad})"


def _place(made: Draft, order: Ordering, level: Level, text: str, taken: dict[ast.expr, str]) -> None:
    statements = order.block.statements
    first = level.members[0]
    anchor = statements[first.statement]
    if first.index in level.direct:
        made.edits.append(replace(anchor, text))
    else:
        made.before(anchor, text.split("\n") if "\n" not in text else [_dedented(text, anchor.col_offset)])
    for step in level.members:
        statement, node = statements[step.statement], operation_of(step).node
        if step.index not in level.direct:
            made.edits.append(replace(node, taken[node]))
        elif step is not first:
            made.edits.append(remove(statement, made.text))


def _dedented(text: str, column: int) -> str:
    pad = " " * column
    return "\n".join(row.removeprefix(pad) for row in text.split("\n"))
