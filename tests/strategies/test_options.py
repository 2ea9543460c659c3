"""What options, the namespace and IPython's syntax change in a plan."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import gather, tasks
from tests.strategies.cell_runs import STRATEGIES, analysed, namespace, planned, run

TWO_UPDATES = "a = await bump()\nb = await bump()\n"


@pytest.mark.parametrize("strategy", ["gather", "tasks"])
@pytest.mark.parametrize("lines", [frozenset(), frozenset({1, 2})], ids=["everywhere", "on these lines"])
def test_an_assumption_overlaps_what_only_effects_keep_in_order_and_is_stated(strategy, lines):
    plan = planned(TWO_UPDATES, strategy, Options(assume_independent=lines))
    assert isinstance(plan, Plan)
    assert any("STATE" in each for each in plan.assumptions)
    assert run(plan.source, ["STATE"]).bindings == {"STATE": {"n": 1}}


@pytest.mark.parametrize("strategy", ["gather", "tasks"])
def test_an_assumption_about_other_lines_changes_nothing(strategy):
    assert isinstance(planned(TWO_UPDATES, strategy, Options(assume_independent=frozenset({1}))), Refusal)


@pytest.mark.parametrize("strategy", ["gather", "tasks"])
@pytest.mark.parametrize(
    "source",
    [
        "a = await f(1)\nb = await g(a)\n",
        "a = await f(1)\nassert a\nb = await g(1)\n",
        "STATE['n'] += await f(1)\nSTATE['n'] += await f(2)\n",
    ],
    ids=["flow through a name", "guard", "read, wait, write back"],
)
def test_an_assumption_never_breaks_the_flow_of_values_or_control(strategy, source):
    assert isinstance(planned(source, strategy, Options(assume_independent=frozenset())), Refusal)


@pytest.mark.parametrize("strategy", ["gather", "tasks"])
def test_more_operations_than_the_limit_are_refused_with_the_option(strategy):
    source = "".join(f"a{each} = await f({each})\n" for each in range(5))
    answer = planned(source, strategy, Options(limit=4))
    assert isinstance(answer, Refusal)
    assert (answer.kind, answer.hint) == ("limit", "--limit 5")


@pytest.mark.parametrize(
    ("limit", "bounded"), [(4, True), (5, False)], ids=["below the items", "as many as items"]
)
def test_a_loop_is_bounded_by_a_semaphore_only_where_needed(limit, bounded):
    plan = planned("r = [await f(x) for x in range(5)]\n", "gather", Options(limit=limit))
    assert ("asyncio.Semaphore(4)" in plan.source) is bounded
    assert plan.slots == (4 if bounded else None)


def test_workers_bound_the_pool():
    source = "a = sync_io(1)\nb = sync_io(2)\nc = sync_io(3)\nd = sync_io(4)\n"
    plan = planned(source, "threads", Options(workers=2))
    assert "max_workers=2" in plan.source
    assert plan.slots == 3
    assert run(plan.source, list("abcd")).bindings == {"a": 1, "b": 2, "c": 3, "d": 4}


def test_asyncio_is_imported_if_the_notebook_does_not_have_it():
    names = namespace()
    source = "a = await f(1)\nb = await g(2)\n"
    analysis = analysed(source, names | {"asyncio": None})
    assert isinstance(gather.plan(analysis, Options()), Plan | Refusal)
    hidden = {name: value for name, value in names.items() if name not in {"asyncio"}}
    cell = Cell(
        source="async def w(x): return x\na = await w(1)\nb = await w(2)\n",
        python="async def w(x): return x\na = await w(1)\nb = await w(2)\n",
    )
    plan = gather.plan(analyse(cell, hidden), Options())
    assert plan.source.startswith("import asyncio\n\n")
    assert "asyncio" in plan.introduced


def test_introduced_names_and_redefined_functions_are_named():
    source = (
        "async def load(n):\n    p = await f(n)\n    q = await g(n)\n    return p, q\nr = await load(1)\n"
    )
    plan = planned(source, "tasks")
    assert plan.redefined == {"load"}
    assert {"q_task", "tasks", "task"} <= plan.introduced


@pytest.mark.parametrize("strategy", [gather, tasks], ids=["gather", "tasks"])
def test_the_syntax_of_ipython_survives(strategy):
    source = "\n  !ls\n  a = await f(1)\n  %time 1\n  b = await g(2)\n"
    python = "get_ipython().system('ls')\na = await f(1)\nget_ipython().run_line_magic('time', '1')\nb = await g(2)\n"
    names = namespace()
    answer = strategy.plan(analyse(Cell(source=source, python=python), names), Options())
    assert isinstance(answer, Refusal)
    quiet = (
        source.replace("  %time 1\n", ""),
        python.replace("get_ipython().run_line_magic('time', '1')\n", ""),
    )
    answer = strategy.plan(analyse(Cell(source=quiet[0], python=quiet[1]), names), Options())
    assert "!ls" in answer.source
    assert "get_ipython" not in answer.source


def test_tasks_that_are_left_when_an_operation_fails_are_cancelled():
    source = "a = await boom('no', 0.001)\nb = await f(2, 60)\n"
    assert run(planned(source, "tasks").source, ["a", "b"]).raised == "ValueError: no"


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_refusal_names_its_strategy_and_ends_in_a_full_stop(name):
    answer = planned("a = 1\n", name)
    assert answer.strategy == name
    assert answer.reason.endswith(".")


LIFTED = {
    "pause of asyncio": (
        "a = await f(1)\nawait asyncio.sleep(.001)\nb = await f(2)\n",
        Options(ignore_sleeps=True),
        "the pause on line 2 keeps nothing in order, as told.",
    ),
    "pause that blocks": (
        "a = await f(1)\ntime.sleep(.001)\nb = await f(2)\n",
        Options(ignore_sleeps=True),
        "the pause on line 2 keeps nothing in order, as told.",
    ),
    "assert": (
        "a = await f(1)\nassert a == 1\nb = await g(2)\n",
        Options(speculate=True),
        "line 3 only reads, and may begin although line 2 could have prevented it, as told.",
    ),
    "raise": (
        "a = await f(1)\nif a > 3:\n    raise ValueError\nb = await g(2)\n",
        Options(speculate=True),
        "line 4 only reads, and may begin although line 2 could have prevented it, as told.",
    ),
    "early return": (
        "async def w():\n    a = await f(1)\n    if a > 3:\n        return None\n    b = await g(2)\n    return a, b\nr = await w()\n",
        Options(speculate=True),
        "line 5 only reads, and may begin although line 3 could have prevented it, as told.",
    ),
    "printed lines": (
        "a = await noisy(1)\nb = await noisy(2)\n",
        Options(allow_reorder=True),
        "what lines 1 and 2 print may come in another order, as told.",
    ),
}
"""Name -> cell, the option that lifts what keeps it in order, and what the plan then states."""


@pytest.mark.parametrize(("source", "options", "stated"), LIFTED.values(), ids=LIFTED)
@pytest.mark.parametrize("strategy", ["gather", "tasks"])
def test_an_option_lifts_what_it_names_and_the_plan_says_so(strategy, source, options, stated):
    assert isinstance(planned(source, strategy), Refusal)
    plan = planned(source, strategy, options)
    assert isinstance(plan, Plan), plan
    assert stated in plan.assumptions
    names = ["a", "b", "r"]
    assert run(plan.source, names).bindings == run(source, names).bindings


@pytest.mark.parametrize("strategy", ["gather", "tasks"])
@pytest.mark.parametrize(
    ("source", "options"),
    [
        ("a = await f(1)\nassert a == 1\nb = await bump()\n", Options(speculate=True)),
        ("a = await f(1)\nassert a == 1\nb = await f(a)\n", Options(speculate=True)),
        ("a = await f(1)\nassert a == 1\nb = await f(1)\n", Options(ignore_sleeps=True, allow_reorder=True)),
        (
            "a = await bump()\nb = await bump()\n",
            Options(allow_reorder=True, ignore_sleeps=True, speculate=True),
        ),
        ("a = await noisy(1)\nb = await noisy(a)\n", Options(allow_reorder=True)),
        (
            "t = time.perf_counter()\na = await f(1)\nu = time.perf_counter()\nb = await f(2)\n",
            Options(ignore_sleeps=True),
        ),
        (
            "a = await conn.fetch('x')\nb = await conn.fetch('y')\n",
            Options(allow_reorder=True, speculate=True),
        ),
    ],
    ids=[
        "write behind a guard",
        "value behind a guard",
        "guard",
        "memory",
        "value",
        "measured time",
        "connection",
    ],
)
def test_an_option_lifts_nothing_else(strategy, source, options):
    assert isinstance(planned(source, strategy, options), Refusal)


COUNTER = """\
total = 0
async def add(n):
    global total
    before = total
    await f()
    total = before + n
