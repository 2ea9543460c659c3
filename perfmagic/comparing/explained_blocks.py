"""The blocks of a cell as people look at them: statements with their levels, and the dependences between them."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.critical_path import is_renamable
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loops import loops_of
from perfmagic.analysis.statements import COMPOUND, DEFINITIONS, lines_of
from perfmagic.analysis.steps import Step
from perfmagic.comparing.explained_links import links
from perfmagic.comparing.shown_code import head_of, line_of
from perfmagic.model.explanation import ExplainedBlock, Loop, Piece, Role
from perfmagic.model.options import Options
from perfmagic.strategies.ordering import Ordering, operation_of, ordering, rewritable_blocks


def explained_blocks(analysis: Analysis, options: Options) -> tuple[ExplainedBlock, ...]:
    """Return the cell itself, and every block inside it with operations at any depth, in program order."""
    holding = _holding(analysis)
    run = {each.key for each in rewritable_blocks(analysis, asynchronous=False)}
    shown = [each for each in analysis.blocks if each.key == 0 or each.key in holding]
    shown.sort(key=lambda each: each.statements[0].lineno if each.key else 0)
    return tuple(_explained(analysis, each, holding, run, options) for each in shown)


def _holding(analysis: Analysis) -> frozenset[int]:
    """Return the blocks that hold an operation, directly or further in."""
    found: set[int] = set()
    for operation in analysis.operations:
        key: int | None = operation.block
        while key is not None and key not in found:
            found.add(key)
            key = analysis.blocks[key].parent
    return frozenset(found)


def _explained(
    analysis: Analysis, block: Block, holding: frozenset[int], run: set[int], options: Options
) -> ExplainedBlock:
    order = ordering(analysis, block, options)
    split = _split(analysis, order, holding)
    levels = _levels(order, split.waiting)
    pieces = tuple(
        replace(each, level=levels[step]) for each, step in zip(split.pieces, split.main, strict=True)
    )
    return ExplainedBlock(
        title=_title(analysis, block),
        depth=_depth(analysis, block),
        repeated=block.kind in {"for", "while"},
        pieces=pieces,
        links=links(analysis.dependences_in(block.key), order, split.piece_of),
        loops=tuple(_loops(analysis, block, options)),
        notes=tuple(_notes(block, run)),
    )


@dataclass(frozen=True, slots=True)
class _Split:
    """The pieces of a block (levels still open), their main steps, the piece of each step, and the steps that wait."""

    pieces: tuple[Piece, ...]
    main: tuple[int, ...]
    piece_of: Mapping[int, int]
    waiting: frozenset[int]


def _split(analysis: Analysis, order: Ordering, holding: frozenset[int]) -> _Split:
    pieces: list[Piece] = []
    main: list[int] = []
    piece_of: dict[int, int] = {}
    waiting: set[int] = set()
    for position, statement in enumerate(order.block.statements):
        steps = [each for each in order.steps if each.statement == position]
        role = _role(analysis, order.block, position, holding)
        for members, first, code in _groups(analysis, statement, steps, role):
            is_operation = first.role == "operation"
            piece_of.update((each.index, len(pieces)) for each in members)
            main.append(first.index)
            lines = first.lines if is_operation else lines_of(statement)
            pieces.append(Piece(lines=lines, code=code, role="operation" if is_operation else role, level=0))
            if pieces[-1].waits:
                waiting.add(first.index)
    return _Split(tuple(pieces), tuple(main), piece_of, frozenset(waiting))


def _groups(
    analysis: Analysis, statement: ast.stmt, steps: Sequence[Step], role: Role
) -> Iterator[tuple[list[Step], Step, str]]:
    """Yield the steps that are one piece, the step that counts among them, and their code."""
    operations = [each for each in steps if each.role == "operation"]
    if not operations or (
        len(operations) == 1 and role == "statement" and not isinstance(statement, COMPOUND)
    ):
        yield list(steps), (operations or steps)[-1], head_of(analysis, statement)
        return
    leads, rest = [each for each in steps if each.role == "lead"], steps[-1]
    for each in operations:
        node = operation_of(each).node
        if role == "statement" and getattr(statement, "value", None) is node:
            yield [*leads, each, rest], each, head_of(analysis, statement)
            return
        yield [*leads, each], each, line_of(analysis, node)
        leads = []
    yield [rest], rest, head_of(analysis, statement)


def _role(analysis: Analysis, block: Block, position: int, holding: frozenset[int]) -> Role:
    """Return what a statement is beside the operations that it surely does."""
    statement = block.statements[position]
    inside = (each for each in analysis.blocks if each.parent == block.key and each.position == position)
    if any(each.key in holding for each in inside) and not isinstance(statement, DEFINITIONS):
        return "block"
    conditional = any(
        each.conditional and each.block == block.key and each.statement == position
        for each in analysis.operations
    )
    return "operation" if conditional else "statement"


def _levels(order: Ordering, waiting: frozenset[int]) -> list[int]:
    """Return for each step the level of operations that it stands in, or needs last."""
    levels: list[int] = []
    for step in order.steps:
        before = (
            levels[each.earlier]
            for each in order.before.get(step.index, ())
            if not is_renamable(each, order.steps)
        )
        levels.append(max(before, default=0) + (step.index in waiting))
    return levels


def _depth(analysis: Analysis, block: Block) -> int:
    depth = 0
    while block.parent is not None:
        block = analysis.blocks[block.parent]
        depth += 1
    return depth


def _title(analysis: Analysis, block: Block) -> str:
    """Return the head of the block, with its line."""
    owner = block.owner
    if isinstance(owner, ast.Module):
        return "the cell"
    first = block.statements[0]
    if isinstance(owner, ast.match_case):
        return f"a case (line {first.lineno})"
    line = owner.lineno
    if first in getattr(owner, "orelse", ()):
        return f"else of line {line}"
    if first in getattr(owner, "finalbody", ()):
        return f"finally of line {line}"
    return f"{head_of(analysis, owner).removesuffix(':')} (line {line})"


def _notes(block: Block, run: set[int]) -> Iterator[str]:
    if block.kind == "function" and block.key not in run:
        yield "it stays as it is: the cell does not call it itself, or not in a way that can be followed"


def _loops(analysis: Analysis, block: Block, options: Options) -> Iterator[Loop]:
    for statement in block.statements:
        alone = replace(block, statements=(statement,))
        for found in loops_of(analysis, alone, options):
            blocked = isinstance(found, Obstacle)
            reason = found.reason if isinstance(found, Obstacle) else None
            yield Loop(line=statement.lineno, independent=not blocked, reason=reason)
