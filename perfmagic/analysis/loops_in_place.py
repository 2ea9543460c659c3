"""Loops that stay as they are while their operations all begin before them: each is awaited where it stood.

So an error is raised where the loop would have raised it, inside its ``try``; conditions, inner loops and everything
else run as before. Legal if what decides whether an operation happens, and what it reads, can be known before the loop:
nothing in the loop writes it, and an operation needs at most the results of others of its own turn.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence

from perfmagic.analysis.bound_names import bound_names, read_names
from perfmagic.analysis.effects import Effects, Location
from perfmagic.analysis.iterables import gives_the_same_again, is_copied, iteration
from perfmagic.analysis.loop_checks import (
    Around,
    Obstacle,
    Private,
    closure_over,
    crossing,
    exits,
    iterable_obstacle,
    pinned_in,
    rest_steps,
    seen_by_callee,
    told,
    unnecessary_exit,
)
from perfmagic.analysis.loop_forms import InPlace, Site, Test, outermost
from perfmagic.analysis.loop_paths import Path, path_to
from perfmagic.analysis.plain_values import only_names
from perfmagic.analysis.statements import Operation, lines_of
from perfmagic.analysis.steps import Step


def in_place(around: Around) -> InPlace | Obstacle:
    """Return the loop with all its operations begun before it, or why one of them cannot begin there."""
    loop = around.loop
    sites: list[Site] = []
    paths: list[Path] = []
    for operation in outermost(around.operations):
        path = path_to(operation, loop.body)
        if isinstance(path, Obstacle):
            return path
        site = _site(around, loop, operation, path, sites)
        if isinstance(site, Obstacle):
            return site
        sites.append(site)
        paths.append(path)
    chained = any(each.chained for each in sites)
    paired = chained or any(each.skippable for each in paths) or not any(each.clauses for each in paths)
    if paired and any(each.clauses for each in paths):
        return _may_be_skipped(loop, paths)
    return _checked(around, loop, sites, paths, paired=paired)


def _may_be_skipped(loop: ast.For | ast.AsyncFor, paths: Sequence[Path]) -> Obstacle:
    line = next((each.caught for each in paths if each.skippable), None)
    if line is None:
        reason = f"an operation of the loop on line {loop.lineno} needs the result of one that may not happen"
        return Obstacle(cause="loop", reason=reason, lines=lines_of(loop))
    reason = (
        f"an error that line {line} handles decides which operations of the loop on line {loop.lineno} happen"
    )
    return Obstacle(cause="control", reason=reason, lines=lines_of(loop))


def _checked(
    around: Around,
    loop: ast.For | ast.AsyncFor,
    sites: Sequence[Site],
    paths: Sequence[Path],
    *,
    paired: bool,
) -> InPlace | Obstacle:
    analysis = around.analysis
    names = frozenset((*bound_names([loop.target]), *bound_names(loop.body)))
    own = (analysis.effects.private_to(each.operation.node) for each in sites)
    private = Private(names, frozenset[Location]().union(*own))
    moved = _operation_steps(around, loop, sites)
    nodes = [each.operation.node for each in sites]
    steps = [*moved, *rest_steps(around, loop.body, nodes, first=len(moved))]
    checks = [
        pinned_in(around),
        closure_over(loop, private.names),
        *(seen_by_callee(each.hidden, private.names, lines_of(loop)) for each in moved),
        *(unnecessary_exit(around, each, private) for each in moved),
        *_headers(around, loop, sites, steps, private),
    ]
    obstacle = next((each for each in checks if each is not None), None)
    if obstacle is not None:
        return obstacle
    found = told(around.options, crossing(around.block.key, steps, moved, private), steps)
    if isinstance(found, Obstacle):
        return found
    return InPlace(
        block=around.block,
        statement=loop,
        loop=loop,
        iteration=iteration(analysis, around.block, loop.iter),
        sites=tuple(sites),
        paired=paired,
        caught=next((each.caught for each in paths if each.caught is not None), None),
        told=found,
        prevented=around.prevented,
    )


def _site(
    around: Around, loop: ast.For | ast.AsyncFor, operation: Operation, path: Path, sites: Sequence[Site]
) -> Site | Obstacle:
    loops: list[ast.For | ast.AsyncFor] = [
        loop,
        *(each for each in path.clauses if isinstance(each, ast.For)),
    ]
    targets = bound_names(each.target for each in loops)
    computed = _computed(loop, loops)
    line = operation.lines[0]
    if len(targets) != sum(len(bound_names([each.target])) for each in loops):
        reason = f"the loops around line {line} use one name twice"
        return Obstacle(cause="loop", reason=reason, lines=lines_of(loop))
    for each in path.clauses:
        header = each.expression if isinstance(each, Test) else each.iter
        known = read_names([header]) & computed
        if known:
            name = min(known)
            reason = f"line {header.lineno} decides with {name!r}, which the iteration computes, whether line {line} happens"
            return Obstacle(cause="loop", reason=reason, lines=(header.lineno, line))
        if isinstance(each, ast.For) and next(exits(each.body), None) is not None:
            reason = (
                f"the loop on line {each.lineno} may end early, and later operations must then not happen"
            )
            return Obstacle(cause="control", reason=reason, lines=lines_of(each))
    needed = _needed(around, operation, path, computed, sites)
    if isinstance(needed, Obstacle):
        return needed
    repeated, chained = needed
    used = read_names([operation.node, *repeated])
    return Site(
        operation=operation,
        clauses=tuple(path.clauses),
        inputs=tuple(each for each in targets if each in used),
        repeated=repeated,
        chained=chained,
    )


def _computed(loop: ast.For | ast.AsyncFor, loops: Sequence[ast.For | ast.AsyncFor]) -> frozenset[str]:
    """Return the names that the body binds other than as the targets of the loops around an operation."""
    targets = {id(each) for header in loops for each in ast.walk(header.target)}
    names = (
        each
        for part in loop.body
        for each in ast.walk(part)
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load) and id(each) not in targets
    )
    return frozenset(each.id for each in names) | frozenset(_defined(loop.body))


def _defined(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements bind in other ways than by storing them."""
    for part in body:
        for each in ast.walk(part):
            for wanted in ("name", "asname", "rest"):
                value = getattr(each, wanted, None)
                if isinstance(value, str):
                    yield value.split(".", maxsplit=1)[0]


