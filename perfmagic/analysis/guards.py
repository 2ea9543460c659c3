"""Statements that nothing may move across, because control flow decides what happens after them."""

import ast
from collections.abc import Callable, Sequence
from typing import Protocol

from perfmagic.analysis.effects import Effects, Kind
from perfmagic.analysis.statements import Operation, escapes


class BodyEffects(Protocol):
    """Tells the effects of nodes of the tree."""

    def of(self, *nodes: ast.AST, without: Sequence[ast.AST] = ()) -> Effects:
        """Return the effects of the nodes, without those of some nodes inside them."""
        ...


def guard_of(
    statement: ast.stmt,
    own: Sequence[Operation],
    effects: BodyEffects,
    keeps_to_itself: Callable[[ast.expr], bool],
) -> str | None:
    """Say why later code must not run before the statement has ended, if control flow is why; ``None`` if it is not.

    ``own`` are the operations of the statement; ``keeps_to_itself`` tells of a context manager whether it concerns nothing but
    the body of its ``with`` statement.
    """
    line = statement.lineno
    leaves = escapes(statement)
    if leaves is not None:
        word = type(leaves).__name__.lower()
        return f"line {leaves.lineno} may leave the block ({word})"
    match statement:
        case ast.TryStar():
            return f"the try statement on line {line} decides what runs after an error"
        case ast.Try() if _cleans_up(statement, effects):
            return f"the try statement on line {line} decides what runs after an error"
        case ast.With() | ast.AsyncWith() if not all(
            keeps_to_itself(each.context_expr) for each in statement.items
        ):
            return f"the with statement on line {line} sets the order of what is inside and after it"
        case ast.Global() | ast.Nonlocal():
            return f"line {line} declares names"
        case ast.AugAssign() if own and not isinstance(statement.target, ast.Name):
            return f"line {line} reads {ast.unparse(statement.target)!r}, waits, and writes it back"
        case _:
            return None


def _cleans_up(statement: ast.Try, effects: BodyEffects) -> bool:
    """Whether the ``finally`` part does more than bind names: later code relies on what it has put in order."""
    done = effects.of(*statement.finalbody)
    return bool(done.barriers) or any(each.kind is not Kind.NAME for each in done.writes)
