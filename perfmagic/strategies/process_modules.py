"""What another process does not take over from this one: the state of modules, which it imports anew, and settings."""

import ast
import linecache
import re
import sys
import types
from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import cast

from perfmagic.analysis.effects import Effects, Kind
from perfmagic.analysis.values import Function
from perfmagic.strategies.process_values import NOTEBOOK, names_in
from perfmagic.strategies.thread_settings import set_before

RECURSION_LIMIT = 1000
"""That of a new interpreter."""

SETTINGS = MappingProxyType(
    {
        "decimal": "may use decimal numbers, whose context in this process is not the usual one",
        "numpy": "may use numpy, whose seterr() holds for this process only",
    }
)

OPTIONS_OF_RESULTS = r"^(future|mode|compute)\."
"""Names of the options of pandas that decide what it gives; the others are about how it is shown."""

_OPTION = re.compile(r"\[default: (.*?)\] \[currently: (.*?)\]")

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
    for name in sorted(names & live.__globals__.keys() & set(names_in(live.__code__))):
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


def patched(touched: Effects) -> str | None:
    """Say which function of a module the notebook has put in the place of another, ``None`` if none that is read."""
    for label in sorted(each.label for each in touched.reads if each.kind is Kind.NAME and "." in each.label):
        module, _, name = label.rpartition(".")
        value = vars(sys.modules[module]).get(name) if module in sys.modules and module != NOTEBOOK else None
        if isinstance(value, types.FunctionType | type) and value.__module__ == NOTEBOOK:
            return (
                f"reads {label}, in whose place the notebook has put another one, which stays in this process"
            )
    return None


def changed_setting(functions: Sequence[Function]) -> str | None:
    """Say which setting of this process a new one would not have, ``None`` if none is known."""
    if sys.getrecursionlimit() != RECURSION_LIMIT and any(
        _calls_itself(each, functions) for each in functions
    ):
        return "calls itself, and sys.setrecursionlimit() holds for this process only"
    if sys.get_int_max_str_digits() != sys.int_info.default_max_str_digits:
        return "may convert long numbers, and sys.set_int_max_str_digits() holds for this process only"
    if _pandas_is_set_otherwise():
        return "may use pandas, whose options hold for this process only"
    return SETTINGS.get(set_before() or "")


def _pandas_is_set_otherwise() -> bool:
    """Whether an option of pandas that may change what it gives has another value than in a new process."""
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return False
    told: str = pandas.describe_option(OPTIONS_OF_RESULTS, _print_desc=False)
    return any(usual != now for usual, now in _OPTION.findall(told))


def _calls_itself(function: Function, functions: Sequence[Function]) -> bool:
    """Whether a function calls itself, directly or through another one."""
    names = {each.name for each in functions}
    called = {
        node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for node in ast.walk(function.node)
        if isinstance(node, ast.Call)
    }
    return function.name in called or (len(called & names) > 0 and len(names) > 1)
