"""numpy arrays and scalars: dtype, shape and values, and which arrays share memory."""

# The library's own stubs are partly unknown to pyright.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from perfmagic.model.verdict import Status
from perfmagic.verification.blocks import Block, same_dtype, unequal
from perfmagic.verification.naming import class_name
from perfmagic.verification.picture import Picture, type_text
from perfmagic.verification.text import escape

if TYPE_CHECKING:
    from collections.abc import Hashable

    from perfmagic.verification.blocks import Array
    from perfmagic.verification.picture import Camera, Judge, Trail

_SHOWN = 4


class ArrayPicture(Picture):
    """An array: its values, and where they lie in memory."""

    __slots__ = ("block", "extent", "strides")

    def fill(self, value: object, camera: Camera) -> None:
        """Read the values past any subclass."""
        plain = _plain(value)
        self.block = Block.of(plain, camera)
        self.extent = _extent(plain)
        self.strides = plain.strides

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Dtype, shape, values; then which other arrays lie in the same memory."""
        assert isinstance(actual, ArrayPicture)
        compare_blocks(self, self.block, actual.block, judge, trail)
        judge.overlap(self, actual, trail)

    def parts(self) -> tuple[object, ...]:
        """The first elements, as text would show them."""
        return (str(self.block.dtype), *map(str, self.block.shape))

    def step(self, key: object) -> str:
        """An element by its position."""
        if isinstance(key, tuple):
            return f"[{', '.join(map(str, cast('tuple[object, ...]', key)))}]"
        return super().step(key)

    def sketch(self, depth: int) -> str:
        """Type, shape, dtype and the first elements."""
        return f"{type_text(self.cls)}({block_text(self.block, depth)})"


class MaskedArrayPicture(ArrayPicture):
    """A masked array: what lies under the mask does not count."""

    __slots__ = ("fill_value", "mask")
    stateful = False

    def fill(self, value: object, camera: Camera) -> None:
        """Read values, mask and fill value."""
        assert isinstance(value, np.ma.MaskedArray)
        super().fill(cast("object", value), camera)
        mask = np.ma.getmaskarray(cast("np.ma.MaskedArray[tuple[int], np.dtype[np.generic]]", value))
        self.mask = Block.of(mask, camera)
        self.fill_value = camera.see(value.fill_value)
        if self.block.children is None and mask.dtype.names is None:
            hidden = self.block.values.copy()
            hidden[mask] = np.zeros((), dtype=hidden.dtype)
            self.block = Block(dtype=hidden.dtype, shape=hidden.shape, values=hidden, children=None)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Mask and fill value, then what shows."""
        assert isinstance(actual, MaskedArrayPicture)
        compare_blocks(self, self.mask, actual.mask, judge, (trail, self, "mask"))
        judge.visit(self.fill_value, actual.fill_value, (trail, self, "fill_value"))
        super().against(actual, judge, trail)


class NumpyScalarPicture(Picture):
    """A numpy scalar: dtype and value, never the same as a Python number."""

    __slots__ = ("block",)
    mutable = False
    stateful = False

    def fill(self, value: object, camera: Camera) -> None:
        """Hold the scalar as an array of no dimension."""
        assert isinstance(value, np.generic)
        self.block = Block.of(np.asarray(value), camera)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Dtype and value."""
        assert isinstance(actual, NumpyScalarPicture)
        compare_blocks(self, self.block, actual.block, judge, trail)

    def key(self) -> Hashable:
        """The value."""
        return self.sketch(1)

    def step(self, key: object) -> str:
        """A scalar has no elements."""
        del key
        return ""

    def sketch(self, depth: int) -> str:
        """Type and value."""
        del depth
        return f"{type_text(self.cls)}({escape(self.block.element_text(()))})"


class DtypePicture(Picture):
    """A dtype."""

    __slots__ = ("dtype",)
    mutable = False
    stateful = False

    def fill(self, value: object, camera: Camera) -> None:
        """Keep it: it cannot change."""
        del camera
        self.dtype = cast("np.dtype[np.generic]", value)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Strictly."""
        assert isinstance(actual, DtypePicture)
        if not same_dtype(self.dtype, actual.dtype):
            judge.findings.found(Status.DIFFERENT, trail, self.sketch(1), actual.sketch(1))

    def key(self) -> Hashable:
        """The description."""
        return self.dtype.str

    def sketch(self, depth: int) -> str:
        """As numpy writes it."""
        del depth
        return f"dtype({escape(str(self.dtype))})"