Needed = tuple[tuple[ast.stmt, ...], tuple[tuple[str, int], ...]]
"""Statements to repeat, and names that earlier operations give."""


def _needed(
    around: Around, operation: Operation, path: Path, computed: frozenset[str], sites: Sequence[Site]
) -> Needed | Obstacle:
    """Return how an operation comes by the names that the iteration computes, if it can before its turn."""
    repeated: list[ast.stmt] = []
    chained: dict[str, int] = {}
    wanted = read_names([operation.node]) & computed
    for statement in reversed(path.before):
        names = wanted & frozenset(bound_names([statement]))
        source = _given_by(statement, sites)
        if not names:
            continue
        if source is not None:
            chained[min(names)] = source
        elif only_names(statement, around.analysis):
            repeated.insert(0, statement)
            wanted |= read_names([statement]) & computed
        else:
            break
        wanted -= names
    again = [*chained, *bound_names(repeated)]
    twice = [each for each in again if _binders(around.loop.body, each) > 1]
    if not wanted and not twice:
        return tuple(repeated), tuple(sorted(chained.items(), key=lambda each: each[1]))
    name = min([*wanted, *twice])
    line = operation.lines[0]
    reason = f"line {line} needs {name!r}, which the iteration computes"
    return Obstacle(cause="loop", reason=reason, lines=(line, line), partial=True)


