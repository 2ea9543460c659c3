"""Which child belongs to which where order does not count: sets, and dicts whose keys came in another order."""

from collections.abc import Hashable, Sequence

from perfmagic.verification.picture import Judge, Picture, brief, digest


def match(
    expected: Sequence[object],
    actual: Sequence[object],
    judge: Judge,
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Pairs of positions that belong together, then the positions left over on either side.

    Counterparts that have met elsewhere belong together. The others pair by their digest, equal digests in order. With a
    tolerance, what is left over pairs in sorted order, so that numbers within the tolerance meet.
    """
    pairs = _counterparts(expected, actual, judge)
    taken, met = dict(pairs), {right for _, right in pairs}
    waiting: dict[Hashable, list[int]] = {}
    for position in range(len(actual) - 1, -1, -1):
        if position not in met:
            waiting.setdefault(digest(actual[position]), []).append(position)
    missing: list[int] = []
    for position, child in enumerate(expected):
        if position in taken:
            continue
        found = waiting.get(digest(child))
        if found:
            pairs.append((position, found.pop()))
        else:
            missing.append(position)
    extra = sorted(position for positions in waiting.values() for position in positions)
    if judge.rtol > 0 and missing and len(missing) == len(extra):
        pairs += _nearest(expected, actual, missing, extra)
        missing, extra = [], []
    return pairs, missing, extra


def _counterparts(
    expected: Sequence[object], actual: Sequence[object], judge: Judge
) -> list[tuple[int, int]]:
    where = {id(child): position for position, child in enumerate(actual) if isinstance(child, Picture)}
    partners = ((position, judge.sharing.partner(child)) for position, child in enumerate(expected))
    return [(position, where[id(partner)]) for position, partner in partners if id(partner) in where]


def _nearest(
    expected: Sequence[object],
    actual: Sequence[object],
    missing: list[int],
    extra: list[int],
) -> list[tuple[int, int]]:
    left = sorted(missing, key=lambda position: _rank(expected[position]))
    right = sorted(extra, key=lambda position: _rank(actual[position]))
    return list(zip(left, right, strict=True))


def _rank(child: object) -> tuple[tuple[str, float, str], ...]:
    """A sort key that any two children can be compared by: numbers by value, all else by its short text."""
    if isinstance(child, Picture):
        name = child.cls.__name__ if type(child.cls) is type else ""
        return ((name, 0.0, ""), *(each for part in child.parts()[:8] for each in _rank(part)[:8]))
    if isinstance(child, float) and child == child:  # noqa: PLR0124
        return (("float", child, ""),)
    return ((type(child).__name__, 0.0, brief(child)),)
