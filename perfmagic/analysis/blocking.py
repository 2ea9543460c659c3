"""Which blocking calls of code that awaits may run in a thread beside the loop.

Only calls that surely wait: a thread gains nothing for plain Python code, and costs more than a cheap call. The invariant: such
a call touches nothing that belongs to the loop's own thread, and changes no context variable, since a thread gets a copy.
"""

import ast
from collections.abc import Sequence

from perfmagic.analysis.blocks import Block
from perfmagic.analysis.effects import Effects, Kind
from perfmagic.analysis.machine import Callee
from perfmagic.analysis.values import Function

THREAD_BOUND = frozenset({Kind.TASK, Kind.LOOP, Kind.EXCLUSIVE})
"""What must stay with the thread that made it: tasks, primitives of the loop, connections that check their thread."""


OF_ONE_THREAD = frozenset(
    {
        "current_thread", "get_ident", "get_native_id", "main_thread", "thread_time", "thread_time_ns", "get_running_loop",
        "get_event_loop", "current_task",
    }
)  # fmt: skip
"""Names of functions whose answer is that of the thread that calls them."""

OF_THE_LOOP = frozenset(
    {
        "all_tasks", "create_task", "ensure_future", "put_nowait", "get_nowait", "set_result", "set_exception", "call_soon",
        "call_later", "add_done_callback",
    }
)  # fmt: skip
"""Names of functions that may be called in the thread of an event loop alone, where they are of its objects."""


def bound_to_its_thread(functions: Sequence[Function], names: frozenset[str] = OF_ONE_THREAD) -> str | None:
    """Return what in the text of functions means something else in another thread, ``None`` if nothing was found."""
    for function in functions:
        for node in ast.walk(function.node):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
            if name in names:
                return f"{name}()"
    return None


def may_stop_iteration(functions: Sequence[Function]) -> bool:
    """Whether functions may raise StopIteration, which a task cannot take from a thread: before Python 3.12 it waits forever."""
    return any(
        (isinstance(node, ast.Name) and node.id == "StopIteration")
        or (isinstance(node, ast.Attribute) and node.attr == "__next__")
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "next"
            and len(node.args) == 1
        )
        for function in functions
        for node in ast.walk(function.node)
    )


def may_leave_the_loop(callee: Callee, effects: Effects) -> bool:
    """Whether a call with these effects of its own waits, and gives the same result in another thread."""
    if not callee.blocking or callee.awaits or callee.kind == "unknown" or effects.barriers:
        return False
    touched = effects.reads | effects.writes
    if any(each.kind in THREAD_BOUND for each in touched):
        return False
    changed = {each.kind for each in effects.writes}
    waits = any(each.kind is Kind.CLOCK for each in effects.reads)
    return waits and not changed & {Kind.CLOCK, Kind.CONTEXT}


def may_hold_threads(block: Block, blocks: tuple[Block, ...]) -> bool:
    """Whether calls of a block may be handed to threads: a deadline must not cut off a call that it could not reach before."""
    each: Block | None = block
    while each is not None and each.kind not in {"function", "class"}:
        owner = each.owner
        if isinstance(owner, ast.AsyncWith) and any("timeout" in ast.unparse(item) for item in owner.items):
            return False
        if each.kind in {"for", "while"}:
            return False
        each = None if each.parent is None else blocks[each.parent]
    return True
