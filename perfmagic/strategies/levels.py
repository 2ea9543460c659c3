"""Levels: operations that wait together, as ``asyncio.gather`` and ``asyncio.TaskGroup`` have them.

An operation joins the earliest level at which everything it needs has ended. Its binding goes with it if that is legal, and
otherwise stays where it was. An assignment without effects that stands between a level and an operation which needs it moves
above the level, if nothing on its way there touches what it touches.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field

from perfmagic.analysis.dependences import MOST_STEPS
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.sides import MEMORY
from perfmagic.analysis.statements import simple_target
from perfmagic.analysis.steps import Step
from perfmagic.strategies.ordering import Ordering, operation_of

LAST = 1_000_000

Place = tuple[int, int]
"""Index of a statement, and the turn before it: levels take odd turns, what is lifted above one the even turn before."""


@dataclass(slots=True, kw_only=True)
class Level:
    """Operations that are awaited together, before or in the place of the statement of the first.

    Attributes
    ----------
    place
        Where it stands.
    members
        The steps of its operations, in program order.
    direct
        Indices of the steps whose binding moves with them.
    lifted
        Indices of the statements that move above it, in program order.
    """

    place: Place
    members: list[Step] = field(default_factory=list[Step])
    direct: set[int] = field(default_factory=set[int])
    lifted: list[int] = field(default_factory=list[int])


def levels_of(order: Ordering, may_join: Callable[[Step], bool]) -> list[Level]:
    """Return the levels of a block with more than one member, in order.

    Parameters
    ----------
    order
        What must stay in order in the block.
    may_join
        Whether the strategy can start the operation of a step beside others.
    """
    if len(order.steps) > MOST_STEPS:
        return []
    levels = _Levels(order, may_join)
    for step in order.operations:
        levels.add(step)
    return [each for each in levels.found if len(each.members) > 1]


class _Levels:
    """The levels while they are being found, and where every step of the block ends up."""

    def __init__(self, order: Ordering, may_join: Callable[[Step], bool]) -> None:
        self.found: list[Level] = []
        self._order = order
        self._may_join = may_join
        self._places: dict[int, Place] = {each.index: (each.statement, LAST) for each in order.steps}
        self._lifted: set[Place] = set()
        self._able: dict[int, bool] = {}

    def add(self, step: Step) -> None:
        """Put an operation into the first level that it may join, or into a new one."""
        level = next((each for each in self.found if self._joins(each, step)), None)
        if level is None:
            turn = 2 * sum(each.place[0] == step.statement for each in self.found) + 1
            level = Level(place=(step.statement, turn))
            self.found.append(level)
            self.found.sort(key=lambda each: each.place)
        level.members.append(step)
        self._places[step.index] = level.place
        if self._moves_binding(level, step):
            level.direct.add(step.index)
            if step is not level.members[0]:
                self._places[self._order.rest(step.statement).index] = level.place

    def _joins(self, level: Level, step: Step) -> bool:
        """Whether an operation may be awaited at a level: all that it needs has ended before it, or can be lifted above it."""
        first = level.members[0]
        if step.pinned is not None or first.pinned is not None or not self._stands_free(first):
            return False
        if not (self._may(step) and self._may(first)):
            return False
        if not all(self._places[each] < level.place for each in step.needs):
            return False
        lifted: set[int] = set()
        if not all(
            self._ends_before(each.earlier, level) or self._lifts(each.earlier, level, lifted)
            for each in self._order.before.get(step.index, ())
        ):
            return False
        self._lift(lifted, level)
        return True

    def _may(self, step: Step) -> bool:
        if step.index not in self._able:
            self._able[step.index] = self._may_join(step)
        return self._able[step.index]

    def _stands_free(self, first: Step) -> bool:
        """Whether the first operation of a level needs nothing of its own statement but what stands inside it."""
        own = {
            each.earlier
            for each in self._order.before.get(first.index, ())
            if self._order.steps[each.earlier].statement == first.statement
        }
        return own <= set(first.needs)

    def _ends_before(self, step: int, level: Level) -> bool:
        place = self._places[step]
        if place >= level.place:
            return False
        return place[0] != level.place[0] or place in self._lifted or self._is_level(place)

    def _is_level(self, place: Place) -> bool:
        return any(each.place == place and len(each.members) > 1 for each in self.found)

    def _lifts(self, index: int, level: Level, lifted: set[int]) -> bool:
        """Whether a step is an assignment that can move above the level; it and what it needs join ``lifted``."""
        step = self._order.steps[index]
        if step.statement in lifted:
            return True
        if not _is_pure(self._order, step):
            return False
        if not all(
            self._ends_before(each.earlier, level) or self._lifts(each.earlier, level, lifted)
            for each in self._order.before.get(index, ())
        ):
            return False
        lifted.add(step.statement)
        return True

    def _lift(self, statements: set[int], level: Level) -> None:
        above = (level.place[0], level.place[1] - 1)
        for each in statements:
            self._places[self._order.rest(each).index] = above
        if statements:
            self._lifted.add(above)
            level.lifted = sorted({*level.lifted, *statements})

    def _moves_binding(self, level: Level, step: Step) -> bool:
        """Whether the statement only binds the result, and the binding may move to the level."""
        order = self._order
        statement = order.block.statements[step.statement]
        if not _only_binds(statement, operation_of(step).node):
            return False
        is_last = order.block.kind == "module" and statement is order.block.statements[-1]
        if is_last and (isinstance(statement, ast.Expr) or _would_show(order, level, step)):
            return False
        if step is level.members[0]:
            return True
        members = {each.index for each in level.members}
        before = order.before.get(order.rest(step.statement).index, ())
        return all(each.earlier in members or self._places[each.earlier] < level.place for each in before)


def _would_show(order: Ordering, level: Level, step: Step) -> bool:
    """Whether an expression could become the last statement of the cell, and its value be shown, if the step moved up."""
    between = order.block.statements[level.place[0] + 1 : step.statement]
    return any(isinstance(each, ast.Expr) for each in between)


def _is_pure(order: Ordering, step: Step) -> bool:
    """Whether the step is a whole assignment of one line that only binds names, so that it can run earlier."""
    statement = order.block.statements[step.statement]
    before = order.steps[step.index - 1] if step.index else None
    if step.role != "rest" or (before is not None and before.statement == step.statement):
        return False
    if not isinstance(statement, ast.Assign) or not all(_is_plain(each) for each in statement.targets):
        return False
    if statement.lineno != statement.end_lineno or step.effects.barriers or step.guard is not None:
        return False
    if any(isinstance(each, ast.Await | ast.NamedExpr | ast.Yield) for each in ast.walk(statement)):
        return False
    return all(each.kind in MEMORY for each in step.effects.reads) and all(
        each.kind is Kind.NAME for each in step.effects.writes
    )


def _only_binds(statement: ast.stmt, node: ast.expr) -> bool:
    if isinstance(statement, ast.Expr):
        return statement.value is node
    target = simple_target(statement, node)
    return isinstance(statement, ast.Assign) and target is not None and _is_plain(target)


def _is_plain(target: ast.expr) -> bool:
    return all(
        isinstance(each, ast.Name | ast.Tuple | ast.List | ast.Starred | ast.expr_context)
        for each in ast.walk(target)
    )
