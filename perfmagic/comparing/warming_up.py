"""The first run of each candidate that the budget admits: untimed, for its verdict."""

import math

from perfmagic.comparing.assemble import ceiling_of
from perfmagic.comparing.judging import made_unknown
from perfmagic.comparing.ledger import Entry
from perfmagic.comparing.measurement import PATIENCE, Measurement
from perfmagic.comparing.spending import admit
from perfmagic.comparing.transferring import transfer_noted
from perfmagic.comparing.watching import watched
from perfmagic.model.comparison import ErrorInfo
from perfmagic.model.plan import Plan
from perfmagic.model.verdict import Status
from perfmagic.runners.inline import Overrun
from perfmagic.runners.worker_processes import NotStarted


async def warm_up(measurement: Measurement, committed_s: float) -> list[Entry]:
    """Run each candidate that the budget admits once; return those worth timing."""
    entries = _admitted(measurement, committed_s)
    for entry in entries:
        if measurement.left_s <= 0 and entry is not entries[0]:
            measurement.ledger.skip([entry], "the budget is spent", f"--budget {_enough(measurement)}")
            continue
        await _first_run(measurement, entry)
    if not measurement.ledger.single_runs and any(_differs(entry) for entry in entries):
        await _doubt_the_cell(measurement, [entry for entry in entries if _differs(entry)], committed_s)
    return [entry for entry in entries if worth_timing(entry)]


def _enough(measurement: Measurement) -> int:
    """Return a budget that should do, in seconds."""
    return math.ceil(3 * (measurement.options.budget_s - measurement.left_s))


async def _first_run(measurement: Measurement, entry: Entry) -> None:
    try:
        with watched(measurement, entry), transfer_noted(measurement, entry) as sending:
            run = await measurement.trial.rerun(
                measurement.programs[entry.strategy], patience_s=measurement.patience_s(1)
            )
    except (Overrun, NotStarted) as failure:
        note_not_run(entry, failure)
        return
    measurement.note_candidate(entry, run)
    if not entry.failed:
        entry.warmup = sending.without(run.sample)


def note_not_run(entry: Entry, failure: Overrun | NotStarted) -> None:
    """Note that a candidate did not come to an end, or did not begin: the others go on without it."""
    entry.failed = True
    if isinstance(failure, Overrun):
        message = f"{failure}: more than {PATIENCE:.0f} times as long as the cell as written"
        entry.error = ErrorInfo(type="TimeoutError", message=message)
    else:
        entry.error = ErrorInfo(type="RunError", message=str(failure))


async def _doubt_the_cell(measurement: Measurement, accused: list[Entry], committed_s: float) -> None:
    """Before a candidate is called different, see whether the cell as written gives the same result twice."""
    trial, ledger = measurement.trial, measurement.ledger
    if committed_s <= measurement.left_s:
        run = await trial.rerun(measurement.programs[ledger.baseline.strategy])
        ledger.single_runs.append(run.sample)
        measurement.note_baseline(measurement.judge.judge(run, None))
        return
    for entry in accused:
        if entry.verdict is not None:
            entry.verdict = made_unknown(
                entry.verdict,
                "everything: the budget left no second run of the cell, so the difference may be its own",
            )


def _differs(entry: Entry) -> bool:
    return entry.verdict is not None and entry.verdict.status is Status.DIFFERENT


def worth_timing(entry: Entry) -> bool:
    """Tell whether a candidate ran to its end and gave no different result."""
    return not entry.failed and entry.verdict is not None and not _differs(entry)


def _admitted(measurement: Measurement, committed_s: float) -> list[Entry]:
    """Choose what the budget admits; the others are noted as not run."""
    ledger, left_s = measurement.ledger, measurement.left_s
    plans = ledger.plans()
    expected_s: dict[str, float] = {}
    for entry in plans:
        limit = ceiling_of(ledger, entry.answer) if isinstance(entry.answer, Plan) else None
        expected_s[entry.strategy] = committed_s / limit if limit else committed_s
    spent_s = measurement.options.budget_s - left_s
    answer = admit(expected_s=expected_s, baseline_s=committed_s, left_s=left_s, spent_s=spent_s)
    left_out = [entry for entry in plans if entry.strategy not in answer.admitted]
    ledger.skip(left_out, "the budget is spent", f"--budget {answer.budget_for_all_s}")
    return [entry for entry in plans if entry.strategy in answer.admitted]
