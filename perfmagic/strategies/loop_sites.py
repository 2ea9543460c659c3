"""The text that begins the operations of a loop that stays as it is."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from perfmagic.analysis.edits import segment
from perfmagic.analysis.loop_forms import Clause, InPlace, Site
from perfmagic.analysis.parentheses import argument, target
from perfmagic.analysis.statements import Operation
from perfmagic.strategies.draft import Draft
from perfmagic.strategies.loop_limits import limit_of, may_exceed
from perfmagic.strategies.loop_lines import condition, header, indented, results_taken
from perfmagic.strategies.names import stem
from perfmagic.strategies.start_early import is_safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One operation of the loop as text.

    Attributes
    ----------
    operation
        The operation.
    call
        What begins for each turn.
    function, arguments
        The helper that ``call`` calls and what it is given; ``None`` and nothing if it is the user's own call.
    over
        The loops and conditions behind it in a comprehension.
    stem
        A word for its names.
    """

    operation: Operation
    call: str
    function: str | None
    arguments: tuple[str, ...]
    over: str
    stem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """How a loop that stays is written.

    Attributes
    ----------
    turns
        Its operations.
    lines
        Lines before the loop: helpers, and the items if they must be named.
    items
        The iterable, as it may be written twice.
    named
        Whether ``items`` is a new name.
    target, each
        The loop's target beside another one, and as it was.
    """

    turns: tuple[Turn, ...]
    lines: tuple[str, ...]
    items: str
    named: bool
    target: str
    each: str


def begun(
    draft: Draft, found: InPlace, definition: str, body: Callable[[ast.expr], str], *, waits: bool
) -> Begun:
    """Return the text of a loop that stays: ``definition`` and ``body`` are how the strategy writes a helper."""
    loop = found.loop
    text = segment(draft.text, found.iteration.expression)
    lines: list[str] = []
    most = limit_of(draft, found.operations)
    semaphore = ""
    if waits and may_exceed(found, most):
        semaphore = draft.names.new("limit")
        draft.bounded = True
        lines.append(f"{semaphore} = asyncio.Semaphore({most})")
    items = text
    if found.iteration.reuse != "as is":
        items = draft.names.new("items")
    each = segment(draft.text, loop.target)
    turns: list[Turn] = []
    for site in found.sites:
        rows = _helper_rows(draft, site, body, semaphore)
        function = draft.names.new(f"get_{stem(site.operation.label).removeprefix('get_')}") if rows else None
        if function is not None:
            lines.extend(["", f"{definition} {function}({', '.join(site.inputs)}):", *indented(rows), ""])
        turns.append(_turn(draft, site, function, f"for {each} in {items}"))
    if items != text:
        lines.append(f"{items} = {text if found.iteration.reuse == 'name it' else f'list({text})'}")
    return Begun(
        turns=tuple(turns),
        lines=tuple(_without_double_blanks(lines)),
        items=items,
        named=items != text,
        target=target(loop.target, draft.text),
        each=each,
    )


def _helper_rows(draft: Draft, site: Site, body: Callable[[ast.expr], str], semaphore: str) -> list[str]:
    expression = site.operation.expression
    if not semaphore and not site.repeated and is_safe(expression):
        return []
    rows = [segment(draft.text, each) for each in site.repeated]
    if not semaphore:
        return [*rows, f"return {body(expression)}"]
    return [*rows, f"async with {semaphore}:", *indented([f"return {body(expression)}"])]


def _turn(draft: Draft, site: Site, function: str | None, over: str) -> Turn:
    expression = site.operation.expression
    own = argument(expression, segment(draft.text, expression))
    return Turn(
        operation=site.operation,
        call=own if function is None else f"{function}({', '.join(site.inputs)})",
        function=function,
        arguments=site.inputs if function is not None else (),
        over="".join([over, *(_clause(draft, each) for each in site.clauses)]),
        stem=stem(site.operation.label),
    )


def _clause(draft: Draft, clause: Clause) -> str:
    if isinstance(clause, ast.For):
        items = segment(draft.text, clause.iter)
        if isinstance(clause.iter, ast.Tuple):
            items = target(clause.iter, draft.text)
        return f" for {segment(draft.text, clause.target)} in {items}"
    return f" if {condition(clause.expression, draft.text, outcome=clause.outcome)}"


def _without_double_blanks(lines: Sequence[str]) -> list[str]:
    return [row for index, row in enumerate(lines) if row or index == 0 or lines[index - 1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Names for what a strategy starts, and how it takes a result; ``turn`` is empty if the list itself becomes an iterator."""

    many: str
    one: str
    turn: str
    take: str


def place(made: Draft, found: InPlace, parts: Begun, words: Words) -> tuple[list[str], list[str], list[str]]:
    """Take every result where its operation stands; return the lists, the lines that go through them, and each one's name.

    ``words.take`` is the text around the name of what was started, which stands in it as ``{}``.
    """
    alone = len(parts.turns) == 1
    stems = ["" if alone else f"{each.stem}_" for each in parts.turns]
    lists = [made.names.new(f"{each}{words.many}") for each in stems]
    lines: list[str] = []
    loop = found.loop
    if found.paired:
        taken = [made.names.new(f"{each}{words.one}") for each in stems]
        items = f"zip({', '.join([parts.items, *lists])})"
        made.edits.append(header(loop, ", ".join([parts.target, *taken]), items, made.text))
    else:
        turns = [
            made.names.new(f"{each}{words.turn}") if words.turn else name
            for each, name in zip(stems, lists, strict=True)
        ]
        taken = [f"next({each})" for each in turns]
        lines = [f"{turn} = iter({each})" for turn, each in zip(turns, lists, strict=True)]
        if parts.named:
            made.edits.append(header(loop, parts.each, parts.items, made.text))
    results = [words.take.replace("{}", each) for each in taken]
    made.edits.extend(results_taken([each.operation for each in parts.turns], results))
    return lists, lines, taken
