"""Values of one dtype: held as a numpy array, or as children where the dtype is that of Python objects.

Shape and dtype are strict, the order in memory (C or Fortran) and the writable flag are not looked at.
"""

# The library's own stubs are partly unknown to pyright.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from perfmagic.model.verdict import Status
from perfmagic.verification.picture import brief

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from perfmagic.verification.picture import Camera

# Of any dtype: numpy itself says `Any` here.
Array: TypeAlias = "NDArray[Any]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The values of an array.

    Attributes
    ----------
    dtype
        Type of the elements.
    shape
        Shape of the array.
    values
        The values; for Python objects an array of the positions in ``children``.
    children
        Pictures of the elements in C order, ``None`` if the elements are no Python objects.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    values: Array
    children: tuple[object, ...] | None

    @classmethod
    def of(cls, array: Array, camera: Camera) -> Block:
        """The values of a plain array, copied if the camera copies."""
        children = None
        values: Array = array
        if array.dtype.hasobject:
            children = camera.see_all(array.ravel().tolist())
            values = np.arange(array.size, dtype=np.int64).reshape(array.shape)
        elif camera.copy:
            values = array.copy(order="K")
        return cls(dtype=array.dtype, shape=array.shape, values=values, children=children)

    def reordered(self, order: Sequence[int]) -> Block:
        """The block with its rows in another order."""
        return Block(
            dtype=self.dtype, shape=self.shape, values=self.values[list(order)], children=self.children
        )

    def child(self, position: tuple[int, ...]) -> object:
        """The element at a position: an atom, a picture, or for a plain dtype the scalar as Python has it."""
        element = self.values[position]
        if self.children is not None:
            return self.children[int(element)]
        return element

    def element_text(self, position: tuple[int, ...]) -> str:
        """The element in short."""
        element = self.child(position)
        return brief(element) if self.children is not None else str(element)

    def elements(self) -> list[object]:
        """All elements in C order, as children or as Python scalars."""
        if self.children is not None:
            return [self.children[int(position)] for position in self.values.ravel()]
        listed: list[object] = self.values.ravel().tolist()
        return listed


def same_dtype(left: np.dtype[Any], right: np.dtype[Any]) -> bool:
    """Whether two dtypes are the same, byte order and field names included."""
    return type(left) is type(right) and left == right and left.str == right.str


def unequal(expected: Block, actual: Block, rtol: float) -> tuple[Status, tuple[int, ...] | None]:
    """The worst relation of two blocks of one dtype and shape, and the first position that has it."""
    left, right = expected.values, actual.values
    if left.size == 0 or _same_bits(left, right):
        return Status.EQUAL, None
    close, apart = _masks(left, right, rtol)
    if apart.any():
        return Status.DIFFERENT, _first(apart)
    if close.any():
        return Status.CLOSE, _first(close)
    return Status.EQUAL, None


def _first(mask: Array) -> tuple[int, ...]:
    return tuple(int(each) for each in np.unravel_index(int(np.flatnonzero(mask)[0]), mask.shape))


def _same_bits(left: Array, right: Array) -> bool:
    """Whether the bytes agree; quick, and a no proves nothing."""
    if left.dtype.kind not in "biufcmM" or left.dtype.itemsize not in {1, 2, 4, 8, 16}:
        return False
    if not (left.flags.c_contiguous and right.flags.c_contiguous):
        return False
    return bool(np.array_equal(left.reshape(-1).view(np.uint8), right.reshape(-1).view(np.uint8)))


def _masks(left: Array, right: Array, rtol: float) -> tuple[Array, Array]:
    """Where the elements are close but not equal, and where they are neither."""
    if left.dtype.names:
        pairs = [_masks(left[name], right[name], rtol) for name in left.dtype.names]
        flat = [
            [mask.reshape(*left.shape, -1).any(axis=-1) for mask in side] for side in zip(*pairs, strict=True)
        ]
        close, apart = (np.stack(side).any(axis=0) for side in flat)
        return close & ~apart, apart
    if left.dtype.kind == "f":
        return _float_masks(left, right, rtol)
    if left.dtype.kind == "c":
        return _complex_masks(left, right, rtol)
    if left.dtype.kind == "V":
        apart = _bytes_differ(left, right)
    elif left.dtype.kind in "mM":
        apart = left.view(np.int64) != right.view(np.int64)
    else:
        apart = np.asarray(left != right)
    return np.zeros(left.shape, dtype=np.bool_), apart


def _float_masks(left: Array, right: Array, rtol: float) -> tuple[Array, Array]:
    with np.errstate(all="ignore"):
        same = left == right
        both_nan = np.isnan(left) & np.isnan(right)
        zeros = same & (np.signbit(left) != np.signbit(right))
        finite = np.isfinite(left) & np.isfinite(right)
        near = (
            finite & (abs(left - right) <= rtol * abs(left)) if rtol > 0 else np.zeros(left.shape, np.bool_)
        )
    apart: Array = np.asarray(~(same | both_nan | near))
    close: Array = np.asarray(zeros | (near & ~same))
    return close, apart


def _complex_masks(left: Array, right: Array, rtol: float) -> tuple[Array, Array]:
    real_close, real_apart = _float_masks(np.real(left), np.real(right), 0.0)
    imag_close, imag_apart = _float_masks(np.imag(left), np.imag(right), 0.0)
    apart = real_apart | imag_apart
    close = (real_close | imag_close) & ~apart
    if rtol > 0:
        with np.errstate(all="ignore"):
            near = np.isfinite(left) & np.isfinite(right) & (abs(left - right) <= rtol * abs(left))
        close, apart = close | (near & apart), apart & ~near
    return close, apart


def _bytes_differ(left: Array, right: Array) -> Array:
    shape = (*left.shape, left.dtype.itemsize)
    ours = np.ascontiguousarray(left).view(np.uint8).reshape(shape)
    theirs = np.ascontiguousarray(right).view(np.uint8).reshape(shape)
    return np.asarray((ours != theirs).any(axis=-1))
