"""Why nothing in a cell can overlap although no dependence stands between two of its operations."""

import ast

from perfmagic.analysis.blocks import Block
from perfmagic.analysis.hints import otherwise
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loops import loops_of
from perfmagic.analysis.statements import COMPREHENSIONS, Lines, Operation
from perfmagic.model.plan import Refusal
from perfmagic.strategies.draft import Draft

ALONE = "nothing can overlap with a single operation: only a faster one helps"
APART = "put the operations into one block, one statement each"
CALLED = "call it in this cell: only what the cell runs itself is changed"
ANY_CASE = "if it may happen in any case, give it a statement of its own before"
KNOWN_TURNS = "if the turns are known before the loop begins, write it as a for loop over them"


def nothing_overlaps(draft: Draft, operations: list[Operation]) -> Refusal:
    """Return the reason; ``operations`` are those that the cell is sure to run itself."""
    if not operations:
        return _not_run(draft)
    looped = _loops(draft, operations)
    if looped is not None:
        return looped
    if (conditional := next((each for each in operations if each.conditional), None)) is not None:
        return _conditional(draft, conditional)
    turning = [each for each in operations if draft.analysis.blocks[each.block].kind == "while"]
    if turning:
        return _while(draft, turning[0])
    mine = {each.key for each in operations}
    for steps in draft.analysis.steps:
        for step in steps:
            if step.pinned is not None and step.operation is not None and step.operation.key in mine:
                return _refusal(draft, "control", step.pinned, step.lines, otherwise("control", step.pinned))
    if len(operations) == 1:
        only = operations[0].lines
        return _refusal(draft, "nothing", f"line {only[0]} holds the only operation", only, ALONE)
    reason = f"the operations on {_listed(operations)} stand in different blocks"
    return _refusal(draft, "nothing", reason, operations[0].lines, APART)


def _loops(draft: Draft, operations: list[Operation]) -> Refusal | None:
    """Return what keeps the iterations of a loop apart, or that the strategy does not write this one."""
    analysis = draft.analysis
    inside = {_around_loop(draft, each) for each in operations}
    inside |= {each.block for each in operations if each.conditional}
    for key in sorted(each for each in inside if each is not None):
        for found in loops_of(analysis, analysis.blocks[key], draft.options):
            if isinstance(found, Obstacle):
                hint = found.hint or otherwise(found.cause, found.reason)
                return _refusal(draft, found.cause, found.reason, found.lines, hint)
            if draft.strategy == "taskgroup":
                reason = f"a task group does not write the loop around line {operations[0].lines[0]}"
                return _refusal(
                    draft, "nothing", reason, operations[0].lines, "gather and tasks may write it"
                )
    return None


def _around_loop(draft: Draft, operation: Operation) -> int | None:
    """Return the block that holds the innermost ``for`` statement around an operation."""
    block = draft.analysis.blocks[operation.block]
    while block.parent is not None and block.kind not in {"for", "function", "class"}:
        block = draft.analysis.blocks[block.parent]
    return block.parent if block.kind == "for" else None


def _refusal(draft: Draft, kind: str, reason: str, lines: Lines, hint: str) -> Refusal:
    return Refusal(strategy=draft.strategy, kind=kind, reason=f"{reason}.", lines=lines, hint=hint)


def _not_run(draft: Draft) -> Refusal:
    """Say that the cell defines a function with operations, and why that one stays as it is."""
    kind = "await" if draft.analysis.awaits else "call"
    first = next(
        (each for each in draft.analysis.operations if each.kind == kind), draft.analysis.operations[0]
    )
    block = draft.analysis.blocks[first.block]
    while block.parent is not None and block.kind not in {"function", "class"}:
        block = draft.analysis.blocks[block.parent]
    owner = block.owner
    line = first.lines[0]
    if not isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef):
        reason = f"the operation on line {line} stands in a class body"
        return _refusal(draft, "nothing", reason, first.lines, APART)
    called = draft.analysis.effects.called.get(owner)
    if owner.decorator_list:
        reason = f"line {line} stands in {owner.name}(), which is decorated: what calls it is not known"
        hint = f"take the decorator from {owner.name}(), or put the operations into a function without one"
        return _refusal(draft, "unknown", reason, first.lines, hint)
    if called is not None and called.escaped:
        reason = f"line {line} stands in {owner.name}(), which is handed on: what calls it is not known"
        return _refusal(draft, "unknown", reason, first.lines, CALLED)
    if called is not None and called.count:
        reason, hint = _called(owner)
        return _refusal(
            draft, "control", f"line {line} stands in {owner.name}(), {reason}", first.lines, hint
        )
    reason = f"the cell does not itself run the operation on line {line}: it only defines {owner.name}()"
    return _refusal(draft, "nothing", reason, first.lines, CALLED)


def _called(owner: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, str]:
    """Return why a function that the cell calls stays as it is, and what to do."""
    if any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(owner)):
        return "which gives its values one at a time", "collect the results in a function without yield"
    return "which is called from code that stays as it is", CALLED


def _conditional(draft: Draft, operation: Operation) -> Refusal:
    line = operation.lines[0]
    statement = draft.analysis.blocks[operation.block].statements[operation.statement]
    if any(isinstance(each, COMPREHENSIONS) for each in ast.walk(statement)):
        reason = f"line {line}: how often {operation.label!r} happens is decided while the statement runs"
    else:
        reason = f"line {line}: whether {operation.label!r} happens is decided while the statement runs"
    return _refusal(draft, "control", reason, operation.lines, ANY_CASE)


def _while(draft: Draft, operation: Operation) -> Refusal:
    """Say what a turn of a while loop has of the one before, if a name tells, or that it decides about the next."""
    block = draft.analysis.blocks[operation.block]
    assert isinstance(block.owner, ast.While)
    line = block.owner.lineno
    carried = _carried(block, operation)
    if carried is None:
        reason = f"whether the loop on line {line} goes on is decided in each turn"
        return _refusal(draft, "loop", reason, (line, operation.lines[1]), KNOWN_TURNS)
    name, written = carried
    reason = f"line {operation.lines[0]} reads {name!r}, which line {written} writes for the next turn"
    return _refusal(draft, "loop", reason, (operation.lines[0], written), KNOWN_TURNS)


def _carried(block: Block, operation: Operation) -> tuple[str, int] | None:
    read = {each.id for each in ast.walk(operation.node) if isinstance(each, ast.Name)}
    for statement in block.statements:
        for each in ast.walk(statement):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.id in read:
                return each.id, each.lineno
    return None


def _listed(operations: list[Operation]) -> str:
    *most, last = sorted({each.lines[0] for each in operations})
    return f"lines {', '.join(map(str, most))} and {last}" if most else f"line {last}"
