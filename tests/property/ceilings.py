"""What a program could gain, by its dependences, and what a plan gains, both in virtual time."""

import ast
from dataclasses import dataclass

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.critical_path import bound, ceiling
from perfmagic.analysis.hidden_waits import hidden_waits
from perfmagic.model.plan import Plan
from perfmagic.runners.spans import HOOK, SpanRecorder, instrument, position
from tests.property.running import Outcome, run
from tests.property.schedules import Schedule
from tests.property.virtual_time import Clock


@dataclass(frozen=True)
class Gain:
    """Speedup of a plan, and the most that the dependences allow."""

    reached: float
    ceiling: float


def gain(analysis: Analysis, plan: Plan) -> Gain | None:
    """Return what a plan gains when waits take as long as written, ``None`` if that cannot be said.

    It cannot if the program fails or never waits.
    """
    recorders: list[SpanRecorder] = []
    operations = {position(each.node): (each.key, each.label) for each in analysis.operations}
    hidden = {position(each.expression): (each.key, each.label) for each in reversed(hidden_waits(analysis))}

    def extra(clock: Clock) -> dict[str, object]:
        recorders.append(SpanRecorder(clock=clock))
        return {HOOK: recorders[0]}

    def change(tree: ast.Module) -> ast.Module:
        return instrument(tree, operations, hidden=hidden)

    before = run(analysis.cell.source, Schedule("as written", 0), change=change, extra=extra)
    after = run(plan.source, Schedule("as written", 0))
    if not (_is_clean(before) and _is_clean(after)) or after.took_s == 0:
        return None
    limit = bound(analysis, recorders[0].spans(0.0), before.took_s)
    return Gain(before.took_s / after.took_s, ceiling(limit, slots=plan.slots, serial_s=0.0))


def _is_clean(outcome: Outcome) -> bool:
    return outcome.error is None and not outcome.left_over
