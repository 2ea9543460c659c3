"""What gather and tasks make of queries on a real server: pools overlap, a connection is never shared."""

import ast
import asyncio
import inspect

import asyncpg
import pytest
from shop import DashboardService, Orders, Stock, Users

from perfmagic.analysis.analysis import analyse
from perfmagic.model.cell import Cell
from perfmagic.model.options import Options
from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import gather, tasks

pytestmark = pytest.mark.postgres

both = pytest.mark.parametrize("strategy", [gather, tasks], ids=["gather", "tasks"])

DEADLOCK_S = 20

THREE_SLOW = """\
first = await source.fetchrow("SELECT began, ended FROM slow")
second = await source.fetchrow("SELECT began, ended FROM slow")
third = await source.fetchrow("SELECT began, ended FROM slow")
"""
THREE_OF_THE_SHOP = """\
everyone = await users.everyone()
waiting = await orders.open()
low = await stock.running_low()
"""
ONE_CONNECTION = {
    "the connection": THREE_SLOW,
    "the connection under another name": """\
other = source
first = await source.fetchrow("SELECT began, ended FROM slow")
second = await other.fetchrow("SELECT began, ended FROM slow")
""",
    "in a transaction": """\
async with source.transaction():
    first = await source.fetchrow("SELECT began, ended FROM slow")
    second = await source.fetchrow("SELECT began, ended FROM slow")
""",
    "in a function of the cell": """\
async def read():
    return await source.fetchrow("SELECT began, ended FROM slow")
first = await read()
second = await read()
""",
    "in a loop": """\
found = []
for _ in range(3):
    found.append(await source.fetchrow("SELECT began, ended FROM slow"))
""",
    "behind the repositories of the shop": THREE_OF_THE_SHOP,
}
HELD = """\
async with pool.acquire() as connection:
    first = await connection.fetchrow("SELECT began, ended FROM slow")
    second = await connection.fetchrow("SELECT began, ended FROM slow")
"""
HELD_AND_POOL = """\
async with pool.acquire() as connection:
    first = await connection.fetchrow("SELECT began, ended FROM slow")
    second = await pool.fetchrow("SELECT began, ended FROM slow")
"""


def planned(strategy: object, source: str, /, **namespace: object) -> Plan | Refusal:
    return strategy.plan(analyse(Cell(source=source, python=source), namespace), Options())


async def run(source: str, namespace: dict[str, object]) -> dict[str, object]:
    code = compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    namespace = dict(namespace)
    value = eval(code, namespace)
    if inspect.iscoroutine(value):
        async with asyncio.timeout(DEADLOCK_S):
            await value
    return namespace


def repositories(source: object) -> dict[str, object]:
    return {"source": source, "users": Users(source), "orders": Orders(source), "stock": Stock(source)}


@both
async def test_queries_on_a_pool_overlap_in_the_server(strategy: object, pool: asyncpg.Pool) -> None:
    plan = planned(strategy, THREE_SLOW, source=pool)
    assert isinstance(plan, Plan), plan
    after = await run(plan.source, {"source": pool})
    rows = [after[name] for name in ("first", "second", "third")]
    assert max(row["began"] for row in rows) < min(row["ended"] for row in rows)


async def test_the_cell_as_written_does_not_overlap(pool: asyncpg.Pool) -> None:
    after = await run(THREE_SLOW, {"source": pool})
    assert (
        after["first"]["ended"]
        < after["second"]["began"]
        < after["second"]["ended"]
        < after["third"]["began"]
    )


@both
async def test_the_three_queries_of_the_shop_keep_their_answers(strategy: object, pool: asyncpg.Pool) -> None:
    names = repositories(pool)
    plan = planned(strategy, THREE_OF_THE_SHOP, **names)
    assert isinstance(plan, Plan), plan
    before, after = await run(THREE_OF_THE_SHOP, names), await run(plan.source, names)
    for name, length in (("everyone", 60), ("waiting", 48), ("low", 4)):
        assert before[name] == after[name]
        assert len(after[name]) == length


