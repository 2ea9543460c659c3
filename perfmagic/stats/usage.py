"""What bound the runs of a candidate: shares of CPU time, of waiting, and of the interpreter lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from perfmagic.model.comparison import Usage
from perfmagic.model.run import Sample

_CLOCK_STEP_S = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What a run of its own showed beside the samples.

    Attributes
    ----------
    held_share
        Share of its time in which a further thread would have waited for the interpreter lock.
    overlapped_share
        CPU seconds of this process beyond one core at a time, per second of wall time.
    queued_per_second
        Seconds that its threads stood ready without a core, for each CPU second.
    children_share
        CPU seconds of other processes that this one started, per second of wall time.
    wall_s
        How long it took.
    """

    held_share: float
    overlapped_share: float
    children_share: float
    queued_per_second: float = 0.0
    wall_s: float


def usage(samples: Sequence[Sample], probed: Probed | None, *, children_share: float = 0.0) -> Usage:
    """Return the shares: CPU time from the samples, the lock from the probed run, waiting from both.

    Waiting is what the CPU time leaves of the wall time. Where several threads ran at once their CPU times add up and would
    hide it: by as much as the probed run saw side by side. While other processes work for the cell it does not wait, nor
    while other programs keep it from the cores.

    Parameters
    ----------
    samples
        At least one.
    children_share
        CPU seconds of other processes per second of a run that was not probed.
    """
    own_share = median(each.cpu_s / max(each.wall_s, _CLOCK_STEP_S) for each in samples)
    if probed is None:
        share = own_share + children_share
        return Usage(cpu_share=share, waiting_share=max(0.0, 1.0 - share))
    cpu_share = own_share + probed.children_share
    queued_share = own_share * probed.queued_per_second
    waiting_share = max(0.0, 1.0 - cpu_share + probed.overlapped_share - queued_share)
    timed_s = median(each.wall_s for each in samples)
    return Usage(
        cpu_share=cpu_share,
        waiting_share=min(1.0, waiting_share),
        lock_share=probed.held_share,
        probe_factor=probed.wall_s / max(timed_s, _CLOCK_STEP_S),
    )
