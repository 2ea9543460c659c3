"""How far a cell's dependences let it overlap: work, span and the ceiling of a speedup.

The durations come from an instrumented run of the cell as written. For each run of a block the longest path through its
dependences is what remains of the sum of its operations; code that is no operation counts in both work and span.

Blumofe & Leiserson (1999), *Scheduling Multithreaded Computations by Work Stealing*, J. ACM 46(5), give work and span; the
bound with ``k`` slots is Brent's (1974).
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.conditional import Hoist, hoists_of
from perfmagic.analysis.dependences import Dependence
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.hidden_waits import hidden_waits
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import InPlace, LoopForm
from perfmagic.analysis.loops import loops_of
from perfmagic.analysis.statements import COMPREHENSIONS, Operation
from perfmagic.analysis.steps import Step
from perfmagic.analysis.waivers import waiver
from perfmagic.model.comparison import Bound
from perfmagic.model.options import Options
from perfmagic.model.run import Span


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that a piece of code took, and seconds that it would take with everything overlapped that may be."""

    work_s: float
    span_s: float

    @property
    def saved_s(self) -> float:
        """What overlapping may save."""
        return self.work_s - self.span_s


FREE = Cost(0.0, 0.0)


def bound(
    analysis: Analysis,
    spans: Sequence[Span],
    wall_s: float,
    *,
    options: Options | None = None,
) -> Bound:
    """Return work and span of a cell, in seconds.

    Parameters
    ----------
    analysis
        The cell.
    spans
        One value for each operation that an instrumented run of the cell as written executed.
    wall_s
        Seconds that this run took: the work.
    options
        What the user told us to assume; nothing if left out.
    """
    measured = _Measured(analysis, spans, options or Options())
    saved_s = measured.saved_under(None)
    return Bound(work_s=wall_s, span_s=max(wall_s - saved_s, 0.0))


def ceiling(limit: Bound, *, slots: int | None, serial_s: float) -> float:
    """Return the largest speedup that the dependences, the slots and the serial part allow; at least 1.

    Parameters
    ----------
    limit
        Work and span.
    slots
        Operations that can be in flight at once, ``None`` if nothing bounds them.
    serial_s
        CPU seconds that must be spent one after the other, 0 if none.
    """
    shared_s = limit.work_s / slots if slots else 0.0
    longest_s = max(limit.span_s, shared_s, serial_s)
    return max(limit.work_s / longest_s, 1.0) if longest_s > 0 else 1.0


