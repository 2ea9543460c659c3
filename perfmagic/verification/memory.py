"""Which arrays share memory: a view that became a copy, or a copy that became a view, is a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfmagic.model.verdict import Status
from perfmagic.verification.picture import trail_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfmagic.verification.picture import Findings, Lying, Trail


def compare_memory(pairs: Sequence[tuple[Lying, Lying, Trail]], findings: Findings) -> None:
    """Take down where arrays overlap on one side only, or at another place.

    Every array is linked to one that it overlaps, if any, which takes one pass in order of address. Two groups of arrays
    overlap alike if their links and the distances along them agree.
    """
    ours = _links([expected for expected, _, _ in pairs])
    theirs = _links([actual for _, actual, _ in pairs])
    for left, right in dict.fromkeys([*ours, *theirs]):
        first, second = pairs[left], pairs[right]
        before, after = _distance(first[0], second[0]), _distance(first[1], second[1])
        if (before is None) != (after is None):
            findings.found(Status.DIFFERENT, second[2], _shares(before, first[2]), _shares(after, first[2]))
        elif before is not None and after is not None:
            _compare_places(first, second, (before, after), findings)


def _compare_places(
    first: tuple[Lying, Lying, Trail],
    second: tuple[Lying, Lying, Trail],
    distances: tuple[int, int],
    findings: Findings,
) -> None:
    if first[0].strides != first[1].strides or second[0].strides != second[1].strides:
        findings.unknown(
            second[2], "the arrays lie in another order, so which elements are shared is not compared"
        )
    elif distances[0] != distances[1]:
        texts = [f"a view of {trail_text(first[2])}, {distance} bytes on" for distance in distances]
        findings.found(Status.DIFFERENT, second[2], *texts)


def _links(arrays: Sequence[Lying]) -> list[tuple[int, int]]:
    order = sorted(range(len(arrays)), key=lambda each: arrays[each].extent)
    links: list[tuple[int, int]] = []
    widest: int | None = None
    for each in order:
        start, end = arrays[each].extent
        if start == end:
            continue
        if widest is not None and start < arrays[widest].extent[1]:
            links.append((min(widest, each), max(widest, each)))
        if widest is None or end > arrays[widest].extent[1]:
            widest = each
    return links


def _distance(first: Lying, second: Lying) -> int | None:
    """Bytes from one array's first address to the other's, ``None`` if they do not overlap."""
    start = max(first.extent[0], second.extent[0])
    overlap = start < min(first.extent[1], second.extent[1])
    return second.extent[0] - first.extent[0] if overlap else None


def _shares(distance: int | None, trail: Trail) -> str:
    return "memory of its own" if distance is None else f"shares memory with {trail_text(trail)}"
