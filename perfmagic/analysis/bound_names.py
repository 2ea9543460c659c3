"""Which names a piece of code binds in its own scope, and whether it is sure to have bound them."""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from perfmagic.analysis.statements import COMPREHENSIONS, DEFINITIONS, own_expressions

TRACKED = (
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.If, ast.For, ast.With, ast.AsyncWith, ast.Try, ast.Pass,
    ast.Continue, ast.Raise,
)  # fmt: skip
"""Statements whose bindings can be followed."""


def bound_names(nodes: Iterable[ast.AST]) -> tuple[str, ...]:
    """Return the names that nodes bind in their own scope, in the order of their places."""
    return tuple(dict.fromkeys(name for node in nodes for name in _bound(node)))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
        return
    if isinstance(node, DEFINITIONS):
        yield node.name
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, COMPREHENSIONS):
        yield from (each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
        return
    for wanted in ("name", "asname", "rest"):
        value = getattr(node, wanted, None)
        if isinstance(value, str) and not (wanted == "name" and getattr(node, "asname", None)):
            yield value.split(".", maxsplit=1)[0]
    for child in ast.iter_child_nodes(node):
        yield from _bound(child)


def read_names(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that nodes read, in any scope inside them."""
    return frozenset(
        each.id
        for node in nodes
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
    )


@dataclass(slots=True)
class Assigned:
    """Follows which of some names are surely bound, statement by statement.

    Attributes
    ----------
    wanted
        The names that matter.
    swallows
        Whether a context manager may keep an error from going on, so that its body may be left anywhere.
    early
        The first reading of one of them that may come before it is bound.
    """

    wanted: frozenset[str]
    swallows: Callable[[ast.expr], bool]
    early: ast.Name | None = field(default=None)

    def after(self, statements: Sequence[ast.stmt], before: frozenset[str]) -> frozenset[str]:
        """Return the names that are surely bound behind the statements, given those before them."""
        have = before
        for each in statements:
            have = self._after_one(each, have)
        return have

    def _after_one(self, statement: ast.stmt, have: frozenset[str]) -> frozenset[str]:
        for expression in own_expressions(statement):
            self._read(expression, have)
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            self._note(statement.target, have)
        bound = have | frozenset(bound_names(own_expressions(statement)))
        if isinstance(statement, ast.For):
            self.after(statement.body, bound)
            self.after(statement.orelse, have)
            return have
        return self._after_inner(statement, bound)

    def _after_inner(self, statement: ast.stmt, have: frozenset[str]) -> frozenset[str]:
        match statement:
            case ast.If():
                return self.after(statement.body, have) & self.after(statement.orelse, have)
            case ast.With() | ast.AsyncWith():
                inside = self.after(statement.body, have)
                return have if any(self.swallows(each.context_expr) for each in statement.items) else inside
            case ast.Try():
                return self._after_try(statement, have)
            case ast.Raise() | ast.Continue():
                return have | self.wanted
            case _:
                return have

    def _after_try(self, statement: ast.Try, have: frozenset[str]) -> frozenset[str]:
        ends = self.after(statement.orelse, self.after(statement.body, have))
        for handler in statement.handlers:
            caught = frozenset([handler.name] if handler.name else [])
            if handler.type is not None:
                self._read(handler.type, have)
            ends &= self.after(handler.body, have | caught) - caught
        return ends | self.after(statement.finalbody, have)

    def _read(self, expression: ast.AST, have: frozenset[str]) -> None:
        for each in ast.walk(expression):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
                self._note(each, have)

    def _note(self, name: ast.Name, have: frozenset[str]) -> None:
        if self.early is None and name.id in self.wanted and name.id not in have:
            self.early = name
