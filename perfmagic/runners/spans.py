"""When each operation of an instrumented run began and ended.

In the syntax tree every operation is wrapped in a call of the recorder. What rewritten code starts elsewhere, as a task or
in a pool, is observed where it starts (see `starts`).
"""

import ast
import contextvars
import threading
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, cast

from perfmagic.model.run import Span
from perfmagic.runners.clock import Clock

HOOK = "_pm_"
"""Name of the recorder in the namespace of an instrumented run; a leading double underscore would be mangled inside classes."""

UNEXPLAINED = -1
"""Number of an operation that the analysis does not know."""

SLOT = -2
"""Number of a wait for a free slot: nothing works for the cell meanwhile."""

Position = tuple[int, int, int, int]
"""First line, first column, last line, last column of a node, as `ast` counts them."""


@dataclass(slots=True)
class _Row:
    operation: int
    label: str
    start_s: float
    parent: int | None
    end_s: float | None = None


@dataclass(slots=True)
class SpanRecorder:
    """Collects spans; also the object that an instrumented tree calls."""

    clock: Clock
    _rows: list[_Row] = field(default_factory=list[_Row], init=False)
    _adding: threading.Lock = field(default_factory=threading.Lock, init=False)
    _parent: "contextvars.ContextVar[int | None]" = field(
        default_factory=lambda: contextvars.ContextVar("perfmagic_span", default=None), init=False
    )

    async def awaited(self, operation: int, label: str, awaitable: Awaitable[object], /) -> object:
        """Await something inside a span."""
        index, token = self._enter(operation, label)
        try:
            return await awaitable
        finally:
            self._leave(index, token)

    def called(
        self, operation: int, label: str, function: Callable[..., object], /, *args: object, **kwargs: object
    ) -> object:
        """Call something inside a span."""
        index, token = self._enter(operation, label)
        try:
            return function(*args, **kwargs)
        finally:
            self._leave(index, token)

    def waiting(
        self, kind: Literal["slot", "enter", "next"], operation: int, label: str, of: object, /
    ) -> object:
        """Return what stands for a context manager or an iterable, and takes each wait for it as a span of its own."""
        if kind == "slot":
            return Slot(self, cast("AbstractAsyncContextManager[object]", of))
        if kind == "enter":
            whole = hasattr(type(of), "__aenter__") and hasattr(type(of), "__aexit__")
            return (
                Entered(self, operation, label, cast("AbstractAsyncContextManager[object]", of))
                if whole
                else of
            )
        return (
            Stepped(self, operation, label, cast("AsyncIterable[object]", of))
            if hasattr(type(of), "__aiter__")
            else of
        )

    def begin(self, label: str, operation: int = UNEXPLAINED) -> int:
        """Note the start of a task, a submitted call or a wait, inside what the caller runs in, and return its index."""
        row = _Row(operation, label, self.clock.wall_s(), self._parent.get())
        with self._adding:  # without a global lock, two threads would find the same index
            self._rows.append(row)
            return len(self._rows) - 1

    def begin_later(self, index: int, start_s: float) -> None:
        """Move the start of what `begin` noted: until then it only stood in line."""
        self._rows[index].start_s = max(self._rows[index].start_s, start_s)

    def put_inside(self, index: int) -> None:
        """Make that span the one that the current context runs in."""
        self._parent.set(index)

    def end(self, index: int) -> float:
        """Note the end of what `begin` noted, and return it."""
        now_s = self._rows[index].end_s = self.clock.wall_s()
        return now_s

    def spans(self, origin_s: float) -> tuple[Span, ...]:
        """Return all spans in order of their start, in seconds since ``origin_s``.

        One that never ended ends with the last that did.
        """
        last_s = max((row.end_s for row in self._rows if row.end_s is not None), default=origin_s)
        return tuple(
            Span(
                operation=row.operation,
                label=row.label,
                start_s=row.start_s - origin_s,
                end_s=(max(last_s, row.start_s) if row.end_s is None else row.end_s) - origin_s,
                parent=row.parent,
            )
            for row in self._rows
        )

    def _enter(self, operation: int, label: str) -> "tuple[int, contextvars.Token[int | None]]":
        index = self.begin(label, operation)
        return index, self._parent.set(index)

    def _leave(self, index: int, token: "contextvars.Token[int | None]") -> None:
        self._parent.reset(token)
        self.end(index)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a semaphore or the like: held as before, and the wait for it noted."""

    recorder: SpanRecorder
    slots: AbstractAsyncContextManager[object]

    async def __aenter__(self) -> object:
        """Wait for a free one."""
        index = self.recorder.begin("slot", SLOT)
        try:
            return await self.slots.__aenter__()
        finally:
            self.recorder.end(index)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """Let go of it."""
        return await self.slots.__aexit__(kind, error, traceback)


@dataclass(frozen=True, slots=True)
class Entered:
    """A context manager that is entered and left inside spans; leaving has the number behind that of entering."""

    recorder: SpanRecorder
    operation: int
    label: str
    manager: AbstractAsyncContextManager[object]

    async def __aenter__(self) -> object:
        """Enter it."""
        entering = type(self.manager).__aenter__(self.manager)
        return await self.recorder.awaited(self.operation, self.label, entering)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> object:
        """Leave it."""
        leaving = type(self.manager).__aexit__(self.manager, kind, error, traceback)
        return await self.recorder.awaited(self.operation + 1, self.label, leaving)


@dataclass(frozen=True, slots=True)
class Stepped:
    """An asynchronous iterable whose iterator takes each step inside a span."""

    recorder: SpanRecorder
    operation: int
    label: str
    iterable: AsyncIterable[object]

    def __aiter__(self) -> AsyncIterator[object]:
        """Return the iterator."""
        iterator = type(self.iterable).__aiter__(self.iterable)
        whole = hasattr(type(iterator), "__anext__")
        return _Steps(self.recorder, self.operation, self.label, iterator) if whole else iterator


@dataclass(frozen=True, slots=True)
class _Steps(AsyncIterator[object]):
    recorder: SpanRecorder
    operation: int
    label: str
    iterator: AsyncIterator[object]

    async def __anext__(self) -> object:
        step = type(self.iterator).__anext__(self.iterator)
        return await self.recorder.awaited(self.operation, self.label, step)


def named(function: object, attribute: str, default: str) -> str:
    """Return a name that a user's object has, for people; a proxy may have any attribute, or fail where it is asked for one."""
    try:
        found: object = getattr(function, attribute, default)
    except Exception:  # noqa: BLE001 - the user's __getattr__
        return default
    return found if isinstance(found, str) else default


