"""Rules for what wraps functions and values: partial methods, dispatch on types, orderings, weak references, data classes."""

import ast
import logging
import types
import weakref
from collections.abc import Callable, Mapping
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.kinds import is_users, kind_of
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import ANYTHING, ELEMENTS, attribute_key, is_exact, look, name_it, new, store
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.operators import read_deep, run_hooks
from perfmagic.analysis.values import (
    NONE,
    SCALAR,
    UNKNOWN,
    Arguments,
    Class,
    Fresh,
    Live,
    Native,
    Value,
    join,
    just,
)


def _ordering(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A comparison that ``functools.total_ordering`` made: it calls the one that the class has, and ``__eq__``."""
    receiver = native.receiver
    root = native.names[-1].rpartition("_")[2]
    if receiver is not None:
        run_hooks(machine, node, receiver, (f"__{root}__", "__eq__"), arguments)
    return SCALAR


def _weak(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Calling a weak reference gives its object, if that still lives."""
    receiver = native.receiver
    if not isinstance(receiver, Live) or not is_exact(receiver.value, (weakref.ReferenceType,)):
        return UNKNOWN
    target = cast("weakref.ReferenceType[object]", receiver.value)()
    return just(name_it(machine, target, "the object of a weak reference")) | NONE


def _namespace(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``types.SimpleNamespace(a=1)``."""
    made = new(machine, node, "types.SimpleNamespace", "namespace")
    for name, value in arguments.keywords.items():
        store(machine, made, attribute_key(name), value)
    for value in (*arguments.positional, arguments.rest):
        store(machine, made, ANYTHING, value and UNKNOWN)
    return just(made)


def _field(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``dataclasses.field(...)``: its default, or what makes it."""
    made = new(machine, node, "dataclasses.Field", "field")
    for name, value in arguments.keywords.items():
        store(machine, made, attribute_key(name), value)
    if arguments.rest:
        store(machine, made, ANYTHING, UNKNOWN)
    return just(made)


def _replaced(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """``dataclasses.replace(x, a=1)``: a new object of the same class, of which any field may hold what any held."""
    results: list[Value] = []
    for atom in arguments.get(0, "obj") or UNKNOWN:
        kind = kind_of(atom)
        if not isinstance(atom, Live | Fresh) or not isinstance(kind, Live | Class):
            results.append(machine.call(machine, node, UNKNOWN, arguments))
            continue
        look(machine, node, atom)
        given = [value for key, value in machine.heap.get(atom, {}).items() if key[0] == "."]
        given += [just(name_it(machine, each, name)) for name, each in _fields(atom)]
        values = join(*given, *arguments.keywords.values(), arguments.rest)
        results.append(machine.call(machine, node, just(kind), Arguments(rest=values, starred=True)))
    return join(*results)


def _fields(atom: Live | Fresh) -> list[tuple[str, object]]:
    if not isinstance(atom, Live):
        return []
    found = live.class_attribute(type(atom.value), "__dataclass_fields__")
    names = cast("dict[str, object]", found[1]) if found is not None and type(found[1]) is dict else {}
    return [(name, live.static_attribute(atom.value, name)) for name in names]


def _log(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A message to a logger: it goes where the handlers of the logger and its parents say."""
    read_deep(machine, node, arguments.all())
    for owner in _loggers(native):
        parts = [owner, *_listed(owner, "handlers")]
        own = [*parts[1:], *(each for part in parts for each in _listed(part, "filters"))]
        own += [live.static_attribute(each, "formatter") for each in parts[1:]]
        if any(is_users(type(each)) or type(each) is types.FunctionType for each in own):
            machine.barrier(node, f"line {machine.line(node)} logs to a handler or filter of your own")
    return NONE


def _listed(owner: object, name: str) -> list[object]:
    found = live.static_attribute(owner, name)
    return cast("list[object]", found) if type(found) is list else []


def _loggers(native: Native) -> list[object]:
    """Return the logger and its parents; all loggers there are if it is not known which one it is."""
    if not isinstance(native.receiver, Live):
        return [logging.root, *logging.Logger.manager.loggerDict.values()]
    logger: object = native.receiver.value
    found: list[object] = []
    while logger is not None and len(found) < _MAX_PARENTS:
        found.append(logger)
        logger = live.static_attribute(logger, "parent")
    return found


def _held(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """An object that holds its arguments themselves."""
    made = new(machine, node, model.option, "holder")
    for value in arguments.all():
        store(machine, made, ELEMENTS, value)
    return just(made)


def _setting(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """A setting of a library: whatever uses the library depends on it."""
    read_deep(machine, node, arguments.all())
    reason = f"line {machine.line(node)} calls {model.option}, which changes what later calls give"
    machine.barrier(node, reason)
    machine.hazard(node, "opaque", reason, model.option)
    return UNKNOWN


_MAX_PARENTS = 50

WRAPPING_HANDLERS: Mapping[str, Callable[[Machine, ast.AST, Model, Native, Arguments], Value]] = {
    "ordering": _ordering,
    "weak": _weak,
    "namespace": _namespace,
    "field": _field,
    "replaced": _replaced,
    "log": _log,
    "held": _held,
    "setting": _setting,
}
