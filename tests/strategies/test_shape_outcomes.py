"""Every shape, with an operation failing at each position: the same names, output and error as the cell as written."""

import ast

import pytest

from perfmagic.model.plan import Plan
from tests.strategies.cell_runs import namespace, perturbed, planned, run

START = """\
FAIL = {number}
async def op(n, v):
    await asyncio.sleep(D)
    if n == FAIL:
        raise ValueError(n)
    return v
def blocking(n, v):
    time.sleep(D)
    if n == FAIL:
        raise KeyError(n)
    return v
"""
"""What the shapes call: each call has a number, and that of ``FAIL`` fails."""

SHAPES = {
    "two": "a = await op(1, 1)\nb = await op(2, 2)\n",
    "mixed": "a = await op(1, 1)\nb = blocking(2, 2)\nc = await op(3, 3)\nd = blocking(4, a)\n",
    "mixed in an expression": "a = await op(1, 'x')\nb = blocking(2, a).upper() + str(await op(3, 3))\n",
    "condition": "k = 1\na = await op(1, 1)\nif k:\n    b = await op(2, 2)\nc = await op(3, 3)\n",
    "two branches": (
        "a = await op(1, 1)\nif LOG:\n    b = await op(2, 2)\nelse:\n    b = await op(3, 3)\n    c = await op(4, b)\n"
    ),
    "conditional expression": "k = 0\na = await op(1, 1)\nb = (await op(2, 2)) if not k else None\nc = k or await op(3, 3)\n",
    "constant between": "a = await op(1, 1)\nx = 5\nb = await op(2, x)\nx = 6\nc = await op(3, x)\n",
    "dictionary between": "a = await op(1, 1)\nk = {'q': D}\nb = await op(2, k)\nk['r'] = b is k\n",
    "old names": "a = b = c = x = None\na = await op(1, 1)\nx = [a]\nb = await op(2, 2)\nc = await op(3, x)\n",
    "try beside try": (
        "try:\n    a = await op(1, 1)\nexcept ValueError:\n    a = None\n"
        "try:\n    b = await op(2, 2)\nexcept (KeyError, ValueError):\n    b = None\nc = await op(3, 3)\n"
    ),
    "try that does not catch": (
        "a = await op(1, 1)\ntry:\n    b = await op(2, 2)\nexcept KeyError:\n    b = None\nc = await op(3, 3)\n"
    ),
    "with": (
        "a = await op(1, 1)\nasync with pool.acquire() as k:\n    u = await k.fetch('x')\n    b = await op(2, u)\nc = await op(3, 3)\n"
    ),
    "with beside with": (
        "async with Client() as s:\n    r = await s.get('/1')\n    a = await op(1, r.u)\n"
        "async with Client() as s:\n    r = await s.get('/2')\n    b = await op(2, r.u)\n"
    ),
    "loop beside": "t = 1\na = await op(1, 1)\nfor x in range(3):\n    t = await op(x + 2, t + x)\nb = await op(6, 6)\n",
    "while beside": "p = 0\na = await op(1, 1)\nwhile p < 3:\n    p = await op(p + 2, p + 1)\n",
    "inside a function": (
        "async def load(m):\n    a = await op(m, 1)\n    k = f'/{m}'\n    async with Client() as s:\n"
        "        r = await s.get(k)\n        b = await op(m + 1, r.u)\n    return a, b\nz = await load(1)\n"
    ),
    "inside a try": (
        "try:\n    a = await op(1, 1)\n    x = 4\n    b = await op(2, x)\nexcept ValueError as e:\n    print('caught', e)\n    c = 0\n"
    ),
    "printing between": "a = await op(1, 1)\nprint(a)\nb = await op(2, 2)\nprint(b)\n",
    "cancelled list": "l = []\na = await op(1, 1)\nl.append(a)\nb = await op(2, 2)\nl.append(b)\n",
}
POSITIONS = 5
KEPT_APART = "would stay as before"
"""What the plan says where an error leaves other names bound."""


def _names(source: str) -> list[str]:
    stored = {
        each.id
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
    return sorted(stored - {"FAIL"})


@pytest.mark.parametrize("number", range(POSITIONS))
@pytest.mark.parametrize("shape", SHAPES)
def test_tasks_leave_what_the_cell_leaves_wherever_it_fails(shape, number):
    source = START.format(number=number) + SHAPES[shape]
    plan = planned(source, "tasks")
    assert isinstance(plan, Plan), plan
    names = _names(source)
    expected = run(source, names)
    for around in (namespace(), perturbed(number), perturbed(number + 10)):
        found = run(plan.source, names, around)
        assert (found.raised, found.printed) == (expected.raised, expected.printed), plan.source
        if expected.raised is None or not any(KEPT_APART in each for each in plan.assumptions):
            assert found == expected, plan.source


@pytest.mark.parametrize("strategy", ["gather", "tasks"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_that_succeeds_gives_the_same_under_every_strategy(shape, strategy):
    source = START.format(number=0) + SHAPES[shape]
    plan = planned(source, strategy)
    names = _names(source)
    expected = run(source, names)
    if isinstance(plan, Plan):
        for around in (namespace(), perturbed(1), perturbed(2)):
            assert run(plan.source, names, around) == expected, plan.source
