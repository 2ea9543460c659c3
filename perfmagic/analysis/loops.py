"""Which loops may run their iterations side by side, and what stands in the way of the others.

The operations of all iterations, with the temporaries between them, become the *head*; the loop then runs again over finished results, so that everything behind the head (appends, stores, prints) happens in the
old order. Legal if no iteration's head touches what any other iteration, or the rest of its own, writes; temporaries that each iteration writes before it reads them are private.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.dependences import Dependence, Step, assumable, conflicts
from perfmagic.analysis.effects import Effects, Kind
from perfmagic.analysis.iterables import Iteration, iteration
from perfmagic.analysis.statements import (
    COMPREHENSIONS,
    DEFINITIONS,
    Lines,
    Operation,
    escapes,
    lines_of,
    simple_target,
)

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp
FAR = 10_000


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a loop must run one iteration after the other."""

    cause: str
    reason: str
    lines: Lines
    hint: str | None = None


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
    bound = _bound(head) | (
        {target.id} if isinstance(target := _only_target(last, operations), ast.Name) else set()
    )
    targets = _names(loop.target)
    private = frozenset(bound | targets)
    steps = analysis.steps[body.key]
    checks = (_closures(loop, private), _private(loop, private - targets), _writes(steps, at, private))
    obstacle = next((each for each in checks if each is not None), None)
    around = analysis.effects.of(loop, without=loop.body)
    moved = [
        each for each in steps if each.statement < at or (each.statement == at and each.role == "operation")
    ]
    if obstacle is None:
        obstacle = _iterable(around, steps, private, lines_of(loop.iter))
    found = [] if obstacle is not None else list(_crossing(body.key, steps, moved, private))
    kept = [each for each in found if not _covered(each, steps, assumed)]
    if obstacle is not None or kept:
        return obstacle or _obstacle(kept[0])
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


def _shape(analysis: Analysis, loop: ast.For, operations: Sequence[Operation]) -> Obstacle | None:
    lines = lines_of(loop)
    line = loop.lineno
    leaves = next(
        (each for statement in loop.body if (each := escapes(_as_block(statement))) is not None), None
    )
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


def _as_block(statement: ast.stmt) -> ast.stmt:
    return statement


def _only_target(last: ast.stmt, operations: Sequence[Operation]) -> ast.expr | None:
    return simple_target(last, operations[-1].node)


def _is_plain(target: ast.expr) -> bool:
    return all(
        isinstance(each, ast.Name | ast.Tuple | ast.List | ast.expr_context) for each in ast.walk(target)
    )


def _names(node: ast.AST) -> set[str]:
    return {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _ordered_names(node: ast.AST) -> tuple[str, ...]:
    return tuple(
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


def _ordered_bound(statement: ast.stmt) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ordered_names(statement)))


def _bound(head: Sequence[ast.stmt]) -> set[str]:
    return {name for statement in head for name in _names(statement)}


def _closures(loop: ast.For, private: frozenset[str]) -> Obstacle | None:
    for part in loop.body:
        for node in ast.walk(part):
            if not isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.GeneratorExp):
                continue
            for each in ast.walk(node):
                if isinstance(each, ast.Name) and each.id in private:
                    line = each.lineno
                    reason = f"line {line} keeps {each.id!r} in a function, which sees the value of the last iteration"
                    return Obstacle(cause="loop", reason=reason, lines=(line, line))
    return None


def _private(loop: ast.For, temporaries: frozenset[str]) -> Obstacle | None:
    """Check that each iteration writes its temporaries before it reads them."""
    written: set[str] = set()
    for statement in loop.body:
        for node in ast.walk(statement):
            reads = isinstance(node, ast.Name) and (
                isinstance(node.ctx, ast.Load) or isinstance(statement, ast.AugAssign)
            )
            if reads and isinstance(node, ast.Name) and node.id in temporaries - written:
                reason = f"line {node.lineno} reads {node.id!r}, which the iteration before wrote: each iteration needs the one before"
                return Obstacle(cause="loop", reason=reason, lines=(node.lineno, node.lineno))
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            written |= _names(statement)
    return None


