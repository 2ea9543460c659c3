from dataclasses import replace

import pytest

from perfmagic.model.comparison import Candidate, CandidateStatus, ErrorInfo, Estimate, Recommendation
from perfmagic.model.verdict import Status, Verdict
from perfmagic.reports.headline import headline
from tests.reports.examples import (
    BASELINE,
    DIFFERENT,
    FAILED,
    GATHER,
    INTERRUPTED,
    NO_WINNER,
    ONCE,
    REFUSALS,
    THREADS,
    WIN,
    exact,
    quantity,
)

NONE = Recommendation(strategy=None, reason="nothing is recommended: a reason")


def only(*candidates, **changes):
    changes.setdefault("recommendation", NONE)
    return replace(WIN, candidates=(BASELINE, *candidates), **changes)


def with_status(candidate, status):
    return replace(candidate, verdict=Verdict(status=status))


@pytest.mark.parametrize(
    ("comparison", "sentence"),
    [
        pytest.param(WIN, "gather is 2.96x faster (2.91-3.00) of at most 3.00x; results equal", id="win"),
        pytest.param(NO_WINNER, "no strategy is faster: 0.97-1.02x", id="no winner"),
        pytest.param(
            DIFFERENT,
            "threads gives a different result; gather is 2.96x faster (2.91-3.00) of at most 3.00x; results equal",
            id="a wrong result comes before the gain",
        ),
        pytest.param(only(THREADS), "threads gives a different result", id="only a wrong result"),
        pytest.param(
            only(THREADS, replace(THREADS, strategy="tasks"), replace(THREADS, strategy="gather")),
            "threads, tasks and gather give different results",
            id="several wrong results",
        ),
        pytest.param(
            REFUSALS,
            "nothing to overlap: line 3 writes 'total', which line 2 reads: gather would reorder them",
            id="refusals only",
        ),
        pytest.param(
            replace(REFUSALS, magic="cached"),
            "nothing to compare: line 3 writes 'total', which line 2 reads: gather would reorder them",
            id="refusals of another magic",
        ),
        pytest.param(
            only(Candidate(strategy="tasks", status=CandidateStatus.REFUSED, reason="each line needs the one before.")),
            "nothing to overlap: each line needs the one before",
            id="a refusal that ends in a full stop",
        ),
        pytest.param(
            INTERRUPTED,
            "stopped after 3 rounds: gather is faster: about 3.0x in 3 rounds, no interval, of at most 3.00x; results equal",
            id="interrupted",
        ),
        pytest.param(
            only(replace(GATHER, wall_s=quantity(0.3), speedup=None), interrupted=True),
            "stopped before the first round: nothing is recommended: a reason",
            id="interrupted after the warm-up",
        ),
        pytest.param(
            only(replace(THREADS, wall_s=quantity(0.2, 0.2)), interrupted=True),
            "stopped after 2 rounds: threads gives a different result",
            id="interrupted with nothing but a wrong result",
        ),
        pytest.param(
            only(interrupted=True),
            "stopped before the first round: only the cell as written ran: there was no candidate",
            id="interrupted before any candidate",
        ),
        pytest.param(
            only(
                replace(GATHER, speedup=None),
                recommendation=Recommendation(strategy="gather", reason="gather is shown to be faster"),
            ),
            "gather is shown to be faster",
            id="a recommendation without a speedup speaks for itself",
        ),
        pytest.param(
            only(
                Candidate(strategy="tasks", status=CandidateStatus.NOT_RUN, source="x", reason="no time"),
                Candidate(strategy="gather", status=CandidateStatus.FAILED, source="x", error=ErrorInfo(type="E", message="m")),
            ),
            "gather failed: E: m",
            id="a failure is told before what was not run",
        ),
        pytest.param(
            ONCE, "gather ran once and no speedup is claimed: the result of gather was not checked", id="once"
        ),
        pytest.param(
            only(with_status(GATHER, Status.UNKNOWN)),
            "no speedup is claimed: the result of gather was not checked",
            id="unknown",
        ),
        pytest.param(FAILED, "gather failed: InterfaceError: another operation is in progress", id="failed"),
        pytest.param(only(), "only the cell as written ran: there was no candidate", id="no candidates"),
        pytest.param(
            only(Candidate(strategy="tasks", status=CandidateStatus.NOT_RUN, source="x", reason="line 2 writes a file")),
            "nothing was compared: line 2 writes a file",
            id="not run",
        ),
        pytest.param(
            only(replace(GATHER, speedup=exact(1.3, 0.9, 1.9))),
            "nothing is recommended: a reason",
            id="a wide interval is no proof that nothing is faster",
        ),
        pytest.param(
            only(replace(GATHER, speedup=Estimate(value=1, low=0.9, high=1.01, confidence=None, method="x"))),
            "nothing is recommended: a reason",
            id="a few rounds are no proof that nothing is faster",
        ),
        pytest.param(
            only(with_status(GATHER, Status.REORDERED)), "nothing is recommended: a reason", id="reordered"
        ),
        pytest.param(
            replace(WIN, candidates=(BASELINE, replace(with_status(GATHER, Status.CLOSE), ceiling=None))),
            "gather is 2.96x faster (2.91-3.00); results close",
            id="close, without a ceiling",
        ),
    ],
)  # fmt: skip
def test_the_first_line(comparison, sentence):
    assert headline(comparison) == sentence


@pytest.mark.parametrize("status", [Status.DIFFERENT, Status.UNKNOWN, Status.REORDERED])
def test_a_gain_is_not_claimed_for_a_result_that_is_not_the_same(status):
    """Not even where a file that somebody edited recommends it."""
    assert "faster" not in headline(replace(WIN, candidates=(BASELINE, with_status(GATHER, status)), recommendation=replace(NONE, strategy="gather")))  # fmt: skip
