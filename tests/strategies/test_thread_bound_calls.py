"""Calls that mean something else in another thread stay in theirs, in pools and beside the loop."""

import asyncio
import contextvars
import linecache
import threading

import pytest

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import tasks, threads

TEXT = """
import asyncio, threading, time
async def f(n):
    await asyncio.sleep(0)
    return n
def nap(n):
    time.sleep(0.001)
    return n
def variable(n):
    time.sleep(0.001)
    return VARIABLE.get()
def local(n):
    time.sleep(0.001)
    return LOCAL.value
def loop(n):
    time.sleep(0.001)
    return asyncio.get_running_loop() is not None
def later(n):
    time.sleep(0.001)
    QUEUE.put_nowait(n)
def first(items):
    time.sleep(0.001)
    return next(iter(items))
def first_or(items):
    time.sleep(0.001)
    return next(iter(items), None)
def stops(n):
    time.sleep(0.001)
    raise StopIteration(n)
"""
FILENAME = "<the notebook of the thread-bound calls>"
linecache.cache[FILENAME] = (len(TEXT), None, TEXT.splitlines(keepends=True), FILENAME)


def planned(strategy, source):
    names = {"VARIABLE": contextvars.ContextVar("v"), "LOCAL": threading.local(), "QUEUE": asyncio.Queue()}
    exec(compile(TEXT, FILENAME, "exec"), names)
    return strategy.plan(analyse(Cell(source=source, python=source), names), Options())


@pytest.mark.parametrize(
    ("name", "what"),
    [("variable", "a context variable"), ("local", "a threading.local"), ("loop", "get_running_loop()")],
)
def test_what_belongs_to_its_thread_keeps_calls_out_of_a_pool(name, what):
    answer = planned(threads, f"a = {name}(1)\nb = {name}(2)\n")
    assert isinstance(answer, Refusal)
    assert f"line 1 uses {what}" in answer.reason


def test_plain_calls_go_to_a_pool():
    assert isinstance(planned(threads, "a = nap(1)\nb = nap(2)\n"), Plan)


@pytest.mark.parametrize("call", ["loop(1)", "later(1)", "first([])", "stops(1)"])
def test_what_a_thread_cannot_do_for_the_loop_stays_beside_it(call):
    """A task that waits for a thread which raises StopIteration waits forever before Python 3.12."""
    answer = planned(tasks, f"a = {call}\nb = await f(1)\nc = await f(2)\n")
    assert "to_thread" not in getattr(answer, "source", "")


@pytest.mark.parametrize("call", ["nap(1)", "first_or([])"])
def test_what_only_waits_goes_to_a_thread_beside_the_loop(call):
    answer = planned(tasks, f"a = {call}\nb = await f(1)\n")
    assert isinstance(answer, Plan)
    assert "to_thread" in answer.source
