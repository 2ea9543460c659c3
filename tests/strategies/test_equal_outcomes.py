"""A random straight-line cell gives equal outcomes under every accepted plan, with delays as they come and perturbed."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perfmagic.model.options import Options
from perfmagic.model.plan import Plan
from tests.strategies.cell_runs import STRATEGIES, analysed, perturbed, run

NAMES = ["p", "q", "u", "v", "w"]
VALUES = st.one_of(st.sampled_from(NAMES), st.integers(0, 9).map(str))

AWAITS = st.one_of(
    st.builds("f({})".format, VALUES),
    st.builds("g({} + 1)".format, VALUES),
    st.builds("h({}, {})".format, VALUES, VALUES),
    st.just("bump()"),
    st.just("peek()"),
    st.builds("noisy({})".format, VALUES),
    st.builds("addto(l, {})".format, VALUES),
    st.builds("addto(m, {})".format, VALUES),
    st.just("pool.fetch('x')"),
    st.just("pool.execute('x')"),
    st.just("conn.fetch('x')"),
    st.builds("boom('{}')".format, VALUES),
)
CALLS = st.one_of(
    st.builds("sync_io({})".format, VALUES),
    st.builds("sync_append(l, {})".format, VALUES),
    st.builds("sync_append(m, {})".format, VALUES),
    st.builds("len(l) + {}".format, VALUES),
)
PLAIN = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(NAMES), VALUES),
    st.builds("print({})".format, VALUES),
    st.builds("l.append({})".format, VALUES),
    st.just("m = l"),
    st.just("STATE['n'] += 1"),
    st.builds("{} = [{}]".format, st.sampled_from(["l", "m"]), VALUES),
)
CHOICES = st.one_of(
    st.builds("({} if {} else {})".format, AWAITS, VALUES, AWAITS),
    st.builds("(not {} or {})".format, VALUES, AWAITS),
    st.builds("({} and {})".format, VALUES, AWAITS),
    st.builds("(lambda: {})()".format, AWAITS),
    st.builds("(  # first\n    {}\n    if {} else\n    {})".format, AWAITS, VALUES, AWAITS),
    st.builds("(\n    {}  # note\n)".format, AWAITS),
    st.builds("(t := {})".format, AWAITS),
    st.builds("(f)(*[{}])".format, VALUES),
    st.builds("(await wrapped({}))".format, VALUES),
    st.builds("f(await {})".format, AWAITS),
)
"""What is awaited, and loses its meaning with its parentheses."""

AWAITING = st.one_of(
    st.builds("{} = await {}".format, st.sampled_from(NAMES), CHOICES),
    st.builds("{} = await {}or 3".format, st.sampled_from(NAMES), AWAITS),
    st.builds("for x in(range(3)):\n    l.append(await ({} if x == {} else f(x)))".format, AWAITS, VALUES),
    st.builds("{} = await {}".format, st.sampled_from(NAMES), AWAITS),
    st.builds("await {}".format, AWAITS),
    st.builds("{} = (await {}, await {})[1]".format, st.sampled_from(NAMES), AWAITS, AWAITS),
    st.builds("for x in range(3):\n    {} = await f(x)\n    l.append(x)".format, st.sampled_from(NAMES)),
    st.builds("{} = [await f(x) for x in range(3)][0]".format, st.sampled_from(NAMES)),
)
CALLING = st.builds("{} = {}".format, st.sampled_from(NAMES), CALLS)
START = "async def wrapped(v):\n    return f(v)\np = q = u = v = w = 1\nl = []\nm = []\n"
CHECKED = [*NAMES, "l", "m", "x", "STATE", "pool_rows"]


def compare(source: str, seed: int) -> None:
    expected = run(source, CHECKED)
    for name, strategy in STRATEGIES.items():
        plan = strategy.plan(analysed(source), Options())
        if isinstance(plan, Plan):
            if name in {"gather", "taskgroup"} and expected.raised is not None:
                continue
            assert run(plan.source, CHECKED) == expected, plan.source
            assert run(plan.source, CHECKED, perturbed(seed)) == expected, plan.source


SETTINGS = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@SETTINGS
@given(st.lists(st.one_of(AWAITING, AWAITING, PLAIN), min_size=2, max_size=7), st.integers(0, 1000))
def test_awaiting_cells_give_equal_outcomes_under_every_accepted_plan(statements, seed):
    compare(START + "\n".join(statements) + "\n", seed)


@SETTINGS
@given(st.lists(st.one_of(CALLING, CALLING, PLAIN), min_size=2, max_size=7), st.integers(0, 1000))
def test_blocking_cells_give_equal_outcomes_under_every_accepted_plan(statements, seed):
    compare(START + "\n".join(statements) + "\n", seed)
