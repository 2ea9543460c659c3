"""Which loops may run their operations side by side, in which form, and what stands in the way of the others."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.loop_checks import Around, Obstacle, more_telling
from perfmagic.analysis.loop_forms import FanOut, InPlace, LoopForm
from perfmagic.analysis.loops_in_expressions import loops_in_expressions
from perfmagic.analysis.loops_in_place import in_place
from perfmagic.analysis.loops_outlined import outlined
from perfmagic.analysis.loops_piped import piped
from perfmagic.analysis.statements import DEFINITIONS, Operation, lines_of
from perfmagic.analysis.timing import measured
from perfmagic.model.options import Options


def loops_of(analysis: Analysis, block: Block, options: Options) -> Iterator[LoopForm | Obstacle]:
    """Yield a result for each loop with operations whose statement stands in the block."""
    for position, statement in enumerate(block.statements):
        timed = measured(analysis, block, position)
        if timed is not None:
            if _operations_in(analysis, [statement]):
                yield timed
        elif isinstance(statement, ast.For | ast.AsyncFor):
            around = Around(
                analysis=analysis,
                block=block,
                loop=statement,
                operations=_operations_in(analysis, statement.body),
                options=options,
            )
            if around.operations or _enters(statement.body):
                yield _for_loop(around)
        elif not isinstance(statement, DEFINITIONS):
            yield from loops_in_expressions(analysis, block, statement, options)


def _operations_in(analysis: Analysis, body: Sequence[ast.stmt]) -> tuple[Operation, ...]:
    inside = {id(each) for statement in body for each in ast.walk(statement)}
    return tuple(each for each in analysis.operations if id(each.node) in inside)


def _enters(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(each, ast.AsyncWith) for statement in body for each in ast.walk(statement))


def _for_loop(around: Around) -> LoopForm | Obstacle:
    obstacle = _header(around)
    if obstacle is not None:
        return obstacle
    if isinstance(around.loop, ast.AsyncFor):
        return piped(around)
    whole = outlined(around)
    if isinstance(whole, FanOut) and whole.simple:
        return whole
    stays = in_place(around) if around.operations else whole
    if isinstance(stays, InPlace):
        if stays.chained and isinstance(whole, FanOut) and not whole.unbound:
            return whole
        return replace(stays, otherwise=whole if isinstance(whole, FanOut) else None)
    if isinstance(whole, FanOut) or not isinstance(stays, Obstacle):
        return whole
    return more_telling(whole, stays)


def _header(around: Around) -> Obstacle | None:
    loop = around.loop
    plain = all(
        isinstance(each, ast.Name | ast.Tuple | ast.List | ast.Starred | ast.expr_context)
        for each in ast.walk(loop.target)
    )
    if plain:
        return None
    reason = f"the loop on line {loop.lineno} stores its items into an object"
    return Obstacle(cause="loop", reason=reason, lines=lines_of(loop))
