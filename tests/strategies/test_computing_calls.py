"""Library functions that compute for long and let other threads run: operations for threads and processes, and no others."""

import decimal
import hashlib
import linecache
import lzma
import sys
import zlib

import numpy as np
import pandas as pd
import pytest

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import processes, tasks, threads
from tests.strategies.cell_runs import STRATEGIES

TEXT = """
import time
import numpy as np
def burn(n):
    return sum(each * each for each in range(n))
def careful(n):
    with np.errstate(all="raise"):
        return burn(n)
"""
FILENAME = "<the notebook of the computing calls>"
linecache.cache[FILENAME] = (len(TEXT), None, TEXT.splitlines(keepends=True), FILENAME)


def notebook():
    names = {"zlib": zlib, "lzma": lzma, "hashlib": hashlib, "pd": pd, "data": b"abc" * 50, "TEXT": b"text"}
    exec(compile(TEXT, FILENAME, "exec"), names)
    names["A"] = np.array([[2.0, 1.0], [1.0, 3.0]])
    names["B"] = np.array([[1.0, 0.5], [0.25, 4.0]])
    return names


def planned(strategy, source):
    return strategy.plan(analyse(Cell(source=source, python=source), notebook()), Options(workers=2))


PAIRS = {
    "linear algebra": ("a = np.linalg.solve(A, B)\nb = np.linalg.svd(B)\n", "submit(np.linalg.svd, B)"),
    "products": ("a = np.dot(A, B)\nb = np.matmul(B, A)\n", "submit(np.matmul, B, A)"),
    "a method": ("a = A.dot(B)\nb = B.dot(A)\n", "submit(B.dot, A)"),
    "fourier transforms": ("a = np.fft.fft(A)\nb = np.fft.ifft(B)\n", "submit(np.fft.ifft, B)"),
    "sorting": ("a = np.sort(A)\nb = np.sort(B)\n", "submit(np.sort, B)"),
    "compression": ("a = zlib.compress(data)\nb = lzma.compress(data)\n", "submit(lzma.compress, data)"),
    "reading tables": (
        "a = pd.read_csv('a.csv')\nb = pd.read_csv('b.csv')\n",
        "submit(pd.read_csv, 'b.csv')",
    ),
}


