"""A thread pool for calls that block: start early, take the result in place.

Only calls whose effects are known and shared with nothing are moved to a thread. Plain Python code gains nothing there
while the interpreter lock holds; the ceiling says so.
"""

import ast
import sys
from collections.abc import Mapping, Sequence

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.parentheses import in_place, returned
from perfmagic.analysis.statements import Operation
from perfmagic.model.options import Options
from perfmagic.model.plan import Edit, Plan, Refusal
from perfmagic.strategies.draft import Draft, draft, finish
from perfmagic.strategies.early_block import rewrite_block
from perfmagic.strategies.fan_out import rewrite_loops
from perfmagic.strategies.loops_in_threads import ThreadLoops
from perfmagic.strategies.ordering import ordering, rewritable_blocks
from perfmagic.strategies.refusals import explain, precondition
from perfmagic.strategies.separate_lines import with_separate_lines
from perfmagic.strategies.start_early import Start
from perfmagic.strategies.thread_pool import pool, submission
from perfmagic.strategies.thread_settings import usual_settings_only

NAME = "threads"


def plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return the cell with its independent blocking calls in threads, or why none can be."""
    return with_separate_lines(_plan, analysis, options)


def _plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    if analysis.awaits:
        reason = "the cell awaits; a pool would block the loop it awaits on."
        return Refusal(strategy=NAME, kind="nothing", reason=reason, hint="gather and tasks apply to awaits")
    refusal = precondition(NAME, analysis, wants_await=False)
    if refusal is not None:
        return refusal
    made = draft(NAME, analysis, options)
    done: set[int] = set()
    changed = [_rewrite(made, block, done) for block in rewritable_blocks(analysis, asynchronous=False)]
    if not any(changed):
        return explain(made)
    made.imports["from concurrent.futures import ThreadPoolExecutor"] = None
    return finish(made, slots=made.in_flight, one_thread=_has_lock())


def _has_lock() -> bool:
    enabled = getattr(sys, "_is_gil_enabled", None)
    return True if enabled is None else bool(enabled())


def _rewrite(made: Draft, block: Block, done: set[int]) -> bool:
    if block.key in done or block.parent in done:
        done.add(block.key)
        return False
    if not usual_settings_only(made, block):
        return False
    looped = rewrite_loops(made, block, ThreadLoops(made), done)
    order = ordering(made.analysis, block, made.options)
    return rewrite_block(made, order, ThreadStyle(made)) or looped


class ThreadStyle:
    """Writes started operations as futures of one pool."""

    suffix = "future"
    helper = "def"

    def __init__(self, made: Draft) -> None:
        self._draft = made
        self._executor = ""

    def create(self, name: str, operation: Operation, helper: str | None) -> str:
        """Return ``name = executor.submit(function, arguments)``."""
        expression = operation.expression
        if helper is not None or not isinstance(expression, ast.Call):
            return f"{name} = {self._executor}.submit({helper})"
        return f"{name} = {submission(self._executor, expression, self._draft.text)}"

    def take(self, name: str) -> str:
        """Return ``name.result()``."""
        return f"{name}.result()"

    def body(self, operation: Operation) -> str:
        """Return the call itself."""
        return returned(operation.expression, self._draft.text)

    def replaced(self, start: Start, name: str) -> Edit:
        """Replace the call by its future's result."""
        return in_place(start.operation.expression, f"{name}.result()", self._draft.text)

    def kept(self, _operation: Operation, /) -> None:
        """Nothing: a call in its turn stays as it is."""
        return

    def added(self, _name: str, _operation: Operation, /) -> list[str]:
        """Nothing to note: the pool knows its futures."""
        return []

    def opening(
        self, _first: Mapping[str, Operation], found: Sequence[Operation], /
    ) -> tuple[list[str], bool]:
        """Open the pool around the block."""
        count = len(found)
        self._executor = self._draft.names.new("executor")
        workers = min(count, self._draft.options.workers or count)
        self._draft.in_flight = max(self._draft.in_flight, workers + 1)
        return [pool(self._executor, workers)], True

    def closing(self) -> list[str]:
        """Nothing: leaving the block waits for the threads."""
        return []
