"""Which calls go to other processes, how that is written, and why others stay."""

import decimal
import importlib
import importlib.util
import linecache
import math
import subprocess
import sys
import types

import numpy as np
import pytest
from loky import get_reusable_executor

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import processes

NOTEBOOK = """
import math, os, random, time, threading
from dataclasses import dataclass

K = 3
CONFIG = {"a": [1]}
STOP = {"a", "b"}
SENTINEL = object()
LOCK = threading.Lock()
FILE = open(os.devnull)
SEEN = []
FACTOR = 2


def spin(n, seed=0):
    total = seed
    for each in range(n):
        total += each * K
    return total

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def remember(n):
    for each in range(n):
        SEEN.append(each)
    return n

def show(n):
    for each in range(n):
        print(each)

def roll(n):
    return [random.random() for _ in range(n)]

def seeded(n):
    source = random.Random(n)
    return [source.random() for _ in range(n)]

def missing(n, what=SENTINEL):
    return sum(range(n)) if what is SENTINEL else 0

def words(text):
    return [each for each in set(text.split())]

def rare(text):
    return [each for each in text.split() if each not in STOP]

def unique(text):
    seen = set()
    for each in text.split():
        seen.add(each)
    return sorted(seen), len(seen)

def listed(stop, n):
    return [*range(n), *stop]

def locked(n):
    with LOCK:
        return sum(range(n))

def read_file(n):
    return [FILE for _ in range(n)]

def config(n):
    for _ in range(n):
        pass
    return CONFIG["a"]

def same(items):
    for each in items:
        pass
    return items

def grow(items):
    for each in range(3):
        items.append(each)
    return len(items)

def gen(n):
    for each in range(n):
        yield each

def lines_in(path):
    with open(path) as file:
        return sum(1 for _ in file)

def total(items):
    return sum(items)

def rooted(n):
    return [math.sqrt(each) for each in range(n)]

def fail(n):
    for each in range(n):
        if each == 2:
            raise ValueError("no", n)

def half(n):
    return [100 // n for _ in range(3)]

def keyword(fn):
    return sum(range(fn))

def maker(n):
    def inner(m):
        return sum(range(m)) + n
    return inner

def where(n):
    return [os.getpid() for _ in range(n)]

def environ(n):
    return [os.environ.get("HOME") for _ in range(n)]

def nap(n):
    time.sleep(n)
    return n * 2

def double(n):
    return 2 * n

def count(n):
    global K
    for _ in range(n):
        K += 1
    return n

@dataclass
class Point:
    x: int
    y: int

class Turtle:
    def __init__(self, n):
        self.n = n
    def step(self):
        return self.n * FACTOR
    def walk(self, n):
        return sum(self.n for _ in range(n))
    def move(self, n):
        for _ in range(n):
            self.n += 1
        return self.n

class Proud:
    def __init__(self, n):
        self.n = n
    def __getstate__(self):
        return {"n": 0}
    def walk(self, n):
        return sum(self.n for _ in range(n))

def points(n):
    return [Point(each, each) for each in range(n)]

def turtles(n):
    return [Turtle(each) for each in range(n)]

adder = maker(5)
turtle, proud = Turtle(3), Proud(3)
data = list(range(100))
stream = iter(data)
"""
FILENAME = "<the notebook of the process tests>"
linecache.cache[FILENAME] = (len(NOTEBOOK), None, NOTEBOOK.splitlines(keepends=True), FILENAME)
CODE = compile(NOTEBOOK, FILENAME, "exec")


@pytest.fixture(scope="module")
def notebook():
    module = types.ModuleType("__main__")
    names = vars(module)
    before, sys.modules["__main__"] = sys.modules["__main__"], module
    exec(CODE, names)
    sys.modules["__main__"] = before
    yield names
    names["FILE"].close()


def planned(source, names, **options):
    options = {"workers": 2, **options}
    return processes.plan(analyse(Cell(source=source, python=source), names), Options(**options))


