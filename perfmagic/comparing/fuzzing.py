"""The candidates under other schedules: a result that depends on who comes first is found before anybody relies on it.

What rests on something that the user told us is tried before anything is timed. Otherwise the timed rounds come first: eight
of them, enough to choose among up to six candidates. From then on time is kept for the schedules, up to 40 % of the budget,
and what the rounds leave is theirs. All candidates run under one schedule before any of them runs under the next. A candidate
with a difference is not run again. The cell as written is never perturbed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfmagic.comparing.conflicts import conflict
from perfmagic.comparing.fuzzing_words import finding
from perfmagic.comparing.ledger import Entry, error_info
from perfmagic.comparing.measurement import Measurement
from perfmagic.comparing.warming_up import worth_timing
from perfmagic.comparing.watching import changed_lines, under
from perfmagic.model.comparison import Schedules
from perfmagic.model.plan import Plan
from perfmagic.model.verdict import SCALE, Difference, Status, Verdict
from perfmagic.runners.inline import Overrun, Run
from perfmagic.runners.schedules import SCHEDULES, Schedule, Tempo
from perfmagic.runners.schedules_imposed import Start

SHARE = 0.4
"""Most of the budget that is kept for schedules once the rounds that a recommendation needs are done."""

NOT_ASKED = "--verify plain"
NOT_HERE = "it starts nothing in this process that could be delayed"
NO_TIME = "the budget is spent; --verify fuzz takes the time"
TIME_LIMIT = "a time limit in the cell ran out"
UNREPEATABLE = "the cell as written gives another result each time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run under a schedule: what it started, its verdict, and the error that ended it."""

    starts: tuple[Start, ...]
    verdict: Verdict
    error: BaseException | None = None


def reserved_s(measurement: Measurement, contenders: Sequence[Entry]) -> float:
    """Return the seconds of the budget that the later rounds leave for schedules."""
    if measurement.options.verify != "auto":
        return 0.0
    wanted_s = sum(
        schedule.expected_s(entry.tempo) for entry in contenders if entry.tempo for schedule in SCHEDULES
    )
    return min(wanted_s, SHARE * measurement.options.budget_s)


def comes_first(measurement: Measurement) -> bool:
    """Tell whether the schedules come before the timed rounds: where the user told us what the analysis cannot know."""
    options = measurement.options
    told = options.assume_independent is not None or options.allow_reorder or options.speculate
    return told and options.verify == "auto"


async def fuzz_first(measurement: Measurement, contenders: Sequence[Entry]) -> list[Entry]:
    """Run the contenders under schedules for their share of the budget; return those that are still worth timing."""
    await fuzz(measurement, contenders, kept_s=(1 - SHARE) * measurement.left_s)
    return [each for each in contenders if worth_timing(each)]


async def fuzz(measurement: Measurement, contenders: Sequence[Entry], *, kept_s: float = 0.0) -> None:
    """Run the contenders under the schedules that the budget allows; with ``--verify fuzz`` under all of them.

    Parameters
    ----------
    kept_s
        Seconds of the budget to leave.
    """
    for entry in contenders:
        entry.untried = NOT_HERE if entry.tempo is None else NO_TIME
        if not measurement.ledger.repeatable:
            entry.untried = UNREPEATABLE
        if measurement.options.verify not in {"auto", "fuzz"}:
            entry.untried = NOT_ASKED
    for number, schedule in enumerate(SCHEDULES):
        for entry in contenders:
            is_new = entry.schedules is None or entry.schedules.tried <= number
            if entry.tempo is not None and is_new and _is_open(measurement, entry):
                await _try(measurement, entry, schedule, entry.tempo, kept_s)


def _is_open(measurement: Measurement, entry: Entry) -> bool:
    """Tell whether another schedule could teach something about a candidate."""
    return entry.untried != NOT_ASKED and measurement.ledger.repeatable and worth_timing(entry)


