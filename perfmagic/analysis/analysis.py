"""One cell, read: its tree, effects, blocks, operations and dependences, as one immutable value."""

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from perfmagic.analysis.blocking import (
    OF_ONE_THREAD,
    OF_THE_LOOP,
    bound_to_its_thread,
    may_hold_threads,
    may_leave_the_loop,
    may_stop_iteration,
)
from perfmagic.analysis.blocks import Block, blocks_of
from perfmagic.analysis.dependences import Dependence, dependences_of
from perfmagic.analysis.effect_map import EffectMap, infer_effects
from perfmagic.analysis.memo import Memo
from perfmagic.analysis.statements import DEFINITIONS, Operation, found_in, label_of, lines_of
from perfmagic.analysis.steps import Step, is_pause, steps_of
from perfmagic.analysis.surroundings import keeps_to_itself
from perfmagic.model.cell import Cell

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
TOO_DEEP = "the code is nested too deeply for this Python: write it as several statements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What is known about a cell before it runs.

    Attributes
    ----------
    cell
        The cell.
    tree
        The tree of ``cell.python``.
    effects
        What each piece of it reads and writes.
    blocks
        Its lists of statements, outer ones first; block 0 is the cell itself.
    operations
        Its awaits and blocking calls, numbered by ``key``.
    steps
        For each block its steps in program order.
    dependences
        What keeps two steps of a block in order.
    awaits
        Whether an ``await`` stands at the top level.
    names
        Every name that the cell or the namespace uses: a new name must be none of these.
    namespace
        The live objects that names referred to when the cell was read.
    definitions
        Functions and classes that the cell defines, at any depth.
    unread
        Why nothing of it is offered although it can be run: the analysis did not get through it.
    memo
        What has been worked out about it since.
    """

    cell: Cell
    tree: ast.Module
    effects: EffectMap
    blocks: tuple[Block, ...]
    operations: tuple[Operation, ...]
    steps: tuple[tuple[Step, ...], ...]
    dependences: tuple[Dependence, ...]
    awaits: bool
    names: frozenset[str]
    namespace: Mapping[str, object]
    definitions: tuple[Definition, ...]
    unread: str | None = None
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    def dependences_in(self, block: int) -> tuple[Dependence, ...]:
        """Return the dependences between steps of one block."""
        return self.memo.of("dependences by block", self._by_block).get(block, ())

    def _by_block(self) -> dict[int, tuple[Dependence, ...]]:
        found: dict[int, list[Dependence]] = {}
        for each in self.dependences:
            found.setdefault(each.block, []).append(each)
        return {block: tuple(each) for block, each in found.items()}

    def rewritten(self, source: str, python: str) -> "Analysis":
        """Return the analysis of another text of the cell against the same live objects.

        Raises
        ------
        SyntaxError
            If the text does not parse.
        """
        cell = replace(self.cell, source=source, python=python)
        return self.memo.of(("rewritten", source, python), lambda: analyse(cell, self.namespace))


def analyse(cell: Cell, namespace: Mapping[str, object]) -> Analysis:
    """Return the analysis of a cell against the live objects that its names refer to. Runs no user code.

    Raises
    ------
    SyntaxError
        If the cell does not parse; file name and line are those of the cell.
    """
    tree = parse(cell)
    effects = infer_effects(tree, namespace)
    waits = awaits(tree)
    unread = None
    try:
        blocks, operations, steps, found = _ordered(tree, effects, namespace, waits=waits)
    except Exception as failure:  # noqa: BLE001 - a fault of the analysis must not keep the cell from running
        unread = _told(failure)
        blocks, operations, steps, found = blocks_of(tree)[:1], (), ((),), ()
    return Analysis(
        cell=cell,
        tree=tree,
        effects=effects,
        blocks=blocks,
        operations=operations,
        steps=steps,
        dependences=found,
        awaits=waits,
        names=_names(tree) | frozenset(namespace),
        namespace=namespace,
        definitions=tuple(each for each in ast.walk(tree) if isinstance(each, DEFINITIONS)),
        unread=unread,
    )


def _told(failure: Exception) -> str:
    if isinstance(failure, RecursionError):
        return "the cell is nested too deeply to be analysed"
    return f"the analysis failed: {type(failure).__name__}: {failure}"


_Ordered = tuple[
    tuple[Block, ...], tuple[Operation, ...], tuple[tuple[Step, ...], ...], tuple[Dependence, ...]
]


def _ordered(
    tree: ast.Module, effects: EffectMap, namespace: Mapping[str, object], *, waits: bool
) -> _Ordered:
    """Return the blocks of a tree, their operations and steps, and what keeps these in order."""
    blocks = blocks_of(tree)
    operations = _operations(blocks, effects, waits=waits)
    return blocks, operations, *_arranged(blocks, operations, effects, namespace)


def without(analysis: Analysis, calls: Collection[ast.AST]) -> Analysis:
    """Return the analysis with some operations taken as plain code; the others keep their keys."""
    plain = {id(each) for each in calls}
    kept = tuple(each for each in analysis.operations if id(each.node) not in plain)
    steps, found = _arranged(analysis.blocks, kept, analysis.effects, analysis.namespace)
    return replace(analysis, operations=kept, steps=steps, dependences=found, memo=Memo())


def _arranged(
    blocks: tuple[Block, ...],
    operations: tuple[Operation, ...],
    effects: EffectMap,
    namespace: Mapping[str, object],
) -> tuple[tuple[tuple[Step, ...], ...], tuple[Dependence, ...]]:
    """Return the steps of each block, and what keeps them in order."""
    held: dict[int, list[Operation]] = {}
    for each in operations:
        held.setdefault(each.block, []).append(each)
    plain = partial(keeps_to_itself, effects=effects, namespace=namespace)
    steps = tuple(steps_of(block, held.get(block.key, ()), effects, plain) for block in blocks)
    found = tuple(each for block in blocks for each in dependences_of(block, steps[block.key]))
    return steps, found


def parse(cell: Cell) -> ast.Module:
    """Return the tree of the cell's Python text; top-level ``await`` is allowed.

    Raises
    ------
    SyntaxError
        If it does not parse; file name and line are those of the cell.
    """
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        tree = compile(cell.python, cell.filename, "exec", flags, dont_inherit=True)
        compile(tree, cell.filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except ValueError as error:
        message = f"{error}: remove the character from the cell"
        raise SyntaxError(message, (cell.filename, 1, 1, None)) from None
    except RecursionError:  # before Python 3.12, its own compiler runs out of stack
        raise SyntaxError(TOO_DEEP, (cell.filename, 1, 1, None)) from None
    assert isinstance(tree, ast.Module)
    return tree


def awaits(tree: ast.AST) -> bool:
    """Whether the code waits at its top level, outside definitions and lambdas."""
    pending: list[ast.AST] = list(ast.iter_child_nodes(tree))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith) or (
            isinstance(node, ast.comprehension) and node.is_async
        ):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending.extend(ast.iter_child_nodes(node))
    return False


def _operations(blocks: tuple[Block, ...], effects: EffectMap, *, waits: bool) -> tuple[Operation, ...]:
    found: list[Operation] = []
    for block in blocks:
        waiting = (
            waits if isinstance(block.scope, ast.Module) else isinstance(block.scope, ast.AsyncFunctionDef)
        )
        threads = not waiting or may_hold_threads(block, blocks)
        for position, statement in enumerate(block.statements):
            pause = partial(is_pause, statement) if waiting and threads else _never
            wanted = partial(_is_operation, effects=effects, waiting=waiting, threads=threads, pause=pause)
            mixed = _operations_of(statement, wanted, block.key, position, first=len(found))
            found.extend(
                each for each in mixed if not waiting or each.kind == "await" or not each.conditional
            )
    return tuple(replace(each, key=key) for key, each in enumerate(found))


def _operations_of(
    statement: ast.stmt, wanted: Callable[[ast.AST], bool], block: int, position: int, *, first: int
) -> list[Operation]:
    return [
        Operation(
            key=key,
            kind="await" if isinstance(each.node, ast.Await) else "call",
            node=each.node,
            block=block,
            statement=position,
            label=label_of(each.node, statement),
            lines=lines_of(each.node),
            conditional=each.conditional,
        )
        for key, each in enumerate(found_in(statement, wanted), start=first)
    ]


def _never(_node: ast.AST) -> bool:
    return False


def _is_operation(
    node: ast.AST, *, effects: EffectMap, waiting: bool, threads: bool, pause: Callable[[ast.AST], bool]
) -> bool:
    if isinstance(node, ast.Await):
        return waiting
    if not isinstance(node, ast.Call) or not threads or _is_shells(node):
        return False
    callee = effects.callee(node)
    if waiting:
        entered = effects.entered(node)
        bound = bound_to_its_thread(entered, OF_ONE_THREAD | OF_THE_LOOP)
        stays = bound is not None or may_stop_iteration(entered)
        return pause(node) or (not stays and may_leave_the_loop(callee, effects.own(node)))
    return (
        callee.blocking or callee.computes or (callee.kind == "unknown" and bool(effects.own(node).barriers))
    )


def _is_shells(call: ast.Call) -> bool:
    """Whether the call is what IPython made of a magic or a shell command: such a line stays as the user wrote it."""
    shell = call.func.value if isinstance(call.func, ast.Attribute) else None
    return isinstance(shell, ast.Call) and isinstance(shell.func, ast.Name) and shell.func.id == "get_ipython"


def _names(tree: ast.Module) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        for part in ("id", "name", "arg", "asname", "rest", "module"):
            value = getattr(node, part, None)
            if isinstance(value, str):
                found.update(value.split("."))
        if isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
    return frozenset(found)
