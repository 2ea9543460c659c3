"""What an ``asyncio.TaskGroup`` can start, and what its errors are like."""

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.statements import Operation
from perfmagic.strategies.awaitables import is_coroutine_call

IN_A_GROUP = "no operation of a group fails: TaskGroup raises an ExceptionGroup, not the error itself, and cancels the others."
"""The assumption of every rewrite with a group whose operations may raise."""

COMES_OUT = "an ExceptionGroup in place of the error"


def starts_in_group(analysis: Analysis, operation: Operation) -> bool:
    """Whether a group can start the operation: ``create_task`` takes nothing but coroutines."""
    if operation.kind == "call" or is_coroutine_call(analysis, operation.expression):
        return True
    callee = analysis.effects.callee(operation.expression)
    return callee.kind == "user" and callee.awaits
