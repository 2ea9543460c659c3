"""Descriptors: what an attribute that was found in the class gives for an instance."""

import ast
import functools
import types
from collections.abc import Callable, Mapping
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.kinds import C_ATTRIBUTES, bound, kind_of, lookup, method_names, names_for
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import (
    attribute_key,
    change,
    element,
    is_exact,
    label_of,
    name_it,
    new,
    store,
    stored,
)
from perfmagic.analysis.models.table import find
from perfmagic.analysis.sources import is_library
from perfmagic.analysis.values import (
    NEVER,
    UNKNOWN,
    Arguments,
    Atom,
    Class,
    Fresh,
    Function,
    Live,
    Method,
    Native,
    Value,
    join,
    just,
)


def is_data_descriptor(raw: Value) -> bool:
    """Tell whether any of the raw attributes of a class wins over an attribute of the instance."""
    return any(
        isinstance(atom, Live)
        and (
            is_exact(atom.value, (property, types.MemberDescriptorType, types.GetSetDescriptorType))
            or live.class_attribute(type(atom.value), "__set__") is not None
        )
        for atom in raw
    )


def described(machine: Machine, node: ast.AST, raw: Atom, atom: Atom, name: str) -> Value:
    """Return what an attribute found in the class gives for an instance."""
    if isinstance(raw, Function):
        return just(Method(atom, raw))
    if isinstance(raw, Fresh):
        return _fresh_descriptor(machine, node, raw, atom)
    if not isinstance(raw, Live):
        return just(raw)
    rule = _RULES.get(type(raw.value)) if type(type(raw.value)) is type else None
    return (
        rule(machine, node, raw, atom, name) if rule is not None else _other(machine, node, raw, atom, name)
    )


def native(machine: Machine, node: ast.AST, atom: Atom, name: str, raw: object = None) -> Value:
    """Return an attribute of an object of a library: plain data if the models say so, else something to call."""
    kind = kind_of(atom)
    names = method_names(kind, name, raw) if kind is not None else ()
    model = find(names)
    found = Native(names, atom)
    if model is not None and model.attribute:
        return machine.call(machine, node, just(found), Arguments())
    return just(found)


def _method(machine: Machine, node: ast.AST, raw: Live, atom: Atom, name: str) -> Value:
    function = cast("types.FunctionType", raw.value)
    if not is_library(function.__code__.co_filename) or (
        function.__closure__ is not None and _is_helper(function)
    ):
        return just(Method(atom, raw))
    found = native(machine, node, atom, name, raw.value)
    qualified = f"{function.__globals__.get('__name__')}.{function.__code__.co_qualname}"
    return frozenset(
        Native((*each.names, qualified), atom) if isinstance(each, Native) else each for each in found
    )


def _is_helper(function: types.FunctionType) -> bool:
    """Tell whether a library's wrapper hides a function of the user (``contextmanager``, ``wraps``)."""
    contents = [cell.cell_contents for cell in function.__closure__ or () if _filled(cell)]
    return any(
        type(each) is types.FunctionType and not is_library(each.__code__.co_filename) for each in contents
    )


def _filled(cell: types.CellType) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def _cached(machine: Machine, node: ast.AST, raw: Live, atom: Atom, name: str) -> Value:
    change(machine, node, atom)
    function = cast("functools.cached_property[object]", raw.value).func
    return machine.call(
        machine, node, just(name_it(machine, function, name)), Arguments(positional=(just(atom),))
    )


def _slot(machine: Machine, node: ast.AST, raw: Live, atom: Atom, name: str) -> Value:
    given = stored(machine, atom, attribute_key(name))
    if not isinstance(atom, Live):
        return given or native(machine, node, atom, name)
    slot = live.slot_value(raw.value, atom.value)
    return (
        join(given, just(name_it(machine, slot[0], f"{label_of(machine, atom)}.{name}"))) if slot else given
    )


def _c_attribute(machine: Machine, node: ast.AST, raw: Live, atom: Atom, name: str) -> Value:
    return stored(machine, atom, attribute_key(name)) or native(machine, node, atom, name, raw.value)


def _static(machine: Machine, _node: ast.AST, raw: Live, _atom: Atom, name: str) -> Value:
    return just(name_it(machine, cast("staticmethod[..., object]", raw.value).__func__, name))


def _class_method(machine: Machine, _node: ast.AST, raw: Live, atom: Atom, name: str) -> Value:
    is_type = isinstance(atom, Class) or (isinstance(atom, Live) and live.is_class(atom.value))
    kind = atom if is_type else kind_of(atom)
    function = cast("classmethod[object, ..., object]", raw.value).__func__
    return just(Method(kind, name_it(machine, function, name))) if isinstance(kind, Live | Class) else UNKNOWN


