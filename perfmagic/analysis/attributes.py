"""Attributes: what ``x.name`` gives and which code it runs, found without running it."""

import ast
import functools
import sys
import types
from collections.abc import Iterator
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.machine import Machine, in_cell, module_scope
from perfmagic.analysis.memory import (
    ANYTHING,
    attribute_key,
    change,
    is_exact,
    kind_label,
    label_of,
    look,
    name_it,
    store,
    stored,
)
from perfmagic.analysis.scopes import Scope
from perfmagic.analysis.sources import is_library
from perfmagic.analysis.values import (
    DATA,
    NEVER,
    UNKNOWN,
    Arguments,
    Atom,
    Class,
    Const,
    Fresh,
    Function,
    Live,
    Method,
    Native,
    Pending,
    Scalar,
    Unknown,
    Value,
    join,
    just,
)

_C_ATTRIBUTES = (
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
)
_DATA_NAMES = (
    "builtins.dict",
    "builtins.list",
    "builtins.set",
    "builtins.str",
    "builtins.float",
    "builtins.bytes",
)
Kinds = Live | Class | str


def kind_of(atom: Atom) -> Kinds | None:
    """Return the class of an object: live, defined in the cell, or only known by its qualified name."""
    if isinstance(atom, Fresh):
        return atom.kind
    if isinstance(atom, Live | Const):
        return Live(type(atom.value))
    if isinstance(atom, Scalar):
        return f"builtins.{atom.type_name}" if atom.type_name else DATA
    return None


def lineage(kind: Kinds) -> Iterator[Kinds]:
    """Yield a class and its bases in (about) their resolution order."""
    if isinstance(kind, Live):
        for each in live.mro(cast("type", kind.value)):
            yield Live(each)
        return
    yield kind
    if isinstance(kind, Class):
        for base in kind.bases:
            if isinstance(base, Live | Class):
                yield from lineage(base)
            else:
                yield "?"


def names_for(kind: Kinds) -> tuple[str, ...]:
    """Return the qualified names under which the models may know a class, most special first."""
    if kind == DATA:
        return _DATA_NAMES
    return tuple(
        live.qualified_name(cast("type", each.value)) if isinstance(each, Live) else each
        for each in lineage(kind)
        if not isinstance(each, Class)
    )


def is_users(cls: object) -> bool:
    """Tell whether a live class comes from the user's own code."""
    if cls is object or not live.is_class(cls):
        return False
    module = live.class_dict(cast("type", cls)).get("__module__")
    found = sys.modules.get(module) if type(module) is str else None
    if type(found) is not types.ModuleType:
        return True
    if module in sys.builtin_module_names:
        return False
    filename = vars(found).get("__file__")
    return not (type(filename) is str and is_library(filename))


def lookup(machine: Machine, kind: Kinds, name: str) -> tuple[Kinds, Value] | None:
    """Return the class that defines an attribute and the raw attribute; nothing is bound."""
    for each in lineage(kind):
        if each == "?":
            return each, UNKNOWN
        if isinstance(each, str):
            continue
        own = stored(machine, each, attribute_key(name))
        if isinstance(each, Live):
            attributes = live.class_dict(cast("type", each.value))
            if name in attributes:
                label = f"{kind_label(each)}.{name}"
                own = join(own, just(name_it(machine, attributes[name], label)))
        if own:
            return each, own
    return None


def get(machine: Machine, node: ast.AST, value: Value, name: str) -> Value:
    """Return what an attribute may be, and record what reading it does."""
    return join(*(_get(machine, node, atom, name) for atom in value))


def _get(machine: Machine, node: ast.AST, atom: Atom, name: str) -> Value:
    match atom:
        case Live(value=value) if type(value) is types.ModuleType:
            return _module_attribute(machine, node, cast("types.ModuleType", value), name)
        case Live(value=value) if live.is_class(value):
            return _class_attribute(machine, node, atom, name)
        case Class():
            return _class_attribute(machine, node, atom, name)
        case Live() | Fresh() | Const() | Scalar():
            return _instance_attribute(machine, node, atom, name)
        case Function():
            look(machine, node, atom)
            return stored(machine, atom, attribute_key(name)) or UNKNOWN
        case Method(function=function) if name == "__func__":
            return just(function)
        case Pending():
            return just(Native((f"pending.{name}",), atom))
        case _:
            return UNKNOWN


