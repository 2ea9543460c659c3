"""Dependences that the user's options lift, and the sentence that says what is then taken for granted."""

from collections.abc import Sequence

from perfmagic.analysis.dependences import Dependence, assumable, is_commitment, severity
from perfmagic.analysis.effects import Kind, Location
from perfmagic.analysis.sides import BUSY, MEMORY
from perfmagic.analysis.steps import Step
from perfmagic.model.options import Options


def waiver(dependence: Dependence, steps: Sequence[Step], options: Options) -> str | None:
    """Return what is assumed if a dependence is lifted, a sentence without the final stop; ``None`` if it stays."""
    if assumable(dependence, steps, options.assume_independent):
        return f"assumed independent, as told: {dependence.reason}"
    earlier, later = steps[dependence.earlier], steps[dependence.later]
    if options.ignore_sleeps:
        pause = next((each for each in (earlier, later) if each.pause), None)
        if pause is not None and _is_pacing(dependence, earlier):
            return f"the pause on line {pause.lines[0]} keeps nothing in order, as told"
    if later.role != "operation" or dependence.earlier in later.needs:
        return None
    if options.speculate and _only_prevents(dependence, earlier, later):
        line = later.lines[0]
        return f"line {line} only reads, and may begin although line {earlier.lines[0]} could have prevented it, as told"
    return _reordered(dependence, earlier, later) if options.allow_reorder else None


def sentences(
    waived: Sequence[tuple[Dependence, str]], steps: Sequence[Step], options: Options
) -> tuple[str, ...]:
    """Return each sentence once; of what two lines are told to be independent of, only what tells most."""
    found: dict[tuple[int, int] | str, tuple[tuple[int, bool, int], str]] = {}
    for each, told in waived:
        independent = assumable(each, steps, options.assume_independent)
        key = (steps[each.earlier].lines[0], steps[each.later].lines[0]) if independent else told
        rank = severity(each)
        if key not in found or rank < found[key][0]:
            found[key] = rank, f"{told}."
    return tuple(told for _, told in found.values())


def _is_pacing(dependence: Dependence, earlier: Step) -> bool:
    """Whether nothing but the pause itself is the reason."""
    if dependence.location is not None:
        return False
    return dependence.kind == "effect" or (dependence.kind == "control" and earlier.pause)


def _only_prevents(dependence: Dependence, earlier: Step, later: Step) -> bool:
    """Whether the reason is an early exit, and what it could prevent does nothing but read."""
    exits = earlier.exits and dependence.kind == "control" and dependence.reason == earlier.guard
    return exits and not later.effects.barriers and not _writes(later)


def _writes(step: Step) -> frozenset[Location]:
    """Return what a step changes for others, beyond a resource that is busy while it runs."""
    return frozenset(each for each in step.effects.writes - step.made if each.kind not in BUSY)


def _reordered(dependence: Dependence, earlier: Step, later: Step) -> str | None:
    lines = f"lines {earlier.lines[0]} and {later.lines[0]}"
    location = dependence.location
    if location is not None and location.kind is Kind.STDOUT:
        return f"what {lines} print may come in another order, as told"
    if earlier.role != "operation":
        return None
    both = {each for each in earlier.effects.writes & later.effects.writes if each.kind is Kind.EXTERNAL}
    if location in both:
        return f"{lines} may write {dependence.label!r} in another order, as told"
    outside = {each for each in _writes(later) if each.kind not in MEMORY}
    if is_commitment(dependence, earlier) and all(
        each in both or each.kind is Kind.STDOUT for each in outside
    ):
        return f"line {later.lines[0]} may write although line {earlier.lines[0]} fails, as told"
    return None
