"""``asyncio.gather``, level by level: the code that everybody knows.

A binding that cannot move with its operation stays where it was and takes a temporary name. An error is the one that comes
first in time, and the operations beside it go on: the plan states that as an assumption.
"""

import ast

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.edits import indent_of, remove, replace, string_lines
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
from perfmagic.strategies.level_checks import acceptable, may_raise, notes_of
from perfmagic.strategies.level_text import comments_around, indented, lift
from perfmagic.strategies.levels import Level, levels_of
from perfmagic.strategies.loops_gathered import FIRST_IN_TIME, GatheredLoops
from perfmagic.strategies.names import stem
from perfmagic.strategies.ordering import Ordering, operation_of, ordering
from perfmagic.strategies.outlining import with_outlines

NAME = "gather"
WIDTH = 88
_COMES_OUT = "the error that comes first in time"
_ALONE = "while the other operations go on"


def plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return the cell with independent awaits gathered level by level, or why no two of them can share a level."""
    return with_outlines(_plan, analysis, options)


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
    levels = levels_of(order, lambda _: True)
    if not levels or not acceptable(made, order, levels, _COMES_OUT, alone=_ALONE):
        return False
    taken: dict[ast.expr, str] = {}
    for level in levels:
        _write(made, order, level, taken)
        moved = [step for step in level.members if step.index in level.direct]
        made.notes.extend(notes_of(order, level, moved))
    made.orderings.append(order)
    made.overlapped.extend(operation_of(each) for each in order.operations)
    if may_raise(made.analysis, [operation_of(step) for level in levels for step in level.members]):
        made.notes.append(FIRST_IN_TIME)
    return True


def _write(made: Draft, order: Ordering, level: Level, taken: dict[ast.expr, str]) -> None:
    statements = order.block.statements
    targets: list[str] = []
    values: list[list[str]] = []
    dropped = all(
        isinstance(statements[step.statement], ast.Expr) and step.index in level.direct
        for step in level.members
    )
    for step in level.members:
        operation = operation_of(step)
        values.append([*comments_around(operation, made.text), awaitable_text(made, operation, taken)])
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


def _gathered(targets: list[str], values: list[list[str]], column: int) -> str:
    """Return the statement that gathers the values, each of which may have comments before it."""
    left = f"{', '.join(targets)} = " if any(targets) else ""
    short = f"{left}await asyncio.gather({', '.join(each[-1] for each in values)})"
    bare = all(len(each) == 1 for each in values)
    if bare and column + len(short) <= WIDTH and "\n" not in short:
        return short
    rows = indented([row for each in values for row in (*each[:-1], f"{each[-1]},")])
    return f"{left}await asyncio.gather(\n{rows}\n)"


def _place(made: Draft, order: Ordering, level: Level, text: str, taken: dict[ast.expr, str]) -> None:
    statements = order.block.statements
    first = level.members[0]
    anchor = statements[first.statement]
    above = lift(made, order, level)
    if above:
        made.before(anchor, above)
    if first.index in level.direct:
        made.edits.append(replace(anchor, _below(text, indent_of(anchor, made.text))))
    else:
        made.before(anchor, [text])
    for step in level.members:
        statement, node = statements[step.statement], operation_of(step).node
        if step.index not in level.direct:
            made.edits.append(in_place(node, taken[node], made.text))
        elif step is not first:
            made.edits.append(remove(statement, made.text))


def _below(text: str, margin: str) -> str:
    """Return a text as it stands behind a margin: its first line is there already, lines in strings stay as they are."""
    kept = string_lines(text) | {1}
    rows = enumerate(text.split("\n"), start=1)
    return "\n".join(row if number in kept else f"{margin}{row}" for number, row in rows)
