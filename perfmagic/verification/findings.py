"""What a comparison takes down, and the verdict that follows from it."""

from perfmagic.model.verdict import SCALE, Difference, Status, Verdict
from perfmagic.verification.text import clip

_SHOWN = 3
_NOTES = 20


class Findings:
    """What a comparison took down: the first places of each status, and what was left unchecked."""

    def __init__(self) -> None:
        self.status = Status.EQUAL
        self.differences: dict[Status, list[Difference]] = {}
        self.unchecked: dict[str, None] = {}
        self.more = 0

    def add(self, status: Status, path: str, expected: str, actual: str) -> None:
        """Take down a place where the sides part."""
        self.lower(status)
        places = self.differences.setdefault(status, [])
        if len(places) < _SHOWN:
            places.append(Difference(path=path, expected=clip(expected), actual=clip(actual)))

    def lower(self, status: Status) -> None:
        """Let the worse status win."""
        if SCALE.index(status) > SCALE.index(self.status):
            self.status = status

    def leave(self, path: str, reason: str) -> None:
        """Take down a place that was not compared."""
        if len(self.unchecked) < _NOTES:
            self.unchecked[clip(f"{path}: {reason}", 200)] = None
        else:
            self.more += 1

    def verdict(self, checked: tuple[str, ...]) -> Verdict:
        """The verdict: the differences shown are those of the worst status that has any."""
        worst = max(self.differences, key=SCALE.index, default=Status.EQUAL)
        rest = (f"and {self.more} more places",) if self.more else ()
        return Verdict(
            status=self.status,
            checked=checked,
            unchecked=(*self.unchecked, *rest),
            differences=tuple(self.differences.get(worst, ())),
        )
