"""Apply a model: record what a library function does and return what it gives."""

import ast
from collections.abc import Callable, Mapping

from perfmagic.analysis.callbacks import call_back
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.handlers_async import ASYNC_HANDLERS
from perfmagic.analysis.handlers_builtin import BUILTIN_HANDLERS
from perfmagic.analysis.handlers_objects import OBJECT_HANDLERS
from perfmagic.analysis.handlers_operator import OPERATOR_HANDLERS
from perfmagic.analysis.handlers_services import SERVICE_HANDLERS
from perfmagic.analysis.handlers_wrapping import WRAPPING_HANDLERS
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import (
    ELEMENTS,
    KEYS,
    change,
    forget_places,
    look,
    store,
)
from perfmagic.analysis.models.model import Model
from perfmagic.analysis.operators import iterate, read_deep
from perfmagic.analysis.results import receivers, result_of
from perfmagic.analysis.values import (
    NEVER,
    SCALAR,
    Arguments,
    Fresh,
    Function,
    Live,
    Native,
    Pending,
    Value,
    join,
    just,
)

HandlerFunction = Callable[[Machine, ast.AST, Model, Native, Arguments], Value]
HANDLERS: Mapping[str, HandlerFunction] = {
    **BUILTIN_HANDLERS,
    **OBJECT_HANDLERS,
    **ASYNC_HANDLERS,
    **SERVICE_HANDLERS,
    **OPERATOR_HANDLERS,
    **WRAPPING_HANDLERS,
}


_COMPARED = (
    "builtins.list.",
    "builtins.tuple.",
    "builtins.set.",
    "builtins.frozenset.",
    "collections.deque.",
)
"""Containers whose methods compare their elements."""


def apply(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    """Record the effects of a modelled call and return its result; an awaitable one acts when it is awaited."""

    def act(place: ast.AST) -> Value:
        if model.handler is not None:
            found = HANDLERS[model.handler](machine, place, model, native, arguments)
            _common(machine, place, model, native)
            if _changes_by_name(model, native):
                for atom in receivers(native, arguments)[0]:
                    change(machine, place, atom)
            return found
        return _act(machine, place, model, native, arguments)

    if model.awaits:
        return just(Pending("coroutine", act, native.names[0].rpartition(".")[2], node))
    return act(node)


def _common(machine: Machine, node: ast.AST, model: Model, native: Native) -> None:
    for kind, key, writes in model.locations:
        location = Location(kind, key, key)
        machine.read(node, location)
        if writes:
            machine.write(node, location)
    if model.blocking:
        machine.read(node, Location(Kind.CLOCK, "clock", "the clock"))
    if model.hazard is not None:
        label = ".".join(native.names[0].removeprefix("builtins.").rsplit(".", 2)[-2:])
        line = machine.line(node)
        machine.hazard(node, "outside", f"line {line} calls {label}: {model.hazard}", label)


def _act(machine: Machine, node: ast.AST, model: Model, native: Native, arguments: Arguments) -> Value:
    _common(machine, node, model, native)
    targets, rest = receivers(native, arguments)
    for atom in targets:
        look(machine, node, atom)
    _read(machine, node, model, rest)
    if model.reads == "deep" and native.receiver is not None and native.names[0].startswith(_COMPARED):
        read_deep(machine, node, [targets])
    elements = _iterated(machine, node, native, rest) if model.stores else ()
    if model.mutates or _changes_by_name(model, native) or (model.objects and native.receiver is not None):
        for atom in targets or join(*rest.keywords.values()):
            _mutate(machine, node, model, native, atom, (*rest.all(), *elements))
    for place in model.changes:
        for atom in rest.get(place) or rest.rest:
            change(machine, node, atom)
    if model.calls:
        call_back(machine, node, rest)
    if _in_place(rest):
        for atom in targets:
            change(machine, node, atom)
    return result_of(machine, node, model, native, targets, rest)


_CHANGING = frozenset(
    {"__setitem__", "__delitem__", "__setattr__", "__delattr__", "__setstate__", "__init__", "__set__", "__delete__"}
) | {f"__i{each}__" for each in (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift", "or", "and", "xor")
}  # fmt: skip
"""Methods that change their receiver, whatever the class."""


def _changes_by_name(model: Model, native: Native) -> bool:
    elsewhere = any(writes for _, _, writes in model.locations)  # such as the environment
    return not elsewhere and native.names[0].rpartition(".")[2] in _CHANGING


def _in_place(rest: Arguments) -> bool:
    """Tell whether a call asks for a change in place (``inplace=True``, ``out=array``)."""
    return "inplace" in rest.keywords or "out" in rest.keywords


def _read(machine: Machine, node: ast.AST, model: Model, rest: Arguments) -> None:
    if model.reads == "deep":
        read_deep(machine, node, rest.all())
    elif model.reads == "shallow":
        for value in rest.all():
            for atom in value:
                look(machine, node, atom)
    for atom in rest.keywords.get("out", NEVER):
        change(machine, node, atom)


def _iterated(machine: Machine, node: ast.AST, native: Native, rest: Arguments) -> tuple[Value, ...]:
    """Return the elements of the arguments of methods that keep elements instead of the argument itself."""
    method = native.names[0].rpartition(".")[2] if native.names else ""
    if method not in ("extend", "update", "extendleft", "__iadd__"):
        return ()
    return tuple(iterate(machine, node, value) for value in rest.all())


def _mutate(
    machine: Machine, node: ast.AST, model: Model, native: Native, atom: object, values: tuple[Value, ...]
) -> None:
    if not isinstance(atom, Live | Fresh | Function):
        return
    change(machine, node, atom)
    method = native.names[0].rpartition(".")[2] if native.names else ""
    if method not in ("append", "add", "update", "setdefault"):
        forget_places(machine, atom)
    if model.stores:
        for value in values:
            store(machine, atom, ELEMENTS, value)
            if method in ("update", "__setitem__"):
                store(machine, atom, KEYS, SCALAR)
