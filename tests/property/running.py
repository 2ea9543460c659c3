"""Runs generated programs under a virtual clock, and says what they left."""

import ast
import asyncio
import contextlib
import functools
import io
import linecache
import os
import random
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from perfmagic.analysis.analysis import Analysis, analyse
from perfmagic.model.cell import Cell
from tests.property.ipython_text import Shell, python_of
from tests.property.likeness import likeness
from tests.property.prelude import PRELUDE
from tests.property.schedules import Schedule
from tests.property.virtual_loop import VirtualLoop
from tests.property.virtual_time import Clock, Stuck, ruling

FILENAME = "<earlier cell>"
linecache.cache[FILENAME] = (len(PRELUDE), None, PRELUDE.splitlines(keepends=True), FILENAME)
CODE = compile(PRELUDE, FILENAME, "exec", dont_inherit=True)
CELL = "<generated cell>"
CLOSERS = frozenset({"async_generator_athrow", "async_generator_asend"})
"""What the loop itself starts to close an asynchronous generator that was left."""
FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@dataclass(frozen=True)
class Outcome:
    """What one run left behind.

    ``took_s`` and ``lost`` (coroutines that nobody awaited) are beside the comparison.
    """

    bindings: tuple[object, ...]
    value: object
    printed: str
    error: object
    left_over: int
    took_s: float = field(compare=False)
    lost: tuple[str, ...] = field(compare=False)

    @property
    def stuck(self) -> bool:
        """Whether the run never came to an end."""
        return self.error == "stuck"


def namespace() -> dict[str, object]:
    """Return a fresh namespace in which the earlier cell ran."""
    names: dict[str, object] = {"__name__": "__main__"}
    exec(CODE, names)
    return names


def analysed(source: str) -> Analysis:
    """Return the analysis of a program."""
    return analyse(Cell(source=source, python=python_of(source), filename=CELL), namespace())


def run(
    source: str,
    schedule: Schedule,
    *,
    ignored: Iterable[str] = (),
    change: Callable[[ast.Module], ast.Module] | None = None,
    extra: Callable[[Clock], dict[str, object]] | None = None,
) -> Outcome:
    """Run a program and return what it left, without the names that are to be ignored."""
    clock = Clock(schedule)
    random.seed(5)
    os.environ.pop("PROPERTY_TEST", None)
    printed = io.StringIO()
    with ruling(clock), contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        names = namespace() | {"get_ipython": Shell} | (extra(clock) if extra is not None else {})
        first, last = _compiled(source, change)
        body = _Body(names, first, last)
        left_over = body.run_in_loop(clock)
        skipped = {"asyncio", "time", *ignored, *(each for each in names if each.startswith("__"))}
        bindings = likeness(
            {key: each for key, each in names.items() if key not in skipped}
            | {" value": body.value, " error": body.error}
        )
        names.clear()
        lost = tuple(str(each.message) for each in told if "never awaited" in str(each.message))
    return Outcome(bindings, None, printed.getvalue(), _error(body.error), left_over, clock.now_s, lost)


def _error(error: BaseException | None) -> object:
    if error is None:
        return None
    return "stuck" if isinstance(error, Stuck) else f"{type(error).__name__}: {error}"


@dataclass
class _Body:
    names: dict[str, object]
    first: Any
    last: Any
    value: object = None
    error: BaseException | None = None

    async def execute(self) -> None:
        try:
            for code in (self.first, self.last):
                if code is not None:
                    self.value = eval(code, self.names)
                    if code.co_flags & 0x80:
                        self.value = await self.value
        except Exception as error:
            self.error = error.with_traceback(None)

    def run_in_loop(self, clock: Clock) -> int:
        loop = VirtualLoop(clock)
        try:
            loop.run(self.execute())
            left = [each for each in asyncio.all_tasks(loop) if not each.done()]
            count = sum(type(each.get_coro()).__name__ not in CLOSERS for each in left)
            for each in left:
                each.cancel()
            if left:
                loop.run(_wait(left))
        except Stuck as error:
            self.error, count = error, 0
        finally:
            if len(loop._asyncgens):
                with contextlib.suppress(Stuck):
                    loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()
        return count


async def _wait(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    await asyncio.wait(tasks)


def _compiled(source: str, change: Callable[[ast.Module], ast.Module] | None) -> tuple[Any, Any]:
    if change is None:
        return _compiled_as_is(source)
    return _split(change(ast.parse(python_of(source), CELL)))


@functools.lru_cache(maxsize=64)
def _compiled_as_is(source: str) -> tuple[Any, Any]:
    return _split(ast.parse(python_of(source), CELL))


def _split(tree: ast.Module) -> tuple[Any, Any]:
    """Compile all but the last expression, and that on its own: its value is what a notebook shows."""
    shown = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    first = compile(tree, CELL, "exec", FLAGS, dont_inherit=True)
    assert shown is None or isinstance(shown, ast.Expr)
    last = (
        None
        if shown is None
        else compile(ast.Expression(shown.value), CELL, "eval", FLAGS, dont_inherit=True)
    )
    return first, last
