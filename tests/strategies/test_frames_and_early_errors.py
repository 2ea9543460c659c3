"""Names that a rewrite introduces must not show, and arguments that fail must fail in their turn."""

import pytest

from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from tests.strategies.cell_runs import planned, run

WATCHED = "async def hl(u):\n    a = await f(u)\n    b = await g(u)\n    return {}\nr = await hl(1)\n"
LISTING = (
    "sorted(locals())",
    "dir()",
    "sorted(vars())",
    "sorted(sys._getframe().f_locals)",
    "sorted(inspect.currentframe().f_locals)",
)


@pytest.mark.parametrize("strategy", ["taskgroup", "tasks"])
@pytest.mark.parametrize("expression", LISTING)
def test_a_function_that_lists_its_names_stays(expression, strategy):
    cell = f"import inspect, sys\n{WATCHED.format(expression)}"
    assert isinstance(planned(cell, strategy, Options()), Refusal)


@pytest.mark.parametrize("expression", ["sorted(globals())", "dir()", "sorted(locals())"])
def test_a_cell_that_lists_its_names_stays(expression):
    assert isinstance(planned(f"a = await f(1)\nb = await g(2)\nr = {expression}\n", "tasks"), Refusal)


@pytest.mark.parametrize("expression", ["dir(u)", "u", "len(dir(a))"])
def test_a_function_that_lists_no_names_of_its_own_is_rewritten(expression):
    assert isinstance(planned(WATCHED.format(expression), "tasks"), Plan)


@pytest.mark.parametrize(
    "call",
    ["g(LOG.missing)", "g(pool.nothing.at_all)", "g(1, 2, 3, 4)", "g(z=1)", "g(1, x=2)", "LOG.missing()"],
)
def test_arguments_that_fail_do_so_in_their_turn(call):
    cell = f"a = await f(1)\nb = await {call}\n"
    expected = run(cell, ("a", "b"))
    assert expected.bindings == {"a": 1}
    answer = planned(cell, "tasks")
    assert isinstance(answer, Refusal) or run(answer.source, ("a", "b")) == expected


@pytest.mark.parametrize("call", ["one()", "one(1, 2)", "one(x=1, y=2)", "two(1)"])
def test_a_call_that_does_not_fit_a_function_of_the_cell_fails_in_its_turn(call):
    defined = "async def one(x):\n    await f()\n    return x\nasync def two(x, *, y):\n    await f()\n    return y\n"
    cell = f"{defined}a = await f(1)\nb = await {call}\n"
    expected = run(cell, ("a", "b"))
    assert expected.bindings == {"a": 1}
    answer = planned(cell, "tasks")
    assert isinstance(answer, Refusal) or run(answer.source, ("a", "b")) == expected


@pytest.mark.parametrize("call", ["g(LOG.copy)", "g(1, 0.001)", "g(x=1)", "pool.fetch('q')"])
def test_arguments_that_are_there_need_no_function_of_their_own(call):
    answer = planned(f"a = await f(1)\nb = await {call}\n", "tasks")
    assert isinstance(answer, Plan)
    assert "async def" not in answer.source
