"""The text that begins the operations of a loop that stays as it is."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from perfmagic.analysis.edits import segment
from perfmagic.analysis.loop_forms import Clause, InPlace, Site
from perfmagic.analysis.parentheses import argument, encloses, target, without_margin
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
class Words:
    """Names for what a strategy starts, and how it takes a result; ``turn`` is empty if the list itself becomes an iterator."""

    many: str
    one: str
    turn: str
    take: str


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
    lists, taken
        Names of the lists of what was started, and of one of them in its turn.
    """

    turns: tuple[Turn, ...]
    lines: tuple[str, ...]
    items: str
    named: bool
    target: str
    each: str
    lists: tuple[str, ...]
    taken: tuple[str, ...]


class Writer(Protocol):
    """How a strategy writes a helper, and what it calls what it starts."""

    definition: str
    waits: bool
    words: Words

    def body(self, expression: ast.expr) -> str:
        """Return the expression that does an operation inside a helper."""
        ...


def begun(draft: Draft, found: InPlace, style: Writer) -> Begun:
    """Return the text of a loop that stays."""
    loop = found.loop
    text = segment(draft.text, found.iteration.expression)
    lines: list[str] = []
    most = limit_of(draft, found.operations)
    semaphore = ""
    if style.waits and may_exceed(found, most):
        semaphore = draft.names.new("limit")
        draft.bounded = True
        lines.append(f"{semaphore} = asyncio.Semaphore({most})")
    items = text if found.iteration.reuse == "as is" else draft.names.new("items")
    stems = ["" if len(found.sites) == 1 else f"{stem(each.operation.label)}_" for each in found.sites]
    lists = [draft.names.new(f"{each}{style.words.many}") for each in stems]
    taken = _taken(draft, found, style.words, stems, lists)
    each = segment(draft.text, loop.target)
    turns: list[Turn] = []
    for site in found.sites:
        function = _function(draft, site, style, semaphore, taken, lines)
        over = _over(site, (each, items), lists, taken)
        turns.append(_turn(draft, site, function, over, taken))
    if items != text:
        lines.append(f"{items} = {text if found.iteration.reuse == 'name it' else f'list({text})'}")
    return Begun(
        turns=tuple(turns),
        lines=tuple(_without_double_blanks(lines)),
        items=items,
        named=items != text,
        target=target(loop.target, draft.text),
        each=each,
        lists=tuple(lists),
        taken=tuple(taken),
    )


def _taken(
    draft: Draft, found: InPlace, words: Words, stems: Sequence[str], lists: Sequence[str]
) -> list[str]:
    """Return a name for what was started in its turn, or for the iterator that gives the next one."""
    if found.paired:
        return [draft.names.new(f"{each}{words.one}") for each in stems]
    return [draft.names.new(f"{each}{words.turn}") for each in stems] if words.turn else list(lists)


def _over(site: Site, loop: tuple[str, str], lists: Sequence[str], taken: Sequence[str]) -> str:
    """Return the loop over the items of a site, with what it waits for beside them."""
    each, items = loop
    if not site.chained:
        return f"for {each} in {items}"
    sources = [index for _, index in site.chained]
    names = [*([_beside(each)] if site.inputs else []), *(taken[index] for index in sources)]
    over = [*([items] if site.inputs else []), *(lists[index] for index in sources)]
    both = over[0] if len(over) == 1 else f"zip({', '.join(over)})"
    return f"for {', '.join(names)} in {both}"


def _beside(target_text: str) -> str:
    return target_text if target_text.isidentifier() or encloses(target_text) else f"({target_text})"


def _function(
    draft: Draft, site: Site, style: Writer, semaphore: str, taken: Sequence[str], lines: list[str]
) -> str | None:
    """Write the helper of a site, if it needs one, and return its name."""
    expression = site.operation.expression
    if not (semaphore or site.repeated or site.chained) and is_safe(expression):
        return None
    name = draft.names.new(f"get_{stem(site.operation.label).removeprefix('get_')}")
    rows = [f"{each} = await {taken[index]}" for each, index in site.chained]
    rows.extend(segment(draft.text, each) for each in site.repeated)
    last = f"return {style.body(expression)}"
    rows.extend([f"async with {semaphore}:", *indented([last])] if semaphore else [last])
    inputs = ", ".join(_inputs(site, taken))
    lines.extend(["", f"{style.definition} {name}({inputs}):", *indented(rows), ""])
    return name


def _inputs(site: Site, taken: Sequence[str]) -> list[str]:
    return [*site.inputs, *(taken[index] for _, index in site.chained)]


def _turn(draft: Draft, site: Site, function: str | None, over: str, taken: Sequence[str]) -> Turn:
    expression = site.operation.expression
    own = without_margin(argument(expression, segment(draft.text, expression)), expression, draft.text)
    inputs = _inputs(site, taken)
    return Turn(
        operation=site.operation,
        call=own if function is None else f"{function}({', '.join(inputs)})",
        function=function,
        arguments=tuple(inputs) if function is not None else (),
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


def place(made: Draft, found: InPlace, parts: Begun, words: Words) -> list[str]:
    """Take every result where its operation stands; return the lines that begin to go through the lists, if any."""
    loop = found.loop
    lines: list[str] = []
    taken: Sequence[str] = parts.taken
    if found.paired:
        items = f"zip({', '.join([parts.items, *parts.lists])})"
        made.edits.append(header(loop, ", ".join([parts.target, *taken]), items, made.text))
    else:
        lines = [f"{turn} = iter({each})" for turn, each in zip(taken, parts.lists, strict=True)]
        taken = [f"next({each})" for each in taken]
        if parts.named:
            made.edits.append(header(loop, parts.each, parts.items, made.text))
    results = [words.take.replace("{}", each) for each in taken]
    made.edits.extend(results_taken([each.operation for each in parts.turns], results, made.text))
    return lines
