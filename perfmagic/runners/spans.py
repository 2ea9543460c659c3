"""When each operation of an instrumented run began and ended.

Two ways, because code that exists and code that a strategy made differ: in the cell as written every operation is
wrapped in its syntax tree; in rewritten code the tasks and the submitted calls themselves are the operations, so they
are observed where they start.
"""

import ast
import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from perfmagic.model.run import Span
from perfmagic.runners.clock import Clock

HOOK = "_pm_"
"""Name of the recorder in the namespace of an instrumented run; a leading double underscore would be mangled inside classes."""

UNEXPLAINED = -1
"""Number of an operation that the analysis does not know."""

Position = tuple[int, int, int, int]
"""First line, first column, last line, last column of a node, as `ast` counts them."""

_Body = Coroutine[Any, Any, Any] | Generator[Any, None, Any]
"""What a task runs; an older kind of coroutine is a generator."""


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

    def begin(self, label: str) -> int:
        """Note the start of a task or a submitted call, and return its index."""
        self._rows.append(_Row(UNEXPLAINED, label, self.clock.wall_s(), None))
        return len(self._rows) - 1

    def end(self, index: int) -> None:
        """Note the end of what `begin` noted."""
        self._rows[index].end_s = self.clock.wall_s()

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
        self._rows.append(_Row(operation, label, self.clock.wall_s(), self._parent.get()))
        index = len(self._rows) - 1
        return index, self._parent.set(index)

    def _leave(self, index: int, token: "contextvars.Token[int | None]") -> None:
        self._parent.reset(token)
        self.end(index)


def position(node: ast.expr) -> Position:
    """Return where a node stands, to find it again in another parse of the same text."""
    return node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0


def instrument(tree: ast.Module, operations: Mapping[Position, tuple[int, str]]) -> ast.Module:
    """Wrap every operation of the tree in a call of the recorder; changes the tree it is given.

    Parameters
    ----------
    tree
        A parse of the cell as written.
    operations
        For the position of each operation (an ``await`` or a call) its number and its label.
    """
    wrapper = _Wrapper(operations)
    tree.body = [wrapper.visit(statement) for statement in tree.body]
    return ast.fix_missing_locations(tree)


class _Wrapper(ast.NodeTransformer):
    def __init__(self, operations: Mapping[Position, tuple[int, str]]) -> None:
        self.operations = operations

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
    target = ast.Attribute(value=ast.Name(id=HOOK, ctx=ast.Load()), attr=method, ctx=ast.Load())
    key, label = operation
    return ast.Call(func=target, args=[ast.Constant(key), ast.Constant(label), *args], keywords=keywords)


@contextmanager
def observed(recorder: SpanRecorder) -> Generator[None]:
    """Record every task that the running loop starts and every call that an executor is given, while the block runs."""
    with _observed_tasks(recorder), _observed_submissions(recorder):
        yield


@contextmanager
def _observed_tasks(recorder: SpanRecorder) -> Generator[None]:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        yield
        return
    previous = loop.get_task_factory()
    make: Callable[..., asyncio.Future[Any]] = previous or _stock_task

    def factory(loop: asyncio.AbstractEventLoop, coro: _Body, **kwargs: Any) -> "asyncio.Future[Any]":
        task = make(loop, coro, **kwargs)
        index = recorder.begin(getattr(coro, "__qualname__", "task"))
        task.add_done_callback(lambda _: recorder.end(index))
        return task

    loop.set_task_factory(factory)
    try:
        yield
    finally:
        loop.set_task_factory(previous)


def _stock_task(loop: asyncio.AbstractEventLoop, coro: _Body, **kwargs: Any) -> "asyncio.Task[Any]":
    return asyncio.Task(coro, loop=loop, **kwargs)


@contextmanager
def _observed_submissions(recorder: SpanRecorder) -> Generator[None]:
    submit = ThreadPoolExecutor.submit

    def observed_submit(
        self: ThreadPoolExecutor, fn: Callable[..., object], /, *args: object, **kwargs: object
    ) -> "Future[object]":
        def timed(*args: object, **kwargs: object) -> object:
            index = recorder.begin(getattr(fn, "__qualname__", "call"))
            try:
                return fn(*args, **kwargs)
            finally:
                recorder.end(index)

        return submit(self, timed, *args, **kwargs)

    # Replaced for a while: there is no hook, and executors of earlier cells must be seen as well.
    ThreadPoolExecutor.submit = observed_submit  # type: ignore[method-assign, assignment]  # pyright: ignore[reportAttributeAccessIssue]
    try:
        yield
    finally:
        ThreadPoolExecutor.submit = submit  # type: ignore[method-assign]
