"""Comparisons of every kind that a report must show."""

from dataclasses import replace

from perfmagic.model.cell import Cell
from perfmagic.model.comparison import (
    Bound,
    Candidate,
    CandidateStatus,
    Comparison,
    Environment,
    ErrorInfo,
    Estimate,
    Quantity,
    Recommendation,
    Transfer,
    Uncertainty,
    Usage,
)
from perfmagic.model.verdict import Difference, Status, Verdict

SOURCE = """\
users  = await db.get_users()   # who
orders = await db.get_orders()
stock  = await db.get_stock()
report = render(users, orders, stock)
"""
GATHERED = """\
users, orders, stock = await asyncio.gather(
    db.get_users(),   # who
    db.get_orders(),
    db.get_stock(),
)
report = render(users, orders, stock)
"""
ENVIRONMENT = Environment(
    python="3.13.0",
    gil_enabled=True,
    cpu_count=2,
    platform="Linux-6.1-x86_64",
    packages={"perfmagic": "0.1.0", "ipython": "9.18.0"},
)
CHECKED = ("users", "orders", "stock", "report", "stdout", "value")


def quantity(*samples):
    middle = sorted(samples)[len(samples) // 2]
    return Quantity(median=middle, low=min(samples), high=max(samples), samples=samples)


def exact(value, low, high):
    method = "Hodges-Lehmann on log ratios, exact signed-rank interval"
    return Estimate(value=value, low=low, high=high, confidence=0.984375, method=method)


def verdict(status, **parts):
    return Verdict(status=status, checked=CHECKED, **parts)


BASELINE = Candidate(
    strategy="sequential",
    status=CandidateStatus.RAN,
    source=SOURCE,
    verdict=Verdict(status=Status.BASELINE),
    wall_s=quantity(0.912, 0.908, 0.921, 0.915, 0.911, 0.909, 0.913),
    cpu_s=quantity(0.0111, 0.0108, 0.0123, 0.0115, 0.0111, 0.0109, 0.0113),
    peak_bytes=41_000_000,
    usage=Usage(cpu_share=0.0122, waiting_share=0.9878, lock_share=0.0, probe_factor=1.0),
)
GATHER = Candidate(
    strategy="gather",
    status=CandidateStatus.RAN,
    source=GATHERED,
    verdict=verdict(Status.EQUAL),
    wall_s=quantity(0.308, 0.304, 0.316, 0.309, 0.307, 0.306, 0.312),
    cpu_s=quantity(0.0121, 0.0118, 0.0133, 0.0125, 0.0121, 0.0119, 0.0123),
    peak_bytes=45_200_000,
    speedup=exact(2.96, 2.91, 3.0),
    ceiling=3.0,
    usage=Usage(cpu_share=0.0393, waiting_share=0.9607, lock_share=0.021, probe_factor=1.01),
)
PROCESSES = Candidate(
    strategy="processes",
    status=CandidateStatus.REFUSED,
    reason="line 3 uses 'db', which holds an open connection: it cannot be sent to another process",
    lines=(3, 3),
    hint="open the connection inside the function",
)
THREADS = Candidate(
    strategy="threads",
    status=CandidateStatus.RAN,
    source="threaded(users)\n",
    verdict=verdict(
        Status.DIFFERENT,
        unchecked=("db: an opaque object",),
        differences=(
            Difference(path="orders[3].price", expected="12.5", actual="13.0"),
            Difference(path="users[0]['name']", expected="'Ada'", actual="'Bob'"),
            Difference(path="stdout", expected="'a\\nb'", actual="'b\\na'"),
            Difference(path="stock", expected="3", actual="4"),
        ),
    ),
    wall_s=quantity(0.2, 0.19, 0.21, 0.2, 0.2, 0.19, 0.2),
    cpu_s=quantity(0.2, 0.19, 0.21, 0.2, 0.2, 0.19, 0.2),
    ceiling=3.0,
)
WIN = Comparison(
    id="c-1",
    created="2026-01-02T03:04:05+00:00",
    magic="concurrent",
    title=None,
    cell=Cell(source=SOURCE, python=SOURCE, number=7),
    environment=ENVIRONMENT,
    executions=18,
    interrupted=False,
    baseline="sequential",
    bound=Bound(work_s=0.9, span_s=0.3),
    candidates=(BASELINE, GATHER, PROCESSES),
    recommendation=Recommendation(
        strategy="gather",
        reason="gather is 2.96x faster (2.91-3.00); asyncio, not threads: the cell waits 99 % of its time",
    ),
    uncertain=(),
)
NO_WINNER = replace(
    WIN,
    title="three quick queries",
    candidates=(
        BASELINE,
        replace(
            GATHER,
            wall_s=quantity(0.913, 0.9, 0.93, 0.914, 0.91, 0.912, 0.916),
            speedup=exact(1.0, 0.98, 1.02),
            ceiling=1.1,
        ),
        replace(
            GATHER,
            strategy="tasks",
            wall_s=quantity(0.92, 0.91, 0.95, 0.92, 0.92, 0.91, 0.93),
            speedup=exact(0.99, 0.97, 1.01),
            ceiling=1.1,
        ),
    ),
    recommendation=Recommendation(
        strategy=None, reason="no strategy is faster: the best, gather, is 1.00x (0.98-1.02)"
    ),
)
DIFFERENT = replace(
    WIN,
    candidates=(
        BASELINE,
        replace(GATHER, assumptions=("lines 1 and 2 do not depend on each other (--assume-independent)",)),
        THREADS,
    ),
)
REFUSALS = replace(
    WIN,
    executions=1,
    candidates=(
        replace(BASELINE, wall_s=quantity(0.912), cpu_s=quantity(0.01), peak_bytes=None),
        Candidate(
            strategy="gather",
            status=CandidateStatus.REFUSED,
            reason="line 3 writes 'total', which line 2 reads: gather would reorder them",
            lines=(2, 3),
            hint="keep the order, or pass --assume-independent",
        ),
        Candidate(
            strategy="threads", status=CandidateStatus.REFUSED, reason="there is no blocking call in the cell"
        ),
    ),
    bound=None,
    recommendation=Recommendation(strategy=None, reason="nothing was timed beside the cell as written"),
)
INTERRUPTED = replace(
    WIN,
    interrupted=True,
    executions=8,
    candidates=(
        replace(BASELINE, wall_s=quantity(0.912, 0.908, 0.921), cpu_s=quantity(0.01, 0.01, 0.01)),
        replace(
            GATHER,
            wall_s=quantity(0.308, 0.304, 0.316),
            cpu_s=quantity(0.01, 0.01, 0.01),
            speedup=Estimate(value=2.96, low=2.9, high=3.0, confidence=None, method="extremes of 3 rounds"),
        ),
        Candidate(
            strategy="tasks",
            status=CandidateStatus.NOT_RUN,
            source=GATHERED,
            reason="the comparison was stopped",
        ),
    ),
    recommendation=Recommendation(
        strategy="gather", reason="gather is faster: about 3.0x in 3 rounds, no interval"
    ),
    uncertain=(Uncertainty(field="candidates[1].speedup", why="3 rounds; the interval needs 6"),),
)
ONCE = replace(
    WIN,
    executions=1,
    candidates=(
        Candidate(
            strategy="sequential",
            status=CandidateStatus.NOT_RUN,
            source=SOURCE,
            reason="--once runs one candidate only",
            hint="leave out --once",
        ),
        replace(
            GATHER,
            verdict=Verdict(
                status=Status.UNKNOWN, unchecked=("everything: there was no other run to compare with",)
            ),
            wall_s=quantity(0.31),
            cpu_s=quantity(0.012),
            peak_bytes=None,
            speedup=None,
        ),
    ),
    recommendation=Recommendation(strategy=None, reason="nothing is recommended: the result was not checked"),
    uncertain=(Uncertainty(field="bound.work_s", why="the sequential time is the sum of the operations"),),
)
FAILED = replace(
    WIN,
    candidates=(
        BASELINE,
        Candidate(
            strategy="gather",
            status=CandidateStatus.FAILED,
            source=GATHERED,
            error=ErrorInfo(type="InterfaceError", message="another operation is in progress"),
        ),
        Candidate(
            strategy="tasks",
            status=CandidateStatus.NOT_RUN,
            source=GATHERED,
            reason="the budget is spent",
            hint="--budget 60",
        ),
    ),
    recommendation=Recommendation(strategy=None, reason="nothing was timed beside the cell as written"),
)
COMPUTING_SOURCE = "a = spin(1)\nb = spin(2)\n"
COMPUTING = replace(
    WIN,
    cell=Cell(source=COMPUTING_SOURCE, python=COMPUTING_SOURCE, number=8),
    bound=Bound(work_s=0.9, span_s=0.45),
    candidates=(
        replace(
            BASELINE,
            source=COMPUTING_SOURCE,
            cpu_s=quantity(0.9),
            usage=Usage(cpu_share=0.99, waiting_share=0.01, lock_share=0.982, probe_factor=1.02),
        ),
        Candidate(
            strategy="gather",
            status=CandidateStatus.REFUSED,
            reason="the cell awaits nothing",
            hint="threads may apply",
        ),
        replace(
            GATHER,
            strategy="threads",
            source="a, b = map(spin, [1, 2])\n",
            wall_s=quantity(0.93, 0.91, 0.95, 0.92, 0.94, 0.93, 0.93),
            cpu_s=quantity(0.91),
            speedup=exact(0.98, 0.95, 1.01),
            ceiling=1.0,
            usage=Usage(cpu_share=0.98, waiting_share=0.02, lock_share=0.993, probe_factor=1.13),
        ),
        replace(
            GATHER,
            strategy="processes",
            source="a, b = executor.map(spin, [1, 2])\n",
            wall_s=quantity(0.48, 0.46, 0.51, 0.47, 0.48, 0.49, 0.48),
            speedup=exact(1.9, 1.86, 1.95),
            ceiling=2.0,
            usage=Usage(cpu_share=1.88, waiting_share=0.02),
            transfer=Transfer(sent_bytes=2_100, received_bytes=41_000_000, seconds=0.0123),
        ),
    ),
    recommendation=Recommendation(
        strategy="processes",
        reason="processes is 1.90x faster (1.86-1.95); processes, neither threads nor asyncio: code holds the interpreter lock "
        "98 % of the time; threads gave 0.98x",
    ),
)
EXAMPLES = {
    "win": WIN,
    "computing": COMPUTING,
    "no-winner": NO_WINNER,
    "different": DIFFERENT,
    "refusals": REFUSALS,
    "interrupted": INTERRUPTED,
    "once": ONCE,
    "failed": FAILED,
}
