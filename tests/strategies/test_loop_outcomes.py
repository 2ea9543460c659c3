"""Loops give the outcome of the cell as written under perturbed waits, and when an operation fails at any place."""

import linecache
import textwrap

import pytest

from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import tasks
from tests.strategies.cell_runs import analysed, namespace, perturbed, run

CHECKED = [*"abcdeijkmprstuvxyz", "out", "total", "row", "data", "url", "seen", "key"]

CELLS = {
    "one operation": "out = []\nfor x in range(4):\n    out.append(await fails(x))\n",
    "two operations": "out = []\nfor x in range(4):\n    a = await fails(x)\n    b = await fails(x + 4)\n    out.append(a + b)\n",
    "a chain": "out = []\nfor x in range(4):\n    a = await fails(x)\n    b = await fails(a + 4)\n    out.append((x, b))\n",
    "a chain of three": (
        "out = []\nfor x in range(3):\n    a = await fails(x)\n    b = await fails(a + 3)\n"
        "    c = await fails(b + 3)\n    print(a, b)\n    out.append((x, c))\n"
    ),
    "in a try": (
        "out = []\nfor x in range(4):\n    try:\n        out.append(await fails(x))\n"
        "    except ValueError as e:\n        out.append(str(e))\n"
    ),
    "two in a try": (
        "out = []\nfor x in range(4):\n    try:\n        a = await fails(x)\n        b = await fails(x + 4)\n"
        "    except ValueError:\n        print('no', x)\n        continue\n    out.append((a, b))\n"
    ),
    "in a try, another error": (
        "out = []\nfor x in range(4):\n    try:\n        a = await fails(x)\n    except KeyError:\n        a = None\n"
        "    finally:\n        print('end', x)\n    out.append(a)\n"
    ),
    "a condition": (
        "out = []\nfor x in range(6):\n    if x % 2:\n        continue\n    a = await fails(x)\n    out.append(a)\n"
    ),
    "two branches": (
        "out = []\nfor x in range(6):\n    if x > 2:\n        a = await fails(x)\n    else:\n"
        "        b = await fails(x)\n    out.append(x)\n"
    ),
    "nested": (
        "m = []\nfor i in range(2):\n    row = []\n    for j in range(3):\n        row.append(await fails(i * 3 + j))\n"
        "    m.append(row)\n"
    ),
    "nested, with a condition and a try": (
        "m = []\nfor i in range(2):\n    for j in range(3):\n        if i != j:\n            try:\n"
        "                m.append(await fails(i * 3 + j))\n            except ValueError:\n                m.append(j)\n"
    ),
    "a sum": "total = 0\nfor x in range(4):\n    total += await fails(x)\n",
    "a test": "out = []\nfor x in range(4):\n    if await fails(x):\n        out.append(x)\n",
    "one line": "out = []\nfor x in range(4): out.append(await fails(x))\n",
    "with else": "out = []\nfor x in range(4):\n    a = await fails(x)\nelse:\n    out.append(a)\n",
    "items that unpack": "out = []\nfor i, k in zip(range(4), 'abcd'):\n    out.append((k, await fails(i)))\n",
    "a pipeline": "out = []\nasync for i in agen(4):\n    out.append(await fails(i))\n    print(i)\n",
    "a pipeline with a chain": (
        "out = []\nasync for i in agen(4):\n    try:\n        out.append(await fails(i))\n    except ValueError:\n"
        "        out.append(None)\n"
    ),
    "a pipeline whose iterator fails": (
        "async def some():\n    for i in range(5):\n        if i == 3:\n            raise KeyError(i)\n        yield i, i\n"
        "out = []\nasync for i, j in some():\n    out.append(await fails(i))\n    print(j)\n"
    ),
    "inside a larger expression": "total = sum([await fails(x) for x in range(4)]) + 1\n",
    "a filter": "r = [x for x in range(4) if await fails(x)]\n",
    "an element of two operations": "r = [(await fails(x), await fails(x + 4)) for x in range(4)]\n",
    "a choice": "r = [await fails(x) if x else None for x in range(4)]\n",
    "a dict with a condition": "r = {x: await fails(x) for x in range(6) if x % 2}\n",
    "a dict of two loops": "r = {(x, y): await fails(x + y) for x in range(2) for y in range(2)}\n",
    "a set": "r = {await fails(x) for x in range(4)}\n",
    "a comprehension in a comprehension": "r = [[await fails(x + y) for y in range(2)] for x in range(3)]\n",
}
GUARDED = {
    "a value inside a with statement": (
        "        async with pool.acquire() as held:\n            data = await fails(x)\n"
        "    except ValueError:\n        data = None\n    out.append((x, data))\n"
    ),
    "a store inside a with statement": (
        "        async with pool.acquire() as held:\n            out.append(await fails(x))\n"
        "    except Exception as error:\n        out.append((x, str(error)))\n"
    ),
    "a store behind it": (
        "        async with pool.acquire() as held:\n            data = await fails(x)\n        out.append(data)\n"
        "    except ValueError:\n        print('no', x)\n        continue\n    print(x)\n"
    ),
    "an error that goes on": (
        "        async with pool.acquire() as held:\n            data = await fails(x)\n"
        "    except KeyError:\n        data = None\n    finally:\n        print('end', x)\n    out.append(data)\n"
    ),
    "another error behind it": (
        "        async with pool.acquire() as held:\n            data = await fails(x)\n        out.append(1 // (x - 2))\n"
        "    except (ValueError, ZeroDivisionError) as error:\n        out.append(str(error))\n    else:\n        print(data)\n"
    ),
    "names before it": (
        "        async with pool.acquire() as held:\n            data = len(key) + await fails(x)\n"
        "    except ValueError:\n        data = key\n    out.append(data)\n"
    ),
    "two operations, one of the other": (
        "        v = await fails(x)\n        async with pool.acquire() as held:\n            data = await fails(v + 2)\n"
        "    except ValueError:\n        data = v = None\n    out.append((v, data))\n"
    ),
}
"""Bodies of a ``try`` in a loop, with its handlers: an error is dealt with in the turn of its own iteration."""