@both
async def test_the_handler_of_the_shop_keeps_its_answer(strategy: object, pool: asyncpg.Pool) -> None:
    source = """\
async def dashboard(users, orders, stock):
    everyone = await users.everyone()
    waiting = await orders.open()
    low = await stock.running_low()
    return len(everyone), len(waiting), len(low)
answer = await dashboard(users, orders, stock)
"""
    names = repositories(pool)
    plan = planned(strategy, source, **names)
    assert isinstance(plan, Plan), plan
    assert (await run(plan.source, names))["answer"] == (60, 48, 4)


@both
@pytest.mark.parametrize("source", ONE_CONNECTION.values(), ids=ONE_CONNECTION.keys())
async def test_one_connection_is_refused_with_the_reason(
    strategy: object, source: str, connection: asyncpg.Connection
) -> None:
    refusal = planned(strategy, source, **repositories(connection))
    assert isinstance(refusal, Refusal)
    assert refusal.kind == "exclusive"
    assert "allows one operation at a time" in refusal.reason
    assert refusal.lines is not None


async def test_a_connection_that_is_shared_does_raise(connection: asyncpg.Connection) -> None:
    """The refusals above are not idle: this is what they keep from the user."""
    query = "SELECT began, ended FROM slow"
    with pytest.raises(asyncpg.InterfaceError, match="another operation is in progress"):
        await asyncio.gather(*(connection.fetchrow(query) for _ in range(3)))


@both
@pytest.mark.parametrize(
    "source", [THREE_SLOW, *ONE_CONNECTION.values()], ids=["plain", *ONE_CONNECTION.keys()]
)
@pytest.mark.parametrize("kind", ["pool", "connection"])
async def test_no_interface_error_reaches_the_user(
    kind: str, source: str, strategy: object, pool: asyncpg.Pool, connection: asyncpg.Connection
) -> None:
    if kind == "pool" and "transaction" in source:
        source = source.replace("source.transaction()", "source.acquire() as source, source.transaction()")
    names = repositories(pool if kind == "pool" else connection)
    plan = planned(strategy, source, **names)
    await run(plan.source if isinstance(plan, Plan) else source, names)


@both
async def test_a_connection_held_by_an_enclosing_block_is_refused(
    strategy: object, pool: asyncpg.Pool
) -> None:
    refusal = planned(strategy, HELD, pool=pool)
    assert isinstance(refusal, Refusal)
    assert refusal.kind == "exclusive"
    await run(HELD, {"pool": pool})


@both
@pytest.mark.parametrize("source", [HELD, HELD_AND_POOL], ids=["held", "held and the pool"])
async def test_a_pool_of_one_that_is_held_is_refused(
    strategy: object, source: str, pool_of_one: asyncpg.Pool
) -> None:
    assert isinstance(planned(strategy, source, pool=pool_of_one), Refusal)


@both
async def test_a_pool_of_one_that_nobody_holds_is_no_deadlock(
    strategy: object, pool_of_one: asyncpg.Pool
) -> None:
    source = f"{HELD}third = await pool.fetchrow('SELECT began, ended FROM slow')\n"
    plan = planned(strategy, source, pool=pool_of_one)
    after = await run(plan.source if isinstance(plan, Plan) else source, {"pool": pool_of_one})
    assert after["third"]["began"] < after["third"]["ended"]


@both
async def test_writes_keep_their_order(strategy: object, pool: asyncpg.Pool) -> None:
    source = """\
await stock.add("CHA-001", 5)
item = await stock.find("CHA-001")
"""
    plan = planned(strategy, source, **repositories(pool))
    assert isinstance(plan, Refusal), plan


@both
async def test_the_service_of_the_shop_is_followed_into_its_source(
    strategy: object, pool: asyncpg.Pool
) -> None:
    service = DashboardService(users=Users(pool), orders=Orders(pool), stock=Stock(pool))
    source = "first = await service.dashboard()\nsecond = await service.dashboard()\n"
    plan = planned(strategy, source, service=service)
    after = await run(plan.source if isinstance(plan, Plan) else source, {"service": service})
    assert after["first"] == after["second"]
