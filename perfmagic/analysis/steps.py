"""The pieces of a block that are kept in order, or not, as wholes."""

import ast
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from perfmagic.analysis.blocks import Block
from perfmagic.analysis.effects import NOTHING, Effects, Kind, Location
from perfmagic.analysis.guards import guard_of
from perfmagic.analysis.own_names import own_names
from perfmagic.analysis.statements import (
    COMPOUND,
    DEFINITIONS,
    Lines,
    Operation,
    escapes,
    lines_of,
    own_expressions,
)

FAILING = (ast.Call, ast.Subscript, ast.Await, ast.BinOp, ast.Attribute, ast.For, ast.Import, ast.ImportFrom)
TIME = Location(Kind.CLOCK, "clock", "the clock")
FRAME_BOUND = frozenset({"super", "locals", "vars", "dir", "eval", "exec"})
"""Builtins that look at the function that calls them."""

Role = Literal["lead", "operation", "rest"]


class EffectSource(Protocol):
    """Tells the effects of nodes of the tree."""

    def of(self, *nodes: ast.AST, without: Sequence[ast.AST] = ()) -> Effects:
        """Return the effects of the nodes, without those of some nodes inside them."""
        ...

    def private_to(self, *nodes: ast.AST) -> frozenset[Location]:
        """Return the objects that each run of the nodes makes anew."""
        ...

    def may_fail(self, node: ast.expr) -> bool:
        """Whether an operation can raise, as far as its code and the code that it enters tell."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One piece of a block that runs as a whole.

    Attributes
    ----------
    index
        Its place in the block's list of steps.
    statement
        Index of its statement in the block.
    role
        ``operation``; ``lead``, what the statement evaluates beside its operations; ``rest``, what is left, bindings included.
    operation
        The operation, for that role.
    effects
        What it reads and writes.
    lines
        First and last line.
    hidden
        For an operation, what the called code touches by itself, beyond the names written in the statement.
    made
        For an operation, the objects that it makes: nobody else can see them before it has ended.
    needs
        Indices of steps of the same statement whose value it uses.
    guard
        Why nothing may move across it, or ``None``; a sentence without the final stop.
    pinned
        Why it may not move itself, or ``None``.
    may_fail
        Whether it can raise, as far as its form tells.
    exits
        Whether it may leave the block on purpose.
    pause
        Whether it is a pause that the cell itself makes.
    """

    index: int
    statement: int
    role: Role
    operation: Operation | None
    effects: Effects
    lines: Lines
    hidden: Effects = NOTHING
    made: frozenset[Location] = frozenset()
    needs: tuple[int, ...] = ()
    guard: str | None = None
    pinned: str | None = None
    may_fail: bool = True
    exits: bool = False
    pause: bool = False


def steps_of(
    block: Block,
    operations: Sequence[Operation],
    effects: EffectSource,
    keeps_to_itself: Callable[[ast.expr], bool] = lambda _: False,
) -> tuple[Step, ...]:
    """Return the steps of a block in program order; ``operations`` are those of this block.

    ``keeps_to_itself`` tells of a context manager whether it concerns nothing but the body of its ``with`` statement.
    """
    steps: list[Step] = []
    sure: dict[int, list[Operation]] = {}
    for each in operations:
        if not each.conditional:
            sure.setdefault(each.statement, []).append(each)
    for position, statement in enumerate(block.statements):
        own = sure.get(position, [])
        guard = guard_of(statement, own, effects, keeps_to_itself)
        steps.extend(_steps_of_statement(statement, position, own, effects, guard, first=len(steps)))
    return tuple(steps)


def _steps_of_statement(
    statement: ast.stmt,
    position: int,
    own: Sequence[Operation],
    effects: EffectSource,
    guard: str | None,
    *,
    first: int,
) -> Iterator[Step]:
    nodes = [each.node for each in own]
    lines = lines_of(statement)
    index = first
    if own:
        lead = effects.of(*_beside(_values(statement), nodes))
        if lead.reads or lead.writes or lead.barriers:
            yield Step(
                index=index, statement=position, role="lead", operation=None, effects=lead, lines=lines
            )
            index += 1
    at: dict[ast.AST, int] = {}
    for operation in own:
        yield operation_step(statement, operation, at, effects, index)
        at[operation.node] = index
        index += 1
    yield Step(
        index=index,
        statement=position,
        role="rest",
        operation=None,
        effects=_of_rest(statement, nodes, effects),
        lines=lines,
        needs=tuple(at.values()),
        guard=guard,
        may_fail=_may_fail(statement, nodes),
        exits=guard is not None and escapes(statement) is not None,
    )


def operation_step(
    statement: ast.stmt,
    operation: Operation,
    before: Mapping[ast.AST, int],
    effects: EffectSource,
    index: int,
) -> Step:
    """Return the step of an operation; ``before`` maps the operations evaluated before it in the statement to their steps."""
    inside = [each for each in before if _contains(operation.node, each)]
    reached = effects.of(operation.node, without=inside)
    if (
        operation.kind == "call"
    ):  # whatever it does, it takes time that a clock of the cell may be there to tell
        reached = Effects(reached.reads | {TIME}, reached.writes, reached.barriers)
    pacing = _pacing(statement, operation)
    return Step(
        index=index,
        statement=operation.statement,
        role="operation",
        operation=operation,
        effects=reached,
        lines=operation.lines,
        hidden=effects.of(operation.node, without=[*inside, *_written_names(operation.node)]),
        made=effects.private_to(operation.node),
        may_fail=effects.may_fail(operation.node),
        needs=tuple(before[each] for each in inside),
        guard=pacing,
        pinned=_pin(statement, operation, reached),
        pause=pacing is not None,
    )


