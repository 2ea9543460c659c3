"""What keeps the iterations of a loop one after the other."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from perfmagic.analysis.dependences import Dependence, conflicts
from perfmagic.analysis.effects import Effects, Kind, Location
from perfmagic.analysis.statements import Lines
from perfmagic.analysis.steps import Step

FAR = 10_000
"""Added to the place of a step of a later iteration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a loop must run one iteration after the other."""

    cause: str
    reason: str
    lines: Lines
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Private:
    """What each iteration has for itself: names that it binds anew, and objects that it makes."""

    names: frozenset[str]
    objects: frozenset[Location]

    def holds(self, location: Location) -> bool:
        """Whether a location is one of them."""
        if location.kind is Kind.NAME:
            return location.label in self.names
        return location in self.objects


def stored_names(node: ast.AST) -> set[str]:
    """Return the names that a node stores."""
    return {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def closure_over(loop: ast.For, names: frozenset[str]) -> Obstacle | None:
    """Check that no function of the body keeps a name that each iteration binds anew."""
    for part in loop.body:
        for node in ast.walk(part):
            if not isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.GeneratorExp):
                continue
            for each in ast.walk(node):
                if isinstance(each, ast.Name) and each.id in names:
                    line = each.lineno
                    reason = f"line {line} keeps {each.id!r} in a function, which sees the value of the last iteration"
                    return Obstacle(cause="loop", reason=reason, lines=(line, line))
    return None


def seen_by_callee(called: Effects, names: frozenset[str], lines: Lines) -> Obstacle | None:
    """Check that no called function reads or writes a name of the loop behind the loop's back."""
    for location in called.reads | called.writes:
        if location.kind is Kind.NAME and location.label in names:
            reason = f"a function that the loop on line {lines[0]} calls uses {location.label!r}, which the loop sets"
            return Obstacle(cause="loop", reason=reason, lines=lines)
    return None


def carried(loop: ast.For, temporaries: frozenset[str]) -> Obstacle | None:
    """Check that each iteration writes its temporaries before it reads them."""
    written: set[str] = set()
    for statement in loop.body:
        for node in ast.walk(statement):
            reads = isinstance(node, ast.Name) and (
                isinstance(node.ctx, ast.Load) or isinstance(statement, ast.AugAssign)
            )
            if reads and isinstance(node, ast.Name) and node.id in temporaries - written:
                reason = f"line {node.lineno} reads {node.id!r} from the iteration before"
                return Obstacle(cause="loop", reason=reason, lines=(node.lineno, node.lineno))
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            written |= stored_names(statement)
    return None


def head_writes(steps: Sequence[Step], at: int, private: Private) -> Obstacle | None:
    """Check that the head writes nothing but its temporaries."""
    for step in steps:
        if step.statement >= at or step.role == "operation":
            continue
        for location in step.effects.writes:
            if not private.holds(location):
                line = step.lines[0]
                reason = f"line {line} changes {location.label!r} between the operations of an iteration"
                return Obstacle(cause="loop", reason=reason, lines=step.lines)
    return None


def iterable_obstacle(
    around: Effects, steps: Sequence[Step], private: Private, lines: Lines
) -> Obstacle | None:
    """Check that going through the iterable has no effects, and that the body leaves it alone."""
    line = lines[0]
    if around.barriers:
        return Obstacle(
            cause="loop",
            reason=f"line {line}: what the loop iterates over is not known",
            lines=lines,
            hint="make it a list first",
        )
    own = [each for each in around.writes if not private.holds(each)]
    if own:
        reason = f"iterating on line {line} changes {own[0].label!r}"
        return Obstacle(cause="loop", reason=reason, lines=lines, hint="make it a list first")
    for step in steps:
        for location in step.effects.writes & around.reads:
            if not private.holds(location):
                reason = f"line {step.lines[0]} changes {location.label!r}, over which line {line} iterates"
                return Obstacle(cause="loop", reason=reason, lines=(line, step.lines[1]))
    return None


def crossing(
    block: int, steps: Sequence[Step], moved: Sequence[Step], private: Private
) -> Iterator[Dependence]:
    """Yield what keeps a moved step of one iteration behind a step of an earlier one, or of its own that stays behind."""
    for earlier in steps:
        for later in moved:
            other = replace(later, index=later.index + FAR, statement=later.statement + FAR, needs=())
            for each in conflicts(block, earlier, other):
                if not _is_private(each, earlier, later, private):
                    yield replace(each, later=later.index)


def _is_private(dependence: Dependence, earlier: Step, later: Step, private: Private) -> bool:
    location = dependence.location
    if location is None:
        commits = dependence.kind == "control" and earlier.guard is None
        return commits and all(private.holds(each) for each in later.effects.writes)
    if not private.holds(location):
        return False
    if location.kind is Kind.OBJECT:
        return True
    return all(location not in step.hidden.reads | step.hidden.writes for step in (earlier, later))


def obstacle_of(dependence: Dependence) -> Obstacle:
    """Return a dependence between iterations as an obstacle."""
    return Obstacle(
        cause="loop" if dependence.cause in {"flow", "anti", "output"} else dependence.cause,
        reason=f"{dependence.reason} (in another iteration)",
        lines=dependence.lines,
        hint=dependence.hint,
    )
