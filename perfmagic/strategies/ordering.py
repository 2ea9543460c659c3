"""The order that must be kept in one block, after what the user told us to assume."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.dependences import Dependence, assumable
from perfmagic.analysis.statements import DEFINITIONS, Operation
from perfmagic.analysis.steps import Step
from perfmagic.model.options import Options


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
        Dependences that the user's assumption removed.
    waiting
        Indices of the statements that hold an ``await`` anywhere.
    """

    block: Block
    steps: tuple[Step, ...]
    before: Mapping[int, tuple[Dependence, ...]]
    waived: tuple[Dependence, ...]
    waiting: frozenset[int]

    @property
    def operations(self) -> tuple[Step, ...]:
        """The steps that are operations."""
        return tuple(each for each in self.steps if each.role == "operation")

    def rest(self, statement: int) -> Step:
        """Return the step that ends a statement."""
        return next(each for each in self.steps if each.statement == statement and each.role == "rest")

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
    steps = analysis.steps[block.key]
    before: dict[int, list[Dependence]] = {}
    waived: list[Dependence] = []
    for each in analysis.dependences_in(block.key):
        if assumable(each, steps, options.assume_independent):
            waived.append(each)
        else:
            before.setdefault(each.later, []).append(each)
    kept = {step: tuple(found) for step, found in before.items()}
    return Ordering(block=block, steps=steps, before=kept, waived=tuple(waived), waiting=_waiting(block))


def _waiting(block: Block) -> frozenset[int]:
    return frozenset(
        index
        for index, statement in enumerate(block.statements)
        if not isinstance(statement, DEFINITIONS)
        and any(isinstance(each, ast.Await) for each in ast.walk(statement))
    )


def assumptions(orderings: tuple[Ordering, ...]) -> tuple[str, ...]:
    """Return a sentence for each assumption of the user that was used."""
    found: dict[str, None] = {}
    for each in orderings:
        for waived in each.waived:
            found[f"assumed independent, as told: {waived.reason}."] = None
    return tuple(found)


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
        if reached[block.key] and block.kind != "class" and (block.may_await if asynchronous else True):
            found.append(block)
    return tuple(found)


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
