"""Comprehensions whose elements may be computed side by side, alone or inside a larger expression."""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.bound_names import bound_names
from perfmagic.analysis.dependences import conflicts
from perfmagic.analysis.effect_map import EffectMap
from perfmagic.analysis.effects import NOTHING, Effects, Kind
from perfmagic.analysis.iterables import gives_the_same_again, iteration
from perfmagic.analysis.loop_checks import Obstacle, Private, crossing, iterable_obstacle, obstacle_of, told
from perfmagic.analysis.loop_forms import Comprehension, FanOut, outermost
from perfmagic.analysis.statements import COMPREHENSIONS, Operation, lines_of, own_expressions
from perfmagic.analysis.steps import Step
from perfmagic.model.options import Options

HOLDERS = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)
"""Statements in whose expressions a comprehension can be taken apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A comprehension, where it stands, and its operations."""

    analysis: Analysis
    block: Block
    statement: ast.stmt
    loop: Comprehension
    operations: tuple[Operation, ...]
    options: Options


def loops_in_expressions(
    analysis: Analysis, block: Block, statement: ast.stmt, options: Options
) -> Iterator[FanOut | Obstacle]:
    """Yield a result for the comprehension with operations that a statement holds, if there is one."""
    if not isinstance(statement, HOLDERS):
        return
    loops = list(_outer_comprehensions(statement))
    held = [each for each in loops if _operations_in(analysis, each)]
    if len(held) == 1 and isinstance(held[0], ast.ListComp | ast.SetComp | ast.DictComp):
        operations = tuple(outermost(_operations_in(analysis, held[0])))
        yield _loop(
            _Found(
                analysis=analysis,
                block=block,
                statement=statement,
                loop=held[0],
                operations=operations,
                options=options,
            )
        )