class GeneratorPicture(Picture):
    """A random generator of numpy: the state of its bit generator, and no number is drawn."""

    __slots__ = ("state",)
    stateful = False

    def fill(self, value: object, camera: Camera) -> None:
        """Read the state by numpy's own property."""
        generator = value.bit_generator if isinstance(value, np.random.Generator) else value
        if isinstance(generator, np.random.RandomState):
            self.state = camera.see(generator.get_state(legacy=False))
        else:
            assert isinstance(generator, np.random.BitGenerator)
            self.state = camera.see(generator.state)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """By state."""
        assert isinstance(actual, GeneratorPicture)
        judge.visit(self.state, actual.state, (trail, self, "state"))


def compare_blocks(owner: Picture, expected: Block, actual: Block, judge: Judge, trail: Trail) -> None:
    """Compare two blocks and name the first element where they part."""
    if not same_dtype(expected.dtype, actual.dtype):
        judge.findings.found(
            Status.DIFFERENT, (trail, owner, "dtype"), str(expected.dtype), str(actual.dtype)
        )
    elif expected.shape != actual.shape:
        judge.findings.found(
            Status.DIFFERENT, (trail, owner, "shape"), str(expected.shape), str(actual.shape)
        )
    elif expected.children is not None and actual.children is not None:
        places = [tuple(map(int, place)) for place in np.ndindex(expected.shape)]
        judge.visit_all(expected.elements(), actual.elements(), (trail, owner), places)
    else:
        status, place = unequal(expected, actual, judge.rtol)
        if place is not None:
            texts = (expected.element_text(place), actual.element_text(place))
            judge.findings.found(status, (trail, owner, place), *texts)


def block_text(block: Block, depth: int) -> str:
    """Shape, dtype and the first elements of a block."""
    about = f"{'x'.join(map(str, block.shape))} {escape(str(block.dtype))}"
    if not depth or block.values.size == 0:
        return about
    first = list(np.ndindex(block.shape)) if block.values.size <= _SHOWN else []
    places = first or [tuple(map(int, np.unravel_index(each, block.shape))) for each in range(_SHOWN)]
    shown = [escape(block.element_text(place)) for place in places]
    return f"{about}: {', '.join(shown)}{', ...' if block.values.size > _SHOWN else ''}"


def numpy_kind(cls: type) -> type[Picture] | None:
    """Pictures of arrays, scalars, dtypes and random generators."""
    if issubclass(cls, np.ma.MaskedArray):
        return MaskedArrayPicture
    if issubclass(cls, np.ndarray):
        return _LibraryArrayPicture if class_name(cls)[0].partition(".")[0] == "numpy" else ArrayPicture
    if issubclass(cls, np.generic):
        return NumpyScalarPicture
    if issubclass(cls, np.dtype):
        return DtypePicture
    if issubclass(cls, np.random.Generator | np.random.RandomState | np.random.BitGenerator):
        return GeneratorPicture
    return None


class _LibraryArrayPicture(ArrayPicture):
    """An array of a class of numpy's own (ndarray, matrix, recarray, memmap): its attributes say nothing more."""

    __slots__ = ()
    stateful = False


def _plain(value: object) -> Array:
    assert isinstance(value, np.ndarray)
    plain: Array = np.ndarray.view(value, np.ndarray)
    return plain


def _extent(array: Array) -> tuple[int, int]:
    """First and last address (exclusive) of the elements."""
    if array.size == 0:
        return (0, 0)
    start = int(array.__array_interface__["data"][0])
    spans = [(size - 1) * stride for size, stride in zip(array.shape, array.strides, strict=True)]
    low = start + sum(span for span in spans if span < 0)
    return low, start + sum(span for span in spans if span > 0) + array.itemsize
