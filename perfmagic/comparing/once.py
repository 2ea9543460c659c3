"""``--once``: the changed cell runs exactly once, and what it leaves is what the user keeps.

There is no baseline run, so no result is compared and no speedup is claimed; how long the cell as written would have
taken is estimated from the spans of the operations, and flagged.
"""

import ast
from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType

from perfmagic.analysis.statements import DEFINITIONS, Operation
from perfmagic.comparing.ledger import Entry, Ledger, error_info
from perfmagic.comparing.sequential_time import sequential_s
from perfmagic.comparing.trial import Trial
from perfmagic.model.plan import Plan, Refusal
from perfmagic.model.run import Sample, Span
from perfmagic.model.units import ratio, seconds
from perfmagic.model.verdict import Status, Verdict
from perfmagic.runners.inline import Run
from perfmagic.runners.program import Program
from perfmagic.runners.spans import HOOK, UNEXPLAINED, Position, SpanRecorder, instrument, position, unlink
from perfmagic.runners.starts import observed, process_pools

SAME = 1.1
"""Ends of an estimate that differ by less are told as one number."""

NO_BASELINE = Verdict(
    status=Status.UNKNOWN, unchecked=("everything: --once makes no baseline run to compare with",)
)


async def run_once(
    trial: Trial, ledger: Ledger, entry: Entry, programs: dict[str, Program], operations: Sequence[Operation]
) -> Run:
    """Run one candidate as the committed run and note what can be said about it."""
    host = trial.runner.host
    recorder = SpanRecorder(clock=trial.runner.clock)
    introduced = entry.answer.introduced if isinstance(entry.answer, Plan) else frozenset[str]()
    tree, filename = host.parse(entry.source or "")
    pools = process_pools(tree)
    timed = host.compile(instrument(tree, _in_place(tree, operations), slots=introduced), filename)
    program = programs[entry.strategy] = replace(timed, workers=programs[entry.strategy].workers)
    others = [each for each in ledger.plans() if each is not entry]
    ledger.skip([ledger.baseline, *others], f"--once runs only {entry.strategy}", None)
    host.namespace[HOOK] = recorder
    try:
        with observed(recorder, pools):
            run = await trial.commit(program)
    finally:
        host.namespace.pop(HOOK, None)
    if trial.interrupt.hit:
        entry.reason = "the run was interrupted"
    trial.interrupt.check()
    entry.warmup, entry.verdict = run.sample, NO_BASELINE
    if run.outcome.error is not None:
        unlink(run.traceback)
        entry.error = error_info(run.outcome.error)
    _forget_introduced(trial, entry.answer)
    spans = recorder.spans(run.started_s)
    ledger.doubt(ledger.field_of(entry, "speedup"), _without_baseline(spans, run.sample))
    return run


def _without_baseline(spans: Sequence[Span], sample: Sample) -> str:
    """Say what the run tells of the time that the cell as written would have taken."""
    least_s, most_s = sequential_s(spans, sample.wall_s, sample.cpu_s)
    wall_s = max(sample.wall_s, 1e-9)
    estimate, gain, why = seconds(most_s), ratio(most_s / wall_s), ""
    if most_s > SAME * least_s:
        estimate, gain = f"{seconds(least_s)} to {estimate}", f"{ratio(least_s / wall_s)} to {gain}"
        why = " (while one operation computes, others may wait for it)"
    return (
        "no claim: there is no baseline run; from the spans of the operations the sequential time is estimated at "
        f"{estimate}{why}, which would make it {gain}"
    )


def _in_place(tree: ast.Module, operations: Sequence[Operation]) -> dict[Position, tuple[int, str]]:
    """Find the operations of the cell that a changed cell left in place; what it defines stays as it is."""
    labels = {(each.kind, ast.dump(each.node)): each.label for each in operations}
    return {
        position(node): (UNEXPLAINED, labels[kind, ast.dump(node)])
        for statement in tree.body
        if not isinstance(statement, DEFINITIONS)
        for node in ast.walk(statement)
        if isinstance(node, ast.Await | ast.Call)
        for kind in ("await" if isinstance(node, ast.Await) else "call",)
        if (kind, ast.dump(node)) in labels
    }


def _forget_introduced(trial: Trial, answer: Plan | Refusal | None) -> None:
    """Remove the names that only the change needed; what it imported stays, for the functions that use it."""
    namespace = trial.runner.host.namespace
    for name in answer.introduced if isinstance(answer, Plan) else ():
        if not isinstance(namespace.get(name), (ModuleType, type)):
            namespace.pop(name, None)