def _outer_comprehensions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the comprehensions that a statement evaluates exactly once, none inside another."""
    pending: list[ast.AST] = list(own_expressions(statement))
    while pending:
        node = pending.pop()
        if isinstance(node, COMPREHENSIONS):
            yield node
        elif isinstance(node, ast.BoolOp):
            pending.append(node.values[0])
        elif isinstance(node, ast.IfExp):
            pending.append(node.test)
        elif isinstance(node, ast.Compare):
            pending.extend((node.left, node.comparators[0]))
        elif not isinstance(node, ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))


def _operations_in(analysis: Analysis, node: ast.AST) -> list[Operation]:
    inside = {id(each) for each in ast.walk(node)}
    return [each for each in analysis.operations if id(each.node) in inside]


def _loop(found: _Found) -> FanOut | Obstacle:
    loop = found.loop
    element = _element(found)
    if isinstance(element, Obstacle):
        return element
    effects = found.analysis.effects
    names = frozenset(
        each.id
        for each in ast.walk(loop)
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)
    )
    values = (loop.key, loop.value) if isinstance(loop, ast.DictComp) else (loop.elt,)
    private = Private(
        names, effects.private_to(*values, *(test for each in loop.generators for test in each.ifs))
    )
    step, rest = _steps(found, element, values)
    checks = (
        _pinned(found),
        _outside(found, step),
        iterable_obstacle(rest.effects, [step], private, rest.lines),
    )
    obstacle = next((each for each in checks if each is not None), None)
    if obstacle is not None:
        return obstacle
    granted = told(found.options, crossing(found.block.key, [step, rest], [step], private), [step, rest])
    if isinstance(granted, Obstacle):
        return granted
    return FanOut(
        block=found.block,
        statement=found.statement,
        loop=loop,
        targets=bound_names(each.target for each in loop.generators),
        iteration=iteration(found.analysis, found.block, loop.generators[0].iter),
        head=(),
        last=None,
        element=element,
        operations=found.operations,
        temporaries=(),
        told=granted,
    )


def _pinned(found: _Found) -> Obstacle | None:
    """Check that nothing that an operation of the comprehension does depends on the task in which it runs."""
    for each in found.operations:
        effects = found.analysis.effects.of(each.node)
        for location in effects.reads | effects.writes:
            if location.kind in {Kind.CONTEXT, Kind.TASK}:
                reason = f"line {each.lines[0]} depends on the task it runs in ({location.label})"
                return Obstacle(cause="control", reason=reason, lines=each.lines)
    return None


def _outside(found: _Found, step: Step) -> Obstacle | None:
    """Check that the operations may run before the rest of the expression around the comprehension."""
    statement, loop = found.statement, found.loop
    if getattr(statement, "value", None) is loop and not isinstance(statement, ast.AugAssign):
        return None
    if any(
        id(each.node) not in {id(node) for node in ast.walk(loop)}
        for each in _operations_in(found.analysis, statement)
    ):
        line = statement.lineno
        reason = f"line {line} holds operations beside the comprehension"
        return Obstacle(
            cause="loop", reason=reason, lines=lines_of(statement), hint="give it a line of its own"
        )
    if _is_shown(statement, loop):
        reason = f"line {statement.lineno} prints the code of the comprehension"
        return Obstacle(cause="control", reason=reason, lines=lines_of(statement))
    around = own_expressions(statement)
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        around = around[:1]
    effects = found.analysis.effects.of(*around, without=[loop])
    other = Step(
        index=2,
        statement=2,
        role="rest",
        operation=None,
        effects=effects,
        lines=lines_of(statement),
        may_fail=False,
    )
    first = next(conflicts(found.block.key, other, step), None)
    return None if first is None else obstacle_of(first)


def _is_shown(statement: ast.stmt, loop: Comprehension) -> bool:
    """Whether a formatted string around the comprehension shows its code, or hides where it stands (before 3.12)."""
    for each in ast.walk(statement):
        if isinstance(each, ast.JoinedStr) and any(node is loop for node in ast.walk(each)):
            parts = [part.value for part in each.values if isinstance(part, ast.Constant)]
            return sys.version_info < (3, 12) or any(str(part).rstrip().endswith("=") for part in parts)
    return False


def _steps(found: _Found, element: ast.expr, values: Sequence[ast.expr]) -> tuple[Step, Step]:
    """Return what is done for each item, and everything else in the comprehension, as two steps."""
    effects = found.analysis.effects
    step = Step(
        index=0,
        statement=0,
        role="operation",
        operation=found.operations[0],
        effects=effects.of(element),
        lines=lines_of(element),
        hidden=_hidden(effects, element),
        made=effects.private_to(element),
    )
    around = effects.of(*found.loop.generators, *values, without=[element])
    rest = Step(index=1, statement=0, role="rest", operation=None, effects=around, lines=lines_of(found.loop))
    return step, rest


def _hidden(effects: EffectMap, element: ast.expr) -> Effects:
    """Return what called code touches by itself, beyond the names that the element writes out."""
    written = (ast.Name, *COMPREHENSIONS)
    reached = NOTHING
    for each in ast.walk(element):
        if not isinstance(each, written):
            reached |= effects.own(each)
    return reached


def _element(found: _Found) -> ast.expr | Obstacle:
    """Return the part of the comprehension that is computed for all items at once, or why there is none."""
    loop, lines = found.loop, lines_of(found.loop)
    if any(each.is_async for each in loop.generators):
        reason = f"line {lines[0]}: the comprehension waits for each item"
        return Obstacle(cause="loop", reason=reason, lines=lines, hint="write it as an async for loop")
    if any(isinstance(each, ast.NamedExpr | ast.Lambda) for each in ast.walk(loop)):
        reason = f"line {lines[0]}: the comprehension binds names of its own"
        return Obstacle(cause="loop", reason=reason, lines=lines)
    places = [_place(loop, each) for each in found.operations]
    result = loop.value if isinstance(loop, ast.DictComp) else loop.elt
    single = len(loop.generators) == 1 and not loop.generators[0].ifs
    if all(each is result for each in places):
        only = found.operations[0].node
        alone = len(found.operations) == 1 and (only is result or _always(only, result))
        if alone and (only is result or single or isinstance(loop, ast.DictComp)):
            result = only
        return result if single or not isinstance(loop, ast.DictComp) else _again(found, result)
    return _test_or_key(found, places)


def _test_or_key(found: _Found, places: Sequence[ast.expr | None]) -> ast.expr | Obstacle:
    """Return the operation of a condition or of a key, if it is the first thing that each item needs."""
    loop, only, lines = found.loop, found.operations[0].node, lines_of(found.loop)
    first = loop.generators[0]
    if len(found.operations) == 1 and len(loop.generators) == 1 and places[0] is not None:
        whole = first.ifs[0] if first.ifs else loop.key if isinstance(loop, ast.DictComp) else None
        if whole is not None and whole is places[0] and _always(only, whole):
            return only
    hint = "await what it needs first in a statement of its own"
    return Obstacle(cause="loop", reason=f"line {lines[0]}: {_mixed(loop, places)}", lines=lines, hint=hint)


def _mixed(loop: Comprehension, places: Sequence[ast.expr | None]) -> str:
    """Return what the operations of a comprehension are to each other."""
    if any(each is None for each in places):
        return "an operation gives the items of the comprehension"
    if any(each is test for each in places for part in loop.generators for test in part.ifs):
        return "an operation decides which items of the comprehension count"
    return "the key and the value of each item are operations, one after the other"


def _again(found: _Found, result: ast.expr) -> ast.expr | Obstacle:
    """Check that the loops and conditions of a comprehension can be gone through twice."""
    loop, effects = found.loop, found.analysis.effects
    for each in loop.generators[1:]:
        if not gives_the_same_again(found.analysis, found.block, each.iter, []):
            reason = f"whether line {each.iter.lineno} goes over the same items again is not known"
            return Obstacle(cause="loop", reason=reason, lines=lines_of(loop), hint="make it a list first")
    for test in (test for each in loop.generators for test in each.ifs):
        reached = effects.of(test)
        if reached.barriers or reached.writes:
            reason = f"the condition on line {test.lineno} may do more than decide"
            return Obstacle(cause="unknown", reason=reason, lines=lines_of(test))
    return result


def _place(loop: Comprehension, operation: Operation) -> ast.expr | None:
    """Return the element, key, value or condition that holds an operation; ``None`` if an iterable does."""
    values = [loop.key, loop.value] if isinstance(loop, ast.DictComp) else [loop.elt]
    tests = [test for each in loop.generators for test in each.ifs]
    for part in (*values, *tests):
        if any(each is operation.node for each in ast.walk(part)):
            return part
    return None


def _always(node: ast.expr, whole: ast.expr) -> bool:
    """Whether a node is evaluated exactly once each time that the whole expression is."""
    each: ast.AST = whole
    while each is not node:
        child = next(
            part for part in ast.iter_child_nodes(each) if any(sub is node for sub in ast.walk(part))
        )
        match each:
            case ast.BoolOp() if child is not each.values[0]:
                return False
            case ast.IfExp() if child is not each.test:
                return False
            case ast.Compare() if child not in {each.left, each.comparators[0]}:
                return False
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return False
            case _:
                each = child
    return True
