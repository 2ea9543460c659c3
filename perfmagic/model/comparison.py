"""The comparison: one immutable value that every report and every view is a function of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from perfmagic.model.cell import Cell
from perfmagic.model.verdict import Verdict


class CandidateStatus(StrEnum):
    """What became of a candidate."""

    RAN = "ran"
    FAILED = "failed"
    REFUSED = "refused"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Samples of one quantity: the median, the smallest and the largest, and all of them in order of time."""

    median: float
    low: float
    high: float
    samples: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A ratio with its interval.

    Attributes
    ----------
    value, low, high
        The estimate and the ends of its interval; above 1 the candidate is faster.
    confidence
        The exact level that the interval achieves, ``None`` where ``low`` and ``high`` are only the extremes seen.
    method
        How it was made, in a few words.
    """

    value: float
    low: float
    high: float
    confidence: float | None
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorInfo:
    """An exception in a form that can be written down."""

    type: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedules:
    """How a candidate fared under other schedules than the one that happens by itself.

    Attributes
    ----------
    tried
        Schedules under which it ran.
    different
        Those under which something differed from the committed run.
    finding
        The first difference, with its schedule, in one sentence; ``None`` if there was none.
    lines
        First and last line (from 1) of the cell as written whose operations conflict, as far as that is known.
    """

    tried: int
    different: int = 0
    finding: str | None = None
    lines: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What bound the runs of a candidate, as shares of their wall time.

    Attributes
    ----------
    cpu_share
        CPU seconds per wall second; above 1 where several cores were busy.
    waiting_share
        Share of the wall time in which no Python code of the cell ran: it waited for something outside.
    lock_share
        Share of the wall time in which the interpreter lock was held, so that code of one more thread would have waited for it;
        ``None`` if not measured.
    probe_factor
        Duration of the run that was watched for ``lock_share`` over the median timed run, ``None`` without such a run.
    """

    cpu_share: float
    waiting_share: float
    lock_share: float | None = None
    probe_factor: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """What it took to bring arguments to other processes and results back, in one run."""

    sent_bytes: int
    received_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One strategy and what became of it; which fields are set depends on ``status`` (see the schema)."""

    strategy: str
    status: CandidateStatus
    source: str | None = None
    verdict: Verdict | None = None
    wall_s: Quantity | None = None
    cpu_s: Quantity | None = None
    peak_bytes: int | None = None
    speedup: Estimate | None = None
    ceiling: float | None = None
    counters: Mapping[str, int] = field(default_factory=dict[str, int])
    assumptions: tuple[str, ...] = ()
    reason: str | None = None
    lines: tuple[int, int] | None = None
    hint: str | None = None
    error: ErrorInfo | None = None
    schedules: Schedules | None = None
    usage: Usage | None = None
    transfer: Transfer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What the dependences allow: seconds of work, seconds on the critical path, and their ratio."""

    work_s: float
    span_s: float

    @property
    def parallelism(self) -> float:
        """Work over span: the speedup with unlimited slots."""
        return self.work_s / self.span_s if self.span_s > 0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where the comparison was made."""

    python: str
    gil_enabled: bool
    cpu_count: int
    platform: str
    packages: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The strategy that is shown to beat the baseline, or ``None``, and why in one sentence."""

    strategy: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """A field of the exported comparison that must not be read as certain, and why."""

    field: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that one magic found out about one cell."""

    id: str
    created: str
    magic: str
    title: str | None
    cell: Cell
    environment: Environment
    executions: int
    interrupted: bool
    baseline: str
    bound: Bound | None
    candidates: tuple[Candidate, ...]
    recommendation: Recommendation
    uncertain: tuple[Uncertainty, ...]

    def candidate(self, strategy: str) -> Candidate:
        """Return the candidate of that name.

        Raises
        ------
        KeyError
            If no candidate has that name; the message lists the names there are.
        """
        for candidate in self.candidates:
            if candidate.strategy == strategy:
                return candidate
        names = ", ".join(each.strategy for each in self.candidates)
        message = f"no candidate {strategy!r}; there are: {names}"
        raise KeyError(message)
