"""Rewrites loops: all operations begin, then the loop as it was runs over what they give.

What the strategies share: the function of one iteration, the iterable that is gone through twice, the header of the second pass.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from perfmagic.analysis.blocks import Block
from perfmagic.analysis.edits import INDENT, between, replace, segment, string_lines
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loops import FanOut, loops_of
from perfmagic.analysis.parentheses import after_parentheses, argument, before_parentheses, target
from perfmagic.analysis.statements import Operation
from perfmagic.model.plan import Edit
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.names import stem
from perfmagic.strategies.start_early import is_safe

PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterate:
    """How one loop is written: the call for one item, and the two passes over the items.

    Attributes
    ----------
    call
        The operation for one item, to be started.
    helper
        Lines that define the function that ``call`` calls, if it has one.
    function
        That function, or the user's own if it takes the item alone; ``None`` if neither.
    target
        The loop's target, as it can stand beside another one.
    each
        The loop's target as it was.
    items
        The iterable, as it may be written twice.
    setup
        Lines that evaluate the iterable once.
    results
        For each of the last statement's operations the name of its result.
    value
        What one item gives: the results, behind the temporaries.
    """

    call: str
    helper: tuple[str, ...]
    function: str | None
    target: str
    each: str
    items: str
    setup: tuple[str, ...]
    results: tuple[str, ...]
    value: str


class LoopStyle(Protocol):
    """How a strategy writes a loop."""

    definition: str
    waits: bool

    def body(self, expression: ast.expr) -> str:
        """Return the expression that does an operation inside a helper."""
        ...

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """Write a ``for`` loop."""
        ...

    def write_comprehension(self, fan: FanOut, loop: ast.expr, parts: Iterate, *, exact: bool) -> None:
        """Write a comprehension; ``exact`` if its element is the operation itself."""
        ...


def rewrite_loops(draft: Draft, block: Block, style: LoopStyle, done: set[int]) -> bool:
    """Rewrite every loop of a block whose iterations are independent; whether there was one. Their bodies join ``done``."""
    changed = False
    for found in loops_of(draft.analysis, block, draft.options.assume_independent):
        if isinstance(found, Obstacle):
            draft.refuse(found.cause, found.reason, found.lines, found.hint)
        elif _is_worth(found) and draft.alone([found.statement, *_body(found)]):
            _rewrite(draft, found, style)
            draft.overlapped.extend(found.operations)
            done.update(each.key for each in draft.analysis.blocks if each.owner is found.statement)
            draft.notes.extend(f"assumed independent, as told: {each.reason}." for each in found.waived)
            if _may_not_unpack(found):
                draft.notes.append(
                    f"every item of the loop on line {found.loop.lineno} unpacks into its targets."
                )
            changed = True
    return changed


def _may_not_unpack(fan: FanOut) -> bool:
    """Whether an item may fail to unpack, which the loop as written would only find out in its turn."""
    wanted = _target_of(fan)
    if isinstance(wanted, ast.Name):
        return False
    flat = isinstance(wanted, ast.Tuple | ast.List) and all(
        isinstance(each, ast.Name) for each in wanted.elts
    )
    call = fan.iteration.expression
    if not (flat and isinstance(call, ast.Call)) or not isinstance(wanted, ast.Tuple | ast.List):
        return True
    match call.func:
        case ast.Name(id="enumerate"):
            return len(wanted.elts) != PAIR
        case ast.Name(id="zip"):
            return len(wanted.elts) != len(call.args) or any(
                isinstance(each, ast.Starred) for each in call.args
            )
        case ast.Attribute(attr="items"):
            return len(wanted.elts) != PAIR
        case _:
            return True


def _is_worth(fan: FanOut) -> bool:
    return fan.iteration.count is None or fan.iteration.count > 1 or _levels(fan) > 1


def _levels(fan: FanOut) -> int:
    return 1 if isinstance(fan.loop, ast.For) else len(fan.loop.generators)


def _body(fan: FanOut) -> list[ast.stmt]:
    return list(fan.loop.body) if isinstance(fan.loop, ast.For) else []


def _rewrite(draft: Draft, fan: FanOut, style: LoopStyle) -> None:
    parts = _iterate(draft, fan, style)
    if isinstance(fan.loop, ast.For):
        style.write_for(fan, fan.loop, parts)
    else:
        style.write_comprehension(fan, fan.loop, parts, exact=_is_exact(fan))


def _is_exact(fan: FanOut) -> bool:
    return not isinstance(fan.loop, ast.For | ast.DictComp) and fan.loop.elt is fan.operations[0].node


def outermost(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations that stand in no other one."""
    return [
        each
        for each in operations
        if not any(
            other is not each and any(node is each.node for node in ast.walk(other.node))
            for other in operations
        )
    ]


def last_operations(fan: FanOut) -> list[Operation]:
    """Return the outermost operations of the loop's last statement with one."""
    if fan.last is None:
        return list(fan.operations)
    inside = {id(node) for node in ast.walk(fan.last)}
    return outermost([each for each in fan.operations if id(each.node) in inside])


