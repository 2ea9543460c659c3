"""What a whole scope does with its names, read once for each tree."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeNames:
    """The names in a tree, definitions inside it included.

    Attributes
    ----------
    stored
        Names that are assigned to.
    declared
        Names in ``global`` and ``nonlocal`` statements.
    deletes
        Whether anything is deleted.
    binders
        How many nodes bind each name, as a target, a parameter, an import or a definition.
    used
        How many times each name stands in the tree, read or bound.
    """

    stored: frozenset[str]
    declared: frozenset[str]
    deletes: bool
    binders: Mapping[str, int]
    used: Mapping[str, int]


@lru_cache(maxsize=256)
def scope_names(scope: ast.AST) -> ScopeNames:
    """Return what a tree does with its names."""
    nodes = list(ast.walk(scope))
    return ScopeNames(
        stored=frozenset(
            each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        ),
        declared=frozenset(
            name for each in nodes if isinstance(each, ast.Global | ast.Nonlocal) for name in each.names
        ),
        deletes=any(isinstance(each, ast.Delete) for each in nodes),
        binders=MappingProxyType(Counter(name for each in nodes for name in _bound_by(each))),
        used=MappingProxyType(Counter(each.id for each in nodes if isinstance(each, ast.Name))),
    )


def _bound_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        yield node.id
    yield from {
        each for field in ("name", "asname", "arg") if isinstance(each := getattr(node, field, None), str)
    }
