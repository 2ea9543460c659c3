"""Operations that happen only under a condition, where the condition is known before its turn.

    a = await f(1)                 the test needs neither ``a`` nor anything that could change until then, so
    if flag:                       ``g(2)`` may begin before ``f(1)`` has ended, if ``flag`` is true
        b = await g(2)

The invariant: the test is asked twice and gives the same answer twice, since nothing that it reads changes in between, and
asking it changes nothing.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.dependences import MOST_STEPS, conflicts
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.statements import Operation, lines_of
from perfmagic.analysis.steps import Step, operation_step
from perfmagic.analysis.waivers import waiver
from perfmagic.model.options import Options

TESTS = (
    ast.Name, ast.Constant, ast.UnaryOp, ast.Not, ast.USub, ast.BoolOp, ast.boolop, ast.Compare, ast.cmpop, ast.Attribute,
    ast.Subscript, ast.Call, ast.expr_context, ast.Tuple, ast.List, ast.Set,
)  # fmt: skip
"""What a test may consist of."""

LOOKING = frozenset({"len", "isinstance", "callable", "bool"})
"""Builtin functions that consume nothing."""

Condition = tuple[ast.expr, bool]
"""A test, and what it must give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hoist:
    """An operation under a condition that may begin before its statement.

    Attributes
    ----------
    step
        The operation as a step of the outer block, behind all others.
    statement
        Index of the statement in the outer block that holds it.
    conditions
        What must hold for it to happen, the outermost first.
    after
        Steps of the outer block that must end before it begins.
    """

    step: Step
    statement: int
    conditions: tuple[Condition, ...]
    after: frozenset[int]


def hoists_of(analysis: Analysis, block: Block, options: Options) -> tuple[Hoist, ...]:
    """Return the conditional operations of a block's statements that could begin earlier, in program order."""
    found: list[Hoist] = []
    if len(analysis.steps[block.key]) > MOST_STEPS:
        return ()
    for position, statement in enumerate(block.statements):
        if position == 0:
            continue
        for step, conditions in _conditional(analysis, block, position, statement):
            tests = [test for test, _ in conditions]
            probe = replace(step, index=len(analysis.steps[block.key]), statement=position, needs=())
            asked = _asked(analysis, probe, tests)
            # Asked again after the operation, the tests must not see what it has changed.
            if all(_is_known(analysis, each) for each in tests) and not any(conflicts(0, asked, probe)):
                after = _before(analysis, block, (probe, asked), options)
                found.append(Hoist(step=step, statement=position, conditions=conditions, after=after))
    return tuple(found)


def _conditional(
    analysis: Analysis, block: Block, position: int, statement: ast.stmt
) -> Iterator[tuple[Step, tuple[Condition, ...]]]:
    if isinstance(statement, ast.If):
        yield from _in_branches(analysis, block, statement, ())
        return
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr | ast.Return) and value is not None:
        for operation in analysis.operations:
            if operation.block == block.key and operation.statement == position and operation.conditional:
                conditions = _around(value, operation.node)
                if conditions is not None:
                    step = operation_step(statement, operation, {}, analysis.effects, 0)
                    if step.pinned is None and not _holds_operation(analysis, operation):
                        yield step, conditions


def _holds_operation(analysis: Analysis, outer: Operation) -> bool:
    inside = {id(each) for each in ast.walk(outer.node)} - {id(outer.node)}
    return any(id(each.node) in inside for each in analysis.operations)


def _in_branches(
    analysis: Analysis, block: Block, owner: ast.If, conditions: tuple[Condition, ...]
) -> Iterator[tuple[Step, tuple[Condition, ...]]]:
    for body, holds in ((owner.body, True), (owner.orelse, False)):
        inner = next(
            (
                each
                for each in analysis.blocks
                if each.parent == block.key and each.owner is owner and body and each.statements[0] is body[0]
            ),
            None,
        )
        if inner is None:
            continue
        here = (*conditions, (owner.test, holds))
        late = {each.later for each in analysis.dependences_in(inner.key)}
        for step in analysis.steps[inner.key]:
            if step.role == "operation" and step.index not in late and step.pinned is None and not step.needs:
                yield step, here
        if len(body) == 1 and isinstance(body[0], ast.If):
            yield from _in_branches(analysis, inner, body[0], here)


def _around(value: ast.expr, node: ast.expr) -> tuple[Condition, ...] | None:
    """Return what must hold for an operation in a conditional expression, ``None`` if it is no plain branch of one."""
    match value:
        case ast.IfExp(test=test, body=body) if body is node:
            return ((test, True),)
        case ast.IfExp(test=test, orelse=orelse) if orelse is node:
            return ((test, False),)
        case ast.BoolOp(op=ast.And(), values=[test, last]) if last is node:
            return ((test, True),)
        case ast.BoolOp(op=ast.Or(), values=[test, last]) if last is node:
            return ((test, False),)
        case _:
            return None


def _is_known(analysis: Analysis, test: ast.expr) -> bool:
    """Whether a test only looks at names and objects."""
    for each in ast.walk(test):
        if not isinstance(each, TESTS):
            return False
        if isinstance(each, ast.Call) and (
            analysis.effects.callee(each).kind != "builtin" or ast.unparse(each.func) not in LOOKING
        ):
            return False
        if isinstance(each, ast.Compare) and not _looks(each):
            return False
    found = analysis.effects.of(test)
    kinds = {each.kind for each in found.reads}
    return not found.writes and not found.barriers and kinds <= {Kind.NAME, Kind.OBJECT}


def _looks(node: ast.Compare) -> bool:
    """Whether a comparison consumes nothing: ``in`` would go on with an iterator."""
    sides = zip(node.ops, node.comparators, strict=True)
    return all(
        not isinstance(each, ast.In | ast.NotIn)
        or isinstance(side, ast.Constant | ast.Tuple | ast.List | ast.Set)
        for each, side in sides
    )


def _asked(analysis: Analysis, probe: Step, tests: Sequence[ast.expr]) -> Step:
    """Return the asking of the tests as a step at the place of the operation."""
    effects = analysis.effects.of(*tests)
    return replace(
        probe,
        role="lead",
        operation=None,
        effects=effects,
        lines=lines_of(tests[0]),
        guard=None,
        may_fail=False,
    )


def _before(analysis: Analysis, block: Block, both: tuple[Step, Step], options: Options) -> frozenset[int]:
    """Return the steps of the block that must end before the operation begins, or before its tests may be asked."""
    steps = analysis.steps[block.key]
    return frozenset(
        earlier.index
        for earlier in steps
        if earlier.statement < both[0].statement
        for later in both
        for each in conflicts(block.key, earlier, later)
        if waiver(each, (*steps, later), options) is None
    )
