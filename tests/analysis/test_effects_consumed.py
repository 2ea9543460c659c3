"""What gives its elements once, and what shows the elements of another object."""

import pytest

from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from tests.strategies.cell_runs import STRATEGIES, planned

CONSUME = """\
async def consume(xs):
    await f()
    return list(xs)
"""
ONCE = {
    "map": "m = map(str, [1, 2])",
    "zip": "m = zip([1, 2], [3, 4])",
    "enumerate": "m = enumerate([1, 2])",
    "reversed": "m = reversed([1, 2])",
    "generator_expression": "m = (x for x in [1, 2])",
    "generator": "def count():\n    yield 1\nm = count()",
    "iterator": "m = iter([1, 2])",
    "chain": "import itertools\nm = itertools.chain([1], [2])",
    "islice": "import itertools\nm = itertools.islice([1, 2], 1)",
    "stream": "import io\nm = io.StringIO('a')",
}
AGAIN = {
    "list": "m = [1, 2]",
    "tuple": "m = (1, 2)",
    "dict": "m = {1: 2}",
    "range": "m = range(3)",
    "text": "m = 'ab'",
    "view": "m = {1: 2}.items()",
    "sorted": "m = sorted([2, 1])",
    "deque": "import collections\nm = collections.deque([1])",
}
SHARED = {
    "view_of_a_dict": "d = {1: 2}\nv = d.keys()\na = await consume(v)\nd[3] = 4\nb = await consume(v)",
    "reduce": "import functools\nl = []\nx = functools.reduce(lambda p, q: p, [l, 2])\na = await addto(x, 1)\nb = await addto(l, 2)",
    "repeat": "import itertools\nx, y = itertools.repeat([], 2)\na = await addto(x, 1)\nb = await addto(y, 2)",
    "sum": "l = []\nx = sum([[l]], [])[0]\na = await addto(x, 1)\nb = await addto(l, 2)",
    "nlargest": "import heapq\nl = []\nx = heapq.nlargest(1, [l])[0]\na = await addto(x, 1)\nb = await addto(l, 2)",
}
APART = {
    "sum_of_numbers": "ns = [1, 2]\nn = sum(ns)\na = await f(n)\nb = await g(2)",
    "generator_in_a_callee": "async def total(xs):\n    await f()\n    return sum(x for x in xs)\na = await total([1])\nb = await total([2])",
    "loop_over_zip": "out = []\nfor x, y in zip([1, 2], [3, 4]):\n    out.append(await h(x, y))",
    "loop_over_items": "out = []\nfor x, y in {1: 2, 3: 4}.items():\n    out.append(await h(x, y))",
    "loop_over_product": "import itertools\nout = []\nfor x, y in itertools.product([1], [2, 3]):\n    out.append(await h(x, y))",
}


def accepts(cell: str) -> set[str]:
    told = Options()
    return {name for name in ("gather", "taskgroup", "tasks") if isinstance(planned(cell, name, told), Plan)}


@pytest.mark.parametrize("made", ONCE.values(), ids=ONCE)
def test_two_that_use_up_one_object_keep_their_order(made):
    assert not accepts(f"{CONSUME}{made}\na = await consume(m)\nb = await consume(m)\n")


@pytest.mark.parametrize("made", AGAIN.values(), ids=AGAIN)
def test_two_may_go_through_one_container(made):
    assert accepts(f"{CONSUME}{made}\na = await consume(m)\nb = await consume(m)\n")


@pytest.mark.parametrize("cell", SHARED.values(), ids=SHARED)
def test_what_shares_its_parts_is_seen(cell):
    assert isinstance(planned(CONSUME + cell, "tasks"), Refusal)


@pytest.mark.parametrize("cell", APART.values(), ids=APART)
def test_what_shares_nothing_may_overlap(cell):
    assert accepts(cell)


def test_the_strategies_are_those_that_exist():
    assert {"gather", "taskgroup", "tasks"} <= set(STRATEGIES)
