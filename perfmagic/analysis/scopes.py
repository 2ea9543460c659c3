"""Scopes: where a name of a piece of code lives."""

import ast
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
CELL = "cell"
"""Scope number of the notebook's own namespace in the keys of name locations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names that a function or class body binds, and those that it declares to live elsewhere."""

    bound: frozenset[str] = frozenset()
    global_: frozenset[str] = frozenset()
    nonlocal_: frozenset[str] = frozenset()
    yields: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class Scope:
    """A module, one activation of a function, or a class body.

    Attributes
    ----------
    number
        What makes its names unique in locations; `CELL` for the notebook's namespace.
    parent
        The enclosing scope, ``None`` for a module.
    live
        The global names of a module.
    cells
        The closure of a live function.
    captured
        Whether a function or class that was defined in it may outlive it.
    """

    number: object
    sort: str
    names: Names = field(default_factory=Names)
    parent: "Scope | None" = None
    live: Mapping[str, object] = field(default_factory=dict[str, object])
    cells: Mapping[str, types.CellType] = field(default_factory=dict[str, types.CellType])
    captured: bool = False

    def module(self) -> "Scope":
        """Return the module at the end of the chain."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def owner(self, name: str) -> "Scope":
        """Return the scope in which a name of this scope lives, following ``global`` and ``nonlocal``."""
        if self.parent is None or name in self.names.global_:
            return self.module()
        if name in self.names.bound and name not in self.names.nonlocal_:
            return self
        return self.parent.enclosing(name)

    def enclosing(self, name: str) -> "Scope":
        """Return the scope in which a free name of an inner function lives; class bodies are passed over."""
        if self.parent is None:
            return self
        if self.sort == "function" and (name in self.names.bound or name in self.cells):
            return self.parent.enclosing(name) if name in self.names.nonlocal_ else self.owner(name)
        if self.sort == "cells" and name in self.cells:
            return self
        if name in self.names.global_ and self.sort == "function":
            return self.module()
        return self.parent.enclosing(name)


@lru_cache(maxsize=2048)
def names_of(node: FunctionNode | ast.ClassDef) -> Names:
    """Return the names that the body of a function or class binds itself."""
    body: Iterable[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else node.body
    bound: set[str] = set()
    outer: set[str] = set()
    nonlocal_: set[str] = set()
    yields = False
    for each in own_nodes(body):
        bound.update(_binds(each))
        if isinstance(each, ast.Global):
            outer.update(each.names)
        elif isinstance(each, ast.Nonlocal):
            nonlocal_.update(each.names)
        elif isinstance(each, ast.Yield | ast.YieldFrom):
            yields = True
    if not isinstance(node, ast.ClassDef):
        bound.update(parameters(node.args))
    return Names(
        bound=frozenset(bound - outer),
        global_=frozenset(outer),
        nonlocal_=frozenset(nonlocal_),
        yields=yields,
    )


def parameters(arguments: ast.arguments) -> Iterator[str]:
    """Yield the names of all parameters."""
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield each.arg
    for rest in (arguments.vararg, arguments.kwarg):
        if rest is not None:
            yield rest.arg


def own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of a body without those of functions and classes that are defined in it."""
    pending = list(body)
    while pending:
        each = pending.pop()
        yield each
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            pending.extend((*each.decorator_list, *each.args.defaults))
            pending.extend(default for default in each.args.kw_defaults if default is not None)
        elif isinstance(each, ast.Lambda):
            pending.extend(each.args.defaults)
        elif isinstance(each, ast.ClassDef):
            pending.extend((*each.decorator_list, *each.bases))
        elif isinstance(each, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            pending.extend(_named(each))
        else:
            pending.extend(ast.iter_child_nodes(each))


def _named(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the assignment expressions inside a comprehension: they bind outside it."""
    for each in ast.walk(node):
        if isinstance(each, ast.NamedExpr):
            yield each.target


def _binds(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return (name,)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return (name,)
        case ast.MatchMapping(rest=str(name)):
            return (name,)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name.split(".")[0] for alias in names]
        case _:
            return ()