def _of_rest(statement: ast.stmt, nodes: Sequence[ast.AST], effects: EffectSource) -> Effects:
    """Return the effects of what is left of a statement; names that it binds before it reads them come from nowhere else."""
    found = effects.of(statement, without=nodes)
    if not isinstance(statement, COMPOUND) or isinstance(statement, DEFINITIONS):
        return found
    private = own_names(statement).private
    mine = {each for each in found.reads if each.kind is Kind.NAME and each.label in private}
    if not mine:
        return found
    hidden = effects.of(statement, without=[*nodes, *_written_names(statement)])
    return Effects(found.reads - (mine - hidden.reads), found.writes, found.barriers)


def _values(statement: ast.stmt) -> list[ast.expr]:
    """Return the statement's own expressions without plain targets."""
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        return [statement.value]
    return list(own_expressions(statement))


def _beside(expressions: Sequence[ast.AST], nodes: Sequence[ast.AST]) -> list[ast.AST]:
    """Return the largest parts that hold no operation; what is around an operation runs after it."""
    found: list[ast.AST] = []
    pending = list(expressions)
    while pending:
        part = pending.pop()
        if any(part is each for each in nodes):
            continue
        if any(_contains(part, each) for each in nodes):
            pending.extend(ast.iter_child_nodes(part))
        else:
            found.append(part)
    return found


def _written_names(node: ast.AST) -> list[ast.AST]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Name)]


def _contains(outer: ast.AST, inner: ast.AST) -> bool:
    return any(each is inner for each in ast.walk(outer))


def _may_fail(statement: ast.stmt, nodes: Sequence[ast.AST]) -> bool:
    if isinstance(statement, DEFINITIONS):
        return bool(statement.decorator_list)
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if any(node is each for each in nodes):
            continue
        if isinstance(node, FAILING):
            return True
        if isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Store):
            return True
        pending.extend(ast.iter_child_nodes(node))
    return False


def is_pause(statement: ast.stmt, call: ast.AST) -> bool:
    """Whether a call is a whole statement, which does nothing but stop everything for a time."""
    return (
        isinstance(statement, ast.Expr)
        and statement.value is call
        and isinstance(call, ast.Call)
        and _is_sleep(call)
    )


def _is_sleep(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"asyncio.sleep", "time.sleep", "sleep"}


def _hides_position(statement: ast.stmt, node: ast.AST) -> bool:
    """Whether the node stands in a formatted string of a Python that does not tell where (before 3.12)."""
    if sys.version_info >= (3, 12):
        return False
    return any(isinstance(each, ast.JoinedStr) and _contains(each, node) for each in ast.walk(statement))


def _pacing(statement: ast.stmt, operation: Operation) -> str | None:
    if (
        isinstance(statement, ast.Expr)
        and statement.value is operation.node
        and _is_sleep(operation.expression)
    ):
        return f"line {statement.lineno} waits on purpose"
    return None


def _pin(statement: ast.stmt, operation: Operation, effects: Effects) -> str | None:
    line = operation.lines[0]
    if isinstance(statement, ast.AugAssign) and not isinstance(statement.target, ast.Name):
        target = ast.unparse(statement.target)
        return f"line {line} reads {target!r}, waits, and writes it back"
    if _pacing(statement, operation):
        return f"line {line} waits on purpose"
    immovable = _stays(operation.node) or _shown_code(statement, operation.node)
    if immovable is not None:
        return f"line {line} {immovable}"
    if _hides_position(statement, operation.node):
        return f"line {line} waits inside a formatted string, which this Python cannot rewrite"
    bound = [each for each in effects.writes | effects.reads if each.kind is Kind.TASK]
    bound += [each for each in effects.writes if each.kind is Kind.CONTEXT]
    for location in sorted(bound, key=lambda each: each.label):
        return f"line {line} depends on the task it runs in ({location.label})"
    return None


def _stays(node: ast.expr) -> str | None:
    """Say why the code of an operation means something else in a function of its own, if it does."""
    for each in ast.walk(node):
        if isinstance(each, ast.NamedExpr):
            return f"binds {each.target.id!r} inside an operation"
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id in FRAME_BOUND:
            return f"calls {each.func.id}(), which depends on the function that it stands in"
    return None


def _shown_code(statement: ast.stmt, node: ast.expr) -> str | None:
    """Say that the code of an operation is printed by ``f"{code=}"``, if it may be: another code would print something else."""
    word = "await" if isinstance(node, ast.Await) else ast.unparse(node).split("(", 1)[0]
    for string in ast.walk(statement):
        if not isinstance(string, ast.JoinedStr):
            continue
        for before, part in zip(string.values, string.values[1:], strict=False):
            if isinstance(before, ast.Constant) and isinstance(before.value, str) and _contains(part, node):
                text = before.value.rstrip()
                if text.endswith("=") and word in text:
                    return "prints the code of an operation"
    return None
