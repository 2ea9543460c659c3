"""What a verdict does not cover: schedules that were not tried are said to be so, candidate by candidate."""

from perfmagic.comparing.ledger import Entry, Ledger
from perfmagic.model.units import times
from perfmagic.model.verdict import Status
from perfmagic.runners.schedules import SCHEDULES

_CLAIMABLE = frozenset({Status.EQUAL, Status.CLOSE, Status.REORDERED})


def note_untried(ledger: Ledger) -> None:
    """Note for each candidate whose result is not different how many other schedules were tried, unless all were."""
    for entry in ledger.plans():
        if entry.verdict is not None and entry.verdict.status in _CLAIMABLE:
            _note(ledger, entry)


def _note(ledger: Ledger, entry: Entry) -> None:
    tried = entry.schedules.tried if entry.schedules is not None else 0
    if tried == len(SCHEDULES):
        return
    why = entry.untried or (
        "the comparison was interrupted" if ledger.interrupted else "it was not asked for"
    )
    known = (
        f"tried only under {times(tried, 'other schedule')} of {len(SCHEDULES)}"
        if tried
        else "tried under no other schedule"
    )
    ledger.doubt(ledger.field_of(entry, "verdict"), f"{known}: {why}")