def _writes(steps: Sequence[Step], at: int, private: frozenset[str]) -> Obstacle | None:
    """Check that the head writes nothing but its temporaries."""
    for step in steps:
        if step.statement >= at or step.role == "operation":
            continue
        for location in step.effects.writes:
            if location.kind is not Kind.NAME or location.label not in private:
                line = step.lines[0]
                reason = f"line {line} changes {location.label!r} between the operations of an iteration"
                return Obstacle(cause="loop", reason=reason, lines=step.lines)
    return None


def _iterable(
    around: Effects, steps: Sequence[Step], private: frozenset[str], lines: Lines
) -> Obstacle | None:
    line = lines[0]
    if around.barriers:
        return Obstacle(
            cause="loop",
            reason=f"line {line}: what the loop iterates over is not known",
            lines=lines,
            hint="make it a list first",
        )
    own = [each for each in around.writes if each.kind is not Kind.NAME or each.label not in private]
    if own:
        reason = f"iterating on line {line} changes {own[0].label!r}"
        return Obstacle(cause="loop", reason=reason, lines=lines, hint="make it a list first")
    for step in steps:
        for location in step.effects.writes & around.reads:
            if location.kind is not Kind.NAME or location.label not in private:
                reason = f"line {step.lines[0]} changes {location.label!r}, over which line {line} iterates"
                return Obstacle(cause="loop", reason=reason, lines=(line, step.lines[1]))
    return None


def _crossing(
    block: int, steps: Sequence[Step], moved: Sequence[Step], private: frozenset[str]
) -> Iterator[Dependence]:
    """Yield what keeps a moved step of one iteration behind any step of an earlier iteration, or of its own that stays behind."""
    for earlier in steps:
        for later in moved:
            other = replace(later, index=later.index + FAR, statement=later.statement + FAR, needs=())
            for each in conflicts(block, earlier, other):
                if not _is_private(each, earlier, later, private):
                    yield replace(each, later=later.index)


def _is_private(dependence: Dependence, earlier: Step, later: Step, private: frozenset[str]) -> bool:
    location = dependence.location
    if location is None:
        commits = dependence.kind == "control" and earlier.guard is None
        return commits and all(
            each.kind in {Kind.NAME} and each.label in private for each in later.effects.writes
        )
    if location.kind is not Kind.NAME or location.label not in private:
        return False
    return all(location not in step.hidden.reads | step.hidden.writes for step in (earlier, later))


def _covered(dependence: Dependence, steps: Sequence[Step], assumed: frozenset[int] | None) -> bool:
    return assumable(dependence, steps, assumed)


def _obstacle(dependence: Dependence) -> Obstacle:
    return Obstacle(
        cause="loop" if dependence.cause in {"flow", "anti", "output"} else dependence.cause,
        reason=f"{dependence.reason} (in another iteration)",
        lines=dependence.lines,
        hint=dependence.hint,
    )


def _comprehension_loop(
    analysis: Analysis, block: Block, statement: ast.stmt, loop: Comprehension, assumed: frozenset[int] | None
) -> FanOut | Obstacle:
    operations = _operations_in(analysis, loop)
    obstacle = _comprehension_shape(loop, operations)
    if obstacle is not None:
        return obstacle
    operation = operations[0]
    private = frozenset().union(*(_names(each.target) for each in loop.generators))
    effects = analysis.effects
    hidden = effects.of(
        operation.node, without=[each for each in ast.walk(operation.node) if isinstance(each, ast.Name)]
    )
    lines = lines_of(loop)
    step = Step(
        index=0,
        statement=0,
        role="operation",
        operation=operation,
        effects=effects.of(operation.node),
        lines=operation.lines,
        hidden=hidden,
    )
    rest = Step(
        index=1,
        statement=0,
        role="rest",
        operation=None,
        effects=effects.of(loop, without=[operation.node]),
        lines=lines,
    )
    obstacle = _iterable(rest.effects, [step], private, lines)
    if obstacle is not None:
        return obstacle
    found = list(_crossing(block.key, [step, rest], [step], private))
    kept = [each for each in found if not _covered(each, [step, rest], assumed)]
    if kept:
        return _obstacle(kept[0])
    return FanOut(
        block=block,
        statement=statement,
        loop=loop,
        targets=tuple(name for each in loop.generators for name in _ordered_names(each.target)),
        iteration=iteration(analysis, block, loop.generators[0].iter),
        head=(),
        last=None,
        operations=(operation,),
        temporaries=(),
        tail=False,
        waived=tuple(found),
    )


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
