"""A small layered layout: every statement has a row, every level a column, and lines run where no box can be.

Rows are in program order and hold one box each, so a box never meets another one, and the space beside a box belongs to its
row alone. To the left of each column lies a gutter that holds no box: all vertical lines run there, side by side. A line
leaves its box sideways in the box's own row, goes down in the gutter of the column that it leads to, and enters the other box
from the left. Labels stand above the lines that leave, in the room that the column keeps free for them.

The idea of columns for levels is Sugiyama's; the gutters are the channels of circuit layout.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

ROW, BOX, HEAD = 44.0, 26.0, 26.0
"""Heights: of a row, of the box at its bottom, of the headings above."""

TRACK, GAP, MARGIN = 9.0, 12.0, 10.0
"""Widths: between two lines in a gutter, around them, around everything."""

LEAST_STEP = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What is placed: the column, the width of the text in it, and the width of the labels to its left and right."""

    column: int
    width: float
    left: float = 0.0
    right: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from one box to a later one; lines of one source, column and style are drawn as one that branches."""

    source: int
    target: int
    style: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a box stands: its upper left corner, and its width."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Path:
    """The corners of one line, from its source to the tip of its arrow."""

    arrow: Arrow
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A finished drawing: boxes in the order they came, lines, the left edge and width of each column, and the size of it all."""

    boxes: tuple[Placed, ...]
    paths: tuple[Path, ...]
    columns: tuple[tuple[float, float], ...]
    width: float
    height: float


Bus = tuple[int, int, str]
"""A source, the column of the targets, a style."""


def lay_out(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Layout:
    """Return where everything stands."""
    count = max((each.column for each in boxes), default=-1) + 1
    tracks = _tracks(boxes, arrows)
    left = [max((each.left for each in boxes if each.column == one), default=0.0) for one in range(count)]
    inner = [
        max((each.width + each.right for each in boxes if each.column == one), default=0.0)
        for one in range(count)
    ]
    used = [
        max((number for bus, number in tracks.items() if bus[1] == one), default=-1) + 1
        for one in range(count)
    ]
    columns: list[tuple[float, float]] = []
    gutters: list[float] = []
    x = MARGIN
    for one in range(count):
        gutters.append(x + GAP)
        x += used[one] * TRACK + (2 * GAP if used[one] else 0.0)
        columns.append((x, left[one] + inner[one]))
        x += left[one] + inner[one] + GAP
    placed = tuple(
        Placed(
            x=columns[each.column][0] + left[each.column],
            y=HEAD + ROW * row + ROW - BOX,
            width=each.width,
        )
        for row, each in enumerate(boxes)
    )
    paths = tuple(
        _paths(boxes, placed, arrows, {bus: gutters[bus[1]] + TRACK * at for bus, at in tracks.items()})
    )
    return Layout(
        boxes=placed, paths=paths, columns=tuple(columns), width=x, height=HEAD + ROW * len(boxes) + MARGIN
    )


def _bus(boxes: Sequence[Box], arrow: Arrow) -> Bus:
    return arrow.source, boxes[arrow.target].column, arrow.style


def _tracks(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> dict[Bus, int]:
    """Give each bus the first track of its gutter that is free on all its rows."""
    ends: dict[Bus, int] = {}
    for each in arrows:
        bus = _bus(boxes, each)
        ends[bus] = max(ends.get(bus, each.target), each.target)
    taken: dict[tuple[int, int], int] = {}
    found: dict[Bus, int] = {}
    for bus in sorted(ends):
        source, column, _ = bus
        track = 0
        while taken.get((column, track), -1) >= source:
            track += 1
        taken[column, track] = ends[bus]
        found[bus] = track
    return found


def _paths(
    boxes: Sequence[Box], placed: Sequence[Placed], arrows: Sequence[Arrow], gutter: Mapping[Bus, float]
) -> Iterator[Path]:
    sides = _shares(boxes, arrows)
    for each in arrows:
        bus = _bus(boxes, each)
        source, target = placed[each.source], placed[each.target]
        x = gutter[bus]
        start_x = source.x + source.width if _leaves_right(boxes, bus) else source.x
        y, end_y = source.y + BOX * sides[each.source, bus], target.y + BOX * sides[each.target, bus]
        yield Path(each, ((start_x, y), (x, y), (x, end_y), (target.x, end_y)))


def _leaves_right(boxes: Sequence[Box], bus: Bus) -> bool:
    return bus[1] > boxes[bus[0]].column


def _shares(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> dict[tuple[int, Bus], float]:
    """Return for each line at a box how far down the box's side it touches, from 0 to 1; no two touch one side at one place."""
    at: dict[tuple[int, bool], dict[Bus, None]] = {}
    for each in arrows:
        bus = _bus(boxes, each)
        at.setdefault((each.source, _leaves_right(boxes, bus)), {})[bus] = None
        at.setdefault((each.target, False), {})[bus] = None
    return {
        (box, bus): (place + 1) / (len(buses) + 1)
        for (box, _), buses in at.items()
        for place, bus in enumerate(sorted(buses))
    }
