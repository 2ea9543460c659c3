"""Code of the user that a library runs: functions and classes that it is given, and methods put in the place of its own."""

import ast
import functools
import types
from collections.abc import Iterator
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.kinds import Kinds, bound, is_users, kind_of, lookup, overriding
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import ELEMENTS, element, is_exact, label_of, name_it, reachable
from perfmagic.analysis.sources import is_library
from perfmagic.analysis.values import (
    NEVER,
    SCALAR,
    UNKNOWN,
    Arguments,
    Atom,
    Class,
    Fresh,
    Function,
    Live,
    Method,
    Native,
    Pending,
    Value,
    just,
)

_CALLABLE = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
    functools.partial,
)
_ANYTHING = Arguments(rest=UNKNOWN, starred=True)


def call_back(machine: Machine, node: ast.AST, rest: Arguments) -> None:
    """Call everything callable among the arguments with whatever the other arguments hold."""
    functions = [atom for value in rest.all() for atom in value if _is_callable(machine, atom)]
    if not functions:
        return
    parts: list[Value] = [SCALAR]
    for value in rest.all():
        others = [atom for atom in value if isinstance(atom, Live | Fresh) and atom not in functions]
        parts.extend(element(machine, atom) for atom in others)
    given: Value = NEVER.union(*parts)
    for function in functions:
        made = machine.call(machine, node, just(function), Arguments(rest=given, starred=True))
        if _is_class(function):
            for atom in made:
                call_overriding(machine, node, atom)


def call_overriding(machine: Machine, node: ast.AST, atom: Atom | None) -> None:
    """Run what the user put in the place of methods of a library, which its other methods may call."""
    kind = kind_of(atom) if atom is not None else None
    if atom is None or not _is_of_user(kind) or kind is None:
        return
    for each in overriding(machine, kind):
        for result in machine.call(machine, node, bound(just(each), atom), _ANYTHING):
            if isinstance(result, Pending):
                result.run(node)


def call_attached(machine: Machine, node: ast.AST, atom: Atom) -> None:
    """Run the functions of the user that an object of a library carries and may call whenever it is used."""
    if isinstance(atom, Fresh):
        given = machine.heap.get(atom, {}).get(ELEMENTS, NEVER)
        found = [each for each in reachable(machine, [given]) if _is_callable(machine, each)] if given else []
    else:
        found = list(_carried(machine, atom)) if isinstance(atom, Live) else []
    for each in found:
        for result in machine.call(machine, node, just(each), _ANYTHING):
            if isinstance(result, Pending):
                result.run(node)


def _carried(machine: Machine, atom: Live) -> Iterator[Atom]:
    label = label_of(machine, atom)
    pending: list[tuple[object, int]] = [
        (each, 0) for each in (live.instance_dict(atom.value) or {}).values()
    ]
    while pending:
        value, depth = pending.pop()
        if is_exact(value, (dict,)) and depth < _DEPTH:
            pending.extend((each, depth + 1) for each in cast("dict[object, object]", value).values())
        elif is_exact(value, (list, tuple)) and depth < _DEPTH:
            pending.extend((each, depth + 1) for each in cast("list[object]", value))
        else:
            function = value.__func__ if isinstance(value, types.MethodType) else value
            if isinstance(function, types.FunctionType) and not is_library(function.__code__.co_filename):
                yield name_it(machine, value, f"a function of {label}")


_DEPTH = 3


def _is_callable(machine: Machine, atom: Atom) -> bool:
    if isinstance(atom, Function | Method | Native) or _is_class(atom):
        return True
    if not isinstance(atom, Live | Fresh):
        return False
    if isinstance(atom, Live) and is_exact(atom.value, _CALLABLE):
        return True
    kind = kind_of(atom)
    if isinstance(kind, str):
        return kind in {"functools.partial", "functools._lru_cache_wrapper"}
    return kind is not None and _is_of_user(kind) and lookup(machine, kind, "__call__") is not None


def _is_class(atom: Atom) -> bool:
    """Tell whether a value is a class of the user."""
    return isinstance(atom, Class) or (
        isinstance(atom, Live) and live.is_class(atom.value) and is_users(atom.value)
    )


def _is_of_user(kind: Kinds | None) -> bool:
    return isinstance(kind, Class) or (isinstance(kind, Live) and is_users(kind.value))