class _Measured:
    """Durations by operation, and the walk over the blocks that they belong to."""

    def __init__(self, analysis: Analysis, spans: Sequence[Span], options: Options) -> None:
        self._analysis = analysis
        self._spans = spans
        self._options = options
        hidden = hidden_waits(analysis)
        self._operations = (*analysis.operations, *hidden)
        self._hidden = frozenset(each.key for each in hidden)
        self._children: dict[int | None, list[int]] = {}
        for index, each in enumerate(spans):
            self._children.setdefault(each.parent, []).append(index)
        found = _independent_loops(analysis, options)
        self._fans = frozenset(id(each.statement) for each in found)
        self._scattered = frozenset(
            id(each.statement) for each in found if isinstance(each, InPlace) and not each.paired
        )

    def saved_under(self, parent: int | None) -> float:
        """Return the seconds that overlapping may save among the operations that one span encloses."""
        inside = [each for each in self._children.get(parent, []) if self._is_known(each)]
        tops: dict[int, list[int]] = {}
        for index in inside:
            block = self._analysis.blocks[self._operations[self._spans[index].operation].block]
            tops.setdefault(_top(self._analysis.blocks, block).key, []).append(index)
        saved = sum(
            self._block(self._analysis.blocks[key], found, None).saved_s for key, found in tops.items()
        )
        hidden = [each for each in self._children.get(parent, []) if not self._is_known(each)]
        return saved + sum(self.saved_under(each) for each in hidden)

    def _is_known(self, index: int) -> bool:
        return 0 <= self._spans[index].operation < len(self._operations)

    def _cost(self, index: int) -> Cost:
        span = self._spans[index]
        work_s = max(span.end_s - span.start_s, 0.0)
        return Cost(work_s, max(work_s - self.saved_under(index), 0.0))

    def _turns(self, block: Block, found: Sequence[int]) -> list[list[int]]:
        """Split the spans of a loop's body into turns: a new one begins where the body's own order goes back."""
        if block.kind not in {"for", "while", "function"}:
            return [list(found)] if found else []
        turns: list[list[int]] = []
        seen: set[int] = set()
        last = 0
        for index in sorted(found, key=lambda each: self._spans[each].start_s):
            operation = self._operations[self._spans[index].operation]
            direct = _is_once(self._analysis.blocks, operation, block)
            place = _place(self._analysis.blocks, operation, block)
            if not turns or place < last or (direct and operation.key in seen):
                turns.append([])
                seen.clear()
            if direct:
                seen.add(operation.key)
            last = place
            turns[-1].append(index)
        return turns

    def _run(self, block: Block, found: Sequence[int]) -> Cost:
        """Return the cost of one run: the sum of its steps, and the longest path through them."""
        steps = self._analysis.steps[block.key]
        costs = [
            FREE if step.role == "lead" else self._step(block, step.statement, step.operation, found)
            for step in steps
        ]
        before: dict[int, list[int]] = {}
        for each in self._analysis.dependences_in(block.key):
            if not (is_renamable(each, steps) or waiver(each, steps, self._options) is not None):
                before.setdefault(each.later, []).append(each.earlier)
        early = _early(self._analysis, block, self._options)
        ends: list[float] = []
        for index, cost in enumerate(costs):
            start_s = max((ends[each] for each in before.get(index, ())), default=0.0)
            hoisted = early.get(steps[index].statement, ()) if steps[index].role == "rest" else ()
            spans = [(each, self._span_of(each, found)) for each in hoisted]
            alone = [max((ends[at] for at in each.after), default=0.0) + span_s for each, span_s in spans]
            left_s = max(cost.span_s - sum(span_s for _, span_s in spans), 0.0)
            ends.append(max([start_s + left_s, *alone]) if spans else start_s + cost.span_s)
        return Cost(sum(each.work_s for each in costs), max(ends, default=0.0))

    def _span_of(self, hoist: Hoist, found: Sequence[int]) -> float:
        operations = self._operations
        own = [each for each in found if operations[self._spans[each].operation] is hoist.step.operation]
        return sum(self._cost(each).span_s for each in own)

    def _step(self, block: Block, statement: int, operation: Operation | None, found: Sequence[int]) -> Cost:
        operations = self._operations
        here = [(each, operations[self._spans[each].operation]) for each in found]
        if operation is not None:
            return _in_turn([self._cost(each) for each, of in here if of is operation])
        node = block.statements[statement]
        repeated = [
            (each, of)
            for each, of in here
            if of.block == block.key and of.statement == statement and of.conditional
        ]
        waits = [each for each, of in repeated if of.key in self._hidden]
        costs = [self._cost(each) for each, of in repeated if of.key not in self._hidden]
        own = _side_by_side(costs) if id(node) in self._fans else _in_turn(costs)
        if id(node) in self._scattered:
            return _side_by_side(
                [
                    self._cost(each)
                    for each, of in here
                    if _stands_in(self._analysis.blocks, block, statement, of)
                ]
            )
        inner = [
            each for each in self._analysis.blocks if each.parent == block.key and each.position == statement
        ]
        if waits and isinstance(node, ast.AsyncFor) and id(node) in self._fans:
            return self._pipeline(inner[0], waits, here)
        bodies = [
            self._block(
                each, [index for index, of in here if _is_inside(self._analysis.blocks, of.block, each)], node
            )
            for each in inner
        ]
        return _in_turn([*(self._cost(each) for each in waits), own, *bodies])

    def _pipeline(self, body: Block, waits: Sequence[int], here: Sequence[tuple[int, Operation]]) -> Cost:
        """Return the cost of a loop whose turns may begin as soon as the iterator has got to them."""
        found = [index for index, of in here if _is_inside(self._analysis.blocks, of.block, body)]
        steps = [(self._spans[each].end_s, self._cost(each)) for each in waits]
        whole = _in_turn([cost for _, cost in steps])
        ends = [whole.span_s]
        work_s = whole.work_s
        for turn in self._turns(body, found):
            begin_s = min(self._spans[each].start_s for each in turn)
            cost = self._run(body, turn)
            ends.append(sum(step.span_s for end_s, step in steps if end_s <= begin_s) + cost.span_s)
            work_s += cost.work_s
        return Cost(work_s, max(ends))

    def _block(self, block: Block, found: Sequence[int], owner: ast.stmt | None) -> Cost:
        """Return the cost of all turns of a block."""
        turns = [self._run(block, turn) for turn in self._turns(block, found)]
        return _side_by_side(turns) if owner is not None and id(owner) in self._fans else _in_turn(turns)


