"""The drawing keeps its promises whatever it is given: no box meets a box, no line crosses one, no two lines become one."""

import random
from itertools import combinations

import pytest

from perfmagic.reports.graph_layout import BOX, ROW, Arrow, Box, lay_out

STYLES = ("flow", "anti", "flow binds")


def graph(seed):
    """Boxes in random columns, and lines from earlier to later ones in any direction between columns."""
    chance = random.Random(seed)
    count = chance.randint(1, 14)
    columns = chance.randint(1, 5)
    boxes = [
        Box(
            column=chance.randrange(columns),
            width=chance.uniform(20, 300),
            left=chance.choice([0, 40]),
            right=chance.choice([0, 60]),
        )
        for _ in range(count)
    ]
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    chosen = chance.sample(pairs, min(len(pairs), chance.randint(0, 25)))
    return boxes, [Arrow(a, b, chance.choice(STYLES)) for a, b in chosen]


every_graph = pytest.mark.parametrize("seed", range(120))


def segments(path):
    return list(zip(path.points, path.points[1:], strict=False))


@every_graph
def test_boxes_stand_apart_and_inside_the_drawing(seed):
    boxes, arrows = graph(seed)
    layout = lay_out(boxes, arrows)
    for box, placed in zip(boxes, layout.boxes, strict=True):
        assert placed.x - box.left >= 0
        assert placed.x + placed.width + box.right <= layout.width
        assert placed.y + BOX <= layout.height
    for one, other in combinations(layout.boxes, 2):
        assert abs(one.y - other.y) >= ROW


@every_graph
def test_lines_run_in_right_angles_from_their_source_to_their_target(seed):
    boxes, arrows = graph(seed)
    layout = lay_out(boxes, arrows)
    assert [each.arrow for each in layout.paths] == arrows
    for path in layout.paths:
        source, target = layout.boxes[path.arrow.source], layout.boxes[path.arrow.target]
        assert path.points[0][0] in {source.x, source.x + source.width}
        assert source.y < path.points[0][1] < source.y + BOX
        assert path.points[-1][0] == target.x
        assert target.y < path.points[-1][1] < target.y + BOX
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in segments(path))
        assert path.points[-2][0] < target.x, "the arrow points to the right"


@every_graph
def test_no_line_crosses_a_box_or_the_labels_beside_it(seed):
    """Vertical lines keep to the gutters; a horizontal one keeps to the row of its own box."""
    boxes, arrows = graph(seed)
    layout = lay_out(boxes, arrows)
    for path in layout.paths:
        (_, start_y), (x, _), _, (_, end_y) = path.points
        for box, placed in zip(boxes, layout.boxes, strict=True):
            crossed = start_y <= placed.y + BOX and placed.y <= end_y
            assert not (crossed and placed.x - box.left < x < placed.x + placed.width + box.right)
        others = {path.arrow.source, path.arrow.target}
        for index, placed in enumerate(layout.boxes):
            if index not in others:
                assert not placed.y < start_y < placed.y + BOX
                assert not placed.y < end_y < placed.y + BOX


@every_graph
def test_lines_of_different_sources_never_lie_on_each_other(seed):
    boxes, arrows = graph(seed)
    layout = lay_out(boxes, arrows)
    for one, other in combinations(layout.paths, 2):
        same = (one.arrow.source, one.arrow.style) == (other.arrow.source, other.arrow.style)
        same = same and boxes[one.arrow.target].column == boxes[other.arrow.target].column
        if same:
            continue
        for (a, b), (c, d) in [(s, t) for s in segments(one) for t in segments(other)]:
            assert not overlap(a, b, c, d), (one, other)


def overlap(a, b, c, d):
    """Whether two segments share more than a point."""
    for along, across in ((0, 1), (1, 0)):
        if a[across] == b[across] == c[across] == d[across]:
            low = max(min(a[along], b[along]), min(c[along], d[along]))
            high = min(max(a[along], b[along]), max(c[along], d[along]))
            return high > low
    return False


def test_an_empty_graph_has_a_size():
    layout = lay_out([], [])
    assert layout.boxes == ()
    assert layout.width > 0
    assert layout.height > 0
