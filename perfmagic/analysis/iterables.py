"""How a loop's iterable can be gone through twice: as it is, or as a list made of it once."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.scope_names import scope_names

Reuse = Literal["as is", "name it", "list it"]
SIZED = (list, tuple, dict, set, frozenset, str, bytes, range)
CONTAINERS = frozenset({"list", "tuple", "dict", "set", "frozenset", "sorted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Iteration:
    """An iterable expression, how often it may be written, and the number of its items if that is known."""

    expression: ast.expr
    reuse: Reuse
    count: int | None


def iteration(analysis: Analysis, block: Block, expression: ast.expr) -> Iteration:
    """Return how to iterate twice over what an expression gives."""
    reuse, count = _form(analysis, block, expression)
    return Iteration(expression=expression, reuse=reuse, count=count)


def _form(analysis: Analysis, block: Block, expression: ast.expr) -> tuple[Reuse, int | None]:
    match expression:
        case ast.List() | ast.Tuple() | ast.Set():
            starred = any(isinstance(each, ast.Starred) for each in expression.elts)
            return "name it", None if starred else len(expression.elts)
        case ast.Constant(value=str() | bytes() as value):
            return "as is", len(value)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.Dict():
            return "name it", None
        case ast.Call(func=ast.Name(id=name)) if not _is_bound(analysis, name):
            return _builtin(expression, name)
        case ast.Name(id=name):
            return _name(analysis, block, name)
        case _:
            return "list it", None


def is_copied(analysis: Analysis, expression: ast.expr) -> bool:
    """Whether an iterable is a list of its own, made before the loop: ``list(found)``."""
    match expression:
        case ast.Call(func=ast.Name(id=name)):
            return name in CONTAINERS and not _is_bound(analysis, name)
        case _:
            return False


def gives_the_same_again(
    analysis: Analysis, block: Block, expression: ast.expr, loops: Sequence[ast.For]
) -> bool:
    """Whether an inner loop's iterable, evaluated twice, gives the same items in the same order.

    ``loops`` are the loops around it, whose items it may be.
    """
    match expression:
        case ast.Constant(value=str() | bytes()):
            return True
        case ast.List() | ast.Tuple():
            return all(isinstance(each, ast.Constant | ast.Name) for each in expression.elts)
        case ast.Call(func=ast.Name(id="range")) if not _is_bound(analysis, "range"):
            return True
        case ast.Call(
            func=ast.Name(id="sorted" | "list" | "enumerate" | "reversed" | "tuple" as name), args=[only]
        ):
            return not _is_bound(analysis, name) and gives_the_same_again(analysis, block, only, loops)
        case ast.Call(
            func=ast.Attribute(value=ast.Name() as owner, attr="items" | "keys" | "values"), args=[]
        ):
            return type(analysis.namespace.get(owner.id)) is dict and not _binders(analysis.tree, owner.id)
        case ast.Name(id=name):
            return _form(analysis, block, expression)[0] == "as is" or _is_item(analysis, name, loops)
        case _:
            return False


def _is_item(analysis: Analysis, name: str, loops: Sequence[ast.For]) -> bool:
    """Whether a name is an item of a list of containers that exists before the cell."""
    for each in loops:
        if isinstance(each.target, ast.Name) and each.target.id == name and isinstance(each.iter, ast.Name):
            items = analysis.namespace.get(each.iter.id)
            known = isinstance(items, list | tuple) and not _binders(analysis.tree, each.iter.id)
            return known and all(type(item) in SIZED for item in cast("Sequence[object]", items))
    return False


def _builtin(call: ast.Call, name: str) -> tuple[Reuse, int | None]:
    if name == "range" and all(isinstance(each, ast.Constant) for each in call.args):
        numbers = [
            each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, int)
        ]
        return "as is", len(range(*numbers)) if len(numbers) == len(call.args) and numbers else None
    if name == "range" or name in CONTAINERS:
        return "name it", None
    return "list it", None


def _is_bound(analysis: Analysis, name: str) -> bool:
    return name in analysis.namespace or _binders(analysis.tree, name) > 0


def _binders(tree: ast.AST, name: str) -> int:
    return scope_names(tree).binders.get(name, 0)


def _name(analysis: Analysis, block: Block, name: str) -> tuple[Reuse, int | None]:
    """Return how to use a name: as it is if it is bound once in sight, or before the cell, to a container."""
    binders = _binders(analysis.tree, name)
    if not binders:
        live = analysis.namespace.get(name)
        return ("as is", None) if type(live) in SIZED else ("list it", None)
    assigned = [
        each.value
        for each in ast.walk(block.scope)
        if isinstance(each, ast.Assign)
        and len(each.targets) == 1
        and isinstance(each.targets[0], ast.Name)
        and each.targets[0].id == name
    ]
    if binders == 1 and len(assigned) == 1 and not isinstance(assigned[0], ast.Name):
        reuse, count = _form(analysis, block, assigned[0])
        return ("list it", None) if reuse == "list it" else ("as is", count)
    return "list it", None
