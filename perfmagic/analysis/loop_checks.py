"""What keeps the iterations of a loop one after the other."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.dependences import Dependence, conflicts, severity
from perfmagic.analysis.effects import Effects, Kind, Location
from perfmagic.analysis.statements import DEFINITIONS, Lines, Operation, inner_statements, lines_of
from perfmagic.analysis.steps import Step
from perfmagic.analysis.waivers import waiver
from perfmagic.model.options import Options

FAR = 10_000
"""Added to the place of a step of a later iteration."""

AFTERWARDS = "collect the values in the loop, and make the functions after it"
ARGUMENT = "pass the value to the function as an argument"
ANOTHER = "collect what is added in another list, and go through that one afterwards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why a loop must run one iteration after the other.

    ``partial``: that is so in one form of the loop only; ``entered``: only an ``async with`` around the operation keeps it.
    """

    cause: str
    reason: str
    lines: Lines
    hint: str | None = None
    partial: bool = False
    entered: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """One loop, where it stands, and what the user lets us assume.

    Attributes
    ----------
    analysis
        The cell.
    block
        The block that holds the loop.
    loop
        The loop.
    operations
        All operations of its body.
    options
        What the user lets us assume.
    """

    analysis: Analysis
    block: Block
    loop: ast.For | ast.AsyncFor
    operations: tuple[Operation, ...]
    options: Options

    @property
    def prevented(self) -> int | None:
        """The first line that may end the loop early on purpose."""
        found = next(exits(self.loop.body), None)
        return None if found is None else found.lineno

    def elsewhere(self, moved: Sequence[ast.AST]) -> frozenset[str]:
        """Return the names that the scope reads outside the moved statements of the loop."""
        inside = {
            id(each) for part in moved for each in ast.walk(part) if not isinstance(each, ast.expr_context)
        }
        return frozenset(
            each.id
            for each in ast.walk(self.block.scope)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) and id(each) not in inside
        )

    def is_seen_after_an_error(self, name: str) -> bool:
        """Whether code may read the name after an error has ended the loop."""
        if isinstance(self.block.scope, ast.Module):
            return True
        tries = [each for each in ast.walk(self.block.scope) if isinstance(each, ast.Try | ast.TryStar)]
        after = [part for each in tries for part in (*each.handlers, *each.finalbody)]
        return bool(after) and name in self.elsewhere(self.loop.body)


def exits(body: Iterable[ast.stmt], *, nested: bool = False, handled: bool = False) -> Iterator[ast.stmt]:
    """Yield the statements of a loop's body that end the loop on purpose; an error handler that raises only passes one on."""
    for each in body:
        if isinstance(each, DEFINITIONS):
            continue
        if (
            isinstance(each, ast.Return | ast.Assert)
            or (isinstance(each, ast.Raise) and not handled)
            or (isinstance(each, ast.Break) and not nested)
        ):
            yield each
        elif isinstance(each, ast.Try | ast.TryStar):
            yield from exits([*each.body, *each.orelse, *each.finalbody], nested=nested, handled=handled)
            for handler in each.handlers:
                yield from exits(handler.body, nested=nested, handled=True)
        else:
            inside = nested or isinstance(each, ast.For | ast.AsyncFor | ast.While)
            yield from exits(inner_statements(each), nested=inside, handled=handled)


def unnecessary_exit(around: Around, step: Step, private: Private) -> Obstacle | None:
    """Check that nothing ends the loop on purpose, or that the user lets reads begin all the same."""
    found = next(exits(around.loop.body), None)
    if found is None:
        return None
    effects = step.effects
    only_reads = not effects.barriers and all(private.holds(each) for each in effects.writes)
    if around.options.speculate and only_reads:
        return None
    return ends_early(found, hint="--speculate lets them begin, since they only read" if only_reads else None)


