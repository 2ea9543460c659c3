"""Classes: what an object is an instance of, and where its class defines an attribute."""

import sys
import types
from collections.abc import Iterator
from typing import cast

from perfmagic.analysis import live
from perfmagic.analysis.machine import Machine
from perfmagic.analysis.memory import attribute_key, kind_label, name_it, stored
from perfmagic.analysis.sources import is_library
from perfmagic.analysis.values import (
    DATA,
    NEVER,
    UNKNOWN,
    Atom,
    Class,
    Const,
    Fresh,
    Function,
    Live,
    Method,
    Scalar,
    Value,
    join,
    just,
)

C_ATTRIBUTES = (
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
    module = live.module_name(cast("type", cls))
    if module == "__main__":
        return True
    found = sys.modules.get(module) if module is not None else None
    if type(found) is not types.ModuleType:
        return True
    if module in sys.builtin_module_names:
        return False
    filename = vars(found).get("__file__")
    return not (type(filename) is str and is_library(filename))


def lookup(machine: Machine, kind: Kinds, name: str) -> tuple[Kinds, Value] | None:
    """Return the class that defines an attribute and the raw attribute; nothing is bound."""
    for each in lineage(kind):
        own = UNKNOWN if each == "?" else lookup_own(machine, each, name)
        if own:
            return each, own
    return None


def lookup_own(machine: Machine, kind: Kinds, name: str) -> Value:
    """Return the raw attribute that a class itself defines; empty if it does not."""
    if isinstance(kind, str):
        return NEVER
    own = stored(machine, kind, attribute_key(name))
    if isinstance(kind, Live):
        attributes = live.class_dict(cast("type", kind.value))
        if name in attributes:
            own = join(own, just(name_it(machine, attributes[name], f"{kind_label(kind)}.{name}")))
    return own


def is_user_code(raw: Value) -> bool:
    """Tell whether any of the raw attributes is a function whose source is the user's."""
    return any(
        isinstance(atom, Function)
        or (
            isinstance(atom, Live)
            and type(atom.value) is types.FunctionType
            and not is_library(atom.value.__code__.co_filename)
        )
        for atom in raw
    )


def bound(raw: Value, receiver: Atom) -> Value:
    """Return functions bound to a receiver."""
    return frozenset(Method(receiver, atom) for atom in raw)
