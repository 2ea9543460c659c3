"""``asyncio.TaskGroup``, level by level: nothing outlives its group.

The operations of a level run in one group; every result is then taken where it was awaited, or right behind the group if a
later level needs it sooner. If an operation fails, the group cancels the others and raises an ``ExceptionGroup``: the plan
states as an assumption that none does, and a handler around the group forbids it.
"""

import ast
from collections.abc import Sequence

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.edits import remove
from perfmagic.analysis.parentheses import in_place
from perfmagic.analysis.parentheses import target as beside
from perfmagic.analysis.statements import simple_target
from perfmagic.analysis.steps import Step
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies.awaitables import awaitable_text
from perfmagic.strategies.awaiting import plan_awaiting
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.fan_out import rewrite_loops
from perfmagic.strategies.group_members import COMES_OUT, IN_A_GROUP, starts_in_group
from perfmagic.strategies.level_checks import acceptable, may_raise, notes_of
from perfmagic.strategies.level_text import comments_around, indented, lift
from perfmagic.strategies.levels import Level, levels_of
from perfmagic.strategies.loops_in_groups import GroupedLoops
from perfmagic.strategies.names import stem
from perfmagic.strategies.ordering import Ordering, operation_of, ordering
from perfmagic.strategies.outlining import with_outlines

NAME = "taskgroup"


def plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return the cell with independent awaits in task groups level by level, or why no two of them can share one."""
    return with_outlines(_plan, analysis, options)


def _plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    return plan_awaiting(NAME, analysis, options, _rewrite_block)


def _rewrite_block(made: Draft, block: Block, done: set[int]) -> bool:
    if block.key in done or block.parent in done:
        done.add(block.key)
        return False
    looped = rewrite_loops(made, block, GroupedLoops(made), done)
    return _rewrite(made, block) or looped


def _rewrite(made: Draft, block: Block) -> bool:
    order = ordering(made.analysis, block, made.options)
    levels = levels_of(order, lambda step: starts_in_group(made.analysis, operation_of(step)))
    if not levels:
        _explain(made, order)
        return False
    if not acceptable(made, order, levels, COMES_OUT):
        return False
    taken: dict[ast.expr, str] = {}
    for level in levels:
        moved = _moved(level, levels)
        _write(made, order, level, moved, taken)
        made.notes.extend(notes_of(order, level, moved))
    made.orderings.append(order)
    made.overlapped.extend(operation_of(each) for each in order.operations)
    if may_raise(made.analysis, [operation_of(step) for level in levels for step in level.members]):
        made.notes.append(IN_A_GROUP)
    return True


def _explain(made: Draft, order: Ordering) -> None:
    """Note a refusal if operations could share a level, and are just no coroutines."""
    for level in levels_of(order, lambda _: True):
        members = (each for each in level.members if not starts_in_group(made.analysis, operation_of(each)))
        odd = next(members, None)
        if odd is not None:
            line = odd.lines[0]
            reason = (
                f"what line {line} awaits is not known to be a coroutine, and a TaskGroup starts nothing else"
            )
            made.refuse("unknown", reason, odd.lines, "gather and tasks start whatever can be awaited")
            return


def _moved(level: Level, levels: Sequence[Level]) -> list[Step]:
    """Return the members whose binding a later level may need before their turn; all others take their result in place."""
    later = [each.place[0] for each in levels if each.place > level.place]
    return [
        step
        for step in level.members
        if step.index in level.direct and any(each <= step.statement for each in later)
    ]


def _write(
    made: Draft, order: Ordering, level: Level, moved: Sequence[Step], taken: dict[ast.expr, str]
) -> None:
    statements = order.block.statements
    group = made.names.new("group")
    started: list[str] = []
    bound: list[str] = []
    for step in level.members:
        operation, statement = operation_of(step), statements[step.statement]
        task = made.names.new(f"{stem(operation.label)}_task")
        target = simple_target(statement, operation.node)
        dropped = step.index in level.direct and target is None
        start = f"{group}.create_task({awaitable_text(made, operation, taken)})"
        started.extend([*comments_around(operation, made.text), start if dropped else f"{task} = {start}"])
        taken[operation.node] = f"{task}.result()"
        if target is not None and step in moved:
            bound.append(f"{beside(target, made.text)} = {taken[operation.node]}")
        if dropped or step in moved:
            made.edits.append(remove(statement, made.text))
        else:
            made.edits.append(in_place(operation.node, taken[operation.node], made.text))
    opening = [*lift(made, order, level), f"async with asyncio.TaskGroup() as {group}:"]
    made.before(statements[level.place[0]], [*opening, indented(started), *bound])
