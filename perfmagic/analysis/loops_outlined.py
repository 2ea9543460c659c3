"""Loops of which each iteration becomes a function: all up to its last operation, with what it keeps to itself.

The operations of all iterations, with the temporaries between them, become the *head*; the loop then runs again over
finished results, so that everything behind the head (appends, stores, prints) happens in the old order. Legal if no
iteration's head touches what any other iteration, or the rest of its own, writes; temporaries that each iteration
writes before it reads them, and objects that it makes, are private to it.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from perfmagic.analysis.bound_names import Assigned, bound_names
from perfmagic.analysis.dependences import Dependence, conflicts
from perfmagic.analysis.hints import VALUE
from perfmagic.analysis.iterables import is_copied, iteration
from perfmagic.analysis.loop_checks import (
    Around,
    Obstacle,
    Private,
    closure_over,
    crossing,
    iterable_obstacle,
    pinned_in,
    rest_steps,
    seen_by_callee,
    told,
    unnecessary_exit,
)
from perfmagic.analysis.loop_cuts import Cut, cuts, misplaced, moved_statements
from perfmagic.analysis.loop_forms import FanOut
from perfmagic.analysis.statements import lines_of
from perfmagic.analysis.steps import Step


def outlined(around: Around) -> FanOut | Obstacle:
    """Return the loop with the head of each iteration as a function, or why that would change something."""
    loop = around.loop
    if any(isinstance(each, ast.NamedExpr) for part in loop.body for each in ast.walk(part)):
        line = loop.lineno
        reason = f"an expression of the loop on line {line} binds a name"
        return Obstacle(cause="loop", reason=reason, lines=lines_of(loop))
    first: Obstacle | None = None
    guarded: Obstacle | None = None
    for cut in cuts(around.analysis, loop, around.operations):
        found = misplaced(cut, loop) or _divided(around, cut)
        if isinstance(found, FanOut):
            return found
        first = first or found
        guarded = guarded or (found if cut.guard is not None else None)
    assert first is not None
    return guarded or first


def _divided(around: Around, cut: Cut) -> FanOut | Obstacle:
    analysis, loop = around.analysis, around.loop
    inside = [] if cut.last is None else [id(each) for each in ast.walk(cut.last)]
    results = [each.node for each in around.operations if id(each.node) in inside]
    temporaries = _bound_in(cut)
    targets = bound_names([loop.target])
    step = _moved_step(around, cut, results)
    steps = [step, *rest_steps(around, cut.kept, results, first=1)]
    private = Private(
        frozenset((*temporaries, *targets, *_only_bound(cut), *bound_names(cut.repeated))),
        analysis.effects.private_to(*loop.body),
    )
    needed = [each for each in temporaries if _is_needed(around, cut, results, each)]
    checks = (
        _bindings(around, cut, needed),
        _sunk(around, cut),
        *_general(around, steps, private),
    )
    obstacle = next((each for each in checks if each is not None), None)
    if obstacle is not None:
        return obstacle
    found = told(around.options, crossing(around.block.key, steps, [step], private), steps)
    if isinstance(found, Obstacle):
        return replace(found, partial=_is_of_the_form(around, step, private))
    return FanOut(
        block=around.block,
        statement=loop,
        loop=loop,
        targets=targets,
        iteration=iteration(analysis, around.block, loop.iter),
        head=cut.head,
        last=cut.last,
        around=cut.around,
        sunk=cut.sunk,
        operations=tuple(around.operations),
        temporaries=tuple(needed),
        guard=cut.guard,
        repeated=cut.repeated,
        unbound=tuple(each for each in temporaries if around.is_seen_after_an_error(each)),
        told=found,
        prevented=around.prevented,
    )


def _is_of_the_form(around: Around, step: Step, private: Private) -> bool:
    """Whether only what moves along with the operations stands in the way, not the operations and what they enter."""
    loop, effects = around.loop, around.analysis.effects
    entered = [
        item
        for part in loop.body
        for each in ast.walk(part)
        if isinstance(each, ast.AsyncWith)
        for item in each.items
    ]
    own = replace(step, effects=effects.of(*(each.node for each in around.operations), *entered))
    return next(crossing(around.block.key, [own], [own], private), None) is None


def _general(around: Around, steps: Sequence[Step], private: Private) -> Iterator[Obstacle | None]:
    loop, effects = around.loop, around.analysis.effects
    header = effects.of(loop, without=[*loop.body, *loop.orelse])
    yield pinned_in(around)
    yield seen_by_callee(steps[0].hidden, private.names, lines_of(loop))
    yield closure_over(loop, private.names)
    yield unnecessary_exit(around, steps[0], private)
    copied = is_copied(around.analysis, loop.iter)
    yield iterable_obstacle(header, steps, private, lines_of(loop.iter), copied=copied)


def _bindings(around: Around, cut: Cut, needed: Sequence[str]) -> Obstacle | None:
    """Check that each turn binds what it reads, and what is seen of it later."""
    loop = around.loop
    targets = bound_names([loop.target])
    own = frozenset(bound_names(loop.body)) - frozenset(targets)
    assigned = Assigned(own, around.analysis.effects.may_swallow)
    sure = assigned.after([*cut.repeated, *moved_statements(cut)], frozenset())
    always = _after_the_turn(cut, assigned, sure)
    unsure = [each for each in needed if each not in sure and each not in targets]
    if cut.guard is not None:
        later = around.elsewhere(loop.body)
        left = (*_bound_in(cut), *_only_bound(cut))
        unsure.extend(each for each in left if each in later and each not in always)
    return _carried(assigned) or _unsure(unsure, lines_of(loop))


def _after_the_turn(cut: Cut, assigned: Assigned, sure: frozenset[str]) -> frozenset[str]:
    """Return what is surely bound when the iteration is over, given what is behind its head, and note earlier readings."""
    if cut.guard is None:
        return assigned.after(cut.kept, sure)
    whole = ast.Try(
        body=[*moved_statements(cut), *cut.inside],
        handlers=cut.guard.handlers,
        orelse=cut.guard.orelse,
        finalbody=cut.guard.finalbody,
    )
    return assigned.after([*cut.before, whole, *cut.behind], frozenset())


def _bound_in(cut: Cut) -> tuple[str, ...]:
    """Return the names that the function binds: not those of the statement whose results take their place."""
    return bound_names(moved_statements(cut))


def _only_bound(cut: Cut) -> tuple[str, ...]:
    if isinstance(cut.last, ast.Assign | ast.AnnAssign):
        targets = cut.last.targets if isinstance(cut.last, ast.Assign) else [cut.last.target]
        return tuple(each.id for each in targets if isinstance(each, ast.Name))
    return ()


def _moved_step(around: Around, cut: Cut, results: Sequence[ast.AST]) -> Step:
    """Return what moves as one step."""
    effects, loop = around.analysis.effects, around.loop
    named = [each.value for each in cut.repeated if isinstance(each, ast.Assign)]
    inner = effects.of(*cut.head, *named, without=cut.inside) | effects.of(*results)
    names = [each for part in loop.body for each in ast.walk(part) if isinstance(each, ast.Name)]
    hidden = effects.of(*cut.head, without=[*names, *cut.inside]) | effects.of(*results, without=names)
    span = (cut.head or tuple(cut.kept))[0].lineno, (cut.last or cut.head[-1]).end_lineno or 0
    return Step(
        index=0,
        statement=0,
        role="operation",
        operation=around.operations[-1] if around.operations else None,
        effects=inner,
        lines=span,
        hidden=hidden,
        made=effects.private_to(*loop.body),
    )


def _is_needed(around: Around, cut: Cut, results: Sequence[ast.AST], name: str) -> bool:
    """Whether code outside the function may read the name."""
    if isinstance(around.block.scope, ast.Module):
        return True
    return name in around.elsewhere([*moved_statements(cut), *results])


def _carried(assigned: Assigned) -> Obstacle | None:
    name = assigned.early
    if name is None:
        return None
    reason = f"line {name.lineno} reads {name.id!r} from the iteration before"
    return Obstacle(cause="loop", reason=reason, lines=(name.lineno, name.lineno), hint=VALUE)


def _unsure(names: Sequence[str], lines: tuple[int, int]) -> Obstacle | None:
    if not names:
        return None
    reason = f"not every iteration of the loop on line {lines[0]} binds {names[0]!r}"
    hint = f"bind {names[0]!r} in every branch"
    return Obstacle(cause="loop", reason=reason, lines=lines, hint=hint, partial=True)


def _sunk(around: Around, cut: Cut) -> Obstacle | None:
    """Check that what would run after a ``with`` statement has nothing to do with leaving it."""
    if not cut.around:
        return None
    effects = around.analysis.effects
    inside = [each.node for each in around.operations]
    managing = effects.of(cut.around[0], without=cut.around[-1].body)
    span = lines_of(cut.around[0])
    outer = Step(index=0, statement=0, role="rest", operation=None, effects=managing, lines=span)
    own = rest_steps(around, cut.sunk, inside, first=1)
    opened = frozenset(bound_names(item for each in cut.around for item in each.items))
    line = cut.sunk[0].lineno
    hint = f"move line {line} behind the with statement"
    swallowing = [
        item for each in cut.around for item in each.items if effects.may_swallow(item.context_expr)
    ]
    if swallowing:
        reason = f"the with statement on line {span[0]} may keep an error from ending the iteration"
        return Obstacle(cause="control", reason=reason, lines=span, partial=True)
    if opened & _read_outside(cut.sunk, inside):
        reason = f"line {line} uses what the with statement on line {span[0]} opened"
        return Obstacle(cause="control", reason=reason, lines=span)
    if any(
        not _is_handed_out(each, opened) for step in own for each in conflicts(around.block.key, outer, step)
    ):
        reason = f"line {line} must run before the with statement on line {span[0]} ends"
        return Obstacle(cause="control", reason=reason, lines=span, hint=hint)
    if not all(_only_stores(each) for each in cut.sunk):
        reason = f"line {line} may fail inside the with statement on line {span[0]}"
        return Obstacle(cause="control", reason=reason, lines=span, hint=hint)
    return None


def _read_outside(statements: Sequence[ast.stmt], nodes: Sequence[ast.AST]) -> frozenset[str]:
    """Return the names that statements read outside some of their nodes."""
    inside = {id(each) for node in nodes for each in ast.walk(node)}
    return frozenset(
        each.id
        for part in statements
        for each in ast.walk(part)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) and id(each) not in inside
    )


def _only_stores(statement: ast.stmt) -> bool:
    """Whether a statement only puts a value somewhere, or prints: an error of it would have reached the with statement."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(), attr="append" | "add"))):
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            return True
        case ast.Assign(
            targets=[ast.Name()] | [ast.Subscript(value=ast.Name(), slice=ast.Name() | ast.Constant())]
        ):
            return True
        case _:
            return False


def _is_handed_out(dependence: Dependence, names: frozenset[str]) -> bool:
    return dependence.location is not None and dependence.location.label in names
