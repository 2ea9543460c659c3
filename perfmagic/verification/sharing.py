"""Who is whose counterpart: objects that can change are paired one to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfmagic.model.verdict import Status
from perfmagic.verification.picture import trail_text

if TYPE_CHECKING:
    from perfmagic.verification.picture import Findings, Picture, Trail


class Sharing:
    """The pairs so far, with the place where each was made."""

    def __init__(self) -> None:
        self._forth: dict[Picture, tuple[Picture, Trail]] = {}
        self._back: dict[Picture, tuple[Picture, Trail]] = {}
        self._seen: set[tuple[Picture, Picture]] = set()

    def partner(self, expected: object) -> object:
        """The counterpart of an expected object, ``None`` if it has none yet."""
        met = self._forth.get(expected)  # type: ignore[call-overload]
        return met[0] if met else None

    def meets(self, expected: Picture, actual: Picture, trail: Trail, findings: Findings) -> bool:
        """Whether the two meet for the first time; a meeting with another counterpart is a difference in sharing.

        Of what cannot change it does not matter who holds it, only that no pair is compared twice.
        """
        if not expected.mutable:
            known = (expected, actual) in self._seen
            self._seen.add((expected, actual))
            return not known
        forth, back = self._forth.get(expected), self._back.get(actual)
        if forth is None and back is None:
            self._forth[expected], self._back[actual] = (actual, trail), (expected, trail)
            return True
        if forth is None or forth[0] is not actual:
            findings.found(Status.DIFFERENT, trail, _shared(forth), _shared(back))
        return False


def _shared(met: tuple[Picture, Trail] | None) -> str:
    return f"the same object as {trail_text(met[1])}" if met else "an object of its own"
