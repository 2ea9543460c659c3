"""Keeping objects by the names of their fields: classes written in C, and classes of which only some fields are state.

Queues, events and semaphores of `asyncio` and `threading` are kept this way: what they hold, not who waits for them.
"""

import asyncio
import queue
import threading
from collections.abc import Iterator
from typing import Any, TypeAlias

from perfmagic.runners.state_keeping import RECORD_BYTES, AnyKeeper, same_items

Fields: TypeAlias = tuple[Any, ...]


class FieldKeeper:
    """Fields of objects whose class is written in C.

    Parameters
    ----------
    assigned
        Fields that are kept and assigned.
    read
        Fields that are only followed: they cannot be assigned.
    """

    def __init__(self, *assigned: str, read: tuple[str, ...] = ()) -> None:
        self._assigned = assigned
        self._read = read

    def weigh(self, subject: object) -> int:
        """Return the size of a record."""
        del subject
        return RECORD_BYTES

    def take(self, subject: object) -> Fields:
        """Return the values of all fields."""
        return tuple(getattr(subject, name) for name in (*self._assigned, *self._read))

    def same(self, subject: object, taken: Fields) -> bool:
        """Return whether all fields hold the same objects."""
        return same_items(self.take(subject), taken)

    def put(self, subject: object, taken: Fields) -> None:
        """Assign the fields that can be assigned."""
        for name, value in zip(self._assigned, taken, strict=False):
            setattr(subject, name, value)

    def parts(self, taken: Fields) -> Fields:
        """Return the values."""
        return taken

    def named_parts(self, taken: Fields) -> Iterator[tuple[str, object]]:
        """Return the values with the names of their fields."""
        return ((f".{name}", each) for name, each in zip((*self._assigned, *self._read), taken, strict=True))


def field_keepers() -> tuple[tuple[type, AnyKeeper], ...]:
    """Return the exact types that are kept by their fields."""
    queues = FieldKeeper("_queue", "_unfinished_tasks", read=("_finished",))
    counted = FieldKeeper("_value")
    return (
        (asyncio.Queue, queues),
        (asyncio.LifoQueue, queues),
        (asyncio.PriorityQueue, queues),
        (asyncio.Event, counted),
        (asyncio.Semaphore, counted),
        (asyncio.BoundedSemaphore, counted),
        (queue.Queue, FieldKeeper("queue", "unfinished_tasks")),
        (queue.LifoQueue, FieldKeeper("queue", "unfinished_tasks")),
        (queue.PriorityQueue, FieldKeeper("queue", "unfinished_tasks")),
        (threading.Event, FieldKeeper("_flag")),
        (threading.Semaphore, counted),
        (threading.BoundedSemaphore, counted),
    )
