"""Start early, await in place: every operation becomes a task as soon as what it needs is there.

Binding order, printed output and the first error in program order are kept by construction, and whatever still runs when
something raises is cancelled and awaited. Reaches the critical path where going level by level does not.

Arteca, Tip & Schäfer (2021), *Enabling Additional Parallelism in Asynchronous JavaScript Applications*, ECOOP, move
promises the same way.
"""

import ast
from collections.abc import Sequence

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.edits import replace, segment
from perfmagic.analysis.parentheses import argument, awaited
from perfmagic.model.options import Options
from perfmagic.model.plan import Edit, Plan, Refusal
from perfmagic.strategies.awaitables import awaitable
from perfmagic.strategies.awaiting import plan_awaiting
from perfmagic.strategies.cancelling import cancelling
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.early_block import rewrite_block
from perfmagic.strategies.fan_out import rewrite_loops
from perfmagic.strategies.loops_as_tasks import LoopsAsTasks
from perfmagic.strategies.ordering import ordering
from perfmagic.strategies.separate_lines import with_separate_lines
from perfmagic.strategies.start_early import Start

NAME = "tasks"


def plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return the cell with its independent awaits started early, or why nothing can be."""
    return with_separate_lines(_plan, analysis, options)


def _plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    return plan_awaiting(NAME, analysis, options, _rewrite)


def _rewrite(made: Draft, block: Block, done: set[int]) -> bool:
    if block.key in done or block.parent in done:
        done.add(block.key)
        return False
    looped = rewrite_loops(made, block, LoopsAsTasks(made), done)
    order = ordering(made.analysis, block, made.options)
    return rewrite_block(made, order, TaskStyle(made)) or looped


class TaskStyle:
    """Writes started operations as asyncio tasks, collected so that leaving early cancels them."""

    suffix = "task"
    helper = "async def"

    def __init__(self, made: Draft) -> None:
        self._draft = made
        self._tasks = ""

    def create(self, name: str, expression: ast.expr, helper: str | None) -> str:
        """Return ``name = asyncio.create_task(...)``, with what fits the kind of awaitable."""
        if helper is not None:
            return f"{name} = asyncio.create_task({helper}())"
        text = argument(expression, segment(self._draft.text, expression))
        return f"{name} = {awaitable(self._draft.analysis, expression, text)}"

    def take(self, name: str) -> str:
        """Return ``await name``."""
        return f"await {name}"

    def body(self, expression: ast.expr) -> str:
        """Return ``await expression``."""
        return f"await {awaited(expression, self._draft.text)}"

    def replaced(self, start: Start, name: str) -> Edit:
        """Replace what is awaited by the task, its parentheses too unless they hold a comment."""
        node = start.operation.node
        expression = start.operation.expression
        enclosed = (node.end_lineno, node.end_col_offset) > (expression.end_lineno, expression.end_col_offset)
        if enclosed and "#" not in segment(self._draft.text, node):
            return replace(node, f"await {name}")
        return replace(expression, name)

    def added(self, name: str, /) -> list[str]:
        """Note a task started later."""
        return [f"{self._tasks}.append({name})"]

    def opening(self, names: Sequence[str], _count: int, /) -> tuple[list[str], bool]:
        """Collect the tasks and open the region that cancels them."""
        self._tasks = self._draft.names.new("tasks")
        return [f"{self._tasks} = [{', '.join(names)}]", "try:"], False

    def closing(self) -> list[str]:
        """Cancel and await what is left."""
        task = self._draft.names.new("task")
        return cancelling(self._tasks, task)
