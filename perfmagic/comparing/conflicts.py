"""Which operations of a cell stand behind a difference that a schedule brought about. Nothing here runs user code."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.dependences import Dependence, severity
from perfmagic.analysis.effects import Kind
from perfmagic.analysis.statements import COMPOUND, Operation
from perfmagic.model.verdict import Verdict
from perfmagic.runners.schedules_imposed import Start

_NAME = re.compile(r"[^\W\d]\w*")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

MOST_STARTS = 200
"""So many starts are looked at: every pair of them is."""

Pair = tuple[Start, Start]
"""Two starts, in the order of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """What is known of the cause of a difference.

    Attributes
    ----------
    operations
        For each start the operations that it runs, as far as they can be found again in the cell as written.
    pair
        Two starts that changed their order, ``None`` if none did.
    lines
        First and last line of the cell as written whose operations conflict, ``None`` if no operation is known.
    reason
        What the analysis says of them, ``None`` if it knows nothing.
    """

    operations: tuple[tuple[Operation, ...], ...]
    pair: Pair | None
    lines: tuple[int, int] | None
    reason: str | None = None


def conflict(
    analysis: Analysis, source: str, changed: frozenset[int], starts: Sequence[Start], verdict: Verdict
) -> Conflict:
    """Return the operations that conflict, as exactly as the analysis and the exchanged starts tell.

    Parameters
    ----------
    source, changed
        The changed cell, and which of its lines the cell as written has not.
    starts
        What was started, with the times at which each began and ended.
    verdict
        The difference.
    """
    starts = starts[:MOST_STARTS]
    operations = operations_of(analysis, source, changed, starts)
    exchanged = _exchanged(starts)
    known = _dependence(analysis, operations, exchanged, verdict)
    if known is not None:
        pair, dependence = known
        return Conflict(operations=operations, pair=pair, lines=dependence.lines, reason=dependence.reason)
    pairs = [pair for pair in exchanged if operations[pair[0].number] and operations[pair[1].number]]
    involved = [each for pair in pairs for start in pair for each in operations[start.number]]
    everything = [each for found in operations for each in found]
    pair = pairs[0] if pairs else next(iter(exchanged), None)
    return Conflict(operations=operations, pair=pair, lines=_span(involved or everything))


def _exchanged(starts: Sequence[Start]) -> list[Pair]:
    """Return the pairs that began in the reverse of their order in the text, whole exchanges first."""
    began = [each for each in starts if each.began_s is not None]
    found = [
        (first, second)
        for first, second in combinations(began, 2)
        if (first.began_s or 0.0) > (second.began_s or 0.0)
    ]
    return sorted(found, key=lambda pair: (pair[1].ended_s or 0.0) > (pair[0].began_s or 0.0))


def _dependence(
    analysis: Analysis, operations: Sequence[Sequence[Operation]], exchanged: Sequence[Pair], verdict: Verdict
) -> tuple[Pair | None, Dependence] | None:
    """Return a reason for keeping two started operations in order: one about what differs, if there is such a reason."""
    differing = _roots(verdict)
    found: list[tuple[tuple[bool, bool], tuple[int, bool, int], Pair | None, Dependence]] = []
    for dependence, keys in _between_operations(analysis):
        pair = next((each for each in exchanged if _joins(keys, operations, each)), None)
        elsewhere = dependence.label not in differing and _label(dependence) not in differing
        if pair is not None or (_started(keys, operations) and not (elsewhere and exchanged)):
            found.append(((elsewhere, pair is None), severity(dependence), pair, dependence))
    best = min(found, key=lambda each: each[:2], default=None)
    return None if best is None else (best[2], best[3])


def _between_operations(analysis: Analysis) -> Iterator[tuple[Dependence, tuple[int, int]]]:
    for each in analysis.dependences:
        steps = analysis.steps[each.block]
        earlier, later = steps[each.earlier].operation, steps[each.later].operation
        if earlier is not None and later is not None and each.kind != "control":
            yield each, (earlier.key, later.key)


def _joins(keys: tuple[int, int], operations: Sequence[Sequence[Operation]], pair: Pair) -> bool:
    first, second = ({each.key for each in operations[start.number]} for start in pair)
    return keys[0] in first and keys[1] in second


def _started(keys: tuple[int, int], operations: Sequence[Sequence[Operation]]) -> bool:
    """Tell whether at least one of two operations was started apart from the other."""
    return any(
        (keys[0] in each) != (keys[1] in each)
        for each in ({one.key for one in found} for found in operations)
    )


def _label(dependence: Dependence) -> str:
    location = dependence.location
    return "stdout" if location is not None and location.kind is Kind.STDOUT else ""


def _roots(verdict: Verdict) -> set[str]:
    """Return what differs, by the first name of each path; a label of the analysis may also be a whole path."""
    found: set[str] = set()
    for each in verdict.differences:
        name = _NAME.match(each.path)
        found.update({each.path, *([name[0]] if name else [])})
    return found


def _span(operations: Sequence[Operation]) -> tuple[int, int] | None:
    if not operations:
        return None
    return min(each.lines[0] for each in operations), max(each.lines[1] for each in operations)


def operations_of(
    analysis: Analysis, source: str, changed: frozenset[int], starts: Sequence[Start]
) -> tuple[tuple[Operation, ...], ...]:
    """Return the operations of the cell as written that each start runs, as far as they can be found again."""
    statements = _statements(source)
    found: list[tuple[Operation, ...]] = []
    for start in starts:
        if start.body in changed:  # a function that only the changed cell has
            helpers = (
                each for each in statements if isinstance(each, _DEFINITIONS) and each.lineno == start.body
            )
            found.append(_inside(helpers, analysis.operations))
            continue
        there = _inside((each for each in statements if _holds(each, start.line)), analysis.operations)
        rivals = [
            each for each in starts if each.label == start.label and (each.line == start.line or not there)
        ]
        found.append(_named(there or analysis.operations, start, rivals))
    return tuple(found)


def _statements(source: str) -> tuple[ast.stmt, ...]:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        tree = compile(source, "<changed cell>", "exec", flags, dont_inherit=True)
    except SyntaxError:  # IPython's own syntax stands somewhere in it
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.stmt))


def _holds(statement: ast.stmt, line: int) -> bool:
    return not isinstance(statement, COMPOUND) and statement.lineno <= line <= (statement.end_lineno or 0)


def _inside(statements: Iterable[ast.stmt], operations: Sequence[Operation]) -> tuple[Operation, ...]:
    texts = {ast.dump(node) for statement in statements for node in ast.walk(statement)}
    return tuple(each for each in operations if ast.dump(each.expression) in texts)


def _named(operations: Sequence[Operation], start: Start, rivals: Sequence[Start]) -> tuple[Operation, ...]:
    """Return the operations that call the function of a start; the one whose turn it is, if there are as many starts."""
    name = start.label.rpartition(".")[2]
    same = [each for each in operations if _callee(each) == name]
    return (same[rivals.index(start)],) if len(same) == len(rivals) else tuple(same)


def _callee(operation: Operation) -> str:
    function = (
        operation.expression.func if isinstance(operation.expression, ast.Call) else operation.expression
    )
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
