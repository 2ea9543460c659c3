"""The records of a tree in one row, so that those of a node and all that runs with it are a slice of the row."""

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from perfmagic.analysis.machine import Record

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Executed:
    """Records in the order of the tree.

    Attributes
    ----------
    row
        The records.
    spans
        For each node, by its identity, where its records and those of all that runs with it begin and end in the row.
    """

    row: tuple[Record, ...]
    spans: Mapping[int, Span]

    def records_of(self, node: ast.AST, without: Collection[ast.AST] = ()) -> Iterator[Record]:
        """Yield the records of what runs when a node runs, except below some nodes; a node of no tree counts by its parts."""
        if id(node) not in self.spans:
            for each in ast.iter_child_nodes(node):
                yield from self.records_of(each, without)
            return
        at, end = self.spans[id(node)]
        for start, behind in sorted(self.spans.get(id(each), (0, 0)) for each in without):
            if at <= start < end:
                yield from self.row[at:start]
                at = behind
        yield from self.row[at:end]


def executed(tree: ast.AST, records: Mapping[int, Record]) -> Executed:
    """Return the records of a tree; the body of a function does not run where it is defined and has a place of its own."""
    row: list[Record] = []
    spans: dict[int, Span] = {}
    apart: list[ast.AST] = [tree]
    while apart:
        pending: list[ast.AST | Span] = [apart.pop()]
        while pending:
            each = pending.pop()
            if isinstance(each, tuple):
                spans[each[0]] = (each[1], len(row))
                continue
            pending.append((id(each), len(row)))
            record = records.get(id(each))
            if record is not None:
                row.append(record)
            here, later = _parts(each)
            pending.extend(here)
            apart.extend(later)
    return Executed(tuple(row), MappingProxyType(spans))


def _parts(node: ast.AST) -> tuple[Collection[ast.AST], Collection[ast.AST]]:
    """Return the nodes in a node that run with it, and those that do not."""
    parts = [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.expr_context)]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        here = [*node.decorator_list, node.args]
    elif isinstance(node, ast.Lambda):
        here = [node.args]
    else:
        return parts, ()
    return here, [each for each in parts if each not in here]
