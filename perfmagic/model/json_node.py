"""Reading parsed JSON with types: each value knows its path, so that an error names the place.

Unknown keys are ignored: a newer perfmagic may have added them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from perfmagic.errors import ExportError

T = TypeVar("T")
_NAMES: tuple[tuple[type, str], ...] = (
    (dict, "an object"),
    (list, "a list"),
    (str, "a string"),
    (bool, "true or false"),
    (type(None), "null"),
)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a parsed JSON document, and where it stands: ``candidates[1].speedup``."""

    value: object
    path: str = ""

    def key(self, name: str) -> "Node":
        """Return the value of a key that must be there."""
        inside = _object(self)
        path = f"{self.path}.{name}" if self.path else name
        if name not in inside:
            message = f"{path} is missing: this is no complete comparison"
            raise ExportError(message)
        return Node(inside[name], path)

    def maybe(self, name: str, read: Callable[["Node"], T], default: T) -> T:
        """Return what ``read`` makes of a key, or the default where the key is absent."""
        return read(self.key(name)) if name in _object(self) else default

    def optional(self, read: Callable[["Node"], T]) -> T | None:
        """Return ``None`` for null, otherwise what ``read`` makes of the value."""
        return None if self.value is None else read(self)

    def items(self, read: Callable[["Node"], T]) -> tuple[T, ...]:
        """Return what ``read`` makes of each value of a list."""
        if not isinstance(self.value, list):
            raise _wrong(self, "a list")
        values = cast("list[object]", self.value)  # pyright: ignore[reportUnknownMemberType]
        return tuple(read(Node(each, f"{self.path}[{i}]")) for i, each in enumerate(values))

    def entries(self, read: Callable[["Node"], T]) -> dict[str, T]:
        """Return an object as a dict of what ``read`` makes of each value."""
        return {name: read(self.key(name)) for name in _object(self)}

    def text(self) -> str:
        """Return a string."""
        if isinstance(self.value, str):
            return self.value
        raise _wrong(self, "a string")

    def flag(self) -> bool:
        """Return true or false."""
        if isinstance(self.value, bool):
            return self.value
        raise _wrong(self, "true or false")

    def integer(self) -> int:
        """Return a whole number; ``true`` is none."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        raise _wrong(self, "a whole number")

    def number(self) -> float:
        """Return a finite number; ``true`` is none."""
        if (
            isinstance(self.value, int | float)
            and not isinstance(self.value, bool)
            and math.isfinite(self.value)
        ):
            return float(self.value)
        raise _wrong(self, "a finite number")


def _object(node: Node) -> dict[str, object]:
    if not isinstance(node.value, dict):
        raise _wrong(node, "an object")
    return cast("dict[str, object]", node.value)  # pyright: ignore[reportUnknownMemberType]


def _wrong(node: Node, expected: str) -> ExportError:
    names = (name for kind, name in _NAMES if isinstance(node.value, kind))
    found = next(names, f"the number {node.value!r}")
    return ExportError(f"{node.path or 'the document'} must be {expected}, not {found}")
