"""Keepers of numpy's arrays, used only where numpy is loaded already.

An array that is a view is kept through the array that owns the memory; its own shape, strides and type are kept too.
"""

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from perfmagic.runners.state_keeping import AnyKeeper, same_items

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"

CHUNK_ITEMS = 1 << 20


@dataclass(frozen=True, slots=True)
class ArrayState:
    """How an array sees its memory; ``contents`` only where the array is the one to keep the memory."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: "np.dtype[Any]"
    writeable: bool
    base: object
    contents: "Array | None"

    def layout(self) -> tuple[object, ...]:
        """Return what says how the memory is read."""
        return (self.shape, self.strides, self.dtype, self.writeable)


class _NumpyKeeper:
    """Arrays of numpy, subclasses included."""

    def weigh(self, subject: "Array") -> int:
        return 200 + (subject.nbytes if _keeps_memory(subject) else 0)

    def take(self, subject: "Array") -> ArrayState:
        contents = _plain(subject).copy(order="K") if _keeps_memory(subject) else None
        flags = subject.flags.writeable
        return ArrayState(subject.shape, subject.strides, subject.dtype, flags, subject.base, contents)

    def same(self, subject: "Array", taken: ArrayState) -> bool:
        layout = (subject.shape, subject.strides, subject.dtype, subject.flags.writeable)
        if layout != taken.layout():
            return False
        return taken.contents is None or _same_memory(_plain(subject), taken.contents)

    def put(self, subject: "Array", taken: ArrayState) -> None:
        if taken.contents is not None and not subject.flags.writeable:
            subject.setflags(write=True)
        if (subject.shape, subject.strides, subject.dtype) != taken.layout()[:3]:
            _reshape(subject, taken)
        if taken.contents is not None:
            _numpy().copyto(_plain(subject), taken.contents)
        if subject.flags.writeable != taken.writeable:
            subject.setflags(write=taken.writeable)

    def parts(self, taken: ArrayState) -> list[object]:
        memory = [] if taken.base is None else [taken.base]
        return [*memory, *_objects_in(taken)]

    def named_parts(self, taken: ArrayState) -> Iterator[tuple[str, object]]:
        if taken.base is not None:
            yield " memory", taken.base
        for index, each in enumerate(_objects_in(taken)):
            yield f".flat[{index}]", each


def _objects_in(taken: ArrayState) -> list[object]:
    return _objects(taken.contents) if taken.contents is not None and taken.dtype.hasobject else []


def _numpy() -> Any:
    return sys.modules["numpy"]


def _plain(array: "Array") -> "Array":
    """Return the same memory without the subclass, whose methods may be code of the user."""
    base_class = _numpy().ndarray
    return array if type(array) is base_class else base_class.view(array, base_class)


def _keeps_memory(array: "Array") -> bool:
    if isinstance(array.base, _numpy().ndarray):
        return False
    return array.base is None or bool(array.flags.writeable)


def _reshape(array: "Array", taken: ArrayState) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # newer versions advise against assigning these; there is no other way in place
        array.dtype = taken.dtype  # type: ignore[misc]  # typed as read-only, and assignable
        if array.size != _size(taken.shape):
            array.resize(taken.shape, refcheck=False)  # pyright: ignore[reportDeprecated]
        array.shape = taken.shape  # pyright: ignore[reportDeprecated]
        if array.strides != taken.strides:
            array.strides = taken.strides  # pyright: ignore[reportDeprecated]


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for each in shape:
        size *= each
    return size


def _same_memory(one: "Array", other: "Array") -> bool:
    """Return whether two arrays of one shape and type hold the same bits, or the same objects."""
    if one.size == 0 or one.dtype.itemsize == 0:
        return True
    if one.dtype.hasobject:
        return same_items(_objects(one), _objects(other))
    if one.dtype.kind == "T":  # strings of any length: the bits are addresses
        return bool(one.tolist() == other.tolist())
    bits, other_bits = _bits(one), _bits(other)
    return all(
        bool((bits[start : start + CHUNK_ITEMS] == other_bits[start : start + CHUNK_ITEMS]).all())
        for start in range(0, len(bits), CHUNK_ITEMS)
    )


def _objects(array: "Array") -> list[object]:
    if array.dtype.names is None:
        return list(array.ravel().tolist())
    return [each for name in array.dtype.names for each in _objects(array[name])]


def _bits(array: Any) -> Any:
    """Return the memory as whole numbers, in the order of the array's own layout where it has one."""
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        array = array.T
    flat = _numpy().ascontiguousarray(array).reshape(-1).view("u1")
    return flat.view("u8") if len(flat) % 8 == 0 else flat


def array_keepers() -> tuple[tuple[type, AnyKeeper], ...]:
    """Return the types that these keepers serve; none where numpy is not loaded."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not hasattr(numpy, "ndarray"):
        return ()
    return ((numpy.ndarray, _NumpyKeeper()),)
