"""``--once``: the changed cell runs exactly once, and what it leaves is what the user keeps.

There is no baseline run, so no result is compared and no speedup is claimed; how long the cell as written would have
taken is estimated from the spans of the operations, and flagged.
"""

import ast
from collections.abc import Sequence
from types import ModuleType

from perfmagic.analysis.statements import DEFINITIONS, Operation
from perfmagic.comparing.ledger import Entry, Ledger, error_info
from perfmagic.comparing.trial import Trial
from perfmagic.model.plan import Plan, Refusal
from perfmagic.model.run import Span
from perfmagic.model.units import ratio, seconds
from perfmagic.model.verdict import Status, Verdict
from perfmagic.runners.host import Host
from perfmagic.runners.inline import Run
from perfmagic.runners.program import Program
from perfmagic.runners.spans import HOOK, UNEXPLAINED, SpanRecorder, instrument, observed, position

NO_BASELINE = Verdict(
    status=Status.UNKNOWN, unchecked=("everything: --once makes no baseline run to compare with",)
)


async def run_once(
    trial: Trial, ledger: Ledger, entry: Entry, programs: dict[str, Program], operations: Sequence[Operation]
) -> Run:
    """Run one candidate as the committed run and note what can be said about it."""
    recorder = SpanRecorder(clock=trial.runner.clock)
    if not programs[entry.strategy].awaits and entry.source is not None:
        programs[entry.strategy] = _with_spans(trial.runner.host, entry.source, operations)
        trial.runner.host.namespace[HOOK] = recorder
    others = [each for each in ledger.plans() if each is not entry]
    ledger.skip([ledger.baseline, *others], f"--once runs only {entry.strategy}", None)
    with observed(recorder):
        run = await trial.commit(programs[entry.strategy])
    trial.runner.host.namespace.pop(HOOK, None)
    if trial.interrupt.hit:
        entry.reason = "the run was interrupted"
    trial.interrupt.check()
    entry.warmup, entry.verdict = run.sample, NO_BASELINE
    if run.outcome.error is not None:
        entry.error = error_info(run.outcome.error)
    _forget_introduced(trial, entry.answer)
    estimate_s = sequential_s(recorder.spans(run.started_s), run.sample.wall_s)
    ledger.doubt(
        ledger.field_of(entry, "speedup"),
        "no claim: there is no baseline run; from the spans of the started operations the sequential time is estimated "
        f"at {seconds(estimate_s)} or more, which would make it {ratio(estimate_s / max(run.sample.wall_s, 1e-9))}",
    )
    return run


def _with_spans(host: Host, source: str, operations: Sequence[Operation]) -> Program:
    """Compile a changed cell so that the calls which it left in place are timed too; what it defines stays as it is."""
    tree, filename = host.parse(source)
    labels = {ast.dump(each.expression): each.label for each in operations}
    found = {
        position(node): (UNEXPLAINED, labels[ast.dump(node)])
        for statement in tree.body
        if not isinstance(statement, DEFINITIONS)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and ast.dump(node) in labels
    }
    return host.compile(instrument(tree, found), filename)


def _forget_introduced(trial: Trial, answer: Plan | Refusal | None) -> None:
    """Remove the names that only the change needed; what it imported stays, for the functions that use it."""
    namespace = trial.runner.host.namespace
    for name in answer.introduced if isinstance(answer, Plan) else ():
        if not isinstance(namespace.get(name), (ModuleType, type)):
            namespace.pop(name, None)


def sequential_s(spans: tuple[Span, ...], wall_s: float) -> float:
    """Return the seconds that the operations would take in a row, with the part of the run in which none ran."""
    busy_s, reached_s = 0.0, 0.0
    for span in sorted(spans, key=lambda each: each.start_s):
        busy_s += max(0.0, span.end_s - max(span.start_s, reached_s))
        reached_s = max(reached_s, span.end_s)
    total_s = sum(span.end_s - span.start_s for span in spans)
    return total_s + max(0.0, wall_s - busy_s)