PLANS = {
    "two calls": (
        "a = spin(10)\nb = spin(20)\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "a_future = executor.submit(spin, 10)\nb_future = executor.submit(spin, 20)\n"
            "a = a_future.result()\nb = b_future.result()\n"
        ),
    ),
    "a chain beside another call": (
        "a = spin(10)\nb = spin(a)\nc = fib(3)\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "a_future = executor.submit(spin, 10)\nc_future = executor.submit(fib, 3)\n"
            "a = a_future.result()\nb_future = executor.submit(spin, a)\nb = b_future.result()\nc = c_future.result()\n"
        ),
    ),
    "one expression": (
        "r = spin(1) + fib(2)  # both\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "spin_future = executor.submit(spin, 1)\nfib_future = executor.submit(fib, 2)\n"
            "r = spin_future.result() + fib_future.result()  # both\n"
        ),
    ),
    "a closure and keywords": (
        "a = adder(10)\nb = spin(2, seed=4)\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "a_future = executor.submit(adder, 10)\nb_future = executor.submit(spin, 2, seed=4)\n"
            "a = a_future.result()\nb = b_future.result()\n"
        ),
    ),
    "methods that only read": (
        "a = turtle.walk(3)\nb = turtle.walk(4)\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "a_future = executor.submit(turtle.walk, 3)\nb_future = executor.submit(turtle.walk, 4)\n"
            "a = a_future.result()\nb = b_future.result()\n"
        ),
    ),
    "instances whose class brings nothing along": (
        "a = points(3)\nb = points(4)\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "a_future = executor.submit(points, 3)\nb_future = executor.submit(points, 4)\n"
            "a = a_future.result()\nb = b_future.result()\n"
        ),
    ),
    "sets that are only asked": (
        "a = rare('a b c')\nb = unique('a b c')\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "a_future = executor.submit(rare, 'a b c')\nb_future = executor.submit(unique, 'a b c')\n"
            "a = a_future.result()\nb = b_future.result()\n"
        ),
    ),
    "random numbers with a seed of their own": (
        "a = seeded(3)\nb = seeded(4)\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "a_future = executor.submit(seeded, 3)\nb_future = executor.submit(seeded, 4)\n"
            "a = a_future.result()\nb = b_future.result()\n"
        ),
    ),
    "a call that prints stays in its place": (
        "a = spin(1)\nshow(2)\nb = spin(3)\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "a_future = executor.submit(spin, 1)\nb_future = executor.submit(spin, 3)\n"
            "a = a_future.result()\nshow(2)\nb = b_future.result()\n"
        ),
    ),
}

LOOPS = {
    "a comprehension of known length is sent in pieces": (
        "out = [spin(n) for n in range(40)]\n",
        "executor = get_reusable_executor(max_workers=2)\nout = list(executor.map(spin, range(40), chunksize=5))\n",
    ),
    "a loop keeps its items apart": (
        "out = []\nfor n in data:\n    out.append(spin(n))\n",
        (
            "out = []\nexecutor = get_reusable_executor(max_workers=2)\n"
            "futures = [executor.submit(spin, n) for n in data]\n"
            "for n, future in zip(data, futures):\n    out.append(future.result())\n"
        ),
    ),
    "two calls for each item": (
        "out = []\nfor n in [1, 2]:\n    v = spin(n)\n    out.append(fib(v))\n",
        (
            "out = []\nexecutor = get_reusable_executor(max_workers=2)\n\ndef get_fib(n):\n    v = spin(n)\n    return v, fib(v)\n\n"
            "items = [1, 2]\nfutures = [executor.submit(get_fib, n) for n in items]\n"
            "for n, future in zip(items, futures):\n    v, fib_result = future.result()\n    out.append(fib_result)\n"
        ),
    ),
    "a filter": (
        "out = [spin(n, seed=1) for n in data if n > 3]\n",
        (
            "executor = get_reusable_executor(max_workers=2)\n"
            "futures = [executor.submit(spin, n, seed=1) for n in data if n > 3]\n"
            "out = [future.result() for future in futures]\n"
        ),
    ),
    "inside a function": (
        "def work(xs):\n    return [spin(x) for x in xs]\nr = work(data)\n",
        "def work(xs):\n    executor = get_reusable_executor(max_workers=2)\n    return list(executor.map(spin, xs))\nr = work(data)\n",
    ),
}

