"""Which loops may run their iterations side by side, and what stands in the way of the others.

The operations of all iterations, with the temporaries between them, become the *head*; the loop then runs again over
finished results, so that everything behind the head (appends, stores, prints) happens in the old order. Legal if no
iteration's head touches what any other iteration, or the rest of its own, writes; temporaries that each iteration
writes before it reads them, and objects that it makes, are private to it.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.dependences import Dependence, assumable, severity
from perfmagic.analysis.iterables import Iteration, iteration
from perfmagic.analysis.loop_checks import (
    Obstacle,
    Private,
    carried,
    closure_over,
    crossing,
    head_writes,
    iterable_obstacle,
    obstacle_of,
    seen_by_callee,
    stored_names,
)
from perfmagic.analysis.statements import (
    COMPREHENSIONS,
    DEFINITIONS,
    Operation,
    escapes,
    lines_of,
    simple_target,
)
from perfmagic.analysis.steps import Step

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """A loop whose iterations may overlap.

    Attributes
    ----------
    block
        The block that holds the statement.
    statement
        The ``for`` statement, or the statement whose value is the comprehension.
    loop
        The ``for`` statement or the comprehension.
    targets
        Names that the loop binds for each item.
    iteration
        What is iterated over, and how.
    head
        Statements of the body before the last one with an operation; they move into the operation's function.
    last
        The last statement of the body that holds an operation, ``None`` for a comprehension.
    operations
        All operations, in order.
    temporaries
        Names that the head binds.
    tail
        Whether statements follow ``last``.
    waived
        Dependences that only the user's assumption removed.
    """

    block: Block
    statement: ast.stmt
    loop: ast.For | Comprehension
    targets: tuple[str, ...]
    iteration: Iteration
    head: tuple[ast.stmt, ...]
    last: ast.stmt | None
    operations: tuple[Operation, ...]
    temporaries: tuple[str, ...]
    tail: bool
    waived: tuple[Dependence, ...]

    @property
    def simple(self) -> bool:
        """Whether each iteration is one operation and nothing else before it."""
        return not self.head and len(self.operations) == 1


def loops_of(analysis: Analysis, block: Block, assumed: frozenset[int] | None) -> Iterator[FanOut | Obstacle]:
    """Yield a result for each loop with operations whose statement stands in the block."""
    for statement in block.statements:
        if isinstance(statement, ast.For):
            body = next(each for each in analysis.blocks if each.owner is statement and each.kind == "for")
            if _holds_operation(analysis, statement):
                yield _for_loop(analysis, block, body, statement, assumed)
        elif not isinstance(statement, DEFINITIONS):
            loop = _comprehension(statement)
            if loop is not None and _operations_in(analysis, loop):
                yield _comprehension_loop(analysis, block, statement, loop, assumed)


def _holds_operation(analysis: Analysis, loop: ast.For) -> bool:
    inside = {id(each) for statement in loop.body for each in ast.walk(statement)}
    return any(id(each.node) in inside for each in analysis.operations)


def _comprehension(statement: ast.stmt) -> Comprehension | None:
    value = getattr(statement, "value", None)
    wanted = isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr)
    return value if wanted and isinstance(value, ast.ListComp | ast.SetComp | ast.DictComp) else None


def _operations_in(analysis: Analysis, node: ast.AST) -> list[Operation]:
    inside = {id(each) for each in ast.walk(node)}
    return [each for each in analysis.operations if id(each.node) in inside]


def _for_loop(
    analysis: Analysis, block: Block, body: Block, loop: ast.For, assumed: frozenset[int] | None
) -> FanOut | Obstacle:
    operations = [each for each in analysis.operations if each.block == body.key]
    obstacle = _shape(analysis, loop, operations)
    if obstacle is not None:
        return obstacle
    at = max(each.statement for each in operations)
    head, last = loop.body[:at], loop.body[at]
    target = _only_target(last, operations)
    bound = _bound(head) | ({target.id} if isinstance(target, ast.Name) else set[str]())
    targets = stored_names(loop.target)
    private = Private(frozenset(bound | targets), analysis.effects.private_to(*loop.body))
    steps = analysis.steps[body.key]
    called = analysis.effects.of(*head, *(each.node for each in operations), without=_written_names(loop))
    checks = (
        _pinned(steps),
        seen_by_callee(called, private.names, lines_of(loop)),
        closure_over(loop, private.names),
        carried(loop, private.names - targets),
        head_writes(steps, at, private),
    )
    obstacle = next((each for each in checks if each is not None), None)
    around = analysis.effects.of(loop, without=loop.body)
    moved = [
        each for each in steps if each.statement < at or (each.statement == at and each.role == "operation")
    ]
    if obstacle is None:
        obstacle = iterable_obstacle(around, steps, private, lines_of(loop.iter))
    found = [] if obstacle is not None else list(crossing(body.key, steps, moved, private))
    kept = [each for each in found if not _covered(each, steps, assumed)]
    if obstacle is not None or kept:
        return obstacle or obstacle_of(min(kept, key=severity))
    return FanOut(
        block=block,
        statement=loop,
        loop=loop,
        targets=_ordered_names(loop.target),
        iteration=iteration(analysis, block, loop.iter),
        head=tuple(head),
        last=last,
        operations=tuple(operations),
        temporaries=tuple(name for statement in head for name in _ordered_bound(statement)),
        tail=at + 1 < len(loop.body),
        waived=tuple(found),
    )


def _written_names(loop: ast.For) -> list[ast.AST]:
    return [each for part in loop.body for each in ast.walk(part) if isinstance(each, ast.Name)]


def _pinned(steps: Sequence[Step]) -> Obstacle | None:
    step = next((each for each in steps if each.pinned is not None), None)
    return None if step is None else Obstacle(cause="control", reason=step.pinned or "", lines=step.lines)


def _shape(analysis: Analysis, loop: ast.For, operations: Sequence[Operation]) -> Obstacle | None:
    lines = lines_of(loop)
    line = loop.lineno
    leaves = next((each for statement in loop.body if (each := escapes(statement)) is not None), None)
    if leaves is not None:
        reason = f"line {leaves.lineno} may end the loop or the iteration, and later operations must then not happen"
        return Obstacle(cause="control", reason=reason, lines=lines_of(leaves))
    if not operations or any(each.conditional for each in operations):
        return Obstacle(
            cause="loop",
            reason=f"the operations of the loop on line {line} do not run once in each iteration",
            lines=lines,
        )
    if len(_operations_in(analysis, loop)) != len(operations) or loop.orelse:
        return Obstacle(
            cause="loop",
            reason=f"the loop on line {line} holds operations inside other statements",
            lines=lines,
        )
    if not _is_plain(loop.target):
        return Obstacle(
            cause="loop", reason=f"the loop on line {line} stores its items into an object", lines=lines
        )
    at = max(each.statement for each in operations)
    odd = next(
        (each for each in loop.body[:at] if not isinstance(each, ast.Assign | ast.AnnAssign | ast.Expr)), None
    )
    last = loop.body[at]
    if odd is None and not isinstance(last, ast.Assign | ast.AnnAssign | ast.Expr | ast.AugAssign):
        odd = last
    if odd is not None or any(
        isinstance(each, ast.NamedExpr) for part in loop.body for each in ast.walk(part)
    ):
        where = odd or last
        return Obstacle(
            cause="loop",
            reason=f"line {where.lineno} is not a plain assignment or call",
            lines=lines_of(where),
        )
    return None


def _only_target(last: ast.stmt, operations: Sequence[Operation]) -> ast.expr | None:
    return simple_target(last, operations[-1].node)


def _is_plain(target: ast.expr) -> bool:
    return all(
        isinstance(each, ast.Name | ast.Tuple | ast.List | ast.Starred | ast.expr_context)
        for each in ast.walk(target)
    )


def _ordered_names(node: ast.AST) -> tuple[str, ...]:
    return tuple(
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


def _ordered_bound(statement: ast.stmt) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ordered_names(statement)))


def _bound(head: Sequence[ast.stmt]) -> set[str]:
    return {name for statement in head for name in stored_names(statement)}


def _covered(dependence: Dependence, steps: Sequence[Step], assumed: frozenset[int] | None) -> bool:
    return assumable(dependence, steps, assumed)


def _comprehension_loop(
    analysis: Analysis, block: Block, statement: ast.stmt, loop: Comprehension, assumed: frozenset[int] | None
) -> FanOut | Obstacle:
    operations = _operations_in(analysis, loop)
    obstacle = _comprehension_shape(loop, operations)
    if obstacle is not None:
        return obstacle
    names = frozenset(name for each in loop.generators for name in stored_names(each.target))
    element = loop.value if isinstance(loop, ast.DictComp) else loop.elt
    private = Private(names, analysis.effects.private_to(element))
    step, rest = _comprehension_steps(analysis, loop, operations[0])
    obstacle = iterable_obstacle(rest.effects, [step], private, rest.lines)
    if obstacle is not None:
        return obstacle
    found = list(crossing(block.key, [step, rest], [step], private))
    kept = [each for each in found if not _covered(each, [step, rest], assumed)]
    if kept:
        return obstacle_of(min(kept, key=severity))
    return FanOut(
        block=block,
        statement=statement,
        loop=loop,
        targets=tuple(name for each in loop.generators for name in _ordered_names(each.target)),
        iteration=iteration(analysis, block, loop.generators[0].iter),
        head=(),
        last=None,
        operations=(operations[0],),
        temporaries=(),
        tail=False,
        waived=tuple(found),
    )


def _comprehension_steps(analysis: Analysis, loop: Comprehension, operation: Operation) -> tuple[Step, Step]:
    """Return the operation, and everything else in the comprehension, as two steps."""
    effects, node = analysis.effects, operation.node
    names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
    step = Step(
        index=0,
        statement=0,
        role="operation",
        operation=operation,
        effects=effects.of(node),
        lines=operation.lines,
        hidden=effects.of(node, without=names),
        made=effects.private_to(node),
    )
    elements = (loop.key, loop.value) if isinstance(loop, ast.DictComp) else (loop.elt,)
    around = effects.of(*loop.generators, *elements, without=[node])
    rest = Step(index=1, statement=0, role="rest", operation=None, effects=around, lines=lines_of(loop))
    return step, rest


def _comprehension_shape(loop: Comprehension, operations: Sequence[Operation]) -> Obstacle | None:
    lines = lines_of(loop)
    result = loop.value if isinstance(loop, ast.DictComp) else loop.elt
    inside = {id(each) for each in ast.walk(result)}
    nested = any(
        isinstance(each, (*COMPREHENSIONS, ast.Lambda, ast.BoolOp, ast.IfExp, ast.NamedExpr))
        for each in ast.walk(result)
    )
    if (
        len(operations) != 1
        or any(isinstance(each, ast.NamedExpr) for part in loop.generators for each in ast.walk(part))
        or id(operations[0].node) not in inside
        or nested
        or any(each.is_async for each in loop.generators)
    ):
        reason = f"line {lines[0]}: the comprehension does more than one plain operation for each item"
        return Obstacle(cause="loop", reason=reason, lines=lines)
    exact = operations[0].node is result and not isinstance(loop, ast.DictComp)
    if not exact and (len(loop.generators) > 1 or loop.generators[0].ifs):
        reason = f"line {lines[0]}: the comprehension filters or nests loops around more than the operation"
        return Obstacle(cause="loop", reason=reason, lines=lines)
    return None
