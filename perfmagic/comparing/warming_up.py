"""The first run of each candidate that the budget admits: untimed, for its verdict."""

from perfmagic.comparing.assemble import ceiling_of
from perfmagic.comparing.ledger import Entry
from perfmagic.comparing.measurement import Measurement
from perfmagic.comparing.spending import admit
from perfmagic.model.plan import Plan
from perfmagic.model.verdict import Status


async def warm_up(measurement: Measurement, committed_s: float) -> list[Entry]:
    """Run each candidate that the budget admits once; return those worth timing."""
    entries = _admitted(measurement, committed_s)
    for entry in entries:
        run = await measurement.trial.rerun(measurement.programs[entry.strategy])
        measurement.note_candidate(entry, run)
        if not entry.failed:
            entry.warmup = run.sample
    return [entry for entry in entries if _worth_timing(entry)]


def _worth_timing(entry: Entry) -> bool:
    """Tell whether a candidate ran to its end and gave no different result."""
    verdict = entry.verdict
    return not entry.failed and verdict is not None and verdict.status is not Status.DIFFERENT


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