REFUSALS = {
    "a loop that carries a value": (
        "t = 0\nfor n in range(3):\n    t = spin(t)\n",
        "from the iteration before",
    ),
    "a loop that keeps an object": (
        "out = []\nfor n in range(3):\n    row = [CONFIG, n]\n    v = spin(n)\n    out.append(fib(v))\n",
        "keeps in a name",
    ),
    "a loop that remembers": ("out = [remember(n) for n in range(3)]\n", "SEEN"),
    "a loop over random numbers": ("out = [roll(n) for n in range(3)]\n", "random"),
    "a loop of next to nothing": ("out = [double(n) for n in range(3)]\n", "too little"),
    "a loop that gives existing objects": ("out = [config(n) for n in range(3)]\n", "there already"),
    "writes a global list": ("a = remember(3)\nb = remember(4)\n", "changes 'SEEN'"),
    "writes a global name": ("a = count(3)\nb = count(4)\n", "changes 'K'"),
    "prints": ("show(3)\nx = 1\nshow(4)\n", "both print"),
    "reads the random stream": ("a = roll(3)\nb = roll(4)\n", "stream of random numbers"),
    "compares with a sentinel": ("a = missing(3)\nb = missing(4)\n", "compares identities"),
    "goes through a set": ("a = words('a b')\nb = words('b c')\n", "goes through a set"),
    "goes through a set it is given": ("a = listed(STOP, 2)\nb = listed(STOP, 3)\n", "goes through a set"),
    "holds a lock": ("a = locked(3)\nb = locked(4)\n", "LOCK"),
    "refers to an open file": ("a = read_file(3)\nb = read_file(4)\n", "FILE"),
    "gives an object that is there": ("a = config(3)\nb = config(4)\n", "there already"),
    "gives what it is given": ("x = [1]\na = same(x)\nb = same(x)\n", "that it is given"),
    "changes its argument": ("x = []\na = grow(x)\nb = grow(data)\n", "changes"),
    "gives a generator": ("a = gen(3)\nb = gen(4)\n", "cannot be"),
    "gives a function": ("a = maker(3)\nb = maker(4)\n", "gives a function"),
    "asks for the process": ("a = where(3)\nb = where(4)\n", "getpid"),
    "reads the environment": ("a = environ(3)\nb = environ(4)\n", "environment"),
    "only waits": ("a = nap(0.1)\nb = nap(0.2)\n", "too little"),
    "next to nothing": ("a = double(1)\nb = double(2)\n", "too little"),
    "a class that brings the notebook along": ("a = turtles(3)\nb = turtles(4)\n", "brings its class along"),
    "a method that changes its object": ("a = turtle.move(3)\nb = turtle.move(4)\n", "changes"),
    "an argument that decides what a copy is": ("a = proud.walk(3)\nb = proud.walk(4)\n", "__getstate__"),
    "a generator as an argument": (
        "a = total(n for n in data)\nb = total(n for n in data)\n",
        "a generator cannot go",
    ),
    "an iterator that is consumed": ("a = sum(stream)\nb = same(stream)\n", ""),
    "a chain": ("a = spin(1)\nb = spin(a)\n", "each step needs the one before"),
    "nothing to call": ("a = 1\n", "the cell calls nothing"),
    "an await": ("a = await f(1)\nb = await f(2)\n", "the cell awaits"),
    "another thing of that name": ("get_reusable_executor = 1\na = spin(1)\nb = spin(2)\n", "another thing"),
    "a keyword of submit": ("a = keyword(fn=2)\nb = keyword(fn=4)\n", "takes an argument of that name"),
}


