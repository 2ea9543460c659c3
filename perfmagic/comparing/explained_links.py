"""The dependences between the pieces of a block: one for each pair and name, and which of them say nothing new."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from perfmagic.analysis.dependences import Dependence
from perfmagic.model.explanation import Link
from perfmagic.strategies.ordering import Ordering

TELLING = ("flow", "output", "anti", "effect", "control")
"""Kinds from the most to the least telling, where one name gives several."""


def links(found: Sequence[Dependence], order: Ordering, piece_of: Mapping[int, int]) -> tuple[Link, ...]:
    """Return the dependences as links between pieces, by the place of the later one."""
    operating = frozenset(piece_of[each.index] for each in order.operations)
    waived = {id(each) for each in order.waived}
    best: dict[tuple[int, int, str], Link] = {}
    for each in found:
        link = _link(each, order, piece_of, operating, waived=id(each) in waived)
        if link.earlier != link.later:
            key = link.earlier, link.later, link.name or link.reason
            best[key] = min(best.get(key, link), link, key=_rank)
    return tuple(_marked(sorted(best.values(), key=lambda each: (each.later, each.earlier, _rank(each)))))


def _rank(link: Link) -> tuple[bool, bool, int]:
    return link.waived, link.binds, TELLING.index(link.kind)


def _link(
    found: Dependence,
    order: Ordering,
    piece_of: Mapping[int, int],
    operating: frozenset[int],
    *,
    waived: bool,
) -> Link:
    later = piece_of[found.later]
    return Link(
        earlier=piece_of[found.earlier],
        later=later,
        kind=found.kind,
        cause=found.cause,
        name=found.label,
        reason=found.reason,
        hint=found.hint,
        binds=later in operating and order.steps[found.later].role != "operation",
        waived=waived,
    )


def _marked(ordered: Sequence[Link]) -> list[Link]:
    """Mark the links whose order follows from others: a name written again in between, or a way over other pieces."""
    before: dict[int, set[int]] = {}
    ancestors: dict[int, int] = {}
    for each in ordered:
        if not (each.binds or each.waived):
            before.setdefault(each.later, set()).add(each.earlier)
    for later in sorted(before):
        ancestors[later] = 0
        for earlier in before[later]:
            ancestors[later] |= ancestors.get(earlier, 0) | 1 << earlier
    named = {(each.earlier, each.later, each.name) for each in ordered if not each.waived}
    writers: dict[tuple[int, str], list[int]] = {}
    for each in ordered:
        if each.kind == "flow" and not each.waived:
            writers.setdefault((each.later, each.name), []).append(each.earlier)

    def implied(link: Link) -> bool:
        if link.waived:
            return False
        if link.kind == "flow":
            between = writers[link.later, link.name]
            return any((link.earlier, each, link.name) in named for each in between if each != link.earlier)
        others = before.get(link.later, set()) - {link.earlier}
        direct = link.binds and link.earlier in before.get(link.later, set())
        return direct or any(ancestors.get(each, 0) >> link.earlier & 1 for each in others)

    return [replace(each, implied=implied(each)) for each in ordered]
