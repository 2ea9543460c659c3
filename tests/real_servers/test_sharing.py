"""What the models say about sharing is what the libraries do when two operations of one object are started at once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosqlite
import asyncpg
import httpx
import psycopg
import pytest
import redis.asyncio
import websockets
from sqlalchemy import text
from sqlalchemy.exc import IllegalStateChangeError, InterfaceError, InvalidRequestError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from perfmagic.analysis.models.table import MODELS

pytestmark = [pytest.mark.servers, pytest.mark.postgres]


def sharing(method: str) -> str:
    """Return what the model of a method says."""
    use = MODELS[method].use
    assert use is not None
    return use.sharing


async def both(start: Callable[[], Awaitable[object]]) -> list[object]:
    """Return what two operations give that are started at once, errors included."""
    async with asyncio.timeout(30):
        return await asyncio.gather(start(), start(), return_exceptions=True)


async def test_a_connection_of_asyncpg_is_exclusive(connection: asyncpg.Connection) -> None:
    assert sharing("asyncpg.connection.Connection.fetch") == "exclusive"
    results = await both(lambda: connection.fetch("select pg_sleep(0.1)"))
    assert [type(each) for each in results].count(asyncpg.InterfaceError) == 1


async def test_a_pool_of_asyncpg_is_shareable(pool: asyncpg.Pool) -> None:
    assert sharing("asyncpg.pool.Pool.fetch") == "shareable"
    results = await both(lambda: pool.fetchrow("select began, ended from slow"))
    assert max(row["began"] for row in results) < min(row["ended"] for row in results)


async def test_a_connection_of_psycopg_queues_up_by_itself(pool: asyncpg.Pool, database_url: str) -> None:
    assert sharing("psycopg.AsyncConnection.execute") == "serialised"
    async with await psycopg.AsyncConnection.connect(database_url) as connection:

        async def one() -> tuple[object, ...]:
            found = await (await connection.execute("select began, ended from slow")).fetchone()
            assert found is not None
            return found

        first, second = sorted(await both(one))
        assert first[1] <= second[0]


async def test_a_connection_of_aiosqlite_queues_up_by_itself(tmp_path: Path) -> None:
    assert sharing("aiosqlite.core.Connection.execute_fetchall") == "serialised"
    async with aiosqlite.connect(tmp_path / "a.sqlite") as connection:
        assert await both(lambda: connection.execute_fetchall("select 1")) == [[(1,)], [(1,)]]


async def test_a_session_of_sqlalchemy_is_exclusive(pool: asyncpg.Pool, database_url: str) -> None:
    assert sharing("sqlalchemy.ext.asyncio.session.AsyncSession.execute") == "exclusive"
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))
    session = async_sessionmaker(engine)()
    results = await both(lambda: session.execute(text("select pg_sleep(0.1)")))
    errors = [each for each in results if isinstance(each, BaseException)]
    assert errors
    assert isinstance(errors[0], IllegalStateChangeError | InterfaceError | InvalidRequestError)
    await session.close()
    await engine.dispose()


async def test_a_websocket_gives_its_messages_to_one_receiver_at_a_time() -> None:
    assert sharing("websockets.asyncio.client.ClientConnection.recv") == "exclusive"

    async def silent(socket: websockets.ServerConnection) -> None:
        await socket.wait_closed()

    async with websockets.serve(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with websockets.connect(f"ws://127.0.0.1:{port}") as socket:
            waiting = asyncio.create_task(socket.recv())
            await asyncio.sleep(0)
            with pytest.raises(websockets.ConcurrencyError):
                await socket.recv()
            waiting.cancel()
            await asyncio.wait([waiting])


async def test_a_stream_reader_has_one_reader_at_a_time() -> None:
    assert sharing("asyncio.streams.StreamReader.readline") == "exclusive"
    reader = asyncio.StreamReader()
    waiting = asyncio.create_task(reader.readline())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="already waiting"):
        await reader.readline()
    reader.feed_eof()
    assert await waiting == b""


async def test_a_client_of_redis_and_its_pipeline_are_told_apart() -> None:
    """No server is needed: a pipeline only collects what it is told until it is executed."""
    assert sharing("redis.asyncio.client.Redis.get") == "shareable"
    assert sharing("redis.asyncio.client.Pipeline.get") == "exclusive"
    async with redis.asyncio.Redis() as client, client.pipeline() as pipeline:
        assert pipeline.get("a") is pipeline
        assert len(pipeline) == 1


async def test_an_http_client_is_shareable(client: httpx.AsyncClient, uvicorn_peer: tuple) -> None:
    assert sharing("httpx.AsyncClient.get") == "shareable"
    first, second = await both(lambda: client.get("/1"))
    assert first.json()["u"] == second.json()["u"] == "/1"
    assert uvicorn_peer[1].most_at_once == 2
