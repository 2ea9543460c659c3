"""What is known so far about one comparison while it runs; an interrupt turns it into a partial report.

This is the one mutable value of the pipeline: everything that reaches a report is made from it once, at the end.
"""

from dataclasses import dataclass, field

from perfmagic.model.comparison import Bound, ErrorInfo, Schedules, Transfer, Uncertainty
from perfmagic.model.plan import Plan, Refusal
from perfmagic.model.run import Sample
from perfmagic.model.verdict import Status, Verdict
from perfmagic.runners.schedules import Tempo
from perfmagic.stats.usage import Probed

UNVERIFIED = Verdict(status=Status.UNKNOWN, unchecked=("everything: no results were compared",))


@dataclass(slots=True, kw_only=True)
class Entry:
    """One strategy: its answer, and what its runs gave.

    Attributes
    ----------
    warmup
        Sample of the discarded first run, kept for the case that it remains the only one.
    samples
        Samples of the timed rounds, in order.
    probed
        What a run of its own showed of the interpreter lock.
    tempo
        What it starts and how long that takes, ``None`` if nothing that it starts can be delayed.
    schedules
        How it fared under other schedules, ``None`` if none was tried.
    transfer
        What it sent to other processes and got back in one run, ``None`` if it uses none or that was not measured.
    children_share
        CPU seconds of other processes per second of that run, ``None`` if it uses none or the system does not tell.
    untried
        Why not all of them were tried.
    """

    strategy: str
    answer: Plan | Refusal | None
    source: str | None
    verdict: Verdict | None = None
    warmup: Sample | None = None
    samples: list[Sample] = field(default_factory=list[Sample])
    probed: Probed | None = None
    tempo: Tempo | None = None
    schedules: Schedules | None = None
    transfer: Transfer | None = None
    children_share: float | None = None
    untried: str | None = None
    error: ErrorInfo | None = None
    failed: bool = False
    reason: str | None = None
    hint: str | None = None

    @property
    def ran(self) -> bool:
        """Whether at least one run came to its end."""
        return self.warmup is not None or bool(self.samples)


@dataclass(slots=True, kw_only=True)
class Ledger:
    """All entries, the baseline first, and what holds for the comparison as a whole.

    Attributes
    ----------
    single_runs
        Reruns of the cell as written in which the body ran once: not as cold as the committed run.
    raised
        Whether the committed run ended with an error.
    more_rounds
        What would give the rounds that a recommendation takes, ``None`` if there were enough.
    """

    baseline: Entry
    entries: list[Entry]
    committed: Sample | None = None
    raised: bool = False
    executions: int = 0
    interrupted: bool = False
    bound: Bound | None = None
    repeatable: bool = True
    withheld: str | None = None
    more_rounds: str | None = None
    single_runs: list[Sample] = field(default_factory=list[Sample])
    notes: list[Uncertainty] = field(default_factory=list[Uncertainty])

    def all(self) -> list[Entry]:
        """Return the baseline and the candidates, in the order of the report's data."""
        return [self.baseline, *self.entries]

    def plans(self) -> list[Entry]:
        """Return the candidates that have something to run."""
        return [entry for entry in self.entries if isinstance(entry.answer, Plan)]

    def field_of(self, entry: Entry, name: str) -> str:
        """Path of a candidate's field in the exported comparison."""
        return f"candidates[{self.all().index(entry)}].{name}"

    def doubt(self, field: str, why: str) -> None:
        """Note that a field of the exported comparison must not be read as certain."""
        note = Uncertainty(field=field, why=why)
        if note not in self.notes:
            self.notes.append(note)

    def skip(self, entries: list[Entry], reason: str, hint: str | None) -> None:
        """Note why candidates are not run."""
        for entry in entries:
            entry.reason, entry.hint = reason, hint


def error_info(error: BaseException) -> ErrorInfo:
    """Return an exception of the user in a form that can be written down."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - the user's __str__
        message = "<no message: its __str__ raised>"
    return ErrorInfo(type=type(error).__name__, message=message)