NAMED = "    key = f'n{x}'\n"
CELLS |= {
    name: f"out = []\nfor x in range(4):\n{NAMED if 'key' in body else ''}    try:\n{body}"
    for name, body in GUARDED.items()
}
CELLS |= {
    f"{name}, in a function": f"async def all_of(out):\n{textwrap.indent(CELLS[name], '    ')}    return out\nout = await all_of([])\n"
    for name in GUARDED
}
FAILING = [None, 0, 1, 3, 5]


SOURCE = """\
async def fails(x):
    await asyncio.sleep(D)
    if x == BAD:
        raise ValueError(f'bad {x}')
    return x
"""
linecache.cache["<fails>"] = (len(SOURCE), None, SOURCE.splitlines(keepends=True), "<fails>")


def with_failure(names: dict[str, object], wanted: int | None) -> dict[str, object]:
    """Return the names with an operation that fails for one argument."""
    names["BAD"] = wanted
    exec(compile(SOURCE, "<fails>", "exec"), names)
    return names


def plan(source: str, options: Options | None = None) -> Plan | Refusal:
    """Return what tasks makes of a cell over that namespace."""
    return tasks.plan(analysed(source, with_failure(namespace(), None)), options or Options())


@pytest.mark.parametrize("name", CELLS)
def test_every_one_of_these_loops_overlaps(name):
    assert isinstance(plan(CELLS[name]), Plan)


@pytest.mark.parametrize("limit", [32, 2])
@pytest.mark.parametrize("wanted", FAILING, ids=lambda each: f"fails at {each}")
@pytest.mark.parametrize("name", CELLS)
def test_tasks_leaves_what_the_loop_left(name, wanted, limit):
    made = plan(CELLS[name], Options(limit=limit))
    expected = run(CELLS[name], CHECKED, with_failure(namespace(), wanted))
    for seed in range(3):
        found = run(made.source, CHECKED, with_failure(perturbed(seed), wanted), may_lose=True)
        assert found == expected, made.source


EARLY_ENDS = {
    "break": "r = None\nfor x in range(5):\n    v = await fails(x)\n    if v == 2:\n        r = v\n        break\n",
    "break before the operation": "out = []\nfor x in range(5):\n    if x == 3:\n        break\n    out.append(await fails(x))\n",
    "return": (
        "async def find():\n    for x in range(9):\n        v = await fails(x)\n        if v == 2:\n            return v\n"
        "r = await find()\n"
    ),
    "assert": "for x in range(5):\n    v = await fails(x)\n    assert v < 3\n",
    "raise": "for x in range(5):\n    v = await fails(x)\n    if v == 3:\n        raise KeyError(v)\n",
}


