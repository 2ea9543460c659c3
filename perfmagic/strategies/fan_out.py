"""Rewrites loops: all operations begin, then the loop as it was runs over what they give.

What the strategies share: the function of one iteration, the iterable that is gone through twice, the header of the second pass.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from perfmagic.analysis.blocks import Block
from perfmagic.analysis.edits import segment
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import Comprehension, FanOut, InPlace, LoopForm, outermost
from perfmagic.analysis.loops import loops_of
from perfmagic.analysis.parentheses import argument, returned, target, without_margin
from perfmagic.analysis.statements import Operation
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.loop_assumptions import loop_notes
from perfmagic.strategies.loop_limits import limit_of, may_exceed
from perfmagic.strategies.loop_lines import depth_of, head_lines, indented
from perfmagic.strategies.loop_sites import Begun, Words, begun
from perfmagic.strategies.names import stem
from perfmagic.strategies.start_early import is_safe

Pairing = Literal["itself", "beside its item", "in order"]
"""Where a comprehension takes its results: they are its elements; each stands beside its item; or they come in turn."""


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
    values
        Names for what one item gives: the temporaries, then the results.
    """

    call: str
    helper: tuple[str, ...]
    function: str | None
    target: str
    each: str
    items: str
    setup: tuple[str, ...]
    results: tuple[str, ...]
    values: tuple[str, ...]


class LoopStyle(Protocol):
    """How a strategy writes a loop."""

    definition: str
    waits: bool
    words: Words

    def body(self, expression: ast.expr) -> str:
        """Return the expression that does an operation inside a helper."""
        ...

    def chosen(self, found: LoopForm) -> LoopForm | Obstacle | None:
        """Return the form in which the strategy writes a loop, or why it cannot; ``None`` if that is noted."""
        ...

    def write_for(self, fan: FanOut, loop: ast.For, parts: Iterate) -> None:
        """Write a ``for`` loop whose iterations are functions."""
        ...

    def write_comprehension(self, fan: FanOut, loop: Comprehension, parts: Iterate, pairing: Pairing) -> None:
        """Write a comprehension."""
        ...

    def write_in_place(self, found: InPlace, parts: Begun) -> None:
        """Write a loop that stays as it is."""
        ...

    def write_pipeline(self, found: LoopForm, loop: ast.AsyncFor, parts: Iterate) -> None:
        """Write an ``async for`` loop."""
        ...


def rewrite_loops(draft: Draft, block: Block, style: LoopStyle, done: set[int]) -> bool:
    """Rewrite every loop of a block whose iterations are independent; whether there was one. Their bodies join ``done``."""
    changed = False
    for each in loops_of(draft.analysis, block, draft.options):
        found = each if isinstance(each, Obstacle) else style.chosen(each)
        if isinstance(found, Obstacle):
            draft.refuse(found.cause, found.reason, found.lines, found.hint)
        elif found is not None and _is_worth(found) and draft.alone(_lines_of_its_own(found)):
            _rewrite(draft, found, style)
            draft.overlapped.extend(found.operations)
            done.update(inner.key for inner in draft.analysis.blocks if inner.owner is found.statement)
            draft.notes.extend(loop_notes(draft.analysis, found))
            changed = True
    return changed


def _is_worth(found: LoopForm) -> bool:
    if isinstance(found.loop, ast.AsyncFor):
        return True
    count = found.iteration.count
    return count is None or count > 1 or _repeats(found)


def _repeats(found: FanOut | InPlace) -> bool:
    """Whether one item may hold more than one operation that overlaps with others."""
    if isinstance(found, InPlace):
        clauses = [each for site in found.sites for each in site.clauses]
        return len(found.sites) > 1 or any(isinstance(each, ast.For) for each in clauses)
    return not isinstance(found.loop, ast.For | ast.AsyncFor) and len(found.loop.generators) > 1


def _lines_of_its_own(found: LoopForm) -> list[ast.stmt]:
    """Return the statements that must share their lines with no other one."""
    if isinstance(found, FanOut) and isinstance(found.loop, ast.For | ast.AsyncFor) and not found.simple:
        inner = [part for each in found.around for part in each.body]
        guarded = [] if found.guard is None else found.guard.body
        return [found.statement, *found.loop.body, *guarded, *inner]
    return [found.statement]


def _rewrite(draft: Draft, found: LoopForm, style: LoopStyle) -> None:
    loop = found.loop
    if isinstance(loop, ast.AsyncFor):
        fan = found if isinstance(found, FanOut) else _of_one(found)
        style.write_pipeline(found, loop, _iterate(draft, fan, style))
    elif isinstance(found, InPlace):
        style.write_in_place(found, begun(draft, found, style))
    elif isinstance(loop, ast.For):
        style.write_for(found, loop, _iterate(draft, found, style))
    else:
        style.write_comprehension(found, loop, _iterate(draft, found, style), pairing_of(found))


