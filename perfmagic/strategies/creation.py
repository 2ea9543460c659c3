"""The code that starts one operation early, in the style of a strategy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from perfmagic.analysis.conditional import Condition
from perfmagic.analysis.edits import INDENT
from perfmagic.analysis.statements import Operation
from perfmagic.model.plan import Edit
from perfmagic.strategies.conditional_starts import condition_text
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.names import stem
from perfmagic.strategies.ordering import Ordering, operation_of
from perfmagic.strategies.start_early import Start


class Style(Protocol):
    """How a strategy writes a started operation; one value for each block."""

    suffix: str
    helper: str
    """Keyword and prefix of a helper's definition: ``async def`` or ``def``."""

    def create(self, name: str, operation: Operation, helper: str | None) -> str:
        """Return the statement that starts an operation."""
        ...

    def take(self, name: str) -> str:
        """Return the expression that waits for a started operation."""
        ...

    def body(self, operation: Operation) -> str:
        """Return the expression that does the operation inside a helper."""
        ...

    def replaced(self, start: Start, name: str) -> Edit:
        """Return the edit that takes the result where the operation stood."""
        ...

    def kept(self, operation: Operation, /) -> Edit | None:
        """Return the edit of an operation that stays in its turn while others are in flight, if it needs one."""
        ...

    def added(self, name: str, operation: Operation, /) -> list[str]:
        """Return the lines that note an operation started after the region began."""
        ...

    def opening(
        self, first: Mapping[str, Operation], found: Sequence[Operation], /
    ) -> tuple[list[str], bool]:
        """Return the lines before the region, and whether the first starts belong inside it."""
        ...

    def closing(self) -> list[str]:
        """Return the lines after the region."""
        ...


@dataclass(frozen=True, slots=True)
class Creation:
    """Writes the starts of one block; ``names`` maps operations, by their key, to the names that stand for them."""

    draft: Draft
    order: Ordering
    names: Mapping[int, str]
    style: Style

    def rows(self, start: Start) -> list[str]:
        """Return the statements that start one operation, its helper first if it needs one."""
        name = self.names[start.operation.key]
        if not start.wrapped:
            return [self.style.create(name, start.operation, None)]
        helper = self.draft.names.new(f"get_{stem(start.operation.label).removeprefix('get_')}")
        taken = {key: self.names[operation_of(self.order.steps[at]).key] for key, at in start.inputs.items()}
        body = [f"{key} = {self.style.take(source)}" for key, source in taken.items()]
        result = f"return {self.style.body(start.operation)}"
        if start.conditions:
            body = [*body, f"if {condition_text(start.conditions, self.draft.text)}:", f"{INDENT}{result}"]
        else:
            body = [*body, result]
        return [
            "",
            f"{self.style.helper} {helper}():",
            *(f"{INDENT}{row}" for row in body),
            "",
            self.style.create(name, start.operation, helper),
        ]

    def later(self, starts: Sequence[Start]) -> list[str]:
        """Return the statements that start operations after others, or under a condition."""
        rows: list[str] = []
        last: tuple[Condition, ...] = ()
        for each in starts:
            own = [*self.rows(each), *self.style.added(self.names[each.operation.key], each.operation)]
            conditions = () if each.wrapped else each.conditions
            if not conditions:
                rows.extend(own)
            elif conditions == last:
                rows.extend(shifted(own))
            elif conditions == _opposite(last):
                rows.extend(["else:", *shifted(own)])
            else:
                rows.extend([f"if {condition_text(conditions, self.draft.text)}:", *shifted(own)])
            last = conditions
        return rows


def _opposite(conditions: Sequence[Condition]) -> tuple[Condition, ...] | None:
    """Return what holds if a single condition does not."""
    return ((conditions[0][0], not conditions[0][1]),) if len(conditions) == 1 else None


def shifted(rows: Iterable[str]) -> list[str]:
    """Return lines one level further in."""
    return [f"{INDENT}{row}" if row else "" for line in rows for row in line.split("\n")]