@pytest.mark.parametrize("name", EARLY_ENDS)
def test_a_loop_that_may_end_early_stays_and_names_the_option(name):
    answer = plan(EARLY_ENDS[name])
    assert isinstance(answer, Refusal)
    assert answer.kind == "control"
    assert "--speculate" in (answer.hint or "")


@pytest.mark.parametrize("wanted", FAILING, ids=lambda each: f"fails at {each}")
@pytest.mark.parametrize("name", EARLY_ENDS)
def test_speculation_begins_reads_and_says_so(name, wanted):
    made = plan(EARLY_ENDS[name], Options(speculate=True, limit=3))
    assert any("as told" in each for each in made.assumptions)
    expected = run(EARLY_ENDS[name], CHECKED, with_failure(namespace(), wanted))
    for seed in range(3):
        found = run(made.source, CHECKED, with_failure(perturbed(seed), wanted), may_lose=True)
        assert found == expected, made.source


@pytest.mark.parametrize("operation", ["pool.execute('x')", "bump()", "noisy(x)", "client.post('/', json=x)"])
def test_speculation_begins_nothing_that_writes(operation):
    cell = f"for x in range(5):\n    if x == 3:\n        break\n    await {operation}\n"
    assert isinstance(plan(cell, Options(speculate=True)), Refusal)


def test_a_pause_in_a_loop_is_an_operation_like_any_other_if_it_may_be_ignored():
    cell = "out = []\nfor x in range(3):\n    out.append(await fails(x))\n    await asyncio.sleep(0.001)\n"
    assert isinstance(plan(cell), Refusal)
    made = plan(cell, Options(ignore_sleeps=True))
    assert any("pause on line 4" in each for each in made.assumptions)
    assert run(made.source, ["out"], with_failure(perturbed(1), None)).bindings == {"out": [0, 1, 2]}


TAILS = {
    "after an operation": "out = []\nfor x in range(4):\n    a = await fails(x)\n    out.append(10 // (2 - a))\n",
    "in a try": (
        "out = []\nfor x in range(4):\n    try:\n        a = await fails(x)\n        out.append(10 // (1 - a))\n"
        "    except ZeroDivisionError:\n        out.append(None)\n"
    ),
    "before the operation, in a try": (
        "out = []\nfor x in range(4):\n    try:\n        k = 10 // (x - 1)\n        out.append(await fails(x))\n"
        "    except (ValueError, ZeroDivisionError):\n        out.append(None)\n"
    ),
    "around an inner loop": (
        "out = []\nfor x in range(3):\n    try:\n        for y in range(2):\n            out.append(await fails(x + y))\n"
        "    except ValueError:\n        out.append(None)\n"
    ),
}


@pytest.mark.parametrize("wanted", FAILING, ids=lambda each: f"fails at {each}")
@pytest.mark.parametrize("name", TAILS)
def test_other_code_of_the_loop_fails_where_it_did(name, wanted):
    made = plan(TAILS[name])
    expected = run(TAILS[name], CHECKED, with_failure(namespace(), wanted))
    for seed in range(3):
        found = run(made.source, CHECKED, with_failure(perturbed(seed), wanted), may_lose=True)
        assert found == expected, made.source


@pytest.mark.parametrize("limit", [1, 3])
def test_a_pipeline_has_at_most_the_limit_in_flight(limit):
    cell = "out = []\nasync for i in agen(9):\n    out.append(await watched(i))\n"
    setting = (
        "flying = [0, 0]\nasync def watched(i):\n    flying[0] += 1\n    flying[1] = max(flying)\n"
        "    await asyncio.sleep(D)\n    flying[0] -= 1\n    return i\n"
    )
    made = plan(cell.replace("watched", "fails"), Options(limit=limit))
    names = namespace()
    exec(setting, names)
    flying = names["flying"]
    run(made.source.replace("fails", "watched"), ["out"], names)
    assert flying[1] <= limit


@pytest.mark.parametrize(
    ("iterable", "told"),
    [
        ("some()", True),
        ("enumerate(some())", True),
        ("agen_of", False),
        ("[1, 2]", False),
        ("range(3)", False),
    ],
)
def test_items_that_come_out_of_code_of_the_user_may_end_with_an_error(iterable, told):
    cell = (
        "def some():\n    yield 1\n    yield 2\n"
        f"out, agen_of = [], (1, 2)\nfor x in {iterable}:\n    out.append(await f(x))\n"
    )
    made = plan(cell)
    assert isinstance(made, Plan)
    assert any("raises no error" in each for each in made.assumptions) is told
