"""Start early, wait in place: which operations of a block can begin before their turn, and where.

Statements keep their order and every result is still taken where the operation stood, so bindings, printed output and
the first error come in program order by construction. An operation that needs only the results of others, but stands
behind an unrelated wait, is put into a small function of its own that waits for what it needs.
"""

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from perfmagic.analysis.conditional import Condition
from perfmagic.analysis.dependences import MOST_STEPS, Dependence
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.statements import Operation, simple_target
from perfmagic.analysis.steps import Step
from perfmagic.strategies.ordering import Ordering, operation_of

SAFE = (
    ast.Constant, ast.Name, ast.Attribute, ast.Call, ast.keyword, ast.expr_context, ast.Tuple, ast.List, ast.Set, ast.Dict,
    ast.JoinedStr, ast.FormattedValue, ast.UnaryOp, ast.operator, ast.unaryop,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One operation that begins before its turn.

    Attributes
    ----------
    step
        Its step.
    position
        Index of the statement before which it starts.
    inputs
        Names that it reads and that other started operations bind: name -> index of that operation's step.
    wrapped
        Whether it needs a function of its own, to wait for inputs or to keep an error of its arguments in its place.
    conditions
        What must hold for it to happen at all.
    """

    step: Step
    position: int
    inputs: Mapping[str, int]
    wrapped: bool
    conditions: tuple[Condition, ...] = ()

    @property
    def operation(self) -> Operation:
        """The operation."""
        return operation_of(self.step)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an operation may start, and with which inputs."""

    position: int
    inputs: Mapping[str, int]


def starts(order: Ordering, taken: Collection[int] = ()) -> tuple[Start, ...]:
    """Return the operations worth starting early, in program order; none if nothing can overlap.

    ``taken`` are keys of operations that an outer block has started already.
    """
    if len(order.steps) > MOST_STEPS:
        return ()
    places = _places(order, taken)
    useful = {index for index in places if _overlaps(order, places, index)}
    wanted = set(useful)
    pending = list(useful)
    while pending:
        for needed in places[pending.pop()].inputs.values():
            if needed not in wanted:
                wanted.add(needed)
                pending.append(needed)
    return tuple(
        Start(
            step=order.steps[index],
            position=places[index].position,
            inputs=places[index].inputs,
            wrapped=bool(places[index].inputs)
            or index in order.unsure
            or not is_safe(operation_of(order.steps[index]).expression),
        )
        for index in sorted(wanted)
    )


def _places(order: Ordering, taken: Collection[int]) -> dict[int, _Place]:
    places: dict[int, _Place] = {}
    for step in order.operations:
        if operation_of(step).key in taken:
            continue
        places[step.index] = _place(order, places, step)
    return places


def _place(order: Ordering, places: Mapping[int, _Place], step: Step) -> _Place:
    reasons = order.before.get(step.index, ())
    direct = _slide(order, _earliest(order, step, reasons), step)
    if direct == 0 or step.pinned is not None or step.needs:
        return _Place(direct, {})
    inputs = {name: index for name, index in _inputs(order, step).items() if index in places}
    if not inputs:
        return _Place(direct, {})
    satisfied = frozenset(inputs.values()).union(*(order.ancestors(each) for each in inputs.values()))
    left = [each for each in reasons if not _is_met(order, each, inputs, satisfied)]
    position = max([_earliest(order, step, left), *(places[each].position for each in inputs.values())])
    position = _slide(order, position, step)
    if position < direct and _waits_for_others(order, position, step, satisfied):
        return _Place(position, inputs)
    return _Place(direct, {})


def _earliest(order: Ordering, step: Step, reasons: tuple[Dependence, ...] | list[Dependence]) -> int:
    if step.pinned is not None:
        return step.statement
    ends = [order.steps[each.earlier].statement + 1 for each in reasons]
    return min(max([0, *ends]), step.statement + 1)


def _slide(order: Ordering, position: int, step: Step) -> int:
    """Move a start down to the first statement that waits: starting before it would gain nothing."""
    if position > step.statement:
        return step.statement
    waiting = {each.statement for each in order.operations} | order.waiting
    return min((each for each in waiting if position <= each <= step.statement), default=step.statement)


def _is_met(
    order: Ordering, reason: Dependence, inputs: Mapping[str, int], satisfied: frozenset[int]
) -> bool:
    """Whether waiting for the inputs already keeps this order: the operations they wait for, and the names they bind."""
    if reason.earlier in satisfied and order.steps[reason.earlier].role == "operation":
        return True
    location = reason.location
    named = location is not None and location.kind is Kind.NAME and location.label in inputs
    return named and reason.kind == "flow" and order.steps[reason.earlier].role == "rest"


def _inputs(order: Ordering, step: Step) -> dict[str, int]:
    """Return the names that the operation reads and that the last earlier writer binds as ``name = operation``."""
    found: dict[str, int] = {}
    hidden = {each.label for each in step.hidden.reads | step.hidden.writes if each.kind is Kind.NAME}
    for node in ast.walk(operation_of(step).expression):
        if isinstance(node, ast.NamedExpr):
            return {}
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in hidden:
            writer = _last_writer(order, step, node.id)
            source = _binds_operation(order, writer, node.id) if writer is not None else None
            if source is not None:
                found[node.id] = source
    return found


def _last_writer(order: Ordering, step: Step, name: str) -> Step | None:
    writers = [
        order.steps[each.earlier]
        for each in order.before.get(step.index, ())
        if each.kind == "flow"
        and each.location is not None
        and each.location.label == name
        and each.location.kind is Kind.NAME
    ]
    return max(writers, key=lambda each: each.index, default=None)


def _binds_operation(order: Ordering, writer: Step, name: str) -> int | None:
    statement = order.block.statements[writer.statement]
    for each in order.operations:
        if each.statement != writer.statement or writer.role != "rest" or each.pinned is not None:
            continue
        target = simple_target(statement, operation_of(each).node)
        if isinstance(target, ast.Name) and target.id == name:
            return each.index
    return None


def _waits_for_others(order: Ordering, position: int, step: Step, satisfied: frozenset[int]) -> bool:
    """Whether, started in its turn, the operation would stand behind a wait that it does not need."""
    return any(
        position <= each.statement <= step.statement
        and each.index < step.index
        and each.index not in satisfied
        for each in order.operations
    )


def _overlaps(order: Ordering, places: Mapping[int, _Place], index: int) -> bool:
    """Whether another operation is waited for between the start of this one and its turn."""
    step, place = order.steps[index], places[index]
    needed = {each.earlier for each in order.before.get(index, ())} if not place.inputs else set[int]()
    if any(order.steps[each].statement == step.statement for each in needed) or step.pinned is not None:
        return False
    between = [each for each in order.operations if each.index < index and each.statement >= place.position]
    compound = order.waiting - {each.statement for each in order.operations}
    return bool(between) or any(place.position <= each < step.statement for each in compound)


def is_safe(expression: ast.expr) -> bool:
    """Whether evaluating the arguments cannot fail by itself, so that they may be evaluated early."""
    if not isinstance(expression, ast.Call):
        return isinstance(expression, ast.Name)
    inner = [expression.func, *expression.args, *(each.value for each in expression.keywords)]
    return all(isinstance(node, SAFE) for node in ast.walk(expression)) and not any(
        isinstance(node, ast.Call) for each in inner for node in ast.walk(each)
    )
