"""``async for`` loops as pipelines: the iterator stays as it is and runs ahead of the loop, which takes results in order.

Legal if going on with the iterator has nothing to do with what the loop does, and nobody can see how far it has got.
"""

import ast

from perfmagic.analysis.bound_names import bound_names, read_names
from perfmagic.analysis.loop_checks import Around, Obstacle, more_telling
from perfmagic.analysis.loop_forms import FanOut, InPlace
from perfmagic.analysis.loops_in_place import in_place
from perfmagic.analysis.loops_outlined import outlined
from perfmagic.analysis.statements import lines_of


def piped(around: Around) -> FanOut | InPlace | Obstacle:
    """Return the loop with operations that begin while it iterates, or why that would change something."""
    loop = around.loop
    obstacle = _iterator(loop)
    if obstacle is not None:
        return obstacle
    whole = outlined(around)
    if isinstance(whole, FanOut) and whole.simple:
        return whole
    stays = in_place(around) if around.operations else whole
    if isinstance(stays, InPlace) and stays.paired and len(stays.sites) == 1:
        return stays
    return (
        more_telling(whole, stays) if isinstance(whole, Obstacle) and isinstance(stays, Obstacle) else whole
    )


def _iterator(loop: ast.For | ast.AsyncFor) -> Obstacle | None:
    line, lines = loop.iter.lineno, lines_of(loop.iter)
    if not isinstance(loop.iter, ast.Call):
        reason = f"how far line {line} has iterated can be seen after the loop"
        return Obstacle(
            cause="loop", reason=reason, lines=lines, hint="make the iterator where the loop begins"
        )
    if any(isinstance(each, ast.Await | ast.NamedExpr) for each in ast.walk(loop.iter)):
        reason = f"line {line} does more than make the iterator"
        return Obstacle(
            cause="loop", reason=reason, lines=lines, hint="make the iterator on a line of its own"
        )
    both = read_names([loop.iter]) & frozenset(bound_names([loop.target]))
    if both:
        reason = f"line {line} iterates over what it makes of {min(both)!r}, which the loop sets"
        return Obstacle(cause="loop", reason=reason, lines=lines)
    return None
