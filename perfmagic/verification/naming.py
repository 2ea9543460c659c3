"""What a class or a function is called, read so that no code of its own runs.

A metaclass may lie about names and bases; the descriptors of `type` do not ask it.
"""

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import TypeGuard, TypeVar, cast

_Entry = TypeVar("_Entry")

_QUALNAME = type.__dict__["__qualname__"]
_MODULE = type.__dict__["__module__"]
_MRO = type.__dict__["__mro__"]
_DICT = type.__dict__["__dict__"]
_MODULE_DICT = vars(ModuleType)["__dict__"]


def class_name(cls: type) -> tuple[str, str]:
    """Module and qualified name of a class; what is not a string counts as empty."""
    module: object = _MODULE.__get__(cls)
    qualname: object = _QUALNAME.__get__(cls)
    return (module if type(module) is str else "", qualname if type(qualname) is str else "")


def ancestry(cls: type) -> tuple[type, ...]:
    """The class and its bases in resolution order."""
    return cast("tuple[type, ...]", _MRO.__get__(cls))


def members(cls: type) -> Mapping[str, object]:
    """What the class body (and later assignments) put into the class itself; a live, read-only view."""
    return cast("Mapping[str, object]", _DICT.__get__(cls))


def nearest(cls: type, table: Mapping[type, _Entry]) -> _Entry | None:
    """The entry of the nearest base that the table knows.

    A class with a metaclass of its own is passed over: to look it up would call the metaclass's ``__hash__``.
    """
    for base in ancestry(cls):
        if type(base) is type and base in table:
            return table[base]
    return None


def is_class(thing: object) -> TypeGuard[type]:
    """Whether the object is a class; unlike `isinstance`, this does not believe a ``__class__`` that lies."""
    return issubclass(type(thing), type)


def namespace(module: ModuleType) -> Mapping[str, object]:
    """The dict of a module, without asking a module's own ``__getattr__``."""
    return cast("Mapping[str, object]", _MODULE_DICT.__get__(module))


def roots(cls: type) -> frozenset[str]:
    """The top-level packages that the class and its bases come from."""
    return frozenset(class_name(base)[0].partition(".")[0] for base in ancestry(cls))


def importable(thing: object, module: object, qualname: object) -> bool:
    """Whether an import of the module and the name leads to this very object.

    What a notebook defines (module ``__main__``) is never importable: it may be defined again by the next run.
    """
    if type(module) is not str or type(qualname) is not str or module == "__main__":
        return False
    found: object = sys.modules.get(module)
    if not issubclass(type(found), ModuleType):
        return False
    spaces: Mapping[str, object] = namespace(cast("ModuleType", found))
    for part in qualname.split("."):
        found = spaces.get(part)
        spaces = members(found) if is_class(found) else {}
    return found is thing
