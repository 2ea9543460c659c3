"""Gives each statement a line of its own where a rewrite needs it: ``a = await f(); b = await g()``."""

from collections.abc import Callable, Iterator

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.edits import apply, indent_of, starts_line, to_source
from perfmagic.model.options import Options
from perfmagic.model.plan import Edit, Plan, Refusal

MOST_STATEMENTS = 600
"""Statements of a cell that is also tried in another form."""


def with_separate_lines(
    make: Callable[[Analysis, Options], Plan | Refusal], analysis: Analysis, options: Options
) -> Plan | Refusal:
    """Return the plan for the cell as it is, or else with one statement a line; a refusal names the user's lines."""
    answer = make(analysis, options)
    if isinstance(answer, Plan) or options.assume_independent or is_long(analysis):
        return answer
    other = _separated(analysis)
    second = make(other, options) if other is not None else answer
    return second if isinstance(second, Plan) else answer


def is_long(analysis: Analysis) -> bool:
    """Whether a cell has so many statements that it is read once, and in no other form."""
    return sum(len(each.statements) for each in analysis.blocks) > MOST_STATEMENTS


def _separated(analysis: Analysis) -> Analysis | None:
    edits = tuple(_breaks(analysis))
    text = analysis.cell.python if analysis.cell.python.endswith("\n") else f"{analysis.cell.python}\n"
    source = to_source(analysis.cell, edits) if edits else None
    if source is None:
        return None
    return analysis.rewritten(source, apply(text, edits))


def _breaks(analysis: Analysis) -> Iterator[Edit]:
    """Yield the edits that put a line end where two statements of a block share a line."""
    text = analysis.cell.python
    holding = {each.block for each in analysis.operations}
    for block in analysis.blocks:
        if block.key not in holding or not starts_line(block.statements[0], text):
            continue
        for first, second in zip(block.statements, block.statements[1:], strict=False):
            if first.end_lineno == second.lineno and first.end_col_offset is not None:
                yield Edit(
                    start=(second.lineno, first.end_col_offset),
                    end=(second.lineno, second.col_offset),
                    text=f"\n{indent_of(block.statements[0], text)}",
                )
