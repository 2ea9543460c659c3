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


def method_names(kind: Kinds, name: str, raw: object = None) -> tuple[str, ...]:
    """Return the qualified names under which the models may know a method: down to the class that defines it, not further.

    With `raw` that is the class that holds this very function, which ``super()`` may have found behind others.
    """
    if kind == DATA:
        return tuple(f"{each}.{name}" for each in _DATA_NAMES)
    found: list[str] = []
    for each in lineage(kind):
        if isinstance(each, Class):
            continue
        if isinstance(each, str):
            found.append(f"{each}.{name}")
            continue
        cls = cast("type", each.value)
        found.append(f"{live.qualified_name(cls)}.{name}")
        if name in live.class_dict(cls) and (raw is None or live.class_dict(cls)[name] is raw):
            break
    return tuple(found)


def overriding(machine: Machine, kind: Kinds) -> Value:
    """Return the methods of the user that a library may call, because they take the place of its own."""
    users: dict[str, Value] = {}
    library: set[str] = set()
    for each in lineage(kind):
        if isinstance(each, Class):
            fields = machine.heap.get(each, {})
            for (sort, name), held in fields.items():
                if sort == "." and isinstance(name, str):
                    users.setdefault(name, held)
        elif isinstance(each, Live) and is_users(each.value):
            for name, value in live.class_dict(cast("type", each.value)).items():
                users.setdefault(name, just(name_it(machine, value, f"{kind_label(each)}.{name}")))
        elif isinstance(each, Live) and not _is_plain(cast("type", each.value)):
            library.update(live.class_dict(cast("type", each.value)))
    found = [value for name, value in users.items() if name in library and name not in _MADE_BY_CALLS]
    return frozenset(atom for value in found for atom in value if is_user_code(just(atom)))


_MADE_BY_CALLS = ("__init__", "__new__", "__module__", "__doc__", "__annotations__")


def _is_plain(cls: type) -> bool:
    """Tell whether a class is implemented in C or only there for types: it calls no method of a class derived from it."""
    return (live.module_name(cls) or "") in {
        "builtins",
        "typing",
        "abc",
        "_collections",
        "enum",
        "types",
        "collections.abc",
    }


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