def _iterate(draft: Draft, fan: FanOut, style: LoopStyle) -> Iterate:
    last = last_operations(fan)
    limited = style.waits and _may_exceed(fan, draft.options.limit)
    simple = fan.simple and is_safe(last[0].expression) and not limited
    results = tuple(
        draft.names.new("result" if fan.simple else f"{stem(each.label)}_result") for each in last
    )
    items, setup = _items(draft, fan)
    helper: tuple[str, ...] = ()
    call = argument(last[0].expression, segment(draft.text, last[0].expression))
    function = _own_function(draft, fan, last[0])
    if not simple:
        function = draft.names.new(f"get_{stem(last[-1].label).removeprefix('get_')}")
        call = f"{function}({', '.join(fan.targets)})"
        helper = tuple(_helper(draft, fan, style, function, last, limited=limited))
        draft.bounded = draft.bounded or limited
        if len(fan.targets) != 1:
            function = None
    return Iterate(
        call=call,
        helper=helper,
        function=function,
        target=target(_target_of(fan), draft.text),
        each=segment(draft.text, _target_of(fan)),
        items=items,
        setup=setup,
        results=results,
        value=results[0] if fan.simple else f"({', '.join((*fan.temporaries, *results))})",
    )


def _may_exceed(fan: FanOut, limit: int) -> bool:
    return fan.iteration.count is None or _levels(fan) > 1 or fan.iteration.count > limit


def _own_function(draft: Draft, fan: FanOut, operation: Operation) -> str | None:
    """Return the user's function if the operation calls it with the item alone."""
    call = operation.expression
    if (
        isinstance(call, ast.Call)
        and len(call.args) == 1
        and not call.keywords
        and fan.simple
        and len(fan.targets) == 1
    ):
        only = call.args[0]
        if isinstance(only, ast.Name) and only.id == fan.targets[0]:
            return segment(draft.text, call.func)
    return None


def _target_of(fan: FanOut) -> ast.expr:
    return fan.loop.target if isinstance(fan.loop, ast.For) else fan.loop.generators[0].target


def _items(draft: Draft, fan: FanOut) -> tuple[str, tuple[str, ...]]:
    """Return the iterable as it may be written twice, and the lines that make that possible."""
    text = segment(draft.text, fan.iteration.expression)
    twice = isinstance(fan.loop, ast.For) or not _is_exact(fan)
    if fan.iteration.reuse == "as is" or not twice:
        return text, ()
    name = draft.names.new("items")
    return name, (f"{name} = {text if fan.iteration.reuse == 'name it' else f'list({text})'}",)


def _helper(
    draft: Draft, fan: FanOut, style: LoopStyle, name: str, last: Sequence[Operation], *, limited: bool
) -> list[str]:
    """Return the function that does what one iteration does up to its last operation."""
    values = [*fan.temporaries, *(style.body(each.expression) for each in last)]
    rows = [*_head(draft, fan), f"return {', '.join(values)}"]
    lines: list[str] = []
    if limited:
        limit = draft.names.new("limit")
        lines = [f"{limit} = asyncio.Semaphore({draft.options.limit})"]
        rows = [f"async with {limit}:", *_indented(rows)]
    return [*lines, "", f"{style.definition} {name}({', '.join(fan.targets)}):", *_indented(rows), ""]


def _indented(rows: Sequence[str]) -> list[str]:
    text = "\n".join(rows)
    kept = string_lines(text)
    return [
        row if number in kept or not row else f"{INDENT}{row}"
        for number, row in enumerate(text.split("\n"), start=1)
    ]


def _head(draft: Draft, fan: FanOut) -> list[str]:
    """Return the lines of the head, comments included, without their indentation."""
    if not fan.head or fan.last is None:
        return []
    first, end = fan.head[0].lineno, fan.last.lineno
    kept = string_lines(draft.text)
    margin = " " * fan.head[0].col_offset
    rows = draft.text.split("\n")[first - 1 : end - 1]
    return [
        row if number in kept else row.removeprefix(margin) for number, row in enumerate(rows, start=first)
    ]


def without_head(fan: FanOut) -> list[Edit]:
    """Return the edit that takes the head out of the loop."""
    if not fan.head or fan.last is None:
        return []
    return [Edit(start=(fan.head[0].lineno, 0), end=(fan.last.lineno, 0), text="")]


def header(loop: ast.For | ast.comprehension, targets: str, items: str, text: str) -> Edit:
    """Return the edit that makes a loop go over the items together with their results."""
    start = before_parentheses((loop.target.lineno, loop.target.col_offset), text)
    end = (loop.iter.end_lineno or loop.iter.lineno, loop.iter.end_col_offset or loop.iter.col_offset)
    return Edit(start=start, end=after_parentheses(end, text), text=f"{targets} in {items}")


def results_taken(fan: FanOut, results: Sequence[str]) -> list[Edit]:
    """Return the edits that put results in the place of the last operations."""
    return [replace(each.node, name) for each, name in zip(last_operations(fan), results, strict=True)]


def generators(loop: ast.ListComp | ast.SetComp | ast.DictComp, text: str) -> str:
    """Return the text of a comprehension from its first ``for`` on."""
    element = loop.value if isinstance(loop, ast.DictComp) else loop.elt
    start = (element.end_lineno or element.lineno, element.end_col_offset or element.col_offset)
    end = (loop.end_lineno or loop.lineno, (loop.end_col_offset or 1) - 1)
    inside = between(text, after_parentheses(start, text), end).lstrip()
    return inside if "#" in inside else inside.rstrip()