async def _try(
    measurement: Measurement, entry: Entry, schedule: Schedule, tempo: Tempo, kept_s: float
) -> None:
    forced = measurement.options.verify == "fuzz"
    if not forced and schedule.expected_s(tempo) > measurement.left_s - kept_s:
        return
    attempt = await _attempt(measurement, entry, schedule, tempo)
    if attempt is None:
        entry.untried = TIME_LIMIT
        return
    before = entry.schedules or Schedules(tried=0)
    if attempt.verdict.status is Status.DIFFERENT and not await _stands(measurement):
        entry.untried = UNREPEATABLE
        return
    entry.schedules = Schedules(tried=before.tried + 1)
    if attempt.verdict.status is Status.DIFFERENT:
        _accuse(measurement, entry, schedule, attempt)
    elif entry.verdict is None or SCALE.index(attempt.verdict.status) > SCALE.index(entry.verdict.status):
        entry.verdict = attempt.verdict


async def _attempt(
    measurement: Measurement, entry: Entry, schedule: Schedule, tempo: Tempo
) -> Attempt | None:
    """Run once under a schedule; ``None`` if the delays ran into a time limit of the cell, which tells nothing."""
    patience_s = measurement.patience_s(1) + schedule.expected_s(tempo)
    for last in (False, True):
        with under(measurement, entry, schedule, tempo) as imposed:
            try:
                run = await measurement.trial.rerun(
                    measurement.programs[entry.strategy], patience_s=patience_s
                )
            except Overrun as overrun:
                if last:  # once may be the machine's fault
                    return Attempt(starts=tuple(imposed.starts), verdict=_endless(overrun))
                continue
        verdict = _verdict(measurement, entry, run)
        cut_short = imposed.cancelled and not tempo.cancels
        if verdict.status is Status.DIFFERENT and (cut_short or _ran_out_of_time(measurement, run)):
            return None
        return Attempt(starts=tuple(imposed.starts), verdict=verdict, error=run.outcome.error)
    return None


def _endless(overrun: Overrun) -> Verdict:
    difference = Difference(path="run", expected="an end", actual=str(overrun))
    return Verdict(status=Status.DIFFERENT, differences=(difference,))


def _verdict(measurement: Measurement, entry: Entry, run: Run) -> Verdict:
    plan = entry.answer if isinstance(entry.answer, Plan) else None
    verdict = measurement.judge.judge(run, plan)
    assert verdict is not None, "results are compared where schedules are tried"
    left = measurement.trial.tasks_left
    if left and run.outcome.error is None and not (entry.tempo and entry.tempo.leaves_tasks):
        difference = Difference(path="tasks", expected="none left", actual=f"{left[0]} outlives the cell")
        return replace(verdict, status=Status.DIFFERENT, differences=(difference, *_differences_of(verdict)))
    return verdict


def _differences_of(verdict: Verdict) -> tuple[Difference, ...]:
    return verdict.differences if verdict.status is Status.DIFFERENT else ()


def _ran_out_of_time(measurement: Measurement, run: Run) -> bool:
    error = run.outcome.error
    known = measurement.ledger.baseline.error
    if error is None or (known is not None and known.type == type(error).__name__):
        return False
    return isinstance(error, TimeoutError) or "timeout" in type(error).__name__.lower()


async def _stands(measurement: Measurement) -> bool:
    """Before a candidate is accused, see whether the cell as written still gives its own result.

    Where the budget has no time left for that, its runs in the timed rounds have to do.
    """
    trial, ledger = measurement.trial, measurement.ledger
    in_time = ledger.committed is not None and ledger.committed.wall_s <= measurement.left_s
    if in_time or measurement.options.verify == "fuzz" or not ledger.baseline.samples:
        run = await trial.rerun(measurement.programs[ledger.baseline.strategy])
        measurement.note_baseline(measurement.judge.judge(run, None))
    return ledger.repeatable


def _accuse(measurement: Measurement, entry: Entry, schedule: Schedule, attempt: Attempt) -> None:
    tried = entry.schedules.tried if entry.schedules is not None else 1
    analysis, source = measurement.analysis, entry.source or ""
    changed = changed_lines(analysis.cell.source, source)
    found = conflict(analysis, source, changed, attempt.starts, attempt.verdict)
    entry.verdict = attempt.verdict
    entry.error = error_info(attempt.error) if attempt.error is not None else entry.error
    entry.schedules = Schedules(
        tried=tried, different=1, finding=finding(schedule, attempt.starts, found), lines=found.lines
    )
