"""What a schedule did and brought to light, in one sentence."""

from collections.abc import Sequence

from perfmagic.comparing.conflicts import Conflict
from perfmagic.model.units import seconds
from perfmagic.runners.schedules import SCHEDULES, Schedule
from perfmagic.runners.schedules_imposed import Start


def finding(schedule: Schedule, starts: Sequence[Start], found: Conflict) -> str:
    """Return which schedule showed the difference, what it did to the starts, and which lines conflict.

    ``schedule 7 of 12: users (line 1) began 40 ms after orders (line 2), which had ended; lines 1 and 2 both write 'seen'``
    """
    sentence = f"schedule {schedule.number} of {len(SCHEDULES)}: {_done(schedule, starts, found)}"
    if found.reason is not None:
        return f"{sentence}; {found.reason}"
    return sentence if found.lines is None else f"{sentence}; what conflicts is on {_lines(found.lines)}"


def _done(schedule: Schedule, starts: Sequence[Start], found: Conflict) -> str:
    rested = max(starts, key=lambda each: each.paused_s, default=None)
    if rested is not None and rested.paused_s:
        return f"{_named(rested, found)} paused {seconds(rested.paused_s)} where it waits"
    if found.pair is not None:
        last, first = found.pair  # in the text they stand the other way round
        late_s = (last.began_s or 0.0) - (first.began_s or 0.0)
        ended = first.ended_s is not None and first.ended_s <= (last.began_s or 0.0)
        meanwhile = "had ended" if ended else "still ran"
        return (
            f"{_named(last, found)} began {seconds(late_s)} after {_named(first, found)}, which {meanwhile}"
        )
    waited = max(starts, key=lambda each: each.delay_s, default=None)
    if waited is not None and waited.delay_s:
        return f"{_named(waited, found)} began {seconds(waited.delay_s)} late"
    return (
        "operations paused where they wait"
        if schedule.restless
        else "the cell's own code paused where it waits"
    )


def _named(start: Start, found: Conflict) -> str:
    """Return what started and on which line of the cell as written it stands, of the changed cell if that is not known."""
    operations = found.operations[start.number] if start.number < len(found.operations) else ()
    if len(operations) == 1:
        return f"{operations[0].label} (line {operations[0].lines[0]})"
    return f"{start.label} (line {start.line} of the changed cell)"


def _lines(lines: tuple[int, int]) -> str:
    first, last = lines
    return f"line {first}" if first == last else f"lines {first}-{last}"
