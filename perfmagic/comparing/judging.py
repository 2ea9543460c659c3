"""Whether a rerun left what the committed run left."""

from dataclasses import dataclass, field, replace

from perfmagic.analysis.effects import Touched
from perfmagic.model.plan import Plan
from perfmagic.model.run import Outcome
from perfmagic.model.verdict import Status, Verdict
from perfmagic.runners.inline import Run
from perfmagic.verification.outcome import FrozenOutcome, freeze, varying_headers, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Compares outcomes with the committed one, of which it keeps a snapshot.

    Attributes
    ----------
    touched
        Existing objects that the cell may change: they are compared beside the names that it binds.
    allow_reorder
        Whether printed lines may come in another order.
    expected
        The committed outcome, ``None`` if results are not compared.
    varying
        Headers of responses in which runs of the cell as written differed; it grows.
    """

    touched: tuple[Touched, ...]
    rtol: float
    expected: FrozenOutcome | None
    allow_reorder: bool = False
    varying: set[str] = field(default_factory=set[str])

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        touched: tuple[Touched, ...],
        *,
        rtol: float,
        compares: bool,
        allow_reorder: bool = False,
    ) -> "Judge":
        """Return the judge of a committed outcome; the snapshot is taken now."""
        expected = freeze(_watched(outcome, touched)) if compares else None
        return cls(touched=touched, rtol=rtol, expected=expected, allow_reorder=allow_reorder)

    def judge(
        self, run: Run, plan: Plan | None, *, redefined: frozenset[str] = frozenset()
    ) -> Verdict | None:
        """Compare what a run left, before the next one; ``None`` if results are not compared.

        A run of the cell as written (no plan) also teaches which headers of responses differ whatever a candidate does.
        """
        if self.expected is None:
            return None
        actual = freeze(_watched(run.outcome, self.touched), copy=False)
        verdict = self._verdict(self.expected, actual, plan, redefined)
        if plan is None and verdict.status in {Status.UNKNOWN, Status.DIFFERENT}:
            learned = varying_headers(self.expected, actual) - self.varying
            if learned:
                self.varying.update(learned)
                return self._verdict(self.expected, actual, plan, redefined)
        return verdict

    def _verdict(
        self, expected: FrozenOutcome, actual: FrozenOutcome, plan: Plan | None, redefined: frozenset[str]
    ) -> Verdict:
        return verify(
            expected,
            actual,
            rtol=self.rtol,
            allow_reorder=self.allow_reorder,
            introduced=plan.introduced if plan else frozenset(),
            redefined=plan.redefined if plan else redefined,
            varying=frozenset(self.varying),
        )


def _watched(outcome: Outcome, touched: tuple[Touched, ...]) -> Outcome:
    """Add the existing objects that the cell may change to the bindings that are compared."""
    objects = {each.label: each.value for each in touched if each.label not in outcome.bindings}
    return replace(outcome, bindings={**objects, **outcome.bindings})


def made_unknown(verdict: Verdict, reason: str) -> Verdict:
    """Turn a difference into unknown, where the cell as written may be what differs."""
    if verdict.status is not Status.DIFFERENT:
        return verdict
    return replace(verdict, status=Status.UNKNOWN, unchecked=(*verdict.unchecked, reason))
