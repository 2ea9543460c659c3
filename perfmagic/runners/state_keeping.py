"""What it means to keep an object: take its contents, see whether they changed, put them back into the same object.

The invariant of every keeper: no code of the user runs. Contents are compared by the identity of the parts, and read
and written through the methods of the built-in base type, never through what a subclass overrides.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from operator import is_
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

Subject_contra = TypeVar("Subject_contra", contravariant=True)
Taken = TypeVar("Taken")


class Keeper(Protocol[Subject_contra, Taken]):
    """One way to keep the contents of one kind of object."""

    def weigh(self, subject: Subject_contra) -> int:
        """Return about how many bytes `take` will need."""
        ...

    def take(self, subject: Subject_contra) -> Taken:
        """Return the contents as of now; later changes of the subject do not reach them."""
        ...

    def same(self, subject: Subject_contra, taken: Taken) -> bool:
        """Return whether the contents are still what was taken."""
        ...

    def put(self, subject: Subject_contra, taken: Taken) -> None:
        """Make the contents what was taken; the taken contents can be put back again later."""
        ...

    def parts(self, taken: Taken) -> Collection[object]:
        """Return the objects that the walk goes on with."""
        ...

    def named_parts(self, taken: Taken) -> Iterable[tuple[str, object]]:
        """Return the same objects, each with the step that leads to it, such as ``.name`` or ``[3]``."""
        ...


AnyKeeper: TypeAlias = Keeper[Any, Any]
"""A keeper in a table of keepers; the table's key is what makes subject and keeper fit."""


class Leaf:
    """The half of a keeper that is the same for all objects whose contents lead to no other object."""

    def parts(self, taken: object) -> tuple[()]:
        """Return nothing."""
        del taken
        return ()

    def named_parts(self, taken: object) -> tuple[()]:
        """Return nothing."""
        del taken
        return ()


class Fixed:
    """The half of a keeper that is the same for all objects that cannot change but lead to others."""

    def weigh(self, subject: object) -> int:
        """Return the size of a reference."""
        del subject
        return POINTER_BYTES

    def same(self, subject: object, taken: object) -> bool:
        """Return true."""
        del subject, taken
        return True

    def put(self, subject: object, taken: object) -> None:
        """Do nothing."""


POINTER_BYTES = 8
RECORD_BYTES = 100
"""About what keeping an object takes beside its contents."""

Kind = Literal["shared", "iterator", "opaque"]


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the walk does not look into an object, and that its state is not put back.

    ``shared``: a resource that runs use together (a lock, a pool, a logger). ``iterator``: consumed by reading.
    ``opaque``: holds state that cannot be reached.
    """

    kind: Kind
    reason: str


def same_items(one: Collection[object], other: Collection[object]) -> bool:
    """Return whether two collections hold the same objects in the same order; identity, never ``==``."""
    return len(one) == len(other) and all(map(is_, one, other))


def same_mapping(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    """Return whether two dicts hold the same keys and values in the same order; identity, never ``==``."""
    return (
        len(one) == len(other) and all(map(is_, one.values(), other.values())) and all(map(is_, one, other))
    )
