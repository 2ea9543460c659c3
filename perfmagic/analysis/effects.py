"""What a piece of code reads and writes, as sets of locations.

The invariant: an effect that cannot be shown absent is present. Code whose effects are not known is a `Barrier`,
which keeps its order with everything else that has effects.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of locations."""

    NAME = "name"
    OBJECT = "object"
    STDOUT = "stdout"
    FILE = "file"
    ENVIRONMENT = "environment"
    CLOCK = "clock"
    RANDOM = "random"
    CONTEXT = "context variable"
    TASK = "task"
    LOOP = "loop primitive"
    EXTERNAL = "external resource"
    EXCLUSIVE = "exclusive resource"
    SERIALISED = "serialised resource"


@dataclass(frozen=True, slots=True)
class Location:
    """Something that code reads or writes.

    ``key`` makes it unique within its kind: a name with its scope, the identity of an object, a resource.
    ``label`` is how a message names it and takes no part in equality.
    """

    kind: Kind
    key: Hashable
    label: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Barrier:
    """Code whose effects are not known, with the reason, the line, and what the user can do."""

    reason: str
    line: int
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """Locations read and written by a piece of code, and the barriers in it."""

    reads: frozenset[Location] = frozenset()
    writes: frozenset[Location] = frozenset()
    barriers: tuple[Barrier, ...] = ()

    def __or__(self, other: "Effects") -> "Effects":
        return Effects(self.reads | other.reads, self.writes | other.writes, self.barriers + other.barriers)


NOTHING = Effects()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """Why the cell may not be run again without being asked: something that a restore cannot undo.

    ``kind`` is one of: ``outside`` (write query, POST, file opened for writing, input, subprocess), ``iterator``, ``opaque``,
    ``module``, ``unknown``, ``dynamic`` (exec, globals()), ``widget``.
    """

    kind: str
    reason: str
    line: int
    label: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A live object that existed before the cell and that the cell may change, with a name for people."""

    label: str
    value: object
