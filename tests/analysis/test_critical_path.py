"""Work, span and ceiling from recorded spans."""

import pytest

from perfmagic.analysis.critical_path import bound, ceiling
from perfmagic.model.comparison import Bound
from perfmagic.model.run import Span
from tests.strategies.cell_runs import analysed


def spans_in_turn(*operations, each_s=1.0, parent=None, start_s=0.0):
    """Return spans of operations that ran one after the other."""
    return [
        Span(
            operation=key,
            label="",
            start_s=start_s + at * each_s,
            end_s=start_s + (at + 1) * each_s,
            parent=parent,
        )
        for at, key in enumerate(operations)
    ]


@pytest.mark.parametrize(
    ("source", "operations", "parallelism"),
    [
        ("a = await f(1)\nb = await g(2)\nc = await f(3)\n", [0, 1, 2], 3.0),
        ("a = await f(1)\nb = await g(2)\nc = await h(a, b)\n", [0, 1, 2], 1.5),
        ("a = await f(1)\nb = await f(a)\nc = await f(b)\n", [0, 1, 2], 1.0),
        ("a1 = await f(1)\na2 = await g(a1)\nb1 = await f(1)\nb2 = await g(b1)\n", [0, 1, 2, 3], 2.0),
        ("a = await f(1)\nb = await g(a)\na = await f(5)\nc = await g(a)\n", [0, 1, 2, 3], 2.0),
        ("r = await h(await f(1), await g(2))\n", [0, 1, 2], 1.5),
        ("r = [await f(x) for x in range(5)]\n", [0] * 5, 5.0),
        ("o = []\nfor x in range(4):\n    y = await f(x)\n    o.append(await g(y))\n", [0, 1] * 4, 4.0),
        ("t = 1\nfor x in range(4):\n    t = await f(t)\n", [0] * 4, 1.0),
        ("u = await conn.fetch('a')\no = await conn.fetch('b')\n", [0, 1], 1.0),
        ("try:\n    a = await f(1)\n    b = await g(2)\nexcept ValueError:\n    pass\n", [0, 1], 2.0),
        ("n = 0\nwhile n < 2:\n    a = await f(n)\n    b = await g(n)\n    n += 1\n", [0, 1, 0, 1], 2.0),
    ],
    ids=[
        "line", "diamond", "chain", "two chains", "name bound again", "siblings", "comprehension", "loop with chain",
        "carried loop", "one connection", "try body", "while body",
    ],
)  # fmt: skip
def test_parallelism_of_equal_operations(source, operations, parallelism):
    found = bound(analysed(source), spans_in_turn(*operations), float(len(operations)))
    assert found.parallelism == pytest.approx(parallelism)


def test_code_that_is_no_operation_counts_in_work_and_span():
    found = bound(analysed("a = await f(1)\nb = await g(2)\n"), spans_in_turn(0, 1), 5.0)
    assert (found.work_s, found.span_s) == (5.0, 4.0)


def test_what_a_handler_may_overlap_shortens_the_operation_that_calls_it():
    source = "async def k():\n    a = await f(1)\n    b = await g(2)\n    return a, b\nr = await k()\n"
    analysis = analysed(source)
    call, first, second = (each.key for each in analysis.operations)
    spans = [Span(operation=call, label="", start_s=0, end_s=2), *spans_in_turn(first, second, parent=0)]
    assert bound(analysis, spans, 2.0).span_s == pytest.approx(1.0)


def test_unequal_operations_leave_the_longest_path():
    spans = [Span(operation=0, label="", start_s=0, end_s=3), Span(operation=1, label="", start_s=3, end_s=4)]
    assert bound(analysed("a = await f(1)\nb = await g(2)\n"), spans, 4.0).span_s == pytest.approx(3.0)


def test_an_operation_that_nothing_explains_saves_nothing():
    spans = [Span(operation=-1, label="task", start_s=0, end_s=3), *spans_in_turn(0, 1)]
    assert bound(analysed("a = await f(1)\nb = await g(2)\n"), spans, 3.0).span_s == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("slots", "serial_s", "expected"),
    [(None, 0.0, 3.0), (2, 0.0, 2.0), (3, 0.2, 3.0), (None, 0.6, 1.5), (1, 0.0, 1.0)],
    ids=["span", "slots", "enough slots", "serial part", "one slot"],
)
def test_the_ceiling_is_the_tightest_of_three_limits(slots, serial_s, expected):
    assert ceiling(Bound(work_s=0.9, span_s=0.3), slots=slots, serial_s=serial_s) == pytest.approx(expected)


def test_a_cell_that_took_no_time_has_no_speedup():
    assert ceiling(Bound(work_s=0.0, span_s=0.0), slots=None, serial_s=0.0) == 1.0


def waits_in_turn(source, order, each_s=1.0):
    """Return a cell and spans of its operations and hidden waits (``h0`` is the first of them), one after the other."""
    analysis = analysed(source)
    first = len(analysis.operations)
    keys = [first + int(each[1:]) if isinstance(each, str) else each for each in order]
    return analysis, spans_in_turn(*keys, each_s=each_s)


ENTERED = ["h0", 0, "h1"]


@pytest.mark.parametrize(
    ("source", "order", "parallelism"),
    [
        ("async with pool.acquire() as c:\n    a = await f(1)\n", ENTERED, 1.0),
        ("o = []\nfor x in range(3):\n    async with pool.acquire() as c:\n        o.append(await f(x))\n", ENTERED * 3, 3.0),
        ("t = 0\nfor x in range(3):\n    async with pool.acquire() as c:\n        t = await f(t)\n", ENTERED * 3, 1.0),
        (
            "async with pool.acquire() as c:\n    a = await f(1)\nasync with pool.acquire() as d:\n    b = await f(2)\n",
            ["h0", 0, "h1", "h2", 1, "h3"],
            2.0,
        ),
        ("o = []\nasync for i in agen(3):\n    o.append(await f(i))\n", ["h0", 0] * 3 + ["h0"], 7 / 4),
        ("t = 0\nasync for i in agen(3):\n    t = await f(t)\n", ["h0", 0] * 3 + ["h0"], 1.0),
        ("o = [i async for i in agen(3)]\nb = await g(o)\n", ["h0"] * 4 + [0], 1.0),
        ("o = [i async for i in agen(3)]\nb = await g(2)\n", ["h0"] * 4 + [0], 5 / 4),
    ],
    ids=[
        "one manager", "a loop of managers", "a carried loop", "two managers", "a pipeline", "a carried pipeline",
        "steps, then what needs them", "steps beside another operation",
    ],
)  # fmt: skip
def test_waits_without_await_overlap_where_their_statements_may(source, order, parallelism):
    analysis, spans = waits_in_turn(source, order)
    assert bound(analysis, spans, float(len(spans))).parallelism == pytest.approx(parallelism)
