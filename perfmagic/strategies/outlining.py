"""Gives compound statements a function of their own where a rewrite could overlap them: ``async with``, ``try``, loops.

    async with pool.acquire() as c:          async def get_rows():
        rows = await c.fetch(query)              async with pool.acquire() as c:
                                                     rows = await c.fetch(query)
                                                 return c, rows

                                             c, rows = await get_rows()

Source to source: the text is analysed again, and the ordinary strategies start the new operation where they can. Only the
functions that a plan then overlaps with something stay; a refusal is always about the user's own lines.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from perfmagic.analysis.analysis import Analysis
from perfmagic.analysis.blocks import Block
from perfmagic.analysis.critical_path import is_renamable
from perfmagic.analysis.edits import (
    INDENT,
    Changes,
    Insertion,
    apply,
    edits_of,
    indent_of,
    string_lines,
    to_source,
)
from perfmagic.model.options import Options
from perfmagic.model.plan import Edit, Plan, Refusal
from perfmagic.strategies.names import Names
from perfmagic.strategies.ordering import Ordering, ordering, rewritable_blocks
from perfmagic.strategies.outline_checks import Signature, signature
from perfmagic.strategies.separate_lines import is_long, with_separate_lines

Make = Callable[[Analysis, Options], Plan | Refusal]
Native = Callable[[Analysis, Block, int, Options], bool]
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A statement that becomes a function.

    Attributes
    ----------
    block
        The block that holds it.
    statement
        Its index there.
    at
        Index of the statement before which the function is defined: the earliest at which it could start.
    name
        The function's name.
    signature
        What goes in and out.
    """

    block: Block
    statement: int
    at: int
    name: str
    signature: Signature

    @property
    def node(self) -> ast.stmt:
        """The statement."""
        return self.block.statements[self.statement]


def with_outlines(
    make: Make, analysis: Analysis, options: Options, *, native: Native | None = None
) -> Plan | Refusal:
    """Return the plan in which most overlaps: that of the cell as it is, or that with compound statements as functions.

    Statements get lines of their own where that helps, too. ``native`` tells which statements the strategy overlaps as they are.
    """
    answer = with_separate_lines(make, analysis, options)
    unwanted = options.assume_independent or is_long(analysis)
    chosen = [] if unwanted else outlines(analysis, options, native)
    for _ in range(ROUNDS):
        if not chosen:
            return answer
        other = _outlined(analysis, chosen)
        plan = with_separate_lines(make, other, options) if other is not None else answer
        if not isinstance(plan, Plan) or other is None:
            return answer
        left = [each for each in chosen if not _is_in_place(plan, each.name)]
        if len(left) == len(chosen):
            return _finished(plan, chosen)
        chosen = left
    return answer


def outlines(analysis: Analysis, options: Options, native: Native | None = None) -> list[Outline]:
    """Return the statements whose waits could overlap with others of their block."""
    names = Names(analysis)
    return [
        each
        for block in rewritable_blocks(analysis, asynchronous=True)
        for each in _outlines_in(analysis, block, options, names)
        if native is None or not native(analysis, block, each.statement, options)
    ]


def _outlines_in(analysis: Analysis, block: Block, options: Options, names: Names) -> Iterator[Outline]:
    order = ordering(analysis, block, options)
    waiting = sorted({each.statement for each in order.operations} | order.waiting)
    if len(waiting) < 2:  # noqa: PLR2004 - two to overlap
        return
    before = _needed(order)
    for each in waiting:
        if all(before[other] >> each & 1 or before[each] >> other & 1 for other in waiting if other != each):
            continue
        found = signature(analysis, block, each)
        if found is not None:
            name = names.new(f"get_{found.results[-1] if found.results else 'done'}")
            needed = frozenset(other for other in waiting if before[each] >> other & 1)
            at = _position(each, needed, waiting)
            yield Outline(block=block, statement=each, at=at, name=name, signature=found)


