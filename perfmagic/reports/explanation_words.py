"""The sentences of an explanation: text and HTML say the same because both take them from here."""

import difflib
from collections.abc import Iterator

from perfmagic.model.explanation import Answer, ExplainedBlock, Explanation, Link, Piece
from perfmagic.model.units import ratio, times
from perfmagic.reports.safe_text import visible_lines


def headline(explanation: Explanation) -> str:
    """Return what matters most: how far the dependences let the cell overlap, and who would change it."""
    block = _main(explanation)
    able = [each.strategy for each in explanation.answers if each.source is not None]
    would = f"{_listed(able)} would change the cell" if able else "no strategy changes the cell"
    loops = [str(loop.line) for each in explanation.blocks for loop in each.loops if loop.independent]
    if _gain(block) <= 1 and loops:
        found = f"the iterations of the loop on line {_listed(loops)} can overlap"
    else:
        where = "" if block is explanation.blocks[0] else f"in {block.title}: "
        found = f"{where}{conclusion(block)}"
    return f"{found}; {would}; nothing was run"


def _gain(block: ExplainedBlock) -> float:
    return sum(each.waits for each in block.pieces) / max(len(block.levels), 1)


def _main(explanation: Explanation) -> ExplainedBlock:
    """Return the block in which most can overlap, the outermost of equals."""
    return max(explanation.blocks, key=lambda each: (_gain(each), sum(piece.waits for piece in each.pieces)))


def notes(block: ExplainedBlock) -> list[str]:
    """Return what there is to say about a block besides its levels."""
    loops = [
        f"the iterations of the loop on line {each.line} can overlap"
        if each.independent
        else f"the iterations of the loop on line {each.line} stay in order: {each.reason}"
        for each in block.loops
    ]
    return [*loops, *block.notes]


def conclusion(block: ExplainedBlock) -> str:
    """Return how many operations a block holds, in how many levels, and what that allows at most."""
    waiting = [each for each in block.pieces if each.waits]
    count, levels = len(waiting), len(block.levels)
    if not count:
        return "no operation"
    inner = sum(each.role == "block" for each in waiting)
    parts = [times(count - inner, "operation")] if count > inner else []
    parts += [f"{times(inner, 'block')} with operations"] if inner else []
    found = (
        f"{' and '.join(parts)} in {times(levels, 'level')}{' of one iteration' if block.repeated else ''}"
    )
    if count == 1:
        return f"{found}, with nothing beside it"
    if count == levels:
        return f"{found}: no two can run together"
    return f"{found}: at most {ratio(count / levels)} faster if all take equally long"


def level_title(level: int, *, waits: bool) -> str:
    """Return the heading of the operations of a level, or of the statements that come right after it."""
    if waits:
        return f"level {level}"
    return "then" if level else "no wait"


def needs(block: ExplainedBlock, index: int) -> list[Link]:
    """Return what a piece depends on, without what follows from other dependences."""
    return [each for each in block.links if each.later == index and not each.implied]


def short_need(block: ExplainedBlock, link: Link) -> str:
    """Return one dependence in a few words: ``users (line 1)``, ``effect stdout (line 2)``, ``control (line 3)``."""
    if not link.name:
        what = "its value" if link.cause == "flow" else link.cause
    else:
        what = link.name if link.kind == "flow" else f"{link.kind} {link.name}"
    only = ", for its result" if link.binds else ""
    return f"{what} (line {block.pieces[link.earlier].lines[0]}{only})"


def long_need(link: Link) -> str:
    """Return one dependence as a sentence, with what it keeps and what the user can do."""
    ending = ""
    if link.waived:
        ending = "; assumed not to matter, as told"
    elif link.binds:
        ending = "; only the use of the result waits for that"
    return f"{link.kind}: {link.reason}{ending}"


def line_numbers(piece: Piece) -> str:
    """Return ``3`` or ``3-5``."""
    first, last = piece.lines
    return str(first) if first == last else f"{first}-{last}"


def refusals(explanation: Explanation) -> list[tuple[str, Answer]]:
    """Return the answers that change nothing, those with one reason together, each with the names of its strategies."""
    found: dict[tuple[str | None, str | None], list[Answer]] = {}
    for each in explanation.answers:
        if each.source is None:
            found.setdefault((each.reason, each.hint), []).append(each)
    return [
        (f"{_listed([each.strategy for each in same])} {'leaves' if len(same) == 1 else 'leave'}", same[0])
        for same in found.values()
    ]


def refusal(answer: Answer) -> str:
    """Return why a strategy leaves the cell alone; the lines come first unless the reason names one."""
    reason = answer.reason or ""
    if answer.lines is None or "line" in reason:
        return reason
    first, last = answer.lines
    return f"line {first}: {reason}" if first == last else f"lines {first}-{last}: {reason}"


def changes(explanation: Explanation, answer: Answer) -> Iterator[str]:
    """Yield the lines of a unified difference between the cell and what a strategy makes of it."""
    before, after = visible_lines(explanation.cell.source), visible_lines(answer.source or "")
    yield from list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
