"""What a strategy that waits level by level must look at before it writes, and what it must state.

An error of one operation comes out in another way than in the cell as written: the first in time, or in a group. So
nothing that could tell the difference may stand around a level, and the plan says what it takes for granted.
"""

import ast
from collections.abc import Collection, Iterator, Sequence

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.bound_names import bound_names
from perfmagic.analysis.statements import Lines, Operation
from perfmagic.analysis.steps import Step
from perfmagic.strategies.awaitables import always_raises
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.levels import Level
from perfmagic.strategies.ordering import Ordering, operation_of
from perfmagic.strategies.start_early import is_safe

PROGRAM_ORDER = "tasks keeps the first error in program order"
SUPPRESSING = frozenset({"suppress", "raises", "assertRaises", "catch_warnings"})
"""Names of context managers that look at the error which leaves their block."""


def acceptable(
    made: Draft, order: Ordering, levels: Sequence[Level], comes_out: str, *, alone: str | None = None
) -> bool:
    """Whether all levels of a block may be written; notes a refusal if not.

    Parameters
    ----------
    comes_out
        How the error of an operation comes out, such as ``the error that comes first in time``.
    alone
        What is unusual where no two operations of a level may fail, after ``the error of line 3``, if that is something else.
    """
    widest = max(levels, key=lambda each: len(each.members))
    line = widest.members[0].lines[0]
    span = (line, widest.members[-1].lines[1])
    members = [step for level in levels for step in level.members]
    failing = [step for step in members if always_raises(made.analysis, operation_of(step).expression)]
    if len(widest.members) > made.options.limit:
        count = len(widest.members)
        reason = f"{count} operations from line {line} on would be in flight at once, more than the limit of {made.options.limit}"
        made.refuse("limit", reason, span, f"--limit {count}")
        return False
    if failing:
        where = failing[0].lines
        reason = f"line {where[0]} raises: {made.strategy} would raise {comes_out}"
        made.refuse("control", reason, where, PROGRAM_ORDER)
        return False
    told = _coming_out(levels, comes_out, alone)
    operations = [operation_of(step) for step in members]
    if may_raise(made.analysis, operations) and not unwatched(made, order.block, span, told):
        return False
    moved = [order.block.statements[each] for level in levels for each in level.lifted]
    return made.alone([*(order.block.statements[step.statement] for step in members), *moved])


def _coming_out(levels: Sequence[Level], usually: str, alone: str | None) -> str:
    """Return how an error comes out: there is no first in time where no level has two members that may fail."""
    failing = [
        [step for step in level.members if step.may_fail or not is_safe(operation_of(step).expression)]
        for level in levels
    ]
    if alone is None or max(map(len, failing)) != 1:
        return usually
    return f"the error of line {next(steps[0].lines[0] for steps in failing if steps)} {alone}"


def may_raise(analysis: Analysis, operations: Sequence[Operation]) -> bool:
    """Whether one of the operations, or the evaluation of its arguments, may raise."""
    return any(
        analysis.effects.callee(each.node).may_raise or not is_safe(each.expression) for each in operations
    )


def unwatched(made: Draft, block: Block, span: Lines, comes_out: str) -> bool:
    """Whether nothing around a block looks at the error of an operation; notes a refusal if something does."""
    handler = next(_handlers(made.analysis, block, frozenset()), None)
    if handler is None:
        return True
    if isinstance(handler, ast.Try | ast.TryStar):
        watcher = f"the handlers of the try statement on line {handler.lineno}"
    else:
        watcher = f"the with statement on line {handler.lineno}"
    made.refuse("control", f"{watcher} would see {comes_out}", span, PROGRAM_ORDER)
    return False


def _handlers(analysis: Analysis, block: Block, seen: frozenset[int]) -> Iterator[ast.stmt]:
    """Yield the statements around a block, and around the calls of its function, that look at errors from inside it."""
    each: Block | None = block
    while each is not None and each.key not in seen:
        seen |= {each.key}
        owner = each.owner
        if each.kind == "try" and isinstance(owner, ast.Try | ast.TryStar) and owner.handlers:
            yield owner
        if isinstance(owner, ast.With | ast.AsyncWith) and any(_suppresses(item) for item in owner.items):
            yield owner
        if each.kind == "function" and isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef):
            called = analysis.effects.called.get(owner)
            for site in called.sites if called is not None else ():
                for place in _blocks_with(analysis, site):
                    yield from _handlers(analysis, place, seen)
            return
        each = None if each.parent is None else analysis.blocks[each.parent]


def _blocks_with(analysis: Analysis, site: ast.AST) -> Iterator[Block]:
    """Yield the innermost block that holds a node."""
    found = analysis.memo.of("innermost blocks", lambda: _innermost(analysis)).get(site)
    if found is not None:
        yield found


def _innermost(analysis: Analysis) -> dict[ast.AST, Block]:
    """Return for each node the innermost block that holds it: inner blocks come after outer ones."""
    return {
        node: block
        for block in analysis.blocks
        for statement in block.statements
        for node in ast.walk(statement)
    }


def _suppresses(item: ast.withitem) -> bool:
    call = item.context_expr
    function = call.func if isinstance(call, ast.Call) else None
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in SUPPRESSING


def notes_of(order: Ordering, level: Level, moved: Collection[Step]) -> Iterator[str]:
    """Yield what is taken for granted when a level is written, beside that its operations do not fail.

    Parameters
    ----------
    moved
        The members whose binding moves to the level.
    """
    for index in level.lifted:
        rest = order.rest(index)
        if rest.may_fail:
            yield f"line {rest.lines[0]}, which now runs before line {level.members[0].lines[0]} has ended, does not fail."
    for each in _passed_over(order, level, moved):
        last = max(moved, key=lambda step: step.statement)
        yield f"line {each.lines[0]} does not fail: line {last.lines[0]} binds its result before it."


def _passed_over(order: Ordering, level: Level, moved: Collection[Step]) -> Iterator[Step]:
    """Yield the steps that may fail and that the moved bindings of a level pass over."""
    own = {each.statement for each in moved} | set(level.lifted)
    last = max((each.statement for each in moved), default=0)
    for each in order.steps:
        between = level.place[0] < each.statement < last and each.statement not in own
        if between and each.role == "rest" and (each.may_fail or _unbinds(order.block, each.statement)):
            yield each


def _unbinds(block: Block, index: int) -> bool:
    """Whether a statement deletes a name that no statement before it in the block binds."""
    deleted = block.statements[index]
    if not isinstance(deleted, ast.Delete):
        return False
    bound = bound_names(block.statements[:index])
    return any(not isinstance(each, ast.Name) or each.id not in bound for each in deleted.targets)
