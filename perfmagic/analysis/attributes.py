"""Attributes: what ``x.name`` gives and which code it runs, found without running it."""

import ast
import importlib.machinery
import sys
import types
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.descriptors import described, is_data_descriptor, native
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.kinds import (
    C_ATTRIBUTES,
    Kinds,
    bound,
    is_user_code,
    is_users,
    kind_of,
    lineage,
    lookup,
    lookup_own,
    names_for,
)
from perfmagic.analysis.machine import Machine, module_scope
from perfmagic.analysis.memory import (
    ANYTHING,
    attribute_key,
    is_exact,
    kind_label,
    label_of,
    look,
    name_it,
    stored,
)
from perfmagic.analysis.sources import is_library
from perfmagic.analysis.values import (
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

NOT_IMPORTED = "of a module that is not imported yet: "
"""What is not known of such a module, before its name."""


def get(machine: Machine, node: ast.AST, value: Value, name: str) -> Value:
    """Return what an attribute may be, and record what reading it does."""
    return join(*(_get(machine, node, atom, name) for atom in value))


def _get(machine: Machine, node: ast.AST, atom: Atom, name: str) -> Value:
    match atom:
        case Live(value=value) if type(value) is types.ModuleType:
            return _module_attribute(machine, node, value, name)
        case Live(value=value) if live.is_class(value):
            return _class_attribute(machine, node, atom, name)
        case Class():
            return _class_attribute(machine, node, atom, name)
        case Live() | Fresh() | Const() | Scalar():
            is_super = isinstance(atom, Fresh) and atom.kind == "builtins.super"
            return (_super_attribute if is_super else _instance_attribute)(machine, node, atom, name)
        case Function():
            look(machine, node, atom)
            return stored(machine, atom, attribute_key(name)) or UNKNOWN
        case Method(function=function) if name == "__func__":
            return just(function)
        case Pending():
            return just(Native((f"pending.{name}",), atom))
        case _:
            return _of_submodule(atom, name)


def _module_attribute(machine: Machine, node: ast.AST, module: types.ModuleType, name: str) -> Value:
    namespace = vars(module)
    scope = module_scope(machine, namespace)
    machine.read(node, Location(Kind.NAME, (scope.number, name), f"{namespace.get('__name__')}.{name}"))
    found = machine.names.get((scope.number, name))
    if found is not None:
        return found
    if name in namespace:
        return just(name_it(machine, namespace[name], f"{namespace.get('__name__')}.{name}"))
    path = f"{namespace.get('__name__')}.{name}"
    return just(Native((path,))) if "__getattr__" in namespace and _is_submodule(path) else UNKNOWN


def _of_submodule(atom: Atom, name: str) -> Value:
    """Return what a module that is not imported yet has under a name: something that only the models can know."""
    if isinstance(atom, Unknown) and atom.reason.startswith(NOT_IMPORTED):
        return just(atom)
    path = atom.names[0] if isinstance(atom, Native) and atom.receiver is None else ""
    return just(Native((f"{path}.{name}",))) if _is_submodule(path) else UNKNOWN


def _is_submodule(path: str) -> bool:
    """Whether a library has a module of that name, which it may import when it is first asked for."""
    parent = sys.modules.get(path.rpartition(".")[0])
    folders: object = vars(parent).get("__path__") if type(parent) is types.ModuleType else None
    if type(folders) is not list or not folders or not is_library(str(cast("list[object]", folders)[0])):
        return False
    found = importlib.machinery.PathFinder.find_spec(path, cast("list[str]", folders))
    return found is not None


def _super_attribute(machine: Machine, node: ast.AST, atom: Atom, name: str) -> Value:
    """Look an attribute up in the classes after the one whose method is running, and bind it to the receiver."""
    results: list[Value] = []
    owners = stored(machine, atom, attribute_key("owner"))
    for receiver in stored(machine, atom, attribute_key("receiver")):
        is_type = isinstance(receiver, Class) or (
            isinstance(receiver, Live) and live.is_class(receiver.value)
        )
        kind = receiver if is_type and isinstance(receiver, Live | Class) else kind_of(receiver)
        for owner in owners if kind is not None else ():
            line = list(lineage(kind)) if kind is not None else []
            rest = line[line.index(owner) + 1 :] if isinstance(owner, Live | Class) and owner in line else []
            found = next((hit for each in rest if (hit := lookup_own(machine, each, name))), UNKNOWN)
            results.extend(described(machine, node, raw, receiver, name) for raw in found)
    return join(*results) if results else UNKNOWN


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
        wrapped = cast("staticmethod[..., object]", value).__func__
        return just(name_it(machine, wrapped, f"{kind_label(cls)}.{name}"))
    if type(value) is classmethod:
        function = cast("classmethod[object, ..., object]", value).__func__
        return just(Method(cls, name_it(machine, function, f"{kind_label(cls)}.{name}")))
    if is_exact(value, C_ATTRIBUTES) and not isinstance(owner, Class):
        receiver = cls if type(value) is types.ClassMethodDescriptorType else None
        return just(Native(tuple(f"{each}.{name}" for each in names_for(owner)), receiver))
    return just(raw)


def _instance_attribute(machine: Machine, node: ast.AST, atom: Atom, name: str) -> Value:
    kind = kind_of(atom)
    if kind is None:
        return UNKNOWN
    look(machine, node, atom)
    hook = lookup(machine, kind, "__getattribute__")
    if hook is not None and is_user_code(hook[1]):
        return machine.call(machine, node, bound(hook[1], atom), Arguments(positional=(just(Const(name)),)))
    if name == "__dict__":
        machine.barrier(node, f"line {machine.line(node)} uses the __dict__ of {label_of(machine, atom)}")
        return UNKNOWN
    if name == "__class__" and isinstance(kind, Live | Class):
        return just(kind)
    found = None if isinstance(kind, str) else lookup(machine, kind, name)
    given = stored(machine, atom, attribute_key(name))
    own = _own_attribute(machine, atom, name)
    values = [given, own]
    if found is not None and (not own or is_data_descriptor(found[1])):
        _look_at_owner(machine, node, found[0])
        values.extend(described(machine, node, raw, atom, name) for raw in found[1])
    elif not own and not given:
        values.append(_missing(machine, node, atom, kind, name))
    return join(*values)


def _look_at_owner(machine: Machine, node: ast.AST, owner: Kinds) -> None:
    if isinstance(owner, Class) or (isinstance(owner, Live) and is_users(owner.value)):
        look(machine, node, owner)


def _own_attribute(machine: Machine, atom: Atom, name: str) -> Value:
    attributes = live.instance_dict(atom.value) if isinstance(atom, Live) else None
    if attributes is None or name not in attributes:
        return NEVER
    return just(name_it(machine, attributes[name], f"{label_of(machine, atom)}.{name}"))


def _missing(machine: Machine, node: ast.AST, atom: Atom, kind: Kinds, name: str) -> Value:
    hook = lookup(machine, kind, "__getattr__")
    if hook is not None and is_user_code(hook[1]):
        return machine.call(machine, node, bound(hook[1], atom), Arguments(positional=(just(Const(name)),)))
    if isinstance(kind, Class) or (isinstance(kind, Live) and is_users(kind.value) and hook is None):
        if _has_unknown_base(kind) or stored(machine, atom, ANYTHING):
            return UNKNOWN
        return NEVER
    return native(machine, node, atom, name)


def _has_unknown_base(kind: Kinds) -> bool:
    return any(each == "?" for each in lineage(kind))
