"""Which loops give the same when their operations run in other processes."""

import ast
from collections.abc import Iterator, Sequence

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import FanOut, LoopForm
from perfmagic.analysis.statements import Operation, lines_of, simple_target
from perfmagic.strategies.process_safety import Unfit, unfit


def fitting(analysis: Analysis, found: LoopForm) -> LoopForm | Obstacle:
    """Return the loop, or why its operations stay in this process."""
    bad = _unfit(analysis, found)
    if bad is not None:
        return Obstacle(cause=bad.kind, reason=bad.reason, lines=lines_of(found.loop), hint=bad.hint)
    odd = next(_kept_objects(found), None) if isinstance(found, FanOut) else None
    if odd is None:
        return found
    reason = f"line {odd.lineno} keeps in a name what another process would give a copy of"
    hint = "write it into the arguments of the call"
    return Obstacle(cause="loop", reason=reason, lines=lines_of(odd), hint=hint)


def _unfit(analysis: Analysis, found: LoopForm) -> Unfit | None:
    """Return why the operations stay in this process; it is enough if one of them is worth another process."""
    reasons = [unfit(analysis, each, [each.node]) for each in found.operations]
    if not reasons:
        return Unfit("loop", f"line {found.loop.lineno} calls nothing that could leave this process")
    forbidding = next((each for each in reasons if each is not None and each.kind != "nothing"), None)
    return forbidding or (None if None in reasons else reasons[0])


def _kept_objects(fan: FanOut) -> Iterator[ast.stmt]:
    """Yield the statements of the head that bind anything but what an operation gives: it would come back as a copy."""
    for each in fan.head:
        if not _binds_operation(each, fan.operations):
            yield each
    yield from (*fan.around, *fan.sunk)


def _binds_operation(statement: ast.stmt, operations: Sequence[Operation]) -> bool:
    return any(
        isinstance(simple_target(statement, each.node), ast.Name)
        or (isinstance(statement, ast.Expr) and statement.value is each.node)
        for each in operations
    )
