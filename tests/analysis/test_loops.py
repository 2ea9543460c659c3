"""Which loops may overlap, in which form, why others may not, and how far the ceiling says that they can."""

import ast

import pytest

from perfmagic.analysis.bound_names import Assigned, bound_names
from perfmagic.analysis.critical_path import bound
from perfmagic.analysis.loop_checks import Obstacle
from perfmagic.analysis.loop_forms import FanOut, InPlace
from perfmagic.analysis.loops import loops_of
from perfmagic.model.options import Options
from perfmagic.model.run import Span
from tests.strategies.cell_runs import analysed


def forms(source: str) -> list[object]:
    """Return what is said of the loops at the top of a cell."""
    analysis = analysed(source)
    return list(loops_of(analysis, analysis.blocks[0], Options()))


FOR = "for x in range(4):\n    "
FORMS = {
    "a call and nothing else": (FOR + "a = await f(x)\n", FanOut),
    "two calls": (FOR + "a = await f(x)\n    b = await g(x)\n", InPlace),
    "a chain": (FOR + "a = await f(x)\n    b = await g(a)\n", InPlace),
    "a handler": (FOR + "try:\n        a = await f(x)\n    except ValueError:\n        a = 0\n", InPlace),
    "a condition": (FOR + "if x:\n        a = await f(x)\n", InPlace),
    "an inner loop": (FOR + "for y in range(2):\n        a = await f(x + y)\n", InPlace),
    "a connection of its own": (
        FOR + "async with pool.acquire() as c:\n        a = await c.fetch('q')\n",
        FanOut,
    ),
    "an asynchronous iterator": ("async for x in agen(3):\n    a = await f(x)\n", FanOut),
    "a comprehension": ("r = [await f(x) for x in range(3)]\n", FanOut),
    "inside an expression": ("r = len([await f(x) for x in range(3)]) + 1\n", FanOut),
    "a copied list": ("d = {1: 2}\nfor x in list(d):\n    d[x] = await f(x)\n", FanOut),
}


@pytest.mark.parametrize("name", FORMS)
def test_form(name):
    source, form = FORMS[name]
    assert [type(each) for each in forms(source)] == [form]


REASONS = {
    "carried": ("t = 0\n" + FOR + "t = await f(t)\n", "loop", "from the iteration before"),
    "one connection": (FOR + "a = await conn.fetch('q')\n", "exclusive", "one operation at a time"),
    "a write": (FOR + "try:\n        await bump()\n    except ValueError:\n        pass\n", "loop", "STATE"),
    "an early end": (FOR + "a = await f(x)\n    if a:\n        break\n", "control", "may end the loop"),
    "a condition that the loop changes": (
        "s = []\n" + FOR + "if x in s:\n        continue\n    s.append(x)\n    a = await f(x)\n",
        "loop",
        "with which line 3 decides",
    ),
    "a condition on a result": (
        FOR + "a = await f(x)\n    if a:\n        print(await g(a))\n",
        "loop",
        "which the iteration computes",
    ),
    "the error decides": (
        FOR + "try:\n        int('1')\n    except ValueError:\n        print(await f(x))\n",
        "loop",
        "the try statement on line 2 decides",
    ),
    "an iterator that goes on": (
        "it = agen(3)\nasync for x in it:\n    a = await f(x)\n",
        "loop",
        "can be seen after the loop",
    ),
    "an iterator that prints": (
        "async def some():\n    print(1)\n    yield 1\nasync for x in some():\n    a = await f(x)\n",
        "loop",
        "changes 'stdout'",
    ),
    "a dict that grows": (
        "d = {1: 2}\nfor x in d:\n    d[x] = await f(x)\n",
        "loop",
        "over which line 2 iterates",
    ),
    "a closure": (
        "k = []\n" + FOR + "a = await f(x)\n    k.append(lambda: a)\n",
        "loop",
        "keeps 'a' in a function",
    ),
    "what swallows errors": (
        "import contextlib\no = []\n"
        + FOR
        + "with contextlib.suppress(ValueError):\n        o.append(await f(x))\n",
        "loop",
        "the with statement on line 4 decides",
    ),
    "an asynchronous comprehension": (
        "r = [await f(x) async for x in agen(3)]\n",
        "loop",
        "waits for each item",
    ),
    "a comprehension that shows its code": (
        "r = f'{[await f(x) for x in range(3)]=}'\n",
        "control",
        "prints the code",
    ),
    "what stands before it": ("r = [STATE.update(n=1), [await peek() for _ in range(2)]]\n", "loop", "STATE"),
}


