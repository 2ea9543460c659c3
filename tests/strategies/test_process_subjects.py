"""Constructors and other calls that do nothing to speak of: what they are given goes to another process, they do not."""

import linecache

import pytest

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import processes

TEXT = """
import time
from dataclasses import dataclass
LOG = []
def burn(n):
    return sum(each * each for each in range(n))
def nap(n):
    time.sleep(n)
    return n
def logged(n):
    LOG.append(n)
    return sum(range(n)) + len(LOG)
class Model:
    def __init__(self, v):
        self.v = v
class Noted:
    def __init__(self, v):
        self.v = v
        LOG.append(v)
class Heavy:
    def __init__(self, v):
        self.v = sum(range(v))
@dataclass
class Point:
    v: int
"""
FILENAME = "<the notebook of the trivial calls>"
linecache.cache[FILENAME] = (len(TEXT), None, TEXT.splitlines(keepends=True), FILENAME)


def planned(source):
    names = {"__name__": "__main__"}
    exec(compile(TEXT, FILENAME, "exec"), names)
    return processes.plan(analyse(Cell(source=source, python=source), names), Options(workers=2))


PLANS = {
    "a constructor": (
        "a = [Model(burn(n)) for n in range(4)]\n",
        "a = [Model(result) for n, result in zip(range(4), executor.map(burn, range(4)))]",
    ),
    "a data class": ("a = [Point(burn(n)) for n in range(4)]\n", "Point(result) for n, result in zip("),
    "a data class of the cell": (
        "@dataclass\nclass P:\n    v: int\na = [P(burn(n)) for n in range(4)]\n",
        "P(result) for n, result in zip(",
    ),
    "in a loop": (
        "a = []\nfor n in range(4):\n    a.append(Model(burn(n)))\n",
        "    a.append(Model(future.result()))",
    ),
    "straight lines": ("a = Model(burn(1))\nb = Model(burn(2))\n", "b = Model(burn_future_2.result())"),
}


@pytest.mark.parametrize(("source", "expected"), PLANS.values(), ids=PLANS)
def test_what_a_trivial_call_is_given_goes_to_another_process(source, expected):
    answer = planned(source)
    assert isinstance(answer, Plan), answer
    assert expected in answer.source


REFUSED = {
    "nothing but the constructor": ("a = [Model(n) for n in range(4)]\n", "Model() does too little"),
    "around a call that waits": ("a = [Model(nap(n)) for n in range(4)]\n", "nap() does too little"),
    "around a call that changes something": ("a = [Model(logged(n)) for n in range(4)]\n", "'LOG'"),
    "one that changes what the other reads": (
        "a = Noted(logged(1))\nb = Noted(logged(2))\n",
        "'LOG'",
    ),
}


@pytest.mark.parametrize(("source", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_may_not_go_stays(source, reason):
    answer = planned(source)
    assert isinstance(answer, Refusal), answer.source
    assert reason in answer.reason


def test_a_constructor_that_computes_goes_itself():
    answer = planned("a = [Heavy(burn(n)) for n in range(4)]\n")
    assert isinstance(answer, Refusal) or "result) for" not in answer.source
