"""explain: what is known about a cell, and what each strategy would do with it. Nothing here runs user code."""

from collections.abc import Mapping

from perfmagic.analysis.analysis import Analysis, analyse
from perfmagic.analysis.assumptions import unknown_lines
from perfmagic.comparing.asking import Strategy, ask
from perfmagic.comparing.explained_blocks import explained_blocks
from perfmagic.errors import UsageError
from perfmagic.model.cell import Cell
from perfmagic.model.explanation import Answer, Explanation, Obstruction
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan


def explain(
    cell: Cell,
    namespace: Mapping[str, object],
    strategies: Mapping[str, Strategy],
    options: Options,
    *,
    magic: str = "concurrent",
) -> Explanation:
    """Return the statements of a cell, what keeps them in order, and what the strategies would make of it.

    Parameters
    ----------
    namespace
        The live objects that the cell's names refer to.
    options
        What the user told us to assume counts here as it does when the cell runs.

    Raises
    ------
    SyntaxError
        If the cell is not Python, with the user's line.
    UsageError
        If an option names lines that the cell has not.
    """
    wrong = unknown_lines(cell, options)
    if wrong is not None:
        raise UsageError(wrong)
    analysis = analyse(cell, namespace)
    return Explanation(
        magic=magic,
        cell=cell,
        blocks=explained_blocks(analysis, options),
        answers=tuple(_answer(name, each, analysis, options) for name, each in strategies.items()),
        obstructions=tuple(
            Obstruction(line=each.line, reason=each.reason) for each in analysis.effects.hazards
        ),
    )


def _answer(name: str, strategy: Strategy, analysis: Analysis, options: Options) -> Answer:
    found = ask(name, strategy, analysis, options)
    if isinstance(found, Plan):
        return Answer(strategy=name, source=found.source, assumptions=found.assumptions)
    return Answer(strategy=name, kind=found.kind, reason=found.reason, lines=found.lines, hint=found.hint)
