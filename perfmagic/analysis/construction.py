"""Making instances: constructors, generated ones of data classes and named tuples included."""

import ast
import types
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.kinds import is_users, lookup
from perfmagic.analysis.machine import (
    Callee,
    Machine,
    note_callee,
)
from perfmagic.analysis.memory import (
    ELEMENTS,
    attribute_key,
    is_exact,
    kind_label,
    new,
    store,
    stored,
)
from perfmagic.analysis.models.table import find
from perfmagic.analysis.natives import call_native, unknown_call
from perfmagic.analysis.values import (
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Fresh,
    Live,
    Method,
    Native,
    Scalar,
    Value,
    just,
)


def construct(machine: Machine, node: ast.AST, cls: Live | Class, arguments: Arguments) -> Value:
    """Return the object that calling a class makes, after its constructor ran."""
    special = _construct_by_library(machine, node, cls, arguments) if isinstance(cls, Live) else None
    if special is not None:
        return special
    note_callee(machine, node, Callee(kind="user", label=kind_label(cls), blocking=True))
    atom = new(machine, node, cls)
    if lookup(machine, cls, "__del__") is not None:
        reason = f"line {machine.line(node)} makes a {kind_label(cls)}, whose __del__ may run at any time"
        machine.barrier(node, reason)
        machine.hazard(node, "unknown", reason, kind_label(cls))
    if _is_named_tuple(cls):
        return _construct_fields(machine, node, cls, atom, arguments)
    maker = lookup(machine, cls, "__new__")
    if maker is not None and not _is_object_method(maker[1]):
        made = machine.call(machine, node, _plain_function(maker[1]), arguments.after(just(cls)))
    else:
        made = just(atom)
    init = lookup(machine, cls, "__init__")
    if init is None or _is_object_method(init[1]):
        _with_arguments(machine, atom, arguments)
        return made
    if _is_generated(cls, init[1]) or stored(machine, cls, attribute_key("__dataclass__")):
        return _construct_fields(machine, node, cls, atom, arguments)
    for each in made:
        machine.call(machine, node, frozenset(Method(each, raw) for raw in init[1]), arguments)
    return made


def _construct_by_library(machine: Machine, node: ast.AST, cls: Live, arguments: Arguments) -> Value | None:
    """Return what a class makes that is not the user's or has a metaclass; ``None`` for an ordinary class of the user."""
    kind = cast("type", cls.value)
    if is_users(kind):
        plain = type(kind) is type or live.qualified_name(type(kind)) == "abc.ABCMeta"
        return (
            None
            if plain
            else unknown_call(machine, node, f"{kind_label(cls)}(), a class with a metaclass", arguments)
        )
    name = live.qualified_name(kind)
    if find((name,)) is None and any(each is BaseException for each in live.mro(kind)):
        return _with_arguments(machine, new(machine, node, cls), arguments)
    if name == "builtins.type" and len(arguments.positional) != 1:
        return unknown_call(machine, node, "type()", arguments)
    return call_native(machine, node, Native((name,), None), arguments)


def _plain_function(raw: Value) -> Value:
    return frozenset(
        Live(live.wrapped_function(each.value)) if isinstance(each, Live) else each for each in raw
    )


def _is_object_method(raw: Value) -> bool:
    """Tell whether a constructor is one of C that keeps its arguments at most: ``object``'s or an exception's."""
    return all(
        isinstance(each, Live)
        and (is_exact(each.value, (types.WrapperDescriptorType, types.BuiltinFunctionType)))
        for each in raw
    )


def _is_generated(cls: Live | Class, raw: Value) -> bool:
    return (
        any(
            isinstance(each, Live)
            and type(each.value) is types.FunctionType
            and each.value.__code__.co_filename == "<string>"
            for each in raw
        )
        and isinstance(cls, Live)
        and live.class_attribute(cast("type", cls.value), "__dataclass_fields__") is not None
    )


def _is_named_tuple(cls: Live | Class) -> bool:
    if not isinstance(cls, Live):
        return False
    found = live.class_attribute(cast("type", cls.value), "__new__")
    function = (
        found[1].__func__ if found is not None and type(found[1]) is staticmethod else found and found[1]
    )
    return type(function) is types.FunctionType and function.__globals__.get("__name__", "").startswith(
        "namedtuple_"
    )


def _field_names(cls: Live | Class) -> list[str]:
    if isinstance(cls, Class):
        annotated = [each for each in cls.node.body if isinstance(each, ast.AnnAssign)]
        return [each.target.id for each in annotated if isinstance(each.target, ast.Name)]
    for name in ("__dataclass_fields__", "_fields"):
        found = live.class_attribute(cast("type", cls.value), name)
        if found is not None and is_exact(found[1], (dict, tuple)):
            return list(cast("dict[str, object]", found[1]))
    return []


def _construct_fields(
    machine: Machine, node: ast.AST, cls: Live | Class, atom: Fresh, arguments: Arguments
) -> Value:
    """Store the arguments of a generated constructor in the fields, and run ``__post_init__``."""
    fields = _field_names(cls)
    for index, value in enumerate(arguments.positional):
        if index < len(fields):
            store(machine, atom, attribute_key(fields[index]), value)
    for name, value in arguments.keywords.items():
        store(machine, atom, attribute_key(name), value)
    for name in fields:
        if not stored(machine, atom, attribute_key(name)):
            store(machine, atom, attribute_key(name), arguments.rest or _default_of(machine, cls, name))
        store(machine, atom, ELEMENTS, stored(machine, atom, attribute_key(name)))
    hook = lookup(machine, cls, "__post_init__")
    if hook is not None:
        machine.call(machine, node, frozenset(Method(atom, raw) for raw in hook[1]), Arguments())
    return just(atom)


def _default_of(machine: Machine, cls: Live | Class, name: str) -> Value:
    """Return the default of a field: the class attribute of that name if it is plain, else unknown."""
    found = lookup(machine, cls, name)
    plain = found is not None and all(isinstance(each, Const | Scalar) for each in found[1])
    return found[1] if found is not None and plain else UNKNOWN


def _with_arguments(machine: Machine, atom: Fresh, arguments: Arguments) -> Value:
    for value in arguments.all():
        store(machine, atom, ELEMENTS, value)
    return just(atom)