def _needed(order: Ordering) -> Mapping[int, int]:
    """Return for each statement those that must end before it, directly or not, as bits."""
    steps: list[int] = []
    found: dict[int, int] = {}
    for step in order.steps:
        needed = 0
        for each in order.before.get(step.index, ()):
            if not is_renamable(each, order.steps):
                needed |= steps[each.earlier] | 1 << order.steps[each.earlier].statement
        steps.append(needed)
        found[step.statement] = found.get(step.statement, 0) | needed
    return {statement: needed & ~(1 << statement) for statement, needed in found.items()}


def _position(statement: int, needed: frozenset[int], waiting: list[int]) -> int:
    """Return the earliest place of the function: behind the waits that it needs, before another statement that waits."""
    first = max((each + 1 for each in needed if each in waiting), default=0)
    return min((each for each in waiting if first <= each <= statement), default=statement)


def _outlined(analysis: Analysis, chosen: list[Outline]) -> Analysis | None:
    text = analysis.cell.python if analysis.cell.python.endswith("\n") else f"{analysis.cell.python}\n"
    changes = Changes(
        edits=tuple(_call(each, text) for each in chosen),
        insertions=tuple(_definition(each, text, first) for first, each in _with_first(chosen)),
    )
    edits = edits_of(changes, text)
    source = to_source(analysis.cell, edits)
    if source is None:
        return None
    try:
        return analysis.rewritten(source, apply(text, edits))
    except SyntaxError:
        return None


def _with_first(chosen: list[Outline]) -> Iterator[tuple[bool, Outline]]:
    """Yield each outline with whether it is the first that is defined at its place."""
    seen: set[tuple[int, int]] = set()
    for each in chosen:
        yield (each.block.key, each.at) not in seen, each
        seen.add((each.block.key, each.at))


def _call(outline: Outline, text: str) -> Edit:
    node, found = outline.node, outline.signature
    value = f"await {outline.name}({', '.join(found.parameters)})"
    bound = f"{', '.join(found.results)} = {value}" if found.results else value
    return Edit(
        start=(node.lineno, 0),
        end=((node.end_lineno or node.lineno) + 1, 0),
        text=f"{indent_of(node, text)}{bound}\n",
    )


def _definition(outline: Outline, text: str, first: bool) -> Insertion:  # noqa: FBT001 - private
    node, found = outline.node, outline.signature
    place = outline.block.statements[outline.at]
    rows = [f"async def {outline.name}({', '.join(found.parameters)}):", *_body(node, text)]
    if found.results:
        rows.append(f"{INDENT}return {', '.join(found.results)}")
    follows = outline.at > 0
    return Insertion(
        line=place.lineno,
        side="before",
        lines=("", *rows, "") if first and follows else (*rows, ""),
        indent=indent_of(place, text),
    )


def _body(node: ast.stmt, text: str) -> Iterator[str]:
    """Yield the lines of a statement, one level in; lines inside strings stay as they are."""
    margin, kept = indent_of(node, text), string_lines(text)
    lines = text.split("\n")
    for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
        row = lines[number - 1]
        yield row if number in kept or not row.strip() else f"{INDENT}{row.removeprefix(margin)}"


def _is_in_place(plan: Plan, name: str) -> bool:
    """Whether a plan awaits the function where the statement stood: it has gained nothing by becoming one."""
    return re.search(rf"^[ \t]*(?:[\w, ]+ = )?await {name}\(", plan.source, re.MULTILINE) is not None


def _finished(plan: Plan, chosen: list[Outline]) -> Plan:
    helpers = {each.name for each in chosen}
    notes = [_note(each) for each in chosen if each.signature.partial]
    return replace(
        plan,
        assumptions=(*plan.assumptions, *dict.fromkeys(notes)),
        introduced=plan.introduced | helpers,
        redefined=plan.redefined - helpers,
    )


def _note(outline: Outline) -> str:
    first, last = outline.node.lineno, outline.node.end_lineno
    names = ", ".join(repr(each) for each in outline.signature.partial)
    return f"the statement on lines {first} to {last} does not fail: if it did, {names} would stay as before."
