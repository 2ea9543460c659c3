"""Look at live objects without running anybody's code.

Nothing here calls a descriptor written in Python, ``__getattr__``, ``__eq__``, ``__hash__``, ``__repr__`` or ``__iter__``
of a user's class, and ``isinstance`` is avoided because it may read a ``__class__`` property.
"""

import types
from collections.abc import Mapping
from typing import cast

_MRO = type.__dict__["__mro__"]
_CLASS_DICT = type.__dict__["__dict__"]
_MODULE = type.__dict__["__module__"]
_QUALNAME = type.__dict__["__qualname__"]
_SLOT = types.MemberDescriptorType


def mro(cls: type) -> tuple[type, ...]:
    """Return the method resolution order of a class."""
    return cast("tuple[type, ...]", _MRO.__get__(cls))


def class_dict(cls: type) -> Mapping[str, object]:
    """Return the attributes that a class itself defines."""
    return cast("Mapping[str, object]", _CLASS_DICT.__get__(cls))


def qualified_name(cls: type) -> str:
    """Return ``module.Class`` of a class."""
    module = _MODULE.__get__(cls)
    return f"{module}.{_QUALNAME.__get__(cls)}" if type(module) is str else str(_QUALNAME.__get__(cls))


def module_name(cls: type) -> str | None:
    """Return the name of the module that a class says it comes from."""
    module = _MODULE.__get__(cls)
    return module if type(module) is str else None


def is_a(value: object, cls: type) -> bool:
    """Tell whether the type of a value is the class or derived from it."""
    return any(each is cls for each in mro(type(value)))


def is_class(value: object) -> bool:
    """Tell whether a value is a class."""
    return is_a(value, type)


def instance_dict(value: object) -> dict[str, object] | None:
    """Return the attributes of an instance, or ``None`` if it has no plain ``__dict__``."""
    for cls in mro(type(value)):
        descriptor = class_dict(cls).get("__dict__")
        if descriptor is None:
            continue
        if type(descriptor) is not types.GetSetDescriptorType and type(descriptor) is not _SLOT:
            return None
        found = descriptor.__get__(value)
        return cast("dict[str, object]", found) if type(found) is dict else None
    return None


def class_attribute(cls: type, name: str) -> tuple[type, object] | None:
    """Return the class of the resolution order that defines an attribute, and the raw attribute."""
    for each in mro(cls):
        attributes = class_dict(each)
        if name in attributes:
            return each, attributes[name]
    return None


def slot_value(descriptor: object, value: object) -> tuple[object] | None:
    """Return what a C-level slot of an instance holds, in a tuple, or ``None`` if it is empty or no slot."""
    if type(descriptor) is not types.MemberDescriptorType:
        return None
    try:
        return (descriptor.__get__(value),)
    except AttributeError:
        return None


def static_attribute(value: object, name: str) -> object:
    """Return an attribute as far as it is plain data of the instance, else ``None``."""
    attributes = instance_dict(value)
    if attributes is not None and name in attributes:
        return attributes[name]
    found = class_attribute(type(value), name)
    if found is None:
        return None
    slot = slot_value(found[1], value)
    return slot[0] if slot else None


def wrapped_function(value: object) -> object:
    """Return the function below a ``staticmethod`` or ``classmethod``; anything else is its own."""
    if type(value) is staticmethod or type(value) is classmethod:
        return cast("staticmethod[..., object]", value).__func__
    return value
