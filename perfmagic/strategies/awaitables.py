"""What is known about the thing that an operation calls: how to start it, how many fit at once, whether it can only fail."""

import ast
import inspect
import types
from collections.abc import Mapping

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.edits import segment
from perfmagic.analysis.parentheses import argument, arguments_of, awaited, without_margin
from perfmagic.analysis.statements import Operation
from perfmagic.analysis.surroundings import live
from perfmagic.strategies.draft import Draft


def awaitable_text(draft: Draft, operation: Operation, taken: Mapping[ast.expr, str] | None = None) -> str:
    """Return what is awaited for an operation, as it may stand among the arguments of a call, in lines without indentation.

    An await gives its own expression; a blocking call is handed to a thread: ``asyncio.to_thread(function, arguments)``.
    ``taken`` maps operations inside it to the names that hold their results.
    """
    return without_margin(_in_its_layout(draft, operation, taken), operation.expression, draft.text)


def _in_its_layout(draft: Draft, operation: Operation, taken: Mapping[ast.expr, str] | None) -> str:
    expression = operation.expression
    if operation.kind == "await" or not isinstance(expression, ast.Call):
        return argument(expression, segment(draft.text, expression, taken))
    function = argument(expression.func, segment(draft.text, expression.func, taken))
    arguments = arguments_of(expression, draft.text, taken)
    gap = "" if arguments.startswith(("\n", " ")) or not arguments else " "
    return f"asyncio.to_thread({function}{',' if arguments else ''}{gap}{arguments})"


def started_text(draft: Draft, operation: Operation, taken: Mapping[ast.expr, str] | None = None) -> str:
    """Return the expression that starts an operation of either kind: a task for a coroutine, a future for anything else."""
    text = awaitable_text(draft, operation, taken)
    if operation.kind == "call":
        return f"asyncio.create_task({text})"
    return awaitable(draft.analysis, operation.expression, text)


def awaited_text(draft: Draft, operation: Operation, taken: Mapping[ast.expr, str] | None = None) -> str:
    """Return the expression that does an operation of either kind and waits for it."""
    if operation.kind == "call":
        return f"await {_in_its_layout(draft, operation, taken)}"
    return f"await {awaited(operation.expression, draft.text, taken)}"


def awaitable(analysis: Analysis, expression: ast.expr, text: str) -> str:
    """Return the expression that starts an awaitable: a task for a coroutine, a future for anything else."""
    starter = "create_task" if is_coroutine_call(analysis, expression) else "ensure_future"
    return f"asyncio.{starter}({text})"


def is_coroutine_call(analysis: Analysis, expression: ast.expr) -> bool:
    """Whether the expression surely calls a coroutine function."""
    if not isinstance(expression, ast.Call):
        return False
    function = expression.func
    if isinstance(function, ast.Name):
        defined = [each for each in analysis.definitions if each.name == function.id]
        if defined:
            return all(isinstance(each, ast.AsyncFunctionDef) and not each.decorator_list for each in defined)
    return inspect.iscoroutinefunction(live(function, analysis.namespace))


def always_raises(analysis: Analysis, expression: ast.expr) -> bool:
    """Whether the called function has no way to return."""
    if not isinstance(expression, ast.Call):
        return False
    function = live(expression.func, analysis.namespace)
    if isinstance(function, types.FunctionType):
        import dis  # noqa: PLC0415 - only cells with errors in them get here

        names = {each.opname for each in dis.get_instructions(function.__code__)}
        return not names & {"RETURN_VALUE", "RETURN_CONST"}
    return False


def slots_of(analysis: Analysis, draft: Draft) -> int | None:
    """Return how many of the overlapped operations fit at once: the smallest pool among them, or the limit of a loop."""
    found = [draft.options.limit] if draft.bounded else []
    for operation in draft.overlapped:
        for node in (operation.node, *_inside(analysis, operation.expression)):
            slots = analysis.effects.callee(node).slots
            if slots is not None:
                found.append(slots)
    return min(found, default=None)


def _inside(analysis: Analysis, expression: ast.expr) -> list[ast.AST]:
    """Return what the function of the cell that an operation calls does itself: it takes connections there."""
    name = (
        expression.func.id
        if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name)
        else None
    )
    bodies = [each for each in analysis.definitions if each.name == name]
    return [node for each in bodies for node in ast.walk(each) if isinstance(node, ast.Await | ast.Call)]
