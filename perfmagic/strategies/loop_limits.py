"""How many operations of a loop may be in flight at once."""

import ast
from collections.abc import Sequence

from perfmagic.analysis.loop_forms import FanOut, InPlace
from perfmagic.analysis.statements import Operation
from perfmagic.strategies.draft import Draft


def limit_of(draft: Draft, operations: Sequence[Operation]) -> int:
    """Return the limit that the options set, or the size of the pool if that is known and smaller."""
    sizes = [draft.analysis.effects.callee(each.node).slots for each in operations]
    return min([draft.options.limit, *(each for each in sizes if each is not None)])


def may_exceed(found: FanOut | InPlace, limit: int) -> bool:
    """Whether a loop may hold more operations than the limit, as far as its items can be counted."""
    counted = _count(found)
    return counted is None or counted > limit


def _count(found: FanOut | InPlace) -> int | None:
    outer = found.iteration.count
    if outer is None:
        return None
    if isinstance(found, FanOut):
        if isinstance(found.loop, ast.For | ast.AsyncFor):
            return outer
        inner = [each.iter for each in found.loop.generators[1:]]
        return _times(outer, inner)
    total = 0
    for site in found.sites:
        times = _times(outer, [each.iter for each in site.clauses if isinstance(each, ast.For)])
        if times is None:
            return None
        total += times
    return total


def _times(outer: int, inner: Sequence[ast.expr]) -> int | None:
    total = outer
    for each in inner:
        count = _length(each)
        if count is None:
            return None
        total *= count
    return total


def _length(node: ast.expr) -> int | None:
    match node:
        case ast.List(elts=elts) | ast.Tuple(elts=elts):
            return None if any(isinstance(each, ast.Starred) for each in elts) else len(elts)
        case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
            numbers = [
                each.value for each in args if isinstance(each, ast.Constant) and isinstance(each.value, int)
            ]
            return len(range(*numbers)) if numbers and len(numbers) == len(args) else None
        case _:
            return None
