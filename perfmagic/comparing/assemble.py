"""From the ledger to the comparison: the immutable value that reports draw."""

import datetime as dt
import importlib.metadata
import os
import platform
import sys
import uuid
from collections.abc import Sequence

from perfmagic.analysis import critical_path
from perfmagic.comparing.advising import advice
from perfmagic.comparing.judging import made_unknown
from perfmagic.comparing.ledger import Entry, Ledger
from perfmagic.comparing.untried import note_untried
from perfmagic.model.cell import Cell
from perfmagic.model.comparison import (
    Candidate,
    CandidateStatus,
    Comparison,
    Environment,
    Estimate,
    Quantity,
    Recommendation,
    Usage,
)
from perfmagic.model.plan import Plan, Refusal
from perfmagic.model.run import Sample
from perfmagic.model.units import ratio, times
from perfmagic.model.verdict import Status, Verdict
from perfmagic.stats.recommend import Contender
from perfmagic.stats.speedup import quantity, speedup
from perfmagic.stats.usage import usage

UNREPEATABLE = "everything: the cell as written gives another result each time it runs"
FEWEST_ROUNDS = 6
BEYOND = 1.03
"""A speedup may exceed its ceiling by this factor before it is flagged: both are measured."""

PARALLEL_CPU = 1.15
"""CPU seconds per wall second from which on code ran on more than one core at once."""

_SHOWN_PACKAGES = ("perfmagic", "ipython", "ipykernel", "numpy")
_CLAIMABLE = frozenset({Status.EQUAL, Status.CLOSE, Status.REORDERED})


def assemble(ledger: Ledger, *, magic: str, cell: Cell, title: str | None) -> Comparison:
    """Return the comparison that the ledger describes."""
    if not ledger.repeatable:
        for entry in ledger.plans():
            entry.verdict = made_unknown(entry.verdict, UNREPEATABLE) if entry.verdict is not None else None
    note_untried(ledger)
    candidates = (_baseline(ledger), *(_candidate(ledger, entry) for entry in ledger.entries))
    return Comparison(
        id=uuid.uuid4().hex,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        magic=magic,
        title=title,
        cell=cell,
        environment=environment(),
        executions=ledger.executions,
        interrupted=ledger.interrupted,
        baseline=ledger.baseline.strategy,
        bound=ledger.bound,
        candidates=candidates,
        recommendation=_recommendation(ledger),
        uncertain=tuple(ledger.notes),
    )


def environment() -> Environment:
    """Return where the comparison is made."""
    return Environment(
        python=platform.python_version(),
        gil_enabled=gil_enabled(),
        cpu_count=os.cpu_count() or 1,
        platform=f"{platform.system()}-{platform.machine()}",
        packages={name: version for name in _SHOWN_PACKAGES if (version := _version(name)) is not None},
    )