def _of_one(found: InPlace) -> FanOut:
    """Return a loop with one operation in the form that has nothing else in its function but what names its arguments."""
    site = found.sites[0]
    return FanOut(
        block=found.block,
        statement=found.statement,
        loop=found.loop,
        targets=site.inputs,
        iteration=found.iteration,
        head=(),
        last=None,
        operations=(site.operation,),
        temporaries=(),
    )


def pairing_of(fan: FanOut) -> Pairing:
    """Return where a comprehension takes its results."""
    loop = fan.loop
    assert not isinstance(loop, ast.For | ast.AsyncFor)
    if not isinstance(loop, ast.DictComp) and fan.element is loop.elt:
        return "itself"
    tests = [test for each in loop.generators for test in each.ifs]
    in_test = any(node is fan.element for test in tests for node in ast.walk(test))
    return "beside its item" if len(loop.generators) == 1 and (in_test or not tests) else "in order"


def last_operations(fan: FanOut) -> list[Operation]:
    """Return the outermost operations of the loop's last statement with one."""
    if fan.element is not None:
        return list(fan.operations) if fan.simple else []
    if not fan.head:
        return outermost(fan.operations)
    inside = set[int]() if fan.last is None else {id(node) for node in ast.walk(fan.last)}
    return outermost([each for each in fan.operations if id(each.node) in inside])


def _iterate(draft: Draft, fan: FanOut, style: LoopStyle) -> Iterate:
    last = last_operations(fan)
    most = limit_of(draft, fan.operations)
    limited = style.waits and not isinstance(fan.loop, ast.AsyncFor) and may_exceed(fan, most)
    simple = fan.simple and is_safe(last[0].expression) and not limited
    results = tuple(
        draft.names.new("result" if fan.simple else f"{stem(each.label)}_result") for each in last
    )
    if fan.element is not None and not fan.simple:
        results = (draft.names.new("result"),)
    items, setup = _items(draft, fan)
    helper: tuple[str, ...] = ()
    call = _moved(draft, last[0].expression) if last else ""
    function = _own_function(draft, fan, last[0]) if last else None
    if not simple:
        function = draft.names.new(f"get_{_word(fan, last)}")
        call = f"{function}({', '.join(fan.targets)})"
        helper = tuple(_helper(draft, fan, style, function, last, most if limited else None))
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
        values=(*fan.temporaries, *results),
    )


def _moved(draft: Draft, expression: ast.expr) -> str:
    own = argument(expression, segment(draft.text, expression))
    return without_margin(own, expression, draft.text)


def _word(fan: FanOut, last: Sequence[Operation]) -> str:
    named = last or fan.operations
    if named:
        return stem(named[-1].label).removeprefix("get_")
    return fan.temporaries[-1] if fan.temporaries else "item"


def _own_function(draft: Draft, fan: FanOut, operation: Operation) -> str | None:
    """Return the user's function if the operation calls it with the item alone."""
    call = operation.expression
    alone = isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords
    if isinstance(call, ast.Call) and alone and fan.simple and len(fan.targets) == 1:
        only = call.args[0]
        if isinstance(only, ast.Name) and only.id == fan.targets[0]:
            return segment(draft.text, call.func)
    return None


def _target_of(fan: FanOut) -> ast.expr:
    loop = fan.loop
    return loop.target if isinstance(loop, ast.For | ast.AsyncFor) else loop.generators[0].target


def _items(draft: Draft, fan: FanOut) -> tuple[str, tuple[str, ...]]:
    """Return the iterable as it may be written twice, and the lines that make that possible."""
    text = segment(draft.text, fan.iteration.expression)
    if isinstance(fan.loop, ast.AsyncFor):
        return text, ()
    twice = isinstance(fan.loop, ast.For) or pairing_of(fan) != "itself"
    if fan.iteration.reuse == "as is" or not twice:
        return text, ()
    name = draft.names.new("items")
    return name, (f"{name} = {text if fan.iteration.reuse == 'name it' else f'list({text})'}",)


def _helper(
    draft: Draft, fan: FanOut, style: LoopStyle, name: str, last: Sequence[Operation], most: int | None
) -> list[str]:
    """Return the function that does what one iteration does up to its last operation."""
    rows = [
        *(segment(draft.text, each) for each in fan.repeated),
        *head_lines(fan, draft.text),
        *(f"{depth_of(fan)}{each}" for each in _returned(draft, fan, style, last)),
    ]
    lines: list[str] = []
    if most is not None:
        semaphore = draft.names.new("limit")
        lines = [f"{semaphore} = asyncio.Semaphore({most})"]
        rows = [f"async with {semaphore}:", *indented(rows)]
    return [*lines, "", f"{style.definition} {name}({', '.join(fan.targets)}):", *indented(rows), ""]


def _returned(draft: Draft, fan: FanOut, style: LoopStyle, last: Sequence[Operation]) -> list[str]:
    if fan.element is not None and not fan.simple:
        return [f"return {returned(fan.element, draft.text)}"]
    values = [*fan.temporaries, *(style.body(each.expression) for each in last)]
    return [f"return {', '.join(values)}"] if values else []