def _property(machine: Machine, node: ast.AST, raw: Live, atom: Atom, name: str) -> Value:
    getter = cast("property", raw.value).fget
    if getter is None:
        return NEVER
    if type(getter) is types.FunctionType and is_library(getter.__code__.co_filename):
        return native(machine, node, atom, name, raw.value)
    return machine.call(
        machine, node, just(name_it(machine, getter, name)), Arguments(positional=(just(atom),))
    )


def _c_method(machine: Machine, node: ast.AST, raw: Live, atom: Atom, name: str) -> Value:
    return native(machine, node, atom, name, raw.value)


def _fresh_descriptor(machine: Machine, node: ast.AST, raw: Fresh, atom: Atom) -> Value:
    """Handle ``property``, ``staticmethod`` and ``classmethod`` objects and descriptors that the cell made itself."""
    inner = stored(machine, raw, attribute_key("fget"))
    match raw.kind:
        case "builtins.property":
            return machine.call(machine, node, inner, Arguments(positional=(just(atom),)))
        case "functools.cached_property":
            change(machine, node, atom)
            return machine.call(machine, node, inner, Arguments(positional=(just(atom),)))
        case "builtins.staticmethod":
            return inner
        case "builtins.classmethod":
            kind = kind_of(atom)
            return bound(inner, kind) if isinstance(kind, Live | Class) else UNKNOWN
        case _:
            hook = lookup(machine, raw.kind, "__get__")
            if hook is None:
                return just(raw)
            return machine.call(
                machine, node, bound(hook[1], raw), Arguments(positional=(just(atom), UNKNOWN))
            )


def _partial_method(machine: Machine, node: ast.AST, raw: Live, atom: Atom, name: str) -> Value:
    """``functools.partialmethod``: the function bound to the object, with some of its arguments."""
    value = cast("functools.partialmethod[object]", raw.value)
    if type(value.func) is not types.FunctionType:
        return UNKNOWN
    made = new(machine, node, "functools.partial", "partial method")
    store(machine, made, attribute_key("func"), bound(just(name_it(machine, value.func, name)), atom))
    for index, each in enumerate(cast("tuple[object, ...]", value.args)):
        store(machine, made, ("arg", index), just(name_it(machine, each, f"argument of {name}")))
    named = cast("dict[str, object]", value.keywords)
    for key, each in named.items():
        store(machine, made, ("kwarg", key), just(name_it(machine, each, f"argument {key} of {name}")))
    return just(made)


def _other(machine: Machine, node: ast.AST, raw: Live, atom: Atom, name: str) -> Value:
    cls = type(raw.value)
    if live.qualified_name(cls) == "enum.property" and isinstance(atom, Live):
        attributes = live.instance_dict(atom.value) or {}
        return just(name_it(machine, attributes.get(f"_{name}_"), f"{label_of(machine, atom)}.{name}"))
    if live.qualified_name(cls) in {"collections._tuplegetter", "_collections._tuplegetter"}:
        return stored(machine, atom, attribute_key(name)) or _field(machine, raw, atom, name)
    hook = live.class_attribute(cls, "__get__")
    if hook is None:
        return just(raw)
    if (live.module_name(cls) or "").partition(".")[0] in _LIBRARIES and _is_attribute(atom, name):
        return native(machine, node, atom, name)
    if type(hook[1]) is types.FunctionType:
        getter = Method(raw, name_it(machine, hook[1], f"{name}.__get__"))
        return machine.call(machine, node, just(getter), Arguments(positional=(just(atom), UNKNOWN)))
    return just(Method(atom, raw))


def _field(machine: Machine, raw: Live, atom: Atom, name: str) -> Value:
    """Return a field of a named tuple, which lies where its descriptor says."""
    if not (isinstance(atom, Live) and live.is_a(atom.value, tuple)):
        return element(machine, atom)
    _, (index, _) = cast("tuple[type, tuple[int, str]]", raw.value.__reduce__())
    take = cast("Callable[[object, int], object]", tuple.__getitem__)  # pyright: ignore[reportUnknownMemberType]
    return just(name_it(machine, take(atom.value, index), f"{label_of(machine, atom)}.{name}"))


_LIBRARIES = ("pandas", "polars")
"""Libraries with classes of descriptors of their own."""


def _is_attribute(atom: Atom, name: str) -> bool:
    kind = kind_of(atom)
    model = find(tuple(f"{each}.{name}" for each in names_for(kind))) if kind is not None else None
    return model is not None and model.attribute


_RULES: Mapping[type, Callable[[Machine, ast.AST, Live, Atom, str], Value]] = {
    types.FunctionType: _method,
    staticmethod: _static,
    classmethod: _class_method,
    property: _property,
    functools.cached_property: _cached,
    functools.partialmethod: _partial_method,
    types.MemberDescriptorType: _slot,
    types.GetSetDescriptorType: _c_attribute,
    **dict.fromkeys(C_ATTRIBUTES, _c_method),
}
