"""Two snapshots side by side: the worst part wins.

Objects that can change are paired one to one: the first meeting makes a pair, and a later meeting with another
counterpart is a difference in sharing. That is a test for isomorphism of two graphs, so cycles need no special case.
"""

from collections.abc import Iterable, Mapping, Sequence

from perfmagic.model.verdict import Status, Verdict
from perfmagic.verification.findings import Findings
from perfmagic.verification.memory import compare_memory
from perfmagic.verification.naming import class_name
from perfmagic.verification.picture import Attribute, Lying, Picture, Trail, brief
from perfmagic.verification.quiet import undisturbed
from perfmagic.verification.scalars import relation, surely_equal
from perfmagic.verification.sharing import Sharing
from perfmagic.verification.snapshot import Snapshot


def compare(expected: Snapshot, actual: Snapshot, *, rtol: float = 0.0) -> Verdict:
    """Whether two snapshots are the same: equal < close < reordered < unknown < different, the worst part wins.

    Parameters
    ----------
    expected, actual
        Snapshots of the same names; a name that only one side has is a difference.
    rtol
        Floats within ``rtol * abs(expected)`` are *close*; integers get no tolerance.
    """
    comparing = Comparing(rtol=rtol)
    with undisturbed():
        comparing.start(expected.roots, actual.roots)
        comparing.conclude()
    return comparing.findings.verdict(tuple(dict.fromkeys([*expected.roots, *actual.roots])))


class Comparing:
    """One comparison under way; pictures call it back for their children."""

    def __init__(
        self, *, rtol: float, redefined: frozenset[str] = frozenset(), varying: frozenset[str] = frozenset()
    ) -> None:
        self.rtol = rtol
        self.redefined = redefined
        self.varying = varying
        self.varied: set[str] = set()
        self.excused: set[str] = set()
        self.findings = Findings()
        self.sharing = Sharing()
        self._pending: list[tuple[Picture, Picture, Trail]] = []
        self._waiting: list[tuple[Picture, Picture, Trail]] = []
        self._arrays: list[tuple[Lying, Lying, Trail]] = []
        self.classes: dict[tuple[object, object], Trail] = {}

    def start(self, expected: Mapping[str, object], actual: Mapping[str, object]) -> None:
        """Compare all names; one that only one side has is a difference."""
        # The stack gives the last one first; the report should name the first name first.
        for name in reversed(dict.fromkeys([*expected, *actual])):
            trail: Trail = (None, None, name)
            if name not in actual:
                self.findings.found(Status.DIFFERENT, trail, brief(expected[name]), "not bound")
            elif name not in expected:
                self.findings.found(Status.DIFFERENT, trail, "not bound", brief(actual[name]))
            else:
                self.visit(expected[name], actual[name], trail)

    def visit(self, expected: object, actual: object, trail: Trail) -> None:
        """Compare two children: atoms at once, pictures in their turn."""
        if isinstance(expected, Picture) and isinstance(actual, Picture):
            self._pending.append((expected, actual, trail))
            return
        status = relation(expected, actual, self.rtol)
        if status is not Status.EQUAL:
            self.findings.differ(status, trail, expected, actual)

    def visit_all(
        self,
        expected: Sequence[object],
        actual: Sequence[object],
        place: tuple[Trail, Picture],
        keys: Iterable[object],
    ) -> None:
        """Compare children pair by pair; both sides are equally long, ``keys`` names them for the path."""
        if surely_equal(expected, actual):
            return
        trail, container = place
        start = len(self._pending)
        for key, left, right in zip(keys, expected, actual, strict=True):
            if isinstance(left, Picture) and isinstance(right, Picture):
                self._pending.append((left, right, (trail, container, key)))
            elif left is not right or left != left:  # noqa: PLR0124
                self.visit(left, right, (trail, container, key))
        # The stack gives the last one first; the report should name the first place first.
        self._pending[start:] = self._pending[start:][::-1]

    def later(self, expected: Picture, actual: Picture, trail: Trail) -> None:
        """Compare by `Picture.finish` when all else is paired."""
        self._waiting.append((expected, actual, trail))

    def overlap(self, expected: Lying, actual: Lying, trail: Trail) -> None:
        """Compare at the end which other arrays these two share memory with."""
        self._arrays.append((expected, actual, trail))

    def _settle(self) -> None:
        while self._pending or self._waiting:
            if self._pending:
                self._meet(*self._pending.pop())
            else:
                expected, actual, trail = self._waiting.pop()
                expected.finish(actual, self, trail)

    def conclude(self) -> None:
        """Compare everything; at last the classes of instances.

        Those were compared by name; that their definitions are the same is checked last, and what cannot be looked into
        in a class makes no instance unknown.
        """
        self._settle()
        compare_memory(self._arrays, self.findings)
        self.findings.quiet = True
        while self.classes:
            pair, trail = self.classes.popitem()
            self.visit(*pair, trail)
            self._settle()

    def _meet(self, expected: Picture, actual: Picture, trail: Trail) -> None:
        alike = type(expected) is type(actual) and (
            expected.cls is actual.cls or class_name(expected.cls) == class_name(actual.cls)
        )
        if not alike:
            self.findings.differ(Status.DIFFERENT, trail, expected, actual)
        elif self.sharing.meets(expected, actual, trail, self.findings):
            expected.against(actual, self, trail)
            if expected.extra is not None:
                compare_extra(expected, actual, self, trail)


def compare_extra(expected: Picture, actual: Picture, judge: Comparing, trail: Trail) -> None:
    """Compare attributes and slots; the class is compared at the end."""
    left, right = expected.extra, actual.extra
    if left is None or right is None:
        return
    if left.klass is not None and right.klass is not None:
        judge.classes.setdefault((left.klass, right.klass), (trail, expected, Attribute("__class__")))
    if left.names == right.names:
        judge.visit_all(left.state, right.state, (trail, expected), map(Attribute, left.names))
        return
    ours = dict(zip(left.names, left.state, strict=True))
    theirs = dict(zip(right.names, right.state, strict=True))
    for name in dict.fromkeys([*left.names, *right.names]):
        place = (trail, expected, Attribute(name))
        if name in ours and name in theirs:
            judge.visit(ours[name], theirs[name], place)
        else:
            texts = [brief(side[name]) if name in side else "missing" for side in (ours, theirs)]
            judge.findings.found(Status.DIFFERENT, place, *texts)