def unlink(traceback: TracebackType | None) -> None:
    """Take the recorder's own frames out of a traceback: the user wrote no such call."""
    while traceback is not None:
        following = traceback.tb_next
        while following is not None and following.tb_frame.f_code.co_filename == __file__:
            following = following.tb_next
        traceback.tb_next = following
        traceback = following


def position(node: ast.expr) -> Position:
    """Return where a node stands, to find it again in another parse of the same text."""
    return node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0


def instrument(
    tree: ast.Module,
    operations: Mapping[Position, tuple[int, str]],
    *,
    hidden: Mapping[Position, tuple[int, str]] | None = None,
    slots: frozenset[str] = frozenset(),
) -> ast.Module:
    """Wrap every operation of the tree in a call of the recorder; changes the tree it is given.

    Parameters
    ----------
    tree
        A parse of the cell as written.
    operations
        For the position of each operation (an ``await`` or a call) its number and its label.
    hidden
        For the position of each context manager behind ``async with`` the number of entering it, and for each iterable behind
        ``async for`` that of a step, with a label.
    slots
        Names of semaphores: what ``async with`` waits for there is no work.
    """
    wrapper = _Wrapper(operations, hidden or {}, slots)
    tree.body = [wrapper.visit(statement) for statement in tree.body]
    return ast.fix_missing_locations(tree)


class _Wrapper(ast.NodeTransformer):
    def __init__(
        self,
        operations: Mapping[Position, tuple[int, str]],
        hidden: Mapping[Position, tuple[int, str]],
        slots: frozenset[str],
    ) -> None:
        self.operations = operations
        self.hidden = hidden
        self.slots = slots

    def visit_AsyncWith(self, node: ast.AsyncWith) -> ast.AsyncWith:
        places = [position(item.context_expr) for item in node.items]
        self.generic_visit(node)
        for item, place in zip(node.items, places, strict=True):
            held = item.context_expr
            if isinstance(held, ast.Name) and held.id in self.slots:
                item.context_expr = _waiting("slot", (SLOT, "slot"), held)
            elif place in self.hidden:
                item.context_expr = _waiting("enter", self.hidden[place], held)
        return node

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AsyncFor:
        self._visit_steps(node)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        self._visit_steps(node)
        return node

    def _visit_steps(self, node: ast.AsyncFor | ast.comprehension) -> None:
        place = position(node.iter)
        self.generic_visit(node)
        if place in self.hidden and (isinstance(node, ast.AsyncFor) or node.is_async):
            node.iter = _waiting("next", self.hidden[place], node.iter)

    def visit_Await(self, node: ast.Await) -> ast.expr:
        found = self.operations.get(position(node))
        self.generic_visit(node)
        if found is None:
            return node
        inside = _recorder_call("awaited", found, [node.value], [])
        return ast.copy_location(ast.Await(value=ast.copy_location(inside, node)), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        found = self.operations.get(position(node))
        self.generic_visit(node)
        if found is None:
            return node
        return ast.copy_location(
            _recorder_call("called", found, [node.func, *node.args], node.keywords), node
        )


def _recorder_call(
    method: str, operation: tuple[int, str], args: list[ast.expr], keywords: list[ast.keyword]
) -> ast.Call:
    key, label = operation
    return _hook_call(method, [ast.Constant(key), ast.Constant(label), *args], keywords)


def _waiting(kind: str, operation: tuple[int, str], of: ast.expr) -> ast.expr:
    key, label = operation
    inside = [ast.Constant(kind), ast.Constant(key), ast.Constant(label), of]
    return ast.copy_location(_hook_call("waiting", inside, []), of)


def _hook_call(method: str, args: list[ast.expr], keywords: list[ast.keyword]) -> ast.Call:
    target = ast.Attribute(value=ast.Name(id=HOOK, ctx=ast.Load()), attr=method, ctx=ast.Load())
    return ast.Call(func=target, args=args, keywords=keywords)
