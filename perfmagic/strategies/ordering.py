"""The order that must be kept in one block, after what the user told us to assume."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.dependences import Dependence
from perfmagic.analysis.own_names import own_names
from perfmagic.analysis.scope_names import scope_names
from perfmagic.analysis.statements import DEFINITIONS, Operation
from perfmagic.analysis.steps import Step
from perfmagic.analysis.timing import measured
from perfmagic.analysis.waivers import sentences, waiver
from perfmagic.model.options import Options
from perfmagic.strategies.early_failures import fails_early
from perfmagic.strategies.outline_checks import surely_bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """Steps of a block and, for each, what must end before it starts.

    Attributes
    ----------
    block
        The block.
    steps
        Its steps in program order.
    before
        For each step index the dependences on earlier steps.
    waived
        Dependences that the user's options removed.
    told
        For them, the sentences that say what is taken for granted.
    operations
        The steps that are operations.
    unsure
        Indices of the operations whose arguments name something that may not be bound.
    waiting
        Indices of the statements that wait anywhere: ``await``, ``async for``, ``async with``.
    ends
        For each index of a statement the index of its last step.
    """

    block: Block
    steps: tuple[Step, ...]
    before: Mapping[int, tuple[Dependence, ...]]
    waived: tuple[Dependence, ...]
    told: tuple[str, ...]
    operations: tuple[Step, ...]
    unsure: frozenset[int]
    waiting: frozenset[int]
    ends: Mapping[int, int]

    def rest(self, statement: int) -> Step:
        """Return the step that ends a statement."""
        return self.steps[self.ends[statement]]

    def ancestors(self, step: int) -> frozenset[int]:
        """Return every step that must end before this one, directly or not."""
        found: set[int] = set()
        pending = [step]
        while pending:
            for each in self.before.get(pending.pop(), ()):
                if each.earlier not in found:
                    found.add(each.earlier)
                    pending.append(each.earlier)
        return frozenset(found)


def ordering(analysis: Analysis, block: Block, options: Options) -> Ordering:
    """Return what must stay in order in a block."""
    if analysis.blocks[block.key] is not block:
        return _ordering(analysis, block, options)
    return analysis.memo.of(("ordering", block.key, options), lambda: _ordering(analysis, block, options))


def _ordering(analysis: Analysis, block: Block, options: Options) -> Ordering:
    steps = analysis.steps[block.key]
    before: dict[int, list[Dependence]] = {}
    waived: list[tuple[Dependence, str]] = []
    for each in analysis.dependences_in(block.key):
        assumed = waiver(each, steps, options)
        if assumed is not None:
            waived.append((each, assumed))
        else:
            before.setdefault(each.later, []).append(each)
    if options.ignore_sleeps:
        steps = _without_pauses(steps)
    return Ordering(
        block=block,
        steps=steps,
        operations=tuple(each for each in steps if each.role == "operation"),
        unsure=frozenset(_unsure(analysis, block, steps)),
        before={step: tuple(found) for step, found in before.items()},
        waived=tuple(each for each, _ in waived),
        told=sentences(waived, steps, options),
        waiting=_waiting(block),
        ends={each.statement: each.index for each in steps if each.role == "rest"},
    )


def _unsure(analysis: Analysis, block: Block, steps: tuple[Step, ...]) -> Iterator[int]:
    """Yield the operations whose arguments may fail, as by a name that is not bound: early, that would be before their turn."""
    have = surely_bound(analysis, block, 0) | set(analysis.namespace) | set(dir(builtins))
    own = scope_names(block.scope).stored
    bound = scope_names(analysis.tree).binders
    done = 0
    for step in steps:
        if step.operation is None:
            continue
        for each in block.statements[done : step.statement]:
            names = own_names(each).sure
            if isinstance(each, ast.Delete):
                have -= names
            else:
                have |= names
        done = step.statement
        loads = {each.id for each in ast.walk(step.operation.expression) if isinstance(each, ast.Name)}
        if loads & own - have or fails_early(analysis, step.operation.expression, bound):
            yield step.index


def _without_pauses(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps with the cell's own pauses as operations like any other."""
    return tuple(replace(each, guard=None, pinned=None) if each.pause else each for each in steps)


def _waiting(block: Block) -> frozenset[int]:
    return frozenset(
        index
        for index, statement in enumerate(block.statements)
        if not isinstance(statement, DEFINITIONS) and any(_waits(each) for each in ast.walk(statement))
    )


def _waits(node: ast.AST) -> bool:
    if isinstance(node, ast.comprehension):
        return bool(node.is_async)
    return isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)


def assumptions(orderings: tuple[Ordering, ...]) -> tuple[str, ...]:
    """Return a sentence for each assumption of the user that was used."""
    return tuple(dict.fromkeys(each for order in orderings for each in order.told))


def operation_of(step: Step) -> Operation:
    """Return the operation of an operation step."""
    assert step.operation is not None
    return step.operation


def rewritable_blocks(analysis: Analysis, *, asynchronous: bool) -> tuple[Block, ...]:
    """Return the blocks that the cell is sure to run itself: its own, and those of definitions that it calls."""
    found: list[Block] = []
    reached: dict[int | None, bool] = {None: True}
    for block in analysis.blocks:
        reached[block.key] = reached[block.parent] and _runs(analysis, block)
        if (
            reached[block.key]
            and block.kind != "class"
            and (_awaits(analysis, block) if asynchronous else True)
            and not is_timed(analysis, block)
        ):
            found.append(block)
    return tuple(found)


def is_timed(analysis: Analysis, block: Block) -> bool:
    """Whether the cell reads the clock before and after the statement that holds a block."""
    if block.parent is None or block.kind == "function":
        return False
    return measured(analysis, analysis.blocks[block.parent], block.position) is not None


def _awaits(analysis: Analysis, block: Block) -> bool:
    """Whether a block may await: a cell that awaits nothing itself stays one."""
    return block.may_await and (analysis.awaits or not isinstance(block.scope, ast.Module))


def _runs(analysis: Analysis, block: Block) -> bool:
    if block.kind != "function":
        return True
    owner = block.owner
    assert isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef)
    called = analysis.effects.called.get(owner)
    known = called is not None and called.count > 0 and not called.escaped
    return known and not owner.decorator_list and not _is_generator(owner)


def _is_generator(owner: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    pending: list[ast.AST] = list(owner.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))
    return False