def ends_early(statement: ast.stmt, *, hint: str | None) -> Obstacle:
    """Return that a statement may end the loop as an obstacle."""
    line = statement.lineno
    reason = f"line {line} may end the loop or the iteration, and later operations must then not happen"
    return Obstacle(cause="control", reason=reason, lines=lines_of(statement), hint=hint)


def pinned_in(around: Around) -> Obstacle | None:
    """Check that no operation of the loop depends on where it runs."""
    for steps in around.analysis.steps:
        for step in steps:
            ignored = step.pause and around.options.ignore_sleeps
            if step.pinned is not None and step.operation in around.operations and not ignored:
                return Obstacle(cause="control", reason=step.pinned, lines=step.lines)
    return None


def rest_steps(
    around: Around, statements: Sequence[ast.stmt], nodes: Sequence[ast.AST], *, first: int
) -> list[Step]:
    """Return what runs in the loop as it did, without its operations: a step for each statement."""
    return [
        Step(
            index=index,
            statement=index,
            role="rest",
            operation=None,
            effects=around.analysis.effects.of(each, without=nodes),
            lines=lines_of(each),
        )
        for index, each in enumerate(statements, start=first)
    ]


def told(options: Options, found: Iterable[Dependence], steps: Sequence[Step]) -> tuple[str, ...] | Obstacle:
    """Return what the user's options take for granted, if they lift all dependences, or else the most telling one."""
    sentences: dict[str, None] = {}
    kept: list[Dependence] = []
    for each in found:
        sentence = waiver(each, steps, options)
        if sentence is None:
            kept.append(each)
        else:
            sentences[f"{sentence}."] = None
    return obstacle_of(min(kept, key=severity)) if kept else tuple(sentences)


def stored_names(node: ast.AST) -> set[str]:
    """Return the names that a node stores."""
    return {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def closure_over(loop: ast.For | ast.AsyncFor, names: frozenset[str]) -> Obstacle | None:
    """Check that no function of the body keeps a name that each iteration binds anew."""
    for part in loop.body:
        for node in ast.walk(part):
            if not isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.GeneratorExp):
                continue
            for each in ast.walk(node):
                if isinstance(each, ast.Name) and each.id in names:
                    line = each.lineno
                    reason = f"line {line} keeps {each.id!r} in a function, which sees the value of the last iteration"
                    return Obstacle(cause="loop", reason=reason, lines=(line, line), hint=AFTERWARDS)
    return None


def seen_by_callee(called: Effects, names: frozenset[str], lines: Lines) -> Obstacle | None:
    """Check that no called function reads or writes a name of the loop behind the loop's back."""
    for location in called.reads | called.writes:
        if location.kind is Kind.NAME and location.label in names:
            reason = f"a function that the loop on line {lines[0]} calls uses {location.label!r}, which the loop sets"
            return Obstacle(cause="loop", reason=reason, lines=lines, hint=ARGUMENT)
    return None


def iterable_obstacle(
    around: Effects, steps: Sequence[Step], private: Private, lines: Lines, *, copied: bool = False
) -> Obstacle | None:
    """Check that going through the iterable has no effects, and that the body leaves it alone unless it is ``copied``."""
    line = lines[0]
    steps = () if copied else steps
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
                return Obstacle(cause="loop", reason=reason, lines=(line, step.lines[1]), hint=ANOTHER)
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
    if location.kind is not Kind.NAME:
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


TELLING = ("exclusive", "unknown", "effect", "control", "loop")
"""Causes of obstacles from the most to the least useful to a reader."""


def more_telling(whole: Obstacle, stays: Obstacle) -> Obstacle:
    """Choose between the reasons against both forms: one that is about the loop, not about the form."""
    if stays.entered:
        return whole
    if whole.partial or stays.partial:
        return stays if whole.partial else whole
    return min(whole, stays, key=_tells)


def _tells(obstacle: Obstacle) -> int:
    return TELLING.index(obstacle.cause) if obstacle.cause in TELLING else len(TELLING)