def _module_attribute(machine: Machine, node: ast.AST, module: types.ModuleType, name: str) -> Value:
    namespace = vars(module)
    scope = module_scope(machine, namespace)
    machine.read(node, Location(Kind.NAME, (scope.number, name), f"{namespace.get('__name__')}.{name}"))
    found = machine.names.get((scope.number, name))
    if found is not None:
        return found
    if name in namespace:
        return just(name_it(machine, namespace[name], f"{namespace.get('__name__')}.{name}"))
    return UNKNOWN


def _class_attribute(machine: Machine, node: ast.AST, cls: Live | Class, name: str) -> Value:
    look(machine, node, cls)
    found = lookup(machine, cls, name)
    if found is None:
        if name in ("__name__", "__qualname__", "__module__", "__doc__"):
            return just(Scalar("str"))
        return UNKNOWN
    owner, raw = found
    return join(*(_unwrapped(machine, atom, owner, cls, name) for atom in raw))


def _unwrapped(machine: Machine, raw: Atom, owner: Kinds, cls: Live | Class, name: str) -> Value:
    """Return what a raw class attribute is when it is read through the class."""
    if not isinstance(raw, Live):
        return just(raw)
    value = raw.value
    if type(value) is staticmethod:
        return just(name_it(machine, value.__func__, f"{kind_label(cls)}.{name}"))
    if type(value) is classmethod:
        return just(Method(cls, name_it(machine, value.__func__, f"{kind_label(cls)}.{name}")))
    if is_exact(value, _C_ATTRIBUTES) and not isinstance(owner, Class):
        receiver = cls if type(value) is types.ClassMethodDescriptorType else None
        return just(Native(tuple(f"{each}.{name}" for each in names_for(owner)), receiver))
    return just(raw)


def _instance_attribute(machine: Machine, node: ast.AST, atom: Atom, name: str) -> Value:
    kind = kind_of(atom)
    if kind is None:
        return UNKNOWN
    look(machine, node, atom)
    hook = lookup(machine, kind, "__getattribute__")
    if hook is not None and _is_user_code(hook[1]):
        return machine.call(machine, node, _bound(hook[1], atom), Arguments(positional=(just(Const(name)),)))
    found = None if isinstance(kind, str) else lookup(machine, kind, name)
    own = _own_attribute(machine, atom, name)
    values = [own]
    if found is not None and (not own or _is_data_descriptor(found[1])):
        machine_owner = found[0]
        if isinstance(machine_owner, Live | Class) and (
            isinstance(machine_owner, Class) or is_users(machine_owner.value)
        ):
            look(machine, node, machine_owner)
        values.extend(_descriptor(machine, node, raw, atom, found[0], name) for raw in found[1])
    elif not own:
        values.append(_missing(machine, node, atom, kind, name))
    return join(*values)


def _own_attribute(machine: Machine, atom: Atom, name: str) -> Value:
    own = stored(machine, atom, attribute_key(name))
    if isinstance(atom, Live):
        attributes = live.instance_dict(atom.value)
        if attributes is not None and name in attributes:
            own = join(own, just(name_it(machine, attributes[name], f"{label_of(machine, atom)}.{name}")))
    return own


def _missing(machine: Machine, node: ast.AST, atom: Atom, kind: Kinds, name: str) -> Value:
    hook = lookup(machine, kind, "__getattr__")
    if hook is not None and _is_user_code(hook[1]):
        return machine.call(machine, node, _bound(hook[1], atom), Arguments(positional=(just(Const(name)),)))
    if isinstance(kind, Class) or (isinstance(kind, Live) and is_users(kind.value) and hook is None):
        if _has_unknown_base(kind) or stored(machine, atom, ANYTHING):
            return UNKNOWN
        return NEVER
    return just(Native(tuple(f"{each}.{name}" for each in names_for(kind)), atom))


