"""Bytes that can change: bytearrays, typed arrays, memory views, and files that live in memory."""

import io
from array import array
from collections.abc import Callable, Mapping

from perfmagic.verification.naming import nearest
from perfmagic.verification.picture import Camera, Judge, Picture, Trail, brief, type_text


class BufferPicture(Picture):
    """What a buffer holds, as plain values."""

    __slots__ = ("fields",)

    def fill(self, value: object, camera: Camera) -> None:
        """Read the content without moving any position."""
        read = nearest(self.cls, _READERS)
        assert read is not None
        try:
            content = read(value)
        except ValueError:
            content = ("closed",)
        self.fields = camera.see_all(content)

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Field by field."""
        assert isinstance(actual, BufferPicture)
        if len(self.fields) != len(actual.fields):
            judge.visit(self.fields, actual.fields, trail)
        else:
            judge.visit_all(self.fields, actual.fields, (trail, self), range(len(self.fields)))

    def parts(self) -> tuple[object, ...]:
        """The content."""
        return self.fields

    def sketch(self, depth: int) -> str:
        """The type and the content."""
        return f"{type_text(self.cls)}({', '.join(brief(each, depth - 1) for each in self.fields[:4]) if depth else ''})"


def buffer_kind(cls: type) -> type[Picture] | None:
    """Pictures of mutable buffers."""
    return BufferPicture if nearest(cls, _READERS) else None


def _bytearray(value: object) -> tuple[object, ...]:
    assert isinstance(value, bytearray)
    return (bytes(memoryview(value)),)


def _array(value: object) -> tuple[object, ...]:
    return (vars(array)["typecode"].__get__(value), *vars(array)["tolist"](value))


def _memoryview(value: object) -> tuple[object, ...]:
    assert isinstance(value, memoryview)
    return (value.tobytes(), value.format, value.shape, value.readonly, value.obj)


def _string_file(value: object) -> tuple[object, ...]:
    assert isinstance(value, io.StringIO)
    return (io.StringIO.getvalue(value), io.StringIO.tell(value))


def _bytes_file(value: object) -> tuple[object, ...]:
    assert isinstance(value, io.BytesIO)
    return (io.BytesIO.getvalue(value), io.BytesIO.tell(value))


_READERS: Mapping[type, Callable[[object], tuple[object, ...]]] = {
    bytearray: _bytearray,
    array: _array,
    memoryview: _memoryview,
    io.StringIO: _string_file,
    io.BytesIO: _bytes_file,
}