@pytest.mark.parametrize(("source", "expected"), PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("strategy", [threads, processes], ids=["threads", "processes"])
def test_two_calls_that_compute_overlap(strategy, source, expected):
    answer = planned(strategy, source)
    assert isinstance(answer, Plan), answer
    assert expected in answer.source


IN_THREADS = {
    "hashes": (
        "a = hashlib.sha256(data).hexdigest()\nb = hashlib.sha256(TEXT).hexdigest()\n",
        "submit(hashlib.sha256, TEXT",
    ),
    "a loop of hashes": (
        "a = [hashlib.sha256(each).digest() for each in [data, data * 2]]\n",
        "map(hashlib.sha256, ",
    ),
}


@pytest.mark.parametrize(("source", "expected"), IN_THREADS.values(), ids=IN_THREADS)
def test_what_cannot_leave_the_process_overlaps_in_threads_alone(source, expected):
    answer = planned(threads, source)
    assert isinstance(answer, Plan), answer
    assert expected in answer.source
    assert isinstance(planned(processes, source), Refusal)


@pytest.mark.parametrize(
    "source", [PAIRS[each][0] for each in PAIRS if each != "reading tables"] + [IN_THREADS["hashes"][0]]
)
def test_the_plan_for_threads_gives_what_the_cell_gives(source):
    answer = planned(threads, source)
    results = []
    for text in (source, answer.source):
        names = notebook()
        exec(text, names)
        results.append(repr((names["a"], names["b"])))
    assert results[0] == results[1]


APART = {
    "elementwise": (
        "a = A + B\nb = np.exp(A)\n",
        "nothing",
        "no call of the cell is known to wait or to compute for long",
    ),
    "nothing called": ("a = 1 + 2\n", "nothing", "the cell calls nothing"),
    "a chain": ("a = np.dot(A, B)\nb = np.dot(a, B)\n", "flow", "each step needs the one before"),
    "in place, then read": ("A.sort()\na = np.linalg.inv(A)\n", "", "'A'"),
    "two in place": ("A.sort()\nB.sort()\n", "", "'"),
    "into one array": ("np.dot(A, A, out=B)\nnp.dot(B, B, out=A)\n", "", "'A'"),
    "a clock between": (
        "t = time.perf_counter()\na = np.linalg.inv(A)\nu = time.perf_counter()\nb = np.linalg.inv(B)\n",
        "effect",
        "line 4 takes time that is measured from line 3 on",
    ),
    "a clock between plain functions": (
        "a = burn(1)\nt = time.perf_counter()\nb = burn(2)\n",
        "effect",
        "line 3 takes time that is measured from line 2 on",
    ),
    "errors of numpy set around": (
        "with np.errstate(all='raise'):\n    a = np.linalg.inv(A)\n    b = np.linalg.inv(B)\n",
        "effect",
        "line 1 sets how numbers are computed",
    ),
    "errors of numpy set before": (
        "np.seterr(all='raise')\na = burn(1)\nb = burn(2)\n",
        "effect",
        "line 1 sets how",
    ),
    "one hash fed twice": ("h = hashlib.sha256()\nh.update(data)\nh.update(b'x')\n", "", "line"),
    "an await": ("a = await f(1)\nb = np.linalg.inv(A)\n", "nothing", "the cell awaits"),
}


@pytest.mark.parametrize(("source", "kind", "reason"), APART.values(), ids=APART)
@pytest.mark.parametrize("strategy", [threads, processes], ids=["threads", "processes"])
def test_what_must_stay_in_order_does(strategy, source, kind, reason):
    answer = planned(strategy, source)
    assert isinstance(answer, Refusal), answer.source
    assert reason in answer.reason
    assert kind in answer.kind
    assert answer.hint


def test_settings_of_pandas_do_not_go_to_another_process():
    source = "with pd.option_context('mode.copy_on_write', True):\n    a = burn(1)\n    b = burn(2)\n"
    assert "for its own process only" in planned(processes, source).reason
    with pd.option_context("mode.sim_interactive", True):
        answer = planned(processes, "a = burn(1)\nb = burn(2)\n")
    assert "whose options hold for this process only" in answer.reason


def test_a_function_that_sets_the_errors_itself_may_go_to_a_thread():
    assert isinstance(planned(threads, "a = careful(1)\nb = careful(2)\n"), Plan)


@pytest.mark.parametrize("library", ["numpy", "decimal"])
def test_a_setting_of_the_notebook_s_thread_keeps_calls_in_it(monkeypatch, library):
    source = "a = burn(1)\nb = burn(2)\n"
    assert isinstance(planned(threads, source), Plan)
    if library == "numpy":
        monkeypatch.setattr(np, "geterr", lambda: {"divide": "raise"})
    else:
        monkeypatch.setattr(decimal.getcontext(), "prec", 50)
    answer = planned(threads, source)
    assert f"may use {library}" in answer.reason


def test_a_call_that_computes_stays_in_the_thread_of_a_cell_that_awaits():
    """Nobody asked for it: a thread costs more than a small call."""
    source = (
        "import asyncio\na = await asyncio.sleep(0, 1)\nb = np.linalg.inv(A)\nc = await asyncio.sleep(0, 2)\n"
    )
    answer = planned(tasks, source)
    assert isinstance(answer, Plan)
    assert "to_thread" not in answer.source


@pytest.mark.parametrize("name", ["tasks", "gather", "threads"])
@pytest.mark.parametrize(
    "source", ["a = " + "+".join(["1"] * 3000) + "\n", "a = await f(1)" + ".b" * 3000 + "\n"]
)
def test_code_that_is_nested_too_deeply_is_refused_for_that(name, source):
    """Python before 3.12 cannot compile it at all, and the error says so with the cell's file name."""
    cell = Cell(source=source, python=source, filename="<deep>")
    if sys.version_info < (3, 12):
        with pytest.raises(SyntaxError, match=r"nested too deeply.*<deep>, line 1"):
            analyse(cell, {})
        return
    answer = STRATEGIES[name].plan(analyse(cell, {}), Options())
    assert "nested too deeply" in answer.reason or "the cell awaits" in answer.reason