def _has_unknown_base(kind: Kinds) -> bool:
    return any(each == "?" for each in lineage(kind))


def _is_data_descriptor(raw: Value) -> bool:
    return any(
        isinstance(atom, Live)
        and (
            is_exact(atom.value, (property, types.MemberDescriptorType, types.GetSetDescriptorType))
            or live.class_attribute(type(atom.value), "__set__") is not None
        )
        for atom in raw
    )


def _is_user_code(raw: Value) -> bool:
    return any(
        isinstance(atom, Function)
        or (
            isinstance(atom, Live)
            and type(atom.value) is types.FunctionType
            and not is_library(cast("types.FunctionType", atom.value).__code__.co_filename)
        )
        for atom in raw
    )


def _bound(raw: Value, receiver: Atom) -> Value:
    return frozenset(Method(receiver, atom) for atom in raw)


def _descriptor(machine: Machine, node: ast.AST, raw: Atom, atom: Atom, owner: Kinds, name: str) -> Value:
    """Return what an attribute found in the class gives for an instance."""
    if isinstance(raw, Function):
        return just(Method(atom, raw))
    if isinstance(raw, Fresh):
        return _fresh_descriptor(machine, node, raw, atom, name)
    if not isinstance(raw, Live):
        return just(raw)
    value = raw.value
    match value:
        case types.FunctionType():
            return just(Method(atom, raw))
        case staticmethod() | classmethod():
            return _wrapped_method(machine, raw, atom, name)
        case property() if type(value) is property:
            return _property(machine, node, value, atom, name)
        case functools.cached_property():
            change(machine, node, atom)
            return machine.call(
                machine, node, just(name_it(machine, value.func, name)), Arguments(positional=(just(atom),))
            )
        case types.MemberDescriptorType() if isinstance(atom, Live):
            slot = live.slot_value(value, atom.value)
            return just(name_it(machine, slot[0], f"{label_of(machine, atom)}.{name}")) if slot else NEVER
        case types.MemberDescriptorType() | types.GetSetDescriptorType():
            return _c_attribute(machine, atom, name)
        case _:
            return _other_descriptor(machine, node, raw, atom, owner, name)


def _c_attribute(machine: Machine, atom: Atom, name: str) -> Value:
    own = stored(machine, atom, attribute_key(name))
    kind = kind_of(atom)
    names = tuple(f"{each}.{name}" for each in names_for(kind)) if kind is not None else ()
    return own or just(Native(names, atom))


def _wrapped_method(machine: Machine, raw: Live, atom: Atom, name: str) -> Value:
    value = raw.value
    if type(value) is staticmethod:
        return just(name_it(machine, value.__func__, name))
    kind = kind_of(atom)
    if type(value) is classmethod and isinstance(kind, Live | Class):
        return just(Method(kind, name_it(machine, value.__func__, name)))
    return UNKNOWN


def _property(machine: Machine, node: ast.AST, value: property, atom: Atom, name: str) -> Value:
    if value.fget is None:
        return NEVER
    getter = value.fget
    if type(getter) is types.FunctionType and is_library(getter.__code__.co_filename):
        kind = kind_of(atom)
        names = tuple(f"{each}.{name}" for each in names_for(kind)) if kind is not None else ()
        return just(Native(names, atom))
    return machine.call(
        machine, node, just(name_it(machine, getter, name)), Arguments(positional=(just(atom),))
    )


def _fresh_descriptor(machine: Machine, node: ast.AST, raw: Fresh, atom: Atom, name: str) -> Value:
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
            return _bound(inner, kind) if isinstance(kind, Live | Class) else UNKNOWN
        case _:
            hook = lookup(machine, raw.kind, "__get__")
            if hook is None:
                return just(raw)
            return machine.call(
                machine, node, _bound(hook[1], raw), Arguments(positional=(just(atom), UNKNOWN))
            )


