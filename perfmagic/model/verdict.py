"""Whether two results are the same, and how far that was checked."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a candidate's result relates to the committed one; `SCALE` orders the statuses from best to worst."""

    BASELINE = "baseline"
    EQUAL = "equal"
    CLOSE = "close"
    REORDERED = "reordered"
    UNKNOWN = "unknown"
    DIFFERENT = "different"


SCALE = (Status.EQUAL, Status.CLOSE, Status.REORDERED, Status.UNKNOWN, Status.DIFFERENT)
"""Worst part wins: equal < close < reordered < unknown < different."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where the results part: a path such as ``orders[3].price`` and both sides in short."""

    path: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer of a comparison of results.

    Attributes
    ----------
    status
        The worst status of all parts.
    checked
        Parts that were compared, as people name them: ``users``, ``stdout``, ``value``.
    unchecked
        Parts that could not be compared, each with its reason.
    differences
        The first few places that differ, are close, or are reordered.
    """

    status: Status
    checked: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