@pytest.mark.parametrize(("source", "expected"), [*PLANS.values(), *LOOPS.values()], ids=[*PLANS, *LOOPS])
def test_independent_calls_are_handed_over(notebook, source, expected):
    plan = planned(source, notebook)
    assert isinstance(plan, Plan), plan
    assert plan.source == f"from loky import get_reusable_executor\n\n{expected}"
    assert (plan.workers, plan.slots, plan.one_thread) == (2, 2, False)
    assert processes.COPIES in plan.assumptions


@pytest.mark.parametrize(("source", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_calls_that_would_differ_in_another_process_stay(notebook, source, reason):
    answer = planned(source, notebook)
    assert isinstance(answer, Refusal), answer.source
    assert reason in answer.reason
    assert answer.reason.endswith(".")


def test_more_than_four_in_ten_cases_are_refused():
    assert len(REFUSALS) >= 0.4 * (len(REFUSALS) + len(PLANS) + len(LOOPS))


def test_without_loky_the_strategy_says_what_to_install(notebook, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    answer = planned("a = spin(1)\nb = spin(2)\n", notebook)
    assert (answer.kind, answer.hint) == ("missing", 'pip install "perfmagic[processes]"')
    assert "'loky'" in answer.reason


def test_planning_does_not_import_loky():
    code = (
        "import sys; from perfmagic.strategies import processes; from perfmagic.analysis.analysis import analyse;"
        "from perfmagic.model.cell import Cell; from perfmagic.model.options import Options;"
        "processes.plan(analyse(Cell(source='x = 1', python='x = 1'), {}), Options());"
        "assert not {'loky', 'cloudpickle', 'multiprocessing'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(("workers", "expected"), [(2, 2), (8, 3)], ids=["two", "as many as calls"])
def test_workers_are_as_many_as_asked_for_and_calls(notebook, workers, expected):
    plan = planned("a = spin(1)\nb = spin(2)\nc = spin(3)\n", notebook, workers=workers)
    assert (plan.workers, plan.slots) == (expected, expected)
    assert f"max_workers={expected})" in plan.source


def test_arguments_that_may_fail_and_are_evaluated_sooner_are_stated(notebook):
    plan = planned("a = spin(1)\nb = spin(data[2])\n", notebook)
    assert any("arguments of the call on line 2" in each for each in plan.assumptions)


def test_one_worker_is_refused(notebook):
    answer = planned("a = spin(1)\nb = spin(2)\n", notebook, workers=1)
    assert (answer.kind, answer.reason) == ("limit", "one worker process works on one call at a time.")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda patch: patch.setattr(sys, "getrecursionlimit", lambda: 5000), "setrecursionlimit"),
        (lambda patch: patch.setattr(decimal.getcontext(), "prec", 50), "decimal numbers"),
        (lambda patch: patch.setattr(np, "geterr", lambda: {"divide": "raise"}), "seterr()"),
        (lambda patch: patch.setattr(sys, "get_int_max_str_digits", lambda: 0), "set_int_max_str_digits"),
    ],
    ids=["recursion", "decimals", "numpy", "digits"],
)
def test_settings_that_a_new_process_has_not_keep_calls_here(notebook, monkeypatch, change, reason):
    source = "a = fib(10)\nb = fib(11)\n"
    assert isinstance(planned(source, notebook), Plan)
    change(monkeypatch)
    answer = planned(source, notebook)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason


def test_a_function_that_the_notebook_put_into_a_module_stays(notebook, monkeypatch):
    source = "a = rooted(10)\nb = rooted(11)\n"
    assert isinstance(planned(source, notebook), Plan)
    monkeypatch.setattr(math, "sqrt", notebook["spin"])
    answer = planned(source, notebook)
    assert isinstance(answer, Refusal)
    assert "math.sqrt" in answer.reason


def test_the_working_directory_is_stated_where_files_are_read(notebook):
    plan = planned("a = lines_in('x')\nb = lines_in('y')\n", notebook)
    assert processes.FOLDER in plan.assumptions
    assert processes.FOLDER not in planned("a = spin(1)\nb = spin(2)\n", notebook).assumptions


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of the user's own."""
    text = (
        "STEPS = 4\nTABLE = {}\n\ndef helper(n):\n    return sum(range(n))\n\n"
        "def run(n):\n    return [helper(each) * STEPS for each in range(n)]\n\n"
        "def look(n):\n    return [TABLE.get(each) for each in range(n)]\n"
    )
    (tmp_path / "simulation.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("simulation")
    del sys.modules["simulation"]


MODULE_CELL = "a = simulation.run(3)\nb = simulation.run(4)\n"


def test_a_function_of_a_module_goes_along_with_what_its_text_says(notebook, module):
    plan = planned(MODULE_CELL, notebook | {"simulation": module})
    assert isinstance(plan, Plan), plan
    assert "executor.submit(simulation.run, 3)" in plan.source


@pytest.mark.parametrize(
    ("change", "source", "name"),
    [
        ({"STEPS": 5}, MODULE_CELL, "simulation.STEPS"),
        ({}, MODULE_CELL.replace("run", "look"), "simulation.TABLE"),
        ({"helper": "spin"}, MODULE_CELL, "simulation.helper"),
    ],
    ids=["a constant set anew", "a dict", "a function of the notebook in its place"],
)
def test_what_another_process_would_import_otherwise_keeps_the_call_here(
    notebook, module, change, source, name
):
    for key, value in change.items():
        setattr(module, key, notebook[value] if isinstance(value, str) else value)
    answer = planned(source, notebook | {"simulation": module})
    assert isinstance(answer, Refusal), answer.source
    assert name in answer.reason


@pytest.fixture(scope="module")
def pool():
    """The workers that all plans of this file share."""
    yield
    get_reusable_executor(max_workers=2).shutdown(kill_workers=True)


def outcome(source, names):
    """Run a cell in the notebook; return what it binds and what it raises, and leave the notebook as it was."""
    before, raised = dict(names), None
    try:
        exec(compile(source, "<cell>", "exec"), names)
    except Exception as error:
        raised = type(error), error.args
    found = {key: value for key, value in names.items() if before.get(key, names) is not value}
    names.clear()
    names.update(before)
    return found, raised


FAILING = {
    "the first fails": "a = fail(3)\nb = spin(2)\n",
    "the second fails": "a = spin(2)\nb = fail(3)\n",
    "both fail": "a = fail(3)\nb = fail(4)\n",
    "one in a loop fails": "out = []\nfor n in range(4):\n    out.append(half(n - 2))\n",
    "one in a comprehension fails": "out = [half(n - 2) for n in range(40)]\n",
}
CELLS = {**{name: each[0] for name, each in {**PLANS, **LOOPS}.items() if "prints" not in name}, **FAILING}


@pytest.mark.parametrize("source", CELLS.values(), ids=CELLS)
def test_a_plan_gives_what_the_cell_gives(notebook, pool, source):
    plan = planned(source, notebook)
    assert isinstance(plan, Plan), plan
    expected, raised = outcome(source, notebook)
    found, raised_there = outcome(plan.source, notebook)
    kept = {key: value for key, value in found.items() if key not in plan.introduced | plan.redefined}
    assert kept == {key: value for key, value in expected.items() if key not in plan.redefined}
    assert raised_there == raised
    assert (raised is not None) is (source in FAILING.values())


def test_an_instance_that_comes_back_leaves_its_class_as_it_is(notebook, pool):
    before = notebook["Point"].__init__
    plan = planned("a = points(3)\nb = points(4)\n", notebook)
    found, _ = outcome(plan.source, notebook)
    assert type(found["a"][0]) is notebook["Point"]
    assert notebook["Point"].__init__.__code__ == before.__code__