def _given_by(statement: ast.stmt, sites: Sequence[Site]) -> int | None:
    """Return which operation a statement only gives a name to."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=value):
            return next((index for index, each in enumerate(sites) if each.operation.node is value), None)
        case _:
            return None


def _binders(body: Sequence[ast.stmt], name: str) -> int:
    return sum(
        isinstance(each, ast.Name) and each.id == name and not isinstance(each.ctx, ast.Load)
        for part in body
        for each in ast.walk(part)
    )


def _operation_steps(around: Around, loop: ast.For | ast.AsyncFor, sites: Sequence[Site]) -> list[Step]:
    effects = around.analysis.effects
    names = [each for part in loop.body for each in ast.walk(part) if isinstance(each, ast.Name)]
    return [
        Step(
            index=index,
            statement=index,
            role="operation",
            operation=site.operation,
            effects=effects.of(site.operation.node) | effects.of(*(_value(each) for each in site.repeated)),
            lines=site.operation.lines,
            hidden=effects.of(site.operation.node, without=names),
            made=effects.private_to(site.operation.node),
            pause=_is_pause(around, site.operation),
        )
        for index, site in enumerate(sites)
    ]


def _is_pause(around: Around, operation: Operation) -> bool:
    steps = around.analysis.steps[operation.block]
    return any(each.operation is operation and each.pause for each in steps)


def _value(statement: ast.stmt) -> ast.AST:
    assert isinstance(statement, ast.Assign)
    return statement.value


def _headers(
    around: Around,
    loop: ast.For | ast.AsyncFor,
    sites: Sequence[Site],
    steps: Sequence[Step],
    private: Private,
) -> Iterator[Obstacle | None]:
    """Check that what decides how often operations happen can be evaluated before the loop, and once more in it."""
    effects = around.analysis.effects
    header = effects.of(loop, without=[*loop.body, *loop.orelse])
    copied = is_copied(around.analysis, loop.iter)
    yield iterable_obstacle(header, steps, private, lines_of(loop.iter), copied=copied)
    for clause in _unique(each for site in sites for each in site.clauses):
        if isinstance(clause, Test):
            yield _test(effects.of(clause.expression), clause, steps, private)
            continue
        inner = effects.of(clause, without=[*clause.body, *clause.orelse])
        yield iterable_obstacle(inner, steps, private, lines_of(clause.iter))
        around_it = [loop] if isinstance(loop, ast.For) else []
        if not gives_the_same_again(around.analysis, around.block, clause.iter, around_it):
            line = clause.lineno
            reason = f"whether the loop on line {line} goes over the same items again is not known"
            yield Obstacle(
                cause="loop", reason=reason, lines=(line, line), hint="make it a list first", partial=True
            )


def _unique(clauses: Iterable[ast.For | Test]) -> list[ast.For | Test]:
    return list(
        {id(each if isinstance(each, ast.For) else each.expression): each for each in clauses}.values()
    )


def _test(effects: Effects, test: Test, steps: Sequence[Step], private: Private) -> Obstacle | None:
    node = test.expression
    line, lines = node.lineno, lines_of(node)
    if any(isinstance(each, ast.NamedExpr | ast.Await | ast.Yield) for each in ast.walk(node)):
        reason = f"the condition on line {line} does more than decide"
        return Obstacle(cause="control", reason=reason, lines=lines)
    if effects.barriers:
        return Obstacle(cause="unknown", reason=f"line {line}: {effects.barriers[0].reason}", lines=lines)
    changed = [each for each in effects.writes if not private.holds(each)]
    if changed:
        reason = f"the condition on line {line} changes {changed[0].label!r}"
        return Obstacle(cause="loop", reason=reason, lines=lines)
    for step in steps:
        for location in step.effects.writes & effects.reads:
            if not private.holds(location):
                reason = f"line {step.lines[0]} changes {location.label!r}, with which line {line} decides"
                return Obstacle(cause="loop", reason=reason, lines=lines)
    return None
