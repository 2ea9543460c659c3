"""The parts of a snapshot: one frozen picture for each object, linked as the objects are.

A child is either an *atom* (an immutable scalar, held as such) or a `Picture`. A kind of value is one subclass: `fill`
reads the live object once, `against` compares two pictures. Nothing here runs user code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, TypeAlias

from perfmagic.verification.naming import class_name
from perfmagic.verification.text import atom_text, escape

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from perfmagic.model.verdict import Status

ATOMS: frozenset[type] = frozenset(
    {type(None), bool, int, float, complex, str, bytes, type(Ellipsis), type(NotImplemented)},
)
"""Exact types whose objects are immutable, hold nothing else, and may be asked `==`."""

ATOM_IDS = frozenset(map(id, ATOMS))
"""The same by identity: to look up a class would call its metaclass's ``__hash__``, which may be the user's."""

Trail: TypeAlias = "tuple[Trail | None, Picture | None, object]"
"""Where a child stands: the trail of its container, the container, and the key in it (at a root: the name)."""

_WIDE = 16


class Attribute(NamedTuple):
    """A key in a trail: an attribute, where the container may also have items."""

    name: str


class Camera(Protocol):
    """What a picture may ask while it is taken."""

    copy: bool

    def see(self, value: object) -> object:
        """The atom, or the picture of the value, which is filled later."""
        ...

    def see_all(self, values: Sequence[object]) -> tuple[object, ...]:
        """Children for all values, in order."""
        ...


class Findings(Protocol):
    """Where a comparison takes down what it finds."""

    def found(self, status: Status, trail: Trail, expected: str, actual: str) -> None:
        """Take down a place where the sides part."""
        ...

    def unknown(self, trail: Trail, reason: str) -> None:
        """Take down a place that cannot be compared."""
        ...

    def note(self, trail: Trail, reason: str) -> None:
        """Take down a place that is not compared and need not be."""
        ...

    def aside(self, reason: str) -> None:
        """Take down once what is passed over in all objects of a kind."""
        ...


class Sharing(Protocol):
    """Who is whose counterpart."""

    def partner(self, expected: object) -> object:
        """The counterpart of an expected object, ``None`` if it has none yet."""
        ...


class Lying(Protocol):
    """Something that lies in memory."""

    extent: tuple[int, int]
    """First and last address (exclusive)."""
    strides: tuple[int, ...]
    """Bytes from one element to the next, for each dimension."""


class Judge(Protocol):
    """What a picture may tell while it is compared."""

    rtol: float
    redefined: frozenset[str]
    varying: frozenset[str]
    """Headers of responses that differ between runs of the cell as written."""
    varied: set[str]
    """Headers of responses that differ here, do not describe the content and are not excused."""
    excused: set[str]
    """Headers of responses that differ here and are passed over, because they vary."""

    @property
    def findings(self) -> Findings:
        """Where places are taken down that differ or cannot be compared."""
        ...

    @property
    def sharing(self) -> Sharing:
        """The pairs of objects so far."""
        ...

    def visit(self, expected: object, actual: object, trail: Trail) -> None:
        """Compare two children: atoms at once, pictures in their turn."""
        ...

    def visit_all(
        self,
        expected: Sequence[object],
        actual: Sequence[object],
        place: tuple[Trail, Picture],
        keys: Iterable[object],
    ) -> None:
        """Compare children pair by pair; both sides are equally long, ``keys`` names them for the path."""
        ...

    def later(self, expected: Picture, actual: Picture, trail: Trail) -> None:
        """Compare by `Picture.finish` when all else is paired."""
        ...

    def overlap(self, expected: Lying, actual: Lying, trail: Trail) -> None:
        """Compare at the end which other arrays these two share memory with."""
        ...


class Extra:
    """What an instance holds beyond its kind: attributes and slots by name, and its class if a rerun may redefine it."""

    __slots__ = ("klass", "names", "state")

    def __init__(self, names: tuple[str, ...], state: tuple[object, ...], klass: object) -> None:
        self.names = names
        self.state = state
        self.klass = klass


class Picture:
    """One object as it was; subclasses say what there is to see and when two are the same."""

    __slots__ = ("cls", "extra")

    mutable: ClassVar[bool] = True
    """Whether it matters that two places hold the same object."""
    stateful: ClassVar[bool] = True
    """Whether attributes and slots belong to the picture."""

    def __init__(self, cls: type) -> None:
        self.cls = cls
        self.extra: Extra | None = None

    def fill(self, value: object, camera: Camera) -> None:
        """Read the live object, once."""

    def against(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Compare with a picture of the same subclass and of a class of the same name."""

    def finish(self, actual: Picture, judge: Judge, trail: Trail) -> None:
        """Compare what had to wait until all else was paired (see `Judge.later`)."""

    def parts(self) -> tuple[object, ...]:
        """The children that tell this object from its likes."""
        return self.extra.state if self.extra else ()

    def key(self) -> Hashable:
        """What tells this object from its likes beside its children."""
        return None

    def step(self, key: object) -> str:
        """How a path goes on from here to the child under the key."""
        return f".{escape(key)}" if type(key) is str else f"[{brief(key, 1)}]"

    def sketch(self, depth: int) -> str:
        """A short text; ``depth`` bounds how far into the children it looks."""
        del depth
        return f"<{type_text(self.cls)}>"


def brief(child: object, depth: int = 2) -> str:
    """A short text for an atom or a picture."""
    return child.sketch(depth) if isinstance(child, Picture) else atom_text(child)


def type_text(cls: type) -> str:
    """How messages name a class: the qualified name, with its module unless it is a builtin or the notebook's own."""
    module, qualname = class_name(cls)
    plain = module in {"builtins", "__main__", ""}
    return escape(qualname if plain else f"{module}.{qualname}")


def typed_text(child: object) -> str:
    """A short text that also says the type, for two sides that look alike."""
    cls = child.cls if isinstance(child, Picture) else type(child)
    return f"{type_text(cls)} {brief(child)}"


def digest(child: object, depth: int = 4) -> Hashable:
    """A key that children which are the same share; it looks only so deep and so wide, so equal keys prove nothing.

    Objects that can change are looked into less deeply: they may lead to all others.
    """
    if not isinstance(child, Picture):
        # NaN is the one atom that is not equal to itself.
        return (type(child), child if child == child else "nan")  # noqa: PLR0124
    name = class_name(child.cls)
    depth -= 2 if child.mutable else 1
    if depth < 0:
        return name
    inner: list[Hashable] = []
    wide = 0
    for part in child.parts():
        wide += isinstance(part, Picture)
        inner.append(digest(part, depth if wide <= _WIDE else 0))
    return (name, child.key(), tuple(inner))


def trail_text(trail: Trail) -> str:
    """The path as people write it, such as ``orders[3].price``."""
    steps: list[str] = []
    while True:
        parent, container, key = trail
        if parent is None or container is None:
            steps.append(escape(str(key)).strip())
            return "".join(reversed(steps))
        steps.append(f".{escape(key.name)}" if isinstance(key, Attribute) else container.step(key))
        trail = parent


def root_name(trail: Trail) -> str:
    """The name of the root where the trail begins."""
    while trail[0] is not None:
        trail = trail[0]
    return str(trail[2]).strip()
