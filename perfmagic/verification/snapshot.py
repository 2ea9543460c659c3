"""A frozen picture of everything that some names reach.

The walk is iterative (depth is unbounded), sees every object once (sharing and cycles stay what they are), and runs no
code of the user's. Types are read from `type`, state through descriptors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perfmagic.verification.kinds import kind_of
from perfmagic.verification.layout import Layout
from perfmagic.verification.opaque import OpaquePicture
from perfmagic.verification.picture import ATOM_IDS, Extra, Picture
from perfmagic.verification.quiet import undisturbed


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the roots reached at one moment: an atom or a picture for each name."""

    roots: Mapping[str, object]


def take(roots: Mapping[str, object], *, copy: bool = True) -> Snapshot:
    """A picture of everything reachable from the roots, taken together, so that sharing among them is part of it.

    Parameters
    ----------
    roots
        Objects by name.
    copy
        Whether array buffers are copied. Without it the snapshot is valid only until the arrays change: for a side that
        is compared at once.

    Notes
    -----
    Iterators, generators, files and locks are left as they are; such objects are not held either, so a snapshot keeps no
    file open.
    """
    camera = _Camera(copy=copy)
    with undisturbed():
        seen = {name: camera.see(value) for name, value in roots.items()}
        camera.develop()
    return Snapshot(roots=seen)


class _Camera:
    """The walk of one snapshot: pictures are made when an object is first seen and filled in order of discovery."""

    def __init__(self, *, copy: bool) -> None:
        self.copy = copy
        self._pictures: dict[int, Picture] = {}
        # The queue also keeps every object alive, so that no identity is used twice within one walk.
        self._queue: list[tuple[Picture, object]] = []
        self._kinds: dict[int, tuple[type[Picture], Layout | None]] = {}

    def see(self, value: object) -> object:
        """The atom, or the picture of the value, which is filled later."""
        if id(type(value)) in ATOM_IDS:
            return value
        return self._pictures.get(id(value)) or self._start(value)

    def see_all(self, values: Sequence[object]) -> tuple[object, ...]:
        """Children for all values, in order."""
        if ATOM_IDS.issuperset(map(id, map(type, values))):
            return tuple(values)
        known = self._pictures
        return tuple(
            [
                value if id(type(value)) in ATOM_IDS else known.get(id(value)) or self._start(value)
                for value in values
            ],
        )

    def develop(self) -> None:
        """Fill all pictures, those included that filling discovers."""
        for picture, value in self._queue:  # grows while it is walked
            layout = self._kinds[id(picture.cls)][1]
            picture.fill(value, self)
            if layout is not None:
                picture.extra = self._extra(value, picture.cls, layout)

    def _start(self, value: object) -> Picture:
        cls = type(value)
        known = self._kinds.get(id(cls))
        if known is None:
            known = self._kinds[id(cls)] = _reading(cls)
        picture = known[0](cls)
        self._pictures[id(value)] = picture
        self._queue.append((picture, value))
        return picture

    def _extra(self, value: object, cls: type, layout: Layout) -> Extra:
        attributes = layout.attributes(value)
        names, state = tuple(attributes), self.see_all(tuple(attributes.values()))
        if layout.made:
            return Extra(names, state, self.see(cls))
        # A library's object that holds a lock, a socket or a loop is itself a resource: what it counts is its own affair.
        held = [each for each, child in enumerate(state) if type(child) is OpaquePicture]
        if held:
            names, state = tuple(names[each] for each in held), tuple(state[each] for each in held)
        return Extra(names, state, None)


def _reading(cls: type) -> tuple[type[Picture], Layout | None]:
    """The kind of picture for a class, and the layout where instances can hold attributes."""
    kind = kind_of(cls)
    if not kind.stateful:
        return kind, None
    layout = Layout.of(cls)
    return kind, (None if layout.empty else layout)
