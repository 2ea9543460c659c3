"""Who owns the state that a live object shows: the dict behind a view, the memory behind an array, a shared ``__dict__``."""

import gc
import sys
import types
import weakref
from typing import cast

from perfmagic.analysis import live

_DICT_VIEWS: tuple[type, ...] = (
    type(dict[str, str]().keys()),
    type(dict[str, str]().values()),
    type(dict[str, str]().items()),
    types.MappingProxyType,
)
_PROXIES: tuple[type, ...] = (weakref.ProxyType, weakref.CallableProxyType)
_SCALARS: tuple[type, ...] = (int, str, float, bool, bytes, complex, type(None))
_MAX_ITEMS = 20_000


def owner_of_data(value: object) -> object:
    """Return the object whose state another shows, through views, buffers and arrays; any other is its own owner.

    An object whose ``__dict__`` somebody else holds too gives that dict.
    """
    while True:
        cls = type(value)
        if any(cls is each for each in _DICT_VIEWS):
            return gc.get_referents(value)[0]
        base = _base(value)
        if base is None:
            attributes = _shared_attributes(value)
            return value if attributes is None else attributes
        value = base


def _base(value: object) -> object:
    """Return what a memoryview or an array takes its memory from, ``None`` if it is its own."""
    if type(value) is memoryview:
        try:
            return value.obj
        except ValueError:  # it was released
            return None
    if live.qualified_name(type(value)) == "_io._BytesIOBuffer":
        return next((each for each in gc.get_referents(value) if not live.is_class(each)), None)
    array = next((each for each in live.mro(type(value)) if live.qualified_name(each) in _ARRAYS), None)
    if array is None:
        return None
    getter = live.class_dict(array).get("base")
    if isinstance(getter, types.GetSetDescriptorType | types.MemberDescriptorType):
        base: object = getter.__get__(value)
        return base
    return None


_ARRAYS = frozenset({"numpy.ndarray", "numpy.flatiter"})


def _shared_attributes(value: object) -> dict[str, object] | None:
    """Return the ``__dict__`` of an instance if anything else refers to it."""
    if type(value) is types.ModuleType or live.is_class(value) or type(value) is types.FunctionType:
        return None
    attributes = live.instance_dict(value)
    if attributes is None:
        return None
    return attributes if sys.getrefcount(attributes) > _references_to_own() else None


class _Plain:
    """An object whose ``__dict__`` nobody else holds."""


def _references_to_own() -> int:
    plain = _Plain()
    attributes = live.instance_dict(plain)
    return sys.getrefcount(attributes)


def why_not_followed(value: object, namespace: object) -> str | None:
    """Return why what an object gives cannot be told from what is seen of it, ``None`` if it can."""
    cls = type(value)
    if value is namespace:
        return "the namespace of the notebook"
    if any(cls is each for each in _PROXIES):
        return "an object behind a weak proxy"
    numpy = sys.modules.get("numpy")
    if numpy is not None and cls is vars(numpy).get("ndarray") and not _is_plain_array(value):
        return "an array of objects"
    return None


def _is_plain_array(value: object) -> bool:
    """Tell whether an array holds numbers or text alone, rather than objects that others may hold too."""
    array = cast("_Array", value)
    if array.dtype.kind != "O":
        return not array.dtype.hasobject
    return array.size <= _MAX_ITEMS and all(
        any(type(each) is scalar for scalar in _SCALARS) for each in array.flat
    )


class _Kind:
    kind: str
    hasobject: bool


class _Array:
    dtype: _Kind
    size: int
    flat: list[object]
