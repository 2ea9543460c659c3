"""The measured part of a comparison: instrumented run, warm-ups that give the verdicts, timed rounds."""

import ast
import random
from dataclasses import dataclass

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.critical_path import bound
from perfmagic.analysis.first_reads import first_reads
from perfmagic.comparing.assemble import ceiling_of
from perfmagic.comparing.ledger import UNVERIFIED, Entry, Ledger, error_info
from perfmagic.comparing.spending import SHORTEST_SAMPLE_S, admit, another_round_fits, inner_loops
from perfmagic.comparing.trial import Trial, unknown_unless_repeatable
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
from perfmagic.model.run import Sample
from perfmagic.model.verdict import SCALE, Status, Verdict
from perfmagic.runners.inline import Run
from perfmagic.runners.program import Program
from perfmagic.runners.spans import HOOK, SpanRecorder, instrument, position

INSTRUMENTED_RUNS = 3
SHARE_FOR_CEILING = 0.1
"""More than one instrumented run is made only if all together should take less than this share of the budget."""


@dataclass(slots=True, kw_only=True)
class Measurement:
    """Measures the candidates of one comparison within the budget.

    Attributes
    ----------
    deadline_s
        Reading of the clock at which the budget is spent.
    order
        Source of the random order within each round.
    """

    analysis: Analysis
    options: Options
    trial: Trial
    ledger: Ledger
    programs: dict[str, Program]
    deadline_s: float
    order: random.Random

    async def measure(self) -> None:
        """Fill the ledger: bound, verdicts, samples."""
        committed = self.ledger.committed
        if committed is None:
            return
        if committed.wall_s <= self.options.budget_s / 2:
            await self._instrumented_runs(committed.wall_s)
        contenders = await self._warm_up(self._admitted(committed.wall_s))
        if contenders:
            await self._rounds(contenders)

    @property
    def _left_s(self) -> float:
        return self.deadline_s - self.trial.runner.clock.wall_s()

    async def _instrumented_runs(self, committed_s: float) -> None:
        """Time every operation of the cell as written.

        The first of these runs is also the baseline's warm-up, and shows whether the cell gives the same result twice. A disturbed run
        shows less parallelism than the cell has, and the ceiling is an upper bound: the run with the most parallelism counts.
        """
        host = self.trial.runner.host
        tree, filename = host.parse(self.analysis.cell.source)
        operations = {position(each.node): (each.key, each.label) for each in self.analysis.operations}
        program = host.compile(instrument(tree, operations), filename)
        cheap = committed_s * INSTRUMENTED_RUNS < self.options.budget_s * SHARE_FOR_CEILING
        for _ in range(INSTRUMENTED_RUNS if cheap else 1):
            await self._instrumented_run(program)

    async def _instrumented_run(self, program: Program) -> None:
        recorder = SpanRecorder(clock=self.trial.runner.clock)
        run = await self.trial.rerun(program, extra={HOOK: recorder})
        self._check_repeatable(self.trial.judge(run, None, redefined=_definitions(self.analysis.tree)))
        assumed = self.options.assume_independent
        spans = recorder.spans(run.started_s)
        found = bound(self.analysis, spans, run.sample.wall_s, assume_independent=assumed)
        if self.ledger.bound is None or found.parallelism > self.ledger.bound.parallelism:
            self.ledger.bound = found

    def _check_repeatable(self, verdict: Verdict | None) -> None:
        if verdict is not None and verdict.status is Status.DIFFERENT and self.ledger.repeatable:
            self.ledger.repeatable = False
            first = verdict.differences[0] if verdict.differences else None
            where = f" ({first.path}: {first.expected}, then {first.actual})" if first else ""
            self.ledger.doubt(
                "candidates[0].verdict", f"the cell as written gives another result each time{where}"
            )

    def _admitted(self, committed_s: float) -> list[Entry]:
        """Choose what the budget admits; the others are noted as not run."""
        plans = self.ledger.plans()
        expected_s: dict[str, float] = {}
        for entry in plans:
            limit = ceiling_of(self.ledger, entry.answer) if isinstance(entry.answer, Plan) else None
            expected_s[entry.strategy] = committed_s / limit if limit else committed_s
        spent_s = self.options.budget_s - self._left_s
        answer = admit(expected_s=expected_s, baseline_s=committed_s, left_s=self._left_s, spent_s=spent_s)
        left_out = [entry for entry in plans if entry.strategy not in answer.admitted]
        self.ledger.skip(left_out, "the budget is spent", f"--budget {answer.budget_for_all_s}")
        return [entry for entry in plans if entry.strategy in answer.admitted]

    async def _warm_up(self, entries: list[Entry]) -> list[Entry]:
        """Run each candidate once, untimed, for its verdict; return those worth timing."""
        worth: list[Entry] = []
        for entry in entries:
            run = await self.trial.rerun(self.programs[entry.strategy])
            self._note(entry, run)
            if not entry.failed:
                entry.warmup = run.sample
            if (
                not entry.failed
                and entry.verdict is not None
                and entry.verdict.status is not Status.DIFFERENT
            ):
                worth.append(entry)
        return worth

    def _note(self, entry: Entry, run: Run) -> None:
        """Add what a run left to the entry: its error, and the worst verdict so far."""
        error, expected = run.outcome.error, self.ledger.baseline.error
        if error is not None:
            entry.error = error_info(error)
            if expected is None:
                entry.failed = True
                return
        plan = entry.answer if isinstance(entry.answer, Plan) else None
        verdict = self.trial.judge(run, plan) or UNVERIFIED
        verdict = unknown_unless_repeatable(verdict, repeatable=self.ledger.repeatable)
        if entry.verdict is None or SCALE.index(verdict.status) > SCALE.index(entry.verdict.status):
            entry.verdict = verdict

    async def _rounds(self, contenders: list[Entry]) -> None:
        """Time baseline and candidates, each once a round, in random order."""
        baseline = self.ledger.baseline
        baseline_program = self.programs[baseline.strategy]
        loops = self._loops(contenders)
        everyone = [baseline, *contenders]
        round_s = self._first_estimate_s(contenders, loops)
        done = 0
        while another_round_fits(done=done, most=self.options.rounds, left_s=self._left_s, round_s=round_s):
            before_s = self._left_s
            taken: dict[str, Sample] = {}
            for entry in self.order.sample(everyone, len(everyone)):
                program = baseline_program if entry is baseline else self.programs[entry.strategy]
                run = await self.trial.rerun(program, loops=loops)
                taken[entry.strategy] = run.sample
                if entry is baseline:
                    self._check_repeatable(self.trial.judge(run, None))
                else:
                    self._note(entry, run)
            for entry in everyone:
                entry.samples.append(taken[entry.strategy])
            done += 1
            round_s = before_s - self._left_s
        self._flag_short(loops)

    def _first_estimate_s(self, contenders: list[Entry], loops: int) -> float:
        committed_s = self.ledger.committed.wall_s if self.ledger.committed else 0.0
        return loops * (committed_s + sum(entry.warmup.wall_s for entry in contenders if entry.warmup))

    def _loops(self, contenders: list[Entry]) -> int:
        samples = [entry.warmup.wall_s for entry in contenders if entry.warmup]
        if self.ledger.committed is not None:
            samples.append(self.ledger.committed.wall_s)
        return inner_loops(min(samples), repeatable_in_place=self._same_twice_in_a_row())

    def _same_twice_in_a_row(self) -> bool:
        """Tell whether the body changes nothing that existed before and rebinds no name that it reads first."""
        start = self.trial.start
        if start is None or first_reads(self.analysis.tree) & self.analysis.effects.bound_names:
            return False
        return not self.trial.changed_existing

    def _flag_short(self, loops: int) -> None:
        if loops > 1:
            return
        for entry in self.ledger.all():
            if entry.samples and min(sample.wall_s for sample in entry.samples) < SHORTEST_SAMPLE_S:
                self.ledger.doubt(self.ledger.field_of(entry, "wall_s"), "cold, below 5 ms")


def _definitions(tree: ast.Module) -> frozenset[str]:
    """Return the names of what the cell defines: instrumented, it is not the user's text any more."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))
