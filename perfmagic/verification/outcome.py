"""What a run left, kept for comparison, and the verdict on two such outcomes."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perfmagic.model.run import Display, Outcome
from perfmagic.model.verdict import Status, Verdict
from perfmagic.verification.equality import Comparing
from perfmagic.verification.findings import Findings
from perfmagic.verification.naming import class_name
from perfmagic.verification.quiet import undisturbed
from perfmagic.verification.snapshot import Snapshot, take

if TYPE_CHECKING:
    from perfmagic.verification.picture import Trail

# With a space in front they are no identifiers, so no binding has such a name; paths show them without it.
_VALUE = " value"
_DISPLAYS = " displays"
_STDOUT = " stdout"
_ERROR = " error"
_ADDRESS = re.compile(r"\b0x[0-9A-Fa-f]{6,16}\b")
_MASK = "0x..."
_ARGS = BaseException.__dict__["args"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenOutcome:
    """What one run left, by value: it stays as it is when the objects change or the state is put back.

    Attributes
    ----------
    snapshot
        Bindings, value, displays and the error's arguments, taken together.
    names
        The bindings in the snapshot.
    stdout
        Printed text.
    error
        Module and qualified name of the class of the error that ended the run, ``None`` if it ended well.
    """

    snapshot: Snapshot
    names: tuple[str, ...]
    stdout: str
    error: tuple[str, str] | None


def freeze(outcome: Outcome, *, copy: bool = True) -> FrozenOutcome:
    """What the run left, by value.

    Parameters
    ----------
    outcome
        By reference, as the runner hands it over.
    copy
        Whether array buffers are copied; without it the result is for a comparison at once.
    """
    error = outcome.error
    roots: dict[str, object] = {
        **outcome.bindings,
        _VALUE: outcome.value,
        _DISPLAYS: [_masked(display) for display in outcome.displays],
        _ERROR: () if error is None else tuple(map(_masked_text, _ARGS.__get__(error))),
    }
    return FrozenOutcome(
        snapshot=take(roots, copy=copy),
        names=tuple(outcome.bindings),
        stdout=outcome.stdout,
        error=None if error is None else class_name(type(error)),
    )


def verify(
    expected: FrozenOutcome,
    actual: FrozenOutcome,
    *,
    rtol: float,
    allow_reorder: bool = False,
    introduced: frozenset[str] = frozenset(),
    redefined: frozenset[str] = frozenset(),
    varying: frozenset[str] = frozenset(),
) -> Verdict:
    """Whether two runs left the same: bindings, printed text, displays, value and error.

    Parameters
    ----------
    expected, actual
        What the committed run and the candidate left.
    rtol
        Relative tolerance for floats.
    allow_reorder
        Whether the same printed lines in another order are only that.
    introduced
        Names that the rewrite adds; they are ignored.
    redefined
        Names of definitions that the rewrite changed; they count as their counterparts and are listed as unchecked.
    varying
        Headers of responses that differ between runs of the cell as written; they are listed as unchecked.
    """
    comparing = Comparing(rtol=rtol, redefined=redefined, varying=varying)
    _compare_errors(expected, actual, comparing.findings)
    sides = [
        {name: child for name, child in side.snapshot.roots.items() if name not in introduced}
        for side in (expected, actual)
    ]
    if expected.error != actual.error:
        for side in sides:
            del side[_ERROR]
    with undisturbed():
        comparing.start(*sides)
        comparing.conclude()
    if comparing.excused:
        headers = ", ".join(sorted(comparing.excused))
        comparing.findings.aside(f"responses: runs of the cell as written differ in header {headers}")
    _compare_text(expected.stdout, actual.stdout, comparing.findings, allow_reorder=allow_reorder)
    names = dict.fromkeys(name for name in (*expected.names, *actual.names) if name not in introduced)
    return comparing.findings.verdict((*names, "stdout", "displays", "value", "error"))


def varying_headers(expected: FrozenOutcome, actual: FrozenOutcome) -> frozenset[str]:
    """Headers of responses in which two runs of one cell differ, without those that describe the content."""
    comparing = Comparing(rtol=0.0)
    with undisturbed():
        comparing.start(expected.snapshot.roots, actual.snapshot.roots)
        comparing.conclude()
    return frozenset(comparing.varied)


def _compare_errors(expected: FrozenOutcome, actual: FrozenOutcome, findings: Findings) -> None:
    if expected.error != actual.error:
        texts = [
            f"raised {'.'.join(side.error)}" if side.error else "no error" for side in (expected, actual)
        ]
        findings.found(Status.DIFFERENT, (None, None, _ERROR), *texts)


def _compare_text(expected: str, actual: str, findings: Findings, *, allow_reorder: bool) -> None:
    """Compare printed text line by line; memory addresses in it differ from run to run and are passed over."""
    if expected == actual:
        return
    trail: Trail = (None, None, _STDOUT)
    ours, theirs = (_ADDRESS.sub(_MASK, text).split("\n") for text in (expected, actual))
    if ours == theirs:
        findings.remark(trail, "memory addresses in the text are not compared")
        return
    length = max(len(ours), len(theirs))
    lines = [[*side, *["no such line"] * (length - len(side))] for side in (ours, theirs)]
    number = next(each for each in range(length) if lines[0][each] != lines[1][each])
    reordered = allow_reorder and sorted(ours) == sorted(theirs)
    findings.found(
        Status.REORDERED if reordered else Status.DIFFERENT,
        (None, None, f"{_STDOUT} line {number + 1}"),
        repr(lines[0][number]),
        repr(lines[1][number]),
    )


def _masked(display: Display) -> dict[str, object]:
    data = {mime: _masked_text(content) for mime, content in display.data.items()}
    return {"data": data, "metadata": display.metadata}


def _masked_text(content: object) -> object:
    return _ADDRESS.sub(_MASK, content) if type(content) is str else content
