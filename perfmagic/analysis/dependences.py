"""What must stay in order inside a block, and why.

A block becomes a list of steps: for each statement its operations in evaluation order, and around them the code that is
no operation. Two steps depend on each other if one writes what the other touches, if both use a resource that allows one
operation at a time, or if control flow makes one a condition of the other. The invariant: an absent dependence means that
exchanging or overlapping the two steps leaves every result as it is, as far as `Effects` tell the truth.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from perfmagic.analysis.blocks import Block
from perfmagic.analysis.effects import NOTHING, Effects, Kind, Location
from perfmagic.analysis.statements import DEFINITIONS, Lines, Operation, escapes, lines_of, own_expressions

DependenceKind = Literal["flow", "anti", "output", "effect", "control"]
Role = Literal["lead", "operation", "rest"]

MEMORY = frozenset({Kind.NAME, Kind.OBJECT})
BOUND_TO_TASK = frozenset({Kind.CONTEXT, Kind.TASK})
FAILING = (ast.Call, ast.Subscript, ast.Await, ast.BinOp, ast.Attribute, ast.For, ast.Import, ast.ImportFrom)


class EffectSource(Protocol):
    """Tells the effects of nodes of the tree."""

    def of(self, *nodes: ast.AST, without: Sequence[ast.AST] = ()) -> Effects:
        """Return the effects of the nodes, without those of some nodes inside them."""
        ...

    def private_to(self, *nodes: ast.AST) -> frozenset[Location]:
        """Return the objects that each run of the nodes makes anew."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """A reason why ``later`` must not start before ``earlier`` has ended; both are step indices in ``block``.

    Attributes
    ----------
    kind
        The class of the dependence.
    cause
        The class of the reason, as `Refusal.kind` has it: finer than ``kind``.
    location
        What both touch, if that is the reason.
    label
        How a message names it.
    lines
        From the first line of the earlier to the last line of the later step.
    reason
        A sentence without the final stop.
    hint
        What the user can do.
    """

    block: int
    kind: DependenceKind
    cause: str
    earlier: int
    later: int
    label: str
    lines: Lines
    reason: str
    location: Location | None = None
    hint: str | None = None


def steps_of(block: Block, operations: Sequence[Operation], effects: EffectSource) -> tuple[Step, ...]:
    """Return the steps of a block in program order; ``operations`` are those of this block."""
    steps: list[Step] = []
    for position, statement in enumerate(block.statements):
        own = [each for each in operations if each.statement == position and not each.conditional]
        steps.extend(_steps_of_statement(statement, position, own, effects, first=len(steps)))
    return tuple(steps)


def _steps_of_statement(
    statement: ast.stmt, position: int, own: Sequence[Operation], effects: EffectSource, *, first: int
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
        inside = [each for each in nodes if each is not operation.node and _contains(operation.node, each)]
        reached = effects.of(operation.node, without=inside)
        at[operation.node] = index
        yield Step(
            index=index,
            statement=position,
            role="operation",
            operation=operation,
            effects=reached,
            lines=operation.lines,
            hidden=effects.of(operation.node, without=[*inside, *_written_names(operation.node)]),
            made=effects.private_to(operation.node),
            needs=tuple(at[each] for each in inside),
            guard=_pacing(statement, operation),
            pinned=_pin(statement, operation, reached),
        )
        index += 1
    yield Step(
        index=index,
        statement=position,
        role="rest",
        operation=None,
        effects=effects.of(statement, without=nodes),
        lines=lines,
        needs=tuple(at.values()),
        guard=_guard(statement, own),
        may_fail=_may_fail(statement, nodes),
    )


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
    if _hides_position(statement, operation.node):
        return f"line {line} waits inside a formatted string, which this Python cannot rewrite"
    for location in sorted(effects.writes | effects.reads, key=lambda each: each.label):
        if location.kind in BOUND_TO_TASK:
            return f"line {line} depends on the task it runs in ({location.label})"
    return None


def _guard(statement: ast.stmt, own: Sequence[Operation]) -> str | None:
    """Say why later code must not run before the statement has ended, if control flow is why."""
    line = statement.lineno
    leaves = escapes(statement)
    if leaves is not None:
        word = type(leaves).__name__.lower()
        return f"line {leaves.lineno} may leave the block ({word})"
    match statement:
        case ast.Try() | ast.TryStar():
            return f"the try statement on line {line} decides what runs after an error"
        case ast.With() | ast.AsyncWith():
            return f"the with statement on line {line} sets the order of what is inside and after it"
        case ast.Global() | ast.Nonlocal():
            return f"line {line} declares names"
        case ast.AugAssign() if own and not isinstance(statement.target, ast.Name):
            return f"line {line} reads {ast.unparse(statement.target)!r}, waits, and writes it back"
        case _:
            return None


def dependences_of(block: Block, steps: Sequence[Step]) -> tuple[Dependence, ...]:
    """Return every reason that keeps two steps of a block in order."""
    return tuple(
        reason
        for later in steps
        for earlier in steps[: later.index]
        for reason in conflicts(block.key, earlier, later)
    )


def conflicts(block: int, earlier: Step, later: Step) -> Iterator[Dependence]:
    """Yield the reasons why two steps must keep their order, the most telling one first."""
    for kind, cause, location, reason, hint in _reasons(earlier, later):
        yield Dependence(
            block=block,
            kind=kind,
            cause=cause,
            earlier=earlier.index,
            later=later.index,
            label=location.label if location is not None else "",
            lines=(min(earlier.lines[0], later.lines[0]), max(earlier.lines[1], later.lines[1])),
            reason=reason,
            location=location,
            hint=hint,
        )


SEVERITY = ("exclusive", "unknown", "effect", "output", "anti", "flow", "control")
"""Causes from the most to the least useful to a reader."""

Reason = tuple[DependenceKind, str, Location | None, str, str | None]


def _reasons(earlier: Step, later: Step) -> Iterator[Reason]:
    if earlier.index in later.needs:
        yield "flow", "flow", None, f"line {later.lines[0]} uses the value of the operation inside it", None
    yield from _exclusive(earlier, later)
    yield from _barriers(earlier, later)
    yield from _shared(earlier, later)
    if earlier.guard is not None and earlier.statement != later.statement:
        yield "control", "control", None, earlier.guard, None
    yield from _commitment(earlier, later)


def _exclusive(earlier: Step, later: Step) -> Iterator[Reason]:
    first, second = earlier.effects, later.effects
    shared = (first.reads | first.writes) & (second.reads | second.writes)
    for location in _ordered(frozenset(each for each in shared if each.kind is Kind.EXCLUSIVE)):
        where = _where(earlier, later)
        yield (
            "effect",
            "exclusive",
            location,
            f"{where} use {location.label}, which allows one operation at a time",
            "use the pool, or one connection for each operation",
        )


def _barriers(earlier: Step, later: Step) -> Iterator[Reason]:
    for step, other in ((later, earlier), (earlier, later)):
        idle = other.role != "operation" and not (other.effects.reads or other.effects.writes)
        if step.effects.barriers and not idle:
            barrier = step.effects.barriers[0]
            hint = barrier.hint or "pass --assume-independent if the operations do not touch the same things"
            told = barrier.reason.startswith("line ")
            yield (
                "effect",
                "unknown",
                None,
                barrier.reason if told else f"line {barrier.line}: {barrier.reason}",
                hint,
            )
            return


def _shared(earlier: Step, later: Step) -> Iterator[Reason]:
    first, second = earlier.effects, later.effects
    a, b = earlier.lines[0], later.lines[0]
    for location in _ordered(first.writes & second.reads):
        yield _shared_reason("flow", location, f"line {b} reads {location.label!r}, which line {a} writes")
    for location in _ordered(first.reads & second.writes):
        yield _shared_reason("anti", location, f"line {b} writes {location.label!r}, which line {a} reads")
    for location in _ordered(first.writes & second.writes):
        both = f"lines {a} and {b} both write" if a != b else f"line {a} writes, each time,"
        yield _shared_reason("output", location, f"{both} {location.label!r}")


def _shared_reason(kind: DependenceKind, location: Location, reason: str) -> Reason:
    if location.kind is Kind.CLOCK:
        return "effect", "effect", location, reason, "move the measurement or the pause out of the cell"
    if location.kind is Kind.NAME:
        return kind, kind, location, reason, None
    hint = "keep the order, or pass --assume-independent"
    if location.kind is Kind.OBJECT:
        return kind, kind, location, reason, hint
    return "effect", "effect", location, reason, hint


def _ordered(locations: frozenset[Location]) -> list[Location]:
    if not locations:
        return []
    shared = [each for each in locations if each.kind is not Kind.EXCLUSIVE]
    exclusive = [each for each in locations if each.kind is Kind.EXCLUSIVE]
    return sorted(exclusive, key=_rank) + sorted(shared, key=_rank)


def _rank(location: Location) -> tuple[bool, str, str]:
    return location.kind is not Kind.NAME, location.kind.value, location.label


def _commitment(earlier: Step, later: Step) -> Iterator[Reason]:
    """Keep what cannot be taken back behind every earlier step that may still fail."""
    writes = later.effects.writes - later.made
    if later.role != "operation" or not writes:
        return
    outside = [each for each in writes if each.kind not in MEMORY and not _made_by(later, each)]
    risky = earlier.role == "operation" if outside else earlier.role != "operation" and earlier.may_fail
    if not risky or earlier.statement == later.statement:
        return
    written = _ordered(writes)[0].label
    reason = f"line {later.lines[0]} writes {written!r}, and line {earlier.lines[0]} may fail before it"
    yield "control", "control", None, reason, None


def _made_by(step: Step, location: Location) -> bool:
    """Whether the step makes the resource itself: before it, there is nothing to have touched."""
    site: tuple[object, ...] = getattr(location.key, "site", ())
    return step.operation is not None and any(id(each) in site for each in ast.walk(step.operation.node))


def _where(earlier: Step, later: Step) -> str:
    first, second = earlier.lines[0], later.lines[0]
    return f"lines {first} and {second}" if first != second else f"the operations on line {first}"


def severity(dependence: Dependence) -> tuple[int, bool, int]:
    """Return a key that sorts dependences so that the one most useful to the user comes first."""
    is_name = dependence.location is None or dependence.location.kind is Kind.NAME
    rank = SEVERITY.index(dependence.cause) if dependence.cause in SEVERITY else len(SEVERITY)
    return rank, is_name, dependence.lines[0]


def assumable(dependence: Dependence, steps: Sequence[Step], lines: frozenset[int] | None) -> bool:
    """Whether the user's assumption covers a dependence: one between operations on these lines, never a name's flow."""
    if lines is None or (dependence.kind == "control" and dependence.cause != "control"):
        return False
    pair = (steps[dependence.earlier], steps[dependence.later])
    if any(step.role != "operation" or step.pinned for step in pair) or dependence.earlier in pair[1].needs:
        return False
    if (
        dependence.location is not None
        and dependence.location.kind is Kind.NAME
        and dependence.kind == "flow"
    ):
        return False
    if dependence.cause == "control" and pair[0].guard is not None:
        return False
    return not lines or all(_on(step.lines, lines) for step in pair)


def _on(span: Lines, lines: frozenset[int]) -> bool:
    return any(span[0] <= line <= span[1] for line in lines)
