"""Start early, await in place: every operation becomes a task as soon as what it needs is there.

Binding order, printed output and the first error in program order are kept by construction, and whatever still runs when
something raises is cancelled and awaited. Reaches the critical path where going level by level does not.

Arteca, Tip & Schäfer (2021), *Enabling Additional Parallelism in Asynchronous JavaScript Applications*, ECOOP, move
promises the same way.
"""

from collections.abc import Mapping, Sequence

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.edits import replace, segment
from perfmagic.analysis.parentheses import binds_tighter
from perfmagic.analysis.statements import Operation
from perfmagic.model.options import Options
from perfmagic.model.plan import Edit, Plan, Refusal
from perfmagic.strategies.awaitables import awaited_text, started_text
from perfmagic.strategies.awaiting import plan_awaiting
from perfmagic.strategies.cancelling import cancelling
from perfmagic.strategies.conditional_starts import starts_all
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.early_block import rewrite_block
from perfmagic.strategies.early_values import with_early_values
from perfmagic.strategies.fan_out import rewrite_loops
from perfmagic.strategies.loops_as_tasks import LoopsAsTasks
from perfmagic.strategies.ordering import ordering
from perfmagic.strategies.outlining import with_outlines
from perfmagic.strategies.start_early import Start

NAME = "tasks"


def plan(analysis: Analysis, options: Options) -> Plan | Refusal:
    """Return the cell with its independent awaits started early, or why nothing can be."""
    return with_outlines(_with_early_values, analysis, options, native=starts_all)


def _with_early_values(analysis: Analysis, options: Options) -> Plan | Refusal:
    return with_early_values(_plan, analysis, options)


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
        self._lists: dict[str, str] = {}

    def create(self, name: str, operation: Operation, helper: str | None) -> str:
        """Return ``name = asyncio.create_task(...)``, with what fits the kind of operation."""
        if helper is not None:
            return f"{name} = asyncio.create_task({helper}())"
        return f"{name} = {started_text(self._draft, operation)}"

    def take(self, name: str) -> str:
        """Return ``await name``."""
        return f"await {name}"

    def body(self, operation: Operation) -> str:
        """Return ``await expression``."""
        return awaited_text(self._draft, operation)

    def replaced(self, start: Start, name: str) -> Edit:
        """Replace what is awaited by the task, its parentheses too unless they hold a comment."""
        operation = start.operation
        node, expression = operation.node, operation.expression
        if operation.kind == "call":
            return self._waiting(operation, f"await {name}")
        enclosed = (node.end_lineno, node.end_col_offset) > (expression.end_lineno, expression.end_col_offset)
        if enclosed and "#" not in segment(self._draft.text, node):
            return replace(node, f"await {name}")
        return replace(expression, name)

    def kept(self, operation: Operation, /) -> Edit | None:
        """Hand a blocking call to a thread: in its place it would stop the tasks that are in flight."""
        return (
            self._waiting(operation, awaited_text(self._draft, operation))
            if operation.kind == "call"
            else None
        )

    def _waiting(self, operation: Operation, text: str) -> Edit:
        """Put an ``await`` where a call stood, in parentheses where something that binds tighter follows."""
        statement = self._draft.analysis.blocks[operation.block].statements[operation.statement]
        return replace(operation.node, f"({text})" if binds_tighter(statement, operation.node) else text)

    def added(self, name: str, operation: Operation, /) -> list[str]:
        """Note a task started later."""
        return [f"{self._lists[operation.kind]}.append({name})"]

    def opening(
        self, first: Mapping[str, Operation], found: Sequence[Operation], /
    ) -> tuple[list[str], bool]:
        """Collect the tasks and open the region that cancels them; a call in a thread can only be waited for."""
        lines: list[str] = []
        for kind, wish in (("await", "tasks"), ("call", "calls")):
            if any(each.kind == kind for each in found):
                self._lists[kind] = self._draft.names.new(wish)
                names = [name for name, each in first.items() if each.kind == kind]
                lines.append(f"{self._lists[kind]} = [{', '.join(names)}]")
        return [*lines, "try:"], False

    def closing(self) -> list[str]:
        """Cancel and await what is left."""
        return cancelling(self._lists.get("await"), self._draft.names.new("task"), self._lists.get("call"))
