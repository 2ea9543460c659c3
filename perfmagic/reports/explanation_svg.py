"""The dependences of one block as a drawing: boxes in columns of levels, lines coloured and dashed by kind of dependence.

Lines and text take the colour of the text around the drawing, or one that is seen on light and on dark ground. Text is set
to the width that the layout gave it, whatever font there is, so nothing ever overlaps.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import NamedTuple

from perfmagic.model.explanation import ExplainedBlock, Link, Piece
from perfmagic.reports.columns import clipped, width
from perfmagic.reports.explanation_words import conclusion, level_title, line_numbers
from perfmagic.reports.graph_layout import BOX, HEAD, Arrow, Box, Layout, Path, Placed, lay_out
from perfmagic.reports.safe_text import isolated, visible


class Stroke(NamedTuple):
    """How a kind of dependence is drawn, and what it means."""

    colour: str
    dashes: str
    meaning: str


STROKES: Mapping[str, Stroke] = MappingProxyType(
    {
        "flow": Stroke("currentColor", "", "the value is needed"),
        "anti": Stroke("#b26a00", "6 3", "read before it is written"),
        "output": Stroke("#8a5cd6", "10 3", "written twice"),
        "effect": Stroke("#d0453a", "2 3", "an effect in between"),
        "control": Stroke("#1f82bd", "10 3 2 3", "decides whether the other runs"),
    }
)
"""Colours have a contrast of at least 3 to 1 on white and on near black; dashes say the same."""

MOST_PIECES = 120
"""Statements that are drawn; the table below the drawing counts the others."""

_CODE_WIDTH, _LABEL_WIDTH, _PADDING = 7.25, 6.05, 10.0
_CODE_COLUMNS, _NARROW_COLUMNS, _LABEL_COLUMNS = 40, 24, 24
_MANY_LEVELS = 6
_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"


def drawing(block: ExplainedBlock) -> str:
    """Return a block as an SVG element of its natural size; its label states the conclusion."""
    pieces = block.pieces[:MOST_PIECES]
    links = _drawn(block)
    columns = _columns(pieces)
    texts = _texts(pieces, len(columns))
    labels = {
        (index, right): _label(links, pieces, columns, index, right=right)
        for index in range(len(pieces))
        for right in (False, True)
    }
    boxes = [
        Box(
            column=columns[_place(piece)],
            width=width(text) * _CODE_WIDTH + 2 * _PADDING,
            left=_label_room(labels[index, False]),
            right=_label_room(labels[index, True]),
        )
        for index, (piece, text) in enumerate(zip(pieces, texts, strict=True))
    ]
    layout = lay_out(boxes, [Arrow(each.earlier, each.later, _style(each)) for each in links])
    parts = [
        *_headings(columns, layout),
        *(part for path in layout.paths for part in _line(path)),
        *(
            part
            for piece, text, box in zip(pieces, texts, layout.boxes, strict=True)
            for part in _box(piece, text, box)
        ),
        *(
            _label_text(text, layout.boxes[index], right=right)
            for (index, right), text in labels.items()
            if text
        ),
    ]
    size = f'width="{layout.width:.0f}" height="{layout.height:.0f}" viewBox="0 0 {layout.width:.0f} {layout.height:.0f}"'
    name = escape(visible(f"{block.title}: {conclusion(block)}"))
    return f'<svg role="img" aria-label="{name}" {size} style="display:block;max-width:none">\n{"".join(parts)}</svg>\n'


def kinds(block: ExplainedBlock) -> list[str]:
    """Return the kinds of dependence that the drawing shows."""
    found = {each.kind for each in _drawn(block)}
    return [each for each in STROKES if each in found]


def sample(kind: str) -> str:
    """Return a short line of a kind, for the legend."""
    stroke = STROKES[kind]
    return (
        '<svg aria-hidden="true" width="34" height="8" style="vertical-align:middle">'
        f'<path d="M0 4H34" {_stroke(stroke)}></path></svg>'
    )


def _drawn(block: ExplainedBlock) -> list[Link]:
    return [each for each in block.links if not (each.implied or each.waived) and each.later < MOST_PIECES]


def _style(link: Link) -> str:
    return f"{link.kind} binds" if link.binds else link.kind


def _place(piece: Piece) -> tuple[int, bool]:
    """Return a key that orders columns: the operations of a level, then the statements that wait for it."""
    return piece.level, not piece.waits


def _columns(pieces: Sequence[Piece]) -> dict[tuple[int, bool], int]:
    return {place: number for number, place in enumerate(sorted({_place(each) for each in pieces}))}


def _texts(pieces: Sequence[Piece], columns: int) -> list[str]:
    room = _NARROW_COLUMNS if columns > _MANY_LEVELS else _CODE_COLUMNS
    return [clipped(f"{line_numbers(each)}  {visible(each.code)}", room) for each in pieces]


def _label(
    links: Sequence[Link],
    pieces: Sequence[Piece],
    columns: Mapping[tuple[int, bool], int],
    index: int,
    *,
    right: bool,
) -> str:
    """Return the names of what leaves a box on one side."""
    names = [
        visible(each.name or (each.cause if each.cause != each.kind else ""))
        for each in links
        if each.earlier == index
        and (columns[_place(pieces[each.later])] > columns[_place(pieces[index])]) is right
    ]
    return clipped(", ".join(dict.fromkeys(each for each in names if each)), _LABEL_COLUMNS)


def _label_room(text: str) -> float:
    return width(text) * _LABEL_WIDTH + _PADDING if text else 0.0


def _headings(columns: Mapping[tuple[int, bool], int], layout: Layout) -> Iterator[str]:
    for (level, after), number in columns.items():
        x, wide = layout.columns[number]
        title = level_title(level, waits=not after)
        if not after:
            yield (
                f'<rect x="{x - 4:.1f}" y="2" width="{wide + 8:.1f}" height="{layout.height - 4:.1f}" rx="6" '
                'fill="currentColor" fill-opacity=".05"></rect>\n'
            )
        yield _text(title, x, HEAD - 10, size=11, advance=6.65)


def _line(path: Path) -> Iterator[str]:
    kind, _, binds = path.arrow.style.partition(" ")
    stroke = STROKES[kind]
    (x, y), *rest = path.points
    corners = "".join(f"L{a:.1f} {b:.1f}" for a, b in rest)
    yield f'<path d="M{x:.1f} {y:.1f}{corners}" {_stroke(stroke)}></path>\n'
    tip_x, tip_y = path.points[-1]
    fill = "none" if binds else stroke.colour
    yield (f'<path d="M{tip_x:.1f} {tip_y:.1f}l-7 -3.5v7z" fill="{fill}" stroke="{stroke.colour}"></path>\n')


def _stroke(stroke: Stroke) -> str:
    dashes = f' stroke-dasharray="{stroke.dashes}"' if stroke.dashes else ""
    return f'fill="none" stroke="{stroke.colour}" stroke-width="1.4"{dashes}'


def _box(piece: Piece, text: str, box: Placed) -> Iterator[str]:
    fill = ".13" if piece.waits else "0"
    wide = "2.2" if piece.role == "block" else "1"
    solid = "1" if piece.waits else ".5"
    yield (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{BOX:.1f}" rx="5" fill="currentColor" '
        f'fill-opacity="{fill}" stroke="currentColor" stroke-width="{wide}" stroke-opacity="{solid}"></rect>\n'
    )
    yield _text(text, box.x + _PADDING, box.y + BOX / 2 + 4, size=12, advance=_CODE_WIDTH)


def _label_text(text: str, box: Placed, *, right: bool) -> str:
    x = box.x + box.width + 5 if right else box.x - 5 - width(text) * _LABEL_WIDTH
    return _text(text, x, box.y - 3, size=10, advance=_LABEL_WIDTH)


def _text(text: str, x: float, y: float, *, size: int, advance: float) -> str:
    """Return text that is exactly as wide as the layout takes it to be."""
    if not text.strip():
        return ""
    length = f'textLength="{width(text) * advance:.1f}" lengthAdjust="spacingAndGlyphs"'
    style = f"font:{size}px {_FONT};white-space:pre"
    shown = escape(isolated(text)).replace("$", "<tspan>$</tspan>")  # it starts no formula there
    return f'<text x="{x:.1f}" y="{y:.1f}" {length} fill="currentColor" style="{style}">{shown}</text>\n'
