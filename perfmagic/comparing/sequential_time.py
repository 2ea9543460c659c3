"""How long the operations of one run would have taken in a row."""

import itertools
from collections.abc import Iterator, Sequence

from perfmagic.model.run import Span
from perfmagic.runners.spans import SLOT

Interval = tuple[float, float]
IN_A_THREAD = "to_thread"


def sequential_s(spans: Sequence[Span], wall_s: float, cpu_s: float) -> Interval:
    """Return the seconds that the operations would take in a row at least and at most, with the time in which none ran.

    What an operation starts for itself is part of it and counts once. The wait for a free slot or a free thread is no work.
    While one operation computes, others that could go on may wait for the processor, the event loop or the interpreter lock:
    at least, all of them did all that time.

    Parameters
    ----------
    spans
        Those of the run, with the numbers of their parents in the same sequence, in seconds since it began.
    cpu_s
        CPU seconds of the run.
    """
    inside: dict[int | None, list[Span]] = {}
    for each in spans:
        inside.setdefault(each.parent, []).append(each)
    worked = [
        interval
        for i, each in enumerate(spans)
        if each.parent is None and each.end_s > 0
        for interval in _worked(each, inside.get(i, []))
    ]
    most_s = sum(end_s - start_s for start_s, end_s in worked) + max(0.0, wall_s - _covered_s(worked))
    others = max(0, _most_at_once(worked) - 1)
    return min(most_s, max(cpu_s, most_s - others * cpu_s)), most_s


def _worked(span: Span, inside: Sequence[Span]) -> Iterator[Interval]:
    """Yield the intervals in which an operation of the outermost level worked."""
    if span.operation == SLOT:
        return
    if span.label == IN_A_THREAD and inside:
        yield from ((each.start_s, each.end_s) for each in inside)
        return
    reached_s = span.start_s
    for wait in sorted((each for each in inside if each.operation == SLOT), key=lambda each: each.start_s):
        if wait.start_s > reached_s:
            yield reached_s, wait.start_s
        reached_s = max(reached_s, wait.end_s)
    if span.end_s > reached_s:
        yield reached_s, span.end_s


def _covered_s(intervals: Sequence[Interval]) -> float:
    """Return the seconds that lie in at least one interval."""
    covered_s, reached_s = 0.0, float("-inf")
    for start_s, end_s in sorted(intervals):
        covered_s += max(0.0, end_s - max(start_s, reached_s))
        reached_s = max(reached_s, end_s)
    return covered_s


def _most_at_once(intervals: Sequence[Interval]) -> int:
    """Return how many intervals overlap where most do."""
    changes = sorted(
        change for start_s, end_s in intervals for change in ((end_s, -1), (start_s, 1)) if end_s > start_s
    )
    return max(itertools.accumulate(step for _, step in changes), default=0)
