"""What a statement binds in its own scope: which names, in which order, and how surely."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from perfmagic.analysis.statements import COMPREHENSIONS, DEFINITIONS, own_expressions


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNames:
    """The names that a statement binds.

    Attributes
    ----------
    bound
        All of them, in the order of their places.
    sure
        Those that are bound whenever the statement ends without an error.
    early
        Those that may be read before the statement itself has bound them.
    """

    bound: tuple[str, ...]
    sure: frozenset[str]
    early: frozenset[str]

    @property
    def private(self) -> frozenset[str]:
        """Names whose value from before the statement cannot reach it."""
        return frozenset(self.bound) - self.early


@lru_cache(maxsize=4096)
def own_names(statement: ast.stmt) -> OwnNames:
    """Return what a statement binds, those inside it included; definitions are followed only by their name."""
    walk = _Walk()
    sure = walk.one(statement, frozenset())
    return OwnNames(bound=tuple(walk.bound), sure=sure, early=frozenset(walk.early))


@dataclass(slots=True)
class _Walk:
    bound: dict[str, None] = field(default_factory=dict[str, None])
    early: set[str] = field(default_factory=set[str])

    def block(self, statements: Sequence[ast.stmt], have: frozenset[str]) -> frozenset[str]:
        for each in statements:
            have = self.one(each, have)
        return have

    def one(self, statement: ast.stmt, have: frozenset[str]) -> frozenset[str]:
        """Return the names that are surely bound behind a statement, given those before it."""
        if isinstance(statement, DEFINITIONS):
            self.early |= set(_read(statement)) - have
            return self._bind([statement.name], have)
        if isinstance(statement, ast.AugAssign | ast.Delete):
            self.early |= set(_stored(statement)) - have
        for expression in own_expressions(statement):
            self.early |= set(_read(expression)) - have
            have = self._bind(_stored(expression), have)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            return self._bind([(each.asname or each.name).split(".")[0] for each in statement.names], have)
        return self._inner(statement, have)

    def _bind(self, names: Sequence[str], have: frozenset[str]) -> frozenset[str]:
        self.bound.update(dict.fromkeys(names))
        return have | frozenset(names)

    def _inner(self, statement: ast.stmt, have: frozenset[str]) -> frozenset[str]:
        match statement:
            case ast.If():
                return self.block(statement.body, have) & self.block(statement.orelse, have)
            case ast.With() | ast.AsyncWith():
                return self.block(statement.body, have)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(statement, have)
            case ast.Try() | ast.TryStar():
                return self._try(statement, have)
            case ast.Match():
                return self._match(statement, have)
            case _:
                return have

    def _loop(self, loop: ast.For | ast.AsyncFor | ast.While, have: frozenset[str]) -> frozenset[str]:
        before = have
        if not isinstance(loop, ast.While):
            before = have - frozenset(_stored(loop.target))
        ends = self.block(loop.body, have)
        leaves = any(isinstance(each, ast.Break | ast.Continue) for each in ast.walk(loop))
        sure = ends if isinstance(loop, ast.For) and _has_items(loop.iter) and not leaves else before
        return sure | self.block(loop.orelse, before) if not leaves else before

    def _try(self, statement: ast.Try | ast.TryStar, have: frozenset[str]) -> frozenset[str]:
        ends = self.block(statement.body, have)
        ends = self.block(statement.orelse, ends)
        for handler in statement.handlers:
            if handler.type is not None:
                self.early |= set(_read(handler.type)) - have
            caught = frozenset([handler.name] if handler.name else [])
            ends &= self.block(handler.body, have | caught) - caught
            self.bound.update(dict.fromkeys(caught))
        return self.block(statement.finalbody, have) | ends

    def _match(self, statement: ast.Match, have: frozenset[str]) -> frozenset[str]:
        for case in statement.cases:
            names = [each for node in ast.walk(case.pattern) for each in _captured(node)]
            self.bound.update(dict.fromkeys(names))
            inside = have | frozenset(names)
            if case.guard is not None:
                self.early |= set(_read(case.guard)) - inside
            self.block(case.body, inside)
        return have


def _captured(node: ast.AST) -> Iterator[str]:
    for field_name in ("name", "rest"):
        value = getattr(node, field_name, None)
        if isinstance(value, str):
            yield value


def _has_items(iterable: ast.expr) -> bool:
    """Whether an iterable surely gives at least one item, by its form."""
    match iterable:
        case ast.Tuple(elts=[*items]) | ast.List(elts=[*items]) | ast.Set(elts=[*items]):
            return any(not isinstance(each, ast.Starred) for each in items)
        case ast.Constant(value=str(text)):
            return bool(text)
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(count))], keywords=[]):
            return count > 0
        case _:
            return False


def _read(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node reads, those of functions inside it too; a comprehension's own are left out."""
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(node, frozenset())]
    while waiting:  # code may be nested deeper than Python's stack
        node, own = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own:
            yield node.id
        if isinstance(node, COMPREHENSIONS):
            own |= {name for each in node.generators for name in _stored(each.target)}
        waiting.extend((child, own) for child in ast.iter_child_nodes(node))


def _stored(node: ast.AST) -> list[str]:
    """Return the names that an expression stores or deletes in its own scope."""
    found: list[str] = []
    waiting = [node]
    while waiting:  # code may be nested deeper than Python's stack
        each = waiting.pop()
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load):
            found.append(each.id)
        elif isinstance(each, COMPREHENSIONS):
            found.extend(inner.target.id for inner in ast.walk(each) if isinstance(inner, ast.NamedExpr))
        elif not isinstance(each, ast.Lambda):
            waiting.extend(reversed(list(ast.iter_child_nodes(each))))
    return found
