"""What a comparison takes down, and the verdict that follows from it."""

from perfmagic.model.verdict import SCALE, Difference, Status, Verdict
from perfmagic.verification.picture import Trail, brief, root_name, trail_text, typed_text
from perfmagic.verification.text import clip, clip_middle

_SHOWN = 3
_NOTES = 20
_PATH = 120
_NOTE = 200


class Findings:
    """The first places of each status, and what was left unchecked.

    While ``quiet``, what cannot be compared is passed over.
    """

    def __init__(self) -> None:
        self.status = Status.EQUAL
        self.quiet = False
        self.differences: dict[Status, list[Difference]] = {}
        self.unchecked: dict[str, None] = {}
        self.left: set[str] = set()
        self.more = 0

    def found(self, status: Status, trail: Trail, expected: str, actual: str) -> None:
        """Take down a place where the sides part."""
        self._lower(status)
        places = self.differences.setdefault(status, [])
        if len(places) < _SHOWN:
            path = clip_middle(trail_text(trail), _PATH)
            places.append(Difference(path=path, expected=clip(expected), actual=clip(actual)))

    def differ(self, status: Status, trail: Trail, expected: object, actual: object) -> None:
        """Take down two children that are not the same; where they look alike, the texts say their types."""
        left, right = brief(expected), brief(actual)
        if clip(left) == clip(right):
            left, right = typed_text(expected), typed_text(actual)
        self.found(status, trail, left, right)

    def unknown(self, trail: Trail, reason: str) -> None:
        """Take down a place that cannot be compared."""
        if not self.quiet:
            self._lower(Status.UNKNOWN)
            self.note(trail, reason)

    def note(self, trail: Trail, reason: str) -> None:
        """Take down a place that is not compared and need not be."""
        self.left.add(root_name(trail))
        self.remark(trail, reason)

    def remark(self, trail: Trail, reason: str) -> None:
        """Take down a detail that is passed over in a part which is otherwise checked."""
        if len(self.unchecked) < _NOTES:
            self.unchecked[clip(f"{clip_middle(trail_text(trail), _PATH)}: {reason}", _NOTE)] = None
        else:
            self.more += 1

    def aside(self, reason: str) -> None:
        """Take down once what is passed over in all objects of a kind."""
        self.unchecked[clip(reason, _NOTE)] = None

    def verdict(self, parts: tuple[str, ...]) -> Verdict:
        """The verdict on the named parts: the differences shown are those of the worst status that has any."""
        worst = max(self.differences, key=SCALE.index, default=Status.EQUAL)
        rest = (f"and {self.more} more places",) if self.more else ()
        return Verdict(
            status=self.status,
            checked=tuple(part for part in parts if part not in self.left),
            unchecked=(*self.unchecked, *rest),
            differences=tuple(self.differences.get(worst, ())),
        )

    def _lower(self, status: Status) -> None:
        if SCALE.index(status) > SCALE.index(self.status):
            self.status = status
