"""A notebook in process: cells run, what they show, what they leave, and how often their bodies ran."""

import contextlib
import logging
import os
import random
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import IPython.core.completer  # noqa: F401 - its import adds a warning filter, which shall not happen inside a test
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from tests.acceptance import picture

PRELUDE = """\
import asyncio, functools, logging, os, random, sys, time, warnings, contextvars, io, pathlib, collections
import IPython.core.completer  # noqa: F401 - its import adds a warning filter, which shall not happen inside a test
import numpy as np
import pandas as pd

def begin():
    return None

async def work(value, seconds=0.005):
    await asyncio.sleep(seconds)
    return value

def block(value, seconds=0.005):
    time.sleep(seconds)
    return value
"""
_TOOL = 4


@dataclass(frozen=True)
class Shown:
    stdout: str
    stderr: str
    displays: list[object]
    value: object
    error: BaseException | None


class Notebook:
    """An `InteractiveShell` with the prelude; `magic` loads perfmagic."""

    def __init__(self, *, magic: bool) -> None:
        InteractiveShell.clear_instance()
        self.shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        if magic:
            self.shell.extension_manager.load_extension("perfmagic")
        self.ran(PRELUDE)

    def run(self, code: str) -> Shown:
        with capture_output() as captured:
            result = self.shell.run_cell(code, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        displays = [each.data for each in captured.outputs]
        return Shown(captured.stdout, captured.stderr, displays, result.result, error)

    def ran(self, *cells: str) -> None:
        """Run cells that must not fail."""
        for each in cells:
            shown = self.run(each)
            assert shown.error is None, (each, shown.error)

    def __getitem__(self, name: str) -> object:
        return self.shell.user_ns[name]

    def names(self) -> dict[str, object]:
        return picture.names(self.shell.user_ns, self.shell.user_ns_hidden)


@contextlib.contextmanager
def counted(function: object) -> Iterator[list[int]]:
    """Count the calls of a Python function where no restoring reaches: in the interpreter's own hooks."""
    count = [0]
    watched = _monitored if hasattr(sys, "monitoring") else _profiled
    with watched(function.__code__, count):
        yield count


@contextlib.contextmanager
def _monitored(code: object, count: list[int]) -> Iterator[None]:
    monitoring = sys.monitoring

    def started(_code: object, _offset: int) -> None:
        count[0] += 1

    monitoring.use_tool_id(_TOOL, "acceptance tests")
    monitoring.register_callback(_TOOL, monitoring.events.PY_START, started)
    monitoring.set_local_events(_TOOL, code, monitoring.events.PY_START)
    try:
        yield
    finally:
        monitoring.set_local_events(_TOOL, code, 0)
        monitoring.register_callback(_TOOL, monitoring.events.PY_START, None)
        monitoring.free_tool_id(_TOOL)


@contextlib.contextmanager
def _profiled(code: object, count: list[int]) -> Iterator[None]:
    """Do the same before Python 3.12, which has no `sys.monitoring`."""

    def called(frame: object, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is code:
            count[0] += 1

    sys.setprofile(called)
    threading.setprofile(called)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@contextlib.contextmanager
def process_put_back() -> Iterator[None]:
    """Put the state of the process back that cells change."""
    cwd, environ, path = str(Path.cwd()), dict(os.environ), list(sys.path)
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    numbers, arrays = random.getstate(), np.random.get_state()
    try:
        with warnings.catch_warnings():
            yield
    finally:
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(environ)
        sys.path[:] = path
        sys.modules.pop("this_is_new", None)
        root.setLevel(level)
        root.handlers[:] = handlers
        random.setstate(numbers)
        np.random.set_state(arrays)
        InteractiveShell.clear_instance()
