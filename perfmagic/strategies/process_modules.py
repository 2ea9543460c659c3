"""What a function of an imported module finds in its module in another process, which imports it anew."""

import ast
import linecache
import types
from functools import lru_cache
from typing import cast

from perfmagic.analysis.effects import Effects, Kind
from perfmagic.analysis.values import Function
from perfmagic.strategies.process_values import NOTEBOOK

SAME = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type)
"""What an import makes the same way each time."""


def read_otherwise(function: Function, touched: Effects) -> str | None:
    """Say which global of its module a function would find in another state, ``None`` if there is none.

    A function of the notebook takes its globals along. One of a module does not: the other process imports the module, so
    only what the text of the module says is sure to be there.
    """
    live = function.live
    if not isinstance(live, types.FunctionType) or live.__module__ == NOTEBOOK:
        return None
    names = {each.label for each in touched.reads if each.kind is Kind.NAME}
    written = _constants(live.__code__.co_filename)
    for name in sorted(names & live.__globals__.keys() & set(live.__code__.co_names)):
        value = live.__globals__[name]
        fixed = isinstance(value, SAME) and getattr(value, "__module__", None) != NOTEBOOK
        if not fixed and not (name in written and _is_same(written[name], value)):
            return f"reads {live.__module__}.{name}, and another process has its own copy of the module"
    return None


def _is_same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


@lru_cache(maxsize=32)
def _constants(filename: str) -> dict[str, object]:
    """Return the names that a file binds once, at its top, to a constant."""
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError):
        return {}
    stores = [
        each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    ]
    found = {
        each.targets[0].id: cast("object", each.value.value)
        for each in tree.body
        if isinstance(each, ast.Assign)
        and isinstance(each.targets[0], ast.Name)
        and isinstance(each.value, ast.Constant)
    }
    return {name: value for name, value in found.items() if stores.count(name) == 1}
