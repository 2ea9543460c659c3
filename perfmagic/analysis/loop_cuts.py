"""Where an iteration can be divided: what moves into a function of its own, and what stays in the loop."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.bound_names import TRACKED, bound_names, read_names
from perfmagic.analysis.loop_checks import Obstacle, ends_early
from perfmagic.analysis.plain_values import only_names
from perfmagic.analysis.statements import Operation, lines_of

STAYING = (*TRACKED, ast.Break, ast.Return, ast.Assert)
"""Statements beside a guarded head whose bindings can be followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How an iteration is divided.

    Attributes
    ----------
    head
        Statements that move.
    last
        The statement whose operations come last; it stays and takes their results.
    around, sunk
        ``with`` statements of the head that end before the rest of their bodies, and that rest.
    stays
        The statements behind, in the same suite.
    guard
        The ``try`` in whose body all this stands, and which stays in the loop; its handlers see the errors of the head.
    before, behind
        The statements of the iteration before and behind that ``try``.
    repeated
        Those before it that only name a text which the head reads: they run in both places.
    """

    head: tuple[ast.stmt, ...]
    last: ast.stmt | None
    around: tuple[ast.With | ast.AsyncWith, ...]
    sunk: tuple[ast.stmt, ...]
    stays: tuple[ast.stmt, ...]
    guard: ast.Try | None = None
    before: tuple[ast.stmt, ...] = ()
    behind: tuple[ast.stmt, ...] = ()
    repeated: tuple[ast.stmt, ...] = ()

    @property
    def inside(self) -> list[ast.stmt]:
        """The statements of the same suite that run in the loop, those first that end what moves."""
        alone = [] if self.last is None or self.last in self.sunk else [self.last]
        return [*alone, *self.sunk, *self.stays]

    @property
    def kept(self) -> list[ast.stmt]:
        """All statements that run in the loop."""
        guard = self.guard
        if guard is None:
            return self.inside
        handled = [part for each in guard.handlers for part in each.body]
        return [*self.before, *self.inside, *handled, *guard.orelse, *guard.finalbody, *self.behind]


def cuts(analysis: Analysis, loop: ast.For | ast.AsyncFor, operations: Sequence[Operation]) -> Iterator[Cut]:
    """Yield the places to divide an iteration at, the best first."""
    body = loop.body
    yield from _in_suite(analysis, body, operations)
    at = _last_wait(analysis, body)
    guard = body[at]
    if not isinstance(guard, ast.Try) or any(waits(analysis, each) for each in _outside_its_body(guard)):
        return
    if any(waits(analysis, each) for each in body[:at]):
        return
    for each in _in_suite(analysis, guard.body, operations):
        if each.head:
            before = tuple(body[:at])
            yield replace(
                each,
                guard=guard,
                before=before,
                behind=tuple(body[at + 1 :]),
                repeated=_repeated(analysis, before, each),
            )


def _in_suite(analysis: Analysis, body: Sequence[ast.stmt], operations: Sequence[Operation]) -> Iterator[Cut]:
    at = _last_wait(analysis, body)
    last, stays = body[at], tuple(body[at + 1 :])
    own = [each for each in operations if any(each.node is node for node in ast.walk(last))]
    if isinstance(last, ast.Assign | ast.AnnAssign | ast.Expr | ast.AugAssign) and not any(
        each.conditional for each in own
    ):
        yield Cut(head=tuple(body[:at]), last=last, around=(), sunk=(), stays=stays)
        return
    yield Cut(head=tuple(body[: at + 1]), last=None, around=(), sunk=(), stays=stays)
    around: list[ast.With | ast.AsyncWith] = []
    while isinstance(last, ast.With | ast.AsyncWith):
        around.append(last)
        place = _last_wait(analysis, last.body)
        inner = last.body[place] if place >= 0 else last
        if isinstance(inner, ast.With | ast.AsyncWith) and inner is not last and place + 1 == len(last.body):
            last = inner
            continue
        head = (*body[:at], around[0])
        after = tuple(last.body[place + 1 :])
        if after:
            yield Cut(head=head, last=None, around=tuple(around), sunk=after, stays=stays)
        if isinstance(inner, ast.Expr | ast.AugAssign | ast.Assign):
            yield Cut(head=head, last=inner, around=tuple(around), sunk=(inner, *after), stays=stays)
        return


def waits(analysis: Analysis, node: ast.AST) -> bool:
    """Whether a node holds an operation, or enters what may wait."""
    inside = {id(each) for each in ast.walk(node)}
    if any(isinstance(each, ast.AsyncWith) for each in ast.walk(node)):
        return True
    return any(id(each.node) in inside for each in analysis.operations)


def _last_wait(analysis: Analysis, body: Sequence[ast.stmt]) -> int:
    return max((index for index, each in enumerate(body) if waits(analysis, each)), default=-1)


def _outside_its_body(guard: ast.Try) -> list[ast.AST]:
    return [*guard.handlers, *guard.orelse, *guard.finalbody]


def _repeated(analysis: Analysis, before: Sequence[ast.stmt], cut: Cut) -> tuple[ast.stmt, ...]:
    """Return the statements before the ``try`` that name what the moved ones read, if they do nothing else."""
    found: list[ast.stmt] = []
    wanted = read_names(moved_statements(cut) if cut.last is None else [*moved_statements(cut), cut.last])
    for each in reversed(before):
        if wanted & frozenset(bound_names([each])) and only_names(each, analysis):
            found.insert(0, each)
            wanted |= read_names([each])
    return tuple(found)


def moved_statements(cut: Cut) -> list[ast.stmt]:
    """Return what moves, with the part inside the ``with`` statements that are divided."""
    if not cut.around:
        return list(cut.head)
    inner = list(cut.around[-1].body)
    inner = inner[: inner.index(cut.sunk[0])]
    for each in reversed(cut.around):
        inner = [_with_body(each, inner)]
    return [*cut.head[:-1], *inner]


def _with_body(statement: ast.With | ast.AsyncWith, body: list[ast.stmt]) -> ast.stmt:
    made = type(statement)(items=statement.items, body=body or [ast.Pass()])
    return ast.copy_location(made, statement)


def misplaced(cut: Cut, loop: ast.For | ast.AsyncFor) -> Obstacle | None:
    """Check that what moves never ends the iteration itself, and that the names around it can be followed."""
    moved = [*cut.before, *cut.head, *([] if cut.last is None else [cut.last])]
    for each in (node for part in moved for node in ast.walk(part)):
        if isinstance(each, ast.Break | ast.Return | ast.Assert):
            return replace(ends_early(each, hint=None), partial=True)
        if isinstance(each, ast.stmt) and not isinstance(each, TRACKED):
            return _untracked(each)
        if isinstance(each, ast.Continue):
            reason = f"line {each.lineno} may end the iteration, and later operations must then not happen"
            return Obstacle(cause="control", reason=reason, lines=lines_of(each), partial=True)
    if cut.guard is None:
        return None
    for each in (node for part in cut.kept for node in ast.walk(part)):
        if isinstance(each, ast.stmt) and not isinstance(each, STAYING):
            return _untracked(each)
    return _bound_twice(cut, loop)


def _bound_twice(cut: Cut, loop: ast.For | ast.AsyncFor) -> Obstacle | None:
    """Check that a name has one value in the turn as far as the head and the handlers can tell."""
    moved = moved_statements(cut)
    read = read_names([*cut.repeated, *moved, *([] if cut.last is None else [cut.last])])
    staying = bound_names(each for each in cut.before if each not in cut.repeated)
    earlier = {*bound_names(cut.before), *bound_names([loop.target])}
    name = next((each for each in staying if each in read), None)
    if name is not None:
        line = moved[0].lineno
        reason = f"line {line} needs {name!r}, which the iteration computes"
        return Obstacle(cause="loop", reason=reason, lines=(line, line), partial=True)
    name = next((each for each in bound_names(moved) if each in earlier), None)
    if name is None:
        return None
    line = moved[0].lineno
    reason = f"an error behind line {line} would leave another value in {name!r}"
    return Obstacle(cause="control", reason=reason, lines=(line, line), partial=True)


def _untracked(statement: ast.stmt) -> Obstacle:
    line = statement.lineno
    word = type(statement).__name__.lower().replace("async", "async ")
    reason = f"line {line} cannot move into a function of its own ({word})"
    return Obstacle(cause="loop", reason=reason, lines=lines_of(statement), partial=True)
