"""Arguments that are seen to fail: an attribute that a live object has not, a call that does not fit what is called.

Such an operation must not be begun before its turn: its error would come before the waits that stand above it.
"""

import ast
import inspect
import types
from collections.abc import Collection

from perfmagic.analysis import live
from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.surroundings import live as live_object


def fails_early(analysis: Analysis, expression: ast.expr, stored: Collection[str]) -> bool:
    """Whether an attribute is missing or a call does not fit; names in `stored`, which the cell binds, are not looked at."""
    return any(
        (isinstance(node, ast.Attribute) and _is_missing(analysis, node, stored))
        or (isinstance(node, ast.Call) and not _fits(analysis, node, stored))
        for node in ast.walk(expression)
    )


def _is_missing(analysis: Analysis, node: ast.Attribute, stored: Collection[str]) -> bool:
    if _root(node) in {*stored, None}:
        return False
    owner = live_object(node.value, analysis.namespace)
    if owner is None or type(owner) is types.ModuleType:
        return type(owner) is types.ModuleType and not {node.attr, "__getattr__"} & set(vars(owner))
    if live.is_class(owner) or any(live.class_attribute(type(owner), each) for each in _HOOKS):
        return False
    return inspect.getattr_static(owner, node.attr, _ABSENT) is _ABSENT


_HOOKS = ("__getattr__",)
_ABSENT = object()


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _fits(analysis: Analysis, node: ast.Call, stored: Collection[str]) -> bool:
    """Whether a call has the arguments that the function asks for, as far as the function is known."""
    starred = any(isinstance(each, ast.Starred) for each in node.args)
    if starred or any(each.arg is None for each in node.keywords) or not isinstance(node.func, ast.Name):
        return True
    defined = [each for each in analysis.definitions if each.name == node.func.id]
    if defined:
        return all(
            isinstance(each, ast.ClassDef) or bool(each.decorator_list) or _accepts(each.args, node)
            for each in defined
        )
    function = None if node.func.id in stored else analysis.namespace.get(node.func.id)
    if type(function) is not types.FunctionType or "__signature__" in vars(function):
        return True
    code = inspect.signature(function, follow_wrapped=False)
    try:
        code.bind(*node.args, **{each.arg: each for each in node.keywords if each.arg is not None})
    except TypeError:
        return False
    return True


def _accepts(given: ast.arguments, call: ast.Call) -> bool:
    ordered = [each.arg for each in (*given.posonlyargs, *given.args)]
    named = {each.arg for each in call.keywords if each.arg is not None}
    placed = ordered[: len(call.args)]
    if len(call.args) > len(ordered) and given.vararg is None:
        return False
    known = {*(each.arg for each in given.args), *(each.arg for each in given.kwonlyargs)}
    if given.kwarg is None and (named - known or named & set(placed)):
        return False
    without = [
        each.arg for each, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is None
    ]
    needed = [*ordered[len(call.args) : len(ordered) - len(given.defaults)], *without]
    return named >= set(needed)
