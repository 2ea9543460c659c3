"""An explanation for the terminal: levels drawn with brackets, dependences as sentences, changed code as a difference."""

from collections.abc import Iterator, Sequence

from perfmagic.model.explanation import Answer, ExplainedBlock, Explanation, Piece
from perfmagic.reports.columns import clipped, padded, width, wrapped
from perfmagic.reports.explanation_words import (
    changes,
    conclusion,
    headline,
    level_title,
    line_numbers,
    long_need,
    needs,
    notes,
    refusal,
    refusals,
    short_need,
)
from perfmagic.reports.safe_text import isolated, visible

suffixes = (".txt",)

MOST_PIECES = 200
"""Statements of a block that are drawn; the rest is counted."""

_INDENT = "  "
_DEEPEST = 8
_SENTENCE_COLUMNS = 400


def render(explanation: Explanation, *, columns: int = 80) -> str:
    """Return the explanation as text, ending with a newline."""
    parts = [
        [
            f"%%{_harmless(explanation.magic)} --explain",
            *_wrapped(headline(explanation), columns),
        ],
        *(list(_block(each, columns, alone=len(explanation.blocks) == 1)) for each in explanation.blocks),
        *(
            list(_change(explanation, each, columns))
            for each in explanation.answers
            if each.source is not None
        ),
        [line for who, each in refusals(explanation) for line in _refusal(who, each, columns)],
        list(_obstructions(explanation, columns)),
    ]
    return "\n".join("\n".join(part) + "\n" for part in parts if part)


def _harmless(text: str) -> str:
    return isolated(clipped(visible(text), _SENTENCE_COLUMNS))


def _wrapped(text: str, columns: int, *, indent: str = "") -> Iterator[str]:
    """Yield wrapped lines, all but the first indented by one step more."""
    first, *rest = wrapped(_harmless(text), columns - len(_INDENT) - len(indent))
    yield indent + first
    yield from (indent + _INDENT + line for line in rest)


def _block(block: ExplainedBlock, columns: int, *, alone: bool) -> Iterator[str]:
    """Yield one block; where there is no other one, the headline has said what its title would."""
    margin = _INDENT * min(block.depth, _DEEPEST)
    if not alone:
        yield from _wrapped(f"{block.title}: {conclusion(block)}", columns, indent=margin)
    for text in notes(block):
        yield from _wrapped(text, columns, indent=margin)
    room = columns - len(margin)
    yield from (margin + row for row in _levels(block, room))
    why = list(dict.fromkeys(long_need(each) for each in block.links if not each.implied))
    for text in why[:MOST_PIECES]:
        yield from _wrapped(text, columns, indent=margin + _INDENT)
    if len(why) > MOST_PIECES:
        yield f"{margin}{_INDENT}and {len(why) - MOST_PIECES} more dependences"


def _levels(block: ExplainedBlock, room: int) -> Iterator[str]:
    """Yield the drawing: one group a level, then the statements that wait for it."""
    shown = range(min(len(block.pieces), MOST_PIECES))
    label = max((width(f"level {each.level}") for each in block.pieces), default=0)
    digits = max((len(line_numbers(block.pieces[each])) for each in shown), default=0)
    for level in range(max((block.pieces[each].level for each in shown), default=0) + 1):
        for waits in (True, False):
            group = [
                each
                for each in shown
                if block.pieces[each].level == level and block.pieces[each].waits is waits
            ]
            title = level_title(level, waits=waits)
            yield from _group(block, group, padded(title, label), digits, room)
    if len(block.pieces) > MOST_PIECES:
        yield f"and {len(block.pieces) - MOST_PIECES} more statements"


def _group(block: ExplainedBlock, group: Sequence[int], title: str, digits: int, room: int) -> Iterator[str]:
    for place, index in enumerate(group):
        piece = block.pieces[index]
        bracket = _bracket(place, len(group)) if piece.waits else "·"
        head = title if place == 0 else " " * width(title)
        start = f"{head} {bracket} {line_numbers(piece):>{digits}}  "
        yield start + _code(piece, room - width(start))
        found = list(dict.fromkeys(short_need(block, each) for each in needs(block, index)))
        if found:
            bar = "│" if piece.waits and place + 1 < len(group) else " "
            before = f"{' ' * width(title)} {bar} {' ' * digits}  "
            rows = wrapped(f"<- {_harmless(', '.join(found))}", room - width(before))
            yield from (before + row for row in rows)


def _bracket(place: int, count: int) -> str:
    if count == 1:
        return "─"
    if place == 0:
        return "┌"
    return "└" if place == count - 1 else "├"


def _code(piece: Piece, room: int) -> str:
    return isolated(clipped(visible(piece.code), max(room, 8)))


def _change(explanation: Explanation, answer: Answer, columns: int) -> Iterator[str]:
    yield from _wrapped(f"{answer.strategy} would change the cell:", columns)
    yield from (_INDENT + line for line in changes(explanation, answer))
    for text in answer.assumptions:
        yield from _wrapped(text, columns, indent=_INDENT)


def _refusal(who: str, answer: Answer, columns: int) -> Iterator[str]:
    yield from _wrapped(f"{who} the cell as it is: {refusal(answer)}", columns)
    if answer.hint is not None:
        yield from _wrapped(f"hint: {answer.hint}", columns, indent=_INDENT)


def _obstructions(explanation: Explanation, columns: int) -> Iterator[str]:
    if not explanation.obstructions:
        return
    yield from _wrapped(
        "the cell would not be run again without --rerun, so there would be no comparison:", columns
    )
    for each in dict.fromkeys(each.reason for each in explanation.obstructions):
        yield from _wrapped(each, columns, indent=_INDENT)
