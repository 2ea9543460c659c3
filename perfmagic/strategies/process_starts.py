"""Which calls of a block go to other processes, and where each is handed over."""

from collections.abc import Collection
from dataclasses import dataclass

from perfmagic.analysis.statements import Operation
from perfmagic.analysis.steps import Step
from perfmagic.strategies.ordering import Ordering, operation_of


@dataclass(frozen=True, slots=True)
class Handover:
    """A call that is handed over before the statement at ``position``, and whose result is taken where it stood."""

    step: Step
    position: int

    @property
    def operation(self) -> Operation:
        """The call."""
        return operation_of(self.step)


def handovers(order: Ordering, fit: Collection[int]) -> tuple[Handover, ...]:
    """Return the calls that overlap, in program order.

    Parameters
    ----------
    fit
        Keys of the operations that may run in another process.
    """
    found = [
        Handover(step, position)
        for step in order.operations
        if operation_of(step).key in fit and (position := _position(order, step)) is not None
    ]
    found = [Handover(each.step, _slide(found, each)) for each in found]
    return tuple(each for each in found if any(_overlap(each, other) for other in found))


def _position(order: Ordering, step: Step) -> int | None:
    """Return the index of the statement before which all that a call needs is there, ``None`` if it must wait for its turn."""
    if step.pinned is not None:
        return None
    before = order.before.get(step.index, ())
    position = max([0, *(order.steps[each.earlier].statement + 1 for each in before)])
    return position if position <= step.statement else None


def _slide(found: list[Handover], call: Handover) -> int:
    """Move a handover down to the first statement that waits for one: before it nothing is gained."""
    waiting = [each.step.statement for each in found]
    return min((each for each in waiting if each >= call.position), default=call.step.statement)


def _overlap(one: Handover, other: Handover) -> bool:
    """Whether one is handed over before the result of the other is taken, and the other way round."""
    if one.step.index == other.step.index:
        return False
    return one.position <= other.step.statement and other.position <= one.step.statement