def _other_descriptor(
    machine: Machine, node: ast.AST, raw: Live, atom: Atom, owner: Kinds, name: str
) -> Value:
    if is_exact(raw.value, _C_ATTRIBUTES):
        kind = kind_of(atom)
        names = names_for(kind if kind is not None else owner)
        return just(Native(tuple(f"{each}.{name}" for each in names), atom))
    hook = live.class_attribute(type(raw.value), "__get__")
    if hook is None:
        return just(raw)
    if type(hook[1]) is types.FunctionType:
        getter = Method(raw, name_it(machine, hook[1], f"{name}.__get__"))
        return machine.call(machine, node, just(getter), Arguments(positional=(just(atom), UNKNOWN)))
    return just(Method(atom, raw))


def put(machine: Machine, node: ast.AST, target: Value, name: str, value: Value) -> None:
    """Record what setting an attribute does, and keep the value."""
    for atom in target:
        _put(machine, node, atom, name, value)


def _put(machine: Machine, node: ast.AST, atom: Atom, name: str, value: Value) -> None:
    if isinstance(atom, Unknown):
        machine.barrier(node, f"sets attribute {name!r} of {atom.reason}")
        return
    if isinstance(atom, Live) and type(atom.value) is types.ModuleType:
        _put_module(machine, node, cast("types.ModuleType", atom.value), name, value)
        return
    kind = kind_of(atom)
    if kind is not None and not (isinstance(atom, Live) and live.is_class(atom.value)):
        if _set_by_code(machine, node, atom, kind, name, value):
            return
    change(machine, node, atom)
    store(machine, atom, attribute_key(name), value)


def _put_module(machine: Machine, node: ast.AST, module: types.ModuleType, name: str, value: Value) -> None:
    namespace = vars(module)
    scope: Scope = module_scope(machine, namespace)
    label = f"{namespace.get('__name__')}.{name}"
    machine.write(node, Location(Kind.NAME, (scope.number, name), label))
    machine.names[(scope.number, name)] = join(value, machine.names.get((scope.number, name), NEVER))
    if scope is not machine.cell:
        machine.hazard(node, "module", f"line {machine.line(node)} sets {label}", label)


def _set_by_code(machine: Machine, node: ast.AST, atom: Atom, kind: Kinds, name: str, value: Value) -> bool:
    """Run a user's ``__setattr__``, property setter or descriptor, and tell whether there was one."""
    hook = lookup(machine, kind, "__setattr__")
    if hook is not None and _is_user_code(hook[1]):
        machine.call(machine, node, _bound(hook[1], atom), Arguments(positional=(just(Const(name)), value)))
        return True
    found = lookup(machine, kind, name)
    for raw in found[1] if found is not None else ():
        if isinstance(raw, Live) and type(raw.value) is property:
            setter = raw.value.fset
            if setter is not None:
                arguments = Arguments(positional=(just(atom), value))
                machine.call(machine, node, just(name_it(machine, setter, name)), arguments)
                return True
        elif isinstance(raw, Fresh) and raw.kind == "builtins.property":
            setters = stored(machine, raw, attribute_key("fset"))
            machine.call(machine, node, setters, Arguments(positional=(just(atom), value)))
            return True
        elif isinstance(raw, Live) and not is_exact(raw.value, (types.MemberDescriptorType,)):
            method = live.class_attribute(type(raw.value), "__set__")
            if method is not None and type(method[1]) is types.FunctionType:
                setter_value = just(Method(raw, name_it(machine, method[1], f"{name}.__set__")))
                machine.call(machine, node, setter_value, Arguments(positional=(just(atom), value)))
                return True
    return False


def defined_in_cell(machine: Machine, kind: Kinds) -> bool:
    """Tell whether a class is defined in the cell."""
    return isinstance(kind, Class) and in_cell(machine, kind.node)
