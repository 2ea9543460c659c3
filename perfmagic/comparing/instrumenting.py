"""Instrumented runs of the cell as written: how much of it could overlap at most."""

import ast

from perfmagic.analysis.critical_path import bound
from perfmagic.analysis.hidden_waits import hidden_waits
from perfmagic.comparing.measurement import Measurement
from perfmagic.runners.program import Program
from perfmagic.runners.spans import HOOK, SpanRecorder, instrument, position

INSTRUMENTED_RUNS = 3
SHARE_FOR_CEILING = 0.1
"""More than one instrumented run is made only if all together should take less than this share of the budget."""


async def find_bound(measurement: Measurement, committed_s: float) -> None:
    """Time every operation of the cell as written, for work and span.

    The first of these runs is also the baseline's warm-up, and shows whether the cell gives the same result twice.
    A disturbed run shows less parallelism than the cell has, and the ceiling is an upper bound: the run with the
    most parallelism counts.
    """
    program = _instrumented(measurement)
    cheap = committed_s * INSTRUMENTED_RUNS < measurement.options.budget_s * SHARE_FOR_CEILING
    for _ in range(INSTRUMENTED_RUNS if cheap else 1):
        if measurement.left_s > committed_s:
            await _run(measurement, program)


def _instrumented(measurement: Measurement) -> Program:
    analysis, host = measurement.analysis, measurement.trial.runner.host
    tree, filename = host.parse(analysis.cell.source)
    operations = {position(each.node): (each.key, each.label) for each in analysis.operations}
    hidden = {position(each.expression): (each.key, each.label) for each in reversed(hidden_waits(analysis))}
    return host.compile(instrument(tree, operations, hidden=hidden), filename)


async def _run(measurement: Measurement, program: Program) -> None:
    analysis, trial, ledger = measurement.analysis, measurement.trial, measurement.ledger
    recorder = SpanRecorder(clock=trial.runner.clock)
    run = await trial.rerun(program, extra={HOOK: recorder})
    ledger.single_runs.append(run.sample)
    measurement.note_baseline(measurement.judge.judge(run, None, redefined=_definitions(analysis.tree)))
    spans = recorder.spans(run.started_s)
    found = bound(analysis, spans, run.sample.wall_s, options=measurement.options)
    if ledger.bound is None or found.parallelism > ledger.bound.parallelism:
        ledger.bound = found


def _definitions(tree: ast.Module) -> frozenset[str]:
    """Return the names of what the cell defines: instrumented, it is not the user's text any more."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))
