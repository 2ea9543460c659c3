"""The recommendation: what is shown to be faster, and whether that means threads or asyncio; else what would decide it."""

from collections.abc import Sequence
from dataclasses import replace

from perfmagic.comparing.ledger import Ledger
from perfmagic.model.comparison import Recommendation, Usage
from perfmagic.model.plan import Plan
from perfmagic.stats.recommend import Contender, decided, recommend
from perfmagic.stats.speedup import quantity
from perfmagic.stats.threads_or_asyncio import Tried, threads_or_asyncio, which_of_them

_IN_THREADS = ("to_thread(", "run_in_executor(")


def advice(ledger: Ledger, contenders: Sequence[Contender], cell: Usage | None) -> Recommendation:
    """Return what to recommend, in one sentence with its reason.

    Parameters
    ----------
    cell
        What bound the cell as written.
    """
    found = recommend(contenders, withheld=ledger.withheld)
    if ledger.withheld is not None:
        return found
    tried = [_tried(ledger, each) for each in contenders]
    if found.strategy is None and not decided(contenders):
        trusted = any(each.trusted for each in contenders)
        return _with(_with(found, ledger.more_rounds if trusted else None), which_of_them(cell, tried))
    return _with(found, threads_or_asyncio(found.strategy, cell, tried))


def _with(found: Recommendation, addition: str | None) -> Recommendation:
    return found if addition is None else replace(found, reason=f"{found.reason}; {addition}")


def _tried(ledger: Ledger, contender: Contender) -> Tried:
    entries = [each for each in ledger.plans() if each.strategy == contender.strategy]
    sources = [each.answer.source for each in entries if isinstance(each.answer, Plan)]
    wall_s = quantity([each.wall_s for each in contender.samples]).median
    return Tried(
        strategy=contender.strategy,
        speedup=contender.estimate.value if contender.trusted else None,
        sent=next((each.transfer for each in entries), None),
        wall_s=wall_s,
        blocking_in_threads=any(mark in source for source in sources for mark in _IN_THREADS),
    )
