"""Pools: each call takes a connection of its own, never more than there are, and none waits for itself."""

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from perfmagic.model.plan import Plan, Refusal
from perfmagic.strategies import gather, tasks
from tests.real_servers.plans import planned, run, with_source

pytestmark = [pytest.mark.servers, pytest.mark.postgres]

both = pytest.mark.parametrize("strategy", [tasks, gather], ids=["tasks", "gather"])

ROWS = """
async def rows(i):
    async with pool.acquire() as connection:
        return await connection.fetchrow("SELECT $1::int AS i, began, ended FROM slow", i)
async def nested(i):
    async with pool.acquire() as first:
        async with pool.acquire() as second:
            return await second.fetchval("SELECT $1::int FROM slow", i)
async def of_engine(i):
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT began, ended FROM slow"))
        return found.fetchall()
async def of_session(i):
    async with make_session() as session:
        found = await session.execute(text("SELECT began, ended FROM slow"))
        return found.fetchall()
"""
OVERLAP = {
    "in statements": "found = [None] * 2\na = await rows(0)\nb = await rows(1)\nfound = [a, b]\n",
    "in a comprehension": "found = [await rows(i) for i in range(6)]\n",
    "in a loop": "found = []\nfor i in range(6):\n    found.append(await rows(i))\n",
}


def spans(rows: list[asyncpg.Record]) -> int:
    """Return how many queries ran together at most, by the server's clock."""
    times = [(row["began"], 1) for row in rows] + [(row["ended"], -1) for row in rows]
    running = most = 0
    for _, change in sorted(times):
        running += change
        most = max(most, running)
    return most


@pytest.fixture
async def pool_of_two(pool: asyncpg.Pool, database_url: str) -> asyncpg.Pool:
    async with asyncpg.create_pool(database_url, min_size=1, max_size=2) as made:
        yield made


@pytest.fixture
async def engine(pool: asyncpg.Pool, database_url: str) -> AsyncEngine:
    made = create_async_engine(
        database_url.replace("postgresql://", "postgresql+asyncpg://"), pool_size=2, max_overflow=0
    )
    yield made
    await made.dispose()


@both
@pytest.mark.parametrize("source", OVERLAP.values(), ids=OVERLAP.keys())
async def test_functions_that_take_their_own_connection_overlap_within_the_pool(
    source: str, strategy: object, pool_of_two: asyncpg.Pool
) -> None:
    names = with_source(ROWS, pool=pool_of_two)
    plan = planned(strategy, source, names)
    assert isinstance(plan, Plan), plan
    assert plan.slots == 2
    before, after = await run(source, names), await run(plan.source, names)
    assert [row["i"] for row in before["found"]] == [row["i"] for row in after["found"]]
    assert spans(before["found"]) == 1
    assert spans(after["found"]) == 2


@both
@pytest.mark.parametrize("source", OVERLAP.values(), ids=OVERLAP.keys())
async def test_a_pool_of_one_gains_nothing_and_says_so(
    source: str, strategy: object, pool_of_one: asyncpg.Pool
) -> None:
    refusal = planned(strategy, source, with_source(ROWS, pool=pool_of_one))
    assert isinstance(refusal, Refusal), refusal
    assert "one after the other" in refusal.reason


NESTED = {
    "two connections each": "a = await nested(1)\nb = await nested(2)\n",
    "inside a block that holds one": (
        "async with pool.acquire() as c:\n    a = await rows(1)\n    b = await rows(2)\n"
    ),
    "two connections each, in a loop": "found = [await nested(i) for i in range(2)]\n",
}


@both
@pytest.mark.parametrize("source", NESTED.values(), ids=NESTED.keys())
async def test_whoever_holds_a_connection_and_takes_a_second_is_not_overlapped(
    source: str, strategy: object, pool_of_two: asyncpg.Pool
) -> None:
    """Two that hold one each and wait for a second would wait for ever."""
    names = with_source(ROWS, pool=pool_of_two)
    refusal = planned(strategy, source, names)
    assert isinstance(refusal, Refusal), refusal
    assert "a second connection of pool" in refusal.reason
    await run(source, names)


@both
@pytest.mark.parametrize("function", ["of_engine", "of_session"])
async def test_connections_and_sessions_of_an_engine_overlap_within_its_pool(
    function: str, strategy: object, engine: AsyncEngine
) -> None:
    names = with_source(ROWS, engine=engine, make_session=async_sessionmaker(engine), text=text)
    source = f"found = [await {function}(i) for i in range(4)]\n"
    plan = planned(strategy, source, names)
    assert isinstance(plan, Plan), plan
    assert plan.slots == 2
    after = await run(plan.source, names)
    assert spans([row._mapping for rows in after["found"] for row in rows]) == 2


@both
async def test_one_session_is_exclusive(strategy: object, engine: AsyncEngine) -> None:
    async with async_sessionmaker(engine)() as session:
        names = {"session": session, "text": text}
        source = "a = await session.execute(text('SELECT 1'))\nb = await session.execute(text('SELECT 2'))\n"
        refusal = planned(strategy, source, names)
        assert isinstance(refusal, Refusal), refusal
        assert refusal.kind == "exclusive"


@both
async def test_the_limit_of_an_http_client_bounds_its_requests(
    strategy: object, uvicorn_peer: tuple[str, object]
) -> None:
    url, journal = uvicorn_peer
    async with httpx.AsyncClient(base_url=url, limits=httpx.Limits(max_connections=2)) as client:
        source = "found = [(await client.get(f'/{i}')).json()['u'] for i in range(5)]\n"
        plan = planned(strategy, source, {"client": client})
        assert isinstance(plan, Plan), plan
        assert plan.slots == 2
        after = await run(plan.source, {"client": client})
    assert after["found"] == [f"/{i}" for i in range(5)]
    assert journal.most_at_once == 2
