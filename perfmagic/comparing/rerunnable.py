"""Whether a cell may run again without being asked, and if not, which object on which line forbids it."""

from collections.abc import Sequence
from dataclasses import dataclass

from perfmagic.analysis.effects import Hazard, Touched
from perfmagic.runners.leftovers import Leftovers, Strangers
from perfmagic.runners.namespace import SavedState
from perfmagic.verification.responses import response_kind


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why the cell is not run again, and what would lift that."""

    reason: str
    hint: str = "--rerun runs it again all the same; --once runs only the changed cell"


def before_commit(hazards: Sequence[Hazard]) -> Obstacle | None:
    """Return what the code alone forbids."""
    if not hazards:
        return None
    first, more = hazards[0], len(hazards) - 1
    others = f" (and {more} more)" if more else ""
    return Obstacle(f"{first.reason}{others}")


def after_save(start: SavedState, touched: Sequence[Touched] = ()) -> Obstacle | None:
    """Return what the live objects forbid: things that the cell may change and that cannot be put back."""
    for each in touched:
        kind = type(each.value)
        if response_kind(kind) is not None:
            reason = "what it holds of its connection is not saved"
            return Obstacle(f"{each.label} ({kind.__name__}) cannot be put back: {reason}")
    for thing in start.unrestorable:
        if thing.kind != "shared":
            return Obstacle(f"{thing.label} ({thing.type_name}) cannot be put back: {thing.reason}")
    return None


def after_commit(
    error: BaseException | None, left: Leftovers | None, strangers: Strangers, start: SavedState | None
) -> Obstacle | None:
    """Return what the committed run showed: how it ended, what outlives it, what others may have changed meanwhile."""
    if error is not None and not isinstance(error, Exception):
        return Obstacle(f"the cell ended by {type(error).__name__}", "remove the exit from the cell")
    if left is not None and (names := left.names()):
        return Obstacle(f"{names[0]} outlives the cell")
    if strangers.names():
        changed = (
            [change for change in start.changed() if change.kind == "contents"] if start is not None else []
        )
        if changed:
            return Obstacle(
                f"{changed[0].label} changed while {strangers.names()[0]} of an earlier cell runs"
            )
    return None
