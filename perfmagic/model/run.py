"""What one run of a cell cost and what it left."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Cost of one run of the body: seconds of wall and CPU time, and the peak of memory where it can be known."""

    wall_s: float
    cpu_s: float
    peak_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """One rich output: its MIME bundle and metadata, as they went to the front end."""

    data: Mapping[str, object]
    metadata: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run left, by reference: valid until the state is put back, so take a snapshot to keep it.

    Attributes
    ----------
    bindings
        Names that the cell binds or whose objects it may change, with their values; a name the run deleted is absent.
    stdout
        Printed text.
    displays
        Rich outputs in order.
    value
        Value of the last expression, ``None`` if there is none.
    error
        The exception that ended the run, ``None`` if it ended well.
    """

    bindings: Mapping[str, object]
    stdout: str
    displays: tuple[Display, ...]
    value: object
    error: BaseException | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One operation of an instrumented run, in seconds since the run began.

    Attributes
    ----------
    operation
        Number of the operation in the analysis, or -1 for a task or thread that no operation explains.
    label
        A name for people.
    parent
        Index of the enclosing span in the run's list, ``None`` at the top.
    """

    operation: int
    label: str
    start_s: float
    end_s: float
    parent: int | None = None
