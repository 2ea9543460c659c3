"""Which calls are no subject for another process, so that what they are given can be one."""

import ast

from perfmagic.analysis.analysis import Analysis
from perfmagic.strategies.process_code import is_cheap


def trivial_around_others(analysis: Analysis) -> tuple[ast.expr, ...]:
    """Return the calls that take next to no time themselves, and are given what another operation makes.

    Such as the constructor in ``Model(fit(data))``: the instance is made here, of what comes back.
    """
    calls = {id(each.node) for each in analysis.operations}
    return tuple(
        each.node
        for each in analysis.operations
        if _is_trivial(analysis, each.node)
        and any(id(inside) in calls for inside in ast.walk(each.node) if inside is not each.node)
    )


def _is_trivial(analysis: Analysis, node: ast.expr) -> bool:
    entered = analysis.effects.entered(node)
    plain = analysis.effects.callee(node).kind == "user" and not analysis.effects.own(node).barriers
    return plain and is_cheap(entered)