def _independent_loops(analysis: Analysis, options: Options) -> list[LoopForm]:
    found = (each for block in analysis.blocks for each in loops_of(analysis, block, options))
    return [each for each in found if not isinstance(each, Obstacle)]


def _early(analysis: Analysis, block: Block, options: Options) -> dict[int, list[Hoist]]:
    """Return, by statement, the conditional operations that may begin before their turn."""
    found: dict[int, list[Hoist]] = {}
    for each in hoists_of(analysis, block, options):
        found.setdefault(each.statement, []).append(each)
    return found


def _top(blocks: Sequence[Block], block: Block) -> Block:
    """Return the block of the definition, or of the cell, in which a block stands."""
    while block.parent is not None and block.kind not in {"function", "class"}:
        block = blocks[block.parent]
    return block


def _stands_in(blocks: Sequence[Block], block: Block, statement: int, operation: Operation) -> bool:
    """Whether an operation stands in a statement of a block, at any depth."""
    each = blocks[operation.block]
    position = operation.statement
    while each.key != block.key and each.parent is not None:
        position, each = each.position, blocks[each.parent]
    return each.key == block.key and position == statement


def _place(blocks: Sequence[Block], operation: Operation, outer: Block) -> int:
    """Return the index of the statement of a block in which an operation stands, at any depth."""
    key, position = operation.block, operation.statement
    while key != outer.key:
        block = blocks[key]
        if block.parent is None:
            return 0
        key, position = block.parent, block.position
    return position


def _is_once(blocks: Sequence[Block], operation: Operation, outer: Block) -> bool:
    """Whether an operation happens at most once in each turn of a block: no inner loop repeats it."""
    each = blocks[operation.block]
    while each.key != outer.key and each.parent is not None and each.kind not in {"for", "while", "function"}:
        each = blocks[each.parent]
    return each.key == outer.key and not (operation.conditional and _is_repeated(blocks, operation))


def _is_repeated(blocks: Sequence[Block], operation: Operation) -> bool:
    """Whether the operation stands in a comprehension, and not only in a branch of an expression."""
    statement = blocks[operation.block].statements[operation.statement]
    loops = (each for each in ast.walk(statement) if isinstance(each, COMPREHENSIONS))
    nodes = {id(operation.node), id(operation.expression)}
    return any(id(each) in nodes for loop in loops for each in ast.walk(loop))


def _is_inside(blocks: Sequence[Block], key: int, outer: Block) -> bool:
    block: Block | None = blocks[key]
    while block is not None and block.key != outer.key:
        leaves = block.kind in {"function", "class"} or block.parent is None
        block = None if leaves or block.parent is None else blocks[block.parent]
    return block is not None


def is_renamable(dependence: Dependence, steps: Sequence[Step]) -> bool:
    """Whether a fresh name for a binding would remove the dependence: it keeps no value from getting where it is needed."""
    location = dependence.location
    if location is None or location.kind is not Kind.NAME or dependence.kind not in {"anti", "output"}:
        return False
    return "rest" in {steps[dependence.earlier].role, steps[dependence.later].role}


def _in_turn(costs: Sequence[Cost]) -> Cost:
    return Cost(sum(each.work_s for each in costs), sum(each.span_s for each in costs))


def _side_by_side(costs: Sequence[Cost]) -> Cost:
    return Cost(sum(each.work_s for each in costs), max((each.span_s for each in costs), default=0.0))
