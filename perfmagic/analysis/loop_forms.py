"""The forms in which the iterations of a loop may overlap, as values: what a strategy needs to know to write them."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from perfmagic.analysis.blocks import Block
from perfmagic.analysis.iterables import Iteration
from perfmagic.analysis.statements import Operation

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """A loop of which each iteration is one function up to its last operation, and the rest runs over the results.

    Attributes
    ----------
    block
        The block that holds the statement.
    statement
        The ``for`` statement, or the statement whose value holds the comprehension.
    loop
        The ``for`` or ``async for`` statement, or the comprehension.
    targets
        Names that the loop binds for each item.
    iteration
        What is iterated over, and how.
    head
        Statements that move into the operation's function as a whole.
    last
        The statement whose operations end the function; its results take their place. ``None`` if there is none.
    around
        ``with`` statements of the head that the function leaves before the end of their bodies.
    sunk
        The rest of those bodies, which runs in the loop.
    guard
        The ``try`` of the loop in whose body the head stands, if its handlers stay in the loop.
    repeated
        Statements before it that only name a text which the head reads: they run in the function too.
    element
        In a comprehension, what is computed for all items at once.
    operations
        All operations, in order.
    temporaries
        Names that the head binds.
    unbound
        Those of them that an error inside the head leaves as they were, and that code outside the loop may see.
    told
        What is taken for granted because the user said so, in sentences.
    prevented
        The line that might have ended the loop before all its operations had begun, if the user lets that happen.
    """

    block: Block
    statement: ast.stmt
    loop: ast.For | ast.AsyncFor | Comprehension
    targets: tuple[str, ...]
    iteration: Iteration
    head: tuple[ast.stmt, ...]
    last: ast.stmt | None
    around: tuple[ast.With | ast.AsyncWith, ...] = ()
    sunk: tuple[ast.stmt, ...] = ()
    guard: ast.Try | None = None
    repeated: tuple[ast.stmt, ...] = ()
    element: ast.expr | None = None
    operations: tuple[Operation, ...]
    temporaries: tuple[str, ...]
    unbound: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    prevented: int | None = None

    @property
    def simple(self) -> bool:
        """Whether each iteration is one operation and nothing else before it."""
        if self.element is not None:
            return self.element is self.operations[0].node
        return not self.head and len(self.operations) == 1

    @property
    def caught(self) -> int | None:
        """Line of a ``try`` in the loop that handles an error of the function, if there is one."""
        return None if self.guard is None else self.guard.lineno

    @property
    def end(self) -> int:
        """The first line behind the head."""
        if self.sunk:
            return self.sunk[0].lineno
        return self.last.lineno if self.last is not None else (self.head[-1].end_lineno or 0) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A condition of an operation, and the outcome under which the operation happens."""

    expression: ast.expr
    outcome: bool


Clause = ast.For | Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One operation that begins for every turn before the loop runs.

    Attributes
    ----------
    operation
        The operation.
    clauses
        Inner loops and conditions around it, from the outside in.
    inputs
        Names of the loops that it reads.
    repeated
        Statements of the body that only name a value which it reads: they run in both passes.
    chained
        Names that it reads and that an earlier operation of the same turn gives: name and index of that operation.
    """

    operation: Operation
    clauses: tuple[Clause, ...]
    inputs: tuple[str, ...]
    repeated: tuple[ast.stmt, ...]
    chained: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InPlace:
    """A loop that stays as it is and waits for operations that all began before it, each where it stood.

    Attributes
    ----------
    block, statement, loop, iteration, told, prevented
        As in `FanOut`.
    sites
        Its operations, each independent of those of other turns.
    paired
        Whether each operation happens in every iteration, unless an error skips it; else it is the next one that began.
    caught
        Line of a ``try`` in the loop that handles an error of an operation, if there is one.
    otherwise
        The same loop with its iterations as functions, if that is legal too.
    """

    block: Block
    statement: ast.stmt
    loop: ast.For | ast.AsyncFor
    iteration: Iteration
    sites: tuple[Site, ...]
    paired: bool
    caught: int | None
    told: tuple[str, ...] = ()
    prevented: int | None = None
    otherwise: FanOut | None = None

    @property
    def chained(self) -> bool:
        """Whether an operation waits for the result of another one of its turn."""
        return any(each.chained for each in self.sites)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All operations, in order."""
        return tuple(each.operation for each in self.sites)


LoopForm = FanOut | InPlace


def outermost(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations that stand in no other one."""
    return [
        each
        for each in operations
        if not any(
            other is not each and any(node is each.node for node in ast.walk(other.node))
            for other in operations
        )
    ]
