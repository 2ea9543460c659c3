"""Keepers of plain bytes: byte arrays, arrays of the `array` module, files in memory."""

# the unbound methods of generic classes have no type parameters that could be known
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import array
import io
from typing import Any

from perfmagic.runners.state_keeping import AnyKeeper, Leaf


class _BufferKeeper(Leaf):
    """Byte arrays and arrays of the `array` module: a copy of their bytes."""

    def weigh(self, subject: bytearray) -> int:
        return memoryview(subject).nbytes

    def take(self, subject: bytearray) -> bytes:
        return memoryview(subject).tobytes()

    def same(self, subject: bytearray, taken: bytes) -> bool:
        return memoryview(subject).nbytes == len(taken) and memoryview(subject).tobytes() == taken

    def put(self, subject: bytearray, taken: bytes) -> None:
        bytearray.__setitem__(subject, slice(None), taken)


class _ArrayKeeper(_BufferKeeper):
    """Arrays of the `array` module, which take back only an array of their own type code."""

    def put(self, subject: Any, taken: bytes) -> None:
        contents: Any = array.array.__getitem__(subject, slice(0, 0))
        contents.frombytes(taken)
        array.array.__setitem__(subject, slice(None), contents)


class _MemoryFileKeeper(Leaf):
    """Files in memory: the contents and the position; a closed one has neither."""

    def weigh(self, subject: io.BytesIO) -> int:
        return 0 if subject.closed else 2 * len(subject.getvalue())

    def take(self, subject: io.BytesIO) -> tuple[object, int] | None:
        return None if subject.closed else (subject.getvalue(), subject.tell())

    def same(self, subject: io.BytesIO, taken: tuple[object, int] | None) -> bool:
        return self.take(subject) == taken  # a str or bytes and an int: no code of the user compares

    def put(self, subject: Any, taken: tuple[object, int] | None) -> None:
        if taken is None:
            subject.close()
            return
        subject.seek(0)
        subject.truncate()
        subject.write(taken[0])
        subject.seek(taken[1])


def buffer_keepers() -> tuple[tuple[type, AnyKeeper], ...]:
    """Return the types that these keepers serve."""
    return (
        (bytearray, _BufferKeeper()),
        (array.array, _ArrayKeeper()),
        (io.BytesIO, _MemoryFileKeeper()),
        (io.StringIO, _MemoryFileKeeper()),
    )
