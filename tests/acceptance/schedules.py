"""Plans of every strategy for a cell, and the outcome of a cell under schedules in which every wait takes another time."""

import ast
import asyncio
import contextlib
import contextvars
import importlib.metadata
import inspect
import io
import itertools
import linecache
import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from tests.acceptance import picture
from tests.cases import concurrency

_STRATEGIES = {
    each.name: each for each in importlib.metadata.entry_points(group="perfmagic.strategies")
    if each.name != "processes"
}  # fmt: skip
_MARK = "# %% cell\n"
_SLEEP, _WAIT = time.sleep, asyncio.sleep
_ENDLESS_S = 100.0


@dataclass(frozen=True)
class Outcome:
    names: dict[str, object]
    late: dict[str, object]
    stdout: str
    value: str
    error: str | None


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer when nothing is ready, unless threads are at work."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__()
        select = self._selector.select

        def jump(timeout: float | None = None) -> list[object]:
            if timeout is None or timeout <= 0:
                return select(2 if timeout is None else 0)
            working = threading.active_count() > 1
            ready = select(min(timeout, 0.003) if working else 0)
            if not ready and not (working and timeout > _ENDLESS_S):
                self._now += timeout
            return ready

        self._selector.select = jump

    def time(self) -> float:
        return self._now


def plans(text: str) -> dict[str, Plan | Refusal]:
    with _loop():
        analysis = analyse(Cell(source=_cell(text), python=_cell(text)), _namespace(text))
        return {name: each.load()(analysis, Options()) for name, each in _STRATEGIES.items()}


def outcome(
    text: str, source: str | None = None, seed: int | None = None, ignored: frozenset[str] = frozenset()
) -> Outcome:
    """Run the cell, or another source in its place; without a seed every wait takes as long as it says."""
    stdout = io.StringIO()
    with _loop() as loop, _surroundings(seed), contextlib.redirect_stdout(stdout):
        namespace = _namespace(text)
        before = set(namespace)

        def draw() -> dict[str, object]:
            kept = {key: value for key, value in namespace.items()
                    if key not in ignored and not key.startswith("__")
                    and not (key in before and inspect.isroutine(value))}  # fmt: skip
            return picture.draw(kept)[1]

        value, error = loop.run_until_complete(
            loop.create_task(
                _run(_cell(text) if source is None else source, namespace), context=contextvars.Context()
            )
        )
        names, shown = draw(), repr(picture.Walk().node(value))
        loop.run_until_complete(_WAIT(_ENDLESS_S / 2))
        return Outcome(names, draw(), stdout.getvalue(), shown, error)


async def _run(source: str, namespace: dict[str, object]) -> tuple[object, str | None]:
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    parts = [tree] if last is None else [tree, ast.Expression(last.value)]
    value = None
    try:
        for each in parts:
            mode = "exec" if each is tree else "eval"
            value = eval(compile(each, "<cell>", mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), namespace)
            value = await value if inspect.iscoroutine(value) else value
    except Exception as error:
        return None, repr(error)
    return value, None


def _cell(text: str) -> str:
    return text.rpartition(_MARK)[2]


def _namespace(text: str) -> dict[str, object]:
    """Return the prelude and what earlier cells define, with sources that can be found."""
    namespace: dict[str, object] = {"__name__": "__main__", "__builtins__": __builtins__}
    for number, source in enumerate((concurrency.PRELUDE, text.rpartition(_MARK)[0])):
        name = f"<shapes {number} {hash(source)}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), namespace)
    return namespace


@contextlib.contextmanager
def _loop() -> Iterator[Loop]:
    loop = Loop()
    asyncio.set_event_loop(loop)
    try:
        yield loop
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)


@contextlib.contextmanager
def _surroundings(seed: int | None) -> Iterator[None]:
    """Let waits take other times, and put back what cells change in the process."""
    pick, state, environ = random.Random(seed), random.getstate(), dict(os.environ)
    cwd, started = Path.cwd(), itertools.count()

    async def wait(delay: float, result: object = None) -> object:
        if seed == 0:  # what begins later ends earlier
            delay = 1 / (1 + next(started))
        elif seed is not None:
            delay = pick.random() * pick.choice((0, 0.01, 1))
        return await _WAIT(delay, result)

    def sleep(_seconds: float) -> None:
        _SLEEP(0 if seed is None else pick.choice((0, 0.001, 0.004)))

    asyncio.sleep, time.sleep = wait, sleep
    random.seed(1)
    try:
        yield
    finally:
        asyncio.sleep, time.sleep = _WAIT, _SLEEP
        random.setstate(state)
        os.environ.clear()
        os.environ.update(environ)
        os.chdir(cwd)