await add(1)
await add({argument})
"""


@pytest.mark.parametrize("strategy", ["gather", "taskgroup", "tasks"])
def test_a_global_that_only_the_called_functions_touch_may_be_assumed_independent(strategy):
    told = Options(assume_independent=frozenset())
    assert isinstance(planned(COUNTER.format(argument="2"), strategy, told), Plan)
    assert isinstance(planned(COUNTER.format(argument="total"), strategy, told), Refusal)


@pytest.mark.parametrize("strategy", ["gather", "taskgroup", "tasks"])
def test_what_a_shell_command_is_made_into_is_no_operation(strategy):
    names = namespace() | {"get_ipython": InteractiveShell.instance}
    source = "files = !ls\na = await f(1)\nb = await g(2)\n"
    python = source.replace("!ls", "get_ipython().getoutput('ls')")
    answer = STRATEGIES[strategy].plan(analyse(Cell(source=source, python=python), names), Options())
    assert isinstance(answer, Plan), answer
    assert answer.source.removeprefix("import asyncio\n\n").startswith("files = !ls\n")


POSTED = """\
LOG = []
async def post(x):
    print(x)
    LOG.append(x)
    await f(x)
    LOG.append(x)
a = await post(1)
b = await post(2)
c = await post(3)
"""


def test_of_lines_told_to_be_independent_each_pair_is_stated_once():
    """All of them print, read the list, write it, and may fail: one of that is enough to name the pair."""
    found = planned(POSTED, "gather", Options(assume_independent=frozenset()))
    assert isinstance(found, Plan)
    assert [each for each in found.assumptions if "as told" in each] == [
        f"assumed independent, as told: lines {pair} both print."
        for pair in ("7 and 8", "7 and 9", "8 and 9")
    ]