@pytest.mark.parametrize("name", REASONS)
def test_reason(name):
    source, cause, words = REASONS[name]
    found = next(each for each in forms(source) if isinstance(each, Obstacle))
    assert found.cause == cause
    assert words in found.reason


def spans(*keys: int) -> list[Span]:
    return [Span(operation=key, label="", start_s=at, end_s=at + 1) for at, key in enumerate(keys)]


CEILINGS = {
    "a handler": (FORMS["a handler"][0], [0] * 4, 4.0),
    "a condition": (FORMS["a condition"][0], [0] * 3, 3.0),
    "an inner loop": (FORMS["an inner loop"][0], [0] * 8, 8.0),
    "a connection of its own": (FORMS["a connection of its own"][0], [0] * 4, 4.0),
    "two calls": (FORMS["two calls"][0], [0, 1] * 4, 8.0),
    "a chain": (FORMS["a chain"][0], [0, 1] * 4, 4.0),
    "a pipeline": (FORMS["an asynchronous iterator"][0], [0] * 3, 3.0),
    "a carried value": (REASONS["carried"][0], [0] * 4, 1.0),
}


@pytest.mark.parametrize("name", CEILINGS)
def test_ceiling(name):
    source, keys, parallelism = CEILINGS[name]
    assert bound(analysed(source), spans(*keys), float(len(keys))).parallelism == pytest.approx(parallelism)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a, *b = c", ("a", "b")),
        ("r = [x for x in y]", ("r",)),
        ("r = [z := x for x in y]", ("r", "z")),
        ("def k(p):\n    q = 1", ("k",)),
        ("import os.path as p, sys", ("p", "sys")),
        ("with m as (a, b):\n    c = 1", ("a", "b", "c")),
        ("r = lambda q: q", ("r",)),
    ],
)
def test_bound_names_are_those_of_the_scope_itself(source, names):
    assert sorted(bound_names(ast.parse(source).body)) == sorted(names)


@pytest.mark.parametrize(
    ("source", "sure", "early"),
    [
        ("a = 1\nb = a", {"a", "b"}, None),
        ("b = a\na = 1", {"a", "b"}, "a"),
        ("if q:\n    a = 1\nelse:\n    b = 2", set(), None),
        ("if q:\n    a = 1\nelse:\n    a = 2", {"a"}, None),
        ("for a in q:\n    b = a", set(), None),
        ("a += 1", {"a"}, "a"),
        ("try:\n    a = 1\nexcept E:\n    b = a", set(), "a"),
        ("try:\n    a = 1\nexcept E:\n    raise", {"a"}, None),
        ("try:\n    b = 1\nfinally:\n    a = 1", {"a", "b"}, None),
        ("with m:\n    a = 1", {"a"}, None),
        ("with keeps:\n    a = 1", set(), None),
    ],
)
def test_what_is_surely_bound(source, sure, early):
    tree = ast.parse(source)
    assigned = Assigned(frozenset("ab"), lambda manager: ast.unparse(manager) == "keeps")
    assert assigned.after(tree.body, frozenset()) & {"a", "b"} == sure
    assert (assigned.early.id if assigned.early else None) == early


@pytest.mark.parametrize(
    ("manager", "keeps"),
    [
        ("asyncio.timeout(1)", False),
        ("asyncio.Semaphore(1)", False),
        ("pool.acquire()", False),
        ("M()", True),
        ("N()", False),
    ],
)
def test_which_managers_may_keep_an_error(manager, keeps):
    classes = (
        "class M:\n    async def __aenter__(s): pass\n    async def __aexit__(s, *e): return True\n"
        "class N:\n    async def __aenter__(s): pass\n    async def __aexit__(s, *e): return None\n"
    )
    analysis = analysed(f"{classes}async with {manager}:\n    pass\n")
    entered = analysis.tree.body[-1].items[0].context_expr
    assert analysis.effects.may_swallow(entered) is keeps
