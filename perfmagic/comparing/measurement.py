"""What all runs of one measurement share, and what each of them teaches about its candidate."""

import random
from dataclasses import dataclass

from perfmagic.analysis.analysis import Analysis
from perfmagic.comparing.judging import Judge
from perfmagic.comparing.ledger import UNVERIFIED, Entry, Ledger, error_info
from perfmagic.comparing.trial import Trial
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
from perfmagic.model.verdict import SCALE, Status, Verdict
from perfmagic.runners.inline import Run
from perfmagic.runners.program import Program

PATIENCE, LEAST_PATIENCE_S = 5.0, 1.0
"""A candidate may take this many times as long as the cell as written, and this many seconds more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The candidates of one comparison, to be measured within the budget.

    Attributes
    ----------
    programs
        What is run for each entry of the ledger, by the name of its strategy.
    deadline_s
        Reading of the clock at which the budget is spent.
    order
        Source of the random order within each round.
    """

    analysis: Analysis
    options: Options
    trial: Trial
    judge: Judge
    ledger: Ledger
    programs: dict[str, Program]
    deadline_s: float
    order: random.Random

    @property
    def left_s(self) -> float:
        """Seconds of the budget that are left."""
        return self.deadline_s - self.trial.runner.clock.wall_s()

    def patience_s(self, loops: int) -> float:
        """Return the seconds after which a candidate is stopped: it is then much slower than the cell, or waits for itself."""
        committed = self.ledger.committed
        return LEAST_PATIENCE_S + PATIENCE * loops * (committed.wall_s if committed else 0.0)

    def note_baseline(self, verdict: Verdict | None) -> None:
        """Note whether the cell as written gave the result of its committed run again."""
        if verdict is not None and verdict.status is Status.DIFFERENT and self.ledger.repeatable:
            self.ledger.repeatable = False
            first = verdict.differences[0] if verdict.differences else None
            where = f" ({first.path}: {first.expected}, then {first.actual})" if first else ""
            self.ledger.doubt(
                "candidates[0].verdict", f"the cell as written gives another result each time{where}"
            )

    def note_candidate(self, entry: Entry, run: Run) -> None:
        """Add what a run left to the entry: its error, and the worst verdict so far."""
        error, expected = run.outcome.error, self.ledger.baseline.error
        if error is not None:
            entry.error = error_info(error)
            if expected is None:
                entry.failed = True
                return
        plan = entry.answer if isinstance(entry.answer, Plan) else None
        verdict = self.judge.judge(run, plan) or UNVERIFIED
        if entry.verdict is None or SCALE.index(verdict.status) > SCALE.index(entry.verdict.status):
            entry.verdict = verdict
