"""Which blocking calls of code that awaits may run in a thread beside the loop.

Only calls that surely wait: a thread gains nothing for plain Python code, and costs more than a cheap call. The invariant: such
a call touches nothing that belongs to the loop's own thread, and changes no context variable, since a thread gets a copy.
"""

import ast

from perfmagic.analysis.blocks import Block
from perfmagic.analysis.effects import Effects, Kind
from perfmagic.analysis.machine import Callee

THREAD_BOUND = frozenset({Kind.TASK, Kind.LOOP, Kind.EXCLUSIVE})
"""What must stay with the thread that made it: tasks, primitives of the loop, connections that check their thread."""


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