def gil_enabled() -> bool:
    """Tell whether one lock lets only one thread run Python code at a time."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _baseline(ledger: Ledger) -> Candidate:
    entry = ledger.baseline
    if not entry.ran and ledger.committed is None:
        return Candidate(
            strategy=entry.strategy,
            status=CandidateStatus.NOT_RUN,
            source=entry.source,
            reason=entry.reason,
            hint=entry.hint,
        )
    samples = entry.samples or [sample for sample in (ledger.committed,) if sample is not None]
    return Candidate(
        strategy=entry.strategy,
        status=CandidateStatus.RAN,
        source=entry.source,
        verdict=Verdict(status=Status.BASELINE),
        wall_s=_wall(samples),
        cpu_s=_cpu(samples),
        peak_bytes=_peak(samples),
        error=entry.error,
        usage=usage(samples, entry.probed),
    )


def _candidate(ledger: Ledger, entry: Entry) -> Candidate:
    if isinstance(entry.answer, Refusal):
        return _refused(entry, entry.answer)
    if entry.failed:
        return Candidate(
            strategy=entry.strategy, status=CandidateStatus.FAILED, source=entry.source, error=entry.error
        )
    if not entry.ran:
        return Candidate(
            strategy=entry.strategy,
            status=CandidateStatus.NOT_RUN,
            source=entry.source,
            reason=entry.reason or "the comparison was interrupted",
            hint=entry.hint,
        )
    return _measured(ledger, entry)


def _refused(entry: Entry, refusal: Refusal) -> Candidate:
    return Candidate(
        strategy=entry.strategy,
        status=CandidateStatus.REFUSED,
        reason=refusal.reason,
        lines=refusal.lines,
        hint=refusal.hint,
    )


def _measured(ledger: Ledger, entry: Entry) -> Candidate:
    plan = entry.answer if isinstance(entry.answer, Plan) else None
    samples = entry.samples or ([entry.warmup] if entry.warmup is not None else [])
    ceiling = ceiling_of(ledger, plan, tuple(samples)) if plan else None
    speedup = _within(ledger, entry, _claim(ledger, entry), ceiling)
    return Candidate(
        strategy=entry.strategy,
        status=CandidateStatus.RAN,
        source=entry.source,
        verdict=entry.verdict,
        wall_s=_wall(samples),
        cpu_s=_cpu(samples),
        peak_bytes=_peak(samples),
        speedup=speedup,
        ceiling=ceiling,
        assumptions=plan.assumptions if plan else (),
        error=entry.error,
        schedules=entry.schedules,
        transfer=entry.transfer,
        usage=_usage(entry, samples, handed_over=plan is not None and plan.workers > 0),
    )


def _usage(entry: Entry, samples: Sequence[Sample], *, handed_over: bool) -> Usage | None:
    """Return what bound a candidate; where others work for it, that is known only if they were watched in some run."""
    if not handed_over or entry.probed is not None:
        return usage(samples, entry.probed)
    return None if entry.children_share is None else usage(samples, None, children_share=entry.children_share)


def _within(ledger: Ledger, entry: Entry, speedup: Estimate | None, ceiling: float | None) -> Estimate | None:
    """Look at a speedup beyond its ceiling: flag it, or claim none if the change only makes the cell fail sooner."""
    if speedup is None or ceiling is None or speedup.value <= ceiling * BEYOND:
        return speedup
    if ledger.raised:
        why = f"no claim: it fails sooner than the cell; the raw ratio of the times to the error is {ratio(speedup.value)}"
        ledger.doubt(ledger.field_of(entry, "speedup"), why)
        return None
    why = "measured above it: the instrumented runs that it comes from were disturbed"
    ledger.doubt(ledger.field_of(entry, "ceiling"), why)
    return speedup


def ceiling_of(ledger: Ledger, plan: Plan, runs: Sequence[Sample] = ()) -> float | None:
    """Return the most that a plan can give: work / max(span, work / slots, CPU time that cannot overlap).

    Under the interpreter lock the CPU time of threads adds up too, unless the candidate's own runs show that it
    overlapped, as that of code does which lets go of the lock.
    """
    if ledger.bound is None:
        return None
    samples = (
        ledger.baseline.samples or ledger.single_runs or ([ledger.committed] if ledger.committed else [])
    )
    locked = not plan.workers and (plan.one_thread or gil_enabled())
    one_at_a_time = locked and not _overlapped_cpu(runs)
    serial_s = quantity([sample.cpu_s for sample in samples]).median if samples and one_at_a_time else 0.0
    return critical_path.ceiling(ledger.bound, slots=plan.slots, serial_s=min(serial_s, ledger.bound.work_s))


def _overlapped_cpu(runs: Sequence[Sample]) -> bool:
    """Tell whether runs used clearly more CPU time than wall time."""
    return (
        bool(runs) and quantity([each.cpu_s / max(each.wall_s, 1e-9) for each in runs]).median > PARALLEL_CPU
    )


def pairs(ledger: Ledger, entry: Entry) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Return the samples of baseline and candidate that were taken in the same rounds."""
    rounds = min(len(ledger.baseline.samples), len(entry.samples))
    if rounds:
        return tuple(ledger.baseline.samples[:rounds]), tuple(entry.samples[:rounds])
    if ledger.committed is not None and entry.warmup is not None:
        return (ledger.single_runs[-1] if ledger.single_runs else ledger.committed,), (entry.warmup,)
    return (), ()


def _claim(ledger: Ledger, entry: Entry) -> Estimate | None:
    """Return the speedup, or put the raw ratio under ``uncertain`` where no claim may be made."""
    baseline, samples = pairs(ledger, entry)
    if not samples or entry.verdict is None:
        return None
    estimate = speedup(baseline, samples)
    field = ledger.field_of(entry, "speedup")
    if entry.verdict.status in _CLAIMABLE:
        if not entry.samples and not ledger.single_runs:
            ledger.doubt(field, "the only run of the cell as written is its first, which may have been cold")
        if estimate.confidence is None:
            ledger.doubt(field, f"{times(len(samples), 'round')}; the interval needs {FEWEST_ROUNDS}")
        return estimate
    if entry.verdict.status is Status.UNKNOWN:
        ledger.doubt(field, f"no claim: the result is unknown; the raw ratio is {ratio(estimate.value)}")
    return None


def _recommendation(ledger: Ledger) -> Recommendation:
    """Return the recommendation among all candidates that were timed beside the cell as written."""
    contenders: list[Contender] = []
    for entry in ledger.plans():
        baseline, samples = pairs(ledger, entry)
        if samples and entry.verdict is not None and not entry.failed:
            contenders.append(
                Contender(
                    strategy=entry.strategy, status=entry.verdict.status, baseline=baseline, samples=samples
                )
            )
    timed = ledger.baseline.samples
    return advice(ledger, contenders, usage(timed, ledger.baseline.probed) if timed else None)


def _wall(samples: Sequence[Sample]) -> Quantity:
    return quantity([sample.wall_s for sample in samples])


def _cpu(samples: Sequence[Sample]) -> Quantity:
    return quantity([sample.cpu_s for sample in samples])


def _peak(samples: Sequence[Sample]) -> int | None:
    known = [sample.peak_bytes for sample in samples if sample.peak_bytes is not None]
    return max(known) if known else None
